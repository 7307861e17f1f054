"""EXIF from picture heads: what is written is read, and what is broken is not there."""

# ruff: noqa: DTZ001 - wall times are naive, and are what is tested

import io
import struct
from datetime import datetime, timedelta

import piexif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from photofs.metadata.exif import HEAD, read_exif, read_offset, read_time
from photofs.model.capture_time import TakenBy, TakenFact

E, G = piexif.ExifIFD, piexif.GPSIFD
WHOLE = {
    "0th": {piexif.ImageIFD.Make: b"Maker", piexif.ImageIFD.Orientation: 6},
    "Exif": {
        E.DateTimeOriginal: b"2019:07:12 18:30:05",
        E.OffsetTimeOriginal: b"+05:45",
        E.SubSecTimeOriginal: b"25",
    },
    "GPS": {
        G.GPSLatitudeRef: b"S",
        G.GPSLatitude: ((33, 1), (54, 1), (0, 1)),
        G.GPSLongitudeRef: b"E",
        G.GPSLongitude: ((18, 1), (24, 1), (3600, 100)),
    },
}
BLOCK = piexif.dump(WHOLE)


def block(exif: dict[int, object] | None = None, gps: dict[int, object] | None = None) -> bytes:
    """An EXIF block, "Exif" and two NULs before it, of these fields."""
    made: bytes = piexif.dump({"Exif": exif or {}, "GPS": gps or {}})
    return made


def picture(form: str, exif: bytes = BLOCK) -> bytes:
    """A small picture of that format with the block in it."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, form, exif=exif)
    return out.getvalue()


def degrees(value: int) -> tuple[tuple[int, int], ...]:
    """Whole degrees as EXIF has them."""
    return ((value, 1), (0, 1), (0, 1))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_all_facts_are_read_from_every_format(form: str) -> None:
    """Time with fraction and offset, place, and which way up."""
    facts = read_exif(picture(form))
    assert facts is not None
    assert facts.taken == TakenFact(
        by=TakenBy.EXIF,
        local=datetime(2019, 7, 12, 18, 30, 5, 250000),
        offset=timedelta(hours=5, minutes=45),
    )
    assert facts.position is not None
    assert facts.position.latitude == pytest.approx(-33.9)
    assert facts.position.longitude == pytest.approx(18.41)
    assert form == "AVIF" or facts.orientation == 6  # Pillow turns AVIF by another box


@pytest.mark.parametrize(
    "prefix", [b"", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 99 + b"Exif\0\0"]
)
def test_bare_blocks_and_heic(prefix: bytes) -> None:
    """A TIFF begins with the block itself; a HEIC has it among its items."""
    facts = read_exif(prefix + BLOCK[6:])
    assert facts is not None
    assert facts.taken is not None
    assert facts.orientation == 6


def test_intel_order() -> None:
    """Intel's byte order is read as Motorola's, which the other tests' blocks have."""
    exif = Image.Exif()
    exif.endian = "<"
    exif[piexif.ImageIFD.Orientation] = 3
    assert (BLOCK[6:8], exif.tobytes()[6:8]) == (b"MM", b"II")
    facts = read_exif(exif.tobytes()[6:])
    assert facts is not None
    assert (facts.orientation, facts.taken, facts.position) == (3, None, None)


def test_other_segments_before_exif_are_passed_over() -> None:
    """JFIF and fill bytes may come first; a picture's data ends the search."""
    jfif = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + b"\0" * 9
    exif = b"\xff\xe1" + struct.pack(">H", len(BLOCK) + 2) + BLOCK
    assert read_exif(b"\xff\xd8" + jfif + b"\xff\xff\xff" + exif[1:]) is not None
    assert read_exif(b"\xff\xd8\xff\xda\0\x04xx" + exif) is None


def test_when_digitized_stands_in() -> None:
    """Without DateTimeOriginal, DateTimeDigitized and its own offset count; OffsetTime, too."""
    facts = read_exif(
        block({E.DateTimeDigitized: b"1999:12:31 23:59:59", E.OffsetTime: b"-03:30"})[6:]
    )
    assert facts is not None
    assert facts.taken is not None
    assert facts.taken.local == datetime(1999, 12, 31, 23, 59, 59)
    assert facts.taken.offset == -timedelta(hours=3, minutes=30)


