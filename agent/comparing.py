"""Finds out what shows whether two sources of a library have the same photo.

An export tells no pixels. Where another source has a photo of the same name and second, they are
looked up in the bytes themselves: in archives on this machine alone, for that costs no service's
patience, and only of those few.
"""

import logging
from typing import Final

import trio

from photofs.assembly import House
from photofs.catalog.merge_rows import Told
from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.metadata.pixels import read_pixels
from photofs.model.errors import PhotofsError
from photofs.model.head import HEAD_LENGTH
from photofs.model.photo import PixelSize
from photofs.model.span import Span
from photofs.providers.port import Provider

log = logging.getLogger(__name__)

AT_ONCE: Final = 100
"""Photos that are asked of the catalog at a time."""

AT_A_TIME: Final = 0.05
"""Seconds of merging, some hundred photos, between which others have their turn."""


async def compare(house: House, catalog: Catalog, library_id: int) -> None:
    """Look where it helps to tell what is one photo, and merge what is."""
    if not catalog.has_several(library_id):
        return
    for source in catalog.sources(library_id):
        if catalog.unlooked(library_id, source.source_id, 0, 1):
            try:
                await _look(house, catalog, source)
            except PhotofsError as error:
                log.info("source %d is compared later: %s", source.source_id, error)
    await merge_waiting(house, catalog, library_id)


async def merge_waiting(house: House, catalog: Catalog, library_id: int) -> None:
    """Merge all that waits for it, and let uploads and others of this process go on meanwhile."""
    filing = house.filing(catalog)
    while filing.merge_waiting(library_id, AT_A_TIME):
        await trio.lowlevel.checkpoint()


async def _look(house: House, catalog: Catalog, source: SourceRow) -> None:
    """Look at all that are worth it, of one source."""
    async with house.open_provider(source) as provider:
        if not provider.abilities.local:
            return
        after = 0
        while numbers := catalog.unlooked(source.library_id, source.source_id, after, AT_ONCE):
            for number in numbers:
                told = catalog.told_of(number)
                if told is not None and not told.seen.missing:
                    pixels = await _pixels(provider, told)
                    catalog.note_pixels(number, told.seen.content_key, pixels)
            after = numbers[-1]


async def _pixels(provider: Provider, told: Told) -> PixelSize | None:
    """What the first bytes tell, or of a movie the last ones; None if nothing can be read."""
    size = told.seen.size
    try:
        found = read_pixels(await _read(provider, told.seen.ref, Span(0, HEAD_LENGTH)))
        if found is None and size is not None and size > HEAD_LENGTH:
            tail = await _read(provider, told.seen.ref, Span(size - HEAD_LENGTH, size))
            found = read_pixels(_AS_BOXES + tail)
    except PhotofsError as error:
        # a damaged or absent archive is the scan's and the report's to tell of
        log.info("the pixels of %s cannot be read: %s", told.seen.remote_id, error)
        return None
    return found


_AS_BOXES: Final = b"\0\0\0\x08free"
"""Has the end of a movie, where its header may stand, be looked through for boxes."""


async def _read(provider: Provider, ref: str, span: Span) -> bytes:
    """Some bytes of an original."""
    found = bytearray()
    async with provider.open_original(ref, span, person=False) as stream:
        skipped = span.start - stream.start
        async for chunk in stream:
            found += chunk
    return bytes(found[skipped : skipped + span.length])
