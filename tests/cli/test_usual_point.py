"""Where it mounts if no folder is named, and which mount it takes away."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.cli.usual_point import make_usual, usual_point
from photofs.emulators.takeout import demo_takeout
from photofs.model.errors import NotFound, Refused
from tests.support.household import Household

GERMAN = 'XDG_PICTURES_DIR="$HOME/Bilder"\n'
"""As xdg-user-dirs writes it; of the others it is silent, so that they have their usual names."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The user's own folder."""
    (tmp_path / "ada").mkdir()
    return tmp_path / "ada"


@pytest.fixture
def household(tmp_path: Path, home: Path) -> Household:
    """One with a library, whose user has that folder."""
    household = Household(tmp_path, {"HOME": str(home), "XDG_CONFIG_HOME": ""})
    demo_takeout(tmp_path / "takeout")
    household.run("library", "add", "takeout", tmp_path / "takeout")
    return household


@pytest.fixture
def away(household: Household) -> Iterator[None]:
    """Every mount of this test's is gone in the end."""
    yield
    for each in household.ask("status")["mounts"]:
        household.run("umount", "--force", each["point"], code=None)


@pytest.mark.parametrize(
    ("named", "setting", "point"),
    [
        (GERMAN, "", "photos"),
        ('XDG_PICTURES_DIR="$HOME/photos"', "", "photofs"),
        ('XDG_VIDEOS_DIR="$HOME/photos/films"', "", "photofs"),
        ('XDG_DOWNLOAD_DIR="$HOME/"', "", "photos"),
        (GERMAN, "~/pictures/all/", "pictures/all"),
        (GERMAN, "/srv//photos", "/srv/photos"),
    ],
)
def test_the_place_goes_by_the_names_of_the_desktops_folders(
    home: Path, named: str, setting: str, point: str
) -> None:
    """Never one that is, holds or lies in such a folder; a setting is taken as it is."""
    (home / ".config").mkdir()
    (home / ".config" / "user-dirs.dirs").write_text(named)
    assert usual_point(setting, {"HOME": str(home)}) == home / point


def test_a_home_without_room_has_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where both names are the desktop's, nor where nobody knows of a home; a path does."""
    (home / ".config").mkdir()
    both = 'XDG_PICTURES_DIR="$HOME/photos"\nXDG_VIDEOS_DIR="$HOME/photofs"\n'
    (home / ".config" / "user-dirs.dirs").write_text(both)
    with pytest.raises(Refused) as caught:
        usual_point("", {"HOME": str(home)})
    assert "name a folder: photofs mount FOLDER" in str(caught.value.remedy)

    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)
    with pytest.raises(Refused, match="no home folder"):
        usual_point("~/photos", {})
    assert usual_point("/srv/photos", {}) == Path("/srv/photos")


def test_no_folder_above_it_is_made(tmp_path: Path) -> None:
    """It may be a disk that is not plugged in; and what is no folder's place is refused."""
    with pytest.raises(NotFound) as caught:
        make_usual(tmp_path / "disk" / "photos")
    assert f"mkdir -p {tmp_path}/disk/photos" in caught.value.remedy
    (tmp_path / "disk").touch()
    with pytest.raises(Refused, match="cannot be made"):
        make_usual(tmp_path / "disk" / "photos")


@pytest.mark.mount
@pytest.mark.usefixtures("away")
def test_mount_makes_its_folder_and_umount_finds_it(household: Household, home: Path) -> None:
    """Without a folder's name: made, closed to others and told of; made no second time."""
    point = home / "photos"
    told = household.run("mount", "--daemon", "--no-agent")
    assert f"made the folder {point}\n" in told
    assert f"mounted at {point}\n" in told
    assert (point / "google" / "Albums").is_dir()
    assert household.run("umount") == f"{point} is unmounted\n"
    assert stat.S_IMODE(point.stat().st_mode) == 0o700
    assert "nothing of yours is mounted" in household.run("umount", code=4)
    assert "made the folder" not in household.run("mount", "--daemon", "--no-agent")
    assert household.ask("umount")["unmounted"] == str(point)


@pytest.mark.mount
@pytest.mark.usefixtures("away")
def test_of_two_mounts_none_is_taken_away_unnamed(household: Household, home: Path) -> None:
    """The setting says where the one is; both are named, and both stay."""
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("[mount]\npoint = '~/all of it'\n")
    (home / "photos").mkdir()
    household.run("mount", "--daemon", "--no-agent")
    household.run("mount", "--daemon", "--no-agent", home / "photos")
    told = household.run("umount", code=15)
    assert f"there are 2 mounts: '{home}/all of it', {home}/photos\n" in told
    mounts = {each["point"] for each in household.ask("status")["mounts"] if each["serves"]}
    assert mounts == {f"{home}/all of it", f"{home}/photos"}


def test_a_refused_mount_leaves_no_folder(household: Household, home: Path) -> None:
    """Neither without a library, nor within another folder's place; what lies there stays."""
    household.run("library", "remove", "google", "--yes")
    assert "there is no library to show yet" in household.run("mount", "--daemon", code=15)
    assert not (home / "photos").exists()


def test_pictures_of_ones_own_are_left_alone(household: Household, home: Path) -> None:
    """A ~/photos that holds any is refused, and another folder is to be named."""
    (home / "photos").mkdir()
    (home / "photos" / "mine.jpg").write_text("mine")
    told = household.run("mount", "--daemon", code=15)
    assert "is not empty: it holds 'mine.jpg'" in told
    assert "photofs mount FOLDER" in told
    assert (home / "photos" / "mine.jpg").read_text() == "mine"


@pytest.mark.mount
@pytest.mark.usefixtures("away")
def test_no_folder_is_made_inside_a_mount(household: Household, home: Path) -> None:
    """A setting that leads into a mount is refused; it would have been an album."""
    household.run("mount", "--daemon", "--no-agent")
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("[mount]\npoint = '~/photos/google/Scratch/all'\n")
    told = household.run("mount", "--daemon", code=15)
    assert "lies in a mount of photofs" in told
    assert not (home / "photos" / "google" / "Scratch" / "all").exists()
