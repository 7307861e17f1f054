"""What the disk says, in our own errors: no room is Full, anything else StoreError."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from photofs.model.errors import Full, StoreError

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def disk_errors(doing: str) -> Iterator[None]:
    """Turn an OSError of the block into Full or StoreError; `doing` completes "while ..."."""
    try:
        yield
    except OSError as error:
        raise our_error(error, doing) from error


def our_error(error: OSError, doing: str) -> StoreError:
    """The error of ours that says what this OSError means."""
    if error.errno in _NO_ROOM:
        return Full(
            f"there was no room on the disk while {doing}",
            safe="what had arrived before is safe",
            remedy="free some space, or set a lower [cache] limit",
        )
    return StoreError(
        f"the disk failed while {doing}: {error.strerror or error}",
        safe="the original at its source is untouched",
        remedy="see the kernel's log (dmesg), then try again",
    )
