"""The one written rule for capture times, in many zones, whatever zone the machine is in."""

# ruff: noqa: DTZ001, DTZ901 - wall times are naive, and are what is tested

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.model.capture_time import (
    CaptureTime,
    Granularity,
    TakenBy,
    TakenFact,
    ZoneBy,
    resolve,
    taken_from_title,
)
from photofs.model.photo import Position

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KATHMANDU = Position(27.7, 85.3)
AT_SEA = Position(0.0, -140.0)
ZONES = [
    *("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Pacific/Kiritimati", "America/St_Johns", "Africa/Casablanca"),
]


def offset_of_zone(name: str, moment: datetime, local: bool) -> timedelta:  # noqa: FBT001 - the port's
    """The zone files' offset; of a repeated or left out wall time the one before the change."""
    zone = ZoneInfo(name)
    aware = moment.replace(tzinfo=zone) if local else moment.replace(tzinfo=UTC).astimezone(zone)
    offset = aware.utcoffset()
    assert offset is not None
    return offset


def zone_of_position(position: Position) -> str | None:
    """A world with one zone in it."""
    return "Asia/Kathmandu" if position == KATHMANDU else None


def resolved(
    taken: TakenFact | None,
    position: Position | None = None,
    uploaded_ns: int | None = None,
    zone: str = "Europe/Berlin",
) -> CaptureTime:
    """The outcome with that world's zones."""
    return resolve(
        taken,
        position,
        uploaded_ns,
        zone=zone,
        zone_of_position=zone_of_position,
        offset_of_zone=offset_of_zone,
    )


def wall(local: datetime, **more: object) -> TakenFact:
    """A fact of a wall time."""
    return TakenFact(by=TakenBy.EXIF, local=local, **more)  # type: ignore[arg-type]  # two kinds of values


def nanoseconds(moment: datetime) -> int:
    """An aware moment as the tree counts it."""
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000


def test_a_told_offset_wins_over_position_and_setting() -> None:
    """The camera's own offset is believed first."""
    local = datetime(2019, 7, 12, 18, 30, 5, 250000)
    outcome = resolved(wall(local, offset=timedelta(hours=-3, minutes=-30)), KATHMANDU)
    assert outcome.instant_ns == nanoseconds(datetime(2019, 7, 12, 22, 0, 5, 250000, UTC))
    assert outcome.local_date == date(2019, 7, 12)
    assert outcome.zone_by is ZoneBy.OFFSET
    assert outcome.how == "exif, zone by offset"


def test_the_zone_of_the_position_wins_over_the_setting() -> None:
    """Without an offset, the place tells the zone: Nepal is 5:45 ahead."""
    outcome = resolved(wall(datetime(2019, 1, 1, 5, 45)), KATHMANDU)
    assert outcome.instant_ns == nanoseconds(datetime(2019, 1, 1, tzinfo=UTC))
    assert outcome.zone_by is ZoneBy.POSITION


@pytest.mark.parametrize("position", [None, AT_SEA])
def test_the_setting_holds_where_nothing_else_is_known(position: Position | None) -> None:
    """No offset, and no position or one without a zone: the configured zone."""
    outcome = resolved(wall(datetime(2019, 7, 1, 12)), position)
    assert outcome.instant_ns == nanoseconds(datetime(2019, 7, 1, 10, tzinfo=UTC))
    assert outcome.zone_by is ZoneBy.SETTING


def test_an_instant_gets_its_local_date_from_the_position() -> None:
    """What Takeout tells, UTC alone, is filed under the date at the place."""
    instant = datetime(2019, 6, 30, 20, tzinfo=UTC)
    fact = TakenFact(by=TakenBy.SERVICE, instant=instant)
    assert resolved(fact, KATHMANDU).local_date == date(2019, 7, 1)
    assert resolved(fact).local_date == date(2019, 6, 30)
    assert resolved(fact).local == datetime(2019, 6, 30, 22)
    assert resolved(fact, zone="Pacific/Kiritimati").local_date == date(2019, 7, 1)
    assert resolved(fact).instant_ns == nanoseconds(instant)


