"""Telling what an account holds: all of it, or what has changed.

A full scan lists the photostream (500 photos a call with all that is needed), the albums and their
members, the collections and the favourites. An incremental one asks what was updated, compares the
album list and the head of the favourites, and every few hours looks for deletions: first by count,
which is one call, then by all ids. The service's own clock marks the times, ours may be wrong.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from photofs.model.errors import Unauthorised
from photofs.model.observation import Inventory, Observation, PhotoSeen, Progress, ScanEnd
from photofs.providers.flickr import cursor as cursors
from photofs.providers.flickr.albums import Albums, collections_of, tree_hash
from photofs.providers.flickr.answers import KEPT, LOGIN_AGAIN, Record
from photofs.providers.flickr.api import Api
from photofs.providers.flickr.cursor import AlbumMark, Cursor
from photofs.providers.flickr.endpoint import Endpoint
from photofs.providers.flickr.favorites import Favorites
from photofs.providers.flickr.listing import Listing, Query, read_page
from photofs.providers.flickr.records import EXTRAS, photo_seen
from photofs.providers.flickr.values import text
from photofs.providers.port import Tools

OVERLAP = 300
"""Seconds by which recentlyUpdated reaches back behind the last scan's begin: indexes lag."""

CONFIRM_AFTER = 3600
"""Seconds between two sweeps whose absences may count together."""

SWEEPS_UNFORCED = 7
"""After so many sweep intervals the ids are looked through even if the count agrees."""

MINE = "me"
FAVORITES_NOTE = "favorites"


@dataclass(frozen=True, slots=True)
class Place:
    """Whose account is looked at, and through what; `sweep_seconds` between two sweeps."""

    api: Api
    endpoint: Endpoint
    user: str
    tools: Tools
    sweep_seconds: int


async def changes(place: Place, encoded: str | None) -> AsyncGenerator[Observation, None]:
    """All there is, or what has changed since the scan that gave the cursor."""
    before = cursors.decode(encoded, place.user)
    now = await _check_login(place)
    scan = _Scan(place, now, full=before is None)
    steps = scan.everything() if before is None else scan.differences(before)
    async with aclosing(steps):
        async for seen in steps:
            yield seen
    yield ScanEnd(cursor=cursors.encode(scan.cursor), full=before is None)


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
    server = place.api.server_time
    return int(place.tools.now_ns() / 1e9 if server is None else server)


