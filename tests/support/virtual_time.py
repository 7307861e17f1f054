"""A clock for tests that jumps to the next deadline, but never while a thread is at work.

trio's own jumps as soon as no task can run, and a task whose thread works cannot run: on a slow
machine a wait of a minute is then over before a file is synced, and the test tells another story.
"""

import math
from collections.abc import Awaitable, Callable

import pytest
import trio
from trio.testing import MockClock


@pytest.fixture
def autojump_clock(monkeypatch: pytest.MonkeyPatch) -> MockClock:
    """Waits cost nothing, threads take the time they take; a test names this fixture itself."""
    clock = MockClock(autojump_threshold=0)
    monkeypatch.setattr(trio.to_thread, "run_sync", _standing_still(clock, trio.to_thread.run_sync))
    return clock


def _standing_still(
    clock: MockClock, run_sync: Callable[..., Awaitable[object]]
) -> Callable[..., Awaitable[object]]:
    """`run_sync`, while which is waited for the clock stands."""
    at_work = 0

    async def run_while_it_stands(*arguments: object, **options: object) -> object:
        nonlocal at_work
        at_work += 1
        clock.autojump_threshold = math.inf
        try:
            return await run_sync(*arguments, **options)
        finally:
            at_work -= 1
            if not at_work:
                clock.autojump_threshold = 0

    return run_while_it_stands
