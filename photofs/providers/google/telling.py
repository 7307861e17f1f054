"""What both kinds of scan tell of photos and albums, each photo once."""

from collections.abc import AsyncGenerator, Container, Iterable, Iterator
from contextlib import aclosing

from photofs.model.observation import AlbumGone, AlbumSeen, PhotoSeen, Progress
from photofs.providers.google import albums
from photofs.providers.google.albums import Look
from photofs.providers.google.answers import Record
from photofs.providers.google.cursor import Cursor
from photofs.providers.google.place import Place
from photofs.providers.google.records import photo_seen

AlbumTold = AlbumSeen | AlbumGone | PhotoSeen | Progress


class Telling:
    """One scan's; `told` are the ids of the photos that it told of."""

    def __init__(self, place: Place, favorites: Container[str]) -> None:
        """`favorites`: the ids of all of them."""
        self._place = place
        self._favorites = favorites
        self._as_of_ns = place.tools.now_ns()
        self.told: set[str] = set()

    def photos(self, records: Iterable[Record]) -> Iterator[PhotoSeen]:
        """Those that were not told yet."""
        for record in records:
            favorite = record.get("id") in self._favorites
            seen = photo_seen(record, self._as_of_ns, favorite=favorite)
            if seen is not None and seen.remote_id not in self.told:
                self.told.add(seen.remote_id)
                yield seen

    async def albums(self, cursor: Cursor, *, anew: bool) -> AsyncGenerator[AlbumTold, None]:
        """The albums that differ from the cursor's marks, or all of them `anew`.

        The cursor's marks are right once it has ended.
        """
        before = dict(cursor.albums)
        looks = await albums.listed(self._place.api, before)
        changed = [look for look in looks if anew or look.mark != look.before]
        for done, look in enumerate(changed, 1):
            async with aclosing(self._album(look, cursor, anew=anew)) as told:
                async for one in told:
                    yield one
            yield Progress(done=done, total=len(changed), unit="albums")
        for gone in await albums.gone(self._place.api, before, looks):
            cursor.albums.pop(gone.remote_id, None)
            yield gone

    async def _album(
        self, look: Look, cursor: Cursor, *, anew: bool
    ) -> AsyncGenerator[AlbumTold, None]:
        """An album, and those of its photos that no list had."""
        found = None
        if anew or not look.moved_only:
            found = await albums.members(self._place.api, look.album_id)
            if found is None:
                if await albums.exists(self._place.api, look.album_id):
                    return  # the list has it, the search does not: the next scan asks again
                cursor.albums.pop(look.album_id, None)
                yield AlbumGone(remote_id=look.album_id)
                return
            for seen in self.photos(found):
                yield seen
        yield albums.album_seen(look, found, self._as_of_ns)
        cursor.albums[look.album_id] = look.mark
