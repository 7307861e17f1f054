"""Messages on their way to the other process, in order; to put one in never waits."""

import logging
import os

import trio

from photofs.fetcher.messages import Message, to_frame

log = logging.getLogger(__name__)


class Outbox:
    """Sends at once what the socket takes: a task that did it would run only in its turn.

    In front of a first byte that was 0.2 ms, most of it the fetch reading on meanwhile.
    """

    def __init__(self, stream: trio.SocketStream) -> None:
        """`run` must be running for what the socket does not take at once."""
        self._socket = stream.socket
        self._left = bytearray()
        self._more = trio.Event()

    def put(self, message: Message) -> None:
        """Send it now, or once the socket takes it; nothing happens if the other side is gone."""
        self._left += to_frame(message)
        self._send()
        if self._left:
            self._more.set()

    async def run(self) -> None:
        """Send what is left over, until cancelled."""
        while True:
            await self._more.wait()
            self._more = trio.Event()
            while self._left:
                await trio.lowlevel.wait_writable(self._socket)
                self._send()

    def _send(self) -> None:
        try:
            del self._left[: os.write(self._socket.fileno(), self._left)]
        except BlockingIOError:
            return
        except OSError:  # whoever reads this socket notices its end
            log.debug("the other process does not listen any more")
            self._left.clear()
