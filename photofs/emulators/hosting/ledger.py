"""What was asked and what was sent: the counters that tests look at."""

from collections import Counter, deque
from collections.abc import Callable
from enum import Enum, auto
from typing import NamedTuple


class FileKind(Enum):
    """What a request for a photo's bytes is for: all there is of it, or a small picture."""

    ORIGINAL = auto()
    RENDITION = auto()


class Call(NamedTuple):
    """One request and how it was answered (`status` 0: not at all)."""

    name: str
    verb: str
    path: str
    arguments: dict[str, str]
    status: int


class Ledger:
    """Counts by name (API method or kind of path), the last 100,000 calls, and bytes by path.

    `files` counts requests for photos' bytes, by what they were for.

    Bytes count as served once they are handed to the connection; each answer has its own span.
    """

    def __init__(self) -> None:
        """Begin at nothing."""
        self.calls: Counter[str] = Counter()
        self.files: Counter[FileKind] = Counter()
        self.history: deque[Call] = deque(maxlen=100_000)
        self.served: dict[str, list[tuple[int, int]]] = {}

    def note_file(self, kind: FileKind | None) -> None:
        """Count a request for a photo's bytes, whatever it is answered with; None: for others."""
        if kind is not None:
            self.files[kind] += 1

    def note_call(self, call: Call) -> None:
        """Count one request."""
        self.calls[call.name] += 1
        self.history.append(call)

    def serve(self, path: str, start: int) -> Callable[[int], None]:
        """An answer begins to send a file at `start`; tell the result how far it got."""
        spans = self.served.setdefault(path, [])
        place = len(spans)
        spans.append((start, start))

        def reached(stop: int) -> None:
            spans[place] = (start, stop)

        return reached

    def bytes_served(self, path: str) -> int:
        """How many bytes of a file were sent, repeats counted."""
        return sum(stop - start for start, stop in self.served.get(path, ()))

    def bytes_repeated(self, path: str) -> int:
        """How many of them had been sent before."""
        return self.bytes_served(path) - self.bytes_distinct(path)

    def bytes_distinct(self, path: str) -> int:
        """How many different bytes of a file were sent."""
        total, reached = 0, 0
        for start, stop in sorted(self.served.get(path, ())):
            total += max(0, stop - max(start, reached))
            reached = max(reached, stop)
        return total

    def clear(self) -> None:
        """Begin anew."""
        self.calls.clear()
        self.files.clear()
        self.history.clear()
        self.served.clear()
