"""Before a mount goes: wait for what is on its way to a service, and say what that is."""

import sys
import time
from collections.abc import Callable

from photofs.assembly import House
from photofs.catalog.journal import OperationRow
from photofs.catalog.sqlite import Catalog
from photofs.catalog.under_way import UnderWay
from photofs.cli.house import home_environ
from photofs.cli.open_work import OpenWork, agent_works, open_work, work_words
from photofs.kernel.mount_notes import Mount
from photofs.model.errors import NotFound
from photofs.model.operation import State

LOOK_EVERY = 0.25
"""Seconds between two looks at the catalog."""

STANDSTILL = 60.0
"""Seconds without any change, or byte that goes out, after which nobody is kept waiting."""

_UNDER_WAY = frozenset({State.CLAIMED, State.SENT})


def await_uploads(mount: Mount, *, wanted: bool) -> OpenWork | None:
    """Wait until nothing is on its way, or Ctrl-C; what is left then, None if nothing is."""
    house = House(home_environ(mount.home))
    try:
        with house.catalog(read_only=True) as catalog:
            if wanted and agent_works(house):
                _wait(house, catalog)
            left = open_work(catalog)
    except NotFound:
        return None
    if not left.going_on:
        return None
    print(
        f"left to the next start: {work_words(left)}; all of it is safe on this disk",
        file=sys.stderr,
    )
    return left


def _wait(house: House, catalog: Catalog) -> None:
    """Until nothing moves any more; says what it waits for whenever that has changed."""
    said, standstill = None, Standstill()
    under_way = UnderWay(house.paths.under_way)
    try:
        while moves(catalog) and agent_works(house):
            work = open_work(catalog)
            if work != said:
                print(f"waiting for {work_words(work)}; Ctrl-C leaves them", file=sys.stderr)
                said = work
            if standstill.lasts((work, under_way.sent())):
                return
            time.sleep(LOOK_EVERY)
    except KeyboardInterrupt:
        return


class Standstill:
    """Whether nothing has changed for long."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` tells seconds."""
        self._clock = clock
        self._last: object = None
        self._since = clock()

    def lasts(self, now: object) -> bool:
        """Whether what is so now has been so for STANDSTILL seconds."""
        if now != self._last:
            self._last, self._since = now, self._clock()
        return self._clock() - self._since > STANDSTILL


def moves(catalog: Catalog) -> bool:
    """Whether anything is being looked at or sent, or is about to be.

    What is within its grace, held, or paused because the service refused it, waits without us.
    """
    if open_work(catalog).looking:
        return True
    now = time.time_ns()
    last = 0
    while rows := catalog.open_page(last):
        if any(_is_next(row, now) for row in rows):
            return True
        last = rows[-1].operation_id
    return False


def _is_next(row: OperationRow, now_ns: int) -> bool:
    due = row.wish.not_before_ns <= now_ns
    if row.wish.source is None:  # nothing is sent for it
        return False
    return row.state in _UNDER_WAY or (row.state is State.PLANNED and due)
