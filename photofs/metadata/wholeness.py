"""Whether a picture or video is whole, told by its structure and without decoding it.

What an interrupted copy leaves lacks its end, or has zeros where bytes were still to come. Each
format says in some way where it ends; where one says nothing of the kind, the file passes. What
stands behind a format's own end (motion photos, makers' trailers) does not count against it, but
where the picture names such an appendix with its length, that has to be there too.
Sources: ITU T.81 annex B, PNG (ISO 15948), GIF89a, RIFF, EBML (RFC 8794), Ogg (RFC 3533), ASF 3.2,
FLV 10.1, CIPA DC-007 (MPF).
"""

import re
import zlib
from collections.abc import Callable
from typing import Final

from photofs.metadata.video import ReadAt
from photofs.metadata.wholeness_boxes import missing_of_boxes, missing_of_jp2
from photofs.metadata.wholeness_tiff import missing_of_tiff, outside_of_mpf

Missing = str
"""A sentence; empty if nothing is missing."""

WHOLE: Final = ""
CUT: Final = "the file is cut off: its end is missing"
DAMAGED: Final = "the file is damaged: its parts do not follow one another as they should"

_CHUNK: Final = 1 << 20
_MARKER: Final = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)
_EOI, _SOS, _TEM, _APP1, _APP2 = 0xD9, 0xDA, 0x01, 0xE1, 0xE2
_APPENDED: Final = re.compile(
    rb'(?:GCamera:)?MicroVideoOffset(?:="|>)(\d+)|Item:Length(?:="|>)(\d+)'
)
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"


def what_is_missing(read_at: ReadAt, size: int, extension: str) -> Missing:
    """What is wrong with a file of that kind (as metadata/kind.py names it), or nothing."""
    checker = _CHECKERS.get(extension)
    return checker(read_at, size) if checker else WHOLE


def _jpeg(read_at: ReadAt, size: int) -> Missing:
    """All segments up to the end-of-image marker, and the appendices that they name."""
    at, appended = 2, 0
    while True:
        head = read_at(at, 4)
        if len(head) < 2 or head[0] != 0xFF:  # noqa: PLR2004 - a marker
            return CUT if len(head) < 2 else DAMAGED  # noqa: PLR2004 - a marker
        marker = head[1]
        if marker == 0xFF or marker == _TEM:  # noqa: PLR1714, PLR2004 - fill bytes
            at += 1 if marker != _TEM else 2
            continue
        if marker == _EOI:
            return CUT if at + 2 + appended > size else WHOLE
        length = int.from_bytes(head[2:4], "big")
        if length < 2 or at + 2 + length > size:  # noqa: PLR2004 - the length counts itself
            return CUT
        if marker in {_APP1, _APP2}:
            more = _appended(read_at, at, length, size)
            if more < 0:
                return CUT
            appended = max(appended, more)
        at += 2 + length
        if marker == _SOS:
            found = _next_marker(read_at, at, size)
            if found is None:
                return CUT
            at = found


def _appended(read_at: ReadAt, at: int, length: int, size: int) -> int:
    """How many bytes a segment says to stand behind the picture; -1 if they end past the file."""
    body = read_at(at + 4, length - 2)
    if body.startswith(b"MPF\0"):
        return -1 if outside_of_mpf(body[4:], at + 8, size) else 0
    if not body.startswith(_XMP):
        return 0
    return sum(int(first or second) for first, second in _APPENDED.findall(body))


def _next_marker(read_at: ReadAt, at: int, size: int) -> int | None:
    """Where the next marker stands that ends a scan's coded bytes."""
    while at < size:
        chunk = read_at(at, _CHUNK)
        found = _MARKER.search(chunk)
        if found:
            return at + found.end() - 2
        if len(chunk) < _CHUNK:
            return None
        at += len(chunk) - 1  # a marker may begin with the last byte
    return None


def _png(read_at: ReadAt, size: int) -> Missing:
    """All chunks with their check sums, up to IEND."""
    at = 8
    while at + 12 <= size:
        head = read_at(at, 8)
        length, name = int.from_bytes(head[:4], "big"), head[4:]
        if at + 12 + length > size:
            return CUT
        told = int.from_bytes(read_at(at + 8 + length, 4), "big")
        if _crc(read_at, at + 4, length + 4) != told:
            return DAMAGED
        if name == b"IEND":
            return WHOLE
        at += 12 + length
    return CUT


def _crc(read_at: ReadAt, at: int, length: int) -> int:
    value = 0
    while length > 0:
        chunk = read_at(at, min(length, _CHUNK))
        if not chunk:
            return -1
        value = zlib.crc32(chunk, value)
        at, length = at + len(chunk), length - len(chunk)
    return value


def _gif(read_at: ReadAt, size: int) -> Missing:
    """All blocks up to the trailer."""
    data = read_at(0, size)
    at = 13 + _colors(data[10:11])
    while at < len(data):
        kind = data[at]
        if kind == 0x3B:  # noqa: PLR2004 - the trailer
            return WHOLE
        if kind == 0x21:  # noqa: PLR2004 - an extension
            at += 2
        elif kind == 0x2C:  # noqa: PLR2004 - an image
            at += 11 + _colors(data[at + 9 : at + 10])
        else:
            return DAMAGED
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    return CUT


