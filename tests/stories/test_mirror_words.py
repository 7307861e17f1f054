"""What `mirror status` and `mirror verify` say: each thing once, in the same words, with names."""

from pathlib import Path

import pytest

from photofs.emulators.pictures import make_jpeg
from tests.support.household import Household
from tests.support.proven import edit

NAMES = ("a.jpg", "b.jpg", "c.jpg", "d.jpg")


@pytest.fixture
def root(tmp_path: Path, household: Household) -> Path:
    """A mirror of four pictures in an album, run and verified."""
    pictures = tmp_path / "pictures" / "Lima"
    pictures.mkdir(parents=True)
    for name in NAMES:
        (pictures / name).write_bytes(make_jpeg(ord(name[0]), width=32, height=32))
    household.run("library", "add", "folder", pictures.parent, "--name", "own")
    folder = tmp_path / "nas"
    folder.mkdir()
    household.run("mirror", "add", "own", folder)
    household.run("mirror", "run")
    household.run("mirror", "verify")
    return folder


def found(root: Path, name: str) -> Path:
    """A photo's file in the mirror."""
    (path,) = (each for each in root.rglob(name) if not each.is_symlink())
    return path


def test_each_harm_is_told_once_by_its_name(household: Household, root: Path) -> None:
    """Missing, damaged, a stranger's file and a lost sidecar: by `verify`, then by `status`."""
    found(root, "a.jpg").unlink()
    edit(found(root, "b.jpg"), b"something else")
    found(root, "c.jpg.xmp").unlink()
    (root / "theirs\x1b.txt").write_bytes(b"theirs")
    told = household.run("mirror", "verify", code=6)
    for line in ("1 file is missing", "1 file is damaged", "1 sidecar, list or link is wrong"):
        assert told.count(line) == 1, told
    assert "1 file is not photofs's; left alone:\n  theirs\\x1b.txt" in told
    status = household.run("mirror", "status")
    for line in (
        "1 file is missing (such as a.jpg)",
        "1 file is damaged (such as b.jpg)",
        "1 sidecar, list or link is wrong (such as ",
    ):
        assert status.count(line) == 1, status
    for other in ("not there", "not copied", "not re-read"):
        assert other not in status
    (facts,) = household.ask("mirror", "status")
    assert (facts["missing"], facts["damaged"], facts["beside"], facts["unread"]) == (1, 1, 1, 0)
    assert facts["lacking"] == sum(each["photos"] for each in facts["why_lacking"]) == 2
    household.run("mirror", "repair")
    status = household.run("mirror", "status")
    assert "missing" not in status
    assert "wrong" not in status


def test_a_mirror_whose_disk_is_away_says_so(household: Household, root: Path) -> None:
    """By `status` at once, before any run has met it; once it is back nothing is said of it."""
    root.rename(root.with_name("unplugged"))
    root.mkdir()
    told = household.run("mirror", "status")
    assert "away: " in told
    assert "what was known of it last" in told
    (facts,) = household.ask("mirror", "status")
    assert "no marker" in facts["away"]
    root.rmdir()
    root.with_name("unplugged").rename(root)
    assert "away" not in household.run("mirror", "status")


def test_a_verifying_that_read_nothing_right_is_none(
    household: Household, root: Path, tmp_path: Path
) -> None:
    """Of a mirror that is empty yet, or of which nothing is left but its marker."""
    other = tmp_path / "other"
    other.mkdir()
    household.run("mirror", "add", "own", other)
    household.run("mirror", "verify", other)
    (empty,) = [each for each in household.ask("mirror", "status") if each["mirror"] == str(other)]
    assert empty["verified_ns"] is None
    (before,) = [each for each in household.ask("mirror", "status") if each["mirror"] == str(root)]
    for name in NAMES:
        found(root, name).unlink()
    household.run("mirror", "verify", root, code=6)
    (after,) = [each for each in household.ask("mirror", "status") if each["mirror"] == str(root)]
    assert (after["missing"], after["verified_ns"]) == (4, before["verified_ns"])
