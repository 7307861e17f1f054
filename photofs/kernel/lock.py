"""One worker at a time: a lock on a file, which the kernel gives back when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photofs.model.errors import Busy, StoreError


@contextmanager
def hold(path: Path, what: str) -> Iterator[None]:
    """Hold the lock for the length of a block; Busy (naming `what` is going on) if another does."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be opened: {error.strerror}",
            remedy="check the folder and its permissions",
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(
                f"{what} in another process",
                safe="that one goes on, and nothing is lost",
                remedy="wait for it to end",
            ) from error
        yield
    finally:
        os.close(descriptor)
