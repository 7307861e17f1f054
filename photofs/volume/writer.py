"""Runs the writing verbs: one after the other, in a thread, so that no reader waits for a disk.

A verb's turn is its transaction, and nothing else: what may take long (to fetch an original, to
bring a file's bytes to the disk) comes before it, outside of all turns, or else one person on a
dead line would stop the verbs of everybody. So whoever did such a thing looks again in his turn:
what was true before may be so no more.

A verb that was begun ends, whoever is cancelled meanwhile: what it wished stands in the journal,
and nobody could tell otherwise.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Protocol, TypeVar

import trio

from photofs.model.spot import Spot
from photofs.volume.wishes import Wishes

R = TypeVar("R")

Around = Callable[[tuple[Spot, ...]], AbstractAsyncContextManager[None]]
"""What surrounds each turn; it is given the names that the verb's asker hears of with the answer.
"""


class Writer:
    """Verbs of one mount. Between two of them the thread belongs to nobody."""

    def __init__(self, wishes: Wishes) -> None:
        """`wishes` has a connection of its own, used from here alone."""
        self._wishes = wishes
        self._turn = trio.CapacityLimiter(1)
        self._around: Around = _nothing

    def surround(self, around: Around) -> None:
        """From now on each turn is taken within this."""
        self._around = around

    async def do(
        self, verb: Callable[[Wishes], R], *asked: Spot, then: Callable[[R], None] | None = None
    ) -> R:
        """What the verb gives, once it is durable; raises what it raises.

        `asked`: the names that it is about. `then` takes note of what it gave, before the next one
        has its turn.
        """
        async with self._around(asked):
            done = await trio.to_thread.run_sync(verb, self._wishes, limiter=self._turn)
            if then is not None:
                then(done)
        return done


def _nothing(_asked: tuple[Spot, ...]) -> AbstractAsyncContextManager[None]:
    """For who shows the volume to no kernel."""
    return nullcontext()


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
