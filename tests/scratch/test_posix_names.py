"""Names: making, linking, renaming, removing, as man has it; natively, in Scratch, in albums."""

import os
import socket
import stat
from functools import partial
from pathlib import Path

import pytest

from tests.support.posix_calls import RENAME_EXCHANGE, RENAME_NOREPLACE, Call, errno_of, renameat2

pytestmark = pytest.mark.mount

LONGEST = "n" * 255
TOO_LONG = "n" * 256


def make(kind: str, path: Path) -> None:
    """A file of any kind at a path."""
    if kind == "file":
        path.touch()
    elif kind == "folder":
        path.mkdir()
    elif kind == "symlink":
        path.symlink_to("nowhere")
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as bound:
            folder = os.open(path.parent, os.O_RDONLY)  # the path itself may be too long for it
            bound.bind(f"/proc/self/fd/{folder}/{path.name}")
            os.close(folder)
    else:
        os.mknod(path, (stat.S_IFCHR if kind == "char" else stat.S_IFBLK) | 0o600, os.makedev(1, 3))


TYPES = {
    "file": stat.S_ISREG,
    "folder": stat.S_ISDIR,
    "symlink": stat.S_ISLNK,
    "fifo": stat.S_ISFIFO,
    "socket": stat.S_ISSOCK,
}
DEVICES = {"char": stat.S_ISCHR, "block": stat.S_ISBLK}
KINDS = TYPES | (DEVICES if os.geteuid() == 0 else {})


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_each_kind_is_made_renamed_and_removed(ground: Path, kind: str) -> None:
    """Type, number of links and inode are right all along; the folder's times move."""
    one, two = ground / "one", ground / "two"
    before = ground.stat()
    make(kind, one)
    made = one.lstat()
    assert KINDS[kind](made.st_mode)
    assert made.st_nlink == (2 if kind == "folder" else 1)
    assert ground.stat().st_mtime_ns > before.st_mtime_ns
    assert ground.stat().st_nlink == before.st_nlink + (kind == "folder")
    assert os.listdir(ground) == ["one"]
    one.rename(two)
    assert two.lstat().st_ino == made.st_ino
    assert errno_of(one.lstat) == "ENOENT"
    two.rmdir() if kind == "folder" else two.unlink()
    assert os.listdir(ground) == []
    assert ground.stat().st_nlink == before.st_nlink


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "folder"])
def test_a_hard_link_is_the_same_file(ground: Path, kind: str) -> None:
    """Of any kind but a folder, symbolic links included; ctime moves with the count."""
    one, two = ground / "one", ground / "two"
    make(kind, one)
    before = one.lstat()
    os.link(one, two, follow_symlinks=False)
    assert one.lstat().st_ino == two.lstat().st_ino
    assert one.lstat().st_nlink == two.lstat().st_nlink == 2
    assert two.lstat().st_ctime_ns > before.st_ctime_ns
    one.unlink()
    assert two.lstat().st_nlink == 1
    assert two.lstat().st_ino == before.st_ino


@pytest.mark.parametrize(
    "name", [LONGEST, "ä\u0308 \t\n*?\"'\\", os.fsdecode(b"\xff\xfe raw"), "..."]
)
def test_any_name_of_up_to_255_bytes_is_kept_as_it_is(ground: Path, name: str) -> None:
    """Also one that is no UTF-8; it is listed, found, renamed and removed."""
    (ground / name).write_text("x")
    assert os.listdir(ground) == [name]
    (ground / name).rename(ground / "b")
    (ground / "b").rename(ground / name)
    (ground / name).unlink()
    os.symlink(name, ground / "link")
    assert os.readlink(ground / "link") == name


