"""A stretch of bytes within a file."""

from typing import NamedTuple


class Span(NamedTuple):
    """Bytes `start` up to but not including `stop`; both are offsets from the file's beginning."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """How many bytes the span covers."""
        return self.stop - self.start
