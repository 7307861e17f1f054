"""Clocks for tests on which waits cost nothing, and work takes the time that it takes.

trio's own jumps as soon as no task can run, and a task whose thread works, or whose line's other
end is served by a thread, cannot run: on a slow machine a wait of a minute is then over before a
file is synced or an answer was made, and the test tells another story.
"""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
import trio
from trio.testing import MockClock

SILENCE = 2.0
"""Real seconds without a word after which a line counts as silent."""


@pytest.fixture
def autojump_clock(monkeypatch: pytest.MonkeyPatch) -> MockClock:
    """Jumps to the next deadline, but stands while a thread works.

    A test names this fixture itself, for pytest-trio looks for a clock among its own arguments.
    """
    return patched(monkeypatch, silence=0.0)


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> MockClock:
    """The same for tests with a service behind a line: deadlines pass where that keeps silent.

    Sleeps (`trio.sleep`) are over at once; whoever waits for a line is given time to be answered.
    """
    return patched(monkeypatch, silence=SILENCE)


def patched(monkeypatch: pytest.MonkeyPatch, *, silence: float) -> MockClock:
    """Patch trio to go by the clock that is returned, for what runs outside of a test as well."""
    clock = MockClock(autojump_threshold=silence)
    pace = _Pace(clock, silence)
    monkeypatch.setattr(trio.to_thread, "run_sync", pace.in_thread(trio.to_thread.run_sync))
    monkeypatch.setattr(trio, "sleep", pace.sleeping(trio.sleep))
    return clock


@dataclass
class _Pace:
    """How long nothing may happen before the clock jumps."""

    clock: MockClock
    silence: float
    threads: int = 0
    sleepers: int = 0

    def in_thread(
        self, run_sync: Callable[..., Awaitable[object]]
    ) -> Callable[..., Awaitable[object]]:
        """`run_sync`, during which the clock stands."""

        async def run(*arguments: object, **options: object) -> object:
            self._note(threads=1)
            try:
                return await run_sync(*arguments, **options)
            finally:
                self._note(threads=-1)

        return run

    def sleeping(
        self, sleep: Callable[[float], Awaitable[None]]
    ) -> Callable[[float], Awaitable[None]]:
        """`sleep`, during which the clock jumps as soon as nothing else happens."""

        async def run(seconds: float) -> None:
            self._note(sleepers=1)
            try:
                await sleep(seconds)
            finally:
                self._note(sleepers=-1)

        return run

    def _note(self, *, threads: int = 0, sleepers: int = 0) -> None:
        """One more, or one less; loops of other threads have clocks of their own."""
        if trio.lowlevel.current_clock() is self.clock:
            self.threads += threads
            self.sleepers += sleepers
            idle = math.inf if self.threads else 0 if self.sleepers else self.silence
            self.clock.autojump_threshold = idle
