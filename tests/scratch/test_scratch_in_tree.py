"""Scratch as a part of the mount: where it stands, what it keeps apart, what it outlives."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from photofs.model.folder import SCRATCH
from photofs.view.layout import TABLE
from tests.support.disks import PowerDisk, why_no_mounts
from tests.support.mounting import Mount, mounted
from tests.support.posix_calls import (
    RENAME_EXCHANGE,
    Call,
    errno_of,
    numbers_in,
    renameat2,
)
from tests.support.stocked import Stock, picture, stock
from tests.support.waiting import wait_until

pytestmark = pytest.mark.mount

PHOTO = picture(1, 200_000)

REFUSED = {"EROFS", "EPERM", "EACCES"}
"""By the library, by the folder's meaning, or (but for root) by the modes already."""


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """A library "home" with one photo."""
    return stock(tmp_path / "stock", {"a.jpg": PHOTO})


@pytest.fixture
def mount(made: Stock) -> Iterator[Mount]:
    """The stock, mounted."""
    with mounted(made) as served:
        yield served


def test_scratch_stands_in_each_library_beside_the_layouts_folders(mount: Mount) -> None:
    """Listed once, with the right folder above; no folder of the layout has its name."""
    assert sorted(os.listdir(mount.home)) == ["Albums", "Dates", "Scratch", "Unsorted"]
    assert SCRATCH not in {row.name for row in TABLE}
    assert SCRATCH not in os.listdir(mount.point)
    assert errno_of((mount.home / "Albums" / SCRATCH).stat) == "ENOENT"
    assert os.listdir(mount.scratch) == []
    own, above = mount.scratch.stat().st_ino, mount.home.stat().st_ino
    assert numbers_in(mount.scratch) == {".": own, "..": above}
    assert numbers_in(mount.home)[SCRATCH] == own
    assert (mount.scratch / "..").stat().st_ino == mount.home.stat().st_ino


def test_a_scratch_that_was_only_listed_is_known(mount: Mount) -> None:
    """The kernel asks for no name that a listing has just told; here it cannot ask again either."""
    assert SCRATCH in os.listdir(mount.home)
    fd = os.open(mount.scratch, os.O_PATH)
    assert os.listdir(f"/proc/self/fd/{fd}") == []
    os.close(fd)


def test_below_a_folder_the_listing_tells_the_folder_above(mount: Mount) -> None:
    """Also once it was moved."""
    (mount.scratch / "a" / "b").mkdir(parents=True)
    (mount.scratch / "c").mkdir()
    assert numbers_in(mount.scratch / "a" / "b")[".."] == (mount.scratch / "a").stat().st_ino
    (mount.scratch / "a" / "b").rename(mount.scratch / "c" / "b")
    assert numbers_in(mount.scratch / "c" / "b")[".."] == (mount.scratch / "c").stat().st_ino


def test_two_libraries_have_a_scratch_each(made: Stock) -> None:
    """Of different files; moving between them is a move."""
    with made.open_catalog() as catalog:
        catalog.add_library("other", "fake", {"folder": str(made.source)})
    with mounted(made) as mount:
        other = mount.point / "other" / SCRATCH
        (mount.scratch / "file").write_text("x")
        assert os.listdir(other) == []
        ino = (mount.scratch / "file").stat().st_ino
        (mount.scratch / "file").rename(other / "file")
        assert (other / "file").stat().st_ino == ino
        assert os.listdir(mount.scratch) == []


def test_copying_a_library_twice_transfers_nothing_the_second_time(
    mount: Mount, tmp_path: Path
) -> None:
    """With Scratch and all that is in it: files, links, a pipe, folders' times."""
    (mount.scratch / "deep").mkdir()
    (mount.scratch / "deep" / "file").write_text("x" * 100_000)
    os.link(mount.scratch / "deep" / "file", mount.scratch / "link")
    os.mkfifo(mount.scratch / "pipe")
    command = ["rsync", "-aHi", f"{mount.home}/", f"{tmp_path}/copy/"]
    assert "Scratch/deep/file" in subprocess.check_output(command, text=True)
    assert subprocess.check_output(command, text=True) == ""
    copied = tmp_path / "copy" / SCRATCH
    assert (copied / "link").stat().st_ino == (copied / "deep" / "file").stat().st_ino


