"""A TCP connection that is read in large steps while much is still to come."""

import contextlib
import socket

import trio

RECEIVE = 1 << 18
"""Bytes taken off the line at a time at most: a read costs some 50 us whatever it brings."""

PATIENCE = 0.01
"""Seconds for which the line collects bytes at the longest."""

FAST = 250e6
"""Bytes a second from which on a line collects nothing: the host would wait for room meanwhile.

100 MB over loopback took 0.17 s with collecting, 0.06 s without. Each megabyte weighs as much as
all that came before it.
"""

WEIGHED = 1 << 20


class Line(trio.abc.Stream):
    """A socket's stream; TLS may lie above it.

    A host that sends at 1 Gbit/s wakes its reader up to 2,000 times a second, at some 0.3 ms each
    until the bytes are in the draft and told of: `collect` has the kernel wake us less often.
    """

    def __init__(self, stream: trio.SocketStream) -> None:
        """Nothing is collected at first."""
        self._stream = stream
        self._least = 1
        self._came = 0
        self._waited = 0.0

    def collect(self, least: int) -> None:
        """From now on wait until so many bytes have come, or for PATIENCE; 1 collects nothing.

        A FAST line is waited for no longer than until something is there.
        """
        slow = self._came < self._waited * FAST
        self._tell_kernel(least if slow else 1)

    def _tell_kernel(self, least: int) -> None:
        if least != self._least:
            self._least = least
            with contextlib.suppress(OSError):  # a broken line says so when it is read
                self._stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, least)

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """The next bytes, empty at the end; raises as trio.abc.ReceiveStream says."""
        asked = trio.current_time()
        if self._least > 1:
            with trio.move_on_after(PATIENCE) as waiting:
                await trio.lowlevel.wait_readable(self._stream.socket)
            if waiting.cancelled_caught:
                self._tell_kernel(1)
        data = bytes(await self._stream.receive_some(max_bytes or RECEIVE))
        self._weigh(len(data), trio.current_time() - asked)
        return data

    def _weigh(self, came: int, waited: float) -> None:
        """Note how fast the line is."""
        self._came += came
        self._waited += waited
        if self._came >= WEIGHED:
            self._came //= 2
            self._waited /= 2

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