def test_wall_time_and_instant_are_both_kept() -> None:
    """A source that tells both has told the offset; neither is worked out anew."""
    fact = TakenFact(
        by=TakenBy.VIDEO,
        local=datetime(2020, 1, 1, 0, 30),
        instant=datetime(2019, 12, 31, 15, 30, tzinfo=UTC),
    )
    outcome = resolved(fact, KATHMANDU)
    assert outcome.instant_ns == nanoseconds(datetime(2019, 12, 31, 15, 30, tzinfo=UTC))
    assert outcome.local_date == date(2020, 1, 1)
    assert outcome.zone_by is ZoneBy.OFFSET


def test_an_instant_in_another_zone_than_utc_is_the_same_instant() -> None:
    """An aware time counts for the moment that it is."""
    there = datetime(2019, 7, 12, 12, tzinfo=ZoneInfo("Asia/Tokyo"))
    outcome = resolved(TakenFact(by=TakenBy.SERVICE, instant=there))
    assert outcome.instant_ns == nanoseconds(there)


def test_an_offset_that_no_zone_has_is_not_believed() -> None:
    """Broken offsets give way to position and setting."""
    outcome = resolved(wall(datetime(2019, 7, 1, 12), offset=timedelta(hours=99)))
    assert outcome.zone_by is ZoneBy.SETTING


@pytest.mark.parametrize(
    ("granularity", "local", "first", "how"),
    [
        (Granularity.MONTH, datetime(1980, 6, 1), date(1980, 6, 1), "month only"),
        (Granularity.MONTH, datetime(1980, 6, 17, 13), date(1980, 6, 1), "month only"),
        (Granularity.YEAR, datetime(1955, 6, 17), date(1955, 1, 1), "year only"),
        (Granularity.CIRCA, datetime(1955, 6, 17), date(1955, 1, 1), "circa only"),
    ],
)
def test_what_is_known_roughly_stands_at_its_beginning(
    granularity: Granularity, local: datetime, first: date, how: str
) -> None:
    """Of a month or year the 1st, at midnight there."""
    outcome = resolved(wall(local, granularity=granularity), zone="America/New_York")
    assert outcome.local_date == first
    midnight = datetime(first.year, first.month, 1, tzinfo=ZoneInfo("America/New_York"))
    assert outcome.instant_ns == nanoseconds(midnight.astimezone(UTC))
    assert how in outcome.how


def test_a_rough_instant_stands_at_the_beginning_there() -> None:
    """The month is that of the place, not UTC's."""
    fact = TakenFact(
        by=TakenBy.SERVICE,
        instant=datetime(1980, 5, 31, 23, tzinfo=UTC),
        granularity=Granularity.MONTH,
    )
    outcome = resolved(fact, KATHMANDU)
    assert outcome.local_date == date(1980, 6, 1)
    assert outcome.instant_ns == nanoseconds(datetime(1980, 5, 31, 18, 30, tzinfo=UTC))


def test_the_upload_time_stands_in_without_a_date() -> None:
    """What nobody knows is said: no date, upload time as instant."""
    outcome = resolved(None, KATHMANDU, 1_500_000_000_123_456_789)
    assert outcome.instant_ns == 1_500_000_000_123_456_789
    assert (outcome.local, outcome.local_date, outcome.known) == (None, None, False)
    assert outcome.how == "upload time"
    assert resolved(TakenFact(by=TakenBy.EXIF), None, 7).instant_ns == 7
    assert resolved(None).instant_ns == 0


def test_a_repeated_hour_is_taken_as_its_first_run() -> None:
    """On 2019-10-27 the hour from 02:00 came twice in Berlin: summer time's holds."""
    outcome = resolved(wall(datetime(2019, 10, 27, 2, 30)))
    assert outcome.instant_ns == nanoseconds(datetime(2019, 10, 27, 0, 30, tzinfo=UTC))


