"""Emptying Trash: each original proven to be here, all of it written down, then wished.

The restore file is on the disk before the first deletion is wished: one JSON object a line, see
photofs.wishing.deleting.record. The agent proves each original once more before it sends anything.
"""

import json
import os
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import trio

from photofs.assembly import House
from photofs.catalog.port import LibraryRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.output import safe_text
from photofs.cli.warm import fetch_all
from photofs.model.errand import Deed
from photofs.model.errors import PhotofsError, ReadOnly, StoreError
from photofs.model.wish import Asker
from photofs.originals.port import Room
from photofs.originals.rooms import sync_folder
from photofs.wishing.deleting import Proven, doubt, record, to_delete
from photofs.wishing.hand_reach import reach_of

EMPTY = Asker(0, "photofs trash empty")
NOT_FETCHED = "its original was not fetched yet"
NO_PROGRAM = (
    "Google lets no program delete, and photofs asks nobody to; what lies in Google's own trash"
    " goes from there by itself"
)


class InTrash(NamedTuple):
    """A photo in Trash."""

    photo: int
    library: int
    size: int


class Emptied(NamedTuple):
    """What came of it. `left`: how many stay in Trash for which reason."""

    wished: int
    bytes: int
    left: Counter[str]
    restore_file: str | None


def find_emptying(catalog: Catalog, names: tuple[str, ...]) -> list[InTrash]:
    """What lies in Trash of the libraries named, or of all that can be changed.

    With none named, an export beside an account is left out: the account's Trash is meant. What
    lies in that of a library that is named, or of exports alone, is ReadOnly. NotFound.
    """
    chosen = [catalog.library(name) for name in names]
    writable = catalog.writable_libraries()
    if not names:
        every = catalog.libraries()
        chosen = [row for row in every if row.library_id in writable] or list(every)
    found = [
        InTrash(photo, library, size)
        for row in chosen
        for photo, library, _, size, _ in catalog.in_trash(row.library_id)
    ]
    for row in chosen:
        if row.library_id not in writable and any(each.library == row.library_id for each in found):
            raise _unchangeable(catalog, row)
    return found


def _unchangeable(catalog: Catalog, row: LibraryRow) -> ReadOnly:
    """Told before anybody is asked, and before any original is fetched."""
    has_account = any(each.account for each in catalog.sources(row.library_id))
    why = "its login may read only" if has_account else "it shows an archive"
    return ReadOnly(
        f'the library "{safe_text(row.name)}" cannot be changed: {why}',
        safe="nothing was changed",
        remedy="delete it on the service's own pages",
    )


def find_deletable(catalog: Catalog, names: tuple[str, ...]) -> list[InTrash]:
    """The same without what no program can delete."""
    found = find_emptying(catalog, names)
    return [each for each in found if not _nobody_deletes(catalog, each.library)]


def empty_trash(house: House, catalog: Catalog, names: tuple[str, ...]) -> Emptied:
    """Prove, write down, and wish the deletion of all that can be; the rest stays."""
    found = find_emptying(catalog, names)
    proven: list[Proven] = []
    left = Counter(NO_PROGRAM for each in found if _nobody_deletes(catalog, each.library))
    found = [each for each in found if not _nobody_deletes(catalog, each.library)]
    _bring_here(house, catalog, [each.photo for each in found])
    for each in found:
        outcome = _prove(house, catalog, each.photo)
        if isinstance(outcome, str):
            left[outcome] += 1
        else:
            proven.append(outcome)
    if not proven:
        return Emptied(0, 0, left, None)
    restore_file = _write_down(house, catalog, proven)
    wished = house.wishing(catalog).delete(proven, EMPTY, str(restore_file))
    if len(wished) < len(proven):
        left["it was changed meanwhile"] += len(proven) - len(wished)
    return Emptied(len(wished), sum(each.size for each in wished), left, str(restore_file))


def _nobody_deletes(catalog: Catalog, library_id: int) -> bool:
    """Whether a library's service lets a program do nothing of the kind, but a hand trash."""
    can = catalog.writes_of_library(library_id)[1]
    return "delete" not in can and Deed.TRASH in reach_of(can).deeds


def _bring_here(house: House, catalog: Catalog, photos: list[int]) -> None:
    """Fetch the originals that nothing but their absence keeps from being proven."""
    wanted = [photo for photo in photos if to_delete(catalog, photo) == NOT_FETCHED]
    wanted += [
        photo
        for photo in photos
        if isinstance(found := to_delete(catalog, photo), Proven)
        and house.store().has_sealed(found.sha256) is None
    ]
    if wanted:
        trio.run(fetch_all, house, catalog, wanted)


def _prove(house: House, catalog: Catalog, photo: int) -> Proven | str:
    """Its proof: the original moved to Kept and read again; or why there is none."""
    found = to_delete(catalog, photo)
    if isinstance(found, str):
        return found
    store = house.store()
    try:
        if store.has_sealed(found.sha256) is Room.CACHE:
            store.keep(found.sha256)
        return doubt(store, found.sha256) or found
    except PhotofsError as error:
        return error.what


def _write_down(house: House, catalog: Catalog, proven: list[Proven]) -> Path:
    """The restore file, on the disk with its name once this returns; StoreError."""
    folder = house.paths.data / "deleted"
    path = folder / f"{time.strftime('%Y-%m-%dT%H%M%S')}-{os.getpid()}.jsonl"
    names = {row.library_id: row.name for row in catalog.libraries()}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            for each in proven:
                library = names.get(catalog.photo_facts(each.photo).library, "")
                line = json.dumps(record(catalog, each, library), ensure_ascii=False)
                file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        for each_folder in (folder, folder.parent):
            sync_folder(each_folder)
    except OSError as error:
        raise StoreError(
            f"{path} could not be written: {error.strerror}",
            safe="nothing was deleted",
            remedy="make room on that disk, and try again",
        ) from error
    return path
