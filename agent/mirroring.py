"""Runs a mirror: plans what it lacks, brings it, shows albums, writes lists of hashes.

A run may end at any moment, by Ctrl-C, kill -9, a full disk or one that is pulled out: what is
noted is there and synced, and the next run goes on. One run at a time works on a mirror.
"""

import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import trio

from agent.mirror_albums import show_albums
from agent.mirror_beside import catch_up, is_behind, write_beside, write_last
from agent.mirror_copying import Copying
from agent.mirror_disk import Disk
from agent.mirror_plan import Bring, Renew, Step, plan
from agent.mirror_steps import finish_moves, finish_writes, settle
from agent.mirror_sums import look_after
from agent.mirror_work import Tally, Work
from photofs.assembly import House
from photofs.catalog.mirrors import MirrorRow
from photofs.catalog.sqlite import Catalog
from photofs.kernel.lock import hold
from photofs.mirrors.folder import LocalMirror
from photofs.mirrors.opening import open_mirror
from photofs.model.errors import NotFolder, PhotofsError, found_in
from photofs.model.observation import Progress
from photofs.volume.engine import Engine, open_engine
from photofs.volume.fetch import Pieces
from photofs.volume.mirror_copies import MirrorCopies
from photofs.wishing.recognising import (
    ROLL_MIRROR_NS,
    compare_mirror,
    next_word,
    place_of,
    put_word,
    word_in,
)

log = logging.getLogger(__name__)

PAGE: Final = 2000
"""Photos that are planned at a time: some 20 ms, so that the loop is nobody's for longer."""

LISTED_NS: Final = 600 * 10**9
"""Between two writings of lists and sidecars in a run: what a disk that is pulled out may lack.

The list of 100,000 photos takes some 2 s."""

BATCH: Final = 64
BATCH_BYTES: Final = 256 << 20
"""Photos, and bytes, of one batch: what a kill may cost is copied anew, never fetched anew."""

Tell = Callable[[Progress], None]


class Pending(NamedTuple):
    """What a run has to do: the photos, and about how many bytes are to be written."""

    photos: list[int]
    size: int


class Ran(NamedTuple):
    """What became of a run; `trouble` is why it did not go through, None if it did."""

    tally: Tally
    trouble: PhotofsError | None


async def run_mirror(
    house: House, catalog: Catalog, row: MirrorRow, tell: Tell, disk: Disk | None = None
) -> Ran:
    """One run. Busy if another process runs it; NotAttached, Refused if it cannot be worked on."""
    what = f"the mirror {row.root} is being worked on"
    with hold(house.paths.state / "locks" / f"mirror-{row.mirror_id}", what):
        try:
            async with opened_mirror(house, catalog, row, disk) as work:
                ran = await run_and_list(work, tell)
        except Exception as raised:
            error = found_in(raised)  # bare, or in the group of a nursery
            if error is None:
                raise
            catalog.set_mirror_trouble(row.mirror_id, str(error))
            raise error from raised
    catalog.set_mirror_trouble(row.mirror_id, str(ran.trouble) if ran.trouble else "")
    return ran


async def run_and_list(work: Work, tell: Tell) -> Ran:
    """A run, and what stands beside the files; whatever ends it, there are lists of what is there.

    The disk may be all that is left tomorrow, so a run that has trouble leaves them, too.
    """
    try:
        ran = await run(work, tell)
        await write_beside(work)
    except BaseException:
        await write_last(work)
        raise
    return ran


@asynccontextmanager
async def opened_mirror(
    house: House, catalog: Catalog, row: MirrorRow, disk: Disk | None = None
) -> AsyncIterator[Work]:
    """A mirror's folder, and a line to fetch by."""
    disk = disk or Disk(row.root)
    opening = partial(open_mirror, Path(row.root), row.marker, row.traits, writing=True)
    folder: LocalMirror = await disk.ask(opening)
    with closing(folder), house.catalog(durable=False) as learnt:
        if folder.disk != row.disk:
            await disk.ask(folder.try_out)
            catalog.set_mirror_place(row.mirror_id, row.root, folder.disk, folder.traits)
        pieces = Pieces(learnt, learnt, house.store(), house.open_provider, MirrorCopies(learnt))
        await _recognise(catalog, folder, disk)
        async with open_engine(pieces) as engine:
            yield make_work(catalog, pieces, folder, row, engine, disk)


