"""Originals that lie here outside of the store are copied only where there is room to spare."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio

from agent.bytes_here import FEW, FREE_PART, spooled
from photofs.model.errors import Corrupt
from photofs.model.observation import ContentHash
from tests.support.disks import small_disk, why_no_mounts

pytestmark = pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts())

CHUNK = 1 << 20


class Stream:
    """An original of so many bytes; it is noted how many of them were asked for."""

    start = 0
    total: int | None = None
    validator: str | None = None
    hash: ContentHash | None = None

    def __init__(self, length: int) -> None:
        self.length, self.given = length, 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        """In pieces of a megabyte."""
        return self

    async def __anext__(self) -> bytes:
        """The next one."""
        await trio.lowlevel.checkpoint()
        if self.given >= self.length:
            raise StopAsyncIteration
        self.given += CHUNK
        return bytes(CHUNK)


@pytest.mark.parametrize(("disk", "most"), [(64 << 20, FEW), (24 * FEW, 24 * FEW // FREE_PART)])
async def test_a_copy_takes_a_part_of_what_is_free(tmp_path: Path, disk: int, most: int) -> None:
    """One that would take more is ended there, and nothing of it is left; photos fit anywhere."""
    with small_disk(tmp_path / "disk", disk) as folder:
        free = os.statvfs(folder).f_bavail
        fitting = Stream(most - CHUNK)
        copy = await spooled(fitting, folder)
        assert os.fstat(copy).st_size == fitting.length
        os.close(copy)
        large = Stream(most + 4 * CHUNK)
        with pytest.raises(Corrupt, match="too large"):
            await spooled(large, folder)
        assert large.given <= most + CHUNK
        assert os.statvfs(folder).f_bavail == free
