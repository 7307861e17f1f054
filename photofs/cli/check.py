"""`photofs check`: verify the catalog's invariants and, if asked, all bytes on this disk."""

import sys

import click

from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.cli.house import find_house
from photofs.cli.output import counted, json_option, print_json, safe_text
from photofs.model.exit_codes import OTHER
from photofs.wishing.recognising import accept, doubt_words


@click.command
@click.option("--read", is_flag=True, help="Also read every original on this disk and compare.")
@click.option("--repair", is_flag=True, help="Mend what can be worked out anew; nothing remote.")
@click.option("--accept-restored", is_flag=True, help="Go on with a new or restored catalog.")
@json_option
def check(*, read: bool, repair: bool, accept_restored: bool, as_json: bool) -> None:
    """Verify the catalog's invariants and, with --read, all bytes on this disk.

    Only looks, unless --repair is given; exits with 1 if something is wrong. --accept-restored
    lets a catalog that is new, or from a backup, take things away again, as it stands now.
    """
    house = find_house()
    if accept_restored:
        with house.catalog() as catalog:
            accept(catalog)
    problems, notes = _in_catalog(house, repair=repair)
    if read:
        problems += house.store().verify_all(repair=repair)
    if as_json:
        print_json({"problems": problems, "notes": notes})
    else:
        for note in notes:
            print(safe_text(f"note: {note}"))
        for problem in problems:
            print(safe_text(problem))
        print("nothing is wrong" if not problems else counted(len(problems), "problem"))
    sys.exit(OTHER if problems else 0)


def _in_catalog(house: House, *, repair: bool) -> tuple[list[str], list[str]]:
    """What is wrong in the catalog, and what else a user should know.

    Refused if it is an older version's and nothing may change.
    """
    from photofs.catalog.check import check as check_catalog
    from photofs.catalog.check import repair as repair_catalog

    if not house.paths.catalog.exists():
        return [], []
    with house.catalog(read_only=not repair) as catalog:
        if repair:
            repair_catalog(catalog)
        doubt = catalog.doubt()
        notes = [doubt_words(doubt)] if doubt else []
        found = [str(problem) for problem in check_catalog(catalog)]
        return found, [*notes, *_unknown_files(house, catalog)]


def _unknown_files(house: House, catalog: Catalog) -> list[str]:
    """A sentence if programs wrote files through a catalog other than this one."""
    written = house.store().written
    files = {name.removesuffix(".copy") for name in written.names()}
    unknown = len(files - catalog.drafts_begun(files))
    if not unknown:
        return []
    told = (
        f"{counted(unknown, 'file')} that programs wrote into a mount stand in no folder: the"
        f" catalog is an older one, or a new one. They stay in {written.folder}; copy those that"
        " you miss from there into the mount"
    )
    return [told]
