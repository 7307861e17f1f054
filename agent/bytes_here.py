"""Originals that lie on a disk here outside of the store, as open files: in mirrors, in archives.

A copy is made without a name, for archives are packed and mirrors may be far: nothing of it is left
whatever happens.
"""

import os
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from photofs.model.errors import Corrupt
from photofs.originals.disk_errors import disk_errors
from photofs.providers.port import OriginalStream
from photofs.volume.chunks import chunks_of
from photofs.volume.mirror_copies import MirrorCopies

MOST: Final = 512 << 20
"""Bytes of a file that is copied only to be looked at."""

FREE_PART: Final = 16
FEW: Final = 16 << 20
"""No copy takes more than that part of what is free, for four may lie there at once; unless it has
few bytes, as most photos."""


async def from_mirror(copies: MirrorCopies, sha256: str, folder: Path) -> int | None:
    """The descriptor of a copy, the caller's to close; None if no mirror has it just now.

    Raises NotAttached, Corrupt, Full or StoreError.
    """
    found = await copies.find(sha256)
    if found is None:
        return None
    try:
        async with found.open_original("", None, person=False) as stream:
            return await spooled(stream, folder)
    finally:
        found.close()


async def spooled(stream: OriginalStream, folder: Path) -> int:
    """All of a stream in a file without a name, which the caller closes; the folder is there.

    Raises what the stream raises, Corrupt for more than MOST or than the disk has to spare, Full or
    StoreError.
    """
    copying = partial(disk_errors, "a picture was copied for its thumbnail")
    with copying():
        most = _most(folder)
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed below
    try:
        came = 0
        async with chunks_of(stream) as chunks:
            async for chunk in chunks:
                came += len(chunk)
                if came > most:
                    raise Corrupt("the file is too large to be copied here for a thumbnail")
                with copying():
                    file.write(chunk)
        with copying():
            file.flush()
            return os.dup(file.fileno())
    finally:
        with suppress(OSError):  # it tries once more to write what the full disk did not take
            file.close()


def _most(folder: Path) -> int:
    """Bytes of the largest copy that its disk has room to spare for. Raises OSError."""
    disk = os.statvfs(folder)
    return min(MOST, max(FEW, disk.f_bavail * disk.f_frsize // FREE_PART))