def test_a_name_of_256_bytes_is_refused_by_each_call(plain_ground: Path) -> None:
    """ENAMETOOLONG, for the old name and for the new one."""
    long, there = plain_ground / TOO_LONG, plain_ground / "there"
    there.touch()
    calls: list[Call] = [
        long.touch,
        long.mkdir,
        long.unlink,
        long.rmdir,
        long.stat,
        lambda: os.mkfifo(long),
        lambda: os.symlink("x", long),
        lambda: os.readlink(long),
        lambda: os.link(there, long),
        lambda: os.link(long, plain_ground / "x"),
        lambda: there.rename(long),
        lambda: long.rename(there),
        lambda: long.chmod(0o600),
        lambda: os.chown(long, -1, -1),
        lambda: os.truncate(long, 0),
        lambda: os.utime(long),
    ]
    assert [errno_of(call) for call in calls] == ["ENAMETOOLONG"] * len(calls)


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_is_taken_is_not_taken_again(ground: Path, kind: str) -> None:
    """EEXIST, whatever stands there."""
    taken, other = ground / "taken", ground / "other"
    make(kind, taken)
    other.touch()
    calls: list[Call] = [
        taken.mkdir,
        lambda: os.mkfifo(taken),
        lambda: os.mknod(taken),
        lambda: os.symlink("x", taken),
        lambda: os.link(other, taken),
        lambda: os.open(taken, os.O_CREAT | os.O_EXCL | os.O_WRONLY),
        lambda: renameat2(other, taken, RENAME_NOREPLACE),
    ]
    assert [errno_of(call) for call in calls] == ["EEXIST"] * len(calls)
    assert other.exists()


def test_what_is_not_there_is_not_found(plain_ground: Path) -> None:
    """ENOENT, for the file itself and for a folder on the way."""
    (plain_ground / "there").touch()
    for away in (plain_ground / "away", plain_ground / "away" / "file"):
        calls: list[Call] = [
            away.stat,
            away.unlink,
            away.rmdir,
            partial(os.open, away, os.O_RDONLY),
            partial(os.readlink, away),
            partial(os.link, away, plain_ground / "x"),
            partial(away.rename, plain_ground / "x"),
            partial(away.chmod, 0o600),
            partial(os.truncate, away, 0),
            partial(os.utime, away),
        ]
        assert [errno_of(call) for call in calls] == ["ENOENT"] * len(calls)
    deep = plain_ground / "away" / "file"
    assert errno_of(deep.mkdir) == errno_of(deep.touch) == "ENOENT"
    assert errno_of(lambda: os.symlink("x", deep)) == errno_of(lambda: os.mkfifo(deep)) == "ENOENT"
    assert errno_of(lambda: (plain_ground / "there").rename(deep)) == "ENOENT"


def test_a_file_on_the_way_is_no_folder(plain_ground: Path) -> None:
    """ENOTDIR."""
    (plain_ground / "file").touch()
    below = plain_ground / "file" / "below"
    calls: list[Call] = [
        below.stat,
        below.touch,
        below.mkdir,
        below.unlink,
        below.rmdir,
        lambda: os.symlink("x", below),
        lambda: os.mkfifo(below),
        lambda: (plain_ground / "file").rename(below),
        lambda: os.listdir(plain_ground / "file"),
        (plain_ground / "file").rmdir,
        lambda: os.open(plain_ground / "file", os.O_RDONLY | os.O_DIRECTORY),
    ]
    assert [errno_of(call) for call in calls] == ["ENOTDIR"] * len(calls)


def test_links_in_a_circle_end(ground: Path) -> None:
    """ELOOP; and of a single link where none may be followed."""
    (ground / "a").symlink_to("b")
    (ground / "b").symlink_to("a")
    circle = ground / "a"
    calls: list[Call] = [
        circle.stat,
        lambda: os.open(circle, os.O_RDONLY),
        (circle / "x").touch,
        (circle / "x").mkdir,
        lambda: circle.chmod(0o600),
        lambda: os.truncate(circle, 0),
        lambda: os.open(circle, os.O_RDONLY | os.O_NOFOLLOW),
    ]
    assert [errno_of(call) for call in calls] == ["ELOOP"] * len(calls)


def test_only_an_empty_folder_is_removed_or_replaced(ground: Path) -> None:
    """ENOTEMPTY else; with what was in it gone, both go."""
    full, empty = ground / "full", ground / "empty"
    full.mkdir()
    empty.mkdir()
    (full / "x").touch()
    assert errno_of(full.rmdir) == "ENOTEMPTY"
    assert errno_of(lambda: empty.rename(full)) == "ENOTEMPTY"
    (full / "x").unlink()
    empty.rename(full)
    assert os.listdir(ground) == ["full"]
    assert full.stat().st_nlink == 2
    full.rmdir()


