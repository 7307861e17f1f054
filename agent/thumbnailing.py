"""Fills the desktop's folder of thumbnails, and keeps it right and small.

What a photo looks like is taken from bytes that are on this machine already: nothing is fetched.
First what lies wrong is removed, then what is wanted is made, then what is least missed goes if it
has become too much. Each step is noted in the ledger before it is done (catalog/thumbnail_rows.py),
so it may end anywhere; the next round goes on.
"""

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

import trio

from photofs.catalog.sqlite import Catalog
from photofs.catalog.thumbnail_rows import ThumbnailRow, WantedThumbnail
from photofs.metadata.shrinking import Shrinker
from photofs.model.photo import Media
from photofs.model.thumbnail import Portrayed, ThumbnailSize, file_uri, mimetype_of
from photofs.originals.local_disk import LocalDisk
from photofs.thumbnails.folder import Standing, ThumbnailFolder

log = logging.getLogger(__name__)

OpenPicture = Callable[[int], int | None]
"""Opens a photo's bytes by its number, for reading; None if they are not on this machine."""

PORTION: Final = 200
"""Rows that are noted in one transaction, some 5 ms."""

SPARE: Final = 0.9
"""Folders that nobody opened are filled up to so much of the limit: the rest is for opened ones."""


class Filling(NamedTuple):
    """What is filled: which sizes, of unopened folders too or not, and bytes at the most."""

    sizes: Sequence[ThumbnailSize]
    everywhere: bool
    limit: int


class Filled(NamedTuple):
    """What a round did: thumbnails made, those that cannot be had, photos that are not here."""

    made: int = 0
    without: int = 0
    away: int = 0


class Thumbnailing:
    """One user's thumbnails of one catalog; for one task."""

    def __init__(
        self,
        catalog: Catalog,
        folder: ThumbnailFolder,
        shrinker: Shrinker,
        open_picture: OpenPicture,
        filling: Filling,
    ) -> None:
        """Whoever makes it closes the shrinker."""
        self._catalog, self._folder, self._shrinker = catalog, folder, shrinker
        self._open_picture = open_picture
        self._filling = filling
        self._away: set[int] = set()

    async def tidy(self) -> int:
        """Remove all that shows no photo as it is now; how many were forgotten."""
        forgotten = 0
        while rows := self._catalog.stale_thumbnails(PORTION):
            await self._remove(rows)
            self._catalog.forget_thumbnails(rows)
            forgotten += len(rows)
        return forgotten

    async def fill(self, point: bytes, most: int) -> Filled:
        """Make up to about `most` of the thumbnails that are wanted at a mount point.

        Raises Full or StoreError; what was made by then stays. A photo that was not here is not
        asked for again by this object.
        """
        everywhere = self._filling.everywhere and self._taken() < self._filling.limit * SPARE
        limit = most + len(self._away) * len(self._filling.sizes)
        wanted = self._catalog.wanted_thumbnails(
            point, self._filling.sizes, everywhere=everywhere, limit=limit
        )
        filled = Filled()
        for photo, places in _by_photo(wanted).items():
            if photo not in self._away:
                made = await self._portray(photo, places)
                filled = Filled(*(one + other for one, other in zip(filled, made, strict=True)))
        return filled

    async def trim(self, mounted: Iterable[bytes]) -> int:
        """Remove what is least missed, until the limit is kept; how many."""
        removed = 0
        points = list(mounted)
        while (excess := self._taken() - self._filling.limit) > 0:
            going = []
            for row in self._catalog.coldest_thumbnails(points, PORTION):
                if excess > 0:
                    going.append(row)
                    excess -= row.taken
            await self._remove(going)
            self._catalog.let_thumbnails_go(going)
            removed += len(going)
        return removed

    async def clear(self) -> int:
        """Remove all that we ever wrote and that is still ours; how many rows were forgotten."""
        forgotten = 0
        for total in self._catalog.thumbnail_totals():
            while rows := self._catalog.thumbnails_at(total.point, PORTION):
                await self._remove(rows)
                self._catalog.let_thumbnails_go(rows)
                forgotten += len(rows)
        await trio.to_thread.run_sync(self._folder.sweep)
        return forgotten

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

    async def _portray(self, photo: int, wanted: Sequence[WantedThumbnail]) -> Filled:
        """All wanted thumbnails of one photo."""
        fd = self._open_picture(photo)
        if fd is None:
            self._away.add(photo)
            return Filled(away=1)
        filled = Filled()
        try:
            for rows in _by_place(each.row for each in wanted):
                made = await self._portray_place(fd, rows)
                filled = filled._replace(
                    made=filled.made + made, without=filled.without + len(rows) - made
                )
        finally:
            os.close(fd)
        return filled

    async def _portray_place(self, fd: int, rows: Sequence[ThumbnailRow]) -> int:
        """The wanted sizes of one place; how many were made."""
        shown = portrayed(rows[0])
        rows, others = await trio.to_thread.run_sync(self._apart, rows, shown)
        if others:
            self._catalog.thumbnails_made(others)
        if not rows:
            return 0
        sides = [row.size.pixels for row in rows]
        shrunk = await trio.to_thread.run_sync(self._shrinker.shrink, fd, sides, shown.texts())
        if not shrunk.pngs:
            log.info("%s has no thumbnail: %s", shown.uri, shrunk.why)
            self._catalog.thumbnails_made(rows)
            return 0
        pairs = list(zip(rows, shrunk.pngs, strict=True))
        noted = [row._replace(taken=len(png)) for row, png in pairs]
        self._catalog.begin_thumbnails(noted)
        for row, png in pairs:
            await trio.to_thread.run_sync(self._folder.write, row.size, shown, png)
        self._catalog.thumbnails_made(noted)
        return len(noted)

    def _apart(
        self, rows: Sequence[ThumbnailRow], shown: Portrayed
    ) -> tuple[list[ThumbnailRow], list[ThumbnailRow]]:
        """What we are to make, and what another program has made already."""
        theirs = {row for row in rows if self._folder.standing(row.size, shown) is Standing.THEIRS}
        return [row for row in rows if row not in theirs], [row for row in rows if row in theirs]


def pictures_here(catalog: Catalog, store: LocalDisk) -> OpenPicture:
    """Pictures whose originals lie in the store; none is marked as used."""

    def open_picture(photo: int) -> int | None:
        row = catalog.photo(photo)
        if row.media is not Media.PICTURE or row.sha256 is None:
            return None
        return store.glance(row.sha256)

    return open_picture


def portrayed(row: ThumbnailRow) -> Portrayed:
    """What a thumbnail tells of the file that it shows."""
    return Portrayed(file_uri(row.file), row.mtime, row.length, mimetype_of(row.path))


def _by_photo(wanted: Iterable[WantedThumbnail]) -> dict[int, list[WantedThumbnail]]:
    """In the order in which each was wanted first."""
    found: dict[int, list[WantedThumbnail]] = {}
    for each in wanted:
        found.setdefault(each.photo, []).append(each)
    return found


def _by_place(rows: Iterable[ThumbnailRow]) -> list[list[ThumbnailRow]]:
    """The sizes of each place together."""
    found: dict[str, list[ThumbnailRow]] = {}
    for row in rows:
        found.setdefault(row.path, []).append(row)
    return list(found.values())
