"""From the Library API's media items to what a scan saw, and to what fetching the bytes needs."""

import hashlib
from datetime import UTC, datetime

import msgspec

from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.content_key import in_part
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Fidelity, Media, PixelSize
from photofs.providers.google.answers import Record

PICTURE_NOTE = "Google's copy: without the position, and perhaps compressed anew"
VIDEO_NOTE = "Google's own conversion of the video, and not what was uploaded"
FAILED_NOTE = "Google could not convert this video, and gives none of it"

READY = "READY"
FAILED = "FAILED"
PROCESSING = "PROCESSING"
TRANSCODED = "mp4"

SUFFIXES = {Media.PICTURE: "=d", Media.VIDEO: "=dv"}
"""What a base URL needs behind it to give bytes: of a picture its copy, of a video the conversion
(google.md 2.5)."""

# What names of media types do not tell by themselves.
EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/x-icon": "ico",
    "image/vnd.microsoft.icon": "ico",
    "image/tiff": "tif",
}
PLAIN = frozenset({"png", "gif", "webp", "avif", "bmp"})


class Ref(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What opening a photo's bytes needs: an id that no other login can use.

    `day` is that of the moment that the service tells, "2019-07-12" or "": others of the same day
    are often read with it.
    """

    item: str
    media: Media
    day: str = ""


def encode(ref: Ref) -> str:
    """The ref as text."""
    return msgspec.json.encode(ref).decode()


def ref_of(encoded: str) -> Ref | None:
    """The ref that `photo_seen` gave; None if it is none of ours."""
    try:
        return msgspec.json.decode(encoded, type=Ref)
    except (msgspec.DecodeError, UnicodeError):
        return None


def text(record: Record, name: str) -> str | None:
    """A text that is there and not empty."""
    value = record.get(name)
    return value if isinstance(value, str) and value else None


def part(record: Record, name: str) -> Record | None:
    """An object within an object."""
    value = record.get(name)
    return value if isinstance(value, dict) else None


def parts(record: Record, name: str) -> list[Record]:
    """A list of objects, which may be left out where it is empty."""
    value = record.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def number(value: object) -> int | None:
    """A whole number that is not negative; the API writes 64-bit ones as text."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19:  # noqa: PLR2004 - 64 bits
        return int(value)
    return value if type(value) is int and value >= 0 else None


def item_id(record: Record) -> str | None:
    """A media item's or album's id."""
    return text(record, "id")


def media_of(record: Record) -> Media:
    """Picture or video."""
    is_video = (text(record, "mimeType") or "").startswith("video/")
    return Media.VIDEO if is_video or _video(record) is not None else Media.PICTURE


def status_of(record: Record) -> str:
    """How far Google is with a video; READY for all else, and where it does not say."""
    return text(_video(record) or {}, "status") or READY


def photo_seen(record: Record, as_of_ns: int, *, favorite: bool | None) -> PhotoSeen | None:
    """What a media item says; None if it has no id."""
    remote_id = item_id(record)
    if remote_id is None:
        return None
    media = media_of(record)
    return PhotoSeen(
        remote_id=remote_id,
        media=media,
        content_key=_content_key(record, remote_id),
        ref=encode(Ref(remote_id, media, _day(record))),
        as_of_ns=as_of_ns,
        file_name=text(record, "filename"),
        extension=extension_of(text(record, "mimeType") or "", media),
        description=text(record, "description"),
        taken=_taken(record),
        pixels=_pixels(record),
        favorite=favorite,
        page_url=text(record, "productUrl"),
        fidelity=Fidelity.RECOMPRESSED,
        fidelity_note=_note(record, media),
    )


def _metadata(record: Record) -> Record:
    return part(record, "mediaMetadata") or {}


def _video(record: Record) -> Record | None:
    return part(_metadata(record), "video")


def _note(record: Record, media: Media) -> str:
    if media is Media.PICTURE:
        return PICTURE_NOTE
    return FAILED_NOTE if status_of(record) == FAILED else VIDEO_NOTE


def _content_key(record: Record, remote_id: str) -> str:
    """Which bytes they are. The API names no version.

    Those of an id stay, unless its owner edits it on Google's pages; of that its size and type show
    something. A video's size is told only once it was converted. An answer without what the others
    have is marked as one in part: it tells no other bytes.
    """
    size = None if media_of(record) is Media.VIDEO else _pixels(record)
    told = (remote_id, text(record, "mimeType") or "", str(size) if size else "")
    key = hashlib.sha256("\0".join(told).encode()).hexdigest()[:24]
    return key if _is_told_wholly(record) else in_part(key)


def _is_told_wholly(record: Record) -> bool:
    """Whether all is there that every item has, and of a picture its size."""
    size = media_of(record) is Media.VIDEO or _pixels(record) is not None
    named = all(text(record, name) for name in ("mimeType", "filename"))
    return size and named and text(_metadata(record), "creationTime") is not None


def extension_of(kind: str, media: Media) -> str:
    """That of the bytes that are given out, by the media type: of a video always a conversion."""
    if media is Media.VIDEO:
        return TRANSCODED
    plain = kind.partition("/")[2]
    return EXTENSIONS.get(kind, plain if plain in PLAIN else "")


def instant_of(told: str | None) -> datetime | None:
    """A moment in UTC; None for what is none, or names no zone."""
    try:
        instant = datetime.fromisoformat(told) if told else None
        return instant.astimezone(UTC) if instant is not None and instant.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _taken(record: Record) -> TakenFact | None:
    """The moment that the service tells: of capture, or of the upload where it knows no better.

    Which of the two is not told (google.md 2.2).
    """
    instant = instant_of(text(_metadata(record), "creationTime"))
    return None if instant is None else TakenFact(by=TakenBy.SERVICE, instant=instant)


def _day(record: Record) -> str:
    """The day of that moment, in UTC."""
    instant = instant_of(text(_metadata(record), "creationTime"))
    return "" if instant is None else f"{instant:%Y-%m-%d}"


def _pixels(record: Record) -> PixelSize | None:
    metadata = _metadata(record)
    across, down = number(metadata.get("width")), number(metadata.get("height"))
    return PixelSize(across, down) if across and down else None
