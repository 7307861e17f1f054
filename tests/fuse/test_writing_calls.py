"""The system's writing calls in an album on a real mount, one by one."""

import mmap
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.support.fake_source import Faults, set_faults
from tests.support.mounting import Mount, mounted
from tests.support.posix_calls import (
    RENAME_EXCHANGE,
    RENAME_NOREPLACE,
    UTIME_NOW,
    UTIME_OMIT,
    Call,
    errno_of,
    renameat2,
    utimensat,
)
from tests.support.stocked import Stock, picture, stock
from tests.support.wished import EVERYTHING

pytestmark = pytest.mark.mount

PHOTO = picture(1, 200_000)
OTHER = picture(2, 150_000)


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """A library that can be changed, with two photos in the album Lake and by date."""
    return stock(tmp_path / "stock", {"a.jpg": PHOTO, "b.jpg": OTHER}, can=EVERYTHING)


@pytest.fixture
def mount(made: Stock) -> Iterator[Mount]:
    """It, mounted; the log names no mistake of ours."""
    with mounted(made) as served:
        yield served
    assert "Traceback" not in served.log
    assert "ERROR" not in served.log


def names(folder: Path) -> set[str]:
    """What a listing of a folder tells."""
    return {each.name for each in folder.iterdir()}


def by_date(mount: Mount) -> Path:
    """Where both photos stand by date."""
    return mount.home / "Dates" / "2019" / "2019-07"


def test_modes_say_what_can_be_changed(made: Stock) -> None:
    """0644 and 0755 in a library that can be changed; with --read-only no write bit, and EROFS."""
    with mounted(made) as mount:
        assert (mount.lake / "a.jpg").stat().st_mode & 0o777 == 0o644
        assert mount.lake.stat().st_mode & 0o777 == 0o755
    with mounted(made, "--read-only") as mount:
        assert (mount.lake / "a.jpg").stat().st_mode & 0o777 == 0o444
        assert mount.lake.stat().st_mode & 0o777 == 0o555
        (listed,) = (each for each in os.scandir(mount.lake) if each.name == "b.jpg")
        assert listed.stat().st_mode & 0o777 == 0o444
        assert errno_of((mount.lake / "new.jpg").touch) == "EROFS"
        assert errno_of((mount.lake / "a.jpg").unlink) == "EROFS"


def test_a_new_file_is_there_for_all_at_once(mount: Mount) -> None:
    """With its length while it is written; its bytes for who opens it meanwhile."""
    path = mount.lake / "new.jpg"
    assert errno_of(path.stat) == "ENOENT"
    with path.open("wb", buffering=0) as file:
        file.write(b"one")
        assert path.stat().st_size == 3
        assert path.read_bytes() == b"one"
        file.write(b"two")
        assert "new.jpg" in names(mount.lake)
        assert os.fstat(file.fileno()).st_size == path.stat().st_size == 6
        assert subprocess.check_output(["cat", path]) == b"onetwo"
    assert path.read_bytes() == b"onetwo"
    assert path.stat().st_nlink == 1


def test_opening_for_writing_changes_nothing_before_the_first_write(
    mount: Mount, made: Stock
) -> None:
    """Read through the same handle the photo is its original; no program's bytes are awaited."""
    with (mount.lake / "a.jpg").open("r+b") as file:
        assert file.read() == PHOTO
    with made.open_catalog() as catalog:
        assert catalog.count_incoming() == {}


def test_a_write_in_the_middle_keeps_the_rest_of_a_photo(mount: Mount) -> None:
    """Also for who had it open for reading before, under its other names, and by another handle."""
    path = mount.lake / "a.jpg"
    with path.open("rb", buffering=0) as reader, path.open("r+b", buffering=0) as writer:
        assert reader.read(10) == PHOTO[:10]
        writer.seek(1000)
        writer.write(b"hello")
        expected = PHOTO[:1000] + b"hello" + PHOTO[1005:]
        reader.seek(0)
        assert reader.read() == expected
    assert path.read_bytes() == expected
    assert (by_date(mount) / "a.jpg").read_bytes() == expected
    assert path.stat().st_nlink == 2


def test_emptying_a_photo_asks_its_source_for_nothing(mount: Mount, made: Stock) -> None:
    """O_TRUNC, and truncate by path: whatever the source says, new bytes can be written."""
    set_faults(made.source, Faults(hang=True))
    (mount.lake / "a.jpg").write_bytes(b"new")
    os.truncate(mount.lake / "b.jpg", 0)
    assert (mount.lake / "a.jpg").read_bytes() == b"new"
    assert (mount.lake / "b.jpg").stat().st_size == 0


