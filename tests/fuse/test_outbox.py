"""Messages between mount and fetching process go out at once, in order, and never block."""

import socket
from contextlib import aclosing

import pytest
import trio

from photofs.fetcher.messages import Failed, Guard, Message, read_messages
from photofs.fetcher.outbox import Outbox
from photofs.model.errors import Temporary

MANY = 500


Ends = tuple[trio.SocketStream, trio.SocketStream]


def pair() -> Ends:
    """Two ends of a socket pair."""
    ours, theirs = map(trio.socket.from_stdlib_socket, socket.socketpair())
    return trio.SocketStream(ours), trio.SocketStream(theirs)


def long_message(number: int) -> Message:
    """A message of 10 KB."""
    return Failed.of(number, Temporary("x" * 10_000))


async def test_what_the_socket_does_not_take_goes_out_later() -> None:
    """More messages than the socket holds arrive whole and in order, once they are read."""
    ours, theirs = pair()
    outbox = Outbox(ours)
    for number in range(MANY):
        outbox.put(long_message(number))
    numbers: list[int] = []
    with trio.fail_after(60):
        async with ours, theirs, trio.open_nursery() as nursery:
            nursery.start_soon(outbox.run)
            async with aclosing(read_messages(theirs)) as messages:
                async for message in messages:
                    assert not isinstance(message, Guard)
                    numbers.append(message.number)
                    if len(numbers) == MANY:
                        break
            nursery.cancel_scope.cancel()
    assert numbers == list(range(MANY))


async def test_a_message_goes_out_before_anything_else_runs() -> None:
    """No task has to run for a message that the socket takes."""
    ours, theirs = pair()
    async with ours, theirs:
        Outbox(ours).put(long_message(1))
        assert theirs.socket.is_readable()


@pytest.mark.parametrize("which", [0, 1], ids=["ours", "theirs"])
async def test_a_message_to_nobody_is_dropped(which: int) -> None:
    """When either end is closed, to put a message in does nothing."""
    ends = pair()
    async with ends[0], ends[1]:
        await ends[which].aclose()
        Outbox(ends[0]).put(long_message(1))