def test_an_hour_left_out_counts_by_the_offset_before() -> None:
    """On 2019-03-31 there was no 02:30 in Berlin: a clock not changed showed it at 01:30 UTC."""
    outcome = resolved(wall(datetime(2019, 3, 31, 2, 30)))
    assert outcome.instant_ns == nanoseconds(datetime(2019, 3, 31, 1, 30, tzinfo=UTC))
    assert outcome.local == datetime(2019, 3, 31, 2, 30)


@pytest.mark.parametrize(
    ("year", "zone"),
    [(1826, "UTC"), (1900, "Asia/Kolkata"), (1969, "Europe/Berlin"), (2261, "UTC")],
)
def test_times_before_1970_and_far_ahead(year: int, zone: str) -> None:
    """The instant is exact, negative before 1970."""
    local = datetime(year, 12, 31, 23, 59, 59)
    outcome = resolved(wall(local), zone=zone)
    assert outcome.instant_ns == nanoseconds(local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC))
    assert outcome.local_date == local.date()


@pytest.mark.parametrize("local", [datetime.min, datetime(1600, 1, 1), datetime.max])
def test_what_64_bits_do_not_hold_stops_at_their_ends(local: datetime) -> None:
    """The folder has the right year, though no instant can be counted that far."""
    for offset in (timedelta(hours=14), timedelta(hours=-12)):
        outcome = resolved(wall(local, offset=offset))
        assert abs(outcome.instant_ns) == 2**63 - 1
        assert outcome.local_date == local.date()
        fact = TakenFact(by=TakenBy.SERVICE, instant=local.replace(tzinfo=UTC), offset=offset)
        assert abs(resolved(fact).instant_ns) == 2**63 - 1


@given(
    st.datetimes(datetime(1880, 1, 1), datetime(2200, 1, 1)),
    st.sampled_from(ZONES),
    st.booleans(),
)
def test_instant_and_wall_time_agree(moment: datetime, zone: str, seen: bool) -> None:  # noqa: FBT001 - drawn
    """From an instant to its wall time and back is the same instant, but for a repeated hour."""
    instant = moment.replace(tzinfo=UTC)
    outcome = resolved(
        TakenFact(by=TakenBy.SERVICE, instant=instant), KATHMANDU if seen else None, zone=zone
    )
    assert outcome.instant_ns == nanoseconds(instant)
    assert outcome.local is not None
    back = resolved(wall(outcome.local), KATHMANDU if seen else None, zone=zone)
    named = ZoneInfo("Asia/Kathmandu" if seen else zone)
    if instant.astimezone(named).fold == 0:
        assert back.instant_ns == outcome.instant_ns
    assert outcome.instant_ns - 2 * 3600 * 10**9 <= back.instant_ns <= outcome.instant_ns


@given(
    st.datetimes(datetime(1700, 1, 1), datetime(2250, 1, 1)),
    st.integers(min_value=-14 * 60, max_value=14 * 60),
)
def test_an_offset_is_exact(local: datetime, minutes: int) -> None:
    """Wall time less offset, to the microsecond, is the instant."""
    outcome = resolved(wall(local, offset=timedelta(minutes=minutes)))
    assert outcome.instant_ns == nanoseconds(
        (local - timedelta(minutes=minutes)).replace(tzinfo=UTC)
    )
    assert outcome.local == local


@pytest.mark.parametrize(
    ("title", "local"),
    [
        ("IMG_20190712_183005", datetime(2019, 7, 12, 18, 30, 5)),
        ("PXL_20201231_235959123.MP.jpg", datetime(2020, 12, 31, 23, 59, 59)),
        ("20190712-183005", datetime(2019, 7, 12, 18, 30, 5)),
        ("99999999_999999 20190712_183005", datetime(2019, 7, 12, 18, 30, 5)),
        ("20190231_120000", None),
        ("20191301_120000", None),
        ("1234520190712_183005", None),
        ("20190712_1830", None),
        ("53214567890_0123456789_o", None),
        ("Sunset", None),
        ("", None),
    ],
)
def test_titles_that_are_times(title: str, local: datetime | None) -> None:
    """A title of date and time as cameras write it gives the wall time; nothing else does."""
    fact = taken_from_title(title)
    assert (fact.local if fact else None) == local
    assert fact is None or fact.by is TakenBy.TITLE
