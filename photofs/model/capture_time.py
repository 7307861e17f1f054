"""When a photo was taken, how sure that is, and which instant and date follow.

One written rule (docs/SEMANTICS.md "Time"), kept by `resolve`:

1. Zone: the offset that came with the time; else the zone of the GPS position; else the configured
   zone. Where a clock change leaves out or repeats a wall time, the offset before the change holds.
2. Wall time and instant follow from each other by that zone. If a source tells both, both are kept.
3. If only month or year are known, the wall time is the beginning of the 1st of it.
4. The folder is the wall time's date. Nothing known: the upload time stands in as the instant, and
   there is no date.

Zone data comes in from outside as a function, so that this module does no I/O.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

from photofs.model.photo import Position


class Granularity(IntEnum):
    """How exact a capture date is; the numbers are Flickr's (services/api misc.dates)."""

    SECOND = 0
    MONTH = 4
    YEAR = 6
    CIRCA = 8


class TakenBy(StrEnum):
    """Which fact gave the capture time."""

    EXIF = "exif"
    VIDEO = "video header"
    SERVICE = "service"
    SIDECAR = "sidecar"
    TITLE = "title"
    UPLOAD = "upload time"
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFact:
    """A capture time as one source tells it: `local` wall time, `instant`, or both.

    `local` is naive. `instant` is aware, UTC. `offset` is what the camera or service said of the
    zone. At least one of `local` and `instant` is set.
    """

    by: TakenBy
    local: datetime | None = None
    instant: datetime | None = None
    offset: timedelta | None = None
    granularity: Granularity = Granularity.SECOND


class ZoneBy(StrEnum):
    """What told the zone."""

    OFFSET = "offset"
    POSITION = "position"
    SETTING = "setting"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureTime:
    """The shown outcome: instant (nanoseconds since 1970-01-01 UTC), local date, and why.

    `local` is the wall time at the place, naive; None, as `local_date`, if the upload time stands
    in.
    """

    instant_ns: int
    local: datetime | None
    local_date: date | None
    by: TakenBy
    zone_by: ZoneBy | None
    granularity: Granularity

    @property
    def known(self) -> bool:
        """Whether a capture time was known at all (else the upload time stands in)."""
        return self.by is not TakenBy.UPLOAD

    @property
    def how(self) -> str:
        """For people: "exif, zone by position"; how exact, where only month or year are known."""
        parts = [self.by.value]
        if self.granularity is not Granularity.SECOND:
            parts.append(f"{self.granularity.name.lower()} only")
        if self.zone_by is not None:
            parts.append(f"zone by {self.zone_by.value}")
        return ", ".join(parts)


ZoneOfPosition = Callable[[Position], str | None]
"""The IANA name of the zone at a position, None where there is none."""

OffsetOfZone = Callable[[str, datetime, bool], timedelta]
"""The offset from UTC of the zone named; the datetime is naive local (True) or UTC (False)."""


class _Zone(NamedTuple):
    """The zone that holds for one photo, and what told it."""

    by: ZoneBy
    offset_at: Callable[[datetime, bool], timedelta]


EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose: wall times are compared to it
_MOST_NS: Final = 2**63 - 1  # what the catalog's and the kernel's 64 bits hold: years 1678 to 2262
MOST_OFFSET: Final = timedelta(hours=18)  # real ones reach 14 h; java.time's limit leaves room
_IN_TITLE: Final = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([01]\d)([0-3]\d)[_-]([0-2]\d)([0-5]\d)([0-5]\d)(?!\d{4})"
)


def resolve(
    taken: TakenFact | None,
    position: Position | None,
    uploaded_ns: int | None,
    *,
    zone: str,
    zone_of_position: ZoneOfPosition,
    offset_of_zone: OffsetOfZone,
) -> CaptureTime:
    """The capture time by the rule above. With no time at all, the instant is 1970-01-01 UTC."""
    if taken is None or (taken.local is None and taken.instant is None):
        return _uploaded(uploaded_ns or 0)
    there = _zone(taken, position, zone, zone_of_position, offset_of_zone)
    utc = taken.instant.astimezone(UTC).replace(tzinfo=None) if taken.instant else None
    told = taken.local or _wall_time(utc or EPOCH, there)
    local = _first_of(told, taken.granularity)
    if utc is not None and local == told:
        instant = utc - EPOCH
    else:
        instant = local - EPOCH - there.offset_at(local, True)
    return CaptureTime(
        instant_ns=_nanoseconds(instant),
        local=local,
        local_date=local.date(),
        by=taken.by,
        zone_by=there.by,
        granularity=taken.granularity,
    )


def taken_from_title(title: str) -> TakenFact | None:
    """The wall time in a title or file name such as "IMG_20190712_183005"; else None."""
    for found in _IN_TITLE.finditer(title):
        try:
            local = datetime.strptime("".join(found.groups()), "%Y%m%d%H%M%S")  # noqa: DTZ007 - naive
        except ValueError:
            continue
        return TakenFact(by=TakenBy.TITLE, local=local)
    return None


def _uploaded(uploaded_ns: int) -> CaptureTime:
    """The upload time standing in for a capture time that nobody knows."""
    return CaptureTime(
        instant_ns=uploaded_ns,
        local=None,
        local_date=None,
        by=TakenBy.UPLOAD,
        zone_by=None,
        granularity=Granularity.SECOND,
    )


def _zone(
    taken: TakenFact,
    position: Position | None,
    configured: str,
    zone_of_position: ZoneOfPosition,
    offset_of_zone: OffsetOfZone,
) -> _Zone:
    """Rule 1. A source that tells wall time and instant has told the offset too."""
    offset = taken.offset
    if offset is None and taken.local is not None and taken.instant is not None:
        offset = taken.local - taken.instant.astimezone(UTC).replace(tzinfo=None)
    if offset is not None and abs(offset) <= MOST_OFFSET:
        told = offset
        return _Zone(ZoneBy.OFFSET, lambda _moment, _local: told)
    name = zone_of_position(position) if position is not None else None
    by = ZoneBy.SETTING if name is None else ZoneBy.POSITION
    zone = name or configured
    return _Zone(by, lambda moment, local: offset_of_zone(zone, moment, local))


def _wall_time(utc: datetime, there: _Zone) -> datetime:
    """The wall time at an instant; at the very edges of the calendar, UTC's."""
    try:
        return utc + there.offset_at(utc, False)
    except OverflowError:
        return utc


def _first_of(local: datetime, granularity: Granularity) -> datetime:
    """Rule 3: the beginning of what is known."""
    if granularity is Granularity.SECOND:
        return local
    month = local.month if granularity is Granularity.MONTH else 1
    return datetime(local.year, month, 1)  # noqa: DTZ001 - a naive wall time


def _nanoseconds(since_epoch: timedelta) -> int:
    """As nanoseconds, exact, held within 64 bits."""
    ns = since_epoch // timedelta(microseconds=1) * 1000
    return max(-_MOST_NS, min(ns, _MOST_NS))


def instant_at(instant_ns: int) -> datetime:
    """The instant so many nanoseconds after 1970-01-01 UTC, to the second."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=instant_ns // 10**9)
