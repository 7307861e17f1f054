"""`photofs mirror`: whole copies of libraries on disks of one's own."""

import errno
import os
import stat
import sys
from pathlib import Path
from typing import Any

import click

from photofs.assembly import House
from photofs.catalog.mirrors import MirrorRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.house import elsewhere, find_house
from photofs.cli.mirror_adding import Choices, added, check_place, moved
from photofs.cli.mirror_disks import away_now
from photofs.cli.mirror_words import status_lines
from photofs.cli.mounts import mount_of
from photofs.cli.output import (
    counted,
    json_option,
    print_json,
    safe_text,
    shell_word,
)
from photofs.cli.scan import run_agent
from photofs.cli.suggestions import files, libraries
from photofs.mirrors.opening import marker_at, unmark
from photofs.model.dates_template import USUAL_DATES, template_steps
from photofs.model.errors import Misconfigured, NotFolder, NotFound, Refused
from photofs.model.mirror import AlbumFolders
from photofs.model.size import parse_size
from photofs.wishing.recognising import doubt_words

REASONS = 5
"""Reasons why photos are not in a mirror that `status` tells."""


@click.group
def mirror() -> None:
    """Whole copies of libraries on disks of your own, as plain files."""


@mirror.command(short_help="Begin a mirror in an empty folder, or take one over.")
@click.argument("library_name", metavar="LIBRARY", shell_complete=libraries)
@click.argument("folder", shell_complete=files)
@click.option("--layout", default=USUAL_DATES, help="Its folders by {year}, {month}, {day}.")
@click.option(
    "--albums",
    type=click.Choice([each.value for each in AlbumFolders]),
    help="Show albums as folders of links (default, where the disk can), of copies, or not.",
)
@click.option("--embed", is_flag=True, help="Write date, place, description into copies' EXIF.")
@click.option("--was", metavar="NAME", help="Take over the mirror of NAME: it is LIBRARY now.")
@json_option
def add(
    library_name: str,
    folder: str,
    *,
    layout: str,
    albums: str | None,
    embed: bool,
    was: str | None,
    as_json: bool,
) -> None:
    """Begin a mirror of LIBRARY in FOLDER, which must be there and empty; `mirror run` fills it.

    A folder that is a mirror of it already is taken over: its files count once they were compared.
    """
    house = find_house()
    template_steps(layout, "--layout")
    root = _root(house, folder)
    with house.catalog() as catalog:
        library = catalog.library(library_name)
        check_place(house, catalog, root)
        marker = marker_at(root)
        known = None if marker is None else catalog.mirror_with(marker.mirror)
        if known is not None:
            row, found = moved(catalog, known, library, root)
        else:
            choices = Choices(layout, albums, {"embed": True} if embed else {}, was)
            row, found = added(catalog, library, root, choices)
        doubt = catalog.doubt()
    same_disk = _shares_disk(house, root)
    if as_json:
        told = {"mirror": row.root, "albums": row.albums.value, "taken_over": found}
        print_json({**told, "on_the_disk_of_the_cache": same_disk})
        return
    print(f"{safe_text(row.root)} is a mirror of {library.name}; `photofs mirror run` fills it")
    if found:
        print(f"{counted(found, 'file')} are there already, and are compared as photos come")
    if doubt:
        print(safe_text(doubt_words(doubt)), file=sys.stderr)
    if same_disk:
        print(
            "it lies on the disk of the cache: one broken disk takes both; a mirror on another"
            " disk, or a NAS, is a backup",
            file=sys.stderr,
        )


@mirror.command(short_help="Bring mirrors up to date now.")
@click.argument("names", nargs=-1, metavar="[LIBRARY|FOLDER]...", shell_complete=libraries)
@json_option
def run(names: tuple[str, ...], *, as_json: bool) -> None:
    """Bring mirrors up to date now: those of these libraries, at these folders, or all."""
    given = ["--json"] if as_json else []
    environ = dict(find_house().environ)
    sys.exit(run_agent(["mirror", *given, "--", *names], environ=environ))


@mirror.command(short_help="Re-read the files of mirrors, and tell which are wrong.")
@click.argument("names", nargs=-1, metavar="[LIBRARY|FOLDER]...", shell_complete=libraries)
@click.option("--rate", metavar="SIZE", help='Read so much a second at the most, such as "50 MB".')
@click.option("--oldest", type=click.IntRange(1), help="Only so many, longest unread first.")
@click.option("--all", "anew", is_flag=True, help="Begin anew, though the last was broken off.")
@click.option("--remote-sample", metavar="N%", help="Ask services for so many once more, too.")
@json_option
def verify(
    names: tuple[str, ...],
    *,
    rate: str | None,
    oldest: int | None,
    anew: bool,
    remote_sample: str | None,
    as_json: bool,
) -> None:
    """Re-read every file of mirrors and compare it; nothing is changed, what is wrong is told.

    A picture is decoded at its first proof. One that was broken off goes on where it was.
    """
    options = [*(["--rate", str(_bytes_of(rate))] if rate else []), *(["--all"] if anew else [])]
    options += ["--oldest", str(oldest)] if oldest else []
    options += ["--remote", str(_percent(remote_sample))] if remote_sample else []
    options += ["--json"] if as_json else []
    environ = dict(find_house().environ)
    sys.exit(run_agent(["verify", *options, "--", *names], environ=environ))


