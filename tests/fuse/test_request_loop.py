"""Waiting for requests: fast while they come, and never at the price of those who wait."""

import os
from collections.abc import Iterator

import pytest
import trio
import trio.testing

from photofs.fuse.request_loop import Pace, Turn
from tests.support.log_guard import ExpectLog

MANY = 2000


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe whose reading end stands for the kernel's door."""
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)
    os.close(writing)


async def next_request(turn: Turn, fd: int) -> bytes:
    """What pyfuse3's tasks do for each request."""
    async with turn:
        await turn.wait_readable(fd)
    return os.read(fd, 1)


async def test_a_task_that_waits_is_followed_by_the_next(pipe: tuple[int, int]) -> None:
    """While one request is waiting for something, the other tasks answer those that come."""
    turn = Turn()
    stuck = trio.Event()
    answered: list[bytes] = []

    async def worker() -> None:
        while True:
            request = await next_request(turn, pipe[0])
            if request == b"w":
                await stuck.wait()
            answered.append(request)

    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(worker)
        os.write(pipe[1], b"awbwc")
        with trio.fail_after(30):
            while len(answered) < 3:
                await trio.testing.wait_all_tasks_blocked()
        assert answered == [b"a", b"b", b"c"]
        stuck.set()
        await trio.testing.wait_all_tasks_blocked()
        assert sorted(answered) == [b"a", b"b", b"c", b"w", b"w"]
        nursery.cancel_scope.cancel()


async def test_others_get_their_turn_however_many_requests_there_are(
    pipe: tuple[int, int],
) -> None:
    """A stream of requests without a gap does not keep the scheduler from running."""
    turn = Turn()
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(other)
        os.write(pipe[1], b"x" * MANY)
        for _ in range(MANY):
            await next_request(turn, pipe[0])
        assert 2 <= turns < MANY
        nursery.cancel_scope.cancel()


async def test_a_request_that_comes_later_is_waited_for(
    pipe: tuple[int, int], autojump_clock: trio.testing.MockClock
) -> None:
    """Once nothing follows at once, the wait is trio's and lets everything else run."""
    turn = Turn()
    os.write(pipe[1], b"1")
    assert await next_request(turn, pipe[0]) == b"1"

    async def later() -> None:
        await trio.sleep(60)
        os.write(pipe[1], b"2")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(later)
        assert await next_request(turn, pipe[0]) == b"2"
    assert autojump_clock.current_time() >= 60


async def test_who_is_cancelled_leaves_the_turn_to_the_next(pipe: tuple[int, int]) -> None:
    """A task that ends while it waits for a request does not keep the others from reading."""
    turn = Turn()
    got: list[bytes] = []

    async def first(scope: trio.CancelScope) -> None:
        with scope:
            await next_request(turn, pipe[0])

    async def second() -> None:
        got.append(await next_request(turn, pipe[0]))

    scope = trio.CancelScope()
    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(first, scope)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(second)
            await trio.testing.wait_all_tasks_blocked()
            scope.cancel()
            await trio.testing.wait_all_tasks_blocked()
            os.write(pipe[1], b"x")
    assert got == [b"x"]


async def test_work_is_done_ahead_step_by_step_until_a_request_comes(
    pipe: tuple[int, int],
) -> None:
    """Nobody waits for more than one step, and what is left of it comes after the next answer."""
    pace = Pace()
    turn = Turn(pace)
    steps = 0

    def step() -> bool:
        nonlocal steps
        steps += 1
        if steps == 3:
            os.write(pipe[1], b"x")
        return steps < 5

    pace.ahead(step)
    assert await next_request(turn, pipe[0]) == b"x"
    assert steps == 3
    os.write(pipe[1], b"y")
    assert await next_request(turn, pipe[0]) == b"y"
    assert steps == 3
    with trio.move_on_after(0.01):
        await next_request(turn, pipe[0])
    assert steps == 5


def test_who_waits_is_counted() -> None:
    """While a handler may wait, the loop goes back to the scheduler sooner."""
    pace = Pace()
    with pace.others_first(), pace.others_first():
        assert pace.waiting == 2
    assert pace.waiting == 0


def test_what_fails_ahead_of_a_request_does_not_end_the_mount(expect_log: ExpectLog) -> None:
    """It is logged and not tried again; who asks for it next is told."""
    expect_log("nobody foresaw")
    pace = Pace()
    pace.ahead(lambda: bool(1 / 0))
    assert pace.step_ahead()
    assert not pace.step_ahead()
