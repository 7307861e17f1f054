"""Waiting for what a test wants to see, as long as a loaded machine may need for it."""

import time
from collections.abc import Callable

PATIENCE = 180.0
"""Seconds; no measure of anything, but so long that only what never comes fails."""

LOOK_EVERY = 0.02


def wait_until(so: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Return once it is so; fail if it never is, in so many seconds."""
    until = time.monotonic() + patience
    while not so():
        assert time.monotonic() < until, "it never was so"
        time.sleep(LOOK_EVERY)
