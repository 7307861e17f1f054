"""Which files Google Photos takes, and how long they may be (google.md 2.9).

What it refuses for good is refused before a byte is sent. It takes "some" raw formats and does not
say which, so those are sent, and its own answer counts.
"""

from photofs.model.errors import Refused
from photofs.model.photo import Media

MOST_BYTES = {Media.PICTURE: 200 * 2**20, Media.VIDEO: 20 * 2**30}
"""Bytes; an older page of Google's says 10 GB for videos, and the service has the last word."""

PICTURES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "ico": "image/x-icon",
    "tif": "image/tiff",
}
RAWS = {
    "arw": "image/x-sony-arw",
    "cr2": "image/x-canon-cr2",
    "cr3": "image/x-canon-cr3",
    "dng": "image/x-adobe-dng",
    "nef": "image/x-nikon-nef",
    "orf": "image/x-olympus-orf",
    "pef": "image/x-pentax-pef",
    "raf": "image/x-fuji-raf",
    "rw2": "image/x-panasonic-rw2",
    "srw": "image/x-samsung-srw",
}
VIDEOS = {
    "3gp": "video/3gpp",
    "avi": "video/x-msvideo",
    "mkv": "video/x-matroska",
    "mov": "video/quicktime",
    "mp4": "video/mp4",
    "mpg": "video/mpeg",
    "mts": "video/mp2t",
    "ts": "video/mp2t",
    "wmv": "video/x-ms-wmv",
}
KINDS = PICTURES | RAWS | VIDEOS
"""By the extension that a file's bytes ask for: the type that goes with them."""

CERTAIN = frozenset({*PICTURES, *VIDEOS})
"""Kinds that Google names on its page: if it refuses a whole one, that is not for its kind."""

NOT_SENT = "nothing was sent, and the file stays on this disk"


def type_of(extension: str, media: Media, size: int) -> str:
    """The type to send with a file; Refused if Google takes none of that kind or length."""
    mime = KINDS.get(extension)
    if mime is None:
        raise Refused(
            f"Google Photos takes no .{extension} files",
            safe=NOT_SENT,
            remedy="copy it in as JPEG, HEIC, PNG, WebP, MP4 or MOV",
        )
    most = MOST_BYTES[media]
    if size > most:
        what, limit = ("videos", "20 GiB") if media is Media.VIDEO else ("photos", "200 MiB")
        raise Refused(
            f"Google Photos takes no {what} of more than {limit}, and this one has {size:,} bytes",
            safe=NOT_SENT,
            remedy="copy in a smaller version of it",
        )
    return mime
