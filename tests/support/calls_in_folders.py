"""The system's calls, each tried in a folder: what docs/SEMANTICS.md lists, row by row.

A check raises OSError with the errno that its call was refused with, Unchanged where it was
accepted without effect, AssertionError where it did something else than it says.
"""

import fcntl
import os
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.support.posix_calls import (
    RENAME_EXCHANGE,
    RENAME_NOREPLACE,
    errno_of,
    fallocate,
    renameat2,
)
from tests.support.stocked import picture

PHOTO = picture(1, 200_000)
PATH_MAX = 4096
FAR = (1 << 63) - 4096
"""A length that no file system keeps; the highest that FUSE hands on."""


class Place(NamedTuple):
    """A folder to work in. `file`: a file with one name; it stands in the folder if it may."""

    folder: Path
    file: Path

    @property
    def free(self) -> Path:
        """A name that nothing has."""
        return self.folder / "free.jpg"


def make_free(place: Place) -> None:
    """A new file by open(2), written and closed."""
    place.free.write_bytes(PHOTO)
    assert place.free.read_bytes() == PHOTO


def taken_again(place: Place) -> None:
    """Every call that makes a name, on one that is taken, has the same errno: it is raised."""
    calls: list[Callable[[], object]] = [
        partial(os.open, place.file, os.O_CREAT | os.O_EXCL | os.O_WRONLY),
        partial(os.mkdir, place.file),
        partial(os.mkfifo, place.file),
        partial(os.mknod, place.file),
        partial(os.symlink, "x", place.file),
        partial(os.link, place.file, place.file),
        partial(renameat2, place.file.parent / "b.jpg", place.file, RENAME_NOREPLACE),
    ]
    assert {errno_of(call) for call in calls} == {"EEXIST"}
    calls[0]()


def absent(place: Place) -> None:
    """Every call on a name that is not there has the same errno: it is raised."""
    calls: list[Callable[[], object]] = [
        partial(os.open, place.free, os.O_RDWR),
        partial(os.unlink, place.free),
        partial(os.rmdir, place.free),
        partial(os.rename, place.free, place.folder / "other"),
        partial(os.link, place.free, place.folder / "other"),
        partial(os.truncate, place.free, 0),
        partial(os.chmod, place.free, 0o600),
        partial(os.utime, place.free),
        partial(os.mkdir, place.free / "below"),
        partial(os.readlink, place.free),
    ]
    assert {errno_of(call) for call in calls} == {"ENOENT"}
    calls[0]()


def below_a_file(place: Place) -> None:
    """Every call on a name below a file has the same errno: it is raised."""
    below = place.file / "below"
    calls: list[Callable[[], object]] = [
        partial(os.stat, below),
        partial(os.open, below, os.O_CREAT | os.O_WRONLY),
        partial(os.mkdir, below),
        partial(os.unlink, below),
        partial(os.rmdir, place.file),
        partial(os.rename, place.file, below),
        partial(os.open, place.file, os.O_RDONLY | os.O_DIRECTORY),
    ]
    assert {errno_of(call) for call in calls} == {"ENOTDIR"}
    calls[0]()


def of_a_folder(place: Place) -> None:
    """Every call for files on a folder has the same errno: it is raised."""
    calls: list[Callable[[], object]] = [
        partial(os.open, place.folder, os.O_WRONLY),
        partial(os.open, place.folder, os.O_RDWR | os.O_CREAT),
        partial(os.truncate, place.folder, 0),
        partial(os.unlink, place.folder),
    ]
    assert {errno_of(call) for call in calls} == {"EISDIR"}
    calls[0]()


