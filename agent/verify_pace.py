"""How fast verifying reads, shared by its threads; and how they end when they are told to."""

import threading
import time
from collections.abc import Callable
from typing import Final

from photofs.model.pieces import between_pieces

_NAP: Final = 0.1
"""Seconds after which a waiting thread looks whether it is to end."""


class Pace:
    """So many bytes a second, by all threads together."""

    def __init__(
        self,
        rate: int | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        check: Callable[[], None] = between_pieces,
    ) -> None:
        """`rate` None is as fast as can be. `check` raises if the thread is to end."""
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._check = check
        self._lock = threading.Lock()
        self._next = clock()

    def take(self, size: int) -> None:
        """Wait until so many bytes may be read; raises what ends it."""
        self._check()
        if self._rate is None:
            return
        with self._lock:
            at = max(self._next, self._clock())
            self._next = at + size / self._rate
        while (left := at - self._clock()) > 0:
            self._sleep(min(left, _NAP))
            self._check()
