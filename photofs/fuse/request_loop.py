"""How pyfuse3 waits for the next request: at first without trio, for that is most of the price.

pyfuse3's tasks hand a trio.Lock to each other and wait in epoll for every request, which costs two
rounds of trio's scheduler: of 40 us of CPU a request, profiles showed 30 there. Here the task that
has just answered looks for the next request itself, and goes back to trio's scheduler when none has
come for a while, at the latest after `ROUND`. If a handler waits (for bytes from the network, say),
the scheduler runs, and with it the next task, which takes over.

A program that reads or lists sends its next request some 10 us after an answer, and until then the
kernel digests what it was given: time for what can be prepared (`Pace.ahead`).

pyfuse3 finds trio under the name `pyfuse3.trio`, which may be replaced (its own asyncio mode does).
"""

import logging
import os
import select
import time
from collections.abc import Awaitable, Callable, Generator
from types import SimpleNamespace
from typing import Self, cast

import pyfuse3
import trio

log = logging.getLogger(__name__)

AWAKE = 30e-6
"""Seconds to look for the next request without sleeping: to fall asleep and be woken costs more
than a small read. Other programs on this processor go first (sched_yield)."""

PATIENCE = 500e-6
"""Seconds to wait for it asleep. Nothing else runs meanwhile."""

PATIENCE_OF_MANY = 50e-6
"""The same while a handler waits for something that the scheduler must notice."""

ROUND = 1e-3
"""Seconds after which all other tasks get their turn, however many requests there are."""

SELECTABLE = 1024
"""The descriptors that select takes are below this."""


class Pace:
    """What handlers tell the loop: that one of them waits, and what can be done ahead."""

    def __init__(self) -> None:
        """Nobody waits, nothing is to do."""
        self.waiting = 0
        self._ahead: Callable[[], bool] | None = None

    def others_first(self) -> Self:
        """A context for what may wait for the network or another process."""
        return self

    def __enter__(self) -> None:
        """It may wait from now on."""
        self.waiting += 1

    def __exit__(self, *_: object) -> None:
        """It waits no more."""
        self.waiting -= 1

    def ahead(self, step: Callable[[], bool]) -> None:
        """Once the answer is out, and while no request is there, do this until it gives False.

        A step must be short (others wait for it). Only the last counts.
        """
        self._ahead = step

    def step_ahead(self) -> bool:
        """Do one step, if there is any to do; False if not. One that fails is the last."""
        if self._ahead is None:
            return False
        try:
            more = self._ahead()
        except Exception:
            log.exception("what was to be done ahead met what nobody foresaw; the mount lives on")
            more = False
        if not more:
            self._ahead = None
        return True


class Done:
    """Awaited at no price: a coroutine that never waits takes twice the time."""

    def __await__(self) -> Generator[None, None, None]:
        """Nothing to wait for."""
        return NOTHING


NOTHING = cast("Generator[None, None, None]", iter(()))
"""Ended already, and so for everybody; a generator costs what is to be saved."""

DONE = Done()


class Turn:
    """Whose turn it is to read a request: a lock that its last holder gets again without waiting.

    Whoever waits for it is woken when it is let go of, but runs only once the scheduler does: not
    before the holder has to wait for something.
    """

    def __init__(self, pace: Pace | None = None) -> None:
        """Free."""
        self._pace = pace or Pace()
        self._held = False
        self._others = trio.lowlevel.ParkingLot()
        self._round_ends = 0.0
        self._door = -1
        self._look: Callable[[int], list[tuple[int, int]]] = select.poll().poll

    def __aenter__(self) -> Awaitable[None]:
        """Take it; waits only while another holds it."""
        if self._held:
            return self._take_after_others()
        self._held = True
        return DONE

    def __aexit__(self, *_: object) -> Awaitable[None]:
        """Let go of it."""
        self._held = False
        if self._others:
            self._others.unpark()
        return DONE

    async def _take_after_others(self) -> None:
        """The one before waits for something: let the scheduler run at once."""
        while self._held:
            await self._others.park()
        self._held = True
        self._round_ends = 0.0

    async def wait_readable(self, fd: int) -> None:
        """Until there is a request; only the holder asks."""
        if fd != self._door:
            self._open_door(fd)
        here = bool(self._look(0)) or self._work_ahead()
        if time.perf_counter() < self._round_ends and (here or self._follows(fd)):
            return
        await trio.lowlevel.wait_readable(fd)
        self._round_ends = time.perf_counter() + ROUND

    def _open_door(self, fd: int) -> None:
        """Look at this descriptor from now on."""
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        self._door, self._look = fd, poll.poll

    def _work_ahead(self) -> bool:
        """Do what can be done before the next request; whether it is here."""
        while self._pace.step_ahead():
            if self._look(0):
                return True
        return False

    def _follows(self, fd: int) -> bool:
        """Whether a request comes soon."""
        until = time.perf_counter() + AWAKE
        while time.perf_counter() < until:
            os.sched_yield()
            if self._look(0):
                return True
        patience = PATIENCE_OF_MANY if self._pace.waiting else PATIENCE
        return fd < SELECTABLE and bool(select.select((fd,), (), (), patience)[0])


def trio_for_pyfuse3(pace: Pace) -> SimpleNamespace:
    """All that pyfuse3 asks of trio, with our way of waiting."""
    turn = Turn(pace)
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


def install(pace: Pace) -> None:
    """Have pyfuse3 wait in our way from its next `init` on."""
    vars(pyfuse3)["trio"] = trio_for_pyfuse3(pace)
