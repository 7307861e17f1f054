"""Changes of the catalog that several lanes make in the same moment, in one transaction.

Photos are made fifty at a time (docs/decisions/0016), so that fifty lanes have an outcome to note
at once: each commit waits for the disk, and the loop with it.
"""

import copy
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import trio

from agent.outbox import AT_A_TIME, parts_of
from photofs.model.errors import Bug, Busy

STILL = 3
"""Turns of the loop without another change, after which those that are there are made: whoever
waits for the same answer comes one a turn."""


class _Change:
    """One of them, until it is made."""

    def __init__(self, step: Callable[[], None]) -> None:
        self.step = step
        self.over = trio.Event()
        self.made = False
        self.error: Exception = Bug("a change was given up before it was made")


class JointChanges:
    """For one catalog."""

    def __init__(self, change: Callable[[], AbstractContextManager[None]]) -> None:
        """`change` is a transaction, all or nothing."""
        self._change = change
        self._waiting: list[_Change] = []
        self._gathering = False

    async def make(self, step: Callable[[], None]) -> None:
        """Have this done within a transaction, which is durable on return; raises what it raised.

        One that fails is undone, and spoils none of the others: then each is made by itself, so
        that a step may be done twice. Nobody who is cancelled leaves before it is made.
        """
        mine = _Change(step)
        self._waiting.append(mine)
        with trio.CancelScope(shield=True):
            if self._gathering:
                await mine.over.wait()
            else:
                await self._lead()
        if not mine.made:
            raise copy.copy(mine.error) from mine.error

    async def _lead(self) -> None:
        """Wait for those that come in the same moment, and make them all."""
        self._gathering = True
        try:
            still, here = 0, 0
            while still < STILL and here < AT_A_TIME:
                await trio.lowlevel.checkpoint()
                still = still + 1 if len(self._waiting) == here else 0
                here = len(self._waiting)
            self._make_all(self._waiting)
        finally:
            self._gathering = False
            some, self._waiting = self._waiting, []
            for each in some:
                each.over.set()

    def _make_all(self, some: Sequence[_Change]) -> None:
        for part in parts_of(some):
            try:
                self._make(part)
            except Busy as error:  # the next one would wait as long
                for each in part:
                    each.error = error
            except Exception:  # noqa: BLE001 - whose it is, and what it is, shows by itself
                for each in part:
                    self._make_alone(each)

    def _make_alone(self, one: _Change) -> None:
        try:
            self._make([one])
        except Exception as error:  # noqa: BLE001 - raised where it was asked for
            one.error = error

    def _make(self, some: Sequence[_Change]) -> None:
        with self._change():
            for each in some:
                each.step()
        for each in some:
            each.made = True
