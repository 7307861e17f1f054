"""What the desktop's thumbnails are called, and what stands in them; pure.

By the Thumbnail Managing Standard 0.9 (freedesktop.org): a file's thumbnail is a PNG named for the
MD5 of the file's URI, in a folder for each size, and tells the file that it was made of. Programs
take it for stale unless it tells the file's very URI, time and (where it does) size.
"""

import hashlib
from collections.abc import Mapping
from enum import Enum
from typing import Final, NamedTuple, Self

SOFTWARE: Final = "photofs"
"""Stands in each thumbnail of ours: what does not say so is another's, and left alone."""

URI: Final = "Thumb::URI"
MTIME: Final = "Thumb::MTime"
SIZE: Final = "Thumb::Size"
MIMETYPE: Final = "Thumb::Mimetype"
MADE_BY: Final = "Software"

_PLAIN: Final = frozenset(
    b"!$&'()*+,-./0123456789:=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"
)
"""Bytes of a path that GLib's g_filename_to_uri leaves as they are; a test asks GLib itself."""

_WRAPPED: Final = 1 << 64
"""Times before 1970 are told as GLib counts them, without a sign, or it takes none (tried with
2.74). A program that knows signs makes thumbnails of those photos anew."""

_MIMETYPES: Final = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "bmp": "image/bmp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "avif": "image/avif",
    "heic": "image/heic",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
}


class ThumbnailSize(Enum):
    """The standard's four: the folder's name, and the longest side in pixels."""

    NORMAL = ("normal", 128)
    LARGE = ("large", 256)
    X_LARGE = ("x-large", 512)
    XX_LARGE = ("xx-large", 1024)

    def __init__(self, folder: str, pixels: int) -> None:
        """Both can be asked for by name."""
        self.folder = folder
        self.pixels = pixels

    @classmethod
    def of_folder(cls, folder: str) -> Self:
        """The size of a folder's name; ValueError if there is none."""
        for each in cls:
            if each.folder == folder:
                return each
        raise ValueError(folder)


class Portrayed(NamedTuple):
    """The file that a thumbnail shows, as it told itself when that was made.

    `mtime` is in whole seconds since 1970-01-01 UTC, below 0 before; `size` in bytes, None where
    the thumbnail does not say; `mimetype` is "" where nobody knows.
    """

    uri: str
    mtime: int
    size: int | None = None
    mimetype: str = ""

    @property
    def file_name(self) -> str:
        """What the thumbnail is called in the folder of each size."""
        return f"{uri_digest(self.uri)}.png"

    def texts(self) -> dict[str, str]:
        """What stands in the PNG; a key that nobody knows a value for is left out."""
        told = {URI: self.uri, MTIME: str(self.mtime % _WRAPPED), MADE_BY: SOFTWARE}
        if self.size is not None:
            told[SIZE] = str(self.size)
        if self.mimetype:
            told[MIMETYPE] = self.mimetype
        return told


def portrayed_in(texts: Mapping[str, str]) -> Portrayed | None:
    """What a thumbnail's texts tell; None if they lack what the standard asks for."""
    try:
        size = int(texts[SIZE]) if SIZE in texts else None
        mtime = int(texts[MTIME])
        mtime -= _WRAPPED if mtime >= _WRAPPED // 2 else 0
        return Portrayed(texts[URI], mtime, size, texts.get(MIMETYPE, ""))
    except (KeyError, ValueError):
        return None


def file_uri(path: bytes) -> str:
    """The canonical URI of an absolute path, as GLib writes it: no byte but `_PLAIN` bare."""
    return "file://" + "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in path)


def uri_digest(uri: str) -> str:
    """The 32 hex digits that a thumbnail is named by."""
    return hashlib.md5(uri.encode("ascii"), usedforsecurity=False).hexdigest()


def whole_seconds(mtime_ns: int) -> int:
    """A file's time as thumbnails tell it: what stat tells without its fraction (tv_sec)."""
    return mtime_ns // 1_000_000_000


def mimetype_of(name: str) -> str:
    """The type of files by the extension of their name; "" if it is none of the usual."""
    return _MIMETYPES.get(name.rpartition(".")[2].lower(), "")