@mirror.command(short_help="Mend what verifying found wrong.")
@click.argument("names", nargs=-1, metavar="[LIBRARY|FOLDER]...", shell_complete=libraries)
@json_option
def repair(names: tuple[str, ...], *, as_json: bool) -> None:
    """Mend files from any mirror, the cache or the service; wrong ones are kept in Damaged."""
    given = ["--json"] if as_json else []
    environ = dict(find_house().environ)
    sys.exit(run_agent(["repair", *given, "--", *names], environ=environ))


@mirror.command(short_help="Show what mirrors hold and lack, and why.")
@json_option
def status(*, as_json: bool) -> None:
    """Show what each mirror holds, what it lacks and why, and when it was run and verified."""
    house = find_house()
    with house.catalog(read_only=True) as catalog:
        names = {each.library_id: each.name for each in catalog.libraries()}
        rows = catalog.mirrors()
        told = [_told(catalog, row, names.get(row.library_id, "")) for row in rows]
        doubt = catalog.doubt()
    away = away_now(rows)
    told = [
        {**each, "away": away.get(row.mirror_id, "")} for row, each in zip(rows, told, strict=True)
    ]
    if as_json:
        print_json(told)
        return
    if not told:
        none = "there is no mirror yet; `photofs mirror add LIBRARY FOLDER` begins one"
        print("\n".join([none, *elsewhere(house, "mirror status")]))
    for each in told:
        print("\n".join(status_lines(each)))
    if doubt:
        print(safe_text(f"! {doubt_words(doubt)}"))


@mirror.command(short_help="Forget a mirror; its files stay.")
@click.argument("folder", shell_complete=files)
@click.option("--with-marker", is_flag=True, help="Make it an ordinary folder again.")
@json_option
def remove(folder: str, *, with_marker: bool, as_json: bool) -> None:
    """Forget the mirror at FOLDER; its files stay, and it can be taken over by `mirror add`."""
    house = find_house()
    at = str(Path(folder).expanduser().absolute())
    with house.catalog() as catalog:
        row = catalog.mirror_at(at) or catalog.mirror_at(str(Path(at).resolve()))
        if row is None:
            raise NotFound(
                f"there is no mirror at {safe_text(at)}",
                remedy="`photofs mirror status` lists all mirrors",
            )
        if with_marker:
            unmark(Path(row.root), row.marker)
        catalog.forget_mirror(row.mirror_id)
    if as_json:
        print_json({"removed": row.root})
    else:
        print(f"{safe_text(row.root)} is no mirror any more; its files stay")


def _bytes_of(rate: str) -> int:
    """A rate such as "50MB/s" in bytes a second."""
    size = parse_size(rate.removesuffix("/s"))
    if size <= 0:
        raise Misconfigured(f'"{rate}" is no rate', remedy='write such as "50 MB"')
    return size


def _percent(share: str) -> float:
    """A share such as "2%"."""
    digits = share.removesuffix("%").strip()
    is_number = digits.replace(".", "", 1).isdecimal() and share.endswith("%")
    if not is_number or not 0 < float(digits) <= 100:  # noqa: PLR2004 - percent
        raise Misconfigured(f'"{share}" is no share', remedy='write such as "2%"')
    return float(digits)


def _root(house: House, folder: str) -> Path:
    """The folder that is meant, without links; NotFound."""
    given = Path(folder).expanduser().absolute()
    if mount_of(given, house.environ) is not None:
        raise Refused(
            f"{safe_text(str(given))} lies in a mount of photofs",
            safe="nothing was changed",
            remedy="name a folder of a disk",
        )
    _check_is_folder(given)
    return given.resolve()


def _check_is_folder(given: Path) -> None:
    """NotFound if nothing is there, NotFolder if a file is, Refused if it cannot be looked into."""
    place = safe_text(str(given))
    try:
        is_folder = stat.S_ISDIR(given.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(f"there is no folder {place}", remedy="make it first") from error
    except OSError as error:
        raise _may_not(given, str(error.strerror)) from error
    if not is_folder:
        raise NotFolder(
            f"{place} is a file", safe="it was not touched", remedy="name an empty folder"
        )
    if not os.access(given, os.R_OK | os.X_OK):
        raise _may_not(given, os.strerror(errno.EACCES))


def _may_not(given: Path, said: str) -> Refused:
    """A folder that this user may not look into."""
    return Refused(
        f"you may not look into {safe_text(str(given))}: {said}",
        safe="nothing was changed",
        remedy=f"see whose it is (`ls -ld {shell_word(str(given))}`), or name another folder",
    )


def _shares_disk(house: House, root: Path) -> bool:
    """Whether the mirror lies on the disk of the cache."""
    return house.paths.cache.exists() and house.paths.cache.stat().st_dev == root.stat().st_dev


def _told(catalog: Catalog, row: MirrorRow, library: str) -> dict[str, Any]:
    """All that `status` tells of a mirror from the catalog."""
    mirror_id = row.mirror_id
    beside = [*catalog.wrong_beside(mirror_id), *catalog.wrong_album_files(mirror_id)]
    why = [
        {"why": reason, "photos": number, "such_as": name, "kind": kind}
        for reason, number, name, kind in catalog.why_lacking(row, REASONS)
    ]
    return {
        "library": library,
        "mirror": row.root,
        "layout": row.layout,
        "albums": row.albums.value,
        "embed": bool(row.settings.get("embed")),
        **catalog.mirror_counts(row)._asdict(),
        "beside": len(beside),
        "beside_such_as": beside[:1],
        "why_lacking": why,
        "trouble": row.trouble,
        "run_ns": row.run_ns,
        "verified_ns": row.verified_ns,
    }
