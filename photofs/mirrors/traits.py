"""What a mirror's file system can do, found out by trying in a folder of its own."""

import errno
import os
import re
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from photofs.model.mirror import Traits

_MOUNTS: Final = Path("/proc/self/mountinfo")

_PROBE: Final = re.compile(r"\.photofs-probe-[0-9a-f]{8}")

_PASSING_INODES: Final = frozenset(
    {"vfat", "msdos", "exfat", "fuseblk", "fuse", "cifs", "smb3", "9p", "ntfs3", "fuse.exfat"}
)
"""File systems that number files anew when they are mounted: FAT keeps no numbers at all."""

_FAT: Final = frozenset({"vfat", "msdos"})
_LONGEST_OF_FAT: Final = (1 << 32) - 1

_FINE: Final = 1_500_000_000_123_456_789
"""A time whose last digits tell how finely a file system keeps it."""

_STEPS: Final = (1, 100, 1000, 10_000_000, 1_000_000_000, 2_000_000_000)
"""Nanoseconds: ext4, NTFS, SMB by some servers, exFAT, ext3, FAT."""


def find_traits(root: int) -> Traits:
    """Try it out in the open folder; nothing of it stays. Raises OSError."""
    name = f".photofs-probe-{secrets.token_hex(4)}"
    os.mkdir(name, dir_fd=root)
    fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=root)
    try:
        _make(fd, "Case")
        return Traits(
            symlinks=_works(lambda: os.symlink("Case", "link", dir_fd=fd)),
            case_sensitive=_works(lambda: _make(fd, "cASE")),
            windows_names=not _works(lambda: _make(fd, 'a:b?"<>|*\\')),
            lasting_inodes=file_system(os.fstat(root).st_dev) not in _PASSING_INODES,
            mtime_step_ns=_step(fd),
        )
    finally:
        os.close(fd)
        _clear(root, name)


def clear_left(root: int) -> None:
    """Remove what a killed program left of its trying. Raises OSError."""
    with os.scandir(root) as found:
        left = [each.name for each in found if _PROBE.fullmatch(each.name)]
    for name in left:
        _clear(root, name)


def _clear(root: int, name: str) -> None:
    """Remove a folder that was made for trying."""
    fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=root)
    try:
        with os.scandir(fd) as found:
            names = [each.name for each in found]
        for each in names:
            os.unlink(each, dir_fd=fd)
    finally:
        os.close(fd)
    os.rmdir(name, dir_fd=root)


def file_system(device: int) -> str:
    """The kind of the file system of a device number, "" if the kernel does not tell."""
    wanted = f"{os.major(device)}:{os.minor(device)}"
    with suppress(OSError):
        for line in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
            fields = line.split(" ")
            if fields[2] == wanted and "-" in fields:
                return fields[fields.index("-") + 1]
    return ""


def longest_file(device: int) -> int:
    """Bytes that a file may have there, by its kind: so that no gigabytes are written in vain."""
    return _LONGEST_OF_FAT if file_system(device) in _FAT else sys.maxsize


def disk_of(root: int) -> str:
    """A name for the file system that an open folder lies on: a hint, for no such number lasts."""
    return f"{os.fstatvfs(root).f_fsid:x}"


def _make(folder: int, name: str) -> None:
    """A file that is not there yet."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    os.close(os.open(name, flags, 0o600, dir_fd=folder))


def _works(attempt: Callable[[], object]) -> bool:
    """Whether the file system does not refuse it; a full one, or one that fails, tells nothing."""
    try:
        attempt()
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS}:
            raise
        return False
    return True


def _step(folder: int) -> int:
    """How finely times are kept."""
    os.utime("Case", ns=(_FINE, _FINE), dir_fd=folder)
    kept = os.stat("Case", dir_fd=folder).st_mtime_ns
    return next((step for step in _STEPS if abs(_FINE - kept) < step), _STEPS[-1])