def too_long(place: Place) -> None:
    """Names of 256 bytes and paths of 4,096 have the same errno everywhere: it is raised."""
    long = place.folder / ("n" * 256)
    folder, name = str(place.file.parent), place.file.name
    deep = folder + "/" * (PATH_MAX - len(folder) - len(name)) + name
    calls: list[Callable[[], object]] = [
        partial(os.open, long, os.O_CREAT | os.O_WRONLY),
        partial(os.mkdir, long),
        partial(os.mkfifo, long),
        partial(os.symlink, "x", long),
        partial(os.link, place.file, long),
        partial(os.rename, place.file, long),
        partial(os.unlink, long),
        partial(os.rmdir, long),
        partial(os.stat, long),
        partial(os.stat, deep),
    ]
    assert {errno_of(call) for call in calls} == {"ENAMETOOLONG"}
    fits = folder + "/" * (PATH_MAX - 1 - len(folder) - len(name)) + name
    assert os.access(fits, os.R_OK)  # a path ends with a zero byte
    calls[0]()


def longest_name(place: Place) -> None:
    """A name of 255 bytes, made, found and taken away."""
    long = place.folder / f"{'n' * 251}.jpg"
    long.touch()
    assert long in place.folder.iterdir()
    long.unlink()


def renamed(place: Place) -> None:
    """There and back, with and without a flag; the inode stays."""
    ino = place.file.stat().st_ino
    place.file.rename(place.free)
    assert errno_of(place.file.stat) == "ENOENT"
    renameat2(place.free, place.file, RENAME_NOREPLACE)
    assert place.file.stat().st_ino == ino


def renamed_over(place: Place) -> None:
    """A new file over a new file: one of them is left, whole."""
    place.free.write_bytes(PHOTO)
    other = place.folder / "other.jpg"
    other.write_bytes(b"other")
    place.free.rename(other)
    assert errno_of(place.free.stat) == "ENOENT"
    assert other.read_bytes() == PHOTO


def exchanged(place: Place) -> None:
    """Two files, each under the name of the other."""
    other = place.file.with_name("b.jpg")
    numbers = place.file.stat().st_ino, other.stat().st_ino
    renameat2(place.file, other, RENAME_EXCHANGE)
    assert (other.stat().st_ino, place.file.stat().st_ino) == numbers


def linked(place: Place) -> None:
    """A second name of the same inode."""
    os.link(place.file, place.free)
    assert place.file.stat().st_ino == place.free.stat().st_ino
    assert place.file.stat().st_nlink == place.free.stat().st_nlink == 2
    place.free.unlink()
    assert place.file.stat().st_nlink == 1


def made_by_mknod(place: Place) -> None:
    """An empty file that can be written."""
    os.mknod(place.free, 0o644 | stat.S_IFREG)
    assert place.free.stat().st_size == 0
    place.free.write_bytes(PHOTO)


def special(place: Place) -> None:
    """A pipe, and a socket's name."""
    os.mknod(place.free, 0o600 | stat.S_IFSOCK)
    os.mkfifo(place.folder / "pipe")


def folder_made(place: Place) -> None:
    """Made, found and removed."""
    made = place.folder / "made"
    made.mkdir()
    assert stat.S_ISDIR(made.stat().st_mode)
    made.rmdir()
    assert errno_of(made.stat) == "ENOENT"


def symlinked(place: Place) -> None:
    """A symbolic link that is read again."""
    place.free.symlink_to("target")
    assert str(place.free.readlink()) == "target"


def opened(place: Place, flags: int, act: Callable[[int], object]) -> None:
    """Do something with the open file."""
    fd = os.open(place.file, flags)
    try:
        act(fd)
    finally:
        os.close(fd)


def moved_by_mode(place: Place) -> None:
    """Accepted; whether the mode is another one then is the table's word."""
    before = place.file.stat().st_mode
    place.file.chmod(0o604)
    after = place.file.stat().st_mode
    place.file.chmod(before)
    if after == before:
        raise Unchanged


class Unchanged(Exception):
    """The call changed nothing, and said so to nobody."""


def timed(place: Place) -> None:
    """To the nanosecond."""
    os.utime(place.file, ns=(5, 1_000_000_000_123_456_789))
    if place.file.stat().st_mtime_ns != 1_000_000_000_123_456_789:
        raise Unchanged


