"""Whether a file of boxes is whole: QuickTime, MP4, HEIC, AVIF, CR3 (ISO 14496-12), JPEG 2000.

All boxes at the top lie within the file, the index (`moov`, `meta`) and the bytes (`mdat`) are both
there, and no chunk of a film begins behind the file's end.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from photofs.metadata.video import ReadAt

CUT: Final = "the file is cut off: its end is missing"
NO_INDEX: Final = "the film has no index: its recording or copying was broken off"
MOST: Final = 100_000
"""Boxes at the top, whatever a file claims; a film in fragments has one every second or so."""

_INDEX: Final = frozenset({b"moov", b"meta", b"moof"})
_BYTES: Final = frozenset({b"mdat", b"idat", b"jp2c", b"jxlc", b"jxlp"})


class Box(NamedTuple):
    """One box: where it begins, where its content does, and where it ends by its own word."""

    name: bytes
    start: int
    content: int
    stop: int


def boxes(read_at: ReadAt, start: int, stop: int) -> Iterator[Box]:
    """The boxes between two offsets; the last one may end behind `stop`."""
    for _ in range(MOST):
        head = read_at(start, 16)
        if start + 8 > stop or len(head) < 8:  # noqa: PLR2004 - length and name
            return
        length, name, header = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            length, header = int.from_bytes(head[8:16], "big"), 16
        if length == 0:
            length = stop - start
        if length < header:
            return
        yield Box(name, start, start + header, start + length)
        start += length


def missing_of_boxes(read_at: ReadAt, size: int) -> str:
    """What is wrong with a film or a picture of boxes, or nothing."""
    found: dict[bytes, Box] = {}
    at = 0
    for box in boxes(read_at, 0, size):
        if not _is_name(box.name):
            break  # something else begins behind the film
        if box.stop > size:
            return CUT
        found.setdefault(box.name, box)
        at = box.stop
    rest = read_at(at, 8)
    if 0 < len(rest) < 8 and rest != bytes(4):  # noqa: PLR2004 - QuickTime may end with a zero
        return CUT
    if not _INDEX & found.keys():
        return NO_INDEX
    if b"moov" in found and not _BYTES & found.keys():
        return CUT
    return CUT if b"moov" in found and _last_chunk(read_at, found[b"moov"]) >= size else ""


def missing_of_jp2(read_at: ReadAt, size: int) -> str:
    """The same for JPEG 2000, whose bytes end with a marker of their own."""
    for box in boxes(read_at, 0, size):
        if box.stop > size:
            return CUT
        if box.name == b"jp2c":
            return "" if read_at(box.stop - 2, 2) == b"\xff\xd9" else CUT
    return CUT


def _is_name(name: bytes) -> bool:
    """Whether these can be a box's name: printable, or Apple's sign before three letters."""
    return all(32 <= each < 127 or each == 0xA9 for each in name)  # noqa: PLR2004 - printable


def _last_chunk(read_at: ReadAt, moov: Box) -> int:
    """Where the last chunk begins of all that the film's tracks name."""
    return max((_chunk(read_at, each) for each in _tables(read_at, moov)), default=-1)


def _tables(read_at: ReadAt, moov: Box) -> Iterator[Box]:
    """The tables of chunks of all tracks."""
    level = [moov]
    for name in (b"trak", b"mdia", b"minf", b"stbl"):
        level = [
            box
            for parent in level
            for box in boxes(read_at, parent.content, parent.stop)
            if box.name == name
        ]
    for parent in level:
        for box in boxes(read_at, parent.content, parent.stop):
            if box.name in {b"stco", b"co64"}:
                yield box


def _chunk(read_at: ReadAt, table: Box) -> int:
    """The highest offset in a table of chunks."""
    width = 4 if table.name == b"stco" else 8
    count = int.from_bytes(read_at(table.content + 4, 4), "big")
    raw = read_at(table.content + 8, min(count * width, table.stop - table.content - 8))
    return max(
        (int.from_bytes(raw[at : at + width], "big") for at in range(0, len(raw), width)),
        default=-1,
    )
