"""When a photo was taken, how sure that is, and which instant and date follow.

One written rule (docs/SEMANTICS.md "Time"): the instant of capture is the known offset, else the
zone of the GPS position, else the configured zone; the folder is the local capture date. Zone data
comes in from outside as a function, so that this module does no I/O.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum

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
    """The shown outcome: instant (nanoseconds since 1970-01-01 UTC), local date, and why."""

    instant_ns: int
    local_date: date | None
    by: TakenBy
    zone_by: ZoneBy | None
    granularity: Granularity

    @property
    def known(self) -> bool:
        """Whether a capture time was known at all (else the upload time stands in)."""
        return self.by is not TakenBy.UPLOAD


ZoneOfPosition = Callable[[Position], str | None]
"""The IANA name of the zone at a position, None where there is none."""

OffsetOfZone = Callable[[str, datetime, bool], timedelta]
"""The offset from UTC of the zone named; the datetime is naive local (True) or UTC (False)."""
