"""Fills the desktop's folder of thumbnails, and keeps it right and small.

What a photo looks like is taken from its original if that is in the store, else from what
`elsewhere` brings (rendering.py). First what lies wrong is removed, then what is wanted is made,
then what is least missed goes if it has become too much. Each step is noted in the ledger before it
is done (catalog/thumbnail_rows.py), so it may end anywhere; the next round goes on.
"""

import logging
import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import trio

from agent.pictures_here import OpenPicture
from agent.redrawing import Redrawing
from agent.rendering import Outcome, Picture, Use
from photofs.catalog.sqlite import Catalog
from photofs.catalog.thumbnail_rows import ThumbnailRow, WantedThumbnail
from photofs.metadata.shrinking import Shrinker, Shrunk
from photofs.metadata.still import still_of
from photofs.model.errors import Corrupt
from photofs.model.thumbnail import Portrayed, ThumbnailSize, file_uri, mimetype_of
from photofs.thumbnails.folder import Standing, ThumbnailFolder
from photofs.thumbnails.png_texts import labelled

log = logging.getLogger(__name__)

UPRIGHT: Final = 1
"""EXIF's orientation of what needs no turning."""

PORTION: Final = 200
"""Rows that are noted in one transaction, some 5 ms."""

FOUND: Final = 5000
"""Rows that are looked for at once: that takes up to a second for 100,000 photos, however many."""

FRESH: Final = 4000
"""So many thumbnails of late are looked at again: a file takes some 50 us."""
LOOKED_AT: Final = 4000
"""Thumbnails of a folder that are looked for on the disk when somebody opens it: some 20 ms."""

SPARE: Final = 0.9
"""Folders that nobody opened are filled up to so much of the limit: the rest is for opened ones."""


class Filling(NamedTuple):
    """What is filled: which sizes, of unopened folders too or not, and bytes at the most."""

    sizes: Sequence[ThumbnailSize]
    everywhere: bool
    limit: int


class Filled(NamedTuple):
    """What a round did: thumbnails made, those that cannot be had, photos that show nothing now."""

    made: int = 0
    without: int = 0
    away: int = 0

    def plus(self, other: "Filled") -> "Filled":
        """Both together."""
        return Filled(*(one + more for one, more in zip(self, other, strict=True)))


class Elsewhere(Protocol):
    """Brings pictures of photos whose originals are not in the store."""

    async def bring(self, wanted: Mapping[int, int], use: Use) -> dict[int, Outcome]:
        """See rendering.Rendering."""
        ...


