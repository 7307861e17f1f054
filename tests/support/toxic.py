"""A bad line: a TCP proxy on loopback that delays, thins, cuts, resets, hangs or refuses.

Faults concern what the server sends, which is where bytes get lost; requests pass as they are. They
are read anew for each piece, so that a test can change them while a transfer runs.

    async with open_toxic(server_port) as line:
        line.faults = Faults(cut_after=300_000)

`toxic_thread` runs the same in a thread, for tests that drive other processes.
"""

import contextlib
import socket
import struct
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import trio

HOST = "127.0.0.1"
PIECE = 64 << 10
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What is wrong with the line; nothing by default. Byte counts are for each connection.

    `latency` in seconds before each piece; `rate` in bytes a second; `slice` is the largest piece
    in bytes; after `cut_after` bytes the line ends as if all had been sent, after `reset_after` by
    a reset, and after `hang_after` nothing comes any more until the faults are changed.
    """

    latency: float = 0.0
    rate: float | None = None
    slice: int = PIECE
    cut_after: int | None = None
    reset_after: int | None = None
    hang_after: int | None = None

    def room(self, sent: int) -> int:
        """How many bytes may pass before one of the three ends strikes."""
        ends = (self.cut_after, self.reset_after, self.hang_after)
        limits = [max(0, end - sent) for end in ends if end is not None]
        return min([self.slice, *limits])


class _Cut(Exception):
    """The connection ends here; by a reset if `reset`."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__()
        self.reset = reset


class Toxic:
    """The proxy; `port` is where it listens, `connections` and `sent` (bytes) what went through."""

    def __init__(self, target_port: int) -> None:
        """Nothing runs before `serve`."""
        self.port = 0
        self.connections = 0
        self.sent = 0
        self._target_port = target_port
        self._faults = Faults()
        self._changed = trio.Event()
        self._open: dict[trio.SocketStream, trio.CancelScope] = {}
        self._nursery: trio.Nursery | None = None
        self._listening: trio.CancelScope | None = None
        self._closed = trio.Event()

    @property
    def faults(self) -> Faults:
        """What is wrong now."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._faults = faults
        self._changed.set()
        self._changed = trio.Event()

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Run until cancelled; `started` when the port is open."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            await self.accept()
            task_status.started()
            await trio.sleep_forever()

    async def accept(self) -> None:
        """Take connections, on the same port as before."""
        assert self._nursery is not None
        if self._listening is None:
            await self._nursery.start(self._listen)

    async def refuse(self) -> None:
        """Refuse connections from now on (ECONNREFUSED); those that stand go on."""
        if self._listening is not None:
            self._listening.cancel()
            await self._closed.wait()

    async def drop(self) -> None:
        """Reset all connections that stand."""
        for stream, scope in list(self._open.items()):
            scope.cancel()
            await _reset(stream)

    async def _listen(self, *, task_status: trio.TaskStatus[None]) -> None:
        listeners = await trio.open_tcp_listeners(self.port, host=HOST)
        self.port = listeners[0].socket.getsockname()[1]
        self._closed = trio.Event()
        try:
            with trio.CancelScope() as self._listening:
                task_status.started()
                await trio.serve_listeners(
                    self._connection, listeners, handler_nursery=self._nursery
                )
        finally:
            self._listening = None
            self._closed.set()

    async def _connection(self, client: trio.SocketStream) -> None:
        self.connections += 1
        with trio.CancelScope() as scope:
            self._open[client] = scope
            try:
                await self._between(client)
            finally:
                del self._open[client]
                with trio.CancelScope(shield=True):
                    await client.aclose()

    async def _between(self, client: trio.SocketStream) -> None:
        try:
            server = await trio.open_tcp_stream(HOST, self._target_port)
        except OSError:
            await _reset(client)
            return
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_pass_on, client, server)
                reset = await self._thin(server, client)
                nursery.cancel_scope.cancel()
            if reset:
                await _reset(client)
        finally:
            await trio.aclose_forcefully(server)

    async def _thin(self, server: trio.SocketStream, client: trio.SocketStream) -> bool:
        """Send on what the server says, with all faults; whether to end by a reset."""
        sent = 0
        try:
            while data := await server.receive_some(PIECE):
                while data:
                    piece = data[: await self._room(sent)]
                    await self._send(client, piece)
                    sent += len(piece)
                    data = data[len(piece) :]
        except _Cut as cut:
            return cut.reset
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return True
        return False

    async def _room(self, sent: int) -> int:
        """How much may go out now; waits where the line hangs, raises _Cut where it ends."""
        while True:
            changed, faults = self._changed, self._faults
            room = faults.room(sent)
            if room > 0:
                return room
            if faults.hang_after is not None and sent >= faults.hang_after:
                await changed.wait()
            else:
                raise _Cut(reset=faults.reset_after is not None and sent >= faults.reset_after)

    async def _send(self, client: trio.SocketStream, piece: bytes | bytearray) -> None:
        faults = self._faults
        await trio.sleep(faults.latency + (len(piece) / faults.rate if faults.rate else 0))
        await client.send_all(piece)
        self.sent += len(piece)


async def _pass_on(client: trio.SocketStream, server: trio.SocketStream) -> None:
    """The request, unchanged, and its end."""
    with contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError):
        async for data in client:
            await server.send_all(data)
        await server.send_eof()


async def _reset(stream: trio.SocketStream) -> None:
    with contextlib.suppress(OSError):
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    await trio.aclose_forcefully(stream)


@asynccontextmanager
async def open_toxic(target_port: int) -> AsyncIterator[Toxic]:
    """A proxy to a port of this machine, for the length of the block."""
    line = Toxic(target_port)
    async with trio.open_nursery() as nursery:
        await nursery.start(line.serve)
        try:
            yield line
        finally:
            nursery.cancel_scope.cancel()


class ToxicThread:
    """The proxy's handle for a test that is not async; every call returns when it holds."""

    def __init__(self, line: Toxic, token: trio.lowlevel.TrioToken) -> None:
        """`toxic_thread` makes one."""
        self._line = line
        self._token = token

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._line.port

    @property
    def connections(self) -> int:
        """How many connections came."""
        return self._line.connections

    @property
    def sent(self) -> int:
        """How many bytes went to clients."""
        return self._line.sent

    def set(self, faults: Faults) -> None:
        """From now on this is wrong."""

        def change() -> None:
            self._line.faults = faults

        trio.from_thread.run_sync(change, trio_token=self._token)

    def refuse(self) -> None:
        """Refuse connections."""
        self._run(self._line.refuse)

    def accept(self) -> None:
        """Take connections again."""
        self._run(self._line.accept)

    def drop(self) -> None:
        """Reset all connections that stand."""
        self._run(self._line.drop)

    def _run(self, what: Callable[[], Awaitable[None]]) -> None:
        trio.from_thread.run(what, trio_token=self._token)


@contextmanager
def toxic_thread(target_port: int) -> Iterator[ToxicThread]:
    """A proxy in a thread of its own, for the length of the block."""
    line = Toxic(target_port)
    begun = threading.Event()
    handles: list[tuple[trio.lowlevel.TrioToken, trio.CancelScope]] = []

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            await nursery.start(line.serve)
            handles.append((trio.lowlevel.current_trio_token(), nursery.cancel_scope))
            begun.set()

    thread = threading.Thread(target=trio.run, args=(main,), name="toxic", daemon=True)
    thread.start()
    assert begun.wait(60), "the proxy did not start"
    token, scope = handles[0]
    try:
        yield ToxicThread(line, token)
    finally:
        trio.from_thread.run_sync(scope.cancel, trio_token=token)
        thread.join(10)
