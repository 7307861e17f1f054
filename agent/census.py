"""The census: learns, slowly, the exact sizes that a service did not tell in its listing.

One request a photo, for a single byte: the answer's header carries the whole length. It stops at
the first refusal of any kind and leaves the rest for the next round: people come first, and a
static host that says 429 stays closed the longer the more it is asked (gallery-dl #8297).
"""

import logging

from photofs.assembly import House
from photofs.catalog.port import OriginRow, SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import Gone, PhotofsError
from photofs.model.span import Span
from photofs.providers.port import Provider

log = logging.getLogger(__name__)

ROUND = 200
"""Photos a round, so that a scan that has become due is not kept waiting."""


async def take_census(house: House, catalog: Catalog, source: SourceRow) -> int:
    """Learn up to ROUND sizes of a source; how many were learnt."""
    wanted = catalog.unsized(source.source_id, 0, ROUND)
    if not wanted:
        return 0
    learnt = 0
    async with house.open_provider(source) as provider:
        for photo_id in wanted:
            origin = _origin_of(catalog, photo_id, source.source_id)
            if origin is None:
                continue
            try:
                learnt += await _learn(catalog, provider, photo_id, origin)
            except Gone as error:
                catalog.photo_trouble(photo_id, str(error))
            except PhotofsError as error:
                log.info("the census of sizes stops for now: %s", error)
                break
    return learnt


def _origin_of(catalog: Catalog, photo_id: int, source_id: int) -> OriginRow | None:
    """What this source says of the photo."""
    for origin in catalog.origins(photo_id):
        if origin.source_id == source_id and not origin.seen.missing:
            return origin
    return None


async def _learn(catalog: Catalog, provider: Provider, photo_id: int, origin: OriginRow) -> int:
    """Ask for one byte, and note the length that the answer names."""
    async with provider.open_original(origin.seen.ref, Span(0, 1), person=False) as stream:
        total = stream.total
    if total is None:
        return 0
    catalog.size_learnt(photo_id, origin.seen.content_key, total)
    return 1
