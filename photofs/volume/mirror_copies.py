"""Originals that a mirror holds, read in place of their source: a file's bytes as a stream.

The disk's word on the file must be what it was when the file was known to be right; whoever reads
it whole compares its hash besides (`Fetch.hash`), so damage that the disk does not tell of is never
sealed. A disk that hangs is left alone after `PATIENCE`: its thread waits on, and nobody else.
"""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final, Protocol

import trio

from photofs.catalog.mirrored import Readable
from photofs.kernel.mount_table import SameDisk
from photofs.mirrors.folder import LocalMirror
from photofs.mirrors.opening import open_mirror
from photofs.model.errors import Busy, NotFound, PhotofsError, StoreError, Temporary
from photofs.model.mirror import CopyState
from photofs.model.observation import ContentHash
from photofs.model.span import Span
from photofs.providers.port import Abilities

log = logging.getLogger(__name__)

PATIENCE: Final = 10.0
"""Seconds for which a mirror's disk may take to open a file, or to read a chunk of one."""

CHUNK: Final = 1 << 20

ABILITIES: Final = Abilities(
    lists_everything=False,
    reports_size=True,
    reports_hash=True,
    supports_ranges=True,
    folders=frozenset(),
    local=True,
    keeps_exact_bytes=True,
)


class CopyReads(Protocol):
    """What of the catalog is asked here, and told."""

    def readable_copies(self, sha256: str) -> list[Readable]:
        """Where in mirrors an original may be read from."""
        ...

    def note_copy_state(self, copy_id: int, state: CopyState, why: str) -> None:
        """A file of a mirror is not what it should be, or may not be."""
        ...


class MirrorCopy:
    """An open file of a mirror, as fetching reads from a provider."""

    abilities = ABILITIES

    def __init__(self, copy: Readable, sha256: str, fd: int) -> None:
        """`fd` is closed by `close`."""
        self.copy = copy
        self.validator = f"mirror:{sha256}"
        self._fd = fd

    @asynccontextmanager
    async def open_original(
        self, ref: str, span: Span | None, *, person: bool = True
    ) -> AsyncIterator["MirrorStream"]:
        """Its bytes, or a stretch of them."""
        del ref, person
        wanted = span or Span(0, self.copy.stamp.size)
        yield MirrorStream(self._fd, wanted, self.copy.stamp.size, self.validator)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._fd)


class MirrorStream:
    """Keeps `providers.port.OriginalStream`."""

    hash: ContentHash | None = None

    def __init__(self, fd: int, span: Span, total: int, validator: str) -> None:
        """From the span's beginning on."""
        self.start = span.start
        self.total: int | None = total
        self.validator: str | None = validator
        self._fd = fd
        self._stop = min(span.stop, total)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Chunks in order; Temporary if the file is shorter than it was, or its disk fails."""
        at = self.start
        while at < self._stop:
            data = await _in_time(partial(os.pread, self._fd, min(CHUNK, self._stop - at), at))
            if not data:
                raise Temporary(
                    "a mirror's file is shorter than it was, or its disk failed",
                    safe="the source of the photo is asked instead",
                    remedy="`photofs mirror status` tells of the mirror",
                )
            yield data
            at += len(data)


async def _in_time(read: "partial[bytes]") -> bytes:
    """The bytes; none if the disk failed, or did not answer in time."""
    with trio.move_on_after(PATIENCE), suppress(OSError):
        return await trio.to_thread.run_sync(read, abandon_on_cancel=True)
    return b""


class MirrorCopies:
    """Finds originals in mirrors; what is found wrong is noted, for the next run to mend."""

    def __init__(self, catalog: CopyReads) -> None:
        """Nothing is open."""
        self._catalog = catalog

    async def find(self, sha256: str) -> MirrorCopy | None:
        """An open file with those bytes, as its disk tells; None if there is none just now."""
        for copy in self._catalog.readable_copies(sha256):
            found: int | CopyState | None = None
            with trio.move_on_after(PATIENCE):
                found = await trio.to_thread.run_sync(
                    partial(_opened, copy), abandon_on_cancel=True
                )
            if isinstance(found, CopyState):
                self.note(copy, found, "its disk tells otherwise of it than before")
            elif found is not None:
                return MirrorCopy(copy, sha256, found)
        return None

    def find_on(self, disk: SameDisk, sha256: str) -> int | None:
        """The same at once, on one disk alone: the cache's own, which answers as fast as that.

        There a cached original may have been moved into the mirror, and counts once. No other
        disk is touched, for this is asked on a mount's loop.
        """
        for copy in self._catalog.readable_copies(sha256):
            if disk.holds(f"{copy.root}/{copy.path}"):
                found = _opened(copy)
                if found is not None and not isinstance(found, CopyState):
                    return found
        return None

    def note(self, copy: Readable, state: CopyState, why: str) -> None:
        """A file is not what it should be; what cannot be noted now, the next reader finds."""
        log.warning("%s in the mirror %s: %s", copy.path, copy.root, why)
        with suppress(Busy, StoreError):
            self._catalog.note_copy_state(copy.copy_id, state, why)


def _opened(copy: Readable) -> int | CopyState | None:
    """In a thread: the file, or what is wrong with it; None if its mirror is not there."""
    try:
        mirror = open_mirror(Path(copy.root), copy.marker, copy.traits, writing=False)
    except PhotofsError as error:
        log.info("%s", error)
        return None
    try:
        return _known(mirror, copy)
    finally:
        mirror.close()


def _known(mirror: LocalMirror, copy: Readable) -> int | CopyState | None:
    try:
        fd = mirror.open_known(copy.path, copy.stamp)
        if fd is not None:
            return fd
        absent = mirror.stamp(copy.path) is None
    except NotFound:
        return CopyState.ABSENT
    except PhotofsError as error:
        log.info("%s", error)
        return None
    return CopyState.ABSENT if absent else CopyState.SUSPECT
