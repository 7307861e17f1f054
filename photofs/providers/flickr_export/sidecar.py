"""photo_<id>.json and what is believed of it; pure.

Seen in real exports: numbers as strings, `geo` as an object, as a list of one, or as [], HTML
entities in texts, dates like "0000-00-00 00:00:00", whole fields missing in older exports.
"""

import html
import json
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from photofs.model.photo import Position, is_on_earth
from photofs.providers.archives.lengths import ADDRESS, TEXT, few, shortened
from photofs.providers.archives.plain import plain

MICRODEGREES = 1_000_000
"""`geo` tells degrees in whole millionths."""

_LONGEST = 10 * TEXT
"""Characters that are looked at for a text's first ones: an entity has up to ten."""

_NANO = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE_LENGTH = len("2019-07-01 12:00:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """The facts of one photo; None or empty where the export does not tell.

    `taken` is wall time. `uploaded_ns` takes `date_imported` as UTC: its zone is told nowhere.
    """

    title: str | None
    description: str | None
    taken: datetime | None
    uploaded_ns: int | None
    position: Position | None
    tags: tuple[str, ...]
    page_url: str | None
    original_url: str | None


def read_sidecar(data: bytes) -> Sidecar | None:
    """The facts; None if it is no JSON object."""
    told = read_object(data)
    if told is None:
        return None
    uploaded = _date(told.get("date_imported"))
    return Sidecar(
        title=words(told.get("name")),
        description=words(told.get("description")),
        taken=_date(told.get("date_taken")),
        uploaded_ns=_nanoseconds(uploaded),
        position=_position(told.get("geo")),
        tags=_tags(told.get("tags")),
        page_url=_address(told.get("photopage")),
        original_url=_address(told.get("original")),
    )


def read_object(data: bytes) -> dict[str, Any] | None:
    """A JSON object; None for whatever else the bytes are."""
    try:
        told = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def words(value: object) -> str | None:
    """A text as people wrote it: entities resolved, NFC, what no UTF-8 can hold replaced."""
    if not isinstance(value, str):
        return None
    text = unicodedata.normalize("NFC", html.unescape(value[:_LONGEST])).strip()
    return plain(shortened(text)) or None


def whole(value: object) -> int | None:
    """A number, told as one or as its digits."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def items(value: object) -> list[dict[str, Any]]:
    """The objects of a list; none if it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _date(value: object) -> datetime | None:
    if not isinstance(value, str) or len(value) != _DATE_LENGTH:
        return None
    try:
        date = datetime.fromisoformat(value)
    except ValueError:
        return None
    return date if date.tzinfo is None else None


def _nanoseconds(date: datetime | None) -> int | None:
    if date is None:
        return None
    since = date.replace(tzinfo=UTC) - _EPOCH
    return (since.days * 86_400 + since.seconds) * _NANO


def _position(value: object) -> Position | None:
    geo = value if isinstance(value, dict) else next(iter(items(value)), None)
    if geo is None:
        return None
    latitude, longitude = _degrees(geo.get("latitude")), _degrees(geo.get("longitude"))
    if latitude is None or longitude is None:
        return None
    position = Position(latitude, longitude)
    return position if is_on_earth(position) else None


def _degrees(value: object) -> float | None:
    """Whole millionths, or degrees where there is a decimal point."""
    millionths = whole(value)
    try:
        if millionths is not None:
            return millionths / MICRODEGREES
        return float(value) if isinstance(value, str | float) else None
    except (ValueError, OverflowError):
        return None


def _tags(value: object) -> tuple[str, ...]:
    told = [words(tag.get("tag")) for tag in items(value)]
    return few(dict.fromkeys(tag for tag in told if tag))


def _address(value: object) -> str | None:
    honest = isinstance(value, str) and len(value) <= ADDRESS and value.startswith("https://")
    return str(value) if honest else None
