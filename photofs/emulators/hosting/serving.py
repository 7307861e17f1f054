"""Opening an emulated service on loopback, in this event loop or in a thread of its own."""

import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Protocol, TypeVar

import trio

LOOPBACK = "127.0.0.1"


class Converses(Protocol):
    """A service that can be opened."""

    async def converse(self, stream: trio.SocketStream) -> None:
        """Serve one connection."""
        ...


S = TypeVar("S", bound=Converses)


@asynccontextmanager
async def serve(opened: Callable[[str], S], port: int) -> AsyncIterator[S]:
    """What `opened` makes of the address it listens at, until the block ends; 0 = a free port."""
    listeners = await trio.open_tcp_listeners(port, host=LOOPBACK)
    service = opened(f"http://{LOOPBACK}:{listeners[0].socket.getsockname()[1]}")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, service.converse, listeners)
        problem: Exception | None = None
        try:
            yield service
        except Exception as error:  # noqa: BLE001 - raised again below, not within a group
            problem = error
        finally:
            nursery.cancel_scope.cancel()
    if problem is not None:
        raise problem


@contextmanager
def in_thread(serving: AbstractAsyncContextManager[S], name: str) -> Iterator[S]:
    """What is served, in a thread; OSError if it cannot listen."""
    ready = threading.Event()
    running: list[tuple[S, trio.CancelScope, trio.lowlevel.TrioToken]] = []
    problems: list[OSError] = []

    async def run() -> None:
        async with serving as service:
            with trio.CancelScope() as scope:
                running.append((service, scope, trio.lowlevel.current_trio_token()))
                ready.set()
                await trio.sleep_forever()

    def main() -> None:
        try:
            trio.run(run)
        except OSError as problem:
            problems.append(problem)
        finally:
            ready.set()

    thread = threading.Thread(target=main, name=name)
    thread.start()
    ready.wait()
    if not running:
        thread.join()
        raise OSError(f"the {name} could not listen") from problems[0]
    service, scope, token = running[0]
    try:
        yield service
    finally:
        trio.from_thread.run_sync(scope.cancel, trio_token=token)
        thread.join()


async def deserted(scope: trio.CancelScope) -> None:
    """End with whoever holds the other end of stdin, even if that one is killed."""
    async with trio.lowlevel.FdStream(os.dup(sys.stdin.fileno())) as stdin:
        while await stdin.receive_some():
            pass
    scope.cancel()
