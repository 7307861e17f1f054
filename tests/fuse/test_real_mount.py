"""Whole programs on a real mount, served by a process of its own."""

import errno
import mmap
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.support.fake_source import Faults, set_faults
from tests.support.mounting import Mount, is_in_table, mounted
from tests.support.stocked import Stock, file_photos, picture, seen_photo, stock
from tests.support.waiting import wait_until

pytestmark = pytest.mark.mount

MIB = 1 << 20
ORIGINALS = {
    "a.jpg": picture(1, 2 * MIB + 77),
    "b.jpg": picture(2, 300_000),
    "empty.jpg": b"",
    "clip.mp4": picture(3, 6 * MIB),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mount]:
    """One mount for the tests that only read from a healthy source; fetching in a child."""
    made = stock(tmp_path_factory.mktemp("shared") / "stock", ORIGINALS, sizes_told=False)
    with mounted(made, "--child") as mount:
        yield mount


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """A stock of one's own."""
    return stock(tmp_path / "stock", {"a.jpg": ORIGINALS["a.jpg"], "b.jpg": ORIGINALS["b.jpg"]})


def run(*command: str | Path, code: int = 0) -> str:
    """A real program's output."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == code, (command, done.stdout, done.stderr)
    return done.stdout


def errno_of(call: Callable[[], object]) -> int | None:
    """With which errno a call fails; None if it does not."""
    try:
        call()
    except OSError as error:
        return error.errno
    return None


def test_regression_a_mount_comes_up_though_its_room_cannot_be_told(made: Stock) -> None:
    """Where the cache's disk cannot be asked statfs fails, and nothing else."""
    (made.root / "cache").write_text("in the way")
    with mounted(made) as mount:
        assert errno_of(lambda: os.statvfs(mount.point)) == errno.EIO
        assert sorted(entry.name for entry in mount.lake.iterdir()) == ["a.jpg", "b.jpg"]


