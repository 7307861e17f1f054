"""Capture time, place and description for a JPEG that tells none: a new head for a copy of it.

The file itself is never written, and all bytes but the EXIF block go on as they are. Used for what
is sent to a service that files photos by the time in their bytes, for copies in a mirror, and for
what a mount shows. Other formats stay as they are: where the EXIF of a PNG, WebP or HEIC stands,
its first bytes do not tell for sure.
"""

from datetime import timedelta
from typing import Final

from piexif import GPSIFD, ExifIFD, ImageIFD

from photofs.metadata.exif_block import (
    ASCII,
    BYTE,
    EMPTY,
    RATIONAL,
    UNDEFINED,
    Additions,
    Broken,
    Value,
    Values,
    with_added,
)
from photofs.model.capture_time import Granularity, TakenFact
from photofs.model.mirror import Cut
from photofs.model.photo import Position, is_on_earth
from photofs.model.splice import AS_IT_IS, Splice, Stamp

_START: Final = b"\xff\xd8"
_MARK, _JFIF, _EXIF, _MPF = 0xFF, 0xE0, 0xE1, 0xE2
_SEGMENTS: Final = frozenset({*range(0xE0, 0xF0), 0xFE})
"""Markers of segments that may stand before the picture: applications' and comments."""
_NAME: Final = b"Exif\0\0"
_LONGEST: Final = 0xFFFF - 2
"""Bytes of a JPEG segment beside its length."""
_PARTS: Final = 10_000_000
"""Parts of a second of arc: three millimetres on the ground are a ten-thousandth."""
_DESCRIPTION: Final = 8_000
"""Bytes of the longest description that is written."""


def stamp_head(head: bytes, stamp: Stamp) -> Splice:
    """The beginning of a JPEG with all that in it; AS_IT_IS if that cannot be written there.

    `head` are the file's first bytes, which must hold all that stands before the picture. Months
    and years alone are not written: EXIF has no way to say that the day is unknown.
    """
    added = Additions(_texts(stamp), _times(stamp.taken), _place(stamp.position))
    span = _block(head)
    if span is None or not any(added):
        return AS_IT_IS
    begin, end = span
    if begin == end:
        added = added._replace(exif={**_VERSION, **added.exif})
    try:
        block = _NAME + with_added(head[begin + 10 : end] or EMPTY, added)
    except Broken:
        return AS_IT_IS  # an EXIF block that nobody can read is not replaced by one of ours
    if len(block) > _LONGEST:
        return AS_IT_IS
    segment = bytes((_MARK, _EXIF)) + (len(block) + 2).to_bytes(2) + block
    return Splice(head[:begin] + segment, end)


def has_exif(head: bytes) -> bool:
    """Whether a JPEG whose first bytes these are has an EXIF block, or may have one further on."""
    span = _block(head)
    return span is None or span[1] > span[0]


def exif_place(head: bytes) -> Cut | None:
    """Where a JPEG whose first bytes these are has its EXIF block; None if it has none there."""
    span = _block(head)
    return None if span is None or span[0] == span[1] else Cut(span[0], span[1] - span[0])


_VERSION: Final[Values] = {ExifIFD.ExifVersion: Value(UNDEFINED, 4, b"0232")}


def _text(words: bytes) -> Value:
    return Value(ASCII, len(words) + 1, words + b"\0")


def _texts(stamp: Stamp) -> Values:
    """UTF-8, as programs write it there, though EXIF speaks of ASCII."""
    words = (stamp.description or "").replace("\0", "").encode("utf-8", "replace")
    if not words:
        return {}
    cut = words[:_DESCRIPTION].decode("utf-8", "ignore").encode()
    return {ImageIFD.ImageDescription: _text(cut)}


def _times(taken: TakenFact | None) -> Values:
    """EXIF's fields for a wall time, and for its zone if that is known."""
    if taken is None or taken.local is None or taken.granularity is not Granularity.SECOND:
        return {}
    local = taken.local
    words = f"{local.year:04}:{local.month:02}:{local.day:02} {local:%H:%M:%S}".encode()
    times = {ExifIFD.DateTimeOriginal: _text(words)}
    if taken.offset is not None:
        times[ExifIFD.OffsetTimeOriginal] = _text(_offset(taken.offset))
    if local.microsecond:
        times[ExifIFD.SubSecTimeOriginal] = _text(f"{local.microsecond:06}".encode())
    return times


def _offset(offset: timedelta) -> bytes:
    minutes = round(offset / timedelta(minutes=1))
    sign, minutes = ("-", -minutes) if minutes < 0 else ("+", minutes)
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}".encode()


def _place(position: Position | None) -> Values:
    if position is None or not is_on_earth(position):
        return {}
    return {
        GPSIFD.GPSVersionID: Value(BYTE, 4, bytes((2, 3, 0, 0))),
        GPSIFD.GPSLatitudeRef: _text(b"S" if position.latitude < 0 else b"N"),
        GPSIFD.GPSLatitude: _degrees(position.latitude),
        GPSIFD.GPSLongitudeRef: _text(b"W" if position.longitude < 0 else b"E"),
        GPSIFD.GPSLongitude: _degrees(position.longitude),
    }


def _degrees(value: float) -> Value:
    """Whole degrees and minutes, and seconds in parts."""
    parts = round(abs(value) * 3600 * _PARTS)
    minutes, seconds = divmod(parts, 60 * _PARTS)
    numbers = (minutes // 60, 1, minutes % 60, 1, seconds, _PARTS)
    return Value(RATIONAL, 3, b"".join(number.to_bytes(4) for number in numbers))


def _block(head: bytes) -> tuple[int, int] | None:
    """Where the EXIF segment begins and ends; twice where it is to be put if there is none.

    That is behind JFIF's own segments, which want to be the first. None if this is no JPEG, if all
    segments do not stand in the head, or if an index of more pictures (CIPA DC-007) before the
    block counts from its own place to pictures behind it.
    """
    at = put = len(_START)
    indexed = False
    if not head.startswith(_START):
        return None
    while at + 4 <= len(head) and head[at] == _MARK:
        marker = head[at + 1]
        if marker == _MARK:  # fills up
            at += 1
            continue
        if marker not in _SEGMENTS:
            return put, put
        end = at + 2 + int.from_bytes(head[at + 2 : at + 4])
        if marker == _EXIF and head[at + 4 : at + 10] == _NAME:
            return None if indexed or end > len(head) else (at, end)
        indexed |= marker == _MPF and head[at + 4 : at + 8] == b"MPF\0"
        if marker == _JFIF and put == at:
            put = end
        at = end
    return None
