"""The marker in a mirror's root: it tells a mirror from an empty mount point and from other disks.

Without it, or with another's, nothing is read, written or concluded (P12 of reliability.md: a disk
that is not mounted was taken for "all deleted" by others).
"""

import errno
import hashlib
import json
import os
import secrets
import stat
from typing import Final

from photofs.mirrors.port import Marker
from photofs.model.errors import Refused
from photofs.model.mirror import MARKER_NAME

FORMAT: Final = 1
_MOST: Final = 4096
"""Bytes of a marker: ours have some 150."""


def new_marker(library: str, made: str, accounts: tuple[str, ...] = ()) -> Marker:
    """A marker that no other mirror has."""
    return Marker(secrets.token_hex(16), library, made, accounts)


def account_mark(provider: str, account: str) -> str:
    """What stands for a service's account in a marker: whoever finds the disk reads no address."""
    return hashlib.sha256(f"{provider} {account}".encode()).hexdigest()[:32]


def read_marker(root: int) -> Marker | None:
    """The marker in an open folder, None if there is none; Refused if it is not one of ours.

    Raises OSError.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        fd = os.open(MARKER_NAME, flags, dir_fd=root)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:  # a link; a socket
            raise _no_marker("is no file") from error
        raise
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise _no_marker("is no file")
        text = os.read(fd, _MOST)
    finally:
        os.close(fd)
    try:
        told = json.loads(text)
        if told["format"] > FORMAT:
            raise Refused(
                "the mirror was made by a newer photofs",
                safe="it was not touched",
                remedy="upgrade photofs",
            )
        accounts = tuple(map(str, told.get("accounts", ())))
        return Marker(str(told["mirror"]), str(told["library"]), str(told["made"]), accounts)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _no_marker("cannot be read as one") from error


def _no_marker(why: str) -> Refused:
    return Refused(
        f"the marker {MARKER_NAME} in that folder {why}",
        safe="nothing in the folder was touched",
        remedy="put the marker back from a backup, or add the mirror anew in an empty folder",
    )


def marker_bytes(marker: Marker) -> bytes:
    """The marker's file."""
    told = {"format": FORMAT, **marker._asdict()}
    return f"{json.dumps(told, indent=1, ensure_ascii=False)}\n".encode()


def write_marker(root: int, marker: Marker) -> None:
    """Put a marker into an open folder that has none, durably. Raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    fd = os.open(MARKER_NAME, flags, 0o444, dir_fd=root)
    try:
        os.write(fd, marker_bytes(marker))
        os.fsync(fd)
    except BaseException:
        os.unlink(MARKER_NAME, dir_fd=root)
        raise
    finally:
        os.close(fd)
    os.fsync(root)


def remove_marker(root: int) -> None:
    """Take the marker away: the folder is an ordinary one then. Raises OSError."""
    os.unlink(MARKER_NAME, dir_fd=root)
    os.fsync(root)
