"""What stands beside a picture or within it for other programs: the facts of one photo.

`photofs.metadata.xmp` writes and reads them as an XMP sidecar; `photofs.metadata.stamping` puts
date, place and description into EXIF.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from photofs.model.capture_time import EPOCH, MOST_OFFSET, Granularity, TakenBy, TakenFact
from photofs.model.photo import Position

ENDING = ".xmp"
"""A sidecar has the picture's whole name before it, as `IMG_1.jpg.xmp`."""

LARGEST = 1 << 20
"""Bytes above which no sidecar is read: real ones have a few kilobytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateTold:
    """A capture date as files can tell it: naive wall time, offset from UTC, how exact it is."""

    local: datetime
    offset: timedelta | None = None
    granularity: Granularity = Granularity.SECOND

    @property
    def fact(self) -> TakenFact:
        """The same as a source tells it."""
        return TakenFact(
            by=TakenBy.SIDECAR,
            local=self.local,
            offset=self.offset,
            granularity=self.granularity,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarFacts:
    """One photo's facts. Empty and None: not told.

    `albums` are titles. `page_url` is where the service shows it, `photo_id` its id there.
    """

    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()
    taken: DateTold | None = None
    position: Position | None = None
    favorite: bool = False
    page_url: str | None = None
    photo_id: str | None = None


def date_told(instant_ns: int, taken_local: str | None, granularity: int) -> DateTold | None:
    """The date of a photo as the catalog's columns have it; None where nobody knows it.

    `instant_ns` since 1970-01-01 UTC, `taken_local` ISO 8601. Their difference is the offset.
    """
    if taken_local is None:
        return None
    local = datetime.fromisoformat(taken_local)
    offset = local - EPOCH - timedelta(microseconds=instant_ns // 1000)
    real = abs(offset) <= MOST_OFFSET  # beyond what 64 bits hold, the instant stops at their end
    return DateTold(
        local=local, offset=offset if real else None, granularity=Granularity(granularity)
    )
