"""The least that a file system with pyfuse3 can be: one file, attributes made on the spot.

    python -m tests.bench.bare FILE MOUNT_POINT

What photofs needs beyond this is its own; what this needs is pyfuse3's, trio's and the kernel's.
"""

import os
import stat
import sys

import pyfuse3
import trio

FILE = 2


class Bare(pyfuse3.Operations):
    """Shows FILE under any name."""

    def __init__(self, path: str) -> None:
        """Opened once."""
        super().__init__()
        self._fd = os.open(path, os.O_RDONLY)

    async def getattr(
        self, inode: int, _ctx: pyfuse3.RequestContext | None = None
    ) -> pyfuse3.EntryAttributes:
        """A folder or the file."""
        made = pyfuse3.EntryAttributes()
        made.st_ino = inode
        made.st_mode = stat.S_IFDIR | 0o555 if inode == pyfuse3.ROOT_INODE else stat.S_IFREG | 0o444
        made.st_size = os.fstat(self._fd).st_size
        return made

    async def lookup(
        self, _parent: int, _name: bytes, _ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        """The file."""
        return await self.getattr(FILE)

    async def open(
        self, _inode: int, _flags: int, _ctx: pyfuse3.RequestContext
    ) -> pyfuse3.FileInfo:
        """No state."""
        return pyfuse3.FileInfo(fh=1)

    async def read(self, _fh: int, off: int, size: int) -> bytes:
        """One pread."""
        return os.pread(self._fd, size, off)

    async def flush(self, fh: int) -> None:
        """Nothing is pending."""

    async def release(self, fh: int) -> None:
        """No state."""


def main() -> None:
    """Mount and serve until unmounted."""
    pyfuse3.init(Bare(sys.argv[1]), sys.argv[2], {*pyfuse3.default_options, "fsname=bare"})
    trio.run(pyfuse3.main)
    pyfuse3.close()


if __name__ == "__main__":
    main()
