"""Originals that a mirror holds, read in place of their source: a file's bytes as a stream.

The disk's word on the file must be what it was when the file was known to be right; whoever reads
it whole compares its hash besides (`Fetch.hash`), so damage that the disk does not tell of is never
sealed. A disk that hangs is left alone (unsure_disk.py): a thread waits on, and nobody else.
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
from photofs.mirrors.disk_words import our_error
from photofs.mirrors.folder import LocalMirror
from photofs.mirrors.opening import open_mirror
from photofs.model.errors import Busy, Corrupt, NotAttached, NotFound, PhotofsError, StoreError
from photofs.model.mirror import CopyState, Stamp
from photofs.model.observation import ContentHash
from photofs.model.span import Span
from photofs.providers.port import Abilities
from photofs.volume.unsure_disk import UnsureDisk

log = logging.getLogger(__name__)

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

    def suspect_copy(
        self, copy_id: int, path: str, stamp: Stamp, state: CopyState, why: str
    ) -> None:
        """A file that was so is not what it should be; nothing if its row tells otherwise now."""
        ...


class MirrorCopy:
    """An open file of a mirror, as fetching reads from a provider."""

    abilities = ABILITIES

    def __init__(self, copy: Readable, sha256: str, fd: int, disk: UnsureDisk) -> None:
        """`fd`, which lies on that disk, is closed by `close`."""
        self.copy = copy
        self._disk = disk
        self.validator = f"mirror:{sha256}"
        self._fd = fd

    @asynccontextmanager
    async def open_original(
        self, ref: str, span: Span | None, *, person: bool = True
    ) -> AsyncIterator["MirrorStream"]:
        """Its bytes, or a stretch of them."""
        del ref, person
        wanted = span or Span(0, self.copy.stamp.size)
        yield MirrorStream(self._fd, self._disk, wanted, self.copy.stamp.size, self.validator)

    def close(self) -> None:
        """Give the descriptor back; in a thread, for on some disks that may hang, too."""
        _close_beside(self._fd)


class MirrorStream:
    """Keeps `providers.port.OriginalStream`."""

    hash: ContentHash | None = None

    def __init__(self, fd: int, disk: UnsureDisk, span: Span, total: int, validator: str) -> None:
        """From the span's beginning on."""
        self.start = span.start
        self.total: int | None = total
        self.validator: str | None = validator
        self._fd = fd
        self._disk = disk
        self._stop = min(span.stop, total)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Chunks in order; Corrupt if the file is shorter than it was.

        NotAttached if its disk does not answer in time, or fails: that says nothing of the file.
        """
        at = self.start
        while at < self._stop:
            read = partial(os.pread, self._fd, min(CHUNK, self._stop - at), at)
            try:
                data = await self._disk.ask(read, _forget)
            except OSError as error:
                raise our_error(error, "reading a file instead of its source") from error
            if not data:
                raise Corrupt(
                    "a mirror's file is shorter than its disk tells",
                    safe="the source of the photo is asked instead",
                    remedy="`photofs mirror verify` and `repair` look after it",
                )
            yield data
            at += len(data)


def _forget(_answer: bytes) -> None:
    """Bytes that came too late are nobody's."""


def _close_beside(fd: int) -> None:
    """Close a descriptor in a thread that nobody waits for."""
    trio.lowlevel.start_thread_soon(partial(os.close, fd), lambda _outcome: None)


def _close_late(found: int | CopyState | None) -> None:
    """In a thread: a file that was opened too late."""
    if isinstance(found, int):
        os.close(found)


class MirrorCopies:
    """Finds originals in mirrors; what is found wrong is noted, for the next run to mend."""

    def __init__(self, catalog: CopyReads) -> None:
        """Nothing is open."""
        self._catalog = catalog
        self._disks: dict[str, UnsureDisk] = {}

    async def find(self, sha256: str) -> MirrorCopy | None:
        """An open file with those bytes, as its disk tells; None if there is none just now."""
        for copy in self._catalog.readable_copies(sha256):
            disk = self._disks.setdefault(copy.root, UnsureDisk(copy.root))
            try:
                found = await disk.ask(partial(_opened, copy), _close_late)
            except NotAttached as error:
                log.info("%s", error)
                continue
            if isinstance(found, CopyState):
                self.note(copy, found, "its disk tells otherwise of it than before")
            elif found is not None:
                return MirrorCopy(copy, sha256, found, disk)
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
            self._catalog.suspect_copy(copy.copy_id, copy.path, copy.stamp, state, why)


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
