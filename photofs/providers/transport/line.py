"""A TCP connection that is read in large steps while much is still to come."""

import contextlib
import socket

import trio

RECEIVE = 1 << 18
"""Bytes taken off the line at a time at most: a read costs some 50 us whatever it brings."""

PATIENCE = 0.01
"""Seconds for which the line collects bytes at the longest."""


class Line(trio.abc.Stream):
    """A socket's stream; TLS may lie above it.

    A host that sends at 1 Gbit/s wakes its reader up to 2,000 times a second, at some 0.3 ms each
    until the bytes are in the draft and told of: `collect` has the kernel wake us less often.
    """

    def __init__(self, stream: trio.SocketStream) -> None:
        """Nothing is collected at first."""
        self._stream = stream
        self._least = 1

    def collect(self, least: int) -> None:
        """From now on wait until so many bytes have come, or for PATIENCE; 1 collects nothing."""
        if least != self._least:
            self._least = least
            with contextlib.suppress(OSError):  # a broken line says so when it is read
                self._stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, least)

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """The next bytes, empty at the end; raises as trio.abc.ReceiveStream says."""
        if self._least > 1:
            with trio.move_on_after(PATIENCE) as waiting:
                await trio.lowlevel.wait_readable(self._stream.socket)
            if waiting.cancelled_caught:
                self.collect(1)
        return bytes(await self._stream.receive_some(max_bytes or RECEIVE))

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send it; raises as trio.abc.SendStream says."""
        await self._stream.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        """As trio.abc.SendStream says."""
        await self._stream.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        """Close it."""
        await self._stream.aclose()

    @property
    def is_silent(self) -> bool:
        """Whether nothing has come that nobody has read: neither bytes nor the other's end."""
        return not self._stream.socket.is_readable()