class Thumbnailing:
    """One user's thumbnails of one catalog; for one task."""

    def __init__(
        self,
        catalog: Catalog,
        folder: ThumbnailFolder,
        shrinker: Shrinker,
        open_picture: OpenPicture,
        filling: Filling,
        elsewhere: Elsewhere | None = None,
        redrawing: Redrawing | None = None,
    ) -> None:
        """Whoever makes it closes the shrinker. Without `elsewhere` the store is all there is.

        `redrawing` is the caller's, where that works on after this.
        """
        self._elsewhere = elsewhere
        self._catalog, self._folder, self._shrinker = catalog, folder, shrinker
        self._open_picture = open_picture
        self._filling = filling
        self._redrawing = redrawing or Redrawing()
        self._fresh: deque[ThumbnailRow] = deque(maxlen=FRESH)
        self._away: set[int] = set()

    async def tidy(self) -> int:
        """Remove all that shows no photo as it is now; how many were forgotten."""
        forgotten = 0
        while rows := self._catalog.stale_thumbnails(FOUND):
            for some in _portions(rows):
                await self._remove(some)
                # what stands under these names now is wanted again: its file went along
                self._catalog.forget_thumbnails([*some, *self._catalog.of_the_same_files(some)])
            forgotten += len(rows)
        return forgotten

    async def fill(self, point: bytes, most: int) -> Filled:
        """Make up to about `most` of the thumbnails that are wanted at a mount point.

        Raises Full or StoreError; what was made by then stays. A photo that was not here is not
        asked for again by this object.
        """
        everywhere = self._filling.everywhere and self.has_room
        wanted = self._catalog.wanted_thumbnails(
            point, self._filling.sizes, everywhere=everywhere, limit=most, but=self._away
        )
        return await self._portray_all(wanted)

    async def fill_part(
        self, point: bytes, folder: int, after: int, most: int
    ) -> tuple[Filled, int | None]:
        """About `most` of the thumbnails that are wanted of a folder, behind that cookie.

        What was made, and the cookie to go on behind; None at the end. Raises as `fill` does.
        """
        wanted = self._catalog.wanted_in(point, self._filling.sizes, folder, after, most)
        return await self._portray_all(wanted), wanted[-1].row.entry if wanted else None

    async def _portray_all(self, wanted: Sequence[WantedThumbnail]) -> Filled:
        """Make these, of what each photo can be shown by."""
        rows = {
            photo: [each.row for each in places]
            for photo, places in _by_photo(wanted).items()
            if photo not in self._away
        }
        round_ = _Round(self, rows)
        await round_.from_store(self._open_picture)
        if self._elsewhere is not None:
            await round_.from_elsewhere(self._elsewhere)
        self._away |= round_.away
        return round_.filled()

    async def look_again(self) -> int:
        """Forget what was made since the last look and was removed again; how many.

        tumbler removes all thumbnails of a file when it has failed at it, a second or two after it
        has begun: also one that was made meanwhile.
        """
        fresh, self._fresh = list(self._fresh), deque(maxlen=FRESH)

        def removed() -> list[ThumbnailRow]:
            standing = self._folder.standing
            return [row for row in fresh if standing(row.size, portrayed(row)) is Standing.NONE]

        rows = await trio.to_thread.run_sync(removed)
        if rows:
            self._catalog.forget_thumbnails(rows)
        return len(rows)

    async def look_at(self, point: bytes, folder: int) -> int:
        """Have a folder's ledger tell what is so: how many of its rows were forgotten.

        What shows no photo as it is now is removed, and what was removed by others (a desktop's own
        tidying, a user) is wanted again. Of a very large folder its beginning alone.
        """
        stale = self._catalog.stale_in(point, folder, PORTION)
        await self._remove(stale)
        rows = self._catalog.thumbnails_in(point, folder, LOOKED_AT)
        gone = [*stale, *await trio.to_thread.run_sync(self._not_there, rows)]
        if gone:
            self._catalog.forget_thumbnails(gone)
        return len(gone)

    def _not_there(self, rows: Sequence[ThumbnailRow]) -> list[ThumbnailRow]:
        """Those whose file others removed or replaced, or a power cut left empty."""
        return [
            row
            for row in rows
            if row.taken and self._folder.length(row.size, portrayed(row).file_name) != row.taken
        ]

    @property
    def has_room(self) -> bool:
        """Whether folders that nobody opened may be filled."""
        return self._taken() < self._filling.limit * SPARE

    async def trim(self, mounted: Iterable[bytes]) -> int:
        """Remove what is least missed, until the limit is kept; how many."""
        removed = 0
        points = list(mounted)
        while (excess := self._taken() - self._filling.limit) > 0:
            going = []
            for row in self._catalog.coldest_thumbnails(points, FOUND):
                if excess > 0:
                    going.append(row)
                    excess -= row.taken
            for some in _portions(going):
                await self._remove(some)
                self._catalog.let_thumbnails_go(some)
            removed += len(going)
        return removed

    async def clear(self) -> int:
        """Remove all that we ever wrote and that is still ours; how many rows were forgotten.

        No folder counts as opened then: what waited would be made at once.
        """
        self._catalog.forget_opened()
        forgotten = 0
        for total in self._catalog.thumbnail_totals():
            while rows := self._catalog.thumbnails_at(total.point, PORTION):
                await self._remove(rows)
                self._catalog.let_thumbnails_go(rows)
                forgotten += len(rows)
        await self.sweep()
        return forgotten

    async def sweep(self) -> None:
        """Remove what was never finished, by processes that were killed an hour ago or more."""
        await trio.to_thread.run_sync(self._folder.sweep)

    def _taken(self) -> int:
        """Bytes of all thumbnails of this catalog."""
        return sum(total.taken for total in self._catalog.thumbnail_totals())

    async def _remove(self, rows: Sequence[ThumbnailRow]) -> None:
        """Remove their files, where these are ours."""

        def remove() -> None:
            for row in rows:
                shown = portrayed(row)
                self._folder.remove(row.size, shown.file_name, shown.uri)

        await trio.to_thread.run_sync(remove)

    async def portray(
        self, picture: Picture, rows: Sequence[ThumbnailRow]
    ) -> Sequence[ThumbnailRow]:
        """Make these of one photo; what is left, as the picture cannot be decoded.

        It is drawn once for all of its places, which the texts alone tell apart.
        """
        rows, others = await trio.to_thread.run_sync(self._apart, rows)
        if others:
            self._catalog.thumbnails_made(others)
        if not rows:
            return []
        sides = sorted({row.size.pixels for row in rows})
        drawn = await trio.to_thread.run_sync(self._drawn, picture, sides)
        if not drawn.pngs:
            log.info("%s has no thumbnail: %s", rows[0].path, drawn.why)
            return rows
        by_side = dict(zip(sides, drawn.pngs, strict=True))
        pngs = [labelled(by_side[row.size.pixels], portrayed(row).texts()) for row in rows]
        noted = [row._replace(taken=len(png)) for row, png in zip(rows, pngs, strict=True)]
        self._catalog.begin_thumbnails(noted)
        noted = await trio.to_thread.run_sync(self._write, noted, pngs)
        self._fresh.extend(row for row in noted if row.taken)
        shown = dict.fromkeys(row.file for row in rows)
        await self._redrawing.redraw([Path(os.fsdecode(file)) for file in shown])
        self._catalog.thumbnails_made(noted)
        return []

    def give_up(self, rows: Sequence[ThumbnailRow]) -> None:
        """There are none to be had of these bytes: nobody need look again."""
        self._catalog.thumbnails_made(rows)

    def _apart(self, rows: Sequence[ThumbnailRow]) -> tuple[list[ThumbnailRow], list[ThumbnailRow]]:
        """What we are to make, and what another program has made already."""
        theirs = {
            row
            for row in rows
            if self._folder.standing(row.size, portrayed(row)) is Standing.THEIRS
        }
        return [row for row in rows if row not in theirs], [row for row in rows if row in theirs]

    def _drawn(self, picture: Picture, sides: Sequence[int]) -> Shrunk:
        """A PNG for each side, without texts; Corrupt if its bytes cannot be read."""
        try:
            return self._drawn_of(picture, sides)
        except OSError as error:  # of its file, or no memory for another one
            raise Corrupt(f"a picture cannot be read: {error.strerror}") from error

    def _drawn_of(self, picture: Picture, sides: Sequence[int]) -> Shrunk:
        still = still_of(picture.fd)
        if still is None:
            held = UPRIGHT if picture.upright else None
            return self._shrinker.shrink(picture.fd, sides, {}, held)
        try:
            return self._shrinker.shrink(still, sides, {}, UPRIGHT)
        finally:
            os.close(still)

    def _write(self, rows: Sequence[ThumbnailRow], pngs: Sequence[bytes]) -> list[ThumbnailRow]:
        """Put each into its place; the rows as they are then: where it did not go, none is to be.

        One entry that cannot be replaced would keep all others waiting.
        """
        written = [
            self._folder.write(row.size, portrayed(row), png)
            for row, png in zip(rows, pngs, strict=True)
        ]
        return [
            row if did else row._replace(taken=0) for row, did in zip(rows, written, strict=True)
        ]


