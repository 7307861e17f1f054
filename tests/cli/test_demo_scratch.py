"""A demo is made anew each time, but nothing is deleted that somebody put into it."""

from pathlib import Path

import pytest

from photofs.cli.demo import make_anew


@pytest.mark.parametrize("crashed", [False, True])
def test_what_lies_in_the_demos_scratch_stays(tmp_path: Path, *, crashed: bool) -> None:
    """Also if the one before was stopped while it made the demo's folder anew."""
    home = tmp_path / "demo"
    make_anew(home)
    scratch = home / "data" / "scratch"
    (scratch / "1").mkdir(parents=True)
    (scratch / "1" / "letter").write_text("mine")
    (home / "old").touch()
    if crashed:
        scratch.rename(tmp_path / "demo-scratch")
    make_anew(home)
    assert (scratch / "1" / "letter").read_text() == "mine"
    assert not (home / "old").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo"]


@pytest.mark.parametrize(
    "room", ["data/kept/written", "data/kept/ab", "flickr/originals", "google/originals"]
)
def test_a_demo_that_photos_were_put_into_is_put_aside(tmp_path: Path, room: str) -> None:
    """Whether they were sent or not; its Scratch stands in the new one, and nothing is deleted."""
    home = tmp_path / "demo"
    assert make_anew(home) is None
    (home / room).mkdir(parents=True)
    (home / room / "photo").write_text("mine")
    (home / "data" / "scratch" / "1").mkdir(parents=True)
    (home / "data" / "scratch" / "1" / "letter").write_text("mine, too")
    before = make_anew(home)
    assert before is not None
    assert before.parent == tmp_path
    assert (before / room / "photo").read_text() == "mine"
    assert (home / "data" / "scratch" / "1" / "letter").read_text() == "mine, too"
    assert make_anew(home) is None
    assert (before / room / "photo").read_text() == "mine"
