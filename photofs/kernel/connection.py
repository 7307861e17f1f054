"""Ends a mount whose process is gone, so that everybody who waits for it gets ENOTCONN.

Killed in a bad moment, a thread of the mount's process waits in the kernel for a folder that is
locked by a request which only that process could answer (docs/reference/fuse.md section 2). Then
/dev/fuse stays open, nothing ends, and not even SIGKILL helps. The connection can be aborted from
outside. The mount itself stays: broken is better than empty.
"""

import ctypes
import errno
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from photofs.kernel.mount_table import mounted_at

log = logging.getLogger(__name__)

CONTROL = Path("/sys/fs/fuse/connections")
"""fusectl: a folder for each connection, whose files belong to whoever mounted."""

MNT_FORCE = 1


class Connection(NamedTuple):
    """A mount of ours: where, which of all mounts, and its device, which names the connection."""

    point: str
    mount_id: int
    minor: int


def connection_at(point: str) -> Connection | None:
    """The connection of our mount there, if there is one; asks nothing of the mount."""
    mounted = mounted_at(point)
    if mounted is None or not mounted.ours:
        return None
    return Connection(point, mounted.mount_id, mounted.minor)


def abort(connection: Connection, control: Path = CONTROL) -> bool:
    """Have every request end with an error; False if that mount is gone or nobody lets us.

    Whoever calls knows that its process is gone. No other mount is ever touched: the one that was
    meant is held while its connection is ended, so its numbers belong to no other.
    """
    with _held(connection) as fd:
        if fd is None:
            return False
        try:
            (control / str(connection.minor) / "abort").write_text("1")
        except OSError as error:
            log.debug("fusectl is not here: %s", error)
            return _force(fd)
        return True


@contextmanager
def _held(connection: Connection) -> Iterator[int | None]:
    """The mount's root, opened without asking the mount; None if it is not there any more."""
    try:
        fd = os.open(connection.point, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        here = _mount_id(fd) == connection.mount_id
        yield fd if here and connection_at(connection.point) == connection else None
    finally:
        os.close(fd)


def _mount_id(fd: int) -> int:
    """On which mount an open file is."""
    for line in Path(f"/proc/self/fdinfo/{fd}").read_text(encoding="ascii").splitlines():
        key, _, value = line.partition(":")
        if key == "mnt_id":
            return int(value)
    return -1


def _force(fd: int) -> bool:
    """Root's other way: a forced unmount aborts first, and then fails, for we hold the mount."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.umount2(f"/proc/self/fd/{fd}".encode(), MNT_FORCE) == 0:
        return True
    return ctypes.get_errno() == errno.EBUSY
