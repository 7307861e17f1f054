"""How many pixels a picture or movie has, by its first bytes."""

import struct

import pytest

from photofs.metadata.pixels import MOST, read_pixels
from photofs.model.photo import PixelSize

SOF = b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", 3000, 4000) + bytes(10)
THUMBNAIL = b"\xff\xd8\xff\xc0\x00\x11\x08" + struct.pack(">HH", 120, 160) + bytes(10)
EXIF = b"\xff\xe1" + struct.pack(">H", len(THUMBNAIL) + 2) + THUMBNAIL
FTYP = b"\x00\x00\x00\x10ftypheic\x00\x00\x00\x00"


def ispe(width: int, height: int) -> bytes:
    """A HEIF image's size box."""
    return b"\x00\x00\x00\x14ispe\x00\x00\x00\x00" + struct.pack(">II", width, height)


def tkhd(version: int, width: int, height: int) -> bytes:
    """A movie track's header box."""
    times = bytes(20 if version == 0 else 32)
    rest = bytes(52) + struct.pack(">HHHH", width, 0, height, 0)
    return b"\x00\x00\x00\x5ctkhd" + bytes([version, 0, 0, 7]) + times + rest


FOUND = [
    (b"\xff\xd8" + EXIF + b"\xff\xff\xdb\x00\x04ab" + SOF, (4000, 3000)),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR" + struct.pack(">II", 7, 9), (7, 9)),
    (b"GIF89a" + struct.pack("<HH", 7, 9), (7, 9)),
    (b"RIFF....WEBPVP8X" + bytes(8) + b"\x06\x00\x00\x08\x00\x00", (7, 9)),
    (b"RIFF....WEBPVP8L" + bytes(5) + struct.pack("<I", 6 | 8 << 14), (7, 9)),
    (b"RIFF....WEBPVP8 " + bytes(10) + struct.pack("<HH", 7, 9), (7, 9)),
    (FTYP + ispe(512, 512) + ispe(4032, 3024) + ispe(320, 240), (4032, 3024)),
    (FTYP + tkhd(0, 0, 0) + tkhd(0, 1920, 1080), (1920, 1080)),
    (FTYP + tkhd(1, 1920, 1080), (1920, 1080)),
]


@pytest.mark.parametrize(("head", "size"), FOUND)
def test_the_picture_itself_is_measured(head: bytes, size: tuple[int, int]) -> None:
    """Not a thumbnail in front of it, nor a tile or track that is smaller."""
    assert read_pixels(head) == PixelSize(*size)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff\xd8\xff",
        b"\xff\xd8" + EXIF,
        b"\xff\xd8\xff\xe1\xff\xff" + SOF,
        b"\xff\xd8\x00" + SOF,
        b"GIF89a\x00\x00\x00\x00",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR" + struct.pack(">II", MOST + 1, 9),
        FTYP,
        b"no picture",
    ],
)
def test_what_cannot_be_measured_is_not_guessed(head: bytes) -> None:
    """Cut short, of no size, or no picture."""
    assert read_pixels(head) is None


@pytest.mark.parametrize(("head", "size"), FOUND)
def test_no_damage_is_worse_than_no_answer(head: bytes, size: tuple[int, int]) -> None:
    """Cut at any byte: the right size, or none."""
    for stop in range(len(head)):
        found = read_pixels(head[:stop])
        whole = found is None or found == PixelSize(*size) or head.startswith(FTYP)
        assert whole or head.startswith((b"GIF", b"\x89PNG", b"RIFF"))
