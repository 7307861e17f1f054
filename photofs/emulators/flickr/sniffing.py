"""What an uploaded file is, told from its bytes alone: uploads carry neither name nor type."""

import io
from typing import NamedTuple

from PIL import Image, UnidentifiedImageError

from photofs.emulators.flickr.state import Media
from photofs.emulators.hosting.exif import position_of, taken_of

FORMATS = {"JPEG": "jpg", "PNG": "png", "GIF": "gif"}
CONVERTED = {"TIFF", "WEBP", "BMP"}


class Sniffed(NamedTuple):
    """A medium that the service takes; `data` is what it stores (it may have converted it)."""

    data: bytes
    media: Media
    format: str
    width: int
    height: int
    taken: str | None = None
    position: tuple[float, float] | None = None


def sniff(data: bytes) -> Sniffed | None:
    """What it is, None for anything that the service does not take (RAW among it)."""
    if video := _video_format(data[:16]):
        return Sniffed(data, "video", video, 320, 240)
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return _picture(data, picture)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None


def _video_format(head: bytes) -> str | None:
    if head[4:8] == b"ftyp" and head[8:12] not in {b"heic", b"mif1", b"avif", b"crx "}:
        return "mov" if head[8:12] == b"qt  " else "mp4"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    return None


def _picture(data: bytes, picture: Image.Image) -> Sniffed | None:
    exif = picture.getexif()
    taken, position = taken_of(exif), position_of(exif)
    width, height = picture.size
    if picture.format in CONVERTED:
        written = io.BytesIO()
        picture.convert("RGB").save(written, "JPEG", quality=95, exif=exif)
        return Sniffed(written.getvalue(), "photo", "jpg", width, height, taken, position)
    extension = FORMATS.get(picture.format or "")
    if extension is None:
        return None
    return Sniffed(data, "photo", extension, width, height, taken, position)
