"""Calls of the system that Python lacks or bends, and asking with which errno one fails."""

import ctypes
import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

Call = Callable[[], object]

_LIBC = ctypes.CDLL(None, use_errno=True)
_AT_FDCWD = -100

UTIME_NOW = (1 << 30) - 1
UTIME_OMIT = (1 << 30) - 2
RENAME_NOREPLACE, RENAME_EXCHANGE = 1, 2


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


def utimensat(
    path: Path, atime: tuple[int, int], mtime: tuple[int, int], *, follow: bool = True
) -> None:
    """Set times (utimensat(2)), each as (seconds, nanoseconds or UTIME_NOW or UTIME_OMIT)."""
    times = (_Timespec * 2)(_Timespec(*atime), _Timespec(*mtime))
    flags = 0 if follow else 0x100
    _checked(_LIBC.utimensat(_AT_FDCWD, os.fsencode(path), times, flags), path)


def renameat2(old: Path, new: Path, flags: int) -> None:
    """Rename with flags."""
    names = os.fsencode(old), os.fsencode(new)
    _checked(_LIBC.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], flags), old)


def fallocate(fd: int, mode: int, offset: int, length: int) -> None:
    """Give an open file room, or take some away (fallocate(2), with no help of the C library's)."""
    numbers = ctypes.c_int(mode), ctypes.c_long(offset), ctypes.c_long(length)
    _checked(_LIBC.fallocate(fd, *numbers), Path(f"/proc/self/fd/{fd}"))


class _Dirent(ctypes.Structure):
    _fields_ = (
        ("number", ctypes.c_uint64),
        ("place", ctypes.c_int64),
        ("length", ctypes.c_uint16),
        ("kind", ctypes.c_uint8),
        ("name", ctypes.c_char * 256),
    )


def numbers_in(folder: Path) -> dict[str, int]:
    """The inode numbers that a listing tells, "." and ".." too (readdir(3))."""
    opendir = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_char_p)(("opendir", _LIBC))
    readdir = ctypes.CFUNCTYPE(ctypes.POINTER(_Dirent), ctypes.c_void_p)(("readdir", _LIBC))
    closedir = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(("closedir", _LIBC))
    listing = opendir(os.fsencode(folder))
    found = {}
    while entry := readdir(listing):
        found[os.fsdecode(entry.contents.name)] = entry.contents.number
    closedir(listing)
    return found


def _checked(result: int, path: Path) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), path)


def errno_of(call: Call) -> str:
    """The name of the errno with which a call fails; "" if it does not."""
    try:
        call()
    except OSError as error:
        return errno.errorcode[error.errno or 0].replace("ENOTSUP", "EOPNOTSUPP")
    return ""


def errno_as(user: int, folder: Path, code: str) -> str:
    """The same for lines of Python that another user runs in a folder; root only.

    The interpreter may lie where only root gets at it, so it becomes the user once it runs.
    """
    program = (
        "import errno, os\n"
        f"os.setgroups([]); os.setgid({user}); os.setuid({user}); os.umask(0o022)\n"
        f"try:\n  exec({code!r})\n"
        "except OSError as error:\n  print(errno.errorcode[error.errno])\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
