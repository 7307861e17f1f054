"""`photofs trash`: what was removed lies there, and goes for good only by a word of its user."""

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import click

from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.cli.emptying import Emptied, empty_trash, find_deletable
from photofs.cli.house import find_house, recognised
from photofs.cli.last_copies import empty_last_copies
from photofs.cli.output import (
    confirm,
    counted,
    human_size,
    json_option,
    print_json,
    safe_text,
    table,
)
from photofs.cli.place import Place, find_place, photos_at
from photofs.cli.restoring import restore_deleted
from photofs.cli.suggestions import libraries as named_libraries
from photofs.cli.suggestions import places
from photofs.model.errors import Refused
from photofs.model.exit_codes import SOME_FAILED
from photofs.model.wish import Asker
from photofs.view.layout import REPLACED, TRASH
from photofs.wishing.recognising import check_no_doubt

RESTORE = Asker(0, "photofs trash restore")


@click.group
def trash() -> None:
    """List, restore, or delete for good what lies in Trash."""


@trash.command("list")
@json_option
def list_trash(*, as_json: bool) -> None:
    """List what lies in Trash."""
    with find_house().catalog(read_only=True) as catalog:
        names = {row.library_id: row.name for row in catalog.libraries()}
        found = [each for each in catalog.in_trash() if each[1] in names]
        hints = _hints(found, names, catalog.writable_libraries())
        sizes = [size for _, _, _, size, _ in found]
        rows = [
            {
                "library": names[library],
                "path": catalog.path_of_photo(photo) or name,
                "size": size,
                "exact": exact,
            }
            for photo, library, name, size, exact in found
        ]
    if as_json:
        print_json(rows)
    elif rows:
        table(
            ["SIZE", "PATH"],
            [(human_size(size), row["path"]) for row, size in zip(rows, sizes, strict=True)],
        )
        print("\n".join(hints))
    else:
        print("nothing lies in Trash")


def _hints(
    found: Sequence[tuple[int, int, str, int, bool]],
    names: Mapping[int, str],
    writable: Collection[int],
) -> Iterator[str]:
    """What can be done with it, by the library that it lies in."""
    libraries = {library for _, library, *_ in found}
    if libraries & set(writable):
        yield "`photofs trash restore PATH` puts one back, `photofs trash empty` deletes for good"
    for library in sorted(libraries - set(writable)):
        yield _read_only(names[library])


@trash.command(short_help="Put photos back to where they were.")
@click.argument("paths", nargs=-1, shell_complete=places)
@click.option(
    "--deleted",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Upload again what `trash empty` deleted and wrote down in this file.",
)
@json_option
def restore(paths: tuple[str, ...], deleted: Path | None, *, as_json: bool) -> None:
    """Put the photos at PATHS (in Trash) back to where they were, albums and favorite included.

    Exits with 6 if at some PATH nothing was in Trash.
    """
    if deleted is not None:
        _restore_deleted(deleted, as_json=as_json)
        return
    if not paths:
        raise Refused("which photos?", remedy="name some in Trash; `photofs trash list` lists them")
    outcomes = []
    for path in paths:
        with find_place(path, read_only=False) as place:
            restored = place.house.wishing(place.catalog).restore(photos_at(place), RESTORE)
            words = f"{counted(restored, 'photo')} restored" if restored else _why_none(place)
        outcomes.append({"path": path, "restored": restored})
        if not as_json:
            print(f"{safe_text(path)}: {words}")
    if as_json:
        print_json(outcomes)
    sys.exit(0 if all(each["restored"] for each in outcomes) else SOME_FAILED)


def _why_none(place: Place) -> str:
    """That none came back is no success, and says what to do."""
    name, *below = place.path.split("/")
    if below[:1] != [TRASH[-1].name] or not photos_at(place):
        return "nothing there lies in Trash; `photofs trash list` lists what does"
    if below[:2] == [each.name for each in REPLACED]:
        return (
            "these are bytes that a photo had before: a copy (`cp`) is a photo of its own; if it"
            " was overwritten here, `photofs undo ACTION` takes that back (`photofs log` has its"
            " number)"
        )
    rows = {each.name: each.library_id for each in place.catalog.libraries()}
    if rows.get(name) not in place.catalog.writable_libraries():
        return f"{_read_only(name)}; nothing was changed"
    return "nothing there can be taken out of Trash from here; look on the service's own pages"


def _read_only(library: str) -> str:
    return f"{safe_text(library)} cannot be changed: it shows what lies in trash there"


def _restore_deleted(file: Path, *, as_json: bool) -> None:
    """Copy in again what a restore file lists; exits with 6 if some could not be."""
    house = find_house()
    with house.catalog() as catalog:
        restored, failed = restore_deleted(house, catalog, file)
    if as_json:
        print_json({"restored": restored, "failed": failed})
    else:
        print(f"{counted(restored, 'photo')} copied into Unsorted again, to be uploaded")
        for why in failed:
            print(f"not restored: {safe_text(why)}")
    sys.exit(SOME_FAILED if failed else 0)


@trash.command(short_help="Delete for good, at the service.")
@click.argument("libraries", nargs=-1, shell_complete=named_libraries)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--last-copies",
    is_flag=True,
    help="Instead: remove from this disk what no source has any more, the last copies known here.",
)
@click.option("--count", type=int, help="With --last-copies: do not ask, if it is exactly so many.")
@json_option
def empty(
    libraries: tuple[str, ...],
    *,
    yes: bool,
    last_copies: bool,
    count: int | None,
    as_json: bool,
) -> None:
    """Delete at the service what lies in Trash, for good; of all LIBRARIES if none is named.

    Exports cannot be changed, and are left out then.
    Only what is proven to be here: each original is kept on this disk and read again before. What
    is deleted is written to a file from which it can be uploaded again.
    """
    if last_copies:
        if yes:
            raise Refused("--yes does not count for last copies", remedy="--count says how many")
        empty_last_copies(libraries, count, as_json=as_json)
        return
    if count is not None:
        raise Refused("--count is of --last-copies alone", remedy="leave it out")
    house = find_house()
    with recognised(house) as catalog:
        check_no_doubt(catalog)
        if not yes:
            _ask(catalog, libraries)
        emptied = empty_trash(house, catalog, libraries)
    if as_json:
        print_json({**emptied._asdict(), "left": dict(emptied.left)})
    else:
        _tell(house, emptied)
    sys.exit(SOME_FAILED if emptied.left else 0)


def _ask(catalog: Catalog, libraries: tuple[str, ...]) -> None:
    """Show count and bytes, say that it is final, and ask."""
    found = find_deletable(catalog, libraries)
    size = sum(each.size for each in found)
    if not found:
        return
    confirm(
        f"Delete {counted(len(found), 'photo')} ({human_size(size)}) in Trash at the service?"
        " Flickr's delete is final: ids, comments and views do not come back."
        " The originals stay on this disk."
    )


def _tell(house: House, emptied: Emptied) -> None:
    """What will be deleted, and what was left."""
    for why, number in emptied.left.items():
        print(f"{counted(number, 'photo')} left in Trash: {safe_text(why)}")
    if emptied.wished:
        print(
            f"{counted(emptied.wished, 'photo')} ({human_size(emptied.bytes)}) to be deleted;"
            f" to bring them back: {safe_text(str(emptied.restore_file))}"
            f" (originals in {safe_text(str(house.paths.kept))})"
        )
    elif not emptied.left:
        print("nothing lies in Trash")