def test_a_photo_that_cannot_be_fetched_is_not_begun_to_be_written(
    mount: Mount, made: Stock
) -> None:
    """The first write fails, and the photo is as it was."""
    set_faults(made.source, Faults(down=True))
    fd = os.open(mount.lake / "a.jpg", os.O_WRONLY)
    assert errno_of(partial(os.pwrite, fd, b"x", 5)) == "ENETUNREACH"
    os.close(fd)
    assert (mount.lake / "a.jpg").stat().st_size == len(PHOTO)
    with made.open_catalog() as catalog:
        assert catalog.count_incoming() == {}


def test_truncating_by_path_keeps_the_beginning(mount: Mount) -> None:
    """Down and up again: the rest is zeros."""
    path = mount.lake / "a.jpg"
    os.truncate(path, 1000)
    assert path.read_bytes() == PHOTO[:1000]
    os.truncate(path, 3000)
    assert path.read_bytes() == PHOTO[:1000] + bytes(2000)


def test_appending_by_several_processes_loses_nothing(mount: Mount) -> None:
    """Each line of four programs stands in the file, whole."""
    path = mount.lake / "log.jpg"
    code = "import os, sys\nfd = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)\n"
    code += "for n in range(200): os.write(fd, f'{sys.argv[2]} {n:04}\\n'.encode())\n"
    running = [subprocess.Popen([sys.executable, "-c", code, path, str(n)]) for n in range(4)]
    assert [process.wait(120) for process in running] == [0] * 4
    lines = path.read_text().splitlines()
    assert sorted(lines) == sorted(f"{p} {n:04}" for p in range(4) for n in range(200))


def test_a_shared_mapping_writes(mount: Mount) -> None:
    """What is put into mapped memory is in the file once it is closed, and after a remount."""
    path = mount.lake / "mapped.jpg"
    with path.open("w+b") as file:
        file.truncate(100_000)
        with mmap.mmap(file.fileno(), 0) as mapped:
            mapped[50_000:50_005] = b"hello"
    assert path.read_bytes() == bytes(50_000) + b"hello" + bytes(49_995)


def test_o_excl_makes_a_name_once(mount: Mount) -> None:
    """EEXIST for who comes second, and for a name that is there in another case it is free."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    os.close(os.open(mount.lake / "x.jpg", flags))
    assert errno_of(lambda: os.open(mount.lake / "x.jpg", flags)) == "EEXIST"
    os.close(os.open(mount.lake / "X.jpg", flags))
    assert {"x.jpg", "X.jpg"} <= names(mount.lake)


def test_an_open_file_that_is_removed_goes_on_working(mount: Mount, made: Stock) -> None:
    """It has no link and no name; nothing is left of it in the catalog once it is closed."""
    path = mount.lake / "t.jpg"
    with path.open("w+b", buffering=0) as file:
        file.write(b"abc")
        path.unlink()
        assert os.fstat(file.fileno()).st_nlink == 0
        file.write(b"def")
        os.fsync(file.fileno())
        file.seek(0)
        assert file.read() == b"abcdef"
        assert os.fstat(file.fileno()).st_size == 6
        path.write_bytes(b"another")
    assert path.read_bytes() == b"another"
    with made.open_catalog() as catalog:
        assert len(catalog.drafts_in_use()) == 1


def test_renaming_over_a_photo_makes_it_the_photos_bytes(mount: Mount) -> None:
    """The photo keeps its inode, its other places and its links; the temporary name is gone."""
    path, temporary = mount.lake / "a.jpg", mount.lake / ".a.jpg.tmp"
    (mount.lake / "b.jpg").read_bytes()
    old = path.stat()
    assert path.read_bytes() == PHOTO
    temporary.write_bytes(OTHER)
    temporary.rename(path)
    assert errno_of(temporary.stat) == "ENOENT"
    assert path.stat().st_ino == old.st_ino
    assert path.stat().st_nlink == 2
    assert path.read_bytes() == OTHER
    assert (by_date(mount) / "a.jpg").read_bytes() == OTHER


def test_a_file_that_is_open_while_it_replaces_another_writes_that_one(mount: Mount) -> None:
    """Its handle goes on, under the photo's inode."""
    path, temporary = mount.lake / "a.jpg", mount.lake / ".a.jpg.tmp"
    with temporary.open("wb", buffering=0) as file:
        file.write(b"one")
        temporary.rename(path)
        file.write(b"two")
        assert os.fstat(file.fileno()).st_size == 6
        assert path.stat().st_size == 6
    assert path.read_bytes() == b"onetwo"
    assert (by_date(mount) / "a.jpg").read_bytes() == b"onetwo"


