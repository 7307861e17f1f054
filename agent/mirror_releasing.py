"""With `[google] keep_sent = false`: what was sent leaves Kept once a mirror has the very bytes.

As with an archive (releasing.py) nobody's word counts for that: the file in the mirror must have
been proven before, and is read to its end again right then, from a disk whose marker was just seen.
It runs where mirrors are verified, for a disk that hangs may keep nothing else waiting.
"""

import logging
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

import trio

from agent.mirror_disk import Disk
from agent.releasing import is_uncut, release
from photofs.assembly import House
from photofs.catalog.mirrors import MirrorRow
from photofs.catalog.sent_rows import Backed, SentRow
from photofs.catalog.sqlite import Catalog
from photofs.mirrors.folder import LocalMirror
from photofs.mirrors.opening import open_mirror
from photofs.mirrors.proof import is_right
from photofs.model.errors import PhotofsError
from photofs.originals.local_disk import LocalDisk
from photofs.originals.port import Room

log = logging.getLogger(__name__)

AT_ONCE: Final = 500
"""Rows that are looked at together."""


async def release_to_mirror(house: House, catalog: Catalog, row: MirrorRow, disk: Disk) -> int:
    """All that one mirror has; how many originals left Kept. What fails waits for the next look."""
    if house.settings.google.keep_sent or catalog.doubt():
        return 0
    opening = partial(open_mirror, Path(row.root), row.marker, row.traits, writing=False)
    try:
        folder: LocalMirror = await disk.ask(opening)
        with closing(folder):
            return await _MirrorReleasing(catalog, house.store(), row, folder, disk).go()
    except PhotofsError as error:
        log.info("what was sent stays in Kept, for a mirror cannot be read: %s", error)
        return 0


class _MirrorReleasing:
    """One pass over all that was sent."""

    def __init__(
        self, catalog: Catalog, store: LocalDisk, row: MirrorRow, folder: LocalMirror, disk: Disk
    ) -> None:
        """`folder` is that mirror's, and lies on `disk`."""
        self._catalog = catalog
        self._store = store
        self._row = row
        self._folder = folder
        self._disk = disk

    async def go(self) -> int:
        """NotAttached if the mirror goes away meanwhile."""
        after = released = 0
        while rows := self._catalog.sent_rows(after, AT_ONCE):
            for row in rows:
                after = row.observation
                await trio.lowlevel.checkpoint()
                released += await self._look_at(row)
        return released

    async def _look_at(self, row: SentRow) -> bool:
        if row.comes_back or self._store.has_sealed(row.sha256) is not Room.KEPT:
            return False
        held = self._permitted(row)
        if held is None or not is_uncut(self._store, held[0]):
            return False
        copy = self._catalog.copy(held[1])
        if copy is None or not await self._disk.ask(
            is_right, self._folder, copy.path, copy.stamp, row.sha256
        ):
            return False
        return await release(self._catalog, self._store, held[0], lambda: self._permitted(row))

    def _permitted(self, row: SentRow) -> tuple[Backed, int] | None:
        """Which file of the mirror has it, if nothing in the catalog speaks against."""
        if self._catalog.needed_here(row.sha256):
            return None
        return self._catalog.held_by_mirror(row, self._row.mirror_id)
