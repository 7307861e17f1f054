"""How pyfuse3 waits for the next request: at first without trio, for that is most of the price.

pyfuse3's tasks hand a trio.Lock to each other and wait in epoll for every request, which costs two
rounds of trio's scheduler: of 40 us of CPU a request, profiles showed 30 there. Here the task that
has just answered looks for the next request itself, waits `PATIENCE` for it, and goes back to
trio's scheduler when none has come, at the latest after `ROUND`. If a handler waits (for bytes from
the network, say), the scheduler runs, and with it the next task, which takes over.

pyfuse3 finds trio under the name `pyfuse3.trio`, which may be replaced (its own asyncio mode does).
"""

import select
import time
from types import SimpleNamespace

import pyfuse3
import trio

PATIENCE = 50e-6
"""Seconds to wait for a request that follows at once. Nothing else runs meanwhile; asleep, though:
a program that reads or lists sends its next request some 10 us after an answer."""

ROUND = 1e-3
"""Seconds after which all other tasks get their turn, however many requests there are."""

SELECTABLE = 1024
"""The descriptors that select takes are below this."""


class Turn:
    """Whose turn it is to read a request: a lock that its last holder gets again without waiting.

    Whoever waits for it is woken when it is let go of, but runs only once the scheduler does: not
    before the holder has to wait for something.
    """

    def __init__(self) -> None:
        """Free."""
        self._held = False
        self._others = trio.lowlevel.ParkingLot()
        self._round_ends = 0.0

    async def __aenter__(self) -> None:
        """Take it; waits only while another holds it."""
        waited = False
        while self._held:
            waited = True
            await self._others.park()
        self._held = True
        if waited:  # the one before waits for something: let the scheduler run at once
            self._round_ends = 0.0

    async def __aexit__(self, *_: object) -> None:
        """Let go of it."""
        self._held = False
        if self._others:
            self._others.unpark()

    async def wait_readable(self, fd: int) -> None:
        """Until there is a request; only the holder asks."""
        in_round = fd < SELECTABLE and time.perf_counter() < self._round_ends
        if in_round and select.select((fd,), (), (), PATIENCE)[0]:
            return
        await trio.lowlevel.wait_readable(fd)
        self._round_ends = time.perf_counter() + ROUND


def trio_for_pyfuse3() -> SimpleNamespace:
    """All that pyfuse3 asks of trio, with our way of waiting."""
    turn = Turn()
    lowlevel = SimpleNamespace(
        current_task=trio.lowlevel.current_task,
        current_trio_token=trio.lowlevel.current_trio_token,
        notify_closing=trio.lowlevel.notify_closing,
        wait_readable=turn.wait_readable,
    )
    return SimpleNamespace(
        Lock=lambda: turn,
        ClosedResourceError=trio.ClosedResourceError,
        open_nursery=trio.open_nursery,
        lowlevel=lowlevel,
    )


def install() -> None:
    """Have pyfuse3 wait in our way from its next `init` on."""
    vars(pyfuse3)["trio"] = trio_for_pyfuse3()
