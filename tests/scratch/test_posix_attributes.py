"""Modes, owners, times, lengths and extended attributes, natively, in Scratch and in an album."""

import os
import stat
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.support.posix_calls import UTIME_NOW, UTIME_OMIT, errno_as, errno_of, utimensat

pytestmark = pytest.mark.mount

COARSE = 5
"""CLOCK_REALTIME_COARSE of <time.h>, which files are stamped by."""

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as other users")
ADA, BOB = 4711, 4712
OLD = (1_000_000_000, 123_456_789)


def mode_of(path: Path) -> int:
    """The twelve bits of a mode."""
    return stat.S_IMODE(path.lstat().st_mode)


def changes(path: Path, call: Callable[[], object]) -> tuple[bool, bool]:
    """Whether a call moves mtime and ctime."""
    before = path.lstat()
    while time.clock_gettime_ns(COARSE) <= before.st_ctime_ns:
        time.sleep(0.001)  # the disk's own clock ticks every four milliseconds
    call()
    after = path.lstat()
    return after.st_mtime_ns > before.st_mtime_ns, after.st_ctime_ns > before.st_ctime_ns


@pytest.mark.parametrize("mask", [0o022, 0o000, 0o077])
def test_new_files_have_the_mode_asked_for_without_the_programs_mask(
    ground: Path, mask: int
) -> None:
    """Also where the mount's own mask is stricter."""
    before = os.umask(mask)
    try:
        os.close(os.open(ground / "file", os.O_CREAT | os.O_WRONLY, 0o666))
        os.mkdir(ground / "folder", 0o777)
        os.mkfifo(ground / "pipe", 0o666)
        os.close(os.open(ground / "shut", os.O_CREAT | os.O_WRONLY, 0o000))
    finally:
        os.umask(before)
    modes = [mode_of(ground / name) for name in ("file", "folder", "pipe", "shut")]
    assert modes == [0o666 & ~mask, 0o777 & ~mask, 0o666 & ~mask, 0]


@pytest.mark.parametrize("mode", [0, 0o400, 0o644, 0o755, 0o1777, 0o6755, 0o7777])
def test_chmod_sets_all_twelve_bits(ground: Path, mode: int) -> None:
    """Of files and folders, by path and by descriptor; ctime moves, mtime does not."""
    (ground / "file").touch()
    (ground / "folder").mkdir()
    fd = os.open(ground / "file", os.O_RDONLY)
    assert changes(ground / "file", lambda: (ground / "file").chmod(mode)) == (False, True)
    assert mode_of(ground / "file") == mode
    (ground / "folder").chmod(mode)
    assert mode_of(ground / "folder") == mode
    (ground / "folder").chmod(0o700)  # so that it can be tidied up
    os.fchmod(fd, 0o600)
    os.close(fd)
    assert mode_of(ground / "file") == 0o600


@ROOT
def test_chown_sets_owner_group_or_both(ground: Path) -> None:
    """Of a symbolic link itself, too; -1 leaves one as it is; set-id bits go."""
    file, link = ground / "file", ground / "link"
    file.touch()
    link.symlink_to("file")
    file.chmod(0o6755)
    os.chown(file, ADA, -1)
    assert mode_of(file) == 0o755
    os.chown(file, -1, BOB)
    os.lchown(link, BOB, ADA)
    assert (file.stat().st_uid, file.stat().st_gid) == (ADA, BOB)
    assert (link.lstat().st_uid, link.lstat().st_gid) == (BOB, ADA)


