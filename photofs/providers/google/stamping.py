"""A capture time for a JPEG that tells none: written into the head of the copy that is sent.

The service files a photo by the time in its bytes and lets nobody change that later (google.md
2.2). So the EXIF block of what is sent gets the time that the tree shows; the file itself is never
written, and all bytes but that block go out as they are. Other formats go as they are: Google files
them under the time of their upload.
"""

import struct
from datetime import timedelta
from typing import NamedTuple

import piexif

from photofs.model.capture_time import Granularity, TakenFact

START, EXIF, SCAN, MARK = b"\xff\xd8", 0xE1, 0xDA, 0xFF
NAME = b"Exif\0\0"
LONGEST = 0xFFFF - 2
"""Bytes of a JPEG segment beside its length."""


class Splice(NamedTuple):
    """What goes out in place of a file's first `skip` bytes."""

    head: bytes
    skip: int


AS_IT_IS = Splice(b"", 0)


def stamped(head: bytes, taken: TakenFact) -> Splice:
    """The beginning of a JPEG with that time in it; AS_IT_IS if it cannot be written there.

    `head` are the file's first bytes, which must hold the whole EXIF block if there is one. Months
    and years alone are not written: EXIF has no way to say that the day is unknown.
    """
    if not head.startswith(START) or taken.local is None:
        return AS_IT_IS
    if taken.granularity is not Granularity.SECOND:
        return AS_IT_IS
    begin, end = _block(head)
    if end > len(head):
        return AS_IT_IS
    try:
        told = piexif.load(head[begin + 4 : end]) if end > begin else {}
        told["Exif"] = {**told.get("Exif", {}), **_times(taken)}
        block = piexif.dump(told)
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, struct.error):
        return AS_IT_IS  # an EXIF block that nobody can read is not replaced by one of ours
    if len(block) > LONGEST:
        return AS_IT_IS
    segment = bytes((MARK, EXIF)) + (len(block) + 2).to_bytes(2) + block
    return Splice(head[:begin] + segment, end)


def _times(taken: TakenFact) -> dict[int, bytes]:
    """EXIF's fields for a wall time, and for its zone if that is known."""
    local = taken.local
    if local is None:
        return {}
    words = f"{local.year:04}:{local.month:02}:{local.day:02} {local:%H:%M:%S}".encode()
    times = {piexif.ExifIFD.DateTimeOriginal: words}
    if taken.offset is not None:
        times[piexif.ExifIFD.OffsetTimeOriginal] = _offset(taken.offset)
    return times


def _offset(offset: timedelta) -> bytes:
    minutes = round(offset / timedelta(minutes=1))
    sign, minutes = ("-", -minutes) if minutes < 0 else ("+", minutes)
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}".encode()


def _block(head: bytes) -> tuple[int, int]:
    """Where the EXIF segment begins and ends; twice the place for one where there is none."""
    at = len(START)
    while at + 4 <= len(head) and head[at] == MARK and head[at + 1] != SCAN:
        if head[at + 1] == MARK:  # fills up
            at += 1
            continue
        end = at + 2 + int.from_bytes(head[at + 2 : at + 4])
        if head[at + 1] == EXIF and head[at + 4 : at + 4 + len(NAME)] == NAME:
            return at, end
        at = end
    return len(START), len(START)
