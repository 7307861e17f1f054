"""What a Takeout's JSON files say: an item's facts, or an album's.

Everything in them is optional and may be of the wrong type; what does not fit is taken as not
told. Times are seconds since 1970-01-01 UTC as text; the texts beside them are localised and not
read. A position of 0.0, 0.0 means none.
"""

import re
from collections.abc import Mapping

import msgspec

from photofs.model.errors import Corrupt
from photofs.model.photo import Position, is_on_earth
from photofs.providers.archives.lengths import few, shortened

_EARLIEST, _LATEST = -62135596800, 253402300799
_ESCAPE = re.compile(
    rb"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
"""A pair of surrogates, half a pair alone, or any other escape."""
_ITEM_ID = re.compile(r"(AF1Qip[A-Za-z0-9_-]+)")
_ITEM_SIGNS = (
    "photoTakenTime",
    "creationTime",
    "photoLastModifiedTime",
    "modificationTime",
    "imageViews",
    "url",
    "googlePhotosOrigin",
    "people",
)


class Sidecar(msgspec.Struct, frozen=True, gc=False):
    """An item's facts; times in seconds since 1970-01-01 UTC, None where not told."""

    title: str
    description: str | None
    taken: int | None
    uploaded: int | None
    changed: int | None
    position: Position | None
    people: tuple[str, ...]
    favorite: bool
    archived: bool
    trashed: bool
    url: str | None

    @property
    def item_id(self) -> str | None:
        """The service's own id of the item, the same in each copy and each export."""
        found = _ITEM_ID.search(self.url or "")
        return found[1] if found else None


class AlbumFacts(msgspec.Struct, frozen=True, gc=False):
    """An album's title (may be empty) and description."""

    title: str
    description: str | None


_Json = Mapping[str, object]


def parse(data: bytes) -> Sidecar | AlbumFacts | None:
    """The facts in a JSON file; None for other JSON (orders, comments); Corrupt for no JSON."""
    told = _decoded(data)
    if not isinstance(told, dict):
        return None
    old_album = told.get("albumData")
    if isinstance(old_album, dict):
        return _album(old_album)
    if any(sign in told for sign in _ITEM_SIGNS):
        return _item(told)
    return _album(told) if isinstance(told.get("title"), str) else None


def _decoded(data: bytes) -> object:
    """What the JSON says; Corrupt for no JSON.

    A text that was cut within an emoji ends in half of a surrogate pair, which strict readers
    refuse: its date, album and trash state are right all the same, and the half becomes U+FFFD.
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        try:
            return msgspec.json.decode(_ESCAPE.sub(_mended, data))
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise Corrupt(f"it is no proper JSON ({error})") from error


def _mended(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape[2] else escape[0]


def as_item(album: AlbumFacts) -> Sidecar:
    """A file that holds a title alone, read as an item's; its name has told that it is one."""
    return Sidecar(
        album.title, album.description, None, None, None, None, (), False, False, False, None
    )


def _album(told: _Json) -> AlbumFacts:
    """Since 2025 what was written to an album stands among its enrichments alone."""
    description = _text(told, "description") or _narrative(told.get("enrichments"))
    return AlbumFacts(_text(told, "title") or "", description)


def _narrative(enrichments: object) -> str | None:
    """The texts that were set between an album's photos, each a paragraph; None without any."""
    each = enrichments if isinstance(enrichments, list) else []
    holders = [one.get("narrativeEnrichment") for one in each if isinstance(one, dict)]
    texts = [text for one in holders if isinstance(one, dict) and (text := _text(one, "text"))]
    return shortened("\n\n".join(texts)) if texts else None


def _item(told: _Json) -> Sidecar:
    return Sidecar(
        title=_text(told, "title") or "",
        description=_text(told, "description"),
        taken=_time(told, "photoTakenTime") or None,
        uploaded=_time(told, "creationTime") or None,
        changed=_time(told, "photoLastModifiedTime") or _time(told, "modificationTime") or None,
        position=_position(told.get("geoData")) or _position(told.get("geoDataExif")),
        people=_people(told.get("people")),
        favorite=told.get("favorited") is True,
        archived=told.get("archived") is True,
        trashed=told.get("trashed") is True,
        url=_text(told, "url"),
    )


def _text(told: _Json, key: str) -> str | None:
    value = told.get(key)
    return shortened(value) if isinstance(value, str) and value else None


def _time(told: _Json, key: str) -> int | None:
    """Seconds; negative before 1970, which old scans are."""
    holder = told.get(key)
    value = holder.get("timestamp") if isinstance(holder, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        seconds = int(value) if len(str(value)) <= len(str(_EARLIEST)) else _LATEST + 1
    except ValueError:
        return None
    return seconds if _EARLIEST <= seconds <= _LATEST else None


def _position(value: object) -> Position | None:
    if not isinstance(value, dict):
        return None
    latitude, longitude = value.get("latitude"), value.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    position = Position(float(latitude), float(longitude))
    return position if (latitude, longitude) != (0, 0) and is_on_earth(position) else None


def _people(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return few(name for one in value if isinstance(one, dict) and (name := _text(one, "name")))
