"""The bad line is bad in exactly the ways asked for, and good otherwise."""

import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import Sequencer

from tests.support.toxic import HOST, Faults, Toxic, open_toxic, toxic_thread

BODY = bytes(range(256)) * 1000


async def _answer(stream: trio.SocketStream) -> None:
    with contextlib.suppress(trio.BrokenResourceError):
        request = await stream.receive_some()
        if request:
            await stream.send_all(bytes(request) + BODY)
    await trio.aclose_forcefully(stream)


@asynccontextmanager
async def bad_line() -> AsyncIterator[Toxic]:
    """A server that answers a request with itself and BODY, behind the proxy."""
    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host=HOST)
        port = listeners[0].socket.getsockname()[1]
        nursery.start_soon(trio.serve_listeners, _answer, listeners)
        async with open_toxic(port) as line:
            yield line
        nursery.cancel_scope.cancel()


async def ask(line: Toxic) -> bytes:
    """All that comes back."""
    async with await trio.open_tcp_stream(HOST, line.port) as stream:
        await stream.send_all(b"?")
        return b"".join([bytes(piece) async for piece in stream])


async def test_a_good_line_changes_nothing() -> None:
    """Without faults every byte arrives, and is counted."""
    async with bad_line() as line:
        assert await ask(line) == b"?" + BODY
        assert (line.connections, line.sent) == (1, len(BODY) + 1)


async def test_slices_latency_and_rate_lose_nothing() -> None:
    """Small, late and slow pieces are still all the bytes."""
    async with bad_line() as line:
        line.faults = Faults(slice=7_000, latency=0.0005, rate=50e6)
        assert await ask(line) == b"?" + BODY


async def test_a_cut_line_ends_early_without_an_error() -> None:
    """After the set number of bytes the stream ends as if it were whole."""
    async with bad_line() as line:
        line.faults = Faults(cut_after=100_000)
        assert await ask(line) == (b"?" + BODY)[:100_000]


async def test_a_reset_line_breaks() -> None:
    """After the set number of bytes the connection is reset."""
    async with bad_line() as line:
        line.faults = Faults(reset_after=50_000)
        with pytest.raises(trio.BrokenResourceError):
            await ask(line)


async def test_a_hanging_line_goes_on_when_healed() -> None:
    """Nothing comes after the set number of bytes, until the faults are taken away."""
    order = Sequencer()
    async with bad_line() as line, trio.open_nursery() as nursery:
        line.faults = Faults(hang_after=10)

        async def heal() -> None:
            async with order(1):
                line.faults = Faults()

        nursery.start_soon(heal)
        async with await trio.open_tcp_stream(HOST, line.port) as stream:
            await stream.send_all(b"?")
            got = b""
            while len(got) < 10:
                got += await stream.receive_some(10 - len(got))
            with trio.move_on_after(0.05) as silence:
                await stream.receive_some()
            assert silence.cancelled_caught
            async with order(0):
                pass
            got += b"".join([bytes(piece) async for piece in stream])
        assert got == b"?" + BODY


async def test_refusing_and_accepting_on_the_same_port() -> None:
    """A refused connection fails at once; accepting again works without a new port."""
    async with bad_line() as line:
        port = line.port
        await line.refuse()
        with pytest.raises(OSError, match="connect"):
            await trio.open_tcp_stream(HOST, port)
        await line.accept()
        assert line.port == port
        assert await ask(line) == b"?" + BODY


async def test_dropping_resets_what_stands() -> None:
    """Connections that hang are reset by drop."""
    async with bad_line() as line:
        line.faults = Faults(hang_after=1)
        async with await trio.open_tcp_stream(HOST, line.port) as stream:
            await stream.send_all(b"?")
            assert await stream.receive_some() == b"?"
            await line.drop()
            with pytest.raises(trio.BrokenResourceError):
                await stream.receive_some()


async def test_a_dead_server_is_a_reset() -> None:
    """Where nobody listens behind the proxy, the client gets a reset, no hang."""
    with socket.socket() as bound:  # which listens to nobody, and which nobody else gets
        bound.bind((HOST, 0))
        async with open_toxic(bound.getsockname()[1]) as line:
            with pytest.raises((trio.BrokenResourceError, OSError)):
                await ask(line)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes connections and says nothing."""
    with socket.create_server((HOST, 0)) as server:
        yield server.getsockname()[1]


def test_the_thread_obeys(silent_port: int) -> None:
    """From a test that is not async: faults, refusal and the port work the same."""
    with toxic_thread(silent_port) as line:
        line.set(Faults(cut_after=0))
        with socket.create_connection((HOST, line.port), timeout=60):
            pass
        line.refuse()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, line.port), timeout=60)
        line.accept()
        with socket.create_connection((HOST, line.port), timeout=60) as stands:
            line.set(Faults())
            while line.connections < 2:
                line.set(Faults())
            line.drop()
            with pytest.raises(ConnectionResetError):
                stands.recv(1)