def test_between_scratch_and_the_photos_programs_copy(mount: Mount) -> None:
    """EXDEV for moves and links, both ways; mv of a photo copies, and leaves the photo there."""
    photo, file = mount.lake / "a.jpg", mount.scratch / "file"
    file.write_text("x")
    calls: list[Call] = [
        lambda: photo.rename(mount.scratch / "a.jpg"),
        lambda: file.rename(mount.lake / "file"),
        lambda: os.link(photo, mount.scratch / "a.jpg"),
        lambda: os.link(file, mount.lake / "file"),
        lambda: mount.lake.rename(mount.scratch / "lake"),
    ]
    if os.geteuid() == 0:  # others hear from the modes that this library cannot be changed
        assert [errno_of(call) for call in calls] == ["EXDEV"] * len(calls)
    shutil.copy2(photo, mount.scratch)
    assert (mount.scratch / "a.jpg").read_bytes() == PHOTO == photo.read_bytes()
    assert (mount.scratch / "a.jpg").stat().st_mtime_ns == photo.stat().st_mtime_ns


def test_scratch_itself_stays_where_it_is(mount: Mount) -> None:
    """It is not removed, renamed or replaced, and nothing is made beside it; but it is changed."""
    calls: list[Call] = [
        mount.scratch.rmdir,
        lambda: mount.scratch.rename(mount.home / "Other"),
        lambda: mount.scratch.rename(mount.lake / "below"),
        lambda: renameat2(mount.scratch, mount.home / "Dates", RENAME_EXCHANGE),
        lambda: mount.lake.rename(mount.scratch),
        (mount.home / "new").mkdir,
        (mount.home / "new").touch,
        lambda: (mount.home / "Dates").chmod(0o700),
    ]
    assert {errno_of(call) for call in calls} <= REFUSED
    mount.scratch.chmod(0o700)
    assert mount.scratch.stat().st_mode & 0o777 == 0o700


def test_a_read_only_mount_refuses_every_write_in_scratch_too(made: Stock) -> None:
    """EROFS; what lies there is read."""
    with mounted(made) as mount:
        (mount.scratch / "file").write_text("x")
    with mounted(made, "--read-only") as mount:
        file = mount.scratch / "file"
        assert file.read_text() == "x"
        calls: list[Call] = [
            file.unlink,
            partial(file.write_text, "y"),
            partial(file.chmod, 0o600),
            partial(os.truncate, file, 0),
            partial(os.utime, file),
            partial(os.setxattr, file, "user.x", b""),
            partial(os.link, file, mount.scratch / "b"),
            partial(file.rename, mount.scratch / "b"),
            (mount.scratch / "d").mkdir,
            (mount.scratch / "n").touch,
            partial(os.symlink, "x", mount.scratch / "l"),
            partial(os.mkfifo, mount.scratch / "p"),
        ]
        assert [errno_of(call) for call in calls] == ["EROFS"] * len(calls)


def test_a_remount_shows_the_same_files_under_the_same_numbers(made: Stock) -> None:
    """So that borg and restic, which go by inode numbers, read nothing anew."""
    with mounted(made) as mount:
        (mount.scratch / "d").mkdir()
        (mount.scratch / "d" / "file").write_text("x")
        before = told_of(mount)
    with mounted(made) as mount:
        assert told_of(mount) == before


def told_of(mount: Mount) -> list[tuple[int, int, int]]:
    """Number, length and ctime of three files."""
    paths = [mount.scratch, mount.scratch / "d", mount.scratch / "d" / "file"]
    status = [path.stat() for path in paths]
    return [(each.st_ino, each.st_size, each.st_ctime_ns) for each in status]


def test_a_killed_mount_loses_nothing_that_was_written(made: Stock) -> None:
    """Written, not closed, not synced: it is on the disk's own file system all the same."""
    with mounted(made) as mount:
        fd = os.open(mount.scratch / "file", os.O_CREAT | os.O_WRONLY)
        os.write(fd, b"x" * 300_000)
        mount.kill()
        assert errno_of(lambda: os.write(fd, b"y")) == "ENOTCONN"
        assert errno_of(lambda: os.close(fd)) in {"", "ENOTCONN"}
        with mounted(made) as again:
            assert (again.scratch / "file").read_bytes() == b"x" * 300_000
            assert again.stop() == 0


