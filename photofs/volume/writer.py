"""Runs the writing verbs: one after the other, in a thread, so that no reader waits for a disk.

A verb that was begun ends, whoever is cancelled meanwhile: what it wished stands in the journal,
and nobody could tell otherwise.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

import trio

from photofs.volume.wishes import Wishes

R = TypeVar("R")


class Writer:
    """Verbs of one mount. Between two of them the thread belongs to nobody."""

    def __init__(self, wishes: Wishes) -> None:
        """`wishes` has a connection of its own, used from here alone."""
        self._wishes = wishes
        self._turn = trio.CapacityLimiter(1)

    async def do(self, verb: Callable[[Wishes], R]) -> R:
        """What the verb gives, once it is durable; raises what it raises."""
        return await trio.to_thread.run_sync(verb, self._wishes, limiter=self._turn)


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