class _Round:
    """The thumbnails of some photos, from one source of pictures after the other."""

    def __init__(
        self, thumbnailing: Thumbnailing, rows: Mapping[int, Sequence[ThumbnailRow]]
    ) -> None:
        """All of them are still to be made."""
        self._thumbnailing = thumbnailing
        self._left = dict(rows)
        self._wanted = {photo: len(some) for photo, some in rows.items()}
        self._undecoded: set[int] = set()

    async def from_store(self, open_picture: OpenPicture) -> None:
        """Make what the originals in the store show."""
        for photo in self._left:
            fd = open_picture(photo)
            if fd is not None:
                try:
                    if not await self._use(photo, Picture(fd)):
                        self._undecoded.add(photo)
                except Corrupt as error:  # one bad place of a disk keeps no other photo waiting
                    log.info("photo %d has no thumbnail for now: %s", photo, error)
                finally:
                    os.close(fd)

    async def from_elsewhere(self, elsewhere: Elsewhere) -> None:
        """Make what is left of what can be brought."""
        pixels = {
            photo: max(row.size.pixels for row in rows)
            for photo, rows in self._left.items()
            if rows
        }
        outcomes = await elsewhere.bring(pixels, self._use)
        self._undecoded = {
            photo
            for photo, outcome in outcomes.items()
            if outcome is Outcome.UNSHOWABLE
            or (outcome is Outcome.NOWHERE and photo in self._undecoded)
        }

    async def _use(self, photo: int, picture: Picture) -> bool:
        """Make what is left of one photo's; whether the picture could be decoded."""
        rows = self._left[photo]
        self._left[photo] = await self._thumbnailing.portray(picture, rows)
        return not self._left[photo]

    @property
    def away(self) -> set[int]:
        """Photos of which nothing could be brought."""
        return {photo for photo, rows in self._left.items() if rows} - self._undecoded

    def filled(self) -> Filled:
        """What was done; what cannot be had of the bytes that are here is noted."""
        for photo in self._undecoded:
            self._thumbnailing.give_up(self._left[photo])
        made = sum(self._wanted[photo] - len(rows) for photo, rows in self._left.items())
        without = sum(len(self._left[photo]) for photo in self._undecoded)
        return Filled(made, without, len(self.away))


def portrayed(row: ThumbnailRow) -> Portrayed:
    """What a thumbnail tells of the file that it shows."""
    return Portrayed(file_uri(row.file), row.mtime, row.length, mimetype_of(row.path))


def _portions(rows: Sequence[ThumbnailRow]) -> Iterator[Sequence[ThumbnailRow]]:
    """As many as are noted in one transaction each."""
    return (rows[start : start + PORTION] for start in range(0, len(rows), PORTION))


def _by_photo(wanted: Iterable[WantedThumbnail]) -> dict[int, list[WantedThumbnail]]:
    """In the order in which each was wanted first."""
    found: dict[int, list[WantedThumbnail]] = {}
    for each in wanted:
        found.setdefault(each.photo, []).append(each)
    return found
