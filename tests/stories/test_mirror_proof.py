"""A mirror proven by the real commands, and by the real sha256sum."""

import shutil
import subprocess
from pathlib import Path

import pytest

from photofs.emulators.takeout import demo_takeout
from tests.support.household import Household
from tests.support.mirrored import check_sums, files_of
from tests.support.proven import edit, flip


@pytest.fixture
def root(tmp_path: Path, household: Household) -> Path:
    """A mirror of the demo's Takeout, complete."""
    demo_takeout(tmp_path / "export")
    household.run("library", "add", "takeout", tmp_path / "export")
    folder = tmp_path / "nas"
    folder.mkdir()
    household.run("mirror", "add", "google", folder)
    household.run("mirror", "run", code=None)
    return folder


def pictures(root: Path) -> list[Path]:
    """The photos of a mirror."""
    return sorted(path for path in root.glob("[12]*/*/*.jpg") if not path.is_symlink())


def test_harm_is_found_and_mended(household: Household, root: Path) -> None:
    """`mirror verify` fails as `sha256sum -c` does; after `mirror repair` both are content."""
    (whole,) = household.ask("mirror", "verify", "--rate", "500MB/s", code=None)
    assert whole["complete"]
    assert whole["files"] == len(files_of(root)) == whole["good"] + len(whole["undecodable"])
    before = files_of(root)
    flipped, cut, lost, replaced = pictures(root)[:4]
    flip(flipped)
    edit(cut, cut.read_bytes()[:100])
    lost.unlink()
    edit(replaced, b"something else")
    (found,) = household.ask("mirror", "verify", "google", code=6)
    wrong = {each.partition(": ")[0] for each in found["damaged"] + found["absent"]}
    assert wrong == {str(p.relative_to(root)) for p in (flipped, cut, lost, replaced)}
    with pytest.raises(subprocess.CalledProcessError):
        check_sums(root)
    (status,) = household.ask("mirror", "status")
    assert status["damaged"] == 3
    assert status["lacking"] >= 4
    told = household.run("mirror", "repair", root, code=None)
    assert "mended 4 files" in told
    assert check_sums(root) == len(before)
    after = files_of(root)
    assert {path: after[path] for path in before} == before
    assert len(after) == len(before) + 3
    assert household.run("mirror", "verify", code=None).count("3 files lie in Damaged") == 1
    options = ("--oldest", "1", "--remote-sample", "10%")
    (sampled,) = household.ask("mirror", "verify", *options, code=None)
    assert sampled["files"] == 1
    assert sampled["remote"]["same"] == sampled["remote"]["asked"] >= 1
    household.run("mirror", "verify", "--remote-sample", "all", code=78)
    assert 'such as "2%"' in household.run("mirror", "verify", "--remote-sample", "2", code=78)
    household.run("check")


def test_what_cannot_be_mended_fails_each_time(
    household: Household, root: Path, tmp_path: Path
) -> None:
    """With the export gone a damaged file stays so, and each command's exit status tells."""
    victim = pictures(root)[0]
    flip(victim)
    shutil.rmtree(household.home / "cache")
    (tmp_path / "export").rename(tmp_path / "away")
    household.run("mirror", "verify", code=6)
    for _ in range(2):
        told = household.run("mirror", "repair", code=6)
        assert victim.name in told
        (again,) = household.ask("mirror", "verify", code=6)
        assert again["still_wrong"] >= 1
    assert "1 file is damaged" in household.run("mirror", "status")


def test_a_mirror_that_is_away_is_not_judged(household: Household, root: Path) -> None:
    """An empty folder in its place: both commands end with one clear line, and nothing is noted."""
    (before,) = household.ask("mirror", "status")
    root.rename(root.with_name("unplugged"))
    root.mkdir()
    for command in ("verify", "repair"):
        assert "no marker" in household.run("mirror", command, code=5)
    (after,) = household.ask("mirror", "status")
    assert after["photos"] == before["photos"]
    assert list(root.iterdir()) == []
    household.run("mirror", "verify", "--rate", "fast", code=78)