def make_work(
    catalog: Catalog,
    pieces: Pieces,
    folder: LocalMirror,
    row: MirrorRow,
    engine: Engine,
    disk: Disk | None = None,
) -> Work:
    """What a run works with."""
    store = pieces.store
    disk = disk or Disk(row.root)
    return Work(catalog, store, folder, row, engine, disk, time.time_ns)  # type: ignore[arg-type]


async def run(work: Work, tell: Tell) -> Ran:
    """All that is to be done, in small steps; errors of the mirror's own disk are raised."""
    await finish_moves(work)
    await finish_writes(work)
    pending = await find_pending(work)
    await _roll(work, changes=bool(pending.photos) or is_behind(work))
    if pending.photos:
        await catch_up(work)
    copying = Copying(work)
    await _work_off(work, pending, copying, tell)
    if not work.catalog.doubt():  # an older catalog's albums are no reason to take links away
        await show_albums(work)
    await look_after(work)
    if copying.trouble is None:
        work.catalog.note_mirror_run(work.mirror_id, work.now_ns())
    return Ran(work.tally, copying.trouble)


async def _recognise(catalog: Catalog, folder: LocalMirror, disk: Disk) -> None:
    """Whether this catalog worked on the mirror last."""
    before = catalog.witness(place_of(folder.marker.mirror))
    there = await disk.ask(word_in, folder)
    compare_mirror(catalog, folder, before, there, time.time_ns())


async def _roll(work: Work, *, changes: bool) -> None:
    """Have it known that this one does, before anything changes."""
    place = place_of(work.row.marker)
    word = next_word(work.catalog, place, 0 if changes else ROLL_MIRROR_NS, work.now_ns())
    if word is not None:
        await work.disk.ask(put_word, work.folder, word)
        work.catalog.end_witness(place, word)


async def find_pending(work: Work) -> Pending:
    """Plan all photos; no file is looked at. 100,000 of them take a second or two."""
    photos: list[int] = []
    after = size = 0
    manner, today = work.manner, work.today
    while facts := work.catalog.facts(work.row.library_id, work.mirror_id, after, PAGE):
        for fact in facts:
            step = plan(fact, manner, today)
            if step is not None:
                photos.append(fact.photo_id)
                size += fact.size if isinstance(step, Bring | Renew) else 0
        after = facts[-1].photo_id
        await trio.lowlevel.checkpoint()
    return Pending(photos, size)


async def _work_off(work: Work, pending: Pending, copying: Copying, tell: Tell) -> None:
    """Step by step, planned anew in small portions, for a scan may change things meanwhile."""
    total, done, listed_ns = len(pending.photos), 0, work.now_ns()
    while done < total and copying.trouble is None:
        portion = pending.photos[done : done + BATCH]
        facts = work.catalog.facts_of(work.row.library_id, work.mirror_id, portion)
        steps = [step for fact in facts if (step := plan(fact, work.manner, work.today))]
        await _do(work, copying, steps)
        done += len(portion)
        if abs(work.now_ns() - listed_ns) >= LISTED_NS:  # abs: clocks are set back, too
            await look_after(work)
            await write_beside(work)
            listed_ns = work.now_ns()
        written = f"photos, {work.tally.size / 1e6:,.1f} of some {pending.size / 1e6:,.1f} MB"
        tell(Progress(done=done, total=total, unit=written))


async def _do(work: Work, copying: Copying, steps: Sequence[Step]) -> None:
    """One portion: what needs no bytes first, so that names are free."""
    for step in steps:
        if not isinstance(step, Bring | Renew):
            try:
                await settle(work, step)
            except NotFolder as error:
                work.tally.failed.append(f"{step.fact.name}: {error.what}")
    batch: list[Bring | Renew] = []
    size = 0
    for step in steps:
        if isinstance(step, Bring | Renew):
            batch.append(step)
            size += step.fact.size
            if size >= BATCH_BYTES:
                await copying.bring(batch)
                batch, size = [], 0
    if batch:
        await copying.bring(batch)
