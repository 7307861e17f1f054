"""Scanning: brings the catalog up to what a source says, and nothing further.

What was filed stays filed if the scan ends early; absence counts only after the source told its
end (`ScanEnd`). One process scans a source at a time.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, aclosing
from typing import NamedTuple

import trio

from agent.lock import hold
from photofs.assembly import House
from photofs.catalog.port import ScanWrites, SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import Busy, PhotofsError, Temporary
from photofs.model.observation import Observation, PhotoSeen, Progress, ScanEnd
from photofs.providers.port import Provider

BATCH = 500
"""Observations handed to filing at once; filing cuts its own transactions by time."""

LOOK_EVERY = 0.2
"""Seconds between two looks at a lock that another scan holds."""

Tell = Callable[[Progress], None]


class Scanned(NamedTuple):
    """What a scan brought: photos told of, and whether it was a full one."""

    photos: int
    full: bool


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

    Raises what the provider raises, and Busy if the source is being scanned already.
    """
    with lock_of(house, source):
        try:
            async with house.open_provider(source) as provider:
                scanning = house.filing(catalog).scan(
                    source.source_id,
                    folders=provider.abilities.folders,
                    lists_everything=provider.abilities.lists_everything,
                    accept_removals=accept_removals,
                )
                cursor = None if full or accept_removals else source.cursor
                with scanning as run:
                    outcome = await _take_in(provider, run, cursor, tell)
        except PhotofsError as error:
            catalog.source_trouble(source.source_id, str(error))
            raise
    return outcome


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
    return Scanned(photos, end.full)
