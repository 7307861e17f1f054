"""Opening the emulated service on loopback, in this event loop or in a thread of its own."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import trio

from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.habits import Habits
from photofs.emulators.hosting.faults import Faults

LOOPBACK = "127.0.0.1"


@asynccontextmanager
async def serve_flickr(
    account: Account,
    *,
    faults: Faults | None = None,
    habits: Habits | None = None,
    port: int = 0,
) -> AsyncIterator[Emulator]:
    """Serve `account` on loopback until the block ends; a free port if `port` is 0."""
    listeners = await trio.open_tcp_listeners(port, host=LOOPBACK)
    address = f"http://{LOOPBACK}:{listeners[0].socket.getsockname()[1]}"
    emulator = Emulator(account, address, faults or Faults(), habits or Habits())
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, emulator.converse, listeners)
        problem: Exception | None = None
        try:
            yield emulator
        except Exception as error:  # noqa: BLE001 - raised again below, not within a group
            problem = error
        finally:
            nursery.cancel_scope.cancel()
    if problem is not None:
        raise problem


@contextmanager
def flickr_in_thread(
    account: Account,
    *,
    faults: Faults | None = None,
    habits: Habits | None = None,
    port: int = 0,
) -> Iterator[Emulator]:
    """The same, in a thread with an event loop of its own, for callers that have none."""
    ready = threading.Event()
    running: list[tuple[Emulator, trio.CancelScope, trio.lowlevel.TrioToken]] = []

    async def run() -> None:
        async with serve_flickr(account, faults=faults, habits=habits, port=port) as emulator:
            with trio.CancelScope() as scope:
                running.append((emulator, scope, trio.lowlevel.current_trio_token()))
                ready.set()
                await trio.sleep_forever()

    problems: list[OSError] = []

    def main() -> None:
        try:
            trio.run(run)
        except OSError as problem:
            problems.append(problem)
        finally:
            ready.set()

    thread = threading.Thread(target=main, name="emulated Flickr")
    thread.start()
    ready.wait()
    if not running:
        thread.join()
        raise OSError(f"the emulated Flickr could not listen on port {port}") from problems[0]
    emulator, scope, token = running[0]
    try:
        yield emulator
    finally:
        trio.from_thread.run_sync(scope.cancel, trio_token=token)
        thread.join()
