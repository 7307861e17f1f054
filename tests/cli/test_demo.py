"""A demo is made anew each time, but nothing is deleted that somebody put into it."""

from pathlib import Path

import pytest

from photofs.cli.demo import make_anew

ROOMS = [
    "data/kept/written",
    "data/kept/ab",
    "data/scratch/1",
    "data/scratch/.Trash-0/files",
    "flickr/originals",
    "google/originals",
]


@pytest.mark.parametrize("room", ROOMS)
def test_a_demo_that_something_was_put_into_is_put_aside(tmp_path: Path, room: str) -> None:
    """Photos, sent or not, and what lies in Scratch; the new one has none of it."""
    home = tmp_path / "demo"
    assert make_anew(home) is None
    (home / room).mkdir(parents=True)
    (home / room / "photo").write_text("mine")
    before = make_anew(home)
    assert before is not None
    assert before.parent == tmp_path
    assert (before / room / "photo").read_text() == "mine"
    assert [path.name for path in home.iterdir()] == [".photofs-demo"]
    assert make_anew(home) is None
    assert (before / room / "photo").read_text() == "mine"


def test_a_link_in_scratch_that_leads_nowhere_is_something_of_somebodys(tmp_path: Path) -> None:
    """It may lead to a disk that is away."""
    home = tmp_path / "demo"
    make_anew(home)
    (home / "data" / "scratch" / "1").mkdir(parents=True)
    (home / "data" / "scratch" / "1" / "away").symlink_to(tmp_path / "disk")
    before = make_anew(home)
    assert before is not None
    assert (before / "data" / "scratch" / "1" / "away").is_symlink()


def test_a_demo_that_nothing_was_put_into_goes_whole(tmp_path: Path) -> None:
    """With the empty folders of its Scratch, and the notes on photos that were trashed in it."""
    home = tmp_path / "demo"
    make_anew(home)
    trash = home / "data" / "scratch" / ".Trash-0"
    (trash / "info").mkdir(parents=True)
    (trash / "files").mkdir()
    (trash / "info" / "Birthday.jpg.trashinfo").write_text("[Trash Info]")
    (trash / "directorysizes").touch()
    (home / "data" / "scratch" / "1").mkdir()
    assert make_anew(home) is None
    assert [path.name for path in home.iterdir()] == [".photofs-demo"]
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
