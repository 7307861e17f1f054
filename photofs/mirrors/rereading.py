"""Files of a mirror read again, from the disk itself and not from memory, as far as that can be.

What the system holds of a file in memory is given up before it is read (POSIX_FADV_DONTNEED), so
that a bit that turned on the disk is seen, and again after, so that reading all of a mirror pushes
nothing else out of memory.
"""

import hashlib
import os
from collections.abc import Callable
from typing import Final, NamedTuple

from photofs.mirrors.disk_words import mirror_errors
from photofs.mirrors.folder import LocalMirror
from photofs.model.errors import NotFolder, NotFound
from photofs.model.mirror import Stamp

CHUNK: Final = 1 << 20
"""Bytes that are read and hashed at a time: SHA-256 takes about a millisecond, without the GIL."""

Pause = Callable[[int], None]
"""Called before so many bytes are read: waits if that is too fast, raises if it is to end."""


class Reread(NamedTuple):
    """What a file turned out to be. `steady`: nobody wrote to it meanwhile."""

    sha256: str
    stamp: Stamp
    steady: bool


def reread(mirror: LocalMirror, path: str, pause: Pause) -> Reread | None:
    """Read a file to its end; None if no plain file is there. NotAttached, StoreError."""
    try:
        fd = mirror.open(path)
    except (NotFound, NotFolder):
        return None
    try:
        before = mirror.stamp_of(fd)
        with mirror_errors(f"reading {path}"):
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_SEQUENTIAL)
            digest = _digest(fd, pause)
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        after = mirror.stamp_of(fd)
        return Reread(digest, after, before == after)
    finally:
        os.close(fd)


def _digest(fd: int, pause: Pause) -> str:
    digest = hashlib.sha256()
    buffer = bytearray(CHUNK)
    view = memoryview(buffer)
    while True:
        pause(CHUNK)
        count = os.readv(fd, [buffer])
        if not count:
            return digest.hexdigest()
        digest.update(view[:count])