@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts() or "-")
def test_what_was_synced_in_scratch_survives_a_power_cut(made: Stock, tmp_path: Path) -> None:
    """File and folder; and a program that syncs once the power is gone is told so."""
    disk = PowerDisk(tmp_path / "power")
    disk.mount()
    try:
        made.scratch.symlink_to(disk.root)
        with mounted(made) as mount:
            fd = os.open(mount.scratch / "file", os.O_CREAT | os.O_WRONLY)
            os.write(fd, b"x" * 100_000)
            os.fsync(fd)
            folder = os.open(mount.scratch, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
            os.write(fd, b"not synced")
            disk.cut_power()
            assert errno_of(lambda: os.fsync(fd)) == "EIO"
            os.close(fd)
            assert mount.stop() == 0
        disk.unmount()
        disk.mount()
        assert (disk.root / "1" / "file").read_bytes()[:100_000] == b"x" * 100_000
    finally:
        disk.unmount()


def test_the_photos_are_shown_where_scratch_cannot_be(made: Stock) -> None:
    """Its place is taken by a file: the listing leaves it out and the log says why."""
    made.scratch.write_text("in the way")
    with mounted(made) as mount:
        assert sorted(os.listdir(mount.home)) == ["Albums", "Dates", "Unsorted"]
        assert (mount.lake / "a.jpg").read_bytes() == PHOTO
        assert errno_of(mount.scratch.stat) in {"EEXIST", "ENOTDIR"}
        assert "Scratch cannot be shown" in mount.log


def test_work_past_the_mount_is_seen_in_a_moment(made: Stock, mount: Mount) -> None:
    """A file that was made, changed or removed in the folder itself."""
    file, below = mount.scratch / "file", made.scratch / "1"
    file.write_text("one")
    assert file.read_text() == "one"
    (below / "file").write_text("another")
    wait_until(lambda: file.read_text() == "another")
    (below / "new").touch()
    wait_until((mount.scratch / "new").exists)
    (below / "file").unlink()
    wait_until(lambda: not file.exists())


def test_a_file_of_scratch_is_not_marked_as_a_photo_is(mount: Mount) -> None:
    """It has the attributes that programs gave it; only those of users can be given."""
    file = mount.scratch / "a.jpg"
    file.write_bytes(PHOTO)
    assert os.listxattr(file) == []
    assert errno_of(lambda: os.getxattr(file, "user.photofs.state")) == "ENODATA"
    assert errno_of(partial(os.getxattr, file, "security.x")) == "EOPNOTSUPP"
    if os.geteuid() == 0:  # others are refused by the kernel already
        assert errno_of(partial(os.setxattr, file, "trusted.x", b"x")) == "EOPNOTSUPP"


def test_removed_files_leave_nothing_open(mount: Mount) -> None:
    """Once the kernel has forgotten them, which it does at once if nobody has them open."""
    open_files = Path(f"/proc/{mount.process.pid}/fd")
    before = len(os.listdir(open_files))
    for number in range(200):
        (mount.scratch / f"{number}").write_text("x")
    for number in range(200):
        (mount.scratch / f"{number}").unlink()
    wait_until(lambda: len(os.listdir(open_files)) < before + 5)


def test_programs_in_scratch_run_and_devices_there_are_not_opened(mount: Mount) -> None:
    """The whole mount is nosuid and nodev."""
    program, device = mount.scratch / "program", mount.scratch / "null"
    program.write_text("#!/bin/sh\necho it runs\n")
    program.chmod(0o755)
    assert subprocess.check_output([program], text=True) == "it runs\n"
    if os.geteuid() == 0:
        os.mknod(device, 0o020666, os.makedev(1, 3))
        assert errno_of(lambda: os.open(device, os.O_RDONLY)) == "EACCES"


def test_a_slow_disk_for_one_file_does_not_keep_others_waiting(mount: Mount) -> None:
    """Photos are read while something in Scratch waits to be synced."""
    syncing = subprocess.Popen(
        ["dd", "if=/dev/zero", f"of={mount.scratch / 'big'}", "bs=1M", "count=60", "conv=fsync"],
        stderr=subprocess.DEVNULL,
    )
    while syncing.poll() is None:
        assert (mount.lake / "a.jpg").read_bytes() == PHOTO
        time.sleep(0.001)
    assert syncing.returncode == 0
