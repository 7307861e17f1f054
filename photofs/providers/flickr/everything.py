"""A full scan: photostream, albums with their members, collections, favourites.

It can be cut short anywhere, and gone on with. Each checkpoint says how far it was; the next scan
begins there, and asks nothing again but a second's photos, the lists of albums and collections,
and one in a hundred albums. What changed meanwhile in what was told already comes with the first
incremental scan, which looks back to the beginning of the first part (`Cursor.since`).

Of the part before the cut only its count is looked at: if the service counts more of it than were
told, something was skipped there, and the list is begun anew, once. A scan in parts is no
inventory, for its parts were true at different times; the next sweep is one.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import msgspec

from photofs.model.observation import Checkpoint, Inventory, Observation, Progress
from photofs.providers.flickr import cursor as cursors
from photofs.providers.flickr.albums import Albums, collections_told, tell_albums
from photofs.providers.flickr.cursor import OVERLAP, UNKNOWN, Cursor, Halfway, Told
from photofs.providers.flickr.favorites import Favorites, faved
from photofs.providers.flickr.listing import Listing
from photofs.providers.flickr.lists import (
    Place,
    count_favorites,
    count_own,
    note_recent,
    own_photos,
    tell_photos,
    uploaded,
)
from photofs.providers.flickr.reach import Reach
from photofs.providers.flickr.records import EXTRAS

ALBUM_CHECKPOINTS = 100
"""At most so many while albums are told, for each holds the marks of all that were."""


class Everything:
    """One full scan, from its beginning or from a checkpoint; `cursor` is right once it ended."""

    def __init__(self, place: Place, now: int, unfinished: Cursor | None) -> None:
        """`unfinished` is the cursor of the last checkpoint, if there was one."""
        self._place = place
        self._as_of_ns = now * 10**9
        self._resumed = unfinished is not None
        self.cursor = unfinished or cursors.begin(place.user, now)
        self._halfway = self.cursor.halfway or Halfway()
        self._noted = cursors.encode(self.cursor)
        self._until = self.cursor.since - OVERLAP

    async def steps(self) -> AsyncGenerator[Observation, None]:
        """All of it, or what is left of it."""
        own = await self._sure(self._halfway.photos, self._count_own)
        photos = Reach(own, self._until, uploaded)
        listing = own_photos(self._place, EXTRAS, _below(own), photos)
        favorites_told = self._halfway.favorites
        if not own.whole:
            async with aclosing(self._photos(listing, photos, own)) as seen:
                async for one in seen:
                    yield one
        albums = Albums(self._place.api, self._place.user, self._as_of_ns)
        async with aclosing(self._albums(albums)) as seen:
            async for one in seen:
                yield one
        liked = await self._sure(favorites_told, self._count_favorites)
        reach = Reach(liked, self._until, faved)
        favorites = Favorites(self._place, self._as_of_ns, _below(liked), reach)
        async with aclosing(self._favorites(favorites, reach)) as seen:
            async for one in seen:
                yield one
        self.cursor.halfway = None
        if self._resumed:
            self.cursor.count = self.cursor.favorites = UNKNOWN
        else:
            self.cursor.count, self.cursor.favorites = listing.total, favorites.total
            yield inventory_of(listing, favorites, albums_counted=albums.complete)

    async def _sure(self, told: Told, count: Callable[[int, int], Awaitable[int]]) -> Told:
        """Where to go on: from the list's top once more if not all above was told."""
        first = told.low + 2
        if not told.low or told.whole or told.again or first > self._until:
            return told
        return told if await count(first, self._until) <= told.above else Told(again=True)

    async def _count_own(self, first: int, last: int) -> int:
        return await count_own(self._place, min_upload_date=first, max_upload_date=last)

    async def _count_favorites(self, first: int, last: int) -> int:
        return await count_favorites(self._place, min_fave_date=first, max_fave_date=last)

    async def _photos(
        self, listing: Listing, reach: Reach, begun: Told
    ) -> AsyncGenerator[Observation, None]:
        photos = tell_photos(self._place, listing, self._as_of_ns, "photos", begun.above)
        async with aclosing(photos):
            async for seen in photos:
                note_recent(self.cursor, seen)
                yield seen
                if isinstance(seen, Progress):
                    for checkpoint in self._checkpoint(photos=reach.told):
                        yield checkpoint
        for checkpoint in self._checkpoint(photos=Told(whole=True)):
            yield checkpoint

    async def _albums(self, look: Albums) -> AsyncGenerator[Observation, None]:
        async with aclosing(tell_albums(look, self.cursor.albums)) as albums:
            async for seen in albums:
                yield seen
                if isinstance(seen, Progress) and seen.done % _step(seen.total or 0) == 0:
                    for checkpoint in self._checkpoint():
                        yield checkpoint
        for collection in await collections_told(self._place.api, self.cursor):
            yield collection
        for checkpoint in self._checkpoint():
            yield checkpoint

    async def _favorites(
        self, favorites: Favorites, reach: Reach
    ) -> AsyncGenerator[Observation, None]:
        while (page := await favorites.next_page()) is not None:
            for favorite in page:
                yield favorite
            self.cursor.faved = max(self.cursor.faved, favorites.newest)
            for checkpoint in self._checkpoint(favorites=reach.told):
                yield checkpoint

    def _checkpoint(self, **told: Told) -> list[Checkpoint]:
        """That what was told by now need not be told again; nothing if that was said before."""
        self._halfway = msgspec.structs.replace(self._halfway, **told)
        self.cursor.halfway = self._halfway
        before, self._noted = self._noted, cursors.encode(self.cursor)
        return [Checkpoint(cursor=self._noted)] if self._noted != before else []


def inventory_of(own: Listing, favorites: Favorites, *, albums_counted: bool) -> Inventory:
    """All ids that were listed, and whether they are as many as Flickr counts."""
    return Inventory(
        remote_ids=frozenset(own.ids | favorites.ids),
        counted=own.complete and favorites.complete,
        albums_counted=albums_counted,
    )


def _step(albums: int) -> int:
    """How many albums between two checkpoints."""
    return max(1, albums // ALBUM_CHECKPOINTS)


def _below(told: Told) -> int:
    """The upper bound of what is left; it may be meant inclusively or exclusively."""
    return told.low + 1 if told.low else 0
