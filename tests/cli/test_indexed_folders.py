"""Where a mount does not belong, because desktops index or import from there."""

from pathlib import Path

import pytest

from photofs.cli.indexed_folders import indexed_around
from tests.support.household import Household

NAMED = """# written by xdg-user-dirs-update
XDG_DESKTOP_DIR="$HOME/"
XDG_PICTURES_DIR="$HOME/Bilder/Meine \\"besten\\""
XDG_VIDEOS_DIR="/srv/films"
#XDG_MUSIC_DIR="$HOME/Noise"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with a file that names folders."""
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "user-dirs.dirs").write_text(NAMED)
    return tmp_path


@pytest.mark.parametrize(
    ("point", "around"),
    [
        ('Bilder/Meine "besten"', 'Bilder/Meine "besten"'),
        ('Bilder/Meine "besten"/photofs', 'Bilder/Meine "besten"'),
        ("/srv/films/x", "/srv/films"),
        ("Music/x", "Music"),
        ("Pictures/x", None),
        ("photos", None),
        ("Musical", None),
        ("Bilder", None),
        (".", None),
    ],
)
def test_folders_are_those_that_the_file_names(home: Path, point: str, around: str | None) -> None:
    """The usual ones stand for those that it does not name; the home folder means none."""
    expected = None if around is None else home / around
    assert indexed_around(home / point, {"HOME": str(home)}) == expected


def test_without_a_file_the_usual_folders_count(tmp_path: Path) -> None:
    """As with another XDG_CONFIG_HOME that holds none."""
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "none")}
    assert indexed_around(tmp_path / "Pictures", environ) == tmp_path / "Pictures"
    assert indexed_around(tmp_path / "photos", environ) is None


def test_mounting_in_pictures_is_warned_of_once(tmp_path: Path) -> None:
    """Before anything else, whatever comes of it; elsewhere nothing is said of indexers."""
    household = Household(tmp_path, {"HOME": str(tmp_path), "XDG_CONFIG_HOME": ""})
    for name in ("Pictures", "photos"):
        (tmp_path / name).mkdir(exist_ok=True)
        said = household.run("mount", "--daemon", tmp_path / name, code=None)
        assert "there is no library to show yet" in said
        assert said.count("desktops index") == (name == "Pictures")


def test_a_unit_does_not_warn_at_each_start(tmp_path: Path) -> None:
    """`photofs service install` has said it, once."""
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "PATH": ""}
    household = Household(tmp_path, environ)
    point = tmp_path / "Pictures" / "all"
    told = household.run("service", "install", point, code=6)
    assert told.count(f"desktops index {tmp_path}/Pictures by themselves") == 1
    household.environ["PHOTOFS_SERVICE"] = "1"
    assert "desktops index" not in household.run("mount", "--foreground", point, code=78)


def test_who_has_no_home_folder_has_no_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a number without a name in a container: mounting goes on."""

    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)
    assert indexed_around(Path("/mnt/photos"), {}) is None
