"""A scan that ended, and yet could not read everything, says so."""

from pathlib import Path

import pytest

from photofs.emulators.takeout import demo_takeout
from tests.support.damage import spoil
from tests.support.household import Household


def test_what_could_not_be_read_is_said_after_a_scan(tmp_path: Path) -> None:
    """A part cut short, and one that is not there, are named as a number, and where to read on."""
    export = tmp_path / "export"
    parts = [path for path in demo_takeout(export) if path.suffix == ".zip"]
    parts[1].write_bytes(parts[1].read_bytes()[:-30])
    house = Household(tmp_path / "home")
    house.run("library", "add", "takeout", export, code=None)
    told = house.run("scan", "--full", code=None)
    assert "photos; this scan found 0 new, 0 changed" in told
    assert "could not be read: 1, see `photofs library report google`" in told
    kinds = [finding["kind"] for finding in house.ask("library", "report", "google")]
    assert kinds[0] == "unreadable"
    assert "guess" in kinds


def test_no_photo_is_listed_twice_for_a_damaged_part(tmp_path: Path) -> None:
    """Whole, damaged, whole; and damaged, whole: the library holds each photo once all the time."""
    export = tmp_path / "export"
    parts = {path: path.read_bytes() for path in demo_takeout(export) if path.suffix == ".zip"}
    house = Household(tmp_path / "home")
    house.run("library", "add", "takeout", export)
    (whole,) = house.ask("library", "list")
    for part in parts:
        spoil(part)
    house.run("scan", code=None)
    assert house.ask("library", "list") == [whole]
    house.run("library", "remove", "--yes", "google")
    house.run("library", "add", "takeout", export, code=None)
    (damaged,) = house.ask("library", "list")
    assert damaged["photos"] <= whole["photos"]
    for part, data in parts.items():
        part.write_bytes(data)
    house.run("scan")
    (healed,) = house.ask("library", "list")
    assert {**healed, "name": ""} == {**whole, "name": ""}
    house.run("check")


@pytest.mark.parametrize("late", range(1, 5))
def test_a_part_that_comes_later_leaves_nothing_missing_or_twice(tmp_path: Path, late: int) -> None:
    """Whichever part was lacking at first, the library is then as if all had been there at once.

    A RAW file, taken for its JPEG's until the part with its own sidecar came, once stayed behind.
    """
    demo_takeout(tmp_path / "whole")
    expected = Household(tmp_path / "at_once")
    expected.run("library", "add", "takeout", tmp_path / "whole")
    part = sorted((tmp_path / "whole").glob("*.zip"))[late - 1]
    household = Household(tmp_path / "later")
    aside = part.rename(tmp_path / part.name)
    household.run("library", "add", "takeout", tmp_path / "whole", code=None)
    aside.rename(part)
    household.run("scan", "google")
    (all_at_once,), (later,) = expected.ask("library", "list"), household.ask("library", "list")
    assert later == all_at_once
