"""What photos look like whose originals are not in the store: other bytes here, or small ones.

First come bytes that lie on a disk here (a mirror, an export, a folder): they cost no service's
patience. Then small pictures that the services make, paced like all fetching, behind people; no
original is ever asked for. A photo of which none can be had is noted and looked for again later
(rendition_notes.py); a source in trouble is left alone for a while (troubled_sources.py).
"""

import logging
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path
from typing import Final, NamedTuple

import trio

from agent.bytes_here import MOST, from_mirror, spooled
from agent.rendition_notes import RenditionNotes
from agent.troubled_sources import TroubledSources
from photofs.assembly import House
from photofs.catalog.port import OriginRow
from photofs.catalog.sqlite import Catalog
from photofs.metadata.pixels import read_pixels
from photofs.metadata.still import is_shown
from photofs.model.errors import Corrupt, Full, PhotofsError
from photofs.originals.disk_errors import disk_errors
from photofs.providers.port import Provider, Renditions, SmallState
from photofs.volume.mirror_copies import MirrorCopies
from photofs.volume.sources import OpenProvider, Sources

log = logging.getLogger(__name__)

AT_ONCE: Final = 4
"""Photos that are under way at once: a service takes some 0.1 s for each, drawing one 0.03 s."""

TOGETHER: Final = 50
"""Photos that a source is told of at once (google.md 2.2)."""

ENOUGH: Final = 0.75
"""Of the pixels asked for, or of the photo's: services have steps, 800 pixels of a photo of 1,000.
What is smaller than that shows something else, such as a picture that says "not available"."""

UNTOLD: Final = 128
"""Pixels that there should be of a photo (mostly a video) whose own number nobody tells."""


class Picture(NamedTuple):
    """An open file with a picture; `upright` whatever it says itself (services turn theirs)."""

    fd: int
    upright: bool = False


Use = Callable[[int, Picture], Awaitable[bool]]
"""Makes the thumbnails of a photo, by its number, of a picture; whether that could be decoded."""


class Outcome(Enum):
    """What became of a photo."""

    SHOWN = auto()
    UNSHOWABLE = auto()  # its bytes are here, nothing here decodes them, and no service shows it
    NOWHERE = auto()  # there is no way to a picture of it
    LATER = auto()  # there may be one another time


class Reach(NamedTuple):
    """What pictures are had through; `folder` is for copies that are only looked at."""

    open_provider: OpenProvider
    copies: MirrorCopies
    notes: RenditionNotes
    folder: Path


class Rendering:
    """Brings pictures of photos of one catalog; for one task."""

    def __init__(self, catalog: Catalog, reach: Reach) -> None:
        """Nothing is opened yet."""
        self._catalog, self._reach = catalog, reach
        self._troubled = TroubledSources()

    async def bring(self, wanted: Mapping[int, int], use: Use) -> dict[int, Outcome]:
        """Have `use` show each photo, whose number comes with the pixels of its longest side.

        `use` is called for one after the other, while others are on their way. Raises what it
        raises, and Full.
        """
        raised: list[Exception] = []
        async with trio.open_nursery() as nursery:
            sources = Sources(self._catalog, self._reach.open_provider, nursery)
            errand = _Errand(self._catalog, self._reach, self._troubled, sources, use)
            numbers = list(wanted)
            for start in range(0, len(numbers), TOGETHER):
                some = numbers[start : start + TOGETHER]
                if raised := await errand.run({number: wanted[number] for number in some}):
                    break
            nursery.cancel_scope.cancel()
        for error in raised:
            raise error
        return errand.outcomes


def open_rendering(house: House, catalog: Catalog, notes: SmallState) -> Rendering:
    """By a house's sources and mirrors; `notes` are those of `House.rendition_notes`."""
    kept = RenditionNotes(notes, time.time_ns)
    reach = Reach(house.open_provider, MirrorCopies(catalog), kept, house.paths.cache)
    return Rendering(catalog, reach)


