"""What a file is, told by its first bytes; names and declared types lie too often.

HEIC named .jpg, and movies named .MP, occur in real exports. Signatures are from the formats'
own specifications.
"""

import re
from typing import Final

from photofs.metadata.tiff import Tiff, open_tiff, text
from photofs.model.photo import Media

Kind = tuple[Media, str]
"""Picture or video, and the usual extension without its dot."""

_P: Final = Media.PICTURE
_V: Final = Media.VIDEO

_SIGNATURES: Final = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"\xff\xd8\xff", (_P, "jpg")),
        (rb"\x89PNG\r\n\x1a\n", (_P, "png")),
        (rb"GIF8[79]a", (_P, "gif")),
        (rb"RIFF....WEBP", (_P, "webp")),
        (rb"RIFF....AVI ", (_V, "avi")),
        (rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", (_P, "bmp")),
        (rb"\0\0\x01\0[\x01-\x20]\0.{3}\0[\0\x01]\0", (_P, "ico")),
        (rb"8BPS\0[\x01\x02]", (_P, "psd")),
        (rb"\0\0\0\x0cjP  \r\n\x87\n", (_P, "jp2")),
        (rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n", (_P, "jxl")),
        (rb"FUJIFILMCCD-RAW", (_P, "raf")),
        (rb"FOVb", (_P, "x3f")),
        (rb"II(?:RO|RS)\x08\0|MMOR\0\0", (_P, "orf")),
        (rb"IIU\0", (_P, "rw2")),
        (rb"\x1a\x45\xdf\xa3.{0,60}?\x42\x82.webm", (_V, "webm")),
        (rb"\x1a\x45\xdf\xa3.{0,60}?\x42\x82.matroska", (_V, "mkv")),
        (rb"\0\0\x01[\xba\xb3]", (_V, "mpg")),
        (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", (_V, "wmv")),
        (rb"FLV\x01", (_V, "flv")),
        (rb"OggS.{24,40}?\x80theora", (_V, "ogv")),
        (rb"\x47.{187}\x47.{187}\x47", (_V, "ts")),
        (rb".{4}\x47.{191}\x47.{191}\x47", (_V, "mts")),
    )
)

_BRANDS: Final[dict[bytes, Kind | None]] = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), (_P, "heic")),
    **dict.fromkeys((b"avif", b"avis"), (_P, "avif")),
    **dict.fromkeys((b"mif1", b"msf1"), (_P, "heic")),
    b"crx ": (_P, "cr3"),
    b"qt  ": (_V, "mov"),
    b"3gp": (_V, "3gp"),
    b"3gg": (_V, "3gp"),
    b"3g2": (_V, "3g2"),
    b"M4A ": None,
    b"M4B ": None,
}
_OLD_MOVIE: Final = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_RAW_MAKERS: Final = (("NIKON", "nef"), ("SONY", "arw"), ("PENTAX", "pef"), ("SAMSUNG", "srw"))
_DNG_VERSION: Final = 0xC612
_MAKE: Final = 0x010F
_SUB_DIRECTORIES: Final = 0x014A


def sniff(head: bytes) -> Kind | None:
    """Medium and extension by the file's first bytes (1 KiB is enough); None if it is neither."""
    for pattern, kind in _SIGNATURES:
        if pattern.match(head):
            return kind
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head[4:8] in _OLD_MOVIE:
        return (_V, "mov")
    tiff = open_tiff(head)
    return (_P, _tiff_kind(tiff)) if tiff else None


def _by_brand(head: bytes) -> Kind | None:
    """What an ISO base media file's major brand says; MP4 for the many that are not listed."""
    brand = head[8:12]
    if brand in (b"mif1", b"msf1") and b"avif" in head[16 : head[3]]:
        return (_P, "avif")
    if brand in _BRANDS:
        return _BRANDS[brand]
    return _BRANDS.get(brand[:3], (_V, "mp4"))


def _tiff_kind(tiff: Tiff) -> str:
    """Which of the raw formats that are TIFFs inside it is, or "tif"."""
    if tiff.data[8:10] == b"CR":
        return "cr2"
    fields = tiff.first()
    if _DNG_VERSION in fields:
        return "dng"
    make = text(fields.get(_MAKE)).upper()
    raw = (ending for maker, ending in _RAW_MAKERS if make.startswith(maker))
    return next(raw, "tif") if _SUB_DIRECTORIES in fields else "tif"
