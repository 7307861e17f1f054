"""The files below Scratch that the kernel knows of: their numbers, and how each is reached.

A file is reached by a descriptor that stands for it and opens nothing (O_PATH), which stays right
whatever becomes of its name. It is made from the name under which the file was last looked up, when
it is first needed, and the oldest are closed again, for a folder of 100,000 files may be known with
20,000 descriptors allowed. A file whose name is taken away keeps its descriptor until the kernel
forgets it: so an open, deleted file goes on working, and its number goes to no other file.

The number is the file's own in the file system below, so it is the same after a restart; files of
other file systems (a link may lead Scratch to another disk) are counted from OTHERS on.
"""

import errno
import os
import stat
from pathlib import Path

from photofs.model.node import FIRST_SCRATCH_INO

OTHERS = FIRST_SCRATCH_INO | 1 << 61
"""From here on numbers are ours, not the disk's."""

KEPT_OPEN = 2000
"""Descriptors kept between requests, beside those of files without a name."""

JUST_A_NAME = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


class Known:
    """A file that the kernel knows, or a folder on the way to one."""

    __slots__ = ("count", "fd", "ino", "key", "pinned", "where")

    def __init__(self, ino: int, key: tuple[int, int]) -> None:
        """`key`: device and inode number below. `where`: the folder and name to reach it by."""
        self.ino = ino
        self.key = key
        self.count = 0
        self.fd = -1
        self.pinned = False
        self.where: tuple[Known, bytes] | Path | None = None


class Inodes:
    """All that the kernel knows. Raises OSError; ESTALE for what is not where it was."""

    def __init__(self, home: Path, kept_open: int = KEPT_OPEN) -> None:
        """`home` holds the libraries' folders; on its file system the numbers are the disk's."""
        self._home = home
        self._kept_open = kept_open
        self._device: int | None = None
        self._known: dict[int, Known] = {}
        self._others: dict[tuple[int, int], int] = {}
        self._next_other = OTHERS
        self._open: dict[Known, None] = {}

    def root(self, library_id: int) -> tuple[Known, os.stat_result]:
        """A library's Scratch itself, made if it is not there."""
        path = self._home / str(library_id)
        self._make_home()
        if not path.exists():
            path.mkdir()
        status = path.stat()
        known = self._of(status)
        known.where = path
        return known, status

    def home(self) -> Known:
        """The folder that holds the libraries' folders, for what lies beside them; made if need be.

        The kernel is never told of it.
        """
        self._make_home()
        known = self._of(self._home.stat())
        known.where = self._home
        if not known.count:
            self.remember(known)
        return known

    def _make_home(self) -> None:
        if self._device is None:
            self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._device = self._home.stat().st_dev

    def get(self, ino: int) -> Known:
        """What the kernel means by a number. Closes what is too much, so take all before `fd`."""
        while len(self._open) > self._kept_open:
            oldest = next(iter(self._open))
            del self._open[oldest]
            os.close(oldest.fd)
            oldest.fd = -1
        try:
            return self._known[ino]
        except KeyError:
            raise stale() from None

    def fd(self, known: Known) -> int:
        """A descriptor that stands for the file; valid until the next `get` or `forget`."""
        if known.fd < 0:
            self._reach(known)
        elif not known.pinned:
            del self._open[known]
        if not known.pinned:
            self._open[known] = None
        return known.fd

    def path(self, known: Known) -> str:
        """A path that leads to the file itself, for calls that take no descriptor of that kind."""
        return f"/proc/self/fd/{self.fd(known)}"

    def found(self, folder: Known, name: bytes, status: os.stat_result) -> Known:
        """The file that was seen under a name just now."""
        known = self._of(status)
        known.where = (folder, name)
        if known.pinned:
            known.pinned = False
            self._open[known] = None
        return known

    def number(self, status: os.stat_result) -> int:
        """The inode number of a file."""
        if status.st_dev == self._device and status.st_ino < OTHERS - FIRST_SCRATCH_INO:
            return FIRST_SCRATCH_INO | status.st_ino
        key = (status.st_dev, status.st_ino)
        number = self._others.get(key)
        if number is None:
            number = self._others[key] = self._next_other
            self._next_other += 1
        return number

    def remember(self, known: Known) -> None:
        """The kernel was told of it once more."""
        known.count += 1
        self._known[known.ino] = known

    def at(self, folder: Known, name: bytes) -> Known | None:
        """The file under a name, if the kernel knows it."""
        try:
            status = os.stat(name, dir_fd=self.fd(folder), follow_symlinks=False)
        except FileNotFoundError:
            return None
        return self._known.get(self.number(status))

    def hold(self, known: Known, folder: Known, name: bytes) -> None:
        """Keep the file reachable, for this name of it is about to go."""
        if known.where == (folder, name):
            self.fd(known)
            known.pinned = True
            self._open.pop(known, None)

    def moved(self, known: Known, folder: Known, name: bytes) -> None:
        """It has this name now."""
        known.where = (folder, name)

    def forget(self, ino: int, times: int) -> int | None:
        """The kernel takes back so many tellings; a descriptor that the caller is to close."""
        known = self._known.get(ino)
        if known is None:
            return None
        known.count -= times
        if known.count > 0:
            return None
        del self._known[ino]
        if ino >= OTHERS:
            self._others.pop(known.key, None)
        fd, known.fd = known.fd, -1
        self._open.pop(known, None)
        known.pinned = False
        return fd if fd >= 0 else None

    def close(self) -> None:
        """Close all that is open."""
        for ino in [*self._known]:
            fd = self.forget(ino, self._known[ino].count)
            if fd is not None:
                os.close(fd)
        for known in self._open:  # folders that are no longer known, on the way to files
            os.close(known.fd)
            known.fd = -1
        self._open.clear()

    def _of(self, status: os.stat_result) -> Known:
        """The record of a file, made if the kernel does not know it."""
        ino = self.number(status)
        return self._known.get(ino) or Known(ino, (status.st_dev, status.st_ino))

    def _reach(self, known: Known) -> None:
        """Open it where it was last seen; ESTALE if something else is there."""
        try:
            if isinstance(known.where, tuple):
                folder, name = known.where
                fd = os.open(name, JUST_A_NAME, dir_fd=self.fd(folder))
            elif known.where is not None:
                fd = os.open(known.where, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            else:
                raise stale()
        except FileNotFoundError as error:
            raise stale() from error
        status = os.fstat(fd)
        if (status.st_dev, status.st_ino) != known.key:
            os.close(fd)
            raise stale()
        known.fd = fd


def stale() -> OSError:
    """The file is not where it was: a program worked below Scratch past the mount."""
    return OSError(errno.ESTALE, os.strerror(errno.ESTALE))


def is_big(status: os.stat_result) -> bool:
    """Whether freeing the file's blocks may take longer than a request should."""
    return stat.S_ISREG(status.st_mode) and status.st_blocks * 512 > BIG


BIG = 64 << 20
"""Bytes; ext4 frees some 10 GB a second where the file lies in one piece, far less where not."""
