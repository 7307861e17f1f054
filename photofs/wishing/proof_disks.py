"""Asks the disks of mirrors for what they prove, in threads that may be left alone.

A call to a disk that is gone, as of an NFS server that was switched off, comes back when the disk
does, or never, and no signal ends it. So no rule and no errand waits for one: a disk that is silent
for too long proves nothing now, and is not asked again before the call that was left has come back.
"""

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from photofs.mirrors.disk_words import away
from photofs.model.errors import NotAttached
from photofs.model.pieces import asking

PATIENCE: Final = 60.0
"""Seconds without a sign: as long as a run of a mirror waits (agent/mirror_disk.py)."""

LOOK_SECONDS: Final = 0.5
"""Between two looks whether a disk answers."""

T = TypeVar("T")


class ProofDisks:
    """Which mirrors' disks answer, for as long as a process asks them; for any thread."""

    def __init__(self, patience: float = PATIENCE) -> None:
        """Nothing is asked yet. `patience` in seconds."""
        self._patience = patience
        self._lock = threading.Lock()
        self._silent: set[int] = set()

    def ask(
        self,
        mirror_id: int,
        root: str,
        question: Callable[[], T],
        late: Callable[[T], None] | None = None,
    ) -> T:
        """Its answer, waited for here; NotAttached if the disk is silent.

        `late` gets, in its own thread, an answer for which nobody waits any more.
        """
        call = self._begin(mirror_id, root, question, late)
        try:
            call.wait()
        finally:
            self._leave(call)
        return call.answer()

    async def ask_aside(
        self,
        mirror_id: int,
        root: str,
        question: Callable[[], T],
        late: Callable[[T], None] | None = None,
    ) -> T:
        """The same while the loop goes on; whoever is cancelled waits no longer."""
        import trio  # 60 ms, which commands that only list errands need not wait for

        call = self._begin(mirror_id, root, question, late)
        try:
            await trio.to_thread.run_sync(call.wait, abandon_on_cancel=True)
        finally:
            self._leave(call)
        return call.answer()

    def is_silent(self, mirror_id: int) -> bool:
        """Whether a call to that disk was left, and has not come back."""
        with self._lock:
            return mirror_id in self._silent

    def _begin(
        self, mirror_id: int, root: str, question: Callable[[], T], late: Callable[[T], None] | None
    ) -> "_Call[T]":
        trouble = away(f"the disk of the mirror {root} does not answer")
        if self.is_silent(mirror_id):
            raise trouble

        def back() -> None:
            with self._lock:
                self._silent.discard(mirror_id)

        call = _Call(mirror_id, question, late, back, trouble, self._patience)
        threading.Thread(target=call.run, name="proof", daemon=True).start()
        return call

    def _leave(self, call: "_Call[T]") -> None:
        """Nobody waits for it any more; if it has not come back, its disk is silent until then."""
        with self._lock:
            if call.is_left():
                self._silent.add(call.mirror_id)


class _Call(Generic[T]):
    """One question, in a thread of its own that the end of the process does not wait for."""

    def __init__(
        self,
        mirror_id: int,
        question: Callable[[], T],
        late: Callable[[T], None] | None,
        back: Callable[[], None],
        trouble: NotAttached,
        patience: float,
    ) -> None:
        """Not begun. `back` is told that it came back, `late` what it answered, once left."""
        self.mirror_id = mirror_id
        self._question, self._late, self._back = question, late, back
        self._trouble, self._patience = trouble, patience
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._sign = time.monotonic()
        self._left = False
        self._answers: list[T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        """In the thread."""
        try:
            with asking(self._go_on):
                self._answers.append(self._question())
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            self._error = error
        with self._lock:
            self._ended.set()
        if self._left:
            if self._late is not None and self._answers:
                self._late(self._answers[0])
            self._back()

    def wait(self) -> None:
        """Until it has come back, or its disk gave no sign for too long."""
        while not self._ended.wait(LOOK_SECONDS):
            if self._left or time.monotonic() - self._sign > self._patience:
                return

    def is_left(self) -> bool:
        """Leave it alone, unless it has come back."""
        with self._lock:
            self._left = not self._ended.is_set()
        return self._left

    def answer(self) -> T:
        """What came back; its error, NotAttached if nothing did."""
        if self._left:
            raise self._trouble
        if self._error is not None:
            raise self._error
        return self._answers[0]

    def _go_on(self) -> None:
        """Between two pieces: a sign, and the end of what nobody waits for."""
        if self._left:
            raise self._trouble
        self._sign = time.monotonic()
