"""`photofs scan --refine`: better capture times from bytes that are on this machine already.

Sealed originals and archives are read, nothing is fetched. Without `apply` it only finds what would
move.
"""

import os

from photofs.assembly import House
from photofs.catalog.port import OriginRow, SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.filing.refining import Refinement
from photofs.metadata.exif import HEAD, read_exif
from photofs.metadata.video import read_video
from photofs.model.capture_time import TakenFact
from photofs.model.errors import PhotofsError
from photofs.model.photo import Media, Position
from photofs.model.span import Span
from photofs.originals.port import OriginalStore
from photofs.providers.port import Provider

Read = tuple[TakenFact | None, Position | None]
"""What stands in a photo's bytes."""

NOTHING: Read = (None, None)


async def refine(
    house: House, catalog: Catalog, source: SourceRow, *, apply: bool
) -> list[Refinement]:
    """What would move, or (with `apply`) was moved, of the photos of one source."""
    found = []
    store = house.store()
    async with house.open_provider(source) as provider:
        filing = house.filing(catalog)
        with filing.refining(source.source_id) as refining:
            library = catalog.library_by_id(source.library_id)
            for photo_id in list(catalog.photos_under(library.folder_id)):
                origin = _shown_by(catalog, photo_id, source)
                if origin is None:
                    continue
                read = await _read(store, provider, catalog.photo(photo_id).sha256, origin)
                seen = catalog.told(photo_id) or origin.seen
                refinement = refining.find(photo_id, seen, *read)
                if refinement is None:
                    continue
                found.append(refinement)
                if apply:
                    refining.apply(photo_id, seen, *read)
        if apply:
            filing.note_zone(source.library_id)
    return found


def _shown_by(catalog: Catalog, photo_id: int, source: SourceRow) -> OriginRow | None:
    """What this source says of the photo, if it is the one by which the photo is shown."""
    for origin in catalog.origins(photo_id)[:1]:
        if origin.source_id == source.source_id:
            return origin
    return None


async def _read(
    store: OriginalStore, provider: Provider, sha256: str | None, origin: OriginRow
) -> Read:
    """What the bytes tell, as far as they are on this machine."""
    descriptor = None if sha256 is None else store.open_sealed(sha256)
    if descriptor is not None:
        try:
            return _read_file(descriptor, origin.seen.media)
        finally:
            os.close(descriptor)
    if not provider.abilities.local or origin.seen.media is not Media.PICTURE:
        return NOTHING
    try:
        return _of_picture(await _head(provider, origin.seen.ref))
    except PhotofsError:
        # a damaged or absent archive is the scan's and the report's to tell of
        return NOTHING


async def _head(provider: Provider, ref: str) -> bytes:
    """The first bytes of an original in an archive."""
    head = b""
    async with provider.open_original(ref, Span(0, HEAD), person=False) as stream:
        async for chunk in stream:
            head += chunk
    return head


def _read_file(descriptor: int, media: Media) -> Read:
    """What a sealed original tells."""
    if media is Media.PICTURE:
        return _of_picture(os.pread(descriptor, HEAD, 0))
    size = os.fstat(descriptor).st_size
    facts = read_video(lambda offset, length: os.pread(descriptor, length, offset), size)
    return NOTHING if facts is None else (facts.taken, facts.position)


def _of_picture(head: bytes) -> Read:
    """What a picture's head tells."""
    facts = read_exif(head)
    return NOTHING if facts is None else (facts.taken, facts.position)
