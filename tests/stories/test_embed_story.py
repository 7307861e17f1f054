"""`photofs mount --embed=missing` on a Takeout whose pictures tell no date of their own."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photofs.assembly import House
from photofs.emulators.pictures import make_jpeg
from photofs.emulators.takeout import Shape, write_export
from tests.support.household import Household, shell
from tests.support.takeout_worlds import MADE, account, item
from tests.support.waiting import wait_until

WHEN = datetime(2019, 7, 12, 23, 30, 5, tzinfo=UTC)
LIMA = (-12.0464, -77.0428)


@pytest.mark.mount
def test_uploaders_find_date_and_place(household: Household, tmp_path: Path) -> None:
    """The agent learns the heads, exiftool reads them in a copy; without --embed all is as it is.

    A mount without it has the agent learn no more.
    """
    bare = make_jpeg(1)
    known = account(item("scan.jpg", 1, data=bare, taken=WHEN, position=LIMA))
    write_export(tmp_path / "export", known, MADE, Shape())
    household.run("library", "add", "takeout", tmp_path / "export")
    with household.mounted("--embed=missing", agent=True) as point:
        (path,) = (point / "google" / "Dates").rglob("scan.jpg")
        wait_until(lambda: path.stat().st_size > len(bare))
        size = path.stat().st_size
        shell("cp", path, tmp_path)
        copy = tmp_path / "scan.jpg"
        assert copy.stat().st_size == size
        (told,) = json.loads(shell("exiftool", "-j", "-n", copy))
        assert (told["DateTimeOriginal"], told["OffsetTimeOriginal"]) == (
            "2019:07:12 18:30:05",
            "-05:00",
        )
        assert (told["GPSLatitude"], told["GPSLongitude"]) == pytest.approx(LIMA, abs=1e-6)
        assert b"shown with date or place" in os.getxattr(path, "user.photofs.fidelity")
    with household.mounted(agent=True) as point:
        (path,) = (point / "google" / "Dates").rglob("scan.jpg")
        assert path.read_bytes() == bare
    with House(household.environ).catalog(read_only=True) as catalog:
        assert not catalog.heads_wanted()
