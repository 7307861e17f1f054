"""What a picture's EXIF tells: when, in which zone, where, and which way up.

Only from the file's first bytes; JPEG, TIFF and the raw formats that are TIFFs, PNG, WebP, HEIC and
AVIF. Never raises and never reads out of bounds: what is broken is not there. Time is
DateTimeOriginal, else DateTimeDigitized; DateTime is when an editor last wrote, and is not used.
"""

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from piexif import GPSIFD, ExifIFD, ImageIFD

from photofs.metadata.tiff import Field, Fields, Tiff, open_tiff, text
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.photo import Position, is_on_earth

HEAD: Final = 128 * 1024
"""How many of a file's first bytes `read_exif` wants, and all that it looks at."""

_TIME: Final = re.compile(
    r"(\d{4})[:\-./](\d\d)[:\-./](\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?(?:\.(\d+))?"
)
_OFFSET: Final = re.compile(r"([+-])(\d\d):?([0-5]\d)$")
_IN_HEIF: Final = re.compile(rb"Exif\0\0(?=II\*\0|MM\0\*)")
_UPRIGHT: Final = range(1, 9)
_TIMES: Final = (
    (ExifIFD.DateTimeOriginal, ExifIFD.OffsetTimeOriginal, ExifIFD.SubSecTimeOriginal),
    (ExifIFD.DateTimeDigitized, ExifIFD.OffsetTimeDigitized, ExifIFD.SubSecTimeDigitized),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExifFacts:
    """What was found. `orientation` is EXIF's, 1 to 8; 1 is upright."""

    taken: TakenFact | None
    position: Position | None
    orientation: int | None


def read_exif(head: bytes) -> ExifFacts | None:
    """The facts in a picture's first HEAD bytes; None if it has no readable EXIF."""
    tiff = open_tiff(_block(head[:HEAD]) or b"")
    if tiff is None:
        return None
    first = tiff.first()
    return ExifFacts(
        taken=_taken(_below(tiff, first, ImageIFD.ExifTag)),
        position=_position(tiff, _below(tiff, first, ImageIFD.GPSTag)),
        orientation=_orientation(tiff.numbers(first.get(ImageIFD.Orientation))),
    )


def read_offset(words: str) -> timedelta | None:
    """An offset from UTC such as "+02:00" or "-0330" at the end of the words."""
    found = _OFFSET.search(words.strip())
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return -offset if sign == "-" else offset


def read_time(words: str) -> datetime | None:
    """A wall time such as "2019:07:12 18:30:05", naive; None if there is no such moment."""
    found = _TIME.match(words.strip())
    if found is None:
        return None
    *numbers, fraction = found.groups(default="0")
    try:
        moment = datetime.strptime(":".join(numbers), "%Y:%m:%d:%H:%M:%S")  # noqa: DTZ007 - naive
    except ValueError:
        return None
    return moment.replace(microsecond=int(f"{fraction:0<6.6}"))


def _block(head: bytes) -> bytes | None:
    """The TIFF block within the container, perhaps cut off."""
    if head.startswith(b"\xff\xd8"):
        return _in_jpeg(head)
    if head.startswith(b"\x89PNG"):
        return _in_chunks(head, 8, b"eXIf", "big")
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _in_chunks(head, 12, b"EXIF", "little")
    if head[4:8] == b"ftyp":
        found = _IN_HEIF.search(head)
        return head[found.end() :] if found else None
    return head


def _in_jpeg(head: bytes) -> bytes | None:
    """The first APP1 segment that holds EXIF, before the picture itself begins."""
    at = 2
    while at + 4 <= len(head) and head[at] == 0xFF and head[at + 1] != 0xDA:  # noqa: PLR2004 - SOS
        length = int.from_bytes(head[at + 2 : at + 4], "big")
        if head[at + 1] == 0xE1 and head[at + 4 : at + 10] == b"Exif\0\0":  # noqa: PLR2004 - APP1
            return head[at + 10 : at + 2 + length]
        at += 1 if head[at + 1] == 0xFF else 2 + length  # noqa: PLR2004 - FF fills up
    return None


def _in_chunks(head: bytes, at: int, wanted: bytes, order: str) -> bytes | None:
    """The chunk of that name, of PNG (length, name, data, CRC) or RIFF (name, length, data)."""
    big = order == "big"
    while at + 8 <= len(head):
        name, size = head[at : at + 4], head[at + 4 : at + 8]
        if big:
            name, size = size, name
        length = int.from_bytes(size, "big" if big else "little")
        if name == wanted:
            return head[at + 8 : at + 8 + length].removeprefix(b"Exif\0\0")
        at += 12 + length if big else 8 + length + length % 2
    return None


def _below(tiff: Tiff, fields: Fields, tag: int) -> Fields:
    """The directory that a field points to."""
    at = tiff.numbers(fields.get(tag))
    return tiff.directory(at[0]) if at and at[0] > 0 else {}


def _taken(fields: Fields) -> TakenFact | None:
    """The capture time, with the camera's offset if it wrote one."""
    for time_tag, offset_tag, fraction_tag in _TIMES:
        local = read_time(text(fields.get(time_tag)))
        if local is None:
            continue
        fraction = text(fields.get(fraction_tag))
        if fraction.isascii() and fraction.isdigit():
            local = local.replace(microsecond=int(f"{fraction:0<6.6}"))
        told = text(fields.get(offset_tag)) or text(fields.get(ExifIFD.OffsetTime))
        return TakenFact(by=TakenBy.EXIF, local=local, offset=read_offset(told))
    return None


def _position(tiff: Tiff, fields: Fields) -> Position | None:
    """Where the camera was; exactly 0, 0 is what cameras write that do not know."""
    latitude = _degrees(tiff, fields.get(GPSIFD.GPSLatitude))
    longitude = _degrees(tiff, fields.get(GPSIFD.GPSLongitude))
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None
    south = text(fields.get(GPSIFD.GPSLatitudeRef)).upper().startswith("S")
    west = text(fields.get(GPSIFD.GPSLongitudeRef)).upper().startswith("W")
    position = Position(-latitude if south else latitude, -longitude if west else longitude)
    return position if is_on_earth(position) else None


def _degrees(tiff: Tiff, field: Field | None) -> float | None:
    """Degrees, minutes, seconds as degrees."""
    parts = tiff.fractions(field)
    if not parts or not all(map(math.isfinite, parts)):
        return None
    return sum(part / unit for part, unit in zip(parts, (1, 60, 3600), strict=False))


def _orientation(numbers: tuple[int, ...]) -> int | None:
    return numbers[0] if numbers and numbers[0] in _UPRIGHT else None
