"""How many pixels a picture has, told by its first bytes; of a movie, as far as they hold that.

As stored, not turned upright. Layouts are from the formats' own specifications: JPEG (ITU T.81
B.2.2), PNG (11.2.2), GIF89a (18), WebP (RFC 9649 2.7 and RFC 6386 9.1), HEIF (ISO/IEC 23008-12
6.5.3 `ispe`), and MP4 (ISO/IEC 14496-12 8.3.2 `tkhd`).
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from photofs.model.photo import PixelSize

_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers that begin a frame."""

_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
"""JPEG's markers without a length."""

_TKHD: Final = {0: 76, 1: 88}
"""Where the width stands in the box, behind its name, by the box's version."""

MOST: Final = 1 << 20
"""A side of more pixels than that is taken for damage."""


def read_pixels(head: bytes) -> PixelSize | None:
    """Width and height; None where the bytes do not tell them."""
    for pattern, read in _READERS:
        if pattern.match(head):
            return max(read(head), key=lambda each: each.width * each.height, default=None)
    return None


def _size(width: int, height: int) -> Iterator[PixelSize]:
    """That size, if it is one."""
    if 0 < width <= MOST and 0 < height <= MOST:
        yield PixelSize(width, height)


def _big(head: bytes, at: int, length: int) -> int:
    return int.from_bytes(head[at : at + length], "big")


def _little(head: bytes, at: int, length: int) -> int:
    return int.from_bytes(head[at : at + length], "little")


def _jpeg(head: bytes) -> Iterator[PixelSize]:
    """The first frame's; thumbnails stand within segments, which are passed over."""
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:  # noqa: PLR2004 - what each marker begins with
        marker = head[at + 1]
        if marker in _FRAMES:
            yield from _size(_big(head, at + 7, 2), _big(head, at + 5, 2))
            return
        at += 1 if marker == 0xFF else 2 if marker in _BARE else 2 + _big(head, at + 2, 2)  # noqa: PLR2004 - padding


def _png(head: bytes) -> Iterator[PixelSize]:
    return _size(_big(head, 16, 4), _big(head, 20, 4))


def _gif(head: bytes) -> Iterator[PixelSize]:
    return _size(_little(head, 6, 2), _little(head, 8, 2))


def _webp(head: bytes) -> Iterator[PixelSize]:
    """Extended, lossless, or plain."""
    match head[12:16]:
        case b"VP8X":
            return _size(_little(head, 24, 3) + 1, _little(head, 27, 3) + 1)
        case b"VP8L":
            bits = _little(head, 21, 4)
            return _size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case _:
            return _size(_little(head, 26, 2) & 0x3FFF, _little(head, 28, 2) & 0x3FFF)


def _boxes(head: bytes) -> Iterator[PixelSize]:
    """Of an ISO base media file: of all its images and tracks."""
    for found in re.finditer(rb"ispe\0\0\0\0", head):
        yield from _size(_big(head, found.end(), 4), _big(head, found.end() + 4, 4))
    for found in re.finditer(rb"tkhd([\0\1])", head):
        at = found.start() + 4 + _TKHD[found[1][0]]
        yield from _size(_big(head, at, 2), _big(head, at + 4, 2))


_READERS: Final[tuple[tuple[re.Pattern[bytes], Callable[[bytes], Iterator[PixelSize]]], ...]] = (
    (re.compile(rb"\xff\xd8\xff"), _jpeg),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), _png),
    (re.compile(rb"GIF8[79]a"), _gif),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), _webp),
    (re.compile(rb"....(?:ftyp|moov|mdat|wide|free|skip)", re.DOTALL), _boxes),
)
