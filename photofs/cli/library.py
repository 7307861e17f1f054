"""`photofs library`: add, list, move and remove libraries, and report on their archives."""

import os
import re
from pathlib import Path
from typing import Any

import click

from photofs.assembly import House
from photofs.catalog.port import LibraryRow, SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.errand_words import not_so
from photofs.cli.house import find_house
from photofs.cli.merged import unmerged
from photofs.cli.mirror_adding import check_no_own_mirror
from photofs.cli.mounts import list_mounts
from photofs.cli.one_source import remove_source
from photofs.cli.open_work import agent_works
from photofs.cli.output import (
    confirm,
    counted,
    held_words,
    human_size,
    json_option,
    own_name,
    print_json,
    safe_text,
    shell_word,
    table,
)
from photofs.cli.place import find_place
from photofs.cli.scan import scan_after
from photofs.cli.suggestions import files, libraries, places
from photofs.cli.unsent import files_words, refuse_unsent, unsent_fate, unsent_of
from photofs.model.errors import NotFound, Refused
from photofs.model.node import row_id
from photofs.model.observation import FindingKind
from photofs.scratch.usage import Held, held_in, remove_all

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
"""A library's name is a folder's name on every system, and easy to type."""

ACTION = (FindingKind.UNREADABLE, FindingKind.REFUSED, FindingKind.NO_MEDIUM)
"""What a person may be able to mend, most pressing first: told before what is only said."""


ACCOUNTS = {"flickr": ("Flickr", "flickr-export"), "google": ("Google", "takeout")}
"""What is logged in to: the service's name, and what its exports are added as."""


@click.group
def library() -> None:
    """Add, list, move and remove libraries; report on their archives."""


@library.command(short_help="Add a library: an export's folder, or an account.")
@click.argument("provider", type=click.Choice(["takeout", "flickr-export", "folder", *ACCOUNTS]))
@click.argument("path", required=False, shell_complete=files)
@click.option(
    "--name", help="The library's folder name (default: google, flickr, or the folder's)."
)
@click.option(
    "--to",
    "library_to",
    shell_complete=libraries,
    help="Add it to this library, as one more source of the same photos.",
)
@click.option("--no-scan", is_flag=True, help="Only note it; scan later.")
@json_option
def add(
    provider: str,
    path: str | None,
    name: str | None,
    library_to: str | None,
    *,
    no_scan: bool,
    as_json: bool,
) -> None:
    """Add a library: `takeout FOLDER`, `flickr-export FOLDER`, `folder FOLDER`, or an account.

    FOLDER holds the downloaded .zip or .tgz parts, or is an unpacked export; of `folder` it holds
    pictures, or is a mirror. It is only read. Accounts are added by `photofs login`.
    What two sources of one library tell of the same photo is merged.
    """
    house = House()
    if provider in ACCOUNTS:
        service, export = ACCOUNTS[provider]
        raise Refused(
            f"a {service} account is added by logging in to it",
            remedy=f"use `photofs login {provider}`"
            + (f", or `library add {export}` for a downloaded export" if path else ""),
        )
    if name is not None and library_to is not None:
        raise Refused("a new library with --name, or a known one with --to?", remedy="give one")
    folder = _archive_folder(path)
    chosen = library_to or name or _name_for(provider, folder)
    check_name(chosen)
    kind = provider.replace("-", "_")
    house.check_export(provider, folder)
    with house.catalog() as catalog:
        if library_to is not None:
            _refuse_twice(catalog, "", kind, folder)
            known = catalog.library(library_to)
            check_no_own_mirror(catalog, known, folder)
            catalog.add_source(known.library_id, kind, {"path": str(folder)})
        else:
            _refuse_twice(catalog, chosen, kind, folder)
            catalog.add_library(chosen, kind, {"path": str(folder)})
    if not as_json:
        added_to = " to" if library_to is not None else ""
        print(f"added{added_to} {chosen}: {safe_text(str(folder))}", flush=True)
        _say_where_it_is_not(house)
    added = {"added": chosen, "folder": str(folder)} if as_json else None
    scan_after(chosen, added, no_scan=no_scan)


def _say_where_it_is_not(house: House) -> None:
    """Say so if another home is mounted, and this one nowhere: nothing new will be seen there."""
    others = [] if house.own_points() else [each for each in list_mounts(os.environ) if each.pid]
    for mount in others:
        print(
            f"{safe_text(mount.point)} does not show it, for it shows another home; to see it:"
            f" {own_name()} umount {shell_word(mount.point)}, then {own_name()} mount",
            flush=True,
        )


def _name_for(provider: str, folder: Path) -> str:
    """The library's name where none was given."""
    if provider != "folder":
        return "google" if provider == "takeout" else "flickr"
    return folder.name if NAME.fullmatch(folder.name) else "folder"


