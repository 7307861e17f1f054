"""Runs the writing verbs: one after the other, in a thread, so that no reader waits for a disk.

A verb's turn is its transaction, and nothing else: what may take long (to fetch an original, to
bring a file's bytes to the disk) comes before it, outside of all turns, or else one person on a
dead line would stop the verbs of everybody. So whoever did such a thing looks again in his turn:
what was true before may be so no more.

A verb that was begun ends, whoever is cancelled meanwhile: what it wished stands in the journal,
and nobody could tell otherwise.
"""

import threading
import weakref
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar

import trio

from photofs.model.spot import Spot
from photofs.volume.wishes import Wishes

R = TypeVar("R")

Around = Callable[[tuple[Spot, ...], int], AbstractAsyncContextManager[None]]
"""What surrounds each turn. It is given what the verb's asker hears of with the answer: the names
that it is about, and an inode (0: none), of which the answer tells the attributes."""


class Writer:
    """Verbs of one mount. Between two of them the thread belongs to nobody.

    It has a thread of its own: trio's need twice the processor time to hand a verb over and its
    outcome back (57 us against 27, on a loaded machine), which is a tenth of an `ln`.
    """

    def __init__(self, wishes: Wishes) -> None:
        """`wishes` has a connection of its own, used from here alone."""
        self._wishes = wishes
        self._turn = trio.Lock()
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(
            target=_work, args=(self._jobs,), name="writing verbs", daemon=True
        )
        weakref.finalize(self, self._jobs.put, None)
        self._around: Around = _nothing

    def surround(self, around: Around) -> None:
        """From now on each turn is taken within this."""
        self._around = around

    async def do(
        self,
        verb: Callable[[Wishes], R],
        *asked: Spot,
        told: int = 0,
        then: Callable[[R], None] | None = None,
    ) -> R:
        """What the verb gives, once it is durable; raises what it raises.

        `asked` and `told`: see Around. `then` takes note of what it gave, before the next one has
        its turn.
        """
        async with self._around(asked, told), self._turn:
            done = await self._in_thread(verb)
            if then is not None:
                then(done)
        return done

    async def _in_thread(self, verb: Callable[[Wishes], R]) -> R:
        if not self._thread.is_alive():
            self._thread.start()
        job = _Job(verb, self._wishes)
        self._jobs.put(job.run)
        return await job.ended()


def _nothing(_asked: tuple[Spot, ...], _told: int) -> AbstractAsyncContextManager[None]:
    """For who shows the volume to no kernel."""
    return nullcontext()


class _Job(Generic[R]):
    """One verb on its way to the thread and back; made and awaited in a task."""

    def __init__(self, verb: Callable[[Wishes], R], wishes: Wishes) -> None:
        self._verb, self._wishes = verb, wishes
        self._task = trio.lowlevel.current_task()
        self._token = trio.lowlevel.current_trio_token()
        self._given: list[R] = []
        self._raised: BaseException | None = None

    def run(self) -> None:
        """In the thread."""
        try:
            self._given.append(self._verb(self._wishes))
        except BaseException as error:  # noqa: BLE001 - raised again in the task
            self._raised = error
        with suppress(trio.RunFinishedError):  # nobody waits any more
            self._token.run_sync_soon(trio.lowlevel.reschedule, self._task)

    async def ended(self) -> R:
        """In the task."""
        await trio.lowlevel.wait_task_rescheduled(lambda _: trio.lowlevel.Abort.FAILED)
        if self._raised is not None:
            raise self._raised
        return self._given[0]


def _work(jobs: "SimpleQueue[Callable[[], None] | None]") -> None:
    """One after the other, until the writer is no more."""
    while (job := jobs.get()) is not None:
        job()
        del job


class Disk(Protocol):
    """The store's files that programs write; photofs.originals.written.WrittenFiles keeps it."""

    def open_for_writing(self, draft: str, *, fresh: bool = False) -> int:
        """A descriptor to read and write with; Busy while the file is being sealed."""
        ...

    def open_for_reading(self, draft: str) -> int | None:
        """A descriptor to read with; None if the file is not there."""
        ...

    def open_again(self, fd: int) -> int | None:
        """A descriptor to write with to an open file; None if it was sealed meanwhile."""
        ...

    def sync(self, fd: int, *, name_too: bool) -> None:
        """Bring the bytes to the disk, and the name if it is new."""
        ...

    def fill(self, draft: str, sha256: str) -> None:
        """Make the draft's file a copy of a sealed original."""
        ...


class Store(Protocol):
    """What writing asks of the store of originals."""

    @property
    def written(self) -> Disk:
        """Files that programs write."""
        ...

    def keep(self, sha256: str) -> None:
        """Move a sealed original to where nothing is evicted."""
        ...
