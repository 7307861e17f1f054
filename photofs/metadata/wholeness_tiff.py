"""Whether a TIFF, or a raw file that is one inside, is whole: all that it points to is in it.

Directories, their fields' values, strips, tiles and embedded JPEGs. Also the index of the pictures
that stand behind a JPEG (CIPA DC-007), which is a TIFF of its own.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from photofs.metadata.tiff import open_tiff
from photofs.metadata.video import ReadAt

CUT: Final = "the file is cut off: its end is missing"
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_EXTENTS: Final = ((0x0111, 0x0117), (0x0144, 0x0145), (0x0201, 0x0202))
"""Tags of offsets and of lengths: strips, tiles, the old kind of thumbnail."""
_BELOW: Final = (0x014A, 0x8769, 0x8825, 0xA005)
"""Tags that lead to more directories."""
_MPF_ENTRIES: Final = 0xB002
_MOST: Final = 200
"""Directories, whatever a file claims."""
_NOWHERE: Final = 0xFFFF_FFFF
"""Panasonic writes this where the place of the bytes stands in another tag."""


class _Field(NamedTuple):
    type: int
    at: int
    size: int


class _File:
    """A TIFF as a file; offsets count from its beginning."""

    def __init__(self, read_at: ReadAt, size: int, order: str) -> None:
        self.read_at = read_at
        self.size = size
        self.order = order

    def directory(self, at: int) -> tuple[dict[int, _Field], int] | None:
        """The fields of the directory there, and where the next one is; None if it is cut off."""
        raw = self.read_at(at, 2)
        count = self.number("H", raw)
        raw = self.read_at(at + 2, 12 * count + 4)
        if len(raw) < 12 * count:
            return None
        fields: dict[int, _Field] = {}
        for entry in range(0, 12 * count, 12):
            tag, kind, values = struct.unpack_from(self.order + "HHL", raw, entry)
            length = _SIZES.get(kind, 0) * values
            where = at + 2 + entry + 8
            if length > 4:  # noqa: PLR2004 - a TIFF entry holds four bytes
                (where,) = struct.unpack_from(self.order + "L", raw, entry + 8)
            fields.setdefault(tag, _Field(kind, where, length))
        return fields, self.number("L", raw[12 * count :])

    def numbers(self, field: _Field | None) -> tuple[int, ...]:
        """A field of whole numbers, empty if it is none."""
        code = {1: "B", 3: "H", 4: "L", 13: "L"}.get(field.type) if field else None
        if field is None or code is None:
            return ()
        raw = self.read_at(field.at, field.size)
        count = len(raw) // struct.calcsize(self.order + code)
        return struct.unpack_from(f"{self.order}{count}{code}", raw)

    def number(self, code: str, raw: bytes) -> int:
        """One number, 0 if it is cut off."""
        size = struct.calcsize(self.order + code)
        return int(struct.unpack(self.order + code, raw[:size])[0]) if len(raw) >= size else 0

    def ends(self, fields: dict[int, _Field]) -> Iterator[int]:
        """Where all ends that the fields of a directory point to."""
        for field in fields.values():
            yield field.at + field.size
        for offsets, lengths in _EXTENTS:
            pairs = zip(
                self.numbers(fields.get(offsets)), self.numbers(fields.get(lengths)), strict=False
            )
            yield from (at + length for at, length in pairs if at != _NOWHERE)


def missing_of_tiff(read_at: ReadAt, size: int) -> str:
    """What is wrong with a TIFF, or nothing."""
    head = read_at(0, 8)
    tiff = open_tiff(head)
    if tiff is None or len(head) < 8:  # noqa: PLR2004 - the header
        return CUT
    file = _File(read_at, size, tiff.order)
    waiting, seen = [file.number("L", head[4:])], set[int]()
    while waiting and len(seen) < _MOST:
        at = waiting.pop()
        if at == 0 or at in seen:
            continue
        seen.add(at)
        found = file.directory(at) if at < size else None
        if found is None:
            return CUT
        fields, following = found
        if any(end > size for end in file.ends(fields)):
            return CUT
        waiting.append(following)
        for tag in _BELOW:
            waiting += file.numbers(fields.get(tag))
    return ""


def outside_of_mpf(block: bytes, start: int, size: int) -> bool:
    """Whether one of the pictures that the index names does not lie within the file.

    `start`: where the index's block begins, from which its offsets count.
    """
    tiff = open_tiff(block)
    field = tiff.first().get(_MPF_ENTRIES) if tiff else None
    if tiff is None or field is None:
        return False
    for entry in range(0, len(field.raw) // 16 * 16, 16):
        _, length, offset = struct.unpack_from(tiff.order + "LLL", field.raw, entry)
        if offset and start + offset + length > size:
            return True
    return False
