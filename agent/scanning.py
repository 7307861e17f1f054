"""Scanning: brings the catalog up to what a source says, and nothing further.

What was filed stays filed if the scan ends early, and the next one goes on from the last
checkpoint; absence counts only after the source told its end (`ScanEnd`). One process scans a
source at a time.
"""

import dataclasses
import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, aclosing
from typing import NamedTuple

import trio

from agent.comparing import compare
from photofs.assembly import House
from photofs.catalog.port import ScanCounts, ScanWrites, SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.kernel.lock import hold
from photofs.model.errand import ON_PAGE, PAGES
from photofs.model.errors import (
    Busy,
    Corrupt,
    NotFound,
    PhotofsError,
    Refused,
    StoreError,
    Temporary,
)
from photofs.model.observation import Checkpoint, Observation, PhotoSeen, Progress, ScanEnd
from photofs.originals.port import Room
from photofs.providers.port import FACTS, Provider, Writes

log = logging.getLogger(__name__)

BATCH = 500
"""Observations handed to filing at once; filing cuts its own transactions by time."""

AT_ONCE = 100
"""Wishes settled in one transaction."""

LOOK_EVERY = 0.2
"""Seconds between two looks at a lock that another scan holds."""

Tell = Callable[[Progress], None]


class Scanned(NamedTuple):
    """What a scan brought: photos told of, whether it was a full one, and what that changed."""

    photos: int
    full: bool
    counts: ScanCounts


def lock_of(house: House, source: SourceRow) -> AbstractContextManager[None]:
    """Held while a source is being scanned; Busy if another process holds it."""
    path = house.paths.state / "locks" / f"scan-{source.source_id}"
    return hold(path, "a scan of this source is going on")


async def await_turn(house: House, source: SourceRow) -> None:
    """Wait until no other process scans the source."""
    while True:
        try:
            with lock_of(house, source):
                return
        except Busy:
            await trio.sleep(LOOK_EVERY)


async def scan(
    house: House,
    catalog: Catalog,
    source: SourceRow,
    tell: Tell,
    *,
    full: bool = False,
    accept_removals: bool = False,
) -> Scanned:
    """Scan one source, from its cursor unless `full`; why one failed is noted for `status`.

    Raises what the provider raises, Busy if the source is being scanned already, and NotFound if
    its library was removed meanwhile.
    """
    with lock_of(house, source):
        began_ns = time.time_ns()
        try:
            async with house.open_provider(source) as provider:
                scanning = house.filing(catalog).scan(
                    source.source_id,
                    folders=provider.abilities.folders,
                    lists_everything=provider.abilities.lists_everything,
                    accept_removals=accept_removals,
                    writes=names_of(provider.abilities.writes),
                )
                cursor = None if full or accept_removals else source.cursor
                with scanning as run:
                    outcome = await _take_in(provider, run, cursor, tell)
                    await _ask_for_suspects(provider, run)
                    refused = _conclude(run)
        except PhotofsError as error:
            catalog.source_trouble(source.source_id, str(error))
            if source.source_id not in {one.source_id for one in catalog.sources()}:
                raise NotFound(
                    "the library was removed while it was scanned",
                    safe="what it was read from is as it was",
                ) from error
            raise
        await compare(house, catalog, source.library_id)
        await _settle(house, catalog, source, began_ns)
        await keep_only_here(house, catalog)
    if refused is not None:
        raise refused
    return outcome


async def _settle(house: House, catalog: Catalog, source: SourceRow, began_ns: int) -> None:
    """What was done before a complete scan began is told by it: nothing is laid over it any more.

    In small transactions, for programs that write wait for each of them.
    """
    wishing, settled = house.wishing(catalog), AT_ONCE
    while settled == AT_ONCE:
        with wishing.change():
            outcomes = wishing.outcomes(source.library_id)
            settled = outcomes.settle(source.source_id, began_ns, AT_ONCE)
        await trio.lowlevel.checkpoint()


async def keep_only_here(house: House, catalog: Catalog) -> None:
    """Move to Kept what no source has any more: a photo deleted there that lies in Trash here."""
    store = house.store()
    for sha256 in catalog.only_here():
        try:
            if store.has_sealed(sha256) is Room.CACHE:
                await trio.to_thread.run_sync(store.keep, sha256)
        except (Corrupt, NotFound, StoreError) as error:
            log.warning("an original that no service has any more stays in the cache: %s", error)


def names_of(writes: Writes | None) -> tuple[str, ...]:
    """What a source can change, as the catalog notes it."""
    if writes is None:
        return ()
    fields = (field.name for field in dataclasses.fields(writes) if field.name not in FACTS)
    functions = tuple(name for name in fields if getattr(writes, name) is not None)
    facts = ("stamps",) if writes.stamps else ()
    by_hand = (f"{ON_PAGE}{deed}" for deed in sorted(writes.on_page))
    return (*functions, *facts, *by_hand, *(f"{PAGES}{each}" for each in writes.pages))


async def _take_in(provider: Provider, run: ScanWrites, cursor: str | None, tell: Tell) -> Scanned:
    """File all that the provider yields."""
    photos = 0
    batch: list[Observation] = []
    end: ScanEnd | None = None
    async with aclosing(provider.changes(cursor)) as stream:  # type: ignore[type-var]
        async for seen in stream:
            if isinstance(seen, Progress):
                tell(seen)
            elif isinstance(seen, ScanEnd):
                end = seen
            elif isinstance(seen, Checkpoint):
                run.file(batch)
                batch = []
                run.reached(seen.cursor)
            else:
                photos += isinstance(seen, PhotoSeen)
                batch.append(seen)
            if len(batch) >= BATCH:
                run.file(batch)
                batch = []
    run.file(batch)
    if end is None:
        raise Temporary(
            "the source stopped before its end",
            safe="what it told is filed, and nothing is taken for deleted",
            remedy="scan again",
        )
    run.finish(end.cursor, full=end.full)
    return Scanned(photos, end.full, run.counts())


async def _ask_for_suspects(provider: Provider, run: ScanWrites) -> None:
    """Have the source say of each suspect whether it is gone; who is not asked for now waits."""
    for remote_id in run.suspects():
        try:
            gone = await provider.is_gone(remote_id)
        except PhotofsError as error:
            log.info("whether photos are gone is asked again later: %s", error)
            return
        run.answered(remote_id, gone=gone)


def _conclude(run: ScanWrites) -> Refused | None:
    """Take out what is gone; why that may not be. All else that the scan told holds anyhow."""
    try:
        run.conclude()
    except Refused as refused:
        return refused
    return None
