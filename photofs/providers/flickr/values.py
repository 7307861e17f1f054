"""Plain values out of Flickr's records, where a number may be a string and a text a dict.

Types differ between methods, years and even records of one answer (flickr.md 1.4), so nothing is
taken by its type.
"""

import re
from datetime import datetime

from photofs.model.capture_time import Granularity
from photofs.model.photo import PixelSize, Position, is_on_earth
from photofs.providers.flickr.answers import Record

DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d))?", re.ASCII)
NANOSECONDS = 10**9


def text(value: object) -> str | None:
    """A text, given bare or as {"_content": text}; None for an empty one."""
    if isinstance(value, dict):
        value = value.get("_content")
    if value is None or isinstance(value, dict | list):
        return None
    # JSON can hold half a surrogate pair, which no file system and no database takes.
    return str(value).encode("utf-8", "replace").decode("utf-8") or None


def number(value: object) -> int | None:
    """A whole number, given as one, as digits, or wrapped."""
    digits = text(value)
    try:
        return None if digits is None or len(digits) > 19 else int(float(digits))  # noqa: PLR2004 - more digits than any id or time has
    except (ValueError, OverflowError):
        return None


def flag(value: object) -> bool:
    """Whether a 0 or 1 says yes."""
    return bool(number(value))


def records(container: object, name: str) -> list[Record]:
    """The records listed under a name: a list, one alone, or nothing at all."""
    found = container.get(name) if isinstance(container, dict) else None
    listed = found if isinstance(found, list) else [found]
    return [one for one in listed if isinstance(one, dict)]


def nanoseconds(value: object) -> int | None:
    """Unix seconds as nanoseconds; None for none and for 0, which stands for none."""
    seconds = number(value)
    return seconds * NANOSECONDS if seconds else None


def local_time(value: object) -> datetime | None:
    """A naive local time; None for what is no time, such as year 0. Month or day 0 count as 1."""
    found = DATE.fullmatch(text(value) or "")
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month or 1, day or 1, hour, minute, second)  # noqa: DTZ001 - wall time
    except ValueError:
        return None


def granularity(value: object) -> Granularity:
    """How exact a date is; the numbers between those that have a name mean the lower one."""
    told = number(value) or 0
    return max(one for one in Granularity if one <= max(told, 0))


def position(record: Record) -> Position | None:
    """Where it was; 0, 0 without an accuracy stands for nowhere."""
    try:
        latitude, longitude = (
            float(text(record.get(key)) or 0) for key in ("latitude", "longitude")
        )
    except ValueError:
        return None
    found = Position(latitude, longitude)
    nowhere = latitude == longitude == 0 and not number(record.get("accuracy"))
    return found if is_on_earth(found) and not nowhere else None


def pixels(width: object, height: object) -> PixelSize | None:
    """A size in pixels, if both numbers are there."""
    across, down = number(width), number(height)
    return PixelSize(across, down) if across and down else None
