"""A mount point behind links, as ~/photos on another disk, or a home that is a link itself."""

from pathlib import Path

import pytest

from photofs.emulators.takeout import demo_takeout
from tests.support.household import Household

pytestmark = pytest.mark.mount


@pytest.fixture
def exported(household: Household, tmp_path: Path) -> Household:
    """A home with one export."""
    demo_takeout(tmp_path / "takeout")
    household.run("library", "add", "takeout", tmp_path / "takeout")
    return household


def test_a_mount_behind_a_link_is_found_by_either_path(exported: Household, tmp_path: Path) -> None:
    """By status, by what asks about a file, and by umount; a second one is refused."""
    real = tmp_path / "disk"
    real.mkdir()
    (exported.folder / "photos").symlink_to(real)
    with exported.mounted() as point:
        assert point.is_symlink()
        assert f"mounted at {real}\n" in exported.run("status")
        for at in (point, real):
            told = exported.run("info", at / "google" / "Albums" / "Sydney")
            assert "path: google/Albums/Sydney\n" in told
            assert f"{real} is mounted already" in exported.run("mount", at, code=5)
    assert "nothing is mounted" in exported.run("status")
    assert not list(real.iterdir())


def test_a_mount_below_a_linked_home_is_found(exported: Household, tmp_path: Path) -> None:
    """As where /home is a link: the kernel's list has another path than the one that is typed."""
    folder = tmp_path / "linked"
    folder.symlink_to(exported.folder)
    linked = Household(folder, {"HOME": str(folder)})
    (exported.folder / "photos").mkdir()
    with linked.mounted() as point:
        assert point == folder / "photos"
        album = point / "google" / "Albums" / "Sydney"
        assert "kind: folder" in linked.run("info", album)
        assert f"mounted at {exported.folder / 'photos'}\n" in linked.run("status")
        again = linked.run("mount", "--daemon", code=5)  # the usual one: ~/photos
        assert "is mounted already" in again
        assert "is unmounted" in linked.run("umount")
        linked.run("mount", "--daemon", "--no-agent")


def test_a_link_whose_disk_is_away_is_no_folder_to_be_made(
    exported: Household, tmp_path: Path
) -> None:
    """~/photos leads to nothing: that is said, and nothing is made where the disk would be."""
    linked = Household(exported.folder, {"HOME": str(exported.folder)})
    (exported.folder / "photos").symlink_to(tmp_path / "disk")
    told = linked.run("mount", "--daemon", code=4)
    assert f"there is no folder {tmp_path / 'disk'}\n" in told
    assert not (tmp_path / "disk").exists()
