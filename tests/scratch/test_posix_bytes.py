"""Bytes: opening, reading, writing, mapping, syncing, locking; natively, in Scratch, in albums."""

import errno
import fcntl
import mmap
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.posix_calls import errno_of

pytestmark = pytest.mark.mount

MIB = 1 << 20


def test_open_makes_refuses_and_empties_as_its_flags_say(plain_ground: Path) -> None:
    """O_CREAT, O_EXCL, O_TRUNC; a handle does only what it was opened for."""
    file = plain_ground / "file"
    assert errno_of(lambda: os.open(file, os.O_RDWR)) == "ENOENT"
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    assert errno_of(lambda: os.open(file, os.O_CREAT | os.O_EXCL)) == "EEXIST"
    file.write_bytes(b"0123")
    os.close(os.open(file, os.O_CREAT | os.O_RDWR))
    assert file.read_bytes() == b"0123"
    os.close(os.open(file, os.O_TRUNC | os.O_RDWR))
    assert file.read_bytes() == b""
    reader, writer = os.open(file, os.O_RDONLY), os.open(file, os.O_WRONLY)
    assert errno_of(lambda: os.write(reader, b"x")) == "EBADF"
    assert errno_of(lambda: os.read(writer, 1)) == "EBADF"
    os.close(reader)
    os.close(writer)


def test_a_new_file_of_mode_0_can_be_written_by_who_made_it(plain_ground: Path) -> None:
    """The handle counts, not the mode; git makes its objects so (0444)."""
    fd = os.open(plain_ground / "file", os.O_CREAT | os.O_EXCL | os.O_RDWR, 0)
    os.write(fd, b"x" * 100_000)
    os.ftruncate(fd, 5)
    assert os.pread(fd, 9, 0) == b"x" * 5
    os.fsync(fd)
    os.close(fd)


def test_what_is_appended_comes_at_the_end(plain_ground: Path) -> None:
    """Of the file as it is then, wherever the handle stands; by several handles in turn."""
    file = plain_ground / "file"
    file.write_bytes(b"0")
    one, two = (os.open(file, os.O_WRONLY | os.O_APPEND) for _ in range(2))
    for number in range(1, 9):
        os.lseek(one, 0, os.SEEK_SET)
        os.write(one if number % 2 else two, b"%d" % number)
    assert file.read_bytes() == b"012345678"
    os.truncate(file, 2)
    os.write(one, b"x")
    os.close(one)
    os.close(two)
    assert file.read_bytes() == b"01x"


def test_appending_and_a_shared_mapping_go_together(plain_ground: Path) -> None:
    """Pages of the mapping go where they belong, not to the end."""
    file = plain_ground / "file"
    file.write_bytes(b"a" * 8192)
    fd = os.open(file, os.O_RDWR | os.O_APPEND)
    with mmap.mmap(fd, 8192) as mapped:
        mapped[0:4] = b"page"
        os.write(fd, b"end")
        mapped.flush()
    os.close(fd)
    assert file.read_bytes() == b"page" + b"a" * 8188 + b"end"


def test_an_open_file_without_a_name_goes_on_working(plain_ground: Path) -> None:
    """It is read, written, cut, and told of; then its room is free again."""
    file = plain_ground / "file"
    file.write_bytes(b"0123")
    fd = os.open(file, os.O_RDWR)
    file.unlink()
    os.pwrite(fd, b"x" * MIB, 2)
    assert os.pread(fd, 4, 0) == b"01xx"
    assert (os.fstat(fd).st_nlink, os.fstat(fd).st_size) == (0, MIB + 2)
    os.ftruncate(fd, 1)
    os.utime(fd, (1, 1))
    assert os.fstat(fd).st_mtime == 1
    file.write_bytes(b"another")
    assert os.fstat(fd).st_ino != file.stat().st_ino
    assert os.pread(fd, 9, 0) == b"0"
    os.close(fd)


def test_an_open_file_without_a_name_has_a_mode_and_attributes(ground: Path) -> None:
    """They are changed and read through its handle."""
    file = ground / "file"
    with file.open("w") as opened:
        file.unlink()
        os.fchmod(opened.fileno(), 0o640)
        os.setxattr(opened.fileno(), "user.x", b"y")
        assert os.fstat(opened.fileno()).st_mode & 0o777 == 0o640
        assert os.getxattr(opened.fileno(), "user.x") == b"y"


def test_a_shared_mapping_is_written_through(plain_ground: Path) -> None:
    """Written by mapping and by write in turn, each sees the other."""
    file = plain_ground / "file"
    file.write_bytes(bytes(MIB))
    with file.open("r+b") as opened, mmap.mmap(opened.fileno(), 0) as mapped:
        mapped[4094:4098] = b"page"
        assert os.pread(opened.fileno(), 4, 4094) == b"page"
        os.pwrite(opened.fileno(), b"write", 70_000)
        assert mapped[70_000:70_005] == b"write"
    data = bytearray(MIB)
    data[4094:4098], data[70_000:70_005] = b"page", b"write"
    assert file.read_bytes() == bytes(data)


