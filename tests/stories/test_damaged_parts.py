"""A scan that ended, and yet could not read everything, says so."""

from pathlib import Path

from photofs.emulators.takeout import demo_takeout
from tests.support.household import Household


def test_what_could_not_be_read_is_said_after_a_scan(tmp_path: Path) -> None:
    """A part cut short, and one that is not there, are named as a number, and where to read on."""
    export = tmp_path / "export"
    parts = [path for path in demo_takeout(export) if path.suffix == ".zip"]
    parts[1].write_bytes(parts[1].read_bytes()[:-30])
    house = Household(tmp_path / "home")
    house.run("library", "add", "takeout", export, code=None)
    told = house.run("scan", "--full", code=None)
    assert "told in this scan" in told
    assert "could not be read: 1, see `photofs library report google`" in told
