"""A disk that may hang: asked in threads of which it may hold only a few, and none for long.

A thread that waits in the kernel cannot be ended. So each disk has threads of its own (those of
`trio.to_thread` are 40 for all of a process), is left alone for a while once it did not answer in
time, and for as long as all its threads hang.
"""

import threading
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

import trio

from photofs.model.errors import NotAttached

PATIENCE: Final = 10.0
"""Seconds for which a mirror's disk may take to open a file, or to read a chunk of one."""

REST: Final = 60.0
"""Seconds for which a disk is left alone that did not answer: so that not each file waits."""

AT_ONCE: Final = 4
"""Threads of one disk; who wants a fifth waits in line, within the same patience."""

T = TypeVar("T")


class UnsureDisk:
    """One disk. Used on the loop alone."""

    def __init__(self, name: str) -> None:
        """`name` for people."""
        self._name = name
        self._limiter = trio.CapacityLimiter(AT_ONCE)
        self._rests_until = float("-inf")
        self._hanging: list[Asking[Any]] = []

    async def ask(self, question: Callable[[], T], drop: Callable[[T], object]) -> T:
        """The answer; NotAttached if none came in time. One that comes late is given to `drop`."""
        self._hanging = [each for each in self._hanging if not each.ended]
        if trio.current_time() < self._rests_until or len(self._hanging) >= AT_ONCE:
            raise self._away()
        asking = Asking(question, drop)
        try:
            with trio.move_on_after(PATIENCE):
                await trio.to_thread.run_sync(
                    asking.run, abandon_on_cancel=True, limiter=self._limiter
                )
                return asking.take()
        finally:
            asking.give_up()
            if asking.hangs:
                self._hanging.append(asking)
        self._rests_until = trio.current_time() + REST
        raise self._away()

    def _away(self) -> NotAttached:
        return NotAttached(
            f"the disk of {self._name} does not answer",
            safe="nothing is concluded from that; the source of the photo is asked instead",
            remedy="look whether the disk, or the NAS, is there",
        )


class Asking(Generic[T]):
    """A question in a thread, that may be given up from without."""

    def __init__(self, question: Callable[[], T], drop: Callable[[T], object]) -> None:
        """Not asked yet."""
        self._question = question
        self._drop = drop
        self._lock = threading.Lock()
        self._answers: list[T] = []
        self._given_up = False
        self._begun = False
        self.ended = False

    @property
    def hangs(self) -> bool:
        """Whether its thread has not come back."""
        return self._begun and not self.ended

    def run(self) -> None:
        """In the thread."""
        with self._lock:
            if self._given_up:
                return
            self._begun = True
        try:
            self._hand_over(self._question())
        finally:
            self.ended = True

    def _hand_over(self, answer: T) -> None:
        with self._lock:
            late = self._given_up
            if not late:
                self._answers.append(answer)
        if late:
            self._drop(answer)

    def take(self) -> T:
        """The answer, after `run`."""
        with self._lock:
            return self._answers.pop()

    def give_up(self) -> None:
        """Nobody waits any more: what came and was not taken, or comes yet, is dropped."""
        with self._lock:
            self._given_up = True
            left = self._answers[:]
            self._answers.clear()
        for answer in left:
            self._drop(answer)