def _refuse_twice(catalog: Catalog, name: str, provider: str, folder: Path) -> None:
    """Refuse a folder that is a library already, and a name that one has; say what to do."""
    for library in catalog.libraries():
        told = [
            (each.provider, each.config.get("path")) for each in catalog.sources(library.library_id)
        ]
        if (provider, str(folder)) in told:
            raise Refused(
                f"{folder} is the library {library.name} already",
                safe="it was not touched",
                remedy=f"`photofs scan '{library.name}'` reads what is new in it",
            )
        if library.name == name:
            raise Refused(
                f'there is a library "{name}" already',
                safe="it was not touched",
                remedy="choose another name with --name; later parts of the same export go into its"
                f" folder, then `photofs scan`; --to '{name}' adds this as one more source of the"
                f" same photos; `photofs library remove '{name}'` forgets it",
            )


def check_name(name: str) -> None:
    """Refuse a name that cannot be a folder everywhere."""
    if NAME.fullmatch(name) is None:
        raise Refused(
            f'"{safe_text(name)}" cannot be a library\'s name',
            remedy="use letters, digits, blanks, dots, _ and -, at most 64",
        )


def _archive_folder(path: str | None) -> Path:
    """The folder (or single archive) named, absolute; NotFound or Refused if it cannot be one."""
    if path is None:
        raise Refused("which folder?", remedy="name the folder that holds the parts or pictures")
    folder = Path(path).expanduser().absolute()
    try:
        folder.stat()
    except OSError as error:
        raise NotFound(
            f"{safe_text(str(folder))} is not there for you: {error.strerror}",
            remedy="check the path",
        ) from error
    return folder


def _listed(catalog: Catalog, row: LibraryRow) -> dict[str, Any]:
    """What `list` tells of a library."""
    counts = catalog.counts(row.library_id)
    photos = counts.photos - len(catalog.no_photos(row.library_id))
    return {
        "name": row.name,
        "sources": [source.provider for source in catalog.sources(row.library_id)],
        **counts._replace(photos=photos)._asdict(),
        "size_exact": counts.sized == counts.photos,
    }


@library.command("list")
@json_option
def list_libraries(*, as_json: bool) -> None:
    """List the libraries and what they hold."""
    with find_house().catalog() as catalog:
        rows = [_listed(catalog, each) for each in catalog.libraries()]
    if as_json:
        print_json(rows)
    elif rows:
        table(
            ["NAME", "SOURCES", "PHOTOS", "ALBUMS", "SIZE"],
            [
                (
                    row["name"],
                    ", ".join(row["sources"]),
                    f"{row['photos']:,}",
                    f"{row['albums']:,}",
                    f"{'' if row['size_exact'] else '~'}{human_size(row['size_total'])}",
                )
                for row in rows
            ],
        )
        if not all(row["size_exact"] for row in rows):
            print("~: an estimate, until the length of each photo is known")
    else:
        print("no library yet; see `photofs library add --help` and `photofs login --help`")


@library.command(short_help="Forget a library, or one source of it.")
@click.argument("name", shell_complete=libraries)
@click.option("--source", help="Only this source of it: its place in the list, or its provider.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--with-scratch", is_flag=True, help="Delete the files in its Scratch, too.")
@click.option(
    "--with-unsent", is_flag=True, help="Also while files are on this disk alone, or changes wait."
)
@json_option
def remove(
    name: str,
    *,
    source: str | None,
    yes: bool,
    with_scratch: bool,
    with_unsent: bool,
    as_json: bool,
) -> None:
    """Forget a library, or one source of it; archives, accounts, kept originals stay as they are.

    So do the files in its Scratch, unless --with-scratch says otherwise.
    It is refused while files that were put into it are on this disk alone, or changes are not done
    at its service. With --with-unsent the changes are given up, and the files leave the tree but
    stay on this disk.
    With --source, photos that other sources have stay as they are, and the others leave the tree;
    added again, it brings them back.
    """
    house = House()
    if source is not None:
        remove_source(house, name, source, yes=yes, as_json=as_json)
        return
    with house.catalog() as catalog:
        row = catalog.library(name)
        sources = [source.source_id for source in catalog.sources(row.library_id)]
        photos = catalog.counts(row.library_id).photos
        scratch = house.scratch_of(row.library_id)
        held = held_in(scratch)
        unsent = unsent_of(catalog, row.library_id)
        if not with_unsent:
            refuse_unsent(name, unsent)
        if not yes:
            question = _question(name, photos, held, with_scratch=with_scratch)
            confirm(" ".join([question, *unsent_fate(unsent)]))
        catalog.remove_library(row.library_id, under_way_too=not agent_works(house))
    for source_id in sources:
        house.forget_small_state(source_id)
    if with_scratch:
        remove_all(scratch)
    kept = str(scratch) if held.files and not with_scratch else None
    if as_json:
        print_json(
            {"forgotten": name, "photos": photos, "scratch_kept": kept, "unsent": unsent._asdict()}
        )
        return
    print(f"{name} is forgotten; what it was read from is as it was")
    if kept:
        print(f"its Scratch is kept: {held_words(held)} in {safe_text(kept)}")
    if unsent.files:
        print(f"{files_words(unsent)} stay on this disk, in {safe_text(str(house.paths.kept))}")


