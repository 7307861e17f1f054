"""Open files and listings below Scratch: each open has a descriptor of its own.

Reading and writing are calls of microseconds to this disk; what waits for the disk (syncing, long
truncations, long listings) goes to a thread. Every error is Native, with the errno.
"""

import os
import time
from collections.abc import Callable
from itertools import islice
from typing import NamedTuple

import trio

from photofs.model.choke import Choke
from photofs.scratch.inodes import BIG
from photofs.scratch.names import Give, Maker, Names, RawSpot, ScratchFile
from photofs.scratch.native import native

KEPT_FLAGS = os.O_ACCMODE | os.O_TRUNC | os.O_EXCL | os.O_SYNC | os.O_DSYNC
"""Of what a program opens with. Not O_APPEND: the kernel tells each write's place, and with it
pwrite would put pages of a shared mapping at the end. Not O_DIRECT: it asks for aligned memory."""

LONG_FOLDER = 256 * 1024
"""Bytes of a folder itself (some 5,000 names) from which on it is read in a thread."""

FIRST_COOKIE = 3
"""1 and 2 are "." and ".."; a name's cookie is its place in the list as it was read, plus 3."""


class OpenFile(NamedTuple):
    """An open file. `slow`: each write waits until it is on the disk."""

    fd: int
    slow: bool


class Listing:
    """An open folder, and the names that stood in it when the listing began."""

    def __init__(self, ino: int, fd: int) -> None:
        """Takes the descriptor over."""
        self.ino = ino
        self.fd = fd
        self.names: list[bytes] = []

    def read(self) -> None:
        """Read the names anew."""
        self.names = [os.fsencode(name) for name in os.listdir(self.fd)]  # noqa: PTH208 - by descriptor


class Handles:
    """What programs have open, by number. One thread uses it."""

    def __init__(self, names: Names, clock: Callable[[], float] = time.perf_counter) -> None:
        """Nothing is open. `clock` gives seconds."""
        self._names = names
        self._choke = Choke(clock)
        self._files: dict[int, OpenFile] = {}
        self._listings: dict[int, Listing] = {}
        self._last = 0

    # files

    async def open(self, ino: int, flags: int) -> int:
        """Open a file that is there, emptied if a flag says so; its handle."""
        with native():
            emptied = flags & os.O_TRUNC and flags & os.O_ACCMODE != os.O_RDONLY
            kept = flags & KEPT_FLAGS & ~(os.O_TRUNC if emptied else 0)
            fd = self._names.open_by_number(ino, kept)
            if emptied:
                try:
                    await _truncate(fd, 0)
                except BaseException:
                    os.close(fd)
                    raise
        return self._keep(fd, flags)

    @native()
    def create(self, spot: RawSpot, flags: int, mode: int, maker: Maker) -> tuple[int, ScratchFile]:
        """Make a file and open it; its handle, and what it is. The kernel is told of it."""
        fd, found = self._names.open_new(spot, flags & KEPT_FLAGS, mode, maker)
        return self._keep(fd, flags), found

    @native()
    def read(self, handle: int, offset: int, length: int) -> bytes:
        """Bytes from an offset on, fewer than `length` only at the end."""
        return os.pread(self._files[handle].fd, length, offset)

    async def write(self, handle: int, offset: int, data: bytes) -> int:
        """Write all of it; how much that is."""
        fd, slow = self._files[handle]
        began = None if slow else self._choke.begin()
        with native():
            if began is None:
                return await trio.to_thread.run_sync(write_all, fd, offset, data)
            done = write_all(fd, offset, data)
        self._choke.ended(began)
        return done

    async def sync(self, handle: int, *, data_only: bool) -> None:
        """Return once the file's bytes (and its attributes) are on the disk."""
        await _sync(self._files[handle].fd, data_only=data_only)

    async def truncate(self, ino: int, size: int, handle: int | None) -> None:
        """Set the length; by a handle if there is one, for the file's mode may have changed."""
        with native():
            if handle is not None:
                await _truncate(self._files[handle].fd, size)
                return
            fd = self._names.open_by_number(ino, os.O_WRONLY)
            try:
                await _truncate(fd, size)
            finally:
                os.close(fd)

    @native()
    def release(self, handle: int) -> None:
        """Close a file."""
        os.close(self._files.pop(handle).fd)

    def descriptor(self, handle: int) -> int:
        """The descriptor behind a handle, which stays the handle's."""
        return self._files[handle].fd

    # folders

    @native()
    def opendir(self, ino: int) -> int:
        """Begin a listing; its handle."""
        fd = self._names.open_by_number(ino, os.O_RDONLY | os.O_DIRECTORY)
        number = self._number()
        self._listings[number] = Listing(ino, fd)
        return number

    async def rewind(self, handle: int) -> None:
        """Read the names that stand in the folder now."""
        listing = self._listings[handle]
        with native():
            if os.fstat(listing.fd).st_size >= LONG_FOLDER:
                await trio.to_thread.run_sync(listing.read)
            else:
                listing.read()

    @native()
    def list(self, handle: int, after: int, give: Give) -> None:
        """Hand out the entries behind a cookie while there is room; what went is left out.

        The kernel is told of each that there was room for.
        """
        listing = self._listings[handle]
        at = max(after - FIRST_COOKIE + 1, 0)
        for cookie, name in enumerate(islice(listing.names, at, None), at + FIRST_COOKIE):
            if not self._names.give(listing.ino, (listing.fd, name), cookie, give):
                return

    def listed(self, handle: int) -> int:
        """The inode number of the folder that is listed."""
        return self._listings[handle].ino

    async def sync_folder(self, handle: int, *, data_only: bool) -> None:
        """Return once the folder's names are on the disk."""
        await _sync(self._listings[handle].fd, data_only=data_only)

    @native()
    def releasedir(self, handle: int) -> None:
        """End a listing."""
        os.close(self._listings.pop(handle).fd)

    def close(self) -> None:
        """Close all that is open."""
        for handle in [*self._files]:
            self.release(handle)
        for handle in [*self._listings]:
            self.releasedir(handle)

    def _keep(self, fd: int, flags: int) -> int:
        number = self._number()
        self._files[number] = OpenFile(fd, bool(flags & (os.O_SYNC | os.O_DSYNC)))
        return number

    def _number(self) -> int:
        self._last += 1
        return self._last


def write_all(fd: int, offset: int, data: bytes) -> int:
    """Write all bytes at an offset; the kernel takes a short write for a failed one."""
    done = os.pwrite(fd, data, offset)
    while done < len(data):
        done += os.pwrite(fd, memoryview(data)[done:], offset + done)
    return done


async def _sync(fd: int, *, data_only: bool) -> None:
    """Wait until the disk has it."""
    with native():
        await trio.to_thread.run_sync(os.fdatasync if data_only else os.fsync, fd)


async def _truncate(fd: int, size: int) -> None:
    """Set the length; in a thread where much is to be freed. Raises OSError."""
    if os.fstat(fd).st_blocks * 512 - size > BIG:
        await trio.to_thread.run_sync(os.ftruncate, fd, size)
    else:
        os.ftruncate(fd, size)
