"""Whether the system makes writers wait for the disk, told by how long the last write took."""

from collections.abc import Callable
from typing import Final

CHOKED: Final = 0.01
"""Seconds of one write that tell that the system's cache is full: it lets writers wait for the
disk then, 200 ms each at worst, and with them everybody whom the same thread serves."""

CHOKED_FOR: Final = 1.0
"""Seconds for which writes then go to a thread each, which costs 0.05 to 0.1 ms."""


class Choke:
    """For the writes of one thread that serves many."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds. No write has taken long yet."""
        self._clock = clock
        self._until = 0.0

    def begin(self) -> float | None:
        """When a write begins that may be done at once; None if it is to go to a thread."""
        now = self._clock()
        return None if now < self._until else now

    def ended(self, began: float) -> None:
        """A write that was done at once has ended."""
        now = self._clock()
        if now - began > CHOKED:
            self._until = now + CHOKED_FOR
