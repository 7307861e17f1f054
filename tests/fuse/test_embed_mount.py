"""Real programs on a mount with --embed=missing: what they copy, and what they are refused."""

import errno
import json
import mmap
import os
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import trio
from PIL import Image

from photofs.emulators.pictures import make_jpeg
from tests.support.headed import BARE, DATED, headed, look, shown
from tests.support.mounting import Mount, mounted
from tests.support.stocked import Stock
from tests.support.waiting import wait_until

pytestmark = pytest.mark.mount

SHOWN = shown(BARE)


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """A stock that can be written to, at whose heads the agent has looked."""
    made = headed(tmp_path / "stock", can=("upload", "replace"))
    trio.run(look, made)
    return made


@pytest.fixture
def mount(made: Stock) -> Iterator[Mount]:
    """It, mounted with --embed."""
    with mounted(made, "--embed") as mount:
        yield mount


def run(*command: str | Path) -> str:
    """A real program's output."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def test_a_copy_tells_its_date(mount: Mount, tmp_path: Path) -> None:
    """exiftool reads the date in what cp brought, Pillow the original's pixels."""
    size = (mount.lake / "bare.jpg").stat().st_size
    run("cp", "-a", mount.lake / "bare.jpg", mount.lake / "dated.jpg", tmp_path)
    assert (tmp_path / "bare.jpg").read_bytes() == SHOWN
    assert size == len(SHOWN) == (mount.lake / "bare.jpg").stat().st_size
    assert (tmp_path / "dated.jpg").read_bytes() == DATED
    (told,) = json.loads(run("exiftool", "-j", "-DateTimeOriginal", tmp_path / "bare.jpg"))
    assert told["DateTimeOriginal"] == "2019:07:21 12:30:15"
    with Image.open(BytesIO(BARE)) as right, Image.open(tmp_path / "bare.jpg") as copy:
        assert right.tobytes() == copy.tobytes()
    assert run("exiftool", "-s3", "-DateTimeOriginal", mount.lake / "bare.jpg").startswith("2019")


def test_seeking_and_mapping(mount: Mount) -> None:
    """Cold ranges, the end, and a mapping are those of the shown file."""
    path = mount.lake / "bare.jpg"
    with path.open("rb") as file:
        for offset in (len(SHOWN) - 100, 10, 40_000, len(SHOWN), 3):
            file.seek(offset)
            assert file.read(5000) == SHOWN[offset : offset + 5000]
        assert file.seek(0, os.SEEK_END) == len(SHOWN)
    assert path.read_bytes() == SHOWN
    wait_until(lambda: os.getxattr(path, "user.photofs.state") == b"cached")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert mapped[:] == SHOWN


def test_a_second_backup_reads_nothing(mount: Mount, tmp_path: Path) -> None:
    """rsync finds nothing to do in a second run; the inode is that of all its places."""
    photos = [mount.lake / "bare.jpg", mount.home / "Dates" / "2019" / "2019-07" / "bare.jpg"]
    assert photos[0].stat() == photos[1].stat()
    rsync = ("rsync", "-aHi", "--exclude", "/Scratch", f"{mount.home}/", tmp_path / "copy")
    assert "bare.jpg" in run(*rsync)
    assert (tmp_path / "copy" / "Albums" / "Lake" / "bare.jpg").read_bytes() == SHOWN
    assert run(*rsync) == ""
    assert run(*rsync[:2], "--checksum", *rsync[2:]) == ""


def test_it_comes_in_again_as_any_file(mount: Mount, tmp_path: Path) -> None:
    """A copy of the shown file can be copied back, beside the photo or over it."""
    run("cp", mount.lake / "bare.jpg", tmp_path)
    run("cp", tmp_path / "bare.jpg", mount.lake / "again.jpg")
    assert (mount.lake / "again.jpg").read_bytes() == SHOWN
    run("cp", tmp_path / "bare.jpg", mount.lake / "bare.jpg")
    assert (mount.lake / "bare.jpg").read_bytes() == SHOWN
    assert (mount.lake / "bare.jpg").stat().st_size == len(SHOWN)


def test_other_bytes_are_written_over_it(mount: Mount, tmp_path: Path) -> None:
    """What is written over it as a whole is shown as it was written."""
    other = make_jpeg(9)
    (tmp_path / "new.jpg").write_bytes(other)
    shutil.copyfile(tmp_path / "new.jpg", mount.lake / "bare.jpg")
    assert (mount.lake / "bare.jpg").stat().st_size == len(other)
    assert (mount.lake / "bare.jpg").read_bytes() == other


def test_it_is_not_changed_in_place(mount: Mount) -> None:
    """A program that writes into its middle is refused, and nothing changes."""
    file = os.open(mount.lake / "bare.jpg", os.O_RDWR)
    with pytest.raises(PermissionError) as told:
        os.pwrite(file, b"x", 100)
    os.close(file)
    assert told.value.errno == errno.EPERM
    assert (mount.lake / "bare.jpg").read_bytes() == SHOWN


def test_what_the_agent_learns_is_seen_at_once(tmp_path: Path) -> None:
    """Before, the picture is shown as it is; after, size, ctime and bytes are the new ones."""
    made = headed(tmp_path / "stock")
    with mounted(made, "--embed") as mount:
        path = mount.lake / "bare.jpg"
        before = path.stat()
        assert path.read_bytes() == BARE
        trio.run(look, made)
        wait_until(lambda: path.stat().st_size == len(SHOWN))
        assert path.read_bytes() == SHOWN
        after = path.stat()
        assert after.st_ctime_ns > before.st_ctime_ns
        assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_it_is_off_by_default(made: Stock) -> None:
    """A mount that was not told to shows originals."""
    with mounted(made) as mount:
        assert (mount.lake / "bare.jpg").read_bytes() == BARE