def test_files_and_folders_do_not_replace_each_other(ground: Path) -> None:
    """EISDIR and ENOTDIR; unlink of a folder and rmdir of a file are refused as well."""
    (ground / "file").touch()
    (ground / "folder").mkdir()
    assert errno_of(lambda: (ground / "file").rename(ground / "folder")) == "EISDIR"
    assert errno_of(lambda: (ground / "folder").rename(ground / "file")) == "ENOTDIR"
    assert errno_of((ground / "folder").unlink) == "EISDIR"
    assert errno_of(lambda: os.open(ground / "folder", os.O_WRONLY)) == "EISDIR"
    assert errno_of(lambda: os.truncate(ground / "folder", 0)) == "EISDIR"
    assert errno_of(lambda: os.link(ground / "folder", ground / "x")) == "EPERM"


def test_a_folder_is_not_moved_into_itself(ground: Path) -> None:
    """EINVAL; "." and ".." are not removed either."""
    (ground / "a" / "b").mkdir(parents=True)
    assert errno_of(lambda: (ground / "a").rename(ground / "a" / "b" / "c")) == "EINVAL"
    assert errno_of(lambda: os.rmdir(f"{ground}/a/.")) == "EINVAL"
    assert errno_of(lambda: os.rmdir(f"{ground}/a/b/..")) == "ENOTEMPTY"


def test_rename_replaces_a_file_at_once(plain_ground: Path) -> None:
    """The replaced file loses the name, and lives on under another one or for who has it open."""
    old, new, other = plain_ground / "old", plain_ground / "new", plain_ground / "other"
    old.write_text("old")
    new.write_text("new")
    os.link(new, other)
    with new.open() as opened:
        inode = old.stat().st_ino
        old.rename(new)
        assert new.stat().st_ino == inode
        assert opened.read() == "new"
        assert os.fstat(opened.fileno()).st_nlink == 1
    assert (new.read_text(), other.read_text()) == ("old", "new")
    assert sorted(os.listdir(plain_ground)) == ["new", "other"]


def test_rename_over_another_name_of_the_same_file_does_nothing(plain_ground: Path) -> None:
    """Both names stay, as POSIX wants it."""
    one, two = plain_ground / "one", plain_ground / "two"
    one.write_text("x")
    os.link(one, two)
    one.rename(two)
    assert one.stat().st_nlink == 2
    one.rename(one)
    assert sorted(os.listdir(plain_ground)) == ["one", "two"]
    one.unlink()
    assert two.read_text() == "x"


def test_rename_can_be_told_not_to_replace_and_to_exchange(ground: Path) -> None:
    """renameat2: also a file with a folder, across folders, and both are found there at once."""
    (ground / "d").mkdir()
    file, folder = ground / "file", ground / "d" / "folder"
    file.write_text("x")
    folder.mkdir()
    (folder / "in").touch()
    renameat2(file, folder, RENAME_EXCHANGE)
    assert folder.read_text() == "x"
    assert os.listdir(file) == ["in"]
    (file / "in").unlink()
    assert (ground / "d").stat().st_nlink == 2
    renameat2(folder, ground / "new", RENAME_NOREPLACE)
    assert sorted(os.listdir(ground)) == ["d", "file", "new"]
    assert errno_of(lambda: renameat2(ground / "x", ground / "new", RENAME_EXCHANGE)) == "ENOENT"
    assert errno_of(lambda: renameat2(ground / "d", ground / "new", 3)) == "EINVAL"


def test_a_folder_moves_with_all_that_is_in_it(ground: Path) -> None:
    """Its ".." is the new folder, link counts follow, open files and names below go on working."""
    (ground / "from" / "moved" / "deep").mkdir(parents=True)
    (ground / "to").mkdir()
    file = ground / "from" / "moved" / "deep" / "file"
    file.write_text("x")
    with file.open("a") as opened:
        (ground / "from" / "moved").rename(ground / "to" / "moved")
        opened.write("y")
    assert (ground / "to" / "moved" / "deep" / "file").read_text() == "xy"
    assert (ground / "from").stat().st_nlink == 2
    assert (ground / "to").stat().st_nlink == 3
    above = (ground / "to" / "moved" / "..").stat()
    assert above.st_ino == (ground / "to").stat().st_ino


