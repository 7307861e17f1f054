"""The folder of an export was moved, or its disk is not mounted."""

import errno
import time
from pathlib import Path

import pytest

from photofs.emulators.takeout import demo_takeout
from tests.support.household import Household


@pytest.fixture
def export(tmp_path: Path, household: Household) -> Path:
    """The folder of a library that was scanned."""
    folder = tmp_path / "export"
    demo_takeout(folder)
    household.run("library", "add", "takeout", folder)
    return folder


def a_photo(point: Path) -> Path:
    """Any photo in a mount."""
    return next(path for path in (point / "google" / "Dates").rglob("*.jpg"))


@pytest.mark.mount
def test_a_folder_that_is_away_is_called_so(household: Household, export: Path) -> None:
    """At once, and not as a fault of a network; what it is comes from info and status."""
    aside = export.rename(export.with_name("aside"))
    with household.mounted() as point:
        path = a_photo(point)
        began = time.monotonic()
        with pytest.raises(OSError, match="No such device") as raised:
            path.read_bytes()
        assert raised.value.errno == errno.ENXIO
        assert time.monotonic() - began < 30
        told = household.ask("info", path)["state"]
        assert told.startswith(f"failed: the folder {export} is not there")
        source = household.ask("status")["libraries"][0]["sources"][0]
        assert f"the folder {export} is not there" in source["trouble"]
        aside.rename(export)
        other = next(each for each in (point / "google" / "Dates").rglob("*.jpg") if each != path)
        assert other.read_bytes()
        assert household.ask("info", path)["state"] == "remote"


@pytest.mark.mount
def test_a_library_is_given_its_new_folder(household: Household, export: Path) -> None:
    """While it is mounted, after a read had failed; nothing is scanned anew or lost."""
    (before,) = household.ask("library", "list")
    with household.mounted() as point:
        new = export.rename(export.with_name("new place"))
        path = a_photo(point)
        with pytest.raises(OSError, match="No such device"):
            path.read_bytes()
        moved = household.ask("library", "move", "google", new)
        assert moved == {"moved": "google", "from": str(export), "folder": str(new)}
        other = next(each for each in (point / "google" / "Dates").rglob("*.jpg") if each != path)
        assert other.read_bytes()
    household.run("scan")
    (after,) = household.ask("library", "list")
    assert after == {**before, "sealed": after["sealed"]}
    household.run("check")


def test_another_export_is_no_new_folder(household: Household, export: Path) -> None:
    """It is refused with what was found, and the library is read from where it was."""
    other = export.with_name("other")
    (other / "Takeout" / "Google Photos" / "Photos from 2001").mkdir(parents=True)
    (other / "Takeout" / "Google Photos" / "Photos from 2001" / "a.jpg").write_bytes(b"a")
    told = household.run("library", "move", "google", other, code=None)
    assert "of it 0 are there, by name and size" in told
    assert "nothing was changed" in told
    missing = household.run("library", "move", "google", other / "nowhere", code=None)
    assert "is not there for you" in missing
    household.run("scan")
    source = household.ask("status")["libraries"][0]["sources"][0]
    assert source["trouble"] == ""