def test_renaming_over_a_file_that_is_written_leaves_its_writer_alone(mount: Mount) -> None:
    """As on any file system: who had the old file open writes the old file, and nobody sees it."""
    path, temporary = mount.lake / "n.jpg", mount.lake / ".n.jpg.tmp"
    with path.open("wb", buffering=0) as file:
        file.write(b"old")
        temporary.write_bytes(b"newer")
        temporary.rename(path)
        file.write(b"lost")
        assert path.read_bytes() == b"newer"
    assert path.read_bytes() == b"newer"


def test_rename_flags(mount: Mount) -> None:
    """NOREPLACE keeps what is there; EXCHANGE is refused."""
    new = mount.lake / "n.jpg"
    new.write_bytes(b"x")
    replace = partial(renameat2, new, mount.lake / "a.jpg", RENAME_NOREPLACE)
    assert errno_of(replace) == "EEXIST"
    assert errno_of(partial(renameat2, new, mount.lake / "a.jpg", RENAME_EXCHANGE)) == "EINVAL"
    renameat2(new, mount.lake / "m.jpg", RENAME_NOREPLACE)
    assert (mount.lake / "m.jpg").read_bytes() == b"x"
    assert (mount.lake / "a.jpg").read_bytes() == PHOTO


def test_what_a_verb_changes_elsewhere_is_seen_at_once(mount: Mount) -> None:
    """Names that the kernel took for absent appear, others go, and link counts are right."""
    lake, dates, trash = mount.lake / "a.jpg", by_date(mount) / "a.jpg", mount.home / "Trash"
    favorite = mount.home / "Favorites" / "a.jpg"
    for absent in (trash / "a.jpg", favorite):
        assert errno_of(absent.stat) == "ENOENT"
    os.link(lake, favorite)
    assert lake.stat().st_nlink == dates.stat().st_nlink == favorite.stat().st_nlink == 3
    favorite.unlink()
    assert lake.stat().st_nlink == 2
    lake.rename(trash / "a.jpg")
    assert (trash / "a.jpg").stat().st_nlink == 1
    assert errno_of(dates.stat) == "ENOENT"
    assert "a.jpg" not in names(dates.parent)
    (trash / "a.jpg").rename(lake)
    assert lake.stat().st_nlink == dates.stat().st_nlink == 2
    dates.unlink()
    assert errno_of(lake.stat) == "ENOENT"
    assert (trash / "a.jpg").read_bytes() == PHOTO


def test_albums_are_made_renamed_filled_and_removed(mount: Mount) -> None:
    """An album with photos in it is not removed; one may stand in it meanwhile."""
    albums = mount.lake.parent
    (albums / "New").mkdir()
    os.link(mount.lake / "a.jpg", albums / "New" / "a.jpg")
    (albums / "New").rename(albums / "Newer")
    assert (albums / "Newer" / "a.jpg").stat().st_nlink == 3
    assert errno_of((albums / "Newer").rmdir) == "ENOTEMPTY"
    (albums / "Newer" / "a.jpg").unlink()
    (albums / "Newer").rmdir()
    assert errno_of((albums / "Newer").stat) == "ENOENT"
    assert (mount.lake / "a.jpg").stat().st_nlink == 2


def test_modes_owners_and_times_are_taken_as_copying_programs_set_them(mount: Mount) -> None:
    """Modes stay as they are, another owner is refused, times of new files are kept."""
    path = mount.lake / "n.jpg"
    path.write_bytes(b"x")
    path.chmod(0o600)
    assert path.stat().st_mode & 0o777 == 0o644
    os.chown(path, os.getuid(), os.getgid())
    os.chown(path, -1, -1)
    assert errno_of(partial(os.chown, path, 4711, -1)) == "EPERM"
    os.utime(path, ns=(5, 1_000_000_000_123_456_789))
    assert path.stat().st_mtime_ns == 1_000_000_000_123_456_789
    utimensat(path, (0, UTIME_NOW), (0, UTIME_OMIT))
    assert path.stat().st_mtime_ns == 1_000_000_000_123_456_789
    before = time.time_ns()
    utimensat(path, (0, UTIME_OMIT), (0, UTIME_NOW))
    assert path.stat().st_mtime_ns >= before - 10**9
    told = (mount.lake / "a.jpg").stat().st_mtime_ns
    os.utime(mount.lake / "a.jpg", ns=(5, 5))
    assert (mount.lake / "a.jpg").stat().st_mtime_ns == told


