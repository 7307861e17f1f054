"""Locks on files that the kernel gives back when their holder dies."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path


def lock_open_file(fd: int) -> bool:
    """Lock the open file for this descriptor alone, without waiting; False if it is locked."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def share_open_file(fd: int) -> bool:
    """Lock the open file together with others who share it; False if it is locked for one."""
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_at(fd: int, path: Path) -> bool:
    """Whether the open file is the one that stands at the path."""
    try:
        there = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(there, os.fstat(fd))


def lock_if_idle(path: Path) -> int | None:
    """The locked descriptor of the file there, None if it is in use or gone."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    if lock_open_file(fd) and is_at(fd, path):
        return fd
    os.close(fd)
    return None


def unlink_if_idle(path: Path) -> bool:
    """Remove the file there unless somebody holds its lock; whether it is gone."""
    fd = lock_if_idle(path)
    if fd is None:
        return not path.exists()
    try:
        with suppress(FileNotFoundError):
            path.unlink()
    finally:
        os.close(fd)
    return True
