"""What a mirror's disk says, in our own errors."""

import errno
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from photofs.model.errors import (
    BadName,
    Exists,
    Full,
    NotAttached,
    NotFolder,
    NotFound,
    PhotofsError,
    Rationed,
    ReadOnly,
    StoreError,
    TooLong,
)

AWAY: Final = frozenset(
    {
        errno.ESTALE,
        errno.ENODEV,
        errno.ENXIO,
        errno.ENOTCONN,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ETIMEDOUT,
        errno.ESHUTDOWN,
    }
)
"""What a disk that was pulled out, or a server that is gone, answers."""

FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM})
"""What is answered to a user who has not the rights; no disk fails so."""

_ROOM: Final = {
    errno.ENOSPC: Full("there is no room left on the mirror's disk"),
    errno.EDQUOT: Rationed("your share of the mirror's disk is used up"),
    errno.EFBIG: TooLong(
        "the mirror's file system keeps no file of that length (FAT: 4 GiB at the most)"
    ),
}
_NO_NAME: Final = frozenset(
    {errno.EINVAL, errno.EILSEQ, errno.EPERM, errno.ENAMETOOLONG, errno.ENOENT}
)
"""What is said of a name alone, once the same file was written under a plain one: FAT whose table
of characters lacks some, names that are too long in UTF-16; ENOENT by exfat-fuse."""

_IN_THE_WAY: Final = frozenset({errno.EEXIST, errno.ENOTDIR, errno.ELOOP, errno.ENOTEMPTY})
_SAFE: Final = "what is in the mirror stays as it is"


@contextmanager
def mirror_errors(doing: str) -> Iterator[None]:
    """Turn an OSError of the block into one of ours; `doing` completes "while ..."."""
    try:
        yield
    except OSError as error:
        raise our_error(error, doing) from error


@contextmanager
def name_errors(path: str) -> Iterator[None]:
    """Turn what a disk says of a name that it cannot keep into BadName."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_NAME:
            raise
        raise BadName(
            f"the mirror's disk takes no file of the name {path}",
            safe="the others are not affected",
            remedy="mount a FAT disk with the option utf8, or give the photo another name",
        ) from error


def our_error(error: OSError, doing: str) -> PhotofsError:
    """The error of ours that says what this OSError means."""
    number, said = error.errno, error.strerror or repr(error)
    if number in _ROOM:
        known = _ROOM[number]
        mend = "split it" if number == errno.EFBIG else "make room there"
        remedy = f"{mend}; the next run goes on"
        return type(known)(f"{known.what} (met while {doing})", safe=_SAFE, remedy=remedy)
    if number in AWAY:
        return away(f"the mirror's disk is gone ({said}, while {doing})")
    if number == errno.ENOENT:
        return NotFound(f"a file or folder of the mirror is not there (met while {doing})")
    if number in _IN_THE_WAY:
        return _in_the_way(number, doing)
    if number == errno.EROFS:
        return ReadOnly(
            f"the mirror's disk is mounted read-only (met while {doing})",
            safe=_SAFE,
            remedy="mount it for writing, then run it again",
        )
    if number in FORBIDDEN:
        what = f"this user may not do that in the mirror ({said}, while {doing})"
        look = "see whose its folders and files are (`ls -l`)"
    else:
        what = f"the mirror's disk failed while {doing}: {said}"
        look = "see the kernel's log (dmesg)"
    return StoreError(what, safe=_SAFE, remedy=f"{look}, then run it again")


def _in_the_way(number: int, doing: str) -> PhotofsError:
    """Something stands where a file is to be, or where a folder on the way to it was."""
    if number in {errno.ENOTDIR, errno.ELOOP}:
        return NotFolder(
            "a link or a file stands where a folder of the mirror was: move the folder back to its"
            f" place (met while {doing})",
            safe="it was not touched: no link is followed out of a mirror",
            remedy="the next run goes on then",
        )
    return Exists(
        f"something that photofs did not make stands in the way (met while {doing})",
        safe="it was not touched",
    )


def away(what: str) -> NotAttached:
    """The folder, or its disk, is not there."""
    return NotAttached(
        what,
        safe="nothing was concluded from that, and nothing is removed anywhere",
        remedy="mount the disk where it was; the next run goes on",
    )


def may_not_look(root: Path, error: OSError) -> NotAttached:
    """The folder is there, but not for this user: as little is known of it as of one away."""
    return NotAttached(
        f"you may not look into {root}: {error.strerror}",
        safe="nothing was concluded from that, and nothing is removed anywhere",
        remedy=f"see whose it is: `ls -ld {shlex.quote(str(root))}`",
    )
