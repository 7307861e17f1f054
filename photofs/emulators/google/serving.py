"""Opening the emulated Google on loopback, in this event loop or in a thread of its own."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from photofs.emulators.google.account import Account
from photofs.emulators.google.emulator import Emulator
from photofs.emulators.google.habits import Habits
from photofs.emulators.hosting.faults import Faults
from photofs.emulators.hosting.serving import in_thread, serve


@asynccontextmanager
async def serve_google(
    account: Account,
    *,
    faults: Faults | None = None,
    habits: Habits | None = None,
    port: int = 0,
) -> AsyncIterator[Emulator]:
    """Serve `account` on loopback until the block ends; a free port if `port` is 0."""

    def opened(url: str) -> Emulator:
        return Emulator(account, url, faults or Faults(), habits or Habits())

    async with serve(opened, port) as emulator:
        yield emulator


@contextmanager
def google_in_thread(
    account: Account,
    *,
    faults: Faults | None = None,
    habits: Habits | None = None,
    port: int = 0,
) -> Iterator[Emulator]:
    """The same, in a thread with an event loop of its own, for callers that have none."""
    serving = serve_google(account, faults=faults, habits=habits, port=port)
    with in_thread(serving, "emulated Google") as emulator:
        yield emulator
