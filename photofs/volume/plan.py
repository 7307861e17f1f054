"""Which stretch of an original to ask for next. Pure: no I/O, no clock.

Pictures are fetched whole, in one request where possible. Videos are fetched where they are read:
a head, then aligned chunks, and from the second chunk in a row on one open-ended request, which is
read only as far ahead of the reader as the window says (it doubles while the reader keeps pace).
"""

from photofs.model.ranges import Ranges
from photofs.model.span import Span

KIB = 1024
MIB = 1024 * KIB

HEAD = 256 * KIB
"""What a first look at a file needs (EXIF and thumbnail; the kernel's readahead ramps to 240)."""

CHUNK = MIB
"""The least that is asked for away from the head; requests begin at its multiples."""

FIRST_WINDOW = 2 * MIB
LAST_WINDOW = 16 * MIB
"""How far ahead of its reader a video's stream may run."""

RUN = 512 * KIB
"""So many bytes just before the wanted ones mean that the file is read from front to back."""

DETOUR = 8 * MIB
"""A wanted byte so far ahead of a running stream is worth a request of its own."""

ENDLESS = 2**62
"""The stop of a span that reaches to the end of a file of unknown length."""


def next_span(
    wanted: Span | None, arrived: Ranges, size: int | None, *, complete: bool, ranges: bool
) -> Span:
    """The next stretch to ask for; the caller has made sure that something is missing.

    `wanted` is what a reader waits for, None if nobody does. `complete`: the whole original is
    wanted in the end. `ranges`: the source can begin in the middle.
    """
    if not ranges:
        return Span(0, ENDLESS)
    if size is None:
        start = arrived.missing(Span(0, ENDLESS))[0].start
        return Span(start, ENDLESS if complete else start + HEAD)
    first = _first_missing(wanted, arrived, size)
    gap = _gap_around(first, arrived, size)
    if complete:
        return Span(gap.start if first - gap.start <= DETOUR else _down(first), gap.stop)
    if first >= RUN and arrived.has(Span(first - RUN, first)):
        return Span(first, gap.stop)
    least = HEAD if first < HEAD else _down(first) + CHUNK
    stop = max(least, wanted.stop if wanted else 0)
    return Span(max(gap.start, _down(first)), min(stop, gap.stop))


def stays(wanted: Span, arrived: Ranges, position: int, stop: int) -> bool:
    """Whether a stream at `position` that ends at `stop` is the best way to the wanted bytes."""
    missing = arrived.missing(wanted)
    if not missing:
        return True
    first = missing[0].start
    return position <= first <= min(position + DETOUR, stop)


def _first_missing(wanted: Span | None, arrived: Ranges, size: int) -> int:
    """The first byte to get: of the wanted ones, else of all."""
    if wanted is not None:
        missing = arrived.missing(Span(wanted.start, min(wanted.stop, size)))
        if missing:
            return missing[0].start
    missing = arrived.missing(Span(0, size))
    return missing[0].start if missing else size


def _gap_around(offset: int, arrived: Ranges, size: int) -> Span:
    """The whole stretch of missing bytes in which the offset lies."""
    for gap in arrived.missing(Span(0, size)):
        if gap.start <= offset < gap.stop:
            return gap
    return Span(offset, size)


def _down(offset: int) -> int:
    """The beginning of the offset's chunk."""
    return offset - offset % CHUNK


def complement(gaps: list[Span], everything: Span) -> Ranges:
    """What is there, given what is not."""
    arrived = Ranges()
    at = everything.start
    for gap in gaps:
        arrived.add(Span(at, gap.start))
        at = gap.stop
    arrived.add(Span(at, everything.stop))
    return arrived