def names_in(folder: Path) -> list[str]:
    """The names in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ORIGINALS)
def test_cp_brings_right_bytes_and_times(shared: Mount, tmp_path: Path, name: str) -> None:
    """Cold, with the size unknown before."""
    run("cp", "-a", shared.lake / name, tmp_path)
    assert (tmp_path / name).read_bytes() == ORIGINALS[name]
    assert (tmp_path / name).stat().st_mtime == 1563712215


def test_rsync_twice_transfers_nothing_the_second_time(shared: Mount, tmp_path: Path) -> None:
    """Sizes learnt on the way included."""
    run("rsync", "-aH", f"{shared.home}/", tmp_path / "copy/")
    second = run("rsync", "-aH", "--stats", f"{shared.home}/", tmp_path / "copy/")
    assert "Number of regular files transferred: 0" in second
    copied = tmp_path / "copy" / "Dates" / "2019" / "2019-07" / "a.jpg"
    assert copied.stat().st_nlink == 2


def test_reading_from_the_middle_and_the_end(shared: Mount) -> None:
    """dd skip, tail -c and seeks give what stands there."""
    data = ORIGINALS["clip.mp4"]
    tail = subprocess.check_output(["tail", "-c", "1000", shared.lake / "clip.mp4"])
    assert tail == data[-1000:]
    middle = subprocess.check_output(
        ["dd", f"if={shared.lake / 'clip.mp4'}", "bs=64k", "skip=40", "count=2", "status=none"]
    )
    assert middle == data[40 * 65536 : 42 * 65536]


def test_a_private_mapping_of_a_cold_file_has_right_bytes(made: Stock) -> None:
    """git-annex-like tools map what they read; MAP_SHARED is promised for whole files."""
    with mounted(made) as mount:
        with (mount.lake / "a.jpg").open("rb") as file:
            flags = {"flags": mmap.MAP_PRIVATE, "prot": mmap.PROT_READ}
            with mmap.mmap(file.fileno(), 0, **flags) as mapped:
                assert bytes(mapped) == ORIGINALS["a.jpg"]
        wait_until(lambda: is_cached(mount.lake / "a.jpg"))
        with (
            (mount.lake / "a.jpg").open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
        ):
            assert bytes(mapped) == ORIGINALS["a.jpg"]


def is_cached(path: Path) -> bool:
    """Whether a file says that its bytes are here."""
    return os.getxattr(path, "user.photofs.state") == b"cached"


def test_extended_attributes_are_listed_and_foreign_ones_are_not_supported(
    shared: Mount,
) -> None:
    """getfattr -d works; `ls -l` is told once that there are no foreign ones."""
    listed = run("getfattr", "-d", "--absolute-names", shared.lake / "b.jpg")
    assert 'user.photofs.id="b.jpg"' in listed
    assert 'user.xdg.tags="lake,summer"' in listed
    for name, expected in (("security.x", errno.EOPNOTSUPP), ("user.x", errno.ENODATA)):
        assert errno_of(partial(os.getxattr, shared.lake / "b.jpg", name)) == expected
    assert "b.jpg" in run("ls", "-l", shared.lake)


def test_every_writing_call_answers_that_this_is_for_reading(shared: Mount) -> None:
    """EROFS, and nothing changes."""
    photo = shared.lake / "a.jpg"
    calls: list[Callable[[], object]] = [
        lambda: photo.write_bytes(b""),
        photo.unlink,
        lambda: photo.rename(shared.lake / "c.jpg"),
        lambda: photo.chmod(0o600),
        lambda: os.utime(photo),
        lambda: os.truncate(photo, 0),
        lambda: os.link(photo, shared.lake / "c.jpg"),
        lambda: (shared.lake / "c.jpg").symlink_to("x"),
        (shared.lake / "c").mkdir,
        shared.lake.rmdir,
        lambda: os.setxattr(photo, "user.x", b""),
        lambda: os.removexattr(photo, "user.photofs.id"),
    ]
    for call in calls:
        assert errno_of(call) == errno.EROFS


def test_a_mode_is_set_to_what_it_is(shared: Mount) -> None:
    """Also where nothing can be changed; of a folder, too."""
    for path in (shared.lake / "a.jpg", shared.lake, shared.point):
        told = path.stat()
        path.chmod(told.st_mode & 0o7777)
        assert path.stat() == told


def test_folders_have_dots_and_statfs_is_plausible(shared: Mount) -> None:
    """ls -a shows . and ..; names may have 255 bytes; there is free room."""
    assert run("ls", "-a", shared.home).split()[:2] == [".", ".."]
    told = os.statvfs(shared.point)
    assert told.f_namemax == 255
    assert told.f_bavail > 0
    assert (shared.home / "..").stat().st_ino == shared.point.stat().st_ino == 1


def test_a_handler_that_meets_the_unexpected_answers_eio_and_the_mount_lives(
    made: Stock,
) -> None:
    """One traceback in the log, one error for the program, nothing else."""
    with mounted(made) as mount:
        assert errno_of((mount.home / "boom").stat) == errno.EIO
        assert (mount.lake / "b.jpg").read_bytes() == ORIGINALS["b.jpg"]
        assert mount.log.count("Traceback") == 1


def test_a_crash_leaves_the_mount_broken_and_the_next_start_clears_it(made: Stock) -> None:
    """ENOTCONN, never an empty folder; mounting again works without a hand's turn."""
    with mounted(made) as mount:
        mount.kill()
        assert errno_of(lambda: names_in(mount.point)) == errno.ENOTCONN
        with mounted(made) as again:
            assert names_in(again.lake) == ["a.jpg", "b.jpg"]
            assert again.stop() == 0
    assert mount.point.stat().st_mode & 0o777 == 0o755
    assert not is_in_table(mount.point)


def test_a_second_mount_on_the_same_folder_is_refused(made: Stock) -> None:
    """With the way out."""
    with mounted(made) as mount:
        with pytest.raises(AssertionError, match="is mounted already"), mounted(made):
            pass
        assert names_in(mount.lake)


