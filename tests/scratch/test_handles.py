"""What of writing goes to a thread, so that nobody else is kept waiting."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from photofs.model.choke import CHOKED, CHOKED_FOR
from photofs.model.errors import Native
from photofs.scratch.handles import Handles
from photofs.scratch.inodes import BIG, Inodes
from photofs.scratch.names import Maker, Names, RawSpot


class Desk:
    """Handles over an empty Scratch, by a clock that goes on by what a test puts in."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.inodes = Inodes(home)
        self.names = Names(self.inodes)
        self.root = self.names.enter(1).ino
        self.now = 100.0
        self.each_call_takes = 0.0
        self.handles = Handles(self.names, self.clock)

    def clock(self) -> float:
        """The time; it passes between one question and the next."""
        self.now += self.each_call_takes
        return self.now

    def file(self, flags: int = os.O_RDWR) -> tuple[int, int]:
        """A new file, open; its handle and its number."""
        maker = Maker(os.geteuid(), os.getegid())
        handle, found = self.handles.create(RawSpot(self.root, b"f"), flags, 0o600, maker)
        return handle, found.ino


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Closed at the end."""
    made = Desk(tmp_path)
    yield made
    made.handles.close()
    made.inodes.close()


async def in_thread(desk: Desk, handle: int) -> bool:
    """Whether a write is left to a thread: then others run before it is done."""
    ran = False

    async def other() -> None:
        nonlocal ran
        ran = True

    async with trio.open_nursery() as nursery:
        nursery.start_soon(other)
        await desk.handles.write(handle, 0, b"x")
        return ran


async def test_writes_go_to_a_thread_while_the_disk_is_choked(desk: Desk) -> None:
    """From a write that took long on, for a second; then they are done at once again."""
    handle, _ = desk.file()
    assert not await in_thread(desk, handle)
    desk.each_call_takes = CHOKED * 2
    assert not await in_thread(desk, handle)
    desk.each_call_takes = 0
    assert await in_thread(desk, handle)
    desk.now += CHOKED_FOR
    assert not await in_thread(desk, handle)


@pytest.mark.parametrize("what", ["file", "folder"])
async def test_bringing_to_the_disk_is_left_to_a_thread(desk: Desk, what: str) -> None:
    """However long the disk takes, others are served meanwhile."""
    handle, _ = desk.file()
    folder = desk.handles.opendir(desk.root)
    ran = False

    async def other() -> None:
        nonlocal ran
        ran = True

    async with trio.open_nursery() as nursery:
        nursery.start_soon(other)
        if what == "file":
            await desk.handles.sync(handle, data_only=False)
        else:
            await desk.handles.sync_folder(folder, data_only=False)
        assert ran


async def test_synchronous_writes_always_go_to_a_thread(desk: Desk) -> None:
    """Each of them waits for the disk."""
    handle, _ = desk.file(os.O_RDWR | os.O_DSYNC)
    assert await in_thread(desk, handle)


@pytest.mark.parametrize("big", [False, True])
async def test_a_big_file_is_emptied_in_a_thread(desk: Desk, *, big: bool) -> None:
    """When it is opened to be written anew, and when it is cut; a small one at once."""
    handle, ino = desk.file()
    os.posix_fallocate(desk.handles.descriptor(handle), 0, BIG + (1 << 20) if big else 1000)
    ran = False

    async def other() -> None:
        nonlocal ran
        ran = True

    async with trio.open_nursery() as nursery:
        nursery.start_soon(other)
        again = await desk.handles.open(ino, os.O_WRONLY | os.O_TRUNC)
        assert ran is big
    assert os.fstat(desk.handles.descriptor(again)).st_size == 0


async def test_a_file_that_was_made_past_the_mount_is_opened_unless_it_must_be_new(
    desk: Desk,
) -> None:
    """The kernel had just heard that there is none: O_EXCL is refused, else that file is opened."""
    (desk.home / "1" / "f").write_bytes(b"there")
    with pytest.raises(Native) as raised:
        desk.file(os.O_RDWR | os.O_EXCL)
    assert raised.value.error_number == errno.EEXIST
    handle, _ = desk.file()
    assert desk.handles.read(handle, 0, 9) == b"there"