@ROOT
def test_a_new_file_belongs_to_who_makes_it(ground: Path) -> None:
    """In a folder with the set-group-id bit its group is the folder's, and folders hand it on."""
    ground.chmod(0o777)
    made = "os.close(os.open('f', os.O_CREAT|os.O_WRONLY, 0o640)); os.mkdir('d', 0o750);"
    made += "os.symlink('x', 'l'); os.mkfifo('p', 0o600)"
    assert errno_as(ADA, ground, made) == ""
    for name, mode in {"f": 0o640, "d": 0o750, "p": 0o600}.items():
        told = (ground / name).lstat()
        assert (told.st_uid, told.st_gid, mode_of(ground / name)) == (ADA, ADA, mode)
    assert (ground / "l").lstat().st_uid == ADA
    os.chown(ground, -1, BOB)
    ground.chmod(0o2777)
    assert errno_as(ADA, ground, "os.mkdir('below', 0o755); open('below/f', 'w')") == ""
    assert ((ground / "below").stat().st_gid, mode_of(ground / "below")) == (BOB, 0o2755)
    assert ((ground / "below" / "f").stat().st_uid, (ground / "below" / "f").stat().st_gid) == (
        ADA,
        BOB,
    )


@ROOT
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("open('shut')", "EACCES"),
        ("open('read', 'w')", "EACCES"),
        ("open('read').read()", ""),
        ("os.listdir('closed')", "EACCES"),
        ("os.stat('closed/x')", "EACCES"),
        ("open('new', 'w')", "EACCES"),
        ("os.mkdir('new')", "EACCES"),
        ("os.unlink('read')", "EACCES"),
        ("os.rename('read', 'new')", "EACCES"),
        ("os.link('read', 'sticky/new')", "EPERM"),
        ("os.chmod('read', 0o666)", "EPERM"),
        ("os.chown('read', 4711, -1)", "EPERM"),
        ("os.utime('read')", "EACCES"),
        ("os.utime('read', (0, 0))", "EPERM"),
        ("os.utime('write', None)", ""),
        ("os.utime('write', (0, 0))", "EPERM"),
        ("os.truncate('read', 0)", "EACCES"),
        ("os.setxattr('read', 'user.x', b'')", "EACCES"),
        ("os.unlink('sticky/theirs')", "EPERM"),
        ("os.rename('sticky/theirs', 'sticky/x')", "EPERM"),
        ("open('sticky/mine', 'w'); os.rename('sticky/mine', 'sticky/theirs')", "EPERM"),
        ("open('sticky/mine', 'w'); os.unlink('sticky/mine')", ""),
        ("os.unlink('open/theirs')", ""),
    ],
)
def test_another_user_may_do_what_modes_and_sticky_bits_allow(
    ground: Path, code: str, expected: str
) -> None:
    """EACCES or EPERM as the manual pages say."""
    for name, mode in {"shut": 0o600, "read": 0o644, "write": 0o666}.items():
        (ground / name).touch()
        (ground / name).chmod(mode)
    for name, mode in {"closed": 0o700, "sticky": 0o1777, "open": 0o777}.items():
        (ground / name).mkdir()
        (ground / name / "theirs").touch()
        (ground / name).chmod(mode)
    assert errno_as(ADA, ground, code) == expected


def test_utimensat_sets_leaves_and_takes_the_present(ground: Path) -> None:
    """To the nanosecond, for files, folders, and symbolic links themselves; before 1970 as well."""
    (ground / "file").touch()
    (ground / "folder").mkdir()
    (ground / "link").symlink_to("file")
    for name in ("file", "folder", "link"):
        path = ground / name
        utimensat(path, OLD, (-5, 250_000_000), follow=False)
        assert path.lstat().st_atime_ns == OLD[0] * 10**9 + OLD[1]
        assert path.lstat().st_mtime_ns == -4_750_000_000
        utimensat(path, (0, UTIME_OMIT), (7, 9), follow=False)
        assert path.lstat().st_atime_ns == OLD[0] * 10**9 + OLD[1]
        assert path.lstat().st_mtime_ns == 7_000_000_009
        utimensat(path, (0, UTIME_NOW), (0, UTIME_OMIT), follow=False)
        assert path.lstat().st_atime > OLD[0] + 10**8
        assert path.lstat().st_mtime_ns == 7_000_000_009
    assert errno_of(lambda: utimensat(ground / "file", OLD, (0, 10**9))) == "EINVAL"


