"""A full scan: all photos, the favourites among them, the albums with their members.

100 photos, or 50 albums, a call, and a call for each 100 members of an album. It can be cut short
and gone on with: each checkpoint holds the token of the next page. A scan in parts is no inventory,
for its parts were true at different times; the next full one is.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from photofs.model.observation import Checkpoint, Inventory, Observation, Progress
from photofs.providers.google import cursor as cursors
from photofs.providers.google import favorites, presence
from photofs.providers.google.answers import Failure
from photofs.providers.google.cursor import Cursor, Halfway
from photofs.providers.google.pages import ALL_ITEMS, Page, pages
from photofs.providers.google.place import Place, items
from photofs.providers.google.telling import Telling

CHECKPOINT = 10
"""Pages between two checkpoints."""


class Everything:
    """One full scan, from its beginning or from a checkpoint; `cursor` is right once it ended."""

    def __init__(self, place: Place, before: Cursor | None) -> None:
        """`before`: the last cursor, be it a finished scan's or a checkpoint's."""
        self._place = place
        self._before = before
        self._halfway = before.halfway if before is not None else None
        self._calls = place.api.made
        self._began = self._halfway.since if self._halfway else place.now
        self._listed: frozenset[str] = frozenset()
        self.cursor = before or cursors.begin(place.login)

    async def steps(self) -> AsyncGenerator[Observation, None]:
        """All of it, or what is left of it."""
        found = await favorites.favorites(self._place)
        telling = Telling(self._place, found)
        resumed = self._halfway is not None
        async with aclosing(self._photos(telling)) as seen:
            async for one in seen:
                yield one
        for photo in telling.photos(found.values()):
            yield photo
        async with aclosing(telling.albums(self.cursor, anew=True)) as told:
            async for each in told:
                yield each
        known = await items(self._place.api, set(presence.unlisted(self._place)) - telling.told)
        for photo in telling.photos(record for record in known.values() if record is not None):
            yield photo
        favorites.note(self._place, found)
        if not resumed:
            presence.note(self._place, telling.told - self._listed)
            yield Inventory(
                remote_ids=frozenset(telling.told),
                counted=False,
                albums_counted=False,
                leaves_out=True,
            )
        self._end(telling, resumed=resumed)

    async def _photos(self, telling: Telling) -> AsyncGenerator[Observation, None]:
        """All that the list has, and how far it is."""
        done = self._halfway.told if self._halfway else 0
        read = 0
        async with aclosing(self._pages()) as listing:
            async for page in listing:
                for seen in telling.photos(page.records):
                    yield seen
                read += 1
                yield Progress(done=done + len(telling.told), total=None, unit="photos")
                if page.following is not None and read % CHECKPOINT == 0:
                    yield self._checkpoint(page.following, done + len(telling.told))
        self._listed = frozenset(telling.told)

    async def _pages(self) -> AsyncGenerator[Page, None]:
        """The list's pages; from its top where the token of a checkpoint is good no more."""
        token = self._halfway.page if self._halfway else None
        try:
            async with aclosing(pages(self._place.api, ALL_ITEMS, token)) as listing:
                async for page in listing:
                    token = None
                    yield page
        except Failure as error:
            if token is None or error.status != "INVALID_ARGUMENT":
                raise
            async with aclosing(pages(self._place.api, ALL_ITEMS)) as listing:
                async for page in listing:
                    yield page

    def _checkpoint(self, page: str, told: int) -> Checkpoint:
        """That what was told by now need not be told again."""
        self.cursor.halfway = Halfway(page, told, self._began)
        return Checkpoint(cursor=cursors.encode(self.cursor))

    def _end(self, telling: Telling, *, resumed: bool) -> None:
        """What the next scan goes by."""
        cursor, count = self.cursor, len(telling.told)
        cursor.halfway = None
        cursor.swept = self._began
        cursor.calls = self._place.api.made - self._calls
        cursor.confirm = not resumed and count < cursor.count
        cursor.count = 0 if resumed else count
