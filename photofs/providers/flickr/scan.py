"""Telling what has changed in an account since the last scan, or all that it holds.

A full scan (everything.py) lists the photostream (500 photos a call with all that is needed), the
albums and their members, the collections and the favourites. An incremental one asks what was
updated, compares the album list and the head of the favourites, and once a day looks for deletions:
first by count, which is one call, then by all ids. The service's own clock marks the times, ours
may be wrong.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from photofs.model.errors import Unauthorised
from photofs.model.observation import Observation, PhotoSeen, Progress, ScanEnd
from photofs.providers.flickr import cursor as cursors
from photofs.providers.flickr.albums import Albums, collections_told, tell_albums
from photofs.providers.flickr.answers import KEPT, LOGIN_AGAIN
from photofs.providers.flickr.cursor import OVERLAP, UNKNOWN, Cursor
from photofs.providers.flickr.everything import Everything, inventory_of
from photofs.providers.flickr.favorites import Favorites
from photofs.providers.flickr.listing import Listing
from photofs.providers.flickr.lists import (
    Place,
    count_own,
    note_recent,
    own_photos,
    tell_photos,
    updated_photos,
    uploaded_s,
)
from photofs.providers.flickr.values import text

CONFIRM_AFTER = 3660
"""Seconds between two sweeps whose absences may count together: an hour (filing/absence.py), and a
minute for whatever two clocks do not agree about."""

SWEEPS_UNFORCED = 7
"""After so many sweep intervals the ids are looked through even if the count agrees."""


async def changes(place: Place, encoded: str | None) -> AsyncGenerator[Observation, None]:
    """All there is, or what has changed since the scan that gave the cursor."""
    before = cursors.decode(encoded, place.user)
    now = await _check_login(place)
    full = before is None or before.halfway is not None
    scan = (
        _Differences(place, now, before) if before and not full else Everything(place, now, before)
    )
    async with aclosing(scan.steps()) as steps:
        async for seen in steps:
            yield seen
    yield ScanEnd(cursor=cursors.encode(scan.cursor), full=full)


async def _check_login(place: Place) -> int:
    """The service's time; Unauthorised if the login is another account's."""
    answer = await place.api.call("flickr.test.login", {})
    user = answer.get("user")
    if text(user.get("id") if isinstance(user, dict) else None) != place.user:
        raise Unauthorised(
            "the login belongs to another Flickr account than this library",
            safe=KEPT,
            remedy=LOGIN_AGAIN,
        )
    return _time(place)


def _time(place: Place) -> int:
    """The service's time at its last answer."""
    server = place.api.server_time
    return int(place.tools.now_ns() / 1e9 if server is None else server)


class _Differences:
    """One incremental scan; `cursor` grows while it runs and is right once it has ended."""

    def __init__(self, place: Place, now: int, before: Cursor) -> None:
        self._place = place
        self._now = now
        self._before = before
        self._as_of_ns = now * 10**9
        self.cursor = cursors.begin(place.user, now)
        self.cursor.swept, self.cursor.forced = before.swept, before.forced
        self.cursor.confirm, self.cursor.count = before.confirm, before.count
        self.cursor.albums, self.cursor.tree = dict(before.albums), before.tree

    async def steps(self) -> AsyncGenerator[Observation, None]:
        """What has changed, and now and then all ids."""
        place, before = self._place, self._before
        listing = updated_photos(place, before.since - OVERLAP)
        async with aclosing(self._photos(listing)) as photos:
            async for seen in photos:
                if self.cursor.count != UNKNOWN:
                    self.cursor.count += self._is_new(seen)
                yield seen
        look = Albums(place.api, place.user, self._as_of_ns)
        albums = tell_albums(look, self.cursor.albums)
        async with aclosing(albums):
            async for sight in albums:
                yield sight
        for collection in await collections_told(place.api, self.cursor):
            yield collection
        favorites = Favorites(place, self._as_of_ns)
        for favorite in await favorites.added(before.faved, before.favorites):
            yield favorite
        self.cursor.favorites, self.cursor.faved = favorites.total, favorites.newest
        if await self._sweep_is_due():
            async with aclosing(self._sweep()) as swept:
                async for found in swept:
                    yield found

    async def _photos(self, listing: Listing) -> AsyncGenerator[PhotoSeen | Progress, None]:
        photos = tell_photos(self._place, listing, self._as_of_ns, "changed photos")
        async with aclosing(photos):
            async for seen in photos:
                note_recent(self.cursor, seen)
                yield seen

    def _is_new(self, seen: Observation) -> bool:
        """Whether it is a photo that the count of the scan before does not hold."""
        before = self._before
        new = uploaded_s(seen) >= before.since - OVERLAP
        return new and isinstance(seen, PhotoSeen) and seen.remote_id not in before.recent

    async def _sweep_is_due(self) -> bool:
        """Whether to look for deletions by all ids: it is time, and the counts do not agree."""
        cursor, every = self.cursor, self._place.sweep_seconds
        waited = self._now - cursor.swept
        if waited < (min(CONFIRM_AFTER, every) if cursor.confirm else every):
            return False
        agrees = await count_own(self._place) == cursor.count and cursor.favorites != UNKNOWN
        forced = cursor.confirm or self._now - cursor.forced >= SWEEPS_UNFORCED * every
        cursor.swept, cursor.confirm = self._now, not agrees
        return forced or not agrees

    async def _sweep(self) -> AsyncGenerator[Observation, None]:
        """All ids, for the absences among them."""
        own = own_photos(self._place, "date_upload")
        favorites = Favorites(self._place, self._as_of_ns)
        self.cursor.recent = []
        async with aclosing(self._photos(own)) as photos:
            async for seen in photos:
                # Listed without its facts, a photo is but its id here.
                if isinstance(seen, Progress):
                    yield seen
        while (page := await favorites.next_page()) is not None:
            for favorite in page:
                yield favorite
        self.cursor.count, self.cursor.forced = own.total, self._now
        self.cursor.favorites, self.cursor.faved = favorites.total, favorites.newest
        self.cursor.swept = max(self._now, _time(self._place))
        yield inventory_of(own, favorites, albums_counted=False)