def _question(name: str, photos: int, held: Held, *, with_scratch: bool) -> str:
    """What is about to be done, and what becomes of Scratch."""
    question = f"Forget {name} with {counted(photos, 'photo')}? Nothing at its source is touched."
    if not held.files:
        return question
    fate = "are DELETED, and are nowhere else" if with_scratch else "are kept on this disk"
    return f"{question} {held_words(held)} in its Scratch {fate}."


@library.command(short_help="Tell where the export of a library lies now.")
@click.argument("name", shell_complete=libraries)
@click.argument("folder", shell_complete=files)
@json_option
def move(name: str, folder: str, *, as_json: bool) -> None:
    """Read a library's export from FOLDER from now on: it was moved there. No file is touched."""
    house = House()
    new = _archive_folder(folder)
    with house.catalog() as catalog:
        source = _source_at(house, catalog, name, new)
        _refuse_twice(catalog, "", source.provider, new)
        check_no_own_mirror(catalog, catalog.library(name), new)
        catalog.set_config(source.source_id, {**source.config, "path": str(new)})
        catalog.source_trouble(source.source_id, "")
    if as_json:
        print_json({"moved": name, "from": source.config["path"], "folder": str(new)})
    else:
        print(f"{name} is read from {safe_text(str(new))} from now on, by running mounts too")


def _source_at(house: House, catalog: Catalog, name: str, folder: Path) -> SourceRow:
    """The source of a library whose export lies in the folder now; Refused if none does."""
    refusal = Refused(
        f"{name} is an account and has no folder",
        safe="nothing was changed",
        remedy="see `photofs library list`",
    )
    for source in catalog.sources(catalog.library(name).library_id):
        if "path" in source.config:
            try:
                house.check_export(source.provider.replace("_", "-"), folder)
                house.check_moved(folder, catalog.refs(source.source_id))
            except Refused as error:
                refusal = error
            else:
                return source
    raise refusal


@library.command(short_help="List what could not be paired or read, or was guessed.")
@click.argument("name", shell_complete=libraries)
@json_option
def report(name: str, *, as_json: bool) -> None:
    """List what a scan could not pair, had to guess, could not read, or found undone, and why."""
    with find_house().catalog() as catalog:
        number = catalog.library(name).library_id
        lines = [*catalog.findings(number), *unmerged(catalog, number), *not_so(catalog, number)]
        found = sorted(lines, key=_urgency)
    if as_json:
        print_json([{"kind": kind, "path": path, "why": why} for kind, path, why in found])
        return
    if not found:
        print("nothing to report: every file found its place")
    for kind, path, why in found:
        print(f"{kind}: {safe_text(path)}: {safe_text(why)}")


def _urgency(finding: tuple[str, str, str]) -> int:
    """A lower number for what is told first: what can be mended, then what had to be guessed."""
    return next((n for n, kind in enumerate(ACTION) if kind == finding[0]), len(ACTION))


@library.command(short_help="Take apart what was wrongly merged into one photo.")
@click.argument("path", shell_complete=places)
@click.option("--undo", is_flag=True, help="Let them be merged again, if anything shows it.")
@json_option
def split(path: str, *, undo: bool, as_json: bool) -> None:
    """Take the photo at PATH apart: what each source tells is a photo of its own, and stays one.

    Nothing is sent or deleted. `photofs info PATH` shows the sources, and why they were merged.
    """
    with find_place(path, read_only=False) as place:
        if place.node.folder:
            raise Refused(f"{safe_text(path)} is a folder", remedy="name one photo")
        photo = place.catalog.photo(row_id(place.node.ino))
        with place.house.filing(place.catalog).merging(photo.library_id) as merging:
            photos = [] if undo else merging.split(photo.photo_id)
            was_split = undo and merging.unsplit(photo.photo_id)
        told = [place.catalog.path_of(each) for each in photos]
    if as_json:
        print_json({"split": not undo, "undone": was_split, "photos": told})
    elif not undo:
        named = [f"  {safe_text(each)}" for each in told]
        print("\n".join([f"{counted(len(told), 'photo')} now:", *named]))
    else:
        print("they may be merged again" if was_split else "it was not split")
