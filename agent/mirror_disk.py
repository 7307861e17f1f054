"""The threads that ask a mirror's disk, and whether it answers; one mirror at a time is worked on.

A call to a disk that is gone, as of an NFS server that was switched off, comes back when the disk
does, or never. It is waited for by the work on that mirror alone, which holds its lock and its open
folder for as long: a thread that is left alone would find its descriptors to be another file's. The
other mirrors, whose turn it is, do not wait.
"""

import logging
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar, TypeVarTuple, Unpack

import trio

from agent.ending import thread_may_go_on
from photofs.mirrors.disk_words import away
from photofs.mirrors.folder import LocalMirror
from photofs.model.errors import NotAttached
from photofs.model.pieces import asking

log = logging.getLogger(__name__)

AT_ONCE: Final = 8
"""Threads of one mirror's disk: those of `trio.to_thread` are 40 for all of a process."""

PATIENCE: Final = 60.0
"""Seconds for one call: what is synced at a time (mirrors/writing.py) takes a slow stick ten."""

LOOK_SECONDS: Final = 1.0
"""Between two looks whether a disk answers."""

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Disk:
    """A mirror's disk, as one run or verifying asks it. Used on the loop, but for `go_on`."""

    def __init__(self, root: str, patience: float = PATIENCE) -> None:
        """Nothing is asked yet. `root` for people; `patience` in seconds."""
        self._root = root
        self._patience = patience
        self._limiter = trio.CapacityLimiter(AT_ONCE)
        self._signs: dict[int, float] = {}
        self.trouble: NotAttached | None = None

    async def ask(self, question: Callable[[Unpack[Ts]], T], *about: *Ts) -> T:
        """Its answer, from a thread; NotAttached once it was given up, though it be back."""

        def run() -> T:
            try:
                self.go_on()
                with asking(self.go_on):
                    return question(*about)
            finally:
                self._signs.pop(threading.get_ident(), None)

        answer = await trio.to_thread.run_sync(run, limiter=self._limiter)
        if self.trouble is not None:
            if isinstance(answer, LocalMirror):
                answer.close()
            raise self.trouble
        return answer

    def go_on(self) -> None:
        """In a thread: a piece is done, and the next one comes; Cancelled if it is to end."""
        thread_may_go_on()
        self._signs[threading.get_ident()] = time.monotonic()

    def is_silent(self) -> bool:
        """Whether a call has not come back for too long; whatever comes later ends the work."""
        oldest = min(list(self._signs.values()), default=None)
        if oldest is not None and time.monotonic() - oldest > self._patience:
            self.trouble = away(f"the disk of the mirror {self._root} does not answer")
        return self.trouble is not None


class Turns:
    """Work on mirrors, one after the other; one whose disk does not answer loses its turn."""

    def __init__(self, nursery: trio.Nursery, patience: float = PATIENCE) -> None:
        """`nursery` holds the work that is waited for no more."""
        self._nursery = nursery
        self._patience = patience
        self._at_work: set[int] = set()

    def is_at_work(self, mirror_id: int) -> bool:
        """Whether a former turn of that mirror has not ended."""
        return mirror_id in self._at_work

    async def take(
        self, mirror_id: int, root: str, work: Callable[[Disk], Awaitable[None]]
    ) -> NotAttached | None:
        """Do it; returns once it is done, or with the trouble once its disk does not answer."""
        disk = Disk(root, self._patience)
        done = trio.Event()

        async def run() -> None:
            try:
                await work(disk)
            finally:
                self._at_work.discard(mirror_id)
                done.set()

        self._at_work.add(mirror_id)
        self._nursery.start_soon(run)
        while not done.is_set():
            with trio.move_on_after(LOOK_SECONDS):
                await done.wait()
            if not done.is_set() and disk.is_silent():
                log.warning("%s", disk.trouble)
                return disk.trouble
        return None
