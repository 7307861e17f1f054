"""Dates as people write them."""

import contextlib
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.model.capture_time import Granularity, TakenBy
from photofs.model.errors import Refused
from photofs.model.user_date import taken_by_user


@pytest.mark.parametrize(
    ("text", "local", "granularity"),
    [
        ("2019-07-12 18:30:05", "2019-07-12T18:30:05", Granularity.SECOND),
        ("2019-07-12T18:30", "2019-07-12T18:30:00", Granularity.SECOND),
        ("2019:07:12 18:30:05", "2019-07-12T18:30:05", Granularity.SECOND),
        (" 2019-07-12 ", "2019-07-12T00:00:00", Granularity.SECOND),
        ("2019-07", "2019-07-01T00:00:00", Granularity.MONTH),
        ("2019", "2019-01-01T00:00:00", Granularity.YEAR),
        ("circa 1950", "1950-01-01T00:00:00", Granularity.CIRCA),
        ("~1950", "1950-01-01T00:00:00", Granularity.CIRCA),
    ],
)
def test_dates_are_read(text: str, local: str, granularity: Granularity) -> None:
    """As exact as they are written, and the user's own word."""
    fact = taken_by_user(text)
    assert (fact.by, fact.local, fact.granularity) == (
        TakenBy.USER,
        datetime.fromisoformat(local),
        granularity,
    )
    assert fact.offset is None


@pytest.mark.parametrize(
    ("zone", "hours"), [("Z", 0.0), ("+02:00", 2.0), (" -0330", -3.5), ("+05:45", 5.75)]
)
def test_a_zone_may_follow(zone: str, hours: float) -> None:
    """Then it holds for that photo."""
    assert taken_by_user(f"2019-07-12 18:30:05{zone}").offset == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "yesterday", "2019-02-30", "2019-13", "12.7.2019", "0000"])
def test_what_is_no_date_is_refused(text: str) -> None:
    """With how to write one."""
    with pytest.raises(Refused) as caught:
        taken_by_user(text)
    assert "2019-07-12" in caught.value.remedy


@given(st.text())
def test_any_text_is_a_date_or_refused(text: str) -> None:
    """Nothing else ever happens."""
    with contextlib.suppress(Refused):
        assert taken_by_user(text).local is not None
