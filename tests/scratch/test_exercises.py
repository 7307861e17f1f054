"""Random work on one file, and storms of names: natively, in Scratch, and in an album."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.file_exerciser import Exerciser
from tests.support.remounted import Remounted
from tests.support.stocked import picture, stock
from tests.support.wished import EVERYTHING

pytestmark = pytest.mark.mount


PHOTO = picture(1, 200_000)


@pytest.fixture
def remounted(tmp_path: Path) -> Iterator[Remounted]:
    """A mount of one's own."""
    with ExitStack() as stack:
        yield Remounted(stock(tmp_path / "stock", {"a.jpg": PHOTO}, can=EVERYTHING), stack)


@pytest.mark.parametrize("seed", [1, 2])
def test_random_work_on_a_file_of_this_disk_keeps_to_the_model(tmp_path: Path, seed: int) -> None:
    """The exerciser itself asks nothing that a file system does not do."""
    Exerciser(tmp_path / "file", seed).run(2000)


def until_here(photo: Path) -> None:
    """Return once its original is sealed: opened before that, it cannot be mapped."""
    until = time.monotonic() + 60
    while os.getxattr(photo, "user.photofs.state") != b"cached":
        assert time.monotonic() < until
        time.sleep(0.01)


def exercise(remounted: Remounted, where: str, seed: int, steps: int) -> None:
    """Random work on a new file in Scratch or an album, or on a photo that a source told of."""
    mount = remounted.mount
    path, there = {
        "scratch": (mount.scratch / "file", None),
        "album": (mount.lake / "file.jpg", None),
        "photo": (mount.lake / "a.jpg", PHOTO),
    }[where]
    if there is not None:
        assert path.read_bytes() == there
        until_here(path)
    Exerciser(path, seed, remounted.again, there=there).run(steps)
    assert "WARNING" not in remounted.mount.log
    assert "ERROR" not in remounted.mount.log


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("where", ["scratch", "album", "photo"])
def test_random_work_on_a_file_in_a_mount_keeps_to_the_model(
    remounted: Remounted, where: str, seed: int
) -> None:
    """Reads, writes, mappings, truncations, renames and remounts leave no other byte."""
    exercise(remounted, where, seed, 3000)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("where", ["scratch", "album", "photo"])
def test_100_000_random_steps_on_a_file_in_a_mount_keep_to_the_model(
    remounted: Remounted, where: str
) -> None:
    """With a seed of the day, told where it fails."""
    exercise(remounted, where, time.time_ns(), 100_000)


def storms(folder: Path, steps: int) -> None:
    """Three processes at a time; none meets what it should not."""
    command = [sys.executable, "-m", "tests.support.name_storm", str(folder)]
    running = [
        subprocess.Popen([*command, str(seed), str(steps)], stderr=subprocess.PIPE, text=True)
        for seed in range(3)
    ]
    told = [process.communicate()[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], told


def after_the_storm(folder: Path) -> None:
    """All that is listed can be removed, and nothing else stands in the way."""
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "file").write_text("it lives")
    assert (folder / "file").read_text() == "it lives"


def test_a_storm_of_names_leaves_a_tree_that_can_be_emptied(ground: Path) -> None:
    """Three programs make, link, rename and remove under the same names; the mount lives on."""
    storms(ground, 6000)
    after_the_storm(ground)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_long_storm_leaves_no_descriptor_behind(remounted: Remounted) -> None:
    """Once the kernel has forgotten all of it, the mount has as much open as before."""
    scratch = remounted.mount.scratch
    (scratch / "storm").mkdir()
    open_files = Path(f"/proc/{remounted.mount.process.pid}/fd")
    before = len(os.listdir(open_files))
    storms(scratch / "storm", 60_000)
    after_the_storm(scratch / "storm")
    shutil.rmtree(scratch / "storm")
    deadline = time.monotonic() + 60
    while len(os.listdir(open_files)) > before + 3:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "WARNING" not in remounted.mount.log
    assert "ERROR" not in remounted.mount.log