class _Scan:
    """One scan; `cursor` grows while it runs and is right once it has ended."""

    def __init__(self, place: Place, now: int, *, full: bool) -> None:
        self._place = place
        self._now = now
        self._as_of_ns = now * 10**9
        self._unit = "photos" if full else "changed photos"
        self.cursor = cursors.begin(place.user, now)

    async def everything(self) -> AsyncGenerator[Observation, None]:
        """The whole account."""
        own, favorites = self._own(EXTRAS), self._favorites()
        async with aclosing(self._photos(own)) as photos:
            async for seen in photos:
                self._note_recent(seen)
                yield seen
        self.cursor.count = own.total
        async with aclosing(self._albums({}, "")) as sights:
            async for sight in sights:
                yield sight
        while (page := await favorites.next_page()) is not None:
            for favorite in page:
                yield favorite
        for inventory in self._inventory(own, favorites):
            yield inventory

    async def differences(self, before: Cursor) -> AsyncGenerator[Observation, None]:
        """What has changed since."""
        self.cursor.swept, self.cursor.forced = before.swept, before.forced
        self.cursor.confirm, self.cursor.count = before.confirm, before.count
        async with aclosing(self._photos(self._updated(before.since - OVERLAP))) as photos:
            async for seen in photos:
                self._note_recent(seen)
                self.cursor.count += _is_new(seen, before)
                yield seen
        async with aclosing(self._albums(before.albums, before.tree)) as sights:
            async for sight in sights:
                yield sight
        favorites = self._favorites()
        for favorite in await favorites.added(before.faved, before.favorites):
            yield favorite
        self.cursor.favorites, self.cursor.faved = favorites.total, favorites.newest
        if await self._sweep_is_due():
            async with aclosing(self._sweep()) as swept:
                async for found in swept:
                    yield found

    def _note_recent(self, seen: Observation) -> None:
        if isinstance(seen, PhotoSeen) and _uploaded(seen) >= self._now - OVERLAP:
            self.cursor.recent.append(seen.remote_id)

    async def _photos(self, listing: Listing) -> AsyncGenerator[PhotoSeen | Progress, None]:
        endpoint = self._place.endpoint
        while (page := await listing.next_page()) is not None:
            for record in page:
                seen = photo_seen(record, endpoint, self._as_of_ns, owned=True)
                if seen is not None:
                    yield seen
            yield _progress(listing, self._unit)

    async def _albums(
        self, before: dict[str, AlbumMark], tree: str
    ) -> AsyncGenerator[Observation, None]:
        albums = Albums(self._place.api, self._place.user, self._as_of_ns)
        changed = await albums.changed(before)
        for done, look in enumerate(changed, 1):
            yield await albums.seen(look)
            yield Progress(done=done, total=len(changed), unit="albums")
        for gone in await albums.gone(before):
            yield gone
        self.cursor.albums = albums.marks
        collections = await collections_of(self._place.api, self._place.user, set(albums.marks))
        self.cursor.tree = tree_hash(collections)
        if self.cursor.tree != tree:
            for collection in collections:
                yield collection

    async def _sweep_is_due(self) -> bool:
        """Whether to look for deletions by all ids: it is time, and the counts do not agree."""
        cursor, every = self.cursor, self._place.sweep_seconds
        waited = self._now - cursor.swept
        if waited < (min(CONFIRM_AFTER, every) if cursor.confirm else every):
            return False
        agrees = await self._count() == cursor.count and cursor.favorites >= 0
        forced = cursor.confirm or self._now - cursor.forced >= SWEEPS_UNFORCED * every
        cursor.swept, cursor.confirm = self._now, not agrees
        return forced or not agrees

    async def _sweep(self) -> AsyncGenerator[Observation, None]:
        """All ids, for the absences among them."""
        own, favorites = self._own("date_upload"), self._favorites()
        self.cursor.recent = []
        async with aclosing(self._photos(own)) as photos:
            async for seen in photos:
                # Listed without its facts, a photo is but its id here.
                self._note_recent(seen)
                if isinstance(seen, Progress):
                    yield seen
        while (page := await favorites.next_page()) is not None:
            for favorite in page:
                yield favorite
        self.cursor.count, self.cursor.forced = own.total, self._now
        for inventory in self._inventory(own, favorites):
            yield inventory

    def _inventory(self, own: Listing, favorites: Favorites) -> list[Inventory]:
        """All ids, if the photostream is complete.

        Favourites that their owners hide make that list's count wrong for good; then those that
        were known before are named too, so that none is taken for gone.
        """
        self.cursor.favorites, self.cursor.faved = favorites.total, favorites.newest
        small_state = self._place.tools.small_state
        known = small_state.get(FAVORITES_NOTE)
        listed = set(favorites.ids)
        if not favorites.complete and isinstance(known, list):
            listed.update(str(one) for one in known)
        small_state.put(FAVORITES_NOTE, sorted(listed))
        if own.complete and (favorites.complete or isinstance(known, list)):
            return [Inventory(remote_ids=frozenset(own.ids | listed))]
        return []

    async def _count(self) -> int:
        arguments: Record = {"user_id": MINE, "per_page": "1"}
        query = Query("flickr.people.getPhotos", "photos", "photo", {})
        answer = await self._place.api.call(query.method, arguments)
        return read_page(answer, query).total

    def _own(self, extras: str) -> Listing:
        arguments = {"user_id": MINE, "extras": extras}
        query = Query("flickr.people.getPhotos", "photos", "photo", arguments)
        return Listing(self._place.api, query)

    def _updated(self, since: int) -> Listing:
        arguments = {"min_date": str(max(since, 1)), "extras": EXTRAS}
        query = Query("flickr.photos.recentlyUpdated", "photos", "photo", arguments)
        return Listing(self._place.api, query)

    def _favorites(self) -> Favorites:
        place = self._place
        return Favorites(place.api, place.endpoint, place.user, self._as_of_ns)


def _progress(listing: Listing, unit: str) -> Progress:
    done = min(len(listing.ids), listing.total)
    return Progress(done=done, total=listing.total, unit=unit)


def _uploaded(seen: Observation) -> int:
    """When it was uploaded, in unix seconds; 0 if it is no photo, or nobody knows."""
    return (seen.uploaded_ns or 0) // 10**9 if isinstance(seen, PhotoSeen) else 0


def _is_new(seen: Observation, before: Cursor) -> bool:
    """Whether it is a photo that the count of the scan before does not hold."""
    new = _uploaded(seen) >= before.since - OVERLAP
    return new and isinstance(seen, PhotoSeen) and seen.remote_id not in before.recent
