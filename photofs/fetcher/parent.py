"""The mount's side: keeps one fetching process alive and asks it.

If the process dies, a new one is asked everything that is still open; drafts on the disk are where
the old one left them. The process ends when this side of the socket pair is closed, that is also
when the mount is killed; before that it ends the mount's connection (guard.py).
"""

import logging
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import trio

import photofs
from photofs.fetcher.messages import (
    Ask,
    Failed,
    Forget,
    Guard,
    Message,
    Told,
    Verb,
    read_messages,
)
from photofs.fetcher.outbox import Outbox
from photofs.kernel.connection import connection_at
from photofs.kernel.process import Process
from photofs.model.errors import Bug, PhotofsError, Temporary
from photofs.model.span import Span
from photofs.volume.fetching import Arrival

log = logging.getLogger(__name__)

NOTHING = Span(0, 0)

FIRST_PAUSE = 0.5
LAST_PAUSE = 30.0
"""Seconds before it is started again after it died without one answer, doubling between them."""

END_WITHIN = 5.0
"""Seconds for it to end by itself once the socket is closed."""


class _Question:
    """One open question."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.settled = trio.Event()
        self.arrival: Arrival | None = None
        self.error: PhotofsError | None = None

    def settle(self, *, arrival: Arrival | None = None, error: PhotofsError | None = None) -> None:
        """The answer is there."""
        self.arrival, self.error = arrival, error
        self.settled.set()


class ChildFetching:
    """Keeps `fetching.Fetching` through another process; `open_child_fetching` makes one."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str] | None) -> None:
        """`command` is given the number of its socket's descriptor as its last argument."""
        self._command = command
        self._environ = environ
        self._open: dict[int, _Question] = {}
        self._number = 0
        self._outbox: Outbox | None = None
        self._guard: Guard | None = None
        self._answered = False
        self.pid: int | None = None

    async def size(self, photo_id: int) -> int:
        """The exact length in bytes, asked of the source if it is not known yet."""
        return (await self._ask("size", photo_id)).size

    async def ensure(self, photo_id: int, span: Span, draft: int | None = None) -> Arrival:
        """Return once the bytes of the span are in the store."""
        return await self._ask("ensure", photo_id, span, draft)

    async def whole(self, photo_id: int) -> Arrival:
        """Return once the original is sealed."""
        return await self._ask("whole", photo_id)

    def guard(self, point: str) -> None:
        """Have the mount at that point ended if this process dies in any way but a clean one."""
        connection = connection_at(point)
        if connection is not None:
            pid, started = Process.this()
            self._guard = Guard(pid, started, *connection)
            self._send(self._guard)

    async def _ask(
        self, verb: Verb, photo_id: int, span: Span = NOTHING, draft: int | None = None
    ) -> Arrival:
        """Send the question and wait; who is cancelled takes it back."""
        self._number += 1
        ask = Ask(self._number, verb, photo_id, span.start, span.stop, draft)
        question = self._open[ask.number] = _Question(ask)
        self._send(ask)
        try:
            await question.settled.wait()
        except trio.Cancelled:
            self._send(Forget(ask.number))
            raise
        finally:
            self._open.pop(ask.number, None)
        if question.arrival is None:
            raise question.error or Bug("a question was settled without an answer")
        return question.arrival

    def _send(self, message: Message) -> None:
        """Send it; a process that is not there yet will be asked all that is open."""
        if self._outbox is not None:
            self._outbox.put(message)

    async def keep(self) -> None:
        """Keep the process alive until cancelled."""
        pause = FIRST_PAUSE
        while True:
            self._answered = False
            await self._one_life()
            if self._answered:
                pause = FIRST_PAUSE
                continue
            log.error("the fetching process ended without one answer")
            self._fail_all()
            await trio.sleep(pause)
            pause = min(pause * 2, LAST_PAUSE)

    def _fail_all(self) -> None:
        """Nothing can be fetched just now."""
        error = Temporary(
            "the process that fetches photos keeps ending",
            safe="what is here can be read",
            remedy="see the log of the mount",
        )
        for question in self._open.values():
            question.settle(error=error)

    async def _one_life(self) -> None:
        """Start it, talk with it until it ends, and take note of its end."""
        ours, theirs = socket.socketpair()
        try:
            process = await trio.lowlevel.open_process(
                [*self._command, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd=Path(photofs.__file__).parent.parent,
                env=self._environ,
            )
        except BaseException as error:
            ours.close()
            if not isinstance(error, OSError):  # cancelled, such as by Ctrl-C
                raise
            log.error("the fetching process cannot be started: %s", error)  # noqa: TRY400 - no bug
            return
        finally:
            theirs.close()
        self.pid = process.pid
        try:
            await self._talk(trio.SocketStream(trio.socket.from_stdlib_socket(ours)))
        finally:
            self.pid = None
            await _reap(process)
        log.warning("the fetching process ended with status %s", process.returncode)

    async def _talk(self, stream: trio.SocketStream) -> None:
        """Ask what is open, then whatever comes, until the process is gone."""
        outbox = self._outbox = Outbox(stream)
        if self._guard is not None:
            outbox.put(self._guard)
        for question in self._open.values():
            outbox.put(question.ask)
        try:
            async with stream, trio.open_nursery() as nursery:
                nursery.start_soon(outbox.run)
                await self._listen(stream)
                nursery.cancel_scope.cancel()
        finally:
            self._outbox = None

    async def _listen(self, stream: trio.SocketStream) -> None:
        """Take its answers until it is gone, or says what nobody understands: then it must go."""
        try:
            async with aclosing(read_messages(stream)) as messages:
                async for message in messages:
                    self._take(message)
        except Bug as error:
            log.error("the fetching process is started anew: %s", error)  # noqa: TRY400 - told

    def _take(self, message: Message) -> None:
        """An answer."""
        if not isinstance(message, Told | Failed):
            return
        self._answered = True
        question = self._open.get(message.number)
        if question is None:
            return
        if isinstance(message, Told):
            question.settle(arrival=message.arrival())
        else:
            question.settle(error=message.error())


async def _reap(process: trio.Process) -> None:
    """Let it end; kill it if it does not, so that no zombie is left."""
    with trio.CancelScope(shield=True):
        with trio.move_on_after(END_WITHIN):
            await process.wait()
        if process.returncode is None:
            process.kill()
            await process.wait()


@asynccontextmanager
async def open_child_fetching(
    command: Sequence[str] | None = None, environ: Mapping[str, str] | None = None
) -> AsyncIterator[ChildFetching]:
    """A fetching process for the length of the block."""
    fetching = ChildFetching(command or [sys.executable, "-m", "photofs.fetcher"], environ)
    raised: Exception | None = None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(fetching.keep)
        try:
            yield fetching
        except Exception as error:  # noqa: BLE001 - raised again, outside of the nursery's group
            raised = error
        nursery.cancel_scope.cancel()
    if raised is not None:
        raise raised