def test_what_a_photo_library_has_no_meaning_for_is_refused(mount: Mount) -> None:
    """With the errno that fits; and nothing changes."""
    before = sorted(os.walk(mount.home))
    photo = mount.lake / "a.jpg"
    calls: dict[str, tuple[Call, str]] = {
        "link in Dates": (partial(os.link, photo, by_date(mount) / "c.jpg"), "EPERM"),
        "file in Dates": ((mount.home / "Dates" / "c.jpg").touch, "EPERM"),
        "file beside albums": ((mount.lake.parent / "c.jpg").touch, "EPERM"),
        "folder in an album": ((mount.lake / "c").mkdir, "EPERM"),
        "folder by date": ((mount.home / "Dates" / "c").mkdir, "EPERM"),
        "library": ((mount.point / "c").mkdir, "EPERM"),
        "rmdir of a file": (photo.rmdir, "ENOTDIR"),
        "unlink of a folder": (mount.lake.unlink, "EISDIR"),
        "rmdir of dates": ((mount.home / "Dates").rmdir, "EPERM"),
        "one photo over another": (partial(photo.rename, mount.lake / "b.jpg"), "EPERM"),
        "symlink": (partial(os.symlink, "x", mount.lake / "l"), "EPERM"),
        "pipe": (partial(os.mkfifo, mount.lake / "p"), "EPERM"),
        "attribute": (partial(os.setxattr, photo, "user.x", b"1"), "EOPNOTSUPP"),
        "long name": ((mount.lake / ("x" * 256)).touch, "ENAMETOOLONG"),
        "name that is no UTF-8": (
            (mount.lake / "\udcff.jpg").touch,
            "EILSEQ",
        ),
        "folder that is no UTF-8": (
            (mount.lake.parent / "\udcff").mkdir,
            "EILSEQ",
        ),
    }
    found = {what: errno_of(call) for what, (call, _) in calls.items()}
    assert found == {what: expected for what, (_, expected) in calls.items()}
    assert sorted(os.walk(mount.home)) == before


def test_who_opens_a_photo_while_it_is_written_reads_what_is_written(made: Stock) -> None:
    """Not the original that was read before, cut off where the new file ends just now."""
    with mounted(made) as mount:
        assert (mount.lake / "a.jpg").read_bytes() == PHOTO
    with mounted(made) as mount:
        photo = mount.lake / "a.jpg"
        assert photo.read_bytes() == PHOTO
        with photo.open("wb", buffering=0) as file:
            file.write(b"new ")
            assert photo.read_bytes() == b"new "
            file.write(b"bytes")
            assert photo.read_bytes() == b"new bytes"
        assert photo.read_bytes() == b"new bytes"


def test_tags_and_description_are_set_as_attributes(mount: Mount) -> None:
    """And read back at once."""
    photo = mount.lake / "a.jpg"
    os.setxattr(photo, "user.xdg.tags", b"sea,boat")
    os.setxattr(photo, "user.xdg.comment", b"Am Meer")
    assert os.getxattr(photo, "user.xdg.tags") == b"sea,boat"
    assert os.getxattr(photo, "user.xdg.comment") == b"Am Meer"


def test_what_a_copy_says_of_another_photos_date_is_passed_over(mount: Mount) -> None:
    """As on a file system without attributes: `mv` from library to library says nothing of it."""
    photo, taken = mount.lake / "a.jpg", "user.photofs.taken"
    own = os.getxattr(photo, taken)
    os.setxattr(photo, taken, own)
    other = partial(os.setxattr, photo, taken, b"2001-02-03T04:05:06; service, zone by position")
    assert errno_of(other) == "EOPNOTSUPP"
    assert os.getxattr(photo, taken) == own


def test_other_files_are_refused_where_the_setting_says_so(made: Stock) -> None:
    """No file is made, or renamed to a name, that is no picture's; temporary names are let in."""
    with mounted(made, "--other-files", "refuse") as mount:
        assert errno_of((mount.lake / "notes.txt").touch) == "EPERM"
        (mount.lake / ".notes.txt.tmp").write_text("x")
        move = partial((mount.lake / ".notes.txt.tmp").rename, mount.lake / "notes.txt")
        assert errno_of(move) == "EPERM"
        (mount.lake / ".notes.txt.tmp").rename(mount.lake / "c.JPG")
        assert (mount.lake / "c.JPG").read_text() == "x"


def test_a_second_mount_and_a_later_one_read_what_was_written(made: Stock, tmp_path: Path) -> None:
    """From the same file of the store: also of a photo that is being overwritten."""
    with mounted(made) as mount, mounted(made, point=tmp_path / "second") as second:
        (mount.lake / "n.jpg").write_bytes(b"new")
        (mount.lake / "a.jpg").write_bytes(b"other")
        deadline = time.monotonic() + 60
        while (second.lake / "a.jpg").read_bytes() != b"other":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert (second.lake / "n.jpg").read_bytes() == b"new"
    with mounted(made) as mount:
        assert (mount.lake / "n.jpg").read_bytes() == b"new"
        with (mount.lake / "a.jpg").open("ab") as file:
            file.write(b" bytes")
        assert (mount.lake / "a.jpg").read_bytes() == b"other bytes"
