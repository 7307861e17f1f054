"""What the disk says, in our own errors: no room is Full, anything unexpected StoreError."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from photofs.model.errors import Full, Rationed, StoreError, TooLong

_SAFE = "what had arrived before is safe"


@contextmanager
def disk_errors(doing: str) -> Iterator[None]:
    """Turn an OSError of the block into Full, Rationed, TooLong, or StoreError.

    `doing` completes "while ...".
    """
    try:
        yield
    except OSError as error:
        raise our_error(error, doing) from error


def our_error(error: OSError, doing: str) -> StoreError:
    """The error of ours that says what this OSError means."""
    match error.errno:
        case errno.ENOSPC:
            return Full(
                f"there was no room on the disk while {doing}",
                safe=_SAFE,
                remedy="free some space, or set a lower [cache] limit",
            )
        case errno.EDQUOT:
            return Rationed(
                f"your share of the disk was used up while {doing}",
                safe=_SAFE,
                remedy="free some space of your own, or ask who runs this machine for more",
            )
        case errno.EFBIG:
            return TooLong(
                f"the disk keeps no file of that length (met while {doing})",
                safe=_SAFE,
                remedy="split the file, or have photofs keep its files on another file system",
            )
    return StoreError(
        f"the disk failed while {doing}: {error.strerror or error}",
        safe="the original at its source is untouched",
        remedy="see the kernel's log (dmesg), then try again",
    )
