"""What an uploaded file is to Google, told from its bytes."""

import io
from typing import NamedTuple

from PIL import ExifTags, Image, UnidentifiedImageError

from photofs.emulators.hosting.exif import position_of, taken_of

MIMES = {
    "AVIF": "image/avif",
    "BMP": "image/bmp",
    "GIF": "image/gif",
    "ICO": "image/x-icon",
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "TIFF": "image/tiff",
    "WEBP": "image/webp",
}
HEIC_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"hevc"})
AVIF_BRANDS = frozenset({b"avif", b"avis"})
HEIC_SIZE = (4032, 3024)
VIDEO_SIZE = (1280, 720)


class Sniffed(NamedTuple):
    """A medium that the service takes; `taken` is naive local time, `offset` like "+02:00"."""

    mime: str
    width: int
    height: int
    taken: str | None = None
    offset: str | None = None
    position: tuple[float, float] | None = None
    make: str | None = None
    model: str | None = None


def sniff(data: bytes) -> Sniffed | None:
    """What it is, None for anything that the service does not take."""
    head = data[:16]
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        return Sniffed("image/heic", *HEIC_SIZE)
    if video := _video(head):
        return Sniffed(video, *VIDEO_SIZE)
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return _picture(picture)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None


def _video(head: bytes) -> str | None:
    if head[4:8] == b"ftyp" and head[8:12] not in AVIF_BRANDS:
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "video/x-msvideo"
    return "video/x-matroska" if head[:4] == b"\x1aE\xdf\xa3" else None


def _picture(picture: Image.Image) -> Sniffed | None:
    mime = MIMES.get(picture.format or "")
    if mime is None:
        return None
    exif = picture.getexif()
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    return Sniffed(
        mime,
        *picture.size,
        taken=taken_of(exif),
        offset=_text(camera.get(ExifTags.Base.OffsetTimeOriginal)),
        position=position_of(exif),
        make=_text(exif.get(ExifTags.Base.Make)),
        model=_text(exif.get(ExifTags.Base.Model)),
    )


def _text(value: object) -> str | None:
    return value.strip("\0 ") or None if isinstance(value, str) else None
