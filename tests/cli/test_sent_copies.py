"""Originals that an archive alone has are counted before it is taken away, and are kept again."""

from pathlib import Path

from photofs.originals.port import Room
from tests.support.exported_home import ExportedHome, exported_home
from tests.support.household import Household

TAKE_AWAY = ("library", "remove", "google", "--source", "takeout")


def household_of(home: ExportedHome) -> Household:
    """The commands, for that home."""
    household = Household(home.made.folder.parent)
    assert household.home == home.made.folder
    return household


def test_status_counts_what_left_kept(tmp_path: Path) -> None:
    """Nothing at first; once they are safe by the Takeout alone, how many and how much."""
    with exported_home(tmp_path) as home:
        household = household_of(home)
        size = sum(len(data) for data in home.made.files.values())
        (library,) = household.ask("status")["libraries"]
        assert library["archived"] == {"files": 0, "bytes": 0}
        home.release()
        (library,) = household.ask("status")["libraries"]
        assert library["archived"] == {"files": 2, "bytes": size}
        assert "2 originals" in household.run("status")


def test_taking_the_archive_away_brings_them_back(tmp_path: Path) -> None:
    """The question tells how many; what the Cache has lies in Kept afterwards."""
    with exported_home(tmp_path) as home:
        home.release()
        household = household_of(home)
        assert "2 originals" in household.run(*TAKE_AWAY, code=15)
        told = household.ask(*TAKE_AWAY, "--yes")
        assert told["nowhere_else"] == {"files": 0, "bytes": 0}
        assert set(home.rooms().values()) == {Room.KEPT}


def test_what_is_nowhere_else_is_told(tmp_path: Path) -> None:
    """With the Cache emptied the archive has the only copies, and the command says so."""
    with exported_home(tmp_path) as home:
        home.release()
        home.house.store().clear()
        household = household_of(home)
        told = household.run(*TAKE_AWAY, "--yes")
        assert "2 originals" in told
        assert "do not delete it" in told