def test_p26_sigterm_ends_a_mount_cleanly_though_readers_are_stuck(made: Stock) -> None:
    """Nothing is waited for: not even a read on a dead line."""
    set_faults(made.source, Faults(hang=True))
    with mounted(made, "--child", "--deadline", "100") as mount:
        reader = subprocess.Popen(["cat", mount.lake / "a.jpg"], stderr=subprocess.DEVNULL)
        wait_until(lambda: has_open(reader.pid, mount.lake / "a.jpg"))
        began = time.monotonic()
        assert mount.stop() == 0
        assert time.monotonic() - began < 60
        assert reader.wait(60) != 0
        assert names_in(mount.point) == []


def has_open(pid: int, path: Path) -> bool:
    """Whether the process has the file open."""
    folder = Path(f"/proc/{pid}/fd")
    return any(_target(link) == path for link in folder.iterdir())


def _target(link: Path) -> Path | None:
    """Where a link in /proc leads; None if the file has been closed meanwhile."""
    try:
        return link.readlink()
    except FileNotFoundError:
        return None


def test_p19_a_dead_line_hangs_no_listing_and_the_error_comes_in_time(made: Stock) -> None:
    """ls and stat answer at once, a read within its deadline; umount works."""
    set_faults(made.source, Faults(hang=True))
    with mounted(made, "--deadline", "0.5") as mount:
        began = time.monotonic()
        run("ls", "-lR", mount.point)
        assert errno_of((mount.lake / "a.jpg").read_bytes) == errno.ETIMEDOUT
        assert time.monotonic() - began < 30
        run("fusermount3", "-u", mount.point)
        assert mount.process.wait(60) == 0


def test_what_the_catalog_learns_is_seen_within_a_second(made: Stock) -> None:
    """A new photo appears though its absence was cached; a changed one shows its new bytes."""
    with mounted(made) as mount:
        new, changed = mount.lake / "new.jpg", mount.lake / "b.jpg"
        assert not new.exists()
        assert changed.read_bytes() == ORIGINALS["b.jpg"]
        wait_until(lambda: is_cached(changed))
        assert changed.read_bytes() == ORIGINALS["b.jpg"]
        (made.source / "originals" / "new.jpg").write_bytes(b"\xff\xd8new")
        (made.source / "originals" / "b.jpg").write_bytes(b"\xff\xd8changed")
        with made.open_catalog() as catalog:
            seen = [
                seen_photo("a.jpg", len(ORIGINALS["a.jpg"])),
                seen_photo("b.jpg", 9, key="2"),
                seen_photo("new.jpg", 5),
            ]
            file_photos(catalog, 1, seen)
        wait_until(new.exists)
        assert new.read_bytes() == b"\xff\xd8new"
        wait_until(lambda: changed.stat().st_size == 9)
        assert changed.read_bytes() == b"\xff\xd8changed"


def test_stat_waits_for_the_exact_size_if_asked_to(tmp_path: Path) -> None:
    """With --exact-sizes; else it shows an estimate until the file is opened."""
    made = stock(tmp_path / "stock", {"a.jpg": ORIGINALS["a.jpg"]}, sizes_told=False)
    with mounted(made) as mount:
        assert (mount.lake / "a.jpg").stat().st_size != len(ORIGINALS["a.jpg"])
        with (mount.lake / "a.jpg").open("rb") as file:
            assert os.fstat(file.fileno()).st_size == len(ORIGINALS["a.jpg"])
    other = stock(tmp_path / "other", {"a.jpg": ORIGINALS["a.jpg"]}, sizes_told=False)
    with mounted(other, "--exact-sizes") as mount:
        assert (mount.lake / "a.jpg").stat().st_size == len(ORIGINALS["a.jpg"])


def test_sigusr1_prints_where_every_thread_is(made: Stock) -> None:
    """For a mount that somebody thinks is stuck."""
    with mounted(made) as mount:
        mount.process.send_signal(signal.SIGUSR1)
        wait_until(lambda: "most recent call first" in mount.log)
        assert names_in(mount.lake)


def test_the_tools_of_these_tests_are_here() -> None:
    """They are listed among the packages that `make test` installs."""
    for tool in ("rsync", "getfattr", "fusermount3"):
        assert shutil.which(tool)
