"""Other bytes in place of the head of a file, the rest of which is shown or sent as it is."""

from collections.abc import Callable
from typing import NamedTuple

from photofs.model.capture_time import TakenFact
from photofs.model.photo import Position


class Splice(NamedTuple):
    """What stands in place of a file's first `skip` bytes."""

    head: bytes
    skip: int

    @property
    def grows(self) -> int:
        """By how many bytes the whole is longer than the file; below 0: shorter."""
        return len(self.head) - self.skip


AS_IT_IS = Splice(b"", 0)


class Stamp(NamedTuple):
    """What is to be written into a picture's EXIF; None: nothing of that kind."""

    taken: TakenFact | None = None
    position: Position | None = None
    description: str | None = None


StampHead = Callable[[bytes, Stamp], Splice]
"""The beginning of a picture with that in it, by the file's first bytes."""
