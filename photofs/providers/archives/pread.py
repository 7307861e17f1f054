"""Reading at a place of an open file, whatever the disk says to it."""

import os

from photofs.model.errors import Corrupt, Unreachable


def read_at(descriptor: int, count: int, at: int) -> bytes:
    """Up to `count` bytes from `at` on, none at the end.

    Unreachable where the disk fails (EIO, ESTALE, ENOTCONN): another try may succeed. Corrupt for
    a place that no file has.
    """
    try:
        return os.pread(descriptor, count, at)
    except OSError as error:
        raise Unreachable(
            f"the disk does not give the bytes: {error.strerror}",
            safe="nothing was lost",
            remedy="look at the disk that holds the archive",
        ) from error
    except (OverflowError, ValueError) as error:
        raise Corrupt("the archive tells of a place that no file has") from error
