"""Writes what stands beside a mirror's files: a sidecar for each photo, and the list of albums.

Only for photos that changed, or were written, since it was done last. A sidecar that another
program has written or changed stays as it is (docs/MIRROR.md).
"""

import os
from typing import Final

import trio

from agent.mirror_work import Work, folder_of
from photofs.filing.mirror_facts import album_list_of, sidecar_of
from photofs.metadata.xmp import is_ours, write_xmp
from photofs.mirrors.disk_words import mirror_errors
from photofs.mirrors.folder import LocalMirror
from photofs.model.album_list import LARGEST, NAME, ListedPhoto, write_album_list
from photofs.model.errors import NotFolder, NotFound
from photofs.model.sidecar import ENDING

BATCH: Final = 64
"""Sidecars that are made before they are written: some 20 ms of the loop."""

PAGE: Final = 2000
"""Lines of the list that are asked for at a time, likewise."""


async def write_beside(work: Work) -> int:
    """Bring all of it up to date; how many sidecars were written. Errors of the mirror's disk."""
    catalog, mirror_id = work.catalog, work.mirror_id
    told, now = catalog.beside(mirror_id), catalog.beside_now(mirror_id)
    if told == now and not work.tally.fresh:
        return 0
    files = catalog.files_beside(mirror_id)
    changed = catalog.photos_changed(told.change)
    if changed is None:
        wanted = sorted(files)
    else:
        # what this run wrote by its own word: after the clock was set back, times tell nothing
        written = catalog.photos_written(mirror_id, told.written_ns) | work.tally.fresh
        wanted = sorted(files.keys() & (changed | written))
    done = 0
    for start in range(0, len(wanted), BATCH):
        sidecars = {
            files[photo] + ENDING: write_xmp(sidecar_of(catalog, photo))
            for photo in wanted[start : start + BATCH]
        }
        done += await work.disk.ask(_put_all, work.folder, sidecars)
    if wanted:
        await _write_list(work)
    catalog.note_beside(mirror_id, now)
    return done


async def _write_list(work: Work) -> None:
    """albums.json, if it is another one now."""
    listed: dict[int, ListedPhoto] = {}
    after = 0
    while page := work.catalog.listed(work.mirror_id, after, PAGE):
        after = max(page)
        listed.update(page)
        await trio.lowlevel.checkpoint()
    albums = album_list_of(work.catalog, work.row.library_id, listed)

    def put() -> None:
        data = write_album_list(albums)
        if _read(work.folder, NAME) != data:
            work.folder.put(NAME, data)
            work.folder.sync("")

    await work.disk.ask(put)


def _put_all(folder: LocalMirror, sidecars: dict[str, bytes]) -> int:
    """In a thread: those that are not there so; durable. How many were written."""
    touched: set[str] = set()
    done = 0
    for path, data in sidecars.items():
        there = _read(folder, path)
        if there != data and (there is None or is_ours(there)):
            folder.put(path, data)
            touched.add(folder_of(path))
            done += 1
    for each in touched:
        folder.sync(each)
    return done


def _read(folder: LocalMirror, path: str) -> bytes | None:
    """The bytes of a small file, None if there is none; b"" if something else stands there."""
    try:
        fd = folder.open(path)
    except NotFound:
        return b"" if not folder.is_free(path) else None
    except NotFolder:
        return b""
    with os.fdopen(fd, "rb") as file, mirror_errors(f"reading {path}"):
        return file.read(LARGEST)
