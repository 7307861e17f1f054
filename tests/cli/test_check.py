"""`photofs check` only looks: it makes nothing, and brings nothing up to date."""

import hashlib
from pathlib import Path

import apsw
import pytest

from photofs.assembly import find_paths
from photofs.emulators.takeout import demo_takeout
from tests.support.household import Household

OLD = Path(__file__).parents[1] / "catalog" / "catalog-v1.sql"


@pytest.fixture
def household(tmp_path: Path) -> Household:
    """A new user's empty home."""
    return Household(tmp_path)


def write_old_catalog(state: Path) -> Path:
    """A catalog of the first version."""
    file = state / "catalog.db"
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = apsw.Connection(str(file))
    connection.execute(OLD.read_text(encoding="utf-8"))
    connection.close()
    return file


def test_a_check_of_nothing_makes_nothing(household: Household) -> None:
    """Where no library was ever added nothing is wrong, and nothing is there afterwards."""
    assert "nothing is wrong" in household.run("check")
    assert "add a library" in household.run("info", "google/Dates", code=4)
    assert list(household.home.iterdir()) == []


def test_a_mount_of_nothing_leaves_no_catalog(household: Household) -> None:
    """An empty one would be taken for the user's own later, with a demo mounted beside it."""
    point = household.folder / "point"
    point.mkdir()
    assert "there is no library" in household.run("mount", point, code=15)
    assert "there is no library" in household.run("mount", "--daemon", point, code=15)
    assert not find_paths(household.environ).catalog.exists()


def test_an_older_catalog_is_left_as_it_is(household: Household) -> None:
    """Without --repair the file stays byte by byte; the command that migrates it is named."""
    file = write_old_catalog(household.home / "state")
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    told = household.run("check", code=15)
    assert f"run `photofs --home {household.home} check --repair` once" in told
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before
    household.run("check", "--repair", code=None)
    assert "is of version" not in household.run("check", code=None)


def test_reading_leaves_an_older_catalog_alone(household: Household) -> None:
    """`info` of a path outside of every mount reads; it does not migrate either."""
    file = write_old_catalog(household.home / "state")
    before = file.read_bytes()
    assert "check --repair" in household.run("info", "google/Dates", code=15)
    assert file.read_bytes() == before


@pytest.mark.mount
def test_the_users_own_older_catalog_is_meant_although_another_home_is_mounted(
    household: Household,
) -> None:
    """To choose between it and a mounted demo's it is looked into, and not brought up to date."""
    demo_takeout(household.folder / "takeout")
    household.run("library", "add", "takeout", household.folder / "takeout")
    with household.mounted():
        del household.environ["PHOTOFS_HOME"]
        assert household.ask("library", "list")[0]["name"] == "google"
        file = write_old_catalog(find_paths({}).state)
        before = file.read_bytes()
        assert "`photofs check --repair`" in household.run("check", code=15)
        assert file.read_bytes() == before


def test_files_that_the_catalog_does_not_know_are_told_of(household: Household) -> None:
    """Where a catalog was lost, files that were not sent yet lie in Kept, and nobody shows them."""
    export = household.folder / "export"
    demo_takeout(export)
    household.run("library", "add", "takeout", export)
    assert "nothing is wrong" in household.run("check")
    written = find_paths(household.environ).kept / "written"
    written.mkdir(parents=True)
    (written / "5-bee991a4").write_bytes(b"the only copy")
    told = household.run("check")
    assert (
        "note: 1 file that programs wrote into a mount stand in no folder: the catalog is" in told
    )
    assert str(written) in told
    assert (written / "5-bee991a4").read_bytes() == b"the only copy"