class _Errand:
    """One call of `bring`: its sources are open."""

    def __init__(
        self,
        catalog: Catalog,
        reach: Reach,
        troubled: TroubledSources,
        sources: Sources,
        use: Use,
    ) -> None:
        self._catalog, self._reach, self._troubled = catalog, reach, troubled
        self._sources, self._use = sources, use
        self._turn = trio.Lock()
        self.outcomes: dict[int, Outcome] = {}

    async def run(self, some: Mapping[int, int]) -> list[Exception]:
        """Show these; what ended that, if anything did."""
        raised: list[Exception] = []
        places = trio.Semaphore(AT_ONCE)
        await self._announce(some)

        async def one(photo: int, pixels: int) -> None:
            try:
                self.outcomes[photo] = await self._portray(photo, pixels)
            except Exception as error:  # noqa: BLE001 - raised by who has called us
                raised.append(error)
                nursery.cancel_scope.cancel()
            finally:
                places.release()

        async with trio.open_nursery() as nursery:
            for photo, pixels in some.items():
                await places.acquire()
                nursery.start_soon(one, photo, pixels)
        return raised

    async def _announce(self, photos: Mapping[int, int]) -> None:
        """Tell the sources which photos will be asked for."""
        coming: dict[int, list[str]] = {}
        for photo in photos:
            for origin in self._origins(photo):
                if self._may_ask(origin):
                    coming.setdefault(origin.source_id, []).append(origin.seen.ref)
        for source, refs in coming.items():
            with self._told_of(source):
                async with self._sources.provider(source) as provider:
                    await _expect(provider.abilities.renditions, refs)

    async def _portray(self, photo: int, pixels: int) -> Outcome:
        """Show one photo, if that can be."""
        origins = self._origins(photo)
        here = await self._here(photo, origins)
        if here is not None and await self._show(photo, Picture(here)):
            return Outcome.SHOWN
        hopes = False
        for origin in origins:
            shown = await self._rendered(photo, origin, pixels)
            if shown:
                return Outcome.SHOWN
            hopes = hopes or shown is not None
        if hopes:
            return Outcome.LATER
        return Outcome.NOWHERE if here is None else Outcome.UNSHOWABLE

    def _origins(self, photo: int) -> list[OriginRow]:
        """The ways to it, those first whose bytes it shows."""
        key = self._catalog.shown_key(photo)
        there = [each for each in self._catalog.origins(photo) if not each.seen.missing]
        return sorted(there, key=lambda each: each.seen.content_key != key)

    def _may_ask(self, origin: OriginRow) -> bool:
        """Whether a service may be asked for a small picture now."""
        return not self._troubled.is_left(origin.source_id) and self._reach.notes.may_try(origin)

    async def _here(self, photo: int, origins: Sequence[OriginRow]) -> int | None:
        """Bytes of it that lie on a disk here, if they may be shown; the caller closes the file."""
        row = self._catalog.photo(photo)
        if not is_shown(row.media) or (row.size_exact and (row.size or 0) > MOST):
            return None
        sha256 = row.sha256
        if sha256 is not None:
            with _lenient("a mirror's copy"):
                found = await from_mirror(self._reach.copies, sha256, self._reach.folder)
                if found is not None:
                    return found
        for origin in origins:
            if not self._troubled.is_left(origin.source_id):
                with self._told_of(origin.source_id):
                    async with self._sources.provider(origin.source_id) as provider:
                        if provider.abilities.local:
                            return await self._spooled(provider, origin)
        return None

    async def _spooled(self, provider: Provider, origin: OriginRow) -> int:
        async with provider.open_original(origin.seen.ref, None, person=False) as stream:
            return await spooled(stream, self._reach.folder)

    async def _rendered(self, photo: int, origin: OriginRow, pixels: int) -> bool | None:
        """Whether a source's small picture was shown; None if it makes none at all."""
        if not self._may_ask(origin):
            return False
        data: bytes | None = b""
        with self._told_of(origin.source_id, origin):
            data = await self._small(origin, pixels)
        if not data:
            return None if data is None else False
        # what `use` raises is no word against the source, nor against its photo
        shown = await self._show(photo, Picture(_in_memory(data), upright=True))
        if shown:
            self._reach.notes.answered(origin)
        else:
            with self._told_of(origin.source_id, origin):
                raise Corrupt("the service's small picture of it cannot be decoded")
        return shown

    async def _small(self, origin: OriginRow, pixels: int) -> bytes | None:
        """A source's small picture; None if it makes none at all."""
        async with self._sources.provider(origin.source_id) as provider:
            renditions = provider.abilities.renditions
            if renditions is None:
                return None
            data = await renditions.get(origin.seen.ref, pixels)
        self._troubled.answered(origin.source_id)
        _check_size(data, origin, pixels)
        return data

    async def _show(self, photo: int, picture: Picture) -> bool:
        """One at a time."""
        try:
            async with self._turn:
                return await self._use(photo, picture)
        finally:
            os.close(picture.fd)

    @contextmanager
    def _told_of(self, source: int, origin: OriginRow | None = None) -> Iterator[None]:
        """Note that a source has failed, and over which photo; what is raised ends here.

        Unless it is Full, of this disk.
        """
        try:
            yield
        except Full:
            raise
        except PhotofsError as error:
            own = self._troubled.failed(source, error)
            log.info("source %d gives no picture: %s", source, error)
            if origin is not None and not own:
                self._reach.notes.failed(origin)


async def _expect(renditions: Renditions | None, refs: Sequence[str]) -> None:
    """Tell a service which of its photos will be asked for, as many at once as it takes."""
    if renditions is not None and renditions.expect is not None:
        for start in range(0, len(refs), renditions.together):
            await renditions.expect(refs[start : start + renditions.together])


@contextmanager
def _lenient(what: str) -> Iterator[None]:
    """What cannot be read now is done without; Full is raised."""
    try:
        yield
    except Full:
        raise
    except PhotofsError as error:
        log.info("%s cannot be looked at: %s", what, error)


def _check_size(data: bytes, origin: OriginRow, pixels: int) -> None:
    """Corrupt if the picture is smaller than one of that photo can be."""
    found, own = read_pixels(data), origin.seen.pixels
    least = min(pixels, max(own.width, own.height) if own else UNTOLD) * ENOUGH
    if found is None or max(found.width, found.height) < least:
        raise Corrupt("the service's small picture is smaller than the photo")


def _in_memory(data: bytes) -> int:
    """An open file with these bytes, on no disk; Full or StoreError."""
    with disk_errors("a small picture was held in memory"):
        fd = os.memfd_create("rendition")
        try:
            os.write(fd, data)
        except BaseException:
            os.close(fd)
            raise
        return fd