@pytest.mark.parametrize(
    "gps",
    [
        {G.GPSLatitude: degrees(0), G.GPSLongitude: degrees(0)},
        {G.GPSLatitude: degrees(91), G.GPSLongitude: degrees(10)},
        {G.GPSLatitude: degrees(10)},
        {G.GPSLatitude: ((1, 0), (0, 0), (0, 0)), G.GPSLongitude: degrees(1)},
    ],
)
def test_places_that_are_none(gps: dict[int, object]) -> None:
    """0, 0, degrees beyond the poles, half a place, and fractions of nothing are no places."""
    facts = read_exif(block(gps=gps)[6:])
    assert facts is not None
    assert facts.position is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2019:07:12 18:30:05", datetime(2019, 7, 12, 18, 30, 5)),
        ("2019-07-12T18:30:05.5", datetime(2019, 7, 12, 18, 30, 5, 500000)),
        ("2019:07:12 18:30", datetime(2019, 7, 12, 18, 30)),
        ("0000:00:00 00:00:00", None),
        ("2019:02:31 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("2019:07:12 18:30:61", None),
        ("", None),
    ],
)
def test_times_in_words(words: str, expected: datetime | None) -> None:
    """What cameras write, and what they write when they do not know."""
    assert read_time(words) == expected


@pytest.mark.parametrize(
    ("words", "minutes"),
    [("+02:00", 120), ("-0330", -210), ("2019-07-12T18:30:05+0545", 345), ("Z", None), ("", None)],
)
def test_offsets_in_words(words: str, minutes: int | None) -> None:
    """With a colon or without, alone or behind a time."""
    assert read_offset(words) == (None if minutes is None else timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "head", [b"", b"\xff\xd8", b"II*\0", b"MM\0*\0\0\0\x08", b"RIFF", b"x" * 99]
)
def test_heads_that_hold_nothing(head: bytes) -> None:
    """No EXIF, or none that begins, gives no facts, and no error."""
    facts = read_exif(head)
    assert facts is None or (facts.taken, facts.position, facts.orientation) == (None, None, None)


def test_a_field_that_claims_four_gigabytes_is_not_there() -> None:
    """A field's own count is never trusted, and the other fields are read all the same."""
    entries = struct.pack("<HHLL", 0x0112, 3, 1, 6) + struct.pack("<HHLL", 0x8769, 4, 0xFFFFFFFF, 8)
    facts = read_exif(b"II*\0\x08\0\0\0" + struct.pack("<H", 2) + entries + b"\0\0\0\0")
    assert facts is not None
    assert (facts.orientation, facts.taken) == (6, None)


def test_directories_that_point_at_themselves_end() -> None:
    """A loop of directories is read once."""
    entry = struct.pack("<HHLL", 0x8769, 4, 1, 8)
    facts = read_exif(b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + entry)
    assert facts is not None
    assert facts.taken is None


def test_only_the_head_is_looked_at() -> None:
    """EXIF that begins behind the head is not searched for."""
    filler = b"\xff\xe2" + struct.pack(">H", 0xFFFF) + b"\0" * 0xFFFD
    late = b"\xff\xd8" + filler * 2 + picture("JPEG")[2:]
    assert len(filler) * 2 > HEAD - 200
    assert read_exif(late) is None


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@given(data=st.data())
def test_mutated_pictures_never_raise(form: str, data: st.DataObject) -> None:
    """Whatever bytes are changed or cut off, the answer is facts or none."""
    whole = bytearray(picture(form))
    changes = st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), max_size=20)
    for place, value in data.draw(changes):
        whole[place] = value
    read_exif(bytes(whole[: data.draw(st.integers(0, len(whole)))]))


@given(st.binary(max_size=300))
def test_random_bytes_never_raise(tail: bytes) -> None:
    """Noise behind each format's first bytes is answered with facts or none."""
    for start in (b"", b"\xff\xd8\xff\xe1", b"II*\0", b"MM\0*\0\0\0\x08", b"\x89PNG\r\n\x1a\n"):
        read_exif(start + tail)
    read_exif(b"RIFF\0\0\0\0WEBP" + tail)
