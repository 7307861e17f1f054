"""The census: learns, slowly, the exact sizes that a service did not tell in its listing.

One request a photo, for a single byte: the answer's header carries the whole length. It stops at
the first refusal of any kind and leaves the rest for the next round: people come first, and a
static host that says 429 stays closed the longer the more it is asked (gallery-dl #8297). A source
whose service counts a day's requests is not asked: its sizes are learnt when photos are opened.
"""

import logging
from typing import NamedTuple

import trio

from photofs.catalog.port import OriginRow, SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import Gone, PhotofsError
from photofs.model.span import Span
from photofs.providers.port import Provider
from photofs.volume.sources import OpenProvider

log = logging.getLogger(__name__)

ROUND = 200
"""Photos a round, so that a scan that has become due is not kept waiting."""

ANEW = 3600.0
"""Seconds from the begin of one pass to the next one, for those that told no size in the last."""


class _Pass(NamedTuple):
    """The photo that was asked after last, and when the next pass may begin."""

    after: int
    anew: float


class Census:
    """Goes through the photos of each source, so many a round; each is asked after once a pass.

    New photos have higher numbers than all others, and so do not wait for the next pass.
    """

    def __init__(self, catalog: Catalog, open_provider: OpenProvider, *, most: int = ROUND) -> None:
        """No photo was asked after yet; `most` in a round."""
        self._catalog = catalog
        self._open_provider = open_provider
        self._most = most
        self._passes: dict[int, _Pass] = {}
        self._metered: set[int] = set()

    async def take(self, source: SourceRow) -> int:
        """One round of a source; how many sizes were learnt."""
        number = source.source_id
        known = self._passes.get(number) or _Pass(0, trio.current_time() + ANEW)
        wanted = self._catalog.unsized(number, known.after, self._most)
        if number in self._metered:
            return 0
        if not wanted:
            if trio.current_time() >= known.anew:
                del self._passes[number]
            return 0
        learnt = 0
        async with self._open_provider(source) as provider:
            if provider.abilities.metered:
                self._metered.add(number)
                return 0
            for photo_id in wanted:
                self._passes[number] = known._replace(after=photo_id)
                try:
                    learnt += await self._learn(provider, photo_id, number)
                except PhotofsError as error:
                    log.info("the census of sizes stops for now: %s", error)
                    break
        return learnt

    async def _learn(self, provider: Provider, photo_id: int, source_id: int) -> int:
        """Ask for one byte, and note the length that the answer names."""
        origin = self._origin_of(photo_id, source_id)
        if origin is None:
            return 0
        opened = provider.open_original(origin.seen.ref, Span(0, 1), person=False)
        try:
            async with opened as stream:
                total = stream.total
        except Gone as error:
            self._catalog.photo_trouble(photo_id, str(error))
            return 0
        if total is None:
            return 0
        self._catalog.size_learnt(photo_id, origin.seen.content_key, total)
        return 1

    def _origin_of(self, photo_id: int, source_id: int) -> OriginRow | None:
        """What this source says of the photo."""
        for origin in self._catalog.origins(photo_id):
            if origin.source_id == source_id and not origin.seen.missing:
                return origin
        return None
