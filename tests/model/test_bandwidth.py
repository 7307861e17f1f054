"""The timetable of `bwlimit`."""

import pytest

from photofs.model.bandwidth import parse_timetable
from photofs.model.errors import Misconfigured

MONDAY, SATURDAY, SUNDAY = 0, 5, 6


def at(text: str, day: int, clock: str) -> int | None:
    """The rate by that timetable then."""
    hour, minute = clock.split(":")
    return parse_timetable(text).rate(day, int(hour) * 60 + int(minute))


def test_one_rate_counts_at_all_times() -> None:
    """In bytes a second, by powers of 1000 or of 1024; nothing and "off" are no limit."""
    assert at("512k", MONDAY, "00:00") == 512_000
    assert at("1MiB", SUNDAY, "23:59") == 1 << 20
    assert at("", MONDAY, "12:00") is None
    assert at("off", MONDAY, "12:00") is None


@pytest.mark.parametrize(
    ("clock", "rate"),
    [("07:59", None), ("08:00", 512_000), ("18:59", 512_000), ("19:00", 10**7), ("23:00", None)],
)
def test_a_rate_counts_until_the_next_one(clock: str, rate: int | None) -> None:
    """The last one of a day lasts into the next morning."""
    for day in (MONDAY, SATURDAY):
        assert at("08:00,512k 19:00,10M 23:00,off", day, clock) == rate


def test_a_days_own_entry_counts_on_that_day() -> None:
    """And overrules those of all days, in whatever order they stand."""
    for text in ("Sat-08:00,off 08:00,512k", "08:00,512k sat-08:00,off"):
        assert at(text, SATURDAY, "09:00") is None
        assert at(text, SUNDAY, "07:00") is None
        assert at(text, SUNDAY, "08:00") == 512_000


def test_a_week_that_begins_before_its_first_entry_goes_on_as_the_last_one_ended() -> None:
    """On Monday morning Sunday's rate still counts."""
    assert at("Wed-10:00,1M Sun-20:00,2M", MONDAY, "00:00") == 2_000_000


@pytest.mark.parametrize(
    "text", ["fast", "08:00", "8:00,1M", "25:00,1M", "Xyz-08:00,1M", "08:00,1M:2M", "100", "1k 2k"]
)
def test_what_is_no_timetable_is_refused(text: str) -> None:
    """So is what is slower than any service waits for."""
    with pytest.raises(Misconfigured):
        parse_timetable(text)
