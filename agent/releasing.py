"""Lets go of what was sent to a service that gives other bytes back, once an archive here has it.

Such an original lies in Kept, for nobody else has it. Where a Takeout of the same library has the
photo with these very bytes, the copy may lie in the Cache: its bytes are to be had again. Nobody's
word counts for that, no checksum's either: each time the archive is read to the end first. When the
archive has it no more, the copy goes back to Kept, if the Cache still has it.
"""

import hashlib
import logging
import os
from contextlib import AsyncExitStack
from typing import Final

import trio

from photofs.catalog.sent_rows import Backed, SentRow
from photofs.catalog.sqlite import Catalog
from photofs.metadata.pixels import read_pixels
from photofs.model.errors import Corrupt, Full, Gone, NotFound, PhotofsError, StoreError
from photofs.model.head import HEAD_LENGTH
from photofs.model.photo import Media, PixelSize
from photofs.originals.local_disk import LocalDisk
from photofs.originals.port import Room
from photofs.providers.port import Provider
from photofs.volume.sources import OpenProvider

log = logging.getLogger(__name__)

ROUND: Final = 500
"""Photos that are looked at a round: some 50 ms of the catalog."""

READ_A_ROUND: Final = 256 << 20
"""Bytes that are read of archives a round, so that a scan that has become due is not kept waiting.

Ten terabytes of films take weeks so; nothing waits for it.
"""

ANEW: Final = 3600.0
"""Seconds from one pass to the next one: what could not be read may be readable again."""


class Releasing:
    """Goes through all that was sent, so much a round; each is looked at once a pass."""

    def __init__(self, catalog: Catalog, store: LocalDisk, open_provider: OpenProvider) -> None:
        """Nothing was looked at yet."""
        self._catalog = catalog
        self._store = store
        self._open_provider = open_provider
        self._after = 0
        self._not_before = float("-inf")

    async def take(self) -> int:
        """One round; how many originals left Kept."""
        if trio.current_time() < self._not_before:
            return 0
        async with AsyncExitStack() as opened:
            return await self._go_on(Archives(self._catalog, self._open_provider, opened))

    async def _go_on(self, archives: "Archives") -> int:
        """The next photos of this pass."""
        released = read = 0
        rows = self._catalog.sent_rows(self._after, ROUND)
        for row in rows:
            self._after = row.observation
            await trio.lowlevel.checkpoint()
            before = archives.read
            released += await self._look_at(row, archives)
            read += archives.read - before
            if read >= READ_A_ROUND:
                return released
        if len(rows) < ROUND:
            self._after = 0
            self._not_before = trio.current_time() + ANEW
        return released

    async def _look_at(self, row: SentRow, archives: "Archives") -> bool:
        """What is to be done about one original; whether it left Kept."""
        room = None if row.comes_back else self._store.has_sealed(row.sha256)
        if room is None:
            return False
        if row.unsummed:
            await self._learn_checksum(row)
            archives.read += row.size
        backed = self._permitted(row)
        if room is Room.CACHE:
            if backed is None or not archives.is_there(backed.source):
                await self._keep(row)
            return False
        if backed is None or not await trio.to_thread.run_sync(self._is_uncut, backed):
            return False
        found = await archives.hash_of(backed)
        if found is None:
            return False
        if found != row.sha256:
            self._catalog.note_other_bytes(backed, found)
            return False
        return await self._release(backed)

    async def _learn_checksum(self, row: SentRow) -> None:
        """What an archive tells of its files, of an original that was sealed without it; once."""
        try:
            crc32 = await trio.to_thread.run_sync(self._store.crc32_of, row.sha256)
        except StoreError as error:
            log.warning("an original that was sent cannot be read: %s", error)
            return
        if crc32 is not None:
            self._catalog.note_checksum(row.sha256, crc32)

    def _permitted(self, row: SentRow) -> Backed | None:
        """Who has it, if nothing in the catalog speaks against its leaving Kept."""
        return None if self._catalog.needed_here(row.sha256) else self._catalog.backed(row)

    def _is_uncut(self, backed: Backed) -> bool:
        """In a thread: whether the service tells as many pixels as were sent; else it was cropped.

        Of a video it tells those of its own conversion.
        """
        if backed.seen.media is not Media.PICTURE:
            return True
        fd = self._store.open_sealed(backed.row.sha256)
        if fd is None:
            return False
        try:
            pixels = read_pixels(os.pread(fd, HEAD_LENGTH, 0))
        finally:
            os.close(fd)
        told = backed.pixels
        return pixels is not None and told is not None and _sides(pixels) == _sides(told)

    async def _release(self, backed: Backed) -> bool:
        """Move it to the Cache; back again if anything came between."""
        row = backed.row
        self._catalog.sealed(row.photo, backed.seen.content_key, row.sha256, row.size)
        pinned = self._catalog.pinned_hashes()
        try:
            await trio.to_thread.run_sync(self._store.make_room, row.size, pinned)
            if self._permitted(row) is None:
                return False
            if not await trio.to_thread.run_sync(self._store.release, row.sha256):
                return False
        except Full as error:
            log.info("an original that was sent stays in Kept: %s", error)
            return False
        if self._permitted(row) is None:
            await self._keep(row)
            return False
        return True

    async def _keep(self, row: SentRow) -> None:
        """Nobody else is known to have it any more: back to Kept."""
        try:
            await trio.to_thread.run_sync(self._store.keep, row.sha256)
        except (Corrupt, NotFound, StoreError) as error:
            log.warning("an original that was sent stays in the cache: %s", error)


def _sides(pixels: PixelSize) -> tuple[int, ...]:
    """One may be told as stored, the other as shown upright."""
    return tuple(sorted((pixels.width, pixels.height)))


class Archives:
    """The sources of one round that are archives on this machine, opened as they are needed."""

    def __init__(
        self, catalog: Catalog, open_provider: OpenProvider, opened: AsyncExitStack
    ) -> None:
        """They are closed with `opened`. `read`: bytes that were read."""
        self._sources = {each.source_id: each for each in catalog.sources()}
        self._open_provider = open_provider
        self._opened = opened
        self._providers: dict[int, Provider | None] = {}
        self.read = 0

    def is_there(self, source_id: int) -> bool:
        """Whether the last scan of a source found nothing wrong with all of it."""
        source = self._sources.get(source_id)
        return source is not None and not source.trouble

    async def hash_of(self, backed: Backed) -> str | None:
        """The SHA-256 of an original, read to its end; None if it cannot be read now."""
        digest = hashlib.sha256()
        try:
            provider = await self._provider(backed.source)
            if provider is None:
                return None
            async with provider.open_original(backed.seen.ref, None, person=False) as stream:
                async for chunk in stream:
                    digest.update(chunk)
                    self.read += len(chunk)
        except PhotofsError as error:
            log.info("what was sent stays in Kept, for an archive cannot be read: %s", error)
            if not isinstance(error, Gone | NotFound | Corrupt):
                self._providers[backed.source] = None
            return None
        return digest.hexdigest()

    async def _provider(self, source_id: int) -> Provider | None:
        """The archive; None if it is none, or cannot be opened this time."""
        if source_id not in self._providers:
            self._providers[source_id] = None
            opening = self._open_provider(self._sources[source_id])
            provider = await self._opened.enter_async_context(opening)
            if provider.abilities.local:
                self._providers[source_id] = provider
        return self._providers[source_id]
