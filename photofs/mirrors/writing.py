"""Files that come into a mirror: under a temporary name, synced, renamed to where nothing is."""

import ctypes
import errno
import fcntl
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from photofs.model.pieces import between_pieces

_FICLONE: Final = 0x40049409  # linux/fs.h: _IOW(0x94, 9, int)
_CHUNK: Final = 1 << 20  # 1 MiB, as originals.hashing
SYNCED_AT_ONCE: Final = 64 << 20
"""Bytes: a sync cannot be broken off, and of these a slow stick (6 MB/s) makes ten seconds."""

_NOREPLACE: Final = 1
_NO_MODES: Final = frozenset({errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EOPNOTSUPP})
"""What FAT and SMB say of them, by the kernel and by drivers for FUSE."""

_NO_SUCH_CALL: Final = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})
_CANNOT_SHARE: Final = _NO_SUCH_CALL | {errno.EXDEV, errno.ENOTTY, errno.EPERM, errno.ETXTBSY}

TEMPORARY: Final = re.compile(r"\.photofs-[0-9a-f]{16}\.tmp")
"""What a file is called until it is whole; a killed run leaves some, the next one removes them."""


@contextmanager
def new_file(folder: int, place: Callable[[str], None]) -> Iterator[int]:
    """A file to write in an open folder; synced and placed after the block. Raises OSError.

    `place` gives the file of that temporary name its own one. Whatever fails, nothing stays.
    """
    name = f".photofs-{secrets.token_hex(8)}.tmp"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    fd = os.open(name, flags, 0o600, dir_fd=folder)
    try:
        yield fd
        os.fsync(fd)
        place(name)
    except BaseException:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)
        raise
    finally:
        os.close(fd)


def share(source: int, target: int) -> bool:
    """Have two files share their blocks until one is changed; False if the disk cannot."""
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError as error:
        if error.errno in _CANNOT_SHARE:
            return False
        raise
    return True


def copy_hashed(source: int, target: int) -> str:
    """Copy an open file; the SHA-256 of what was copied. Raises OSError."""
    digest = hashlib.sha256()
    buffer = bytearray(_CHUNK)
    view = memoryview(buffer)
    offset = 0
    unsynced = 0
    while count := os.preadv(source, [buffer], offset):
        between_pieces()
        if unsynced >= SYNCED_AT_ONCE:
            os.fdatasync(target)
            unsynced = 0
        unsynced += count
        piece = view[:count]
        digest.update(piece)
        offset += count
        while piece:
            piece = piece[os.write(target, piece) :]
    return digest.hexdigest()


def digest_of(fd: int) -> str:
    """The SHA-256 of an open file, from its beginning. Raises OSError."""
    digest = hashlib.sha256()
    buffer = bytearray(_CHUNK)
    view = memoryview(buffer)
    offset = 0
    while count := os.preadv(fd, [buffer], offset):
        between_pieces()
        digest.update(view[:count])
        offset += count
    return digest.hexdigest()


def set_mode(fd: int, mode: int) -> None:
    """Give an open file its mode, as far as the disk has modes. Raises OSError."""
    try:
        os.fchmod(fd, mode)
    except OSError as error:
        if error.errno not in _NO_MODES:
            raise


def dress(fd: int, mode: int, mtime_ns: int) -> None:
    """Give an open file its mode, as far as the disk has modes, and its mtime."""
    set_mode(fd, mode)
    try:
        os.utime(fd, ns=(mtime_ns, mtime_ns))
    except (OverflowError, OSError) as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise  # EINVAL: a year that this file system does not know; the row has what it shows


def rename_new(old: tuple[int, str], new: tuple[int, str]) -> None:
    """Rename within open folders, to where nothing stands; FileExistsError. Raises OSError."""
    try:
        _renameat2(old, new, _NOREPLACE)
    except OSError as error:
        if error.errno == errno.EEXIST and _is_same(old, new):
            os.rename(old[1], new[1], src_dir_fd=old[0], dst_dir_fd=new[0])  # a.jpg to A.jpg
        elif error.errno in _NO_SUCH_CALL:
            _rename_without_flags(old, new)
        else:
            raise


def moved_in(source: str, new: tuple[int, str]) -> bool:
    """Rename a file from outside the mirror; False if it is of another mount, or gone. OSError.

    One file system may be mounted twice (`mount --bind`, ReadWritePaths= of systemd): no rename
    leads from one mount into the other.
    """
    try:
        rename_new((-1, source), new)
    except OSError as error:
        gone = error.errno == errno.ENOENT and not os.path.lexists(source)
        if gone or error.errno == errno.EXDEV:
            return False
        raise
    return True


def _rename_without_flags(old: tuple[int, str], new: tuple[int, str]) -> None:
    """The same on NFS and others that know no flags: a second name is never given over another."""
    try:
        os.link(old[1], new[1], src_dir_fd=old[0], dst_dir_fd=new[0], follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        try:
            os.stat(new[1], dir_fd=new[0], follow_symlinks=False)
        except FileNotFoundError:
            os.rename(old[1], new[1], src_dir_fd=old[0], dst_dir_fd=new[0])
            return
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
    os.unlink(old[1], dir_fd=old[0])


def _renameat2(old: tuple[int, str], new: tuple[int, str], flags: int) -> None:
    """renameat2(2), which Python does not have."""
    libc = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(old[1]), os.fsencode(new[1])
    if libc.renameat2(old[0], names[0], new[0], names[1], ctypes.c_uint(flags)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _is_same(old: tuple[int, str], new: tuple[int, str]) -> bool:
    """Whether both names are those of one file, on a file system that ignores case."""
    try:
        one = os.stat(old[1], dir_fd=old[0], follow_symlinks=False)
        other = os.stat(new[1], dir_fd=new[0], follow_symlinks=False)
    except FileNotFoundError:
        return False
    same = os.path.samestat(one, other)
    return same and one.st_nlink == 1 and not stat.S_ISDIR(one.st_mode)
