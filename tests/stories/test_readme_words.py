"""README's own command lines for copying out, run on the demo: what is claimed there is so."""

import hashlib
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.household import Household, shell

pytestmark = pytest.mark.mount

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
TARGET = "/mnt/nas/photos/"
"""Where README copies to."""


@contextmanager
def demo(folder: Path, *flags: str) -> Iterator[Path]:
    """The demo, mounted below a folder, for the length of a block."""
    household = Household(folder)
    del household.environ["PHOTOFS_HOME"]
    point = folder / "photos"
    point.mkdir()
    household.run("mount", "--demo", "--daemon", "--no-agent", *flags, point)
    yield point
    household.run("umount", point)


@pytest.fixture
def point(tmp_path: Path) -> Iterator[Path]:
    """The demo, mounted as README says; the folder that README calls ~/photos."""
    with demo(tmp_path) as point:
        yield point


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Path]:
    """The same with --read-only: as an archive's library is always."""
    with demo(tmp_path, "--read-only") as point:
        yield point


def lines(program: str) -> list[str]:
    """README's command lines that begin with that program."""
    return re.findall(rf"^\$ ({program} .*)$", README, re.MULTILINE)


def run_line(line: str, point: Path, target: Path, *more: str) -> str:
    """A line of README with this test's folders in place of README's; what it printed."""
    words = line.replace("~/photos", str(point)).replace(TARGET, f"{target}/")
    return shell("bash", "-c", " ".join([words, *more]))


def files_below(*folders: Path) -> list[Path]:
    """All plain files in these trees."""
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def inodes(paths: list[Path]) -> set[int]:
    """Which files they are, hard links counted once."""
    return {path.stat().st_ino for path in paths}


def test_the_copying_line_gives_one_file_a_photo_and_then_has_nothing_to_do(
    point: Path, tmp_path: Path
) -> None:
    """Every photo outside the trash once, archived ones too, right bytes; twice is as once."""
    (line,) = (each for each in lines("rsync") if TARGET in each)
    copy = tmp_path / "copy"
    run_line(line, point, copy)
    assert run_line(line, point, copy, "--itemize-changes") == ""
    google = point / "google"
    shown = files_below(*(each for each in google.iterdir() if each.name != "Trash"))
    copied = files_below(copy)
    assert len(copied) == len(inodes(copied)) == len(inodes(shown))
    archived = inodes(files_below(google / "Archive"))
    assert archived
    assert archived <= inodes(files_below(google / "Dates"))
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in copied]
    assert set(hashes) == {hashlib.sha256(path.read_bytes()).hexdigest() for path in shown}


def test_copies_can_be_made_that_their_owner_may_change(sealed: Path, tmp_path: Path) -> None:
    """A plain copy is read-only; README's flag makes one that is not, and twice is as once."""
    (command,) = re.findall(r"`(rsync -aH --chmod=\S+)`", README)
    plain, free = tmp_path / "plain", tmp_path / "free"
    archive = ("--exclude", "/Scratch", f"{sealed / 'google'}/")
    shell("rsync", "-aH", *archive, f"{plain}/")
    assert not any(each.stat().st_mode & stat.S_IWUSR for each in plain.rglob("*"))
    shell(*command.split(), *archive, f"{free}/")
    assert all(each.stat().st_mode & stat.S_IWUSR for each in free.rglob("*"))
    assert shell(*command.split(), "--itemize-changes", *archive, f"{free}/") == ""


def test_hard_links_are_why_readme_wants_h(point: Path, tmp_path: Path) -> None:
    """Of the whole library -H copies each photo once, and without it each comes once a folder."""
    assert "`rsync -aH`, `tar`, `borg` and `restic` store it once; without `-H`" in README
    shown = files_below(point / "google")
    for flags, expected in (("-aH", len(inodes(shown))), ("-a", len(shown))):
        shell("rsync", flags, f"{point / 'google'}/", f"{tmp_path / flags}/")
        assert len(inodes(files_below(tmp_path / flags))) == expected
    assert len(shown) > len(inodes(shown))


def test_the_folders_are_those_that_readme_lists(point: Path) -> None:
    """`ls` shows what README shows, and its other lines find something."""
    told = re.search(r"^\$ ls ~/photos/google\n(.*)$", README, re.MULTILINE)
    assert told is not None
    assert sorted(path.name for path in (point / "google").iterdir()) == told[1].split()
    (albums,) = (line for line in lines("ls") if "Albums" in line)
    assert len(run_line(albums, point, point).splitlines()) > 5


def test_the_attribute_that_readme_names_tells_how_the_time_is_known(point: Path) -> None:
    """`getfattr -n user.photofs.taken FILE`, for a photo of Dates/Unknown as well."""
    (name,) = re.findall(r"`getfattr -n (\S+) FILE`", README)
    for folder in (point / "google" / "Dates" / "Unknown", point / "google" / "Dates"):
        told = shell("getfattr", "--only-values", "-n", name, files_below(folder)[0])
        assert told
