"""Zones by position, offsets by zone, and the machine's own zone, wherever the tests run."""

# ruff: noqa: DTZ001, DTZ901 - wall times are naive, and are what is tested

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.metadata.timezone import is_zone, machine_zone, offset_of_zone, zone_of_position
from photofs.model.errors import Refused
from photofs.model.photo import Position


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (52.5, 13.4, "Europe/Berlin"),
        (27.7, 85.3, "Asia/Kathmandu"),
        (-33.9, 18.4, "Africa/Johannesburg"),
        (40.0, -30.0, "Etc/GMT+2"),
        (91.0, 0.0, None),
        (0.0, 181.0, None),
        (float("nan"), 0.0, None),
        (float("inf"), float("-inf"), None),
    ],
)
def test_zones_of_positions(latitude: float, longitude: float, zone: str | None) -> None:
    """On land the zone of the place, at sea the nautical one, nowhere none."""
    assert zone_of_position(Position(latitude, longitude)) == zone


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_place_on_earth_has_a_known_zone(latitude: float, longitude: float) -> None:
    """What is told of a place is always a zone that offsets can be asked of."""
    zone = zone_of_position(Position(latitude, longitude))
    assert zone is not None
    assert abs(offset_of_zone(zone, datetime(2020, 1, 1), True)) <= timedelta(hours=15)


@pytest.mark.parametrize(
    ("zone", "moment", "local", "minutes"),
    [
        ("Europe/Berlin", datetime(2019, 7, 1), True, 120),
        ("Europe/Berlin", datetime(2019, 1, 1), False, 60),
        ("Asia/Kathmandu", datetime(2019, 1, 1), True, 345),
        ("Australia/Lord_Howe", datetime(2019, 7, 1), True, 630),
        ("Australia/Lord_Howe", datetime(2019, 1, 1), True, 660),
        ("Europe/Berlin", datetime(2019, 10, 27, 2, 30), True, 120),
        ("Europe/Berlin", datetime(2019, 3, 31, 2, 30), True, 60),
        ("Europe/Berlin", datetime(2019, 10, 27, 0, 59), False, 120),
        ("Europe/Berlin", datetime(2019, 10, 27, 1, 0), False, 60),
    ],
)
def test_offsets_of_zones(zone: str, moment: datetime, local: bool, minutes: int) -> None:  # noqa: FBT001 - examples
    """By wall time or UTC; of a repeated or left out hour the offset before the change."""
    assert offset_of_zone(zone, moment, local) == timedelta(minutes=minutes)


@pytest.mark.parametrize("moment", [datetime.min, datetime.max])
@pytest.mark.parametrize("local", [True, False])
def test_the_edges_of_the_calendar_have_offsets(moment: datetime, local: bool) -> None:  # noqa: FBT001 - examples
    """The first and last moment are answered as any other."""
    for zone in ("Pacific/Kiritimati", "America/Los_Angeles"):
        assert abs(offset_of_zone(zone, moment, local)) < timedelta(hours=24)


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", "../etc/passwd", "/etc/localtime", "Europe", "a\0b"]
)
def test_names_that_are_no_zones(name: str) -> None:
    """An unknown name is refused with an example of a right one."""
    assert not is_zone(name)
    with pytest.raises(Refused) as caught:
        offset_of_zone(name, datetime(2019, 1, 1), True)
    assert "Europe/Berlin" in caught.value.remedy


def test_the_machine_zone_comes_from_tz_first(tmp_path: Path) -> None:
    """TZ wins, with a colon or without, if it names a zone."""
    (tmp_path / "timezone").write_text("Asia/Tokyo\n")
    assert machine_zone({"TZ": ":Europe/Berlin"}, tmp_path) == "Europe/Berlin"
    assert machine_zone({"TZ": "CET-1CEST,M3.5.0"}, tmp_path) == "Asia/Tokyo"


def test_the_machine_zone_comes_from_the_system(tmp_path: Path) -> None:
    """Then where /etc/localtime leads, then /etc/timezone, then UTC."""
    assert machine_zone({}, tmp_path) == "UTC"
    (tmp_path / "timezone").write_text("Asia/Tokyo\n")
    assert machine_zone({}, tmp_path) == "Asia/Tokyo"
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Europe/Paris")
    assert machine_zone({}, tmp_path) == "Europe/Paris"
