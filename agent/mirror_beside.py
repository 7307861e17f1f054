"""Writes what stands beside a mirror's files: a sidecar for each photo, and the list of albums.

Only for photos that changed, or were written, since it was done last, and for what verifying found
wrong. A sidecar that another program or a person has written or changed stays as it is; what is
damaged is kept in Damaged, and made anew (decisions/0027).
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Final

import trio

from agent.beside_look import KEPT, Seen, Sight, judge, read_beside
from agent.mirror_aside import set_aside_damaged
from agent.mirror_steps import finish_writes
from agent.mirror_sums import look_after
from agent.mirror_work import Work, folder_of
from photofs.catalog.beside_rows import Written
from photofs.filing.mirror_facts import album_list_of, sidecar_of
from photofs.metadata.xmp import write_xmp
from photofs.model.album_list import NAME, ListedPhoto, write_album_list
from photofs.model.errors import Full, NotFolder, PhotofsError
from photofs.model.mirror import SUMS_NAME
from photofs.model.sidecar import ENDING

BATCH: Final = 64
"""Sidecars that are made before they are written: some 20 ms of the loop."""

PAGE: Final = 2000
"""Lines of the list that are asked for at a time, likewise."""

LAST_SECONDS: Final = 5.0
"""For the lists of a run that is ended: less than the process has (agent/ending.py)."""


async def write_beside(work: Work) -> int:
    """Bring all of it up to date; how many sidecars were written. Errors of the mirror's disk."""
    catalog, mirror_id = work.catalog, work.mirror_id
    told, now = catalog.beside(mirror_id), catalog.beside_now(mirror_id)
    wrong = catalog.wrong_beside(mirror_id)
    anew = catalog.is_beside_doubted(mirror_id) and not catalog.doubt()
    if told == now and not work.tally.fresh and not wrong and not anew:
        return 0
    files = catalog.files_beside(mirror_id)
    changed = None if anew else catalog.photos_changed(told.change)
    if changed is None:
        wanted = sorted(files)
    else:
        # what this run wrote by its own word: after the clock was set back, times tell nothing
        written = catalog.photos_written(mirror_id, told.written_ns) | work.tally.fresh
        harmed = {photo for photo, path in files.items() if path + ENDING in wrong} if wrong else ()
        wanted = sorted(files.keys() & (changed | written | set(harmed)))
    done = 0
    for start in range(0, len(wanted), BATCH):
        done += await _write_sidecars(work, files, wanted[start : start + BATCH])
    if wanted or NAME in wrong or anew:
        await write_list(work)
    _forget_what_is_ours_no_more(work, wrong, files.values())
    catalog.note_beside(mirror_id, now)
    if anew:
        catalog.end_beside_doubt(mirror_id)
    work.tally.fresh.clear()
    return done


def is_behind(work: Work) -> bool:
    """Whether a run, though it has no file to write, may write beside them."""
    return work.catalog.beside(work.mirror_id) != work.catalog.beside_now(work.mirror_id)


async def write_list(work: Work) -> None:
    """albums.json, if it is another one now."""
    listed: dict[int, ListedPhoto] = {}
    after = 0
    while page := work.catalog.listed(work.mirror_id, after, PAGE):
        after = max(page)
        listed.update(page)
        await trio.lowlevel.checkpoint()
    lacking = work.catalog.mirror_counts(work.row).lacking
    albums = album_list_of(work.catalog, work.row.library_id, listed, lacking)
    data = await trio.to_thread.run_sync(write_album_list, albums)
    await _put(work, {NAME: data})


async def write_last(work: Work) -> None:
    """What a run that is ended leaves for those who read the mirror: lists of what is there.

    Sidecars are left to the next run. Nothing is raised: why the run ends is told already.
    """
    with trio.CancelScope(shield=True, deadline=trio.current_time() + LAST_SECONDS):
        with suppress(PhotofsError):
            await finish_writes(work)  # of the batch that was broken off
            await look_after(work)
        with suppress(PhotofsError):
            await write_list(work)


async def catch_up(work: Work) -> None:
    """Before a run: what a former one, that was killed, has written is listed first."""
    told = work.catalog.beside(work.mirror_id)
    if work.catalog.photos_written(work.mirror_id, told.written_ns):
        with suppress(Full):  # it may be files that take no room that are to come
            await look_after(work)
            await write_beside(work)


async def _write_sidecars(work: Work, files: Mapping[int, str], photos: Iterable[int]) -> int:
    """Those of some photos; how many were not there so."""
    made = {files[photo] + ENDING: write_xmp(sidecar_of(work.catalog, photo)) for photo in photos}
    return await _put(work, made)


async def _put(work: Work, made: Mapping[str, bytes]) -> int:
    """Have these files there, but for those that are somebody's own; how many were written.

    Their notes say that nobody knows what is there while they are written: a killed run's file is
    taken for nobody's change then.
    """
    catalog, mirror_id = work.catalog, work.mirror_id
    known = catalog.written_beside(mirror_id, made)
    doubted = catalog.is_beside_doubted(mirror_id)
    seen, wanting = await work.disk.ask(partial(_look, work, made, known, doubted=doubted))
    if catalog.doubt():  # what another catalog wrote is newer, as far as anybody knows
        wanting = {path: why for path, why in wanting.items() if why is not Sight.DOUBTED}
    if wanting:
        catalog.forget_written_beside(mirror_id, wanting)
        seen |= await work.disk.ask(partial(_write, work, made, wanting))
    catalog.note_written_beside(mirror_id, {path: each.written for path, each in seen.items()})
    catalog.note_right_beside(mirror_id, made.keys() - seen.keys() - wanting.keys())  # theirs
    return len(wanting)


def _look(
    work: Work, made: Mapping[str, bytes], known: Mapping[str, Written], *, doubted: bool
) -> tuple[dict[str, Seen], dict[str, Sight]]:
    """In a thread: what is there and right, and which are to be written."""
    right: dict[str, Seen] = {}
    wanting: dict[str, Sight] = {}
    for path, data in made.items():
        seen = read_beside(work.folder, path)
        if seen is not None and seen.data == data:
            right[path] = seen
            continue
        step_ns = work.folder.traits.mtime_step_ns
        sight = judge(path, seen, known.get(path), step_ns, doubted=doubted)
        if sight not in KEPT:
            wanting[path] = sight
    return right, wanting


def _write(work: Work, made: Mapping[str, bytes], wanting: Mapping[str, Sight]) -> dict[str, Seen]:
    """In a thread: these; durable."""
    done: dict[str, Seen] = {}
    for each in {folder_of(path) for path in wanting}:
        work.folder.sweep(each)  # a killed run, which wanted the same, left a temporary file
    for path, sight in wanting.items():
        with suppress(NotFolder):  # as the photos in it have told; once it is back it is written
            if sight in {Sight.DAMAGED, Sight.DOUBTED}:
                set_aside_damaged(work, path)
            work.folder.put(path, made[path])
            there = work.folder.stamp(path)
            done[path] = Seen(made[path], there.mtime_ns if there else 0)
    for each in sorted({folder_of(path) for path in done}):
        work.folder.sync(each)
    return done


def _forget_what_is_ours_no_more(work: Work, wrong: Iterable[str], files: Iterable[str]) -> None:
    """Sidecars that were wrong, and whose photo has no file there any more."""
    known = {path + ENDING for path in files} if wrong else set()
    gone = [
        path
        for path in wrong
        if path not in known and path != NAME and path.rpartition("/")[2] != SUMS_NAME
    ]
    work.catalog.note_right_beside(work.mirror_id, gone)
