"""Which bytes of a file are there: a set of offsets, kept as sorted spans.

As text it is one line a span, `START STOP` in decimal, in order; the empty set is the empty text.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from photofs.model.errors import Corrupt
from photofs.model.span import Span

_LINE = re.compile("([0-9]{1,19}) ([0-9]{1,19})")  # 19 digits hold any 64-bit offset


class Ranges:
    """A growing set of bytes; spans that touch or overlap become one.

    A file that arrives from front to back is one span, so all questions cost a few bisections.
    """

    __slots__ = ("_starts", "_stops")

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        """Begin with these spans, in any order."""
        self._starts: list[int] = []
        self._stops: list[int] = []
        for span in spans:
            self.add(span)

    def add(self, span: Span) -> None:
        """All bytes of the span are there now; an empty span adds nothing."""
        start, stop = span
        if start >= stop:
            return
        first = bisect_left(self._stops, start)
        last = bisect_right(self._starts, stop)
        if first < last:
            start = min(start, self._starts[first])
            stop = max(stop, self._stops[last - 1])
        self._starts[first:last] = [start]
        self._stops[first:last] = [stop]

    def has(self, span: Span) -> bool:
        """Whether all bytes of the span are there; of an empty span, always."""
        start, stop = span
        if start >= stop:
            return True
        at = bisect_right(self._starts, start) - 1
        return at >= 0 and self._stops[at] >= stop

    def missing(self, span: Span) -> list[Span]:
        """The stretches of the span that are not there, in order."""
        gaps = []
        at, stop = span
        for index in range(bisect_right(self._stops, at), len(self._starts)):
            if self._starts[index] >= stop:
                break
            if self._starts[index] > at:
                gaps.append(Span(at, self._starts[index]))
            at = self._stops[index]
        if at < stop:
            gaps.append(Span(at, stop))
        return gaps

    def whole(self, size: int) -> bool:
        """Whether a file of that many bytes is all there."""
        return self.has(Span(0, size))

    def copy(self) -> "Ranges":
        """An equal set that grows on its own."""
        twin = Ranges()
        twin._starts, twin._stops = self._starts.copy(), self._stops.copy()
        return twin

    @property
    def total(self) -> int:
        """How many bytes are there."""
        return sum(self._stops) - sum(self._starts)

    @property
    def stop(self) -> int:
        """The offset after the last byte that is there; 0 if none is."""
        return self._stops[-1] if self._stops else 0

    def __iter__(self) -> Iterator[Span]:
        """The spans in order; no two of them touch."""
        return map(Span, self._starts, self._stops)

    def __bool__(self) -> bool:
        return bool(self._starts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ranges):
            return NotImplemented
        return self._starts == other._starts and self._stops == other._stops

    __hash__ = None  # type: ignore[assignment]  # it changes, so it can be no key

    def __repr__(self) -> str:
        return f"Ranges({list(self)})"

    def to_text(self) -> str:
        """The spans as text."""
        return "".join(f"{start} {stop}\n" for start, stop in self)

    @staticmethod
    def from_text(text: str) -> "Ranges":
        """The set that `to_text` told; Corrupt if the text cannot be such."""
        return Ranges(_span(line) for line in text.splitlines())


def _span(line: str) -> Span:
    """One line of the text."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise Corrupt(f"{line[:60]!r} is not a range of bytes")
    span = Span(int(match[1]), int(match[2]))
    if span.start >= span.stop:
        raise Corrupt(f"{line!r} is not a range of bytes: it ends before it begins")
    return span
