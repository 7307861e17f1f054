"""Reading at a place of an open file, whatever the disk says to it."""

import os

import trio

from photofs.model.errors import Corrupt, Unreachable


def read_at(descriptor: int, count: int, at: int) -> bytes:
    """Up to `count` bytes from `at` on, none at the end.

    Unreachable where the disk fails (EIO, ESTALE, ENOTCONN): another try may succeed. Corrupt for
    a place that no file has.

    In a worker thread whose task was cancelled it ends with trio.Cancelled: on the way to a far
    place of a tgz, or to a long file's checksum, one thread calls this for minutes.
    """
    _end_if_cancelled()
    try:
        return os.pread(descriptor, count, at)
    except OSError as error:
        raise Unreachable(
            f"the disk does not give the bytes: {error.strerror}",
            safe="nothing was lost",
            remedy="look at the disk that holds the archive",
        ) from error
    except (OverflowError, ValueError) as error:
        raise Corrupt(
            "the archive tells of a place that no file has",
            safe="nothing was changed",
            remedy="download this part again",
        ) from error


def _end_if_cancelled() -> None:
    try:
        trio.from_thread.check_cancelled()
    except RuntimeError:  # no thread of trio's: nobody can cancel it
        return