def test_times_move_with_what_is_done(ground: Path) -> None:
    """Writing and truncating move mtime and ctime; renaming and linking ctime; names the folder."""
    file = ground / "file"
    file.write_bytes(b"abc")
    assert changes(file, lambda: file.write_bytes(b"x")) == (True, True)
    assert changes(file, lambda: os.truncate(file, 9)) == (True, True)
    assert changes(file, lambda: os.link(file, ground / "b")) == (False, True)
    assert changes(file, (ground / "b").unlink) == (False, True)
    assert changes(ground, lambda: file.rename(ground / "c")) == (True, True)
    assert changes(ground, (ground / "c").unlink) == (True, True)
    assert changes(ground, (ground / "d").mkdir) == (True, True)
    assert changes(ground, (ground / "d").rmdir) == (True, True)


@pytest.mark.parametrize("by_descriptor", [True, False])
def test_truncation_cuts_and_fills_with_zeros(plain_ground: Path, *, by_descriptor: bool) -> None:
    """By path and by descriptor, also of an open file whose mode was closed since."""
    file = plain_ground / "file"
    file.write_bytes(b"0123456789")
    fd = os.open(file, os.O_RDWR)
    file.chmod(0o400 if by_descriptor else 0o200)
    target = fd if by_descriptor else file
    for size, expected in ((4, b"0123"), (8, b"0123\0\0\0\0"), (0, b""), (3, b"\0\0\0")):
        os.truncate(target, size)
        assert os.fstat(fd).st_size == file.stat().st_size == size
        assert os.pread(fd, 99, 0) == expected
    os.close(fd)
    assert errno_of(lambda: os.truncate(file, -1)) == "EINVAL"
    reader = os.open(plain_ground, os.O_RDONLY)
    assert errno_of(lambda: os.ftruncate(reader, 0)) == "EINVAL"
    os.close(reader)


def test_a_file_of_holes_takes_no_room(ground: Path) -> None:
    """10 GB of length, one block of bytes, read right on both sides of it."""
    file = ground / "sparse"
    fd = os.open(file, os.O_CREAT | os.O_RDWR)
    os.pwrite(fd, b"end", 10 << 30)
    assert file.stat().st_size == (10 << 30) + 3
    assert file.stat().st_blocks <= 16
    assert os.pread(fd, 8, (10 << 30) - 5) == b"\0\0\0\0\0end"
    os.close(fd)


def test_extended_attributes_are_set_listed_changed_and_removed(ground: Path) -> None:
    """Of files and folders; any bytes; EEXIST and ENODATA where a flag asks for it."""
    for path in (ground / "file", ground / "folder"):
        path.touch() if path.name == "file" else path.mkdir()
        os.setxattr(path, "user.a", b"\0\xff", os.XATTR_CREATE)
        os.setxattr(path, "user.b", b"")
        assert sorted(os.listxattr(path)) == ["user.a", "user.b"]
        assert errno_of(partial(os.setxattr, path, "user.a", b"", os.XATTR_CREATE)) == "EEXIST"
        assert errno_of(partial(os.setxattr, path, "user.c", b"", os.XATTR_REPLACE)) == "ENODATA"
        os.setxattr(path, "user.a", b"other", os.XATTR_REPLACE)
        assert os.getxattr(path, "user.a") == b"other"
        os.removexattr(path, "user.a")
        assert os.listxattr(path) == ["user.b"]
        assert os.getxattr(path, "user.b") == b""
        assert errno_of(partial(os.removexattr, path, "user.a")) == "ENODATA"
        assert errno_of(partial(os.getxattr, path, "user.a")) == "ENODATA"
    (ground / "link").symlink_to("file")
    refused = errno_of(lambda: os.setxattr(ground / "link", "user.a", b"", follow_symlinks=False))
    assert refused == "EPERM"
    assert errno_of(lambda: os.setxattr(ground / "file", "nonsense", b"")) == "EOPNOTSUPP"
