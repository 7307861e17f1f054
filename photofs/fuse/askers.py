"""Which programs ask for changes, so that what one does at one go can be undone as one."""

import time
from typing import Final

import pyfuse3

from photofs.kernel.process import Program, program_of
from photofs.model.wish import Asker

LOOKED_UP_NS: Final = 10**9
REMEMBERED: Final = 256
"""Threads whose program is remembered, for so long: numbers are used anew."""


class Askers:
    """Which programs ask; each is looked up once a second at most, for an `ln` takes 0.5 ms."""

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self._known: dict[int, tuple[Program, int]] = {}

    def of(self, thread: int) -> Asker:
        """The program of a thread."""
        now_ns = time.monotonic_ns()
        program, looked_ns = self._known.get(thread, (None, 0))
        if program is None or now_ns - looked_ns > LOOKED_UP_NS:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            program, looked_ns = program_of(thread), now_ns
            self._known[thread] = program, looked_ns
        return Asker(program.pid, program.name, program.age_ns + now_ns - looked_ns)


_ASKERS: Final = Askers()


def asker_of(ctx: pyfuse3.RequestContext) -> Asker:
    """Which program asks."""
    return _ASKERS.of(ctx.pid)
