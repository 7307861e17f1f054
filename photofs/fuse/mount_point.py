"""The folder to mount on: refused, cleared or closed, so that broken is never taken for empty.

While mounted, the folder underneath is closed (mode 0000, through a descriptor from before), so
that nothing can be written beside the mount; a clean unmount gives it its mode back. After a crash
the dead mount stays and answers ENOTCONN; only the next start, just before mounting, clears it.
"""

import errno
import os
import shlex
import stat
from contextlib import suppress
from functools import partial
from pathlib import Path

import trio

from photofs.fuse.unmounting import unmount
from photofs.kernel.mount_table import mounted_at
from photofs.model.errors import Busy, NotFound, Refused

DEVICE = Path("/dev/fuse")

DEAD = {errno.ENOTCONN, errno.ECONNABORTED}
"""What a mount answers whose program is gone."""

ANSWER_WITHIN = 5.0
"""Seconds for a mount that is there to say whether it lives."""

SHOWN = 10
"""Names told of a folder that is not empty."""


def check_device(device: Path = DEVICE) -> None:
    """Refused if the kernel's door is not here, or shut to this user."""
    try:
        os.close(os.open(device, os.O_RDWR | os.O_CLOEXEC))
    except PermissionError as error:
        raise Refused(
            f"you may not use {device}",
            safe="nothing was mounted",
            remedy=f"`ls -l {device}` tells its group: have root add you to that, and log in anew;"
            f" or have root run `chmod 666 {device}`, as Debian and Ubuntu have it. In a container"
            " give it that device",
        ) from error
    except OSError as error:
        raise Refused(
            f"{device} cannot be opened ({error.strerror}): there is no FUSE here",
            safe="nothing was mounted",
            remedy="`sudo modprobe fuse`; in a container give it that device and CAP_SYS_ADMIN",
        ) from error


def _check_name(path: Path) -> None:
    """Refused if the path is no text: notes, logs and other programs have to name it."""
    try:
        os.fspath(path).encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(path).decode("utf-8", "replace")
        raise Refused(
            f"{shown} cannot be mounted on: its name is no UTF-8",
            safe="nothing was mounted",
            remedy="choose a folder of another name, or rename it (`convmv -t utf8`)",
        ) from error


class MountPoint:
    """A folder that is ready to be mounted on; `path` is absolute and free of links."""

    def __init__(self, path: Path) -> None:
        """Open it; NotFound, or Refused with a remedy. `free_mount_point` comes before."""
        self.path = path
        _check_name(path)
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise NotFound(f"there is no folder {path}", remedy=f"mkdir {path}") from error
        except PermissionError:
            self._fd = _reopen_closed(path)
        except OSError as error:
            raise Refused(
                f"{path} cannot be mounted on: {error.strerror}", remedy="choose an empty folder"
            ) from error
        try:
            self._mode = self._check()
        except BaseException:
            os.close(self._fd)
            raise

    def _check(self) -> int:
        """Refuse what is not ours or not empty; the mode to give back in the end."""
        status = os.fstat(self._fd)
        if status.st_uid != os.geteuid() and os.geteuid() != 0:
            raise Refused(f"{self.path} belongs to another user", remedy="choose a folder of yours")
        names = sorted(os.listdir(self._fd))  # noqa: PTH208 - by descriptor
        if names:
            listed = ", ".join(repr(name) for name in names[:SHOWN])
            more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            raise Refused(
                f"{self.path} is not empty: it holds {listed}{more}",
                safe="nothing was touched",
                remedy="mount on an empty folder: photofs mount FOLDER",
            )
        mode = stat.S_IMODE(status.st_mode) or _usual_mode()
        os.fchmod(self._fd, mode)
        return mode

    def cover(self) -> None:
        """Close the folder underneath; call it once mounted."""
        os.fchmod(self._fd, 0)

    def uncover(self) -> None:
        """Give the folder its mode back; call it once unmounted."""
        os.fchmod(self._fd, self._mode)

    def close(self) -> None:
        """Let go of it."""
        os.close(self._fd)


def _reopen_closed(path: Path) -> int:
    """A folder of ours that a crash has left closed is opened again; Refused if it is not ours."""
    try:
        path.chmod(0o700)
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        os.fchmod(fd, _usual_mode())
    except OSError as error:
        raise Refused(
            f"{path} cannot be opened: {error.strerror}", remedy="choose a folder of yours"
        ) from error
    return fd


def _usual_mode() -> int:
    """The mode of a new folder."""
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o777 & ~mask


async def check_mount_point(path: Path) -> None:
    """Refused or Busy if mounting there would be; whoever has much to do before it asks this.

    Nothing is cleared: between a dead mount's end and the next one, broken would pass for empty.
    What is not there is no reason: it may be made until then.
    """
    check_device()
    mounted = mounted_at(str(path))
    if mounted is not None and mounted.ours:
        await _refuse_living(path)
    else:
        _try_open(path)


def _try_open(path: Path) -> None:
    """Open the folder as mounting will; what is not there is no reason."""
    with suppress(NotFound):
        MountPoint(path).close()


async def free_mount_point(path: Path) -> None:
    """Clear a dead mount of ours from the folder; Busy if a living one is there."""
    while (mounted := mounted_at(str(path))) is not None and mounted.ours:
        await _refuse_living(path)
        await trio.to_thread.run_sync(partial(unmount, str(path), lazily=True))


async def _refuse_living(path: Path) -> None:
    """Busy if the mount that is there lives."""
    if await _lives(path):
        raise Busy(
            f"{path} is mounted already",
            remedy=f"use it, or unmount it first: photofs umount {shlex.quote(str(path))}",
        )


async def _lives(path: Path) -> bool:
    """Whether the mount answers, or may yet answer (stat could be answered from a cache)."""
    with trio.move_on_after(ANSWER_WITHIN):
        try:
            await trio.to_thread.run_sync(os.statvfs, path, abandon_on_cancel=True)
        except OSError as error:
            return error.errno not in DEAD
    return True
