"""What a scan of a Takeout holds of all photos at once lies on the disk."""

import gc
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from photofs.catalog.pile import DiskPile
from photofs.model.errors import Full
from photofs.model.observation import Observation, PhotoSeen, ScanEnd
from photofs.model.pile import Row
from photofs.providers.port import Tools
from photofs.providers.takeout.provider import open_provider
from tests.support import great_takeout
from tests.support.great_takeout import Shot
from tests.support.provider_tools import make_tools

STRIDE = 11
"""Of the numbers of shots: some 480 lie in one year's folder, a tenth in albums."""

A_PHOTO = 900
"""Bytes that may be held for each: caches that fill up by and by, and the notes that these tests
keep in memory, are some 600; with all files in memory there were 1,800 more."""


def make(folder: Path, photos: int) -> Path:
    """An export of so many, a medium and its sidecar in different parts."""
    shots = (Shot(number * STRIDE) for number in range(photos))
    great_takeout.write(folder, great_takeout.FULL, 4, shots)
    return folder


async def changes(folder: Path, tools: Tools) -> AsyncIterator[Observation]:
    """All that a scan tells."""
    async with (
        open_provider({"path": str(folder)}, tools) as provider,
        aclosing(provider.changes(None)) as stream,  # type: ignore[type-var]
    ):
        async for one in stream:
            yield one


async def highest(folder: Path) -> int:
    """Bytes that Python holds at most during a scan whose observations nobody keeps."""
    gc.collect()
    tracemalloc.start()
    try:
        async for _one in changes(folder, make_tools()):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


async def test_memory_does_not_go_by_the_number_of_photos(tmp_path: Path) -> None:
    """Three times as many photos, in folders of the same size, need little more memory."""
    few, many = 2_000, 6_000
    held = [await highest(make(tmp_path / str(count), count)) for count in (few, many)]
    assert (held[1] - held[0]) / (many - few) < A_PHOTO, held


class SmallPile(DiskPile):
    """One on a disk that is full after so many rows."""

    room = 0

    def add(self, key: str, row: Row) -> None:
        """Full once there is no room."""
        if SmallPile.room <= 0:
            raise Full("no room")
        SmallPile.room -= 1
        super().add(key, row)


@pytest.mark.parametrize("room", [0, 100, 250, 400])
async def test_a_full_disk_ends_the_scan(tmp_path: Path, room: int) -> None:
    """At whatever step it is: nothing is told as missing or unreadable for it, and no end."""
    folder, tools = make(tmp_path, 100), make_tools()
    told = [one async for one in changes(folder, tools)]
    assert sum(isinstance(one, PhotoSeen) for one in told) >= 100
    SmallPile.room = room
    seen: list[Observation] = []
    with pytest.raises(Full):
        await _collect(changes(folder, replace(tools, new_pile=SmallPile)), seen)
    assert not [one for one in seen if isinstance(one, ScanEnd)]
    assert not [one for one in seen if isinstance(one, PhotoSeen) and one.missing]
    again = [one async for one in changes(folder, tools)]
    assert [one for one in again if isinstance(one, PhotoSeen)] == [
        one for one in told if isinstance(one, PhotoSeen)
    ]


async def _collect(stream: AsyncIterator[Observation], seen: list[Observation]) -> None:
    """What came before an error counts."""
    async for one in stream:
        seen.append(one)  # noqa: PERF401 - a comprehension would lose it
