"""Telling what has changed in an account since the last scan, or all that it holds.

Google tells no changes, and sorts by capture date: what was uploaded or deleted elsewhere shows
only when all is listed. So a full scan (everything.py) comes once a day, and less often where it
takes more than a quarter of a day's calls. In between a scan of a few calls looks at the albums'
marks, at the favourites, and at the newest hundred photos. What photofs itself uploads and changes
needs no scan.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from photofs.model.observation import Observation, ScanEnd
from photofs.providers.google import cursor as cursors
from photofs.providers.google import favorites
from photofs.providers.google.cursor import Cursor
from photofs.providers.google.everything import Everything
from photofs.providers.google.pages import ALL_ITEMS, pages
from photofs.providers.google.place import Place, items
from photofs.providers.google.telling import Telling

CONFIRM_AFTER = 3660
"""Seconds between two sweeps whose absences may count together: an hour (filing/absence.py), and a
minute."""

FREE_CALLS = 2500
"""A quarter of a day's calls: for each so many that a full scan takes, the next waits a day."""


async def changes(place: Place, encoded: str | None) -> AsyncGenerator[Observation, None]:
    """All there is, or what has changed since the scan that gave the cursor."""
    before = cursors.decode(encoded, place.login)
    full = before is None or before.halfway is not None or is_due(place, before)
    scan = Everything(place, before) if before is None or full else Differences(place, before)
    async with aclosing(scan.steps()) as steps:
        async for seen in steps:
            yield seen
    yield ScanEnd(cursor=cursors.encode(scan.cursor), full=full)


def is_due(place: Place, before: Cursor) -> bool:
    """Whether it is time for all to be listed again (a clock set back counts)."""
    waited = place.now - before.swept
    every = place.sweep_seconds * max(1.0, before.calls / FREE_CALLS)
    return waited < 0 or waited >= (min(CONFIRM_AFTER, every) if before.confirm else every)


class Differences:
    """One scan in between; `cursor` is right once it has ended."""

    def __init__(self, place: Place, before: Cursor) -> None:
        """`before`: the last scan's cursor."""
        self._place = place
        self.cursor = before

    async def steps(self) -> AsyncGenerator[Observation, None]:
        """What has changed, as far as a few calls can show it."""
        place, earlier = self._place, favorites.noted(self._place)
        found = await favorites.favorites(place)
        telling = Telling(place, found)
        fresh = [record for one, record in found.items() if one not in (earlier or ())]
        for photo in telling.photos(fresh):
            yield photo
        no_more = await items(place.api, (earlier or set()) - found.keys())
        for photo in telling.photos(record for record in no_more.values() if record is not None):
            yield photo
        favorites.note(place, found)
        async with aclosing(pages(place.api, ALL_ITEMS)) as listing:
            async for page in listing:
                for photo in telling.photos(page.records):
                    yield photo
                break
        async with aclosing(telling.albums(self.cursor, anew=False)) as told:
            async for each in told:
                yield each