def test_large_writes_and_odd_offsets_are_kept(plain_ground: Path) -> None:
    """5 MB at once, over each other, read back in odd pieces."""
    model = bytearray()
    fd = os.open(plain_ground / "file", os.O_CREAT | os.O_RDWR)
    for offset, byte in ((0, b"a"), (3 * MIB + 7, b"b"), (1_000_001, b"c")):
        part = byte * (5 * MIB)
        assert os.pwrite(fd, part, offset) == len(part)
        model[len(model) : offset] = bytes(max(offset - len(model), 0))
        model[offset : offset + len(part)] = part
    read = bytearray()
    while part := os.pread(fd, 99_991, len(read)):
        read += part
    os.close(fd)
    assert read == model


@pytest.mark.parametrize("flag", [os.O_SYNC, os.O_DSYNC, os.O_DIRECT, os.O_NOATIME])
def test_rare_flags_of_open_are_accepted(plain_ground: Path, flag: int) -> None:
    """What is written with them is read back."""
    block = mmap.mmap(-1, 8192)
    block[:] = b"x" * 8192
    fd = os.open(plain_ground / "file", os.O_CREAT | os.O_RDWR | flag)
    assert os.pwrite(fd, block, 0) == 8192
    os.close(fd)
    assert (plain_ground / "file").read_bytes() == b"x" * 8192


def test_fsync_of_files_and_folders_is_answered(plain_ground: Path) -> None:
    """And of a handle for reading."""
    (plain_ground / "file").write_bytes(b"x")
    for path in (plain_ground, plain_ground / "file"):
        fd = os.open(path, os.O_RDONLY)
        os.fsync(fd)
        os.fdatasync(fd)
        os.close(fd)


def test_posix_fallocate_makes_room_and_keeps_what_is_there(plain_ground: Path) -> None:
    """By writing where the mount cannot do it otherwise."""
    (plain_ground / "file").write_bytes(b"abc")
    with (plain_ground / "file").open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, 100_000)
    assert (plain_ground / "file").read_bytes() == b"abc" + bytes(99_997)


def test_holes_are_found_or_the_file_counts_as_all_data(plain_ground: Path) -> None:
    """SEEK_DATA and SEEK_HOLE never lead past data."""
    fd = os.open(plain_ground / "file", os.O_CREAT | os.O_RDWR)
    os.pwrite(fd, b"x" * 4096, MIB)
    assert os.lseek(fd, 0, os.SEEK_DATA) <= MIB
    assert os.lseek(fd, MIB, os.SEEK_HOLE) == MIB + 4096
    with pytest.raises(OSError, match="No such device or address") as raised:
        os.lseek(fd, 2 * MIB, os.SEEK_DATA)
    assert raised.value.errno == errno.ENXIO
    os.close(fd)


def test_locks_keep_two_programs_apart(plain_ground: Path) -> None:
    """flock and fcntl locks, seen by another process, gone with who held them."""
    file = plain_ground / "file"
    file.touch()
    ask = (
        "import fcntl, sys\nf = open(sys.argv[1], 'r+')\n"
        "for lock in (fcntl.flock, fcntl.lockf):\n"
        "  try: lock(f, fcntl.LOCK_EX | fcntl.LOCK_NB); print('got')\n"
        "  except BlockingIOError: print('kept out')\n"
    )
    with file.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        fcntl.lockf(held, fcntl.LOCK_EX)
        told = subprocess.check_output(["python3", "-c", ask, file], text=True)
        assert told.split("\n")[:2] == ["kept out", "kept out"]
    told = subprocess.check_output(["python3", "-c", ask, file], text=True)
    assert told.split("\n")[:2] == ["got", "got"]


def test_copy_file_range_and_sendfile_copy(plain_ground: Path) -> None:
    """The ways in which cp and Python copy."""
    (plain_ground / "one").write_bytes(b"y" * 300_000)
    with (plain_ground / "one").open("rb") as one, (plain_ground / "two").open("wb") as two:
        assert os.copy_file_range(one.fileno(), two.fileno(), 200_000, 0, 0) > 0
    with (plain_ground / "one").open("rb") as one, (plain_ground / "three").open("wb") as three:
        assert os.sendfile(three.fileno(), one.fileno(), 0, 300_000) > 0
    assert (plain_ground / "two").read_bytes() == b"y" * (plain_ground / "two").stat().st_size
    assert (plain_ground / "three").stat().st_size > 0


def test_statvfs_tells_of_room_and_of_names(plain_ground: Path) -> None:
    """Names may have 255 bytes."""
    told = os.statvfs(plain_ground)
    assert told.f_namemax == 255
    assert told.f_bavail > 0
