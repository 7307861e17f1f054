"""Line: collects bytes on a slow line, and never keeps a fast one waiting."""

import socket

import pytest
import trio
import trio.testing

from photofs.providers.transport.line import FAST, WEIGHED, Line

LEAST = 4096


@pytest.fixture
def ends() -> tuple[trio.SocketStream, Line, trio.socket.SocketType]:
    """Whoever sends, the line, and the line's socket."""
    sender, receiver = trio.socket.socketpair()
    return trio.SocketStream(sender), Line(trio.SocketStream(receiver)), receiver


def least_of(receiver: trio.socket.SocketType) -> int:
    """How many bytes the kernel collects before it wakes the reader."""
    return receiver.getsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT)


async def test_a_slow_line_collects_what_is_asked_for(
    ends: tuple[trio.SocketStream, Line, trio.socket.SocketType],
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Bytes that were waited for make the kernel wake the reader less often, until told not to."""
    sender, line, receiver = ends
    async with sender, line, trio.open_nursery() as nursery:
        nursery.start_soon(_send_later, sender, b"a")
        assert await line.receive_some() == b"a"
        line.collect(LEAST)
        assert least_of(receiver) == LEAST
        line.collect(1)
        assert least_of(receiver) == 1
    del autojump_clock


async def test_a_fast_line_collects_nothing(
    ends: tuple[trio.SocketStream, Line, trio.socket.SocketType],
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Bytes that are there when they are asked for never make the host wait for room."""
    sender, line, receiver = ends
    async with sender, line:
        await sender.send_all(b"a")
        await line.receive_some()
        line.collect(LEAST)
        assert least_of(receiver) == 1
    del autojump_clock


async def test_a_line_that_has_become_fast_soon_counts_as_fast(
    ends: tuple[trio.SocketStream, Line, trio.socket.SocketType],
    autojump_clock: trio.testing.MockClock,
) -> None:
    """A long wait for the head of an answer is forgotten after some megabytes."""
    sender, line, receiver = ends
    async with sender, line:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_send_later, sender, b"a")
            await line.receive_some()
        line.collect(LEAST)
        came = 0
        while least_of(receiver) > 1:
            assert came < 64 * WEIGHED
            await sender.send_all(bytes(LEAST))
            came += len(await line.receive_some())
            line.collect(LEAST)
        assert came > WEIGHED
    del autojump_clock


async def _send_later(sender: trio.SocketStream, data: bytes) -> None:
    """Send it once a reader has waited for twice as long as a megabyte takes on a fast line."""
    await trio.sleep(2 * WEIGHED / FAST)
    await sender.send_all(data)
