"""Learns which pictures tell no date or place, and what a mount with `--embed` shows of them.

Reads the first bytes of each picture once, those of originals that are here from this disk, others
from their source, behind people's own reads; it stops at the first refusal and goes on in a later
round. A source whose service counts a day's requests is not asked: its pictures are shown as they
are until they were fetched for somebody.
"""

import logging
import os
from collections.abc import AsyncGenerator
from typing import Final, NamedTuple

import trio

from photofs.catalog.port import OriginRow, SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.metadata.embedding import lacking
from photofs.metadata.stamping import stamp_head
from photofs.model.errors import Gone, PhotofsError
from photofs.model.fusing import Word, fuse
from photofs.model.head import HEAD_LENGTH
from photofs.model.sidecar import SidecarFacts
from photofs.model.span import Span
from photofs.model.splice import AS_IT_IS
from photofs.originals.port import OriginalStore
from photofs.providers.port import Provider
from photofs.volume.sources import OpenProvider

log = logging.getLogger(__name__)

ROUND: Final = 200
"""Pictures a round, so that a scan that has become due is not kept waiting."""

FIRST_LOOK: Final = 16 * 1024
"""Bytes that most heads need; a thumbnail or a color profile before the picture needs more."""


class _Pass(NamedTuple):
    """The picture that was looked at last, and the catalog's newest change as the pass began."""

    after: int
    change: int


class Heads:
    """Goes through the pictures of each source, and again when anything has changed."""

    def __init__(
        self, catalog: Catalog, store: OriginalStore, open_provider: OpenProvider, most: int = ROUND
    ) -> None:
        """Nothing was looked at yet; `most` in a round."""
        self._catalog = catalog
        self._store = store
        self._open_provider = open_provider
        self._most = most
        self._passes: dict[int, _Pass] = {}

    async def take(self, source: SourceRow) -> int:
        """One round of a source; how many heads are known now that were not before."""
        number = source.source_id
        change = self._catalog.last_change()
        known = self._passes.get(number) or _Pass(0, change)
        wanted = self._catalog.unspliced(number, known.after, self._most)
        if not wanted:
            if known.change != change:
                self._passes.pop(number, None)
            else:
                self._passes[number] = known
            return 0
        learnt = 0
        async with self._open_provider(source) as provider:
            for photo_id in wanted:
                self._passes[number] = known._replace(after=photo_id)
                try:
                    learnt += await self._learn(provider, photo_id, number)
                except Gone as error:
                    log.info("a picture's first bytes cannot be had: %s", error)
                except PhotofsError as error:
                    log.info("looking at the first bytes of pictures stops for now: %s", error)
                    break
        return learnt

    async def _learn(self, provider: Provider, photo_id: int, source_id: int) -> int:
        """Look at one picture, and note what is to be shown."""
        photo = self._catalog.photo(photo_id)
        key = self._catalog.shown_key(photo_id)
        origins = self._catalog.origins(photo_id)
        if photo.size is None or not origins:
            return 0
        position = fuse([Word(each.source_id, each.seen) for each in origins]).position
        facts = SidecarFacts(taken=self._catalog.date_of(photo_id), position=position)
        shown = next((each for each in origins if each.seen.content_key == key), None)
        for length in (FIRST_LOOK, HEAD_LENGTH):
            head = await self._head(provider, photo.sha256, shown, source_id, length)
            if head is None:
                return 0
            stamp = lacking(head, facts)
            splice = stamp_head(head, stamp) if stamp else AS_IT_IS
            if stamp is None or splice != AS_IT_IS or len(head) < length:
                break
        self._catalog.note_splice(photo_id, key, photo.size, photo.ctime_ns, splice)
        return 1

    async def _head(
        self,
        provider: Provider,
        sha256: str | None,
        shown: OriginRow | None,
        source_id: int,
        length: int,
    ) -> bytes | None:
        """The first bytes of what is shown, from this disk or this source; None: from neither."""
        fd = self._store.open_sealed(sha256) if sha256 else None
        if fd is not None:
            try:
                return await trio.to_thread.run_sync(os.pread, fd, length, 0)
            finally:
                os.close(fd)
        if shown is None or shown.source_id != source_id or provider.abilities.metered:
            return None
        head = bytearray()
        opened = provider.open_original(shown.seen.ref, Span(0, length), person=False)
        async with opened as stream:
            chunks = aiter(stream)
            try:
                while len(head) < length:  # a host that ignores spans gives all of it
                    head += await anext(chunks)
            except StopAsyncIteration:
                pass
            finally:
                if isinstance(chunks, AsyncGenerator):
                    await chunks.aclose()
        return bytes(head[:length])