def cut_and_filled(place: Place) -> None:
    """Down, and up with zeros."""
    os.truncate(place.file, 100)
    os.truncate(place.file, 200)
    assert place.file.read_bytes()[100:] == bytes(100)


def copied_within(fd: int) -> None:
    """By copy_file_range(2)."""
    os.pwrite(fd, b"0123456789", 0)
    assert os.copy_file_range(fd, fd, 5, 0, 5) == 5
    assert os.pread(fd, 10, 0) == b"0123401234"


def locked(fd: int) -> None:
    """By flock(2) and by fcntl(2)."""
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def sought(fd: int) -> None:
    """Data from the beginning, a hole at the end, nothing behind it."""
    size = os.fstat(fd).st_size
    assert os.lseek(fd, 0, os.SEEK_DATA) == 0
    assert os.lseek(fd, 0, os.SEEK_HOLE) == size
    assert errno_of(partial(os.lseek, fd, size, os.SEEK_DATA)) == "ENXIO"


def tagged(place: Place) -> None:
    """Tags are set, read, made once only, and removed once only."""
    os.setxattr(place.file, "user.xdg.tags", b"sea", os.XATTR_CREATE)
    again = partial(os.setxattr, place.file, "user.xdg.tags", b"x", os.XATTR_CREATE)
    assert errno_of(again) == "EEXIST"
    assert os.getxattr(place.file, "user.xdg.tags") == b"sea"
    os.removexattr(place.file, "user.xdg.tags")
    assert errno_of(partial(os.removexattr, place.file, "user.xdg.tags")) == "ENODATA"


READ_WRITE = os.O_RDWR
CALLS: dict[str, Callable[[Place], object]] = {
    "open` with `O_CREAT`, a free name": make_free,
    "mknod` of a file": made_by_mknod,
    "mkfifo`, `mknod` of a pipe or socket": special,
    "symlink": symlinked,
    "mkdir": folder_made,
    "link` of a new file": linked,
    "link` of a folder": lambda at: os.link(at.folder, at.free),
    "rename` of a new file": renamed,
    "rename` over a new file": renamed_over,
    "rename` with `RENAME_EXCHANGE": exchanged,
    "unlink` of a new file": lambda at: at.file.unlink(),
    "anything that makes a name that is taken": taken_again,
    "anything with a name that is not there": absent,
    "anything below a file, `rmdir` of one": below_a_file,
    "open` for writing, `truncate`, `unlink` of a folder": of_a_folder,
    "a name of 255 bytes": longest_name,
    "a name of 256 bytes, a path of 4,096": too_long,
    "a name that is no UTF-8": lambda at: (at.folder / "\udcff.jpg").touch(),
    "open` with `O_TMPFILE": lambda at: os.open(at.folder, os.O_TMPFILE | os.O_RDWR),
    "truncate": cut_and_filled,
    "truncate` beyond what any file holds": lambda at: os.truncate(at.file, FAR),
    "fallocate": lambda at: opened(at, READ_WRITE, lambda fd: fallocate(fd, 0, 0, 100)),
    "posix_fallocate": lambda at: opened(
        at, READ_WRITE, lambda fd: os.posix_fallocate(fd, 0, 300_000)
    ),
    "copy_file_range": lambda at: opened(at, READ_WRITE, copied_within),
    "lseek` with `SEEK_DATA`, `SEEK_HOLE": lambda at: opened(at, os.O_RDONLY, sought),
    "flock`, `fcntl` locks": lambda at: opened(at, READ_WRITE, locked),
    "chmod": moved_by_mode,
    "chown` to the same owner": lambda at: os.chown(at.file, os.getuid(), os.getgid()),
    "chown` to another one": lambda at: os.chown(at.file, 4711, -1),
    "utimensat": timed,
    "setxattr` of tags, `removexattr": tagged,
    "setxattr` of `user.x": lambda at: os.setxattr(at.file, "user.x", b"y"),
}
