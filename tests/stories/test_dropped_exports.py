"""An export that is dropped into the folder of a mounted library is taken in."""

from pathlib import Path

import pytest

from photofs.emulators.takeout import demo_takeout
from tests.support.household import Household
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.mount, pytest.mark.timeout(600)]


def test_parts_that_come_while_mounted_are_taken_in(tmp_path: Path) -> None:
    """The agent sees them come, by the system's word and not by its half-hourly scan."""
    parts = sorted(demo_takeout(tmp_path / "whole"))
    expected = Household(tmp_path / "at_once")
    expected.run("library", "add", "takeout", tmp_path / "whole")
    (whole,) = expected.ask("library", "list")

    folder = tmp_path / "export"
    folder.mkdir()
    parts[0].rename(folder / parts[0].name)
    household = Household(tmp_path / "later")
    household.run("library", "add", "takeout", folder)
    with household.mounted(agent=True) as point:
        (few,) = household.ask("library", "list")
        assert few["photos"] < whole["photos"]
        for part in parts[1:]:
            (folder / part.name).write_bytes(part.read_bytes())
        wait_until(lambda: household.ask("library", "list") == [whole])
        assert len(list((point / "google" / "Albums").iterdir())) > 0
    household.run("check")
