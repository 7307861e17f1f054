"""`photofs pin`, `unpin`, `free`: which originals lie on this disk."""

import sys

import click
import trio

from photofs.cli.output import counted, human_size, json_option, print_json
from photofs.cli.place import Place, find_place, photos_at
from photofs.cli.suggestions import places
from photofs.cli.warm import fetch_all
from photofs.model.exit_codes import SOME_FAILED


@click.command
@click.argument("paths", nargs=-1, required=True, shell_complete=places)
@json_option
def pin(paths: tuple[str, ...], *, as_json: bool) -> None:
    """Fetch the photos at PATHS and keep them on this disk."""
    outcomes = []
    for path in paths:
        with find_place(path, read_only=False) as place:
            wanted = photos_at(place)
            for photo_id in wanted:
                place.catalog.set_pinned(photo_id, pinned=True)
            fetched = trio.run(fetch_all, place.house, place.catalog, wanted)
        outcomes.append({"path": path, "pinned": len(wanted), "failed": fetched.failed})
        if not as_json:
            more = f", {fetched.failed:,} not fetched" if fetched.failed else ""
            print(f"{path}: {counted(len(wanted), 'photo')} pinned{more}")
    if as_json:
        print_json(outcomes)
    sys.exit(SOME_FAILED if any(outcome["failed"] for outcome in outcomes) else 0)


@click.command
@click.argument("paths", nargs=-1, required=True, shell_complete=places)
@json_option
def unpin(paths: tuple[str, ...], *, as_json: bool) -> None:
    """Let the photos at PATHS be evicted from the cache again."""
    outcomes = []
    for path in paths:
        with find_place(path, read_only=False) as place:
            wanted = photos_at(place)
            for photo_id in wanted:
                place.catalog.set_pinned(photo_id, pinned=False)
        outcomes.append({"path": path, "unpinned": len(wanted)})
        if not as_json:
            print(f"{path}: {counted(len(wanted), 'photo')} unpinned")
    if as_json:
        print_json(outcomes)


@click.command
@click.argument("paths", nargs=-1, required=True, shell_complete=places)
@json_option
def free(paths: tuple[str, ...], *, as_json: bool) -> None:
    """Remove the cached bytes of the photos at PATHS from this disk; pinned ones stay."""
    outcomes = []
    for path in paths:
        with find_place(path) as place:
            photos = photos_at(place)
            freed = sum(_free_one(place, photo_id) for photo_id in photos)
            hint = "" if freed else _why_nothing(place, photos)
        outcomes.append({"path": path, "freed": freed})
        if not as_json:
            print(f"{path}: {human_size(freed)} freed{hint}")
    if as_json:
        print_json(outcomes)


def _free_one(place: Place, photo_id: int) -> int:
    """Remove one photo's bytes from the cache unless it is pinned; the bytes freed."""
    photo = place.catalog.photo(photo_id)
    if photo.sha256 is None or photo.pinned or photo.sha256 in place.catalog.only_here():
        return 0
    return place.house.store().free(photo.sha256)


def _why_nothing(place: Place, photos: list[int]) -> str:
    """Why no byte went."""
    rows = [place.catalog.photo(each) for each in photos]
    if any(row.pinned for row in rows):
        return " (what is pinned stays; see `photofs unpin`)"
    if {row.sha256 for row in rows} & place.catalog.only_here():
        return " (what is nowhere else stays)"
    return " (nothing of it is cached)"