def test_an_unlinked_folder_that_is_somebodys_own_takes_no_more_files(ground: Path) -> None:
    """ENOENT in it, and it lists nothing."""
    (ground / "gone").mkdir()
    fd = os.open(ground / "gone", os.O_RDONLY)
    try:
        (ground / "gone").rmdir()
        assert os.fstat(fd).st_nlink == 0
        assert errno_of(lambda: os.open("x", os.O_CREAT | os.O_WRONLY, dir_fd=fd)) == "ENOENT"
        assert os.listdir(fd) == []
    finally:
        os.close(fd)


def test_symbolic_links_are_kept_as_they_are_and_followed(ground: Path) -> None:
    """Relative, absolute, dangling and long ones; their length is their size."""
    (ground / "folder").mkdir()
    (ground / "folder" / "file").write_text("x")
    for number, target in enumerate(
        ["folder/file", str(ground / "folder"), "../nowhere", "y" * 4095]
    ):
        link = ground / str(number)
        link.symlink_to(target)
        assert os.readlink(link) == target
        assert link.lstat().st_size == len(target)
    assert (ground / "0").read_text() == "x"
    assert (ground / "1" / "file").read_text() == "x"
    assert errno_of((ground / "2").stat) == "ENOENT"
    assert errno_of(lambda: os.readlink(ground / "folder")) == "EINVAL"
    assert errno_of(lambda: os.symlink("", ground / "x")) == "ENOENT"


def test_making_a_file_through_a_dangling_link_makes_its_target(ground: Path) -> None:
    """But with O_EXCL the link itself counts."""
    (ground / "link").symlink_to("target")
    exclusive = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    assert errno_of(lambda: os.open(ground / "link", exclusive)) == "EEXIST"
    (ground / "link").write_text("x")
    assert (ground / "target").read_text() == "x"


def test_a_pipe_connects_two_programs(ground: Path) -> None:
    """What is written at one end is read at the other."""
    os.mkfifo(ground / "pipe")
    reader = os.open(ground / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(ground / "pipe", os.O_WRONLY)
    os.write(writer, b"through")
    assert os.read(reader, 99) == b"through"
    os.close(writer)
    os.close(reader)


def test_a_folder_of_many_names_is_listed_whole_while_it_is_emptied(plain_ground: Path) -> None:
    """Each of 1,600 names once, though those that were told of are removed meanwhile."""
    for number in range(1600):
        os.close(os.open(plain_ground / f"{number}", os.O_CREAT | os.O_WRONLY))
    told = []
    with os.scandir(plain_ground) as entries:
        for entry in entries:
            told.append(int(entry.name))
            assert entry.is_file(follow_symlinks=False)
            os.unlink(entry.path)
    assert sorted(told) == list(range(1600))
    assert os.listdir(plain_ground) == []


def test_names_that_go_before_they_are_told_of_do_not_end_a_listing(plain_ground: Path) -> None:
    """All others are told of, each once."""
    for number in range(1600):
        os.close(os.open(plain_ground / f"{number}", os.O_CREAT | os.O_WRONLY))
    with os.scandir(plain_ground) as entries:
        told = [int(next(entries).name)]
        for number in range(0, 1600, 2):
            (plain_ground / f"{number}").unlink()
        told += [int(entry.name) for entry in entries]
    assert len(set(told)) == len(told)
    assert set(range(1, 1600, 2)) <= set(told)


def test_a_rewound_listing_begins_anew(plain_ground: Path) -> None:
    """With what came and without what went since."""
    (plain_ground / "a").touch()
    fd = os.open(plain_ground, os.O_RDONLY)
    try:
        assert os.listdir(fd) == ["a"]
        (plain_ground / "b").touch()
        (plain_ground / "a").unlink()
        assert os.listdir(fd) == ["b"]
    finally:
        os.close(fd)
