"""Ends a mount whose process is gone, so that everybody who waits for it gets ENOTCONN.

Killed in a bad moment, a thread of the mount's process waits in the kernel for a folder that is
locked by a request which only that process could answer (docs/reference/fuse.md section 2). Then
/dev/fuse stays open, nothing ends, and not even SIGKILL helps. The connection can be aborted from
outside: by root, and by whoever mounted if fusectl is there (systemd mounts it at every start).
Nothing else helps who is not root: fusermount3 can only detach a mount, and that ends no request.
The mount itself stays: broken is better than empty.
"""

import ctypes
import errno
import logging
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from photofs.kernel.mount_table import mounted_at
from photofs.model.errors import Refused

log = logging.getLogger(__name__)

CONTROL = Path("/sys/fs/fuse/connections")
"""fusectl: a folder for each connection, whose files belong to whoever mounted."""

MNT_FORCE = 1

ANSWER_WITHIN = 5.0
"""Seconds for a mount to say anything at all, be it an error."""


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


def end(connection: Connection) -> None:
    """The same for a mount that may hang; Refused if it does, and only root can end that."""
    if abort(connection) or connection_at(connection.point) != connection:
        return
    if _is_silent(connection.point):
        raise Refused(
            f"the mount at {connection.point} hangs, because its process was killed, and this user"
            " cannot end that",
            safe="photos are not touched, and what was written and closed is kept",
            remedy=f"have root run: umount --force {shlex.quote(connection.point)}",
        )


def _is_silent(point: str) -> bool:
    """Whether a mount does not even answer with an error."""
    # in a process of its own, which can be killed while it waits
    asked = ["stat", "--file-system", "--", point]
    try:
        subprocess.run(asked, capture_output=True, timeout=ANSWER_WITHIN, check=False)  # noqa: S603 - the path is one argument
    except subprocess.TimeoutExpired:
        return True
    return False


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
