"""A demo is made anew each time, but nothing is deleted that somebody put into its Scratch."""

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
