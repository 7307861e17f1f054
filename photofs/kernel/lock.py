"""One worker at a time: a lock on a file, which the kernel gives back when its holder dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from photofs.model.errors import Busy, StoreError

PATIENCE_S: Final = 20.0
LOOK_EVERY_S: Final = 0.02
"""How long `await_turn` waits, and between two looks."""


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


@contextmanager
def await_turn(path: Path, what: str) -> Iterator[None]:
    """As `hold`, for what takes an instant: wait for another's end, Busy after some seconds."""
    until = time.monotonic() + PATIENCE_S
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(hold(path, what))
                break
            except Busy:
                if time.monotonic() >= until:
                    raise
                time.sleep(LOOK_EVERY_S)
        yield
