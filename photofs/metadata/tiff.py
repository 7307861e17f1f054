"""The fields of a TIFF block, which is what EXIF is: read one by one, each within bounds.

piexif, which knows all tags' names, builds a format string as long as a field claims to be, up to
4 GiB, and gives nothing at all once one field is broken. So the reading is done here, leniently: a
field that points out of the block, or claims more than MAX_VALUE bytes, is not there.
"""

import struct
from dataclasses import dataclass
from typing import Final, NamedTuple

MAX_FIELDS: Final = 1024
MAX_VALUE: Final = 64 * 1024
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_CODES: Final = {1: "B", 3: "H", 4: "L", 6: "b", 8: "h", 9: "l", 13: "L"}


class Field(NamedTuple):
    """One field: its TIFF type, and its bytes as stored."""

    type: int
    raw: bytes


Fields = dict[int, Field]


@dataclass(frozen=True, slots=True)
class Tiff:
    """A block of TIFF, perhaps cut off; `order` is "<" or ">"."""

    data: bytes
    order: str

    def first(self) -> Fields:
        """The fields of the first directory."""
        found = self._unpack("L", self.data[4:8])
        return self.directory(found[0]) if found else {}

    def directory(self, at: int) -> Fields:
        """The fields of the directory at an offset, as many as are whole."""
        count = self._unpack("H", self.data[at : at + 2])
        if not count:
            return {}
        last = min(count[0], MAX_FIELDS, (len(self.data) - at - 2) // 12)
        fields: Fields = {}
        for entry in range(at + 2, at + 2 + 12 * last, 12):
            tag, field_type, values = struct.unpack_from(self.order + "HHL", self.data, entry)
            raw = self._value(entry + 8, _SIZES.get(field_type, 0) * values)
            if raw is not None:
                fields.setdefault(tag, Field(field_type, raw))
        return fields

    def numbers(self, field: Field | None) -> tuple[int, ...]:
        """A field of whole numbers; empty if it is none."""
        code = _CODES.get(field.type) if field else None
        return self._unpack(code, field.raw) if field and code else ()

    def fractions(self, field: Field | None) -> tuple[float, ...]:
        """A field of fractions; empty if it is none, or one of them divides by zero."""
        if field is None or field.type not in (5, 10):
            return ()
        parts = self._unpack("L" if field.type == 5 else "l", field.raw)  # noqa: PLR2004 - RATIONAL
        pairs = list(zip(parts[::2], parts[1::2], strict=True))
        return tuple(over / under for over, under in pairs) if all(u for _, u in pairs) else ()

    def _value(self, at: int, size: int) -> bytes | None:
        """The field's bytes: within the entry if they fit in four, else where it points."""
        if not 0 < size <= MAX_VALUE:
            return None
        if size > 4:  # noqa: PLR2004 - a TIFF entry holds four bytes
            (at,) = struct.unpack_from(self.order + "L", self.data, at)
        raw = self.data[at : at + size]
        return raw if len(raw) == size else None

    def _unpack(self, code: str, raw: bytes) -> tuple[int, ...]:
        size = struct.calcsize(self.order + code)
        return struct.unpack(
            f"{self.order}{len(raw) // size}{code}", raw[: len(raw) // size * size]
        )


def open_tiff(data: bytes) -> Tiff | None:
    """The block, or None if it is no TIFF (or one of the raw formats that are all but one)."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or data[2:4] not in (b"*\0", b"\0*", b"RO", b"RS", b"OR", b"SR", b"U\0"):
        return None
    return Tiff(data, order)


def text(field: Field | None) -> str:
    """A field of text up to its first NUL, without spaces around it; "" if it is none."""
    if field is None or field.type not in (2, 7):
        return ""
    return field.raw.split(b"\0", 1)[0].decode("utf-8", "replace").strip()