def _colors(flags: bytes) -> int:
    """How long a color table is."""
    return 3 * 2 ** ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _riff(read_at: ReadAt, size: int) -> Missing:
    """As long as it says, for each of the RIFFs that follow one another (OpenDML has several)."""
    at = 0
    while at + 12 <= size:
        head = read_at(at, 12)
        if head[:4] != b"RIFF":
            break
        length = int.from_bytes(head[4:8], "little")
        if at + 8 + length > size:
            return CUT
        at += 8 + length + length % 2
    return WHOLE if at else CUT


def _matroska(read_at: ReadAt, size: int) -> Missing:
    """The segment ends within the file; one whose length is not told passes."""
    at = 0
    while at < size:
        head = read_at(at, 16)
        name_length = 9 - head[0].bit_length()
        value_length = 9 - head[name_length].bit_length() if len(head) > name_length else 9
        if len(head) < name_length + value_length:
            return CUT
        value = int.from_bytes(head[name_length : name_length + value_length], "big")
        value &= (1 << 7 * value_length) - 1
        if value == (1 << 7 * value_length) - 1:
            return WHOLE
        at += name_length + value_length + value
        if head[:4] == b"\x18\x53\x80\x67":
            return CUT if at > size else WHOLE
    return CUT


def _ogg(read_at: ReadAt, size: int) -> Missing:
    """All pages, and the last one of a stream among them."""
    at, ended = 0, False
    while at < size:
        head = read_at(at, 27)
        if len(head) < 27 or not head.startswith(b"OggS"):  # noqa: PLR2004 - a page's head
            return CUT
        table = read_at(at + 27, head[26])
        at += 27 + len(table) + sum(table)
        ended |= bool(head[5] & 4)
    return WHOLE if ended and at == size else CUT


def _asf(read_at: ReadAt, size: int) -> Missing:
    """As long as its file properties say."""
    head = read_at(0, 64 * 1024)
    at = head.find(b"\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65")
    told = int.from_bytes(head[at + 40 : at + 48], "little") if at > 0 else 0
    return CUT if size < told else WHOLE


def _flv(read_at: ReadAt, size: int) -> Missing:
    """Ends with the length of its last tag, which stands there."""
    last = int.from_bytes(read_at(size - 4, 4), "big")
    if not 11 <= last <= size - 13:  # noqa: PLR2004 - the shortest tag, and the header
        return CUT
    tag = read_at(size - 4 - last, 4)
    return WHOLE if int.from_bytes(tag[1:4], "big") == last - 11 else CUT


def _transport(packet: int) -> Callable[[ReadAt, int], Missing]:
    """Packets of so many bytes, the last of which is whole."""

    def check(_read_at: ReadAt, size: int) -> Missing:
        return CUT if size % packet else WHOLE

    return check


def _bmp(read_at: ReadAt, size: int) -> Missing:
    told = int.from_bytes(read_at(2, 4), "little")
    return CUT if told > size else WHOLE


def _ico(read_at: ReadAt, size: int) -> Missing:
    """Each of its pictures lies within the file."""
    count = int.from_bytes(read_at(4, 2), "little")
    table = read_at(6, 16 * count)
    for entry in range(0, len(table), 16):
        length, at = (int.from_bytes(table[entry + k : entry + k + 4], "little") for k in (8, 12))
        if at + length > size:
            return CUT
    return WHOLE if len(table) == 16 * count else CUT


def _raf(read_at: ReadAt, size: int) -> Missing:
    """The three parts of Fujifilm's raw files lie within the file."""
    table = read_at(84, 24)
    ends = [
        int.from_bytes(table[at : at + 4], "big") + int.from_bytes(table[at + 4 : at + 8], "big")
        for at in (0, 8, 16)
    ]
    return CUT if max(ends) > size or len(table) < 24 else WHOLE  # noqa: PLR2004 - the table


def _x3f(read_at: ReadAt, size: int) -> Missing:
    """Its last four bytes lead to its directory."""
    at = int.from_bytes(read_at(size - 4, 4), "little")
    return WHOLE if read_at(at, 4) == b"SECd" else CUT


_BOXES: Final = ("mp4", "mov", "3gp", "3g2", "heic", "avif", "cr3")
_TIFFS: Final = ("tif", "dng", "nef", "arw", "pef", "srw", "cr2", "orf", "rw2")
_CHECKERS: Final[dict[str, Callable[[ReadAt, int], Missing]]] = {
    "jpg": _jpeg,
    "png": _png,
    "gif": _gif,
    "webp": _riff,
    "avi": _riff,
    "webm": _matroska,
    "mkv": _matroska,
    "ogv": _ogg,
    "wmv": _asf,
    "flv": _flv,
    "ts": _transport(188),
    "mts": _transport(192),
    "bmp": _bmp,
    "ico": _ico,
    "raf": _raf,
    "x3f": _x3f,
    "jp2": missing_of_jp2,
    **dict.fromkeys(_BOXES, missing_of_boxes),
    **dict.fromkeys(_TIFFS, missing_of_tiff),
}
