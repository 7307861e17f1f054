"""Files that programs write: open side by side, sealed without being lost, never shared."""

import fcntl
import hashlib
import os
from pathlib import Path

import pytest

from photofs.model.errors import Busy, Full, NotFound
from photofs.originals.local_disk import LocalDisk
from tests.support.disks import small_disk, why_no_mounts

BYTES = os.urandom(70_000)
SHA256 = hashlib.sha256(BYTES).hexdigest()


def write(store: LocalDisk, draft: str, data: bytes = BYTES) -> None:
    """Open, write, sync, close."""
    fd = store.written.open_for_writing(draft)
    os.pwrite(fd, data, 0)
    store.written.sync(fd, name_too=True)
    os.close(fd)


def test_a_sealed_file_is_an_original_and_still_a_draft(store: LocalDisk) -> None:
    """Until the catalog has noted it, it can be judged again."""
    write(store, "1-a")
    sealed = store.written.seal("1-a")
    assert (sealed.sha256, sealed.size) == (SHA256, len(BYTES))
    assert store.verify(SHA256)
    assert store.written.seal("1-a") == sealed
    store.written.remove("1-a")
    assert store.verify(SHA256)


def test_a_writer_of_a_sealed_draft_never_touches_the_original(store: LocalDisk) -> None:
    """It gets a file of its own, with the same bytes to begin with."""
    write(store, "1-a")
    store.written.seal("1-a")
    fd = store.written.open_for_writing("1-a")
    assert os.pread(fd, len(BYTES), 0) == BYTES
    os.pwrite(fd, b"other", 0)
    os.close(fd)
    assert store.verify(SHA256)


def test_a_draft_that_is_sealed_while_it_is_opened_is_not_written(store: LocalDisk) -> None:
    """Who took it for a file of its own is told to come again, and then gets one."""
    write(store, "1-a")
    store.written.seal("1-a")
    if os.geteuid() == 0:  # others are kept out by the original's mode
        with pytest.raises(Busy):
            store.written.open_for_writing("1-a", fresh=True)
    os.close(store.written.open_for_writing("1-a"))
    assert store.verify(SHA256)


def test_a_removed_file_is_written_by_who_has_it_open(store: LocalDisk) -> None:
    """Through a descriptor of its own, on the same bytes; no name comes back."""
    write(store, "1-a")
    reader = store.written.open_for_reading("1-a")
    assert reader is not None
    store.written.remove("1-a")
    writer = store.written.open_again(reader)
    assert writer is not None
    os.pwrite(writer, b"other", 0)
    assert os.pread(reader, 10, 0) == b"other" + BYTES[5:10]
    assert store.written.names() == frozenset()
    os.close(reader)
    os.close(writer)


def test_an_original_is_not_written_by_who_had_it_open_before(store: LocalDisk) -> None:
    """Once sealed, no descriptor to write with is given, also when the draft's name is gone."""
    write(store, "1-a")
    reader = store.written.open_for_reading("1-a")
    assert reader is not None
    store.written.seal("1-a")
    assert store.written.open_again(reader) is None
    store.written.remove("1-a")
    assert store.written.open_again(reader) is None
    os.close(reader)
    assert store.verify(SHA256)


def test_what_is_open_for_writing_is_not_sealed(store: LocalDisk) -> None:
    """Sealing says Busy as long as any writer has it open, and works right after."""
    write(store, "1-a")
    first, second = (store.written.open_for_writing("1-a") for _ in range(2))
    os.close(first)
    with pytest.raises(Busy):
        store.written.seal("1-a")
    os.close(second)
    assert store.written.seal("1-a").sha256 == SHA256


def test_equal_bytes_are_sealed_once(store: LocalDisk) -> None:
    """A second draft with the same bytes leaves the original as it is."""
    write(store, "1-a")
    write(store, "2-b")
    path = store.sealed_path(store.written.seal("1-a").sha256)
    before = path and path.stat().st_ino
    store.written.seal("2-b")
    assert path is not None
    assert path.stat().st_ino == before


def test_a_damaged_file_of_that_name_is_replaced(store: LocalDisk, kept: Path) -> None:
    """What lies in Kept under the hash without having its bytes is no reason to lose the draft."""
    path = kept / SHA256[:2] / SHA256
    path.parent.mkdir(parents=True)
    path.write_bytes(b"damaged")
    write(store, "1-a")
    store.written.seal("1-a")
    assert store.verify(SHA256)


def test_a_draft_is_filled_from_an_original(store: LocalDisk) -> None:
    """With its bytes, in a file of its own; NotFound if the original is not here."""
    write(store, "1-a")
    store.written.seal("1-a")
    store.written.fill("2-b", SHA256)
    fd = store.written.open_for_writing("2-b")
    assert os.pread(fd, len(BYTES), 0) == BYTES
    os.pwrite(fd, b"x", 0)
    os.close(fd)
    assert store.verify(SHA256)
    with pytest.raises(NotFound):
        store.written.fill("3-c", "0" * 64)


def test_an_open_file_outlives_its_name(store: LocalDisk) -> None:
    """What was removed can be read and written by who has it open."""
    fd = store.written.open_for_writing("1-a")
    store.written.remove("1-a")
    os.pwrite(fd, BYTES, 0)
    assert os.pread(fd, len(BYTES), 0) == BYTES
    os.close(fd)
    assert store.written.names() == frozenset()
    assert store.written.size("1-a") is None
    assert store.written.open_for_reading("1-a") is None


@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts())
def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    """Copying an original that does not fit a second time leaves it whole, and no rest behind."""
    with small_disk(tmp_path / "disk", 1 << 20) as disk:
        store = LocalDisk(disk / "kept", disk / "cache", limit=1 << 30, min_free=0)
        data = os.urandom(600_000)
        write(store, "1-a", data)
        sealed = store.written.seal("1-a")
        with pytest.raises(Full):
            store.written.fill("2-b", sealed.sha256)
        assert store.written.names() == {"1-a"}
        assert store.verify(sealed.sha256)


def test_who_has_a_file_open_to_write_or_fills_it_is_seen(store: LocalDisk) -> None:
    """By its lock, which goes with the process; a copy that was left over keeps nobody waiting."""
    fd = store.written.open_for_writing("1-a")
    assert store.written.is_open("1-a")
    os.close(fd)
    assert not store.written.is_open("1-a")
    copy = store.kept_path(SHA256).parents[1] / "written" / "1-a.copy"
    with copy.open("wb") as filling:
        assert not store.written.is_open("1-a")
        fcntl.flock(filling, fcntl.LOCK_EX)
        assert store.written.is_open("1-a")
    assert not store.written.is_open("1-a")
    assert not store.written.is_open("2-b")


def test_two_that_copy_one_original_do_not_disturb_each_other(store: LocalDisk) -> None:
    """Who comes second is told to come again, and finds what the first one writes by then."""
    write(store, "1-a")
    store.written.seal("1-a")
    folder = store.kept_path(SHA256).parents[1] / "written"
    with (folder / "1-a.copy").open("wb") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        first.write(b"as far as it came")
        first.flush()
        with pytest.raises(Busy):
            store.written.open_for_writing("1-a")
        with pytest.raises(Busy):
            store.written.fill("1-a", SHA256)
        assert (folder / "1-a.copy").read_bytes() == b"as far as it came"
    os.close(store.written.open_for_writing("1-a"))
    assert (folder / "1-a").read_bytes() == BYTES
    assert store.written.names() == {"1-a"}


def test_a_file_that_is_filled_appears_whole_or_not_at_all(store: LocalDisk) -> None:
    """Whoever looks meanwhile sees it as it was, and that somebody is at it; so does who comes."""
    write(store, "d", b"before")
    with pytest.raises(ZeroDivisionError):
        fill_in_part(store, "d")
    assert not store.written.is_open("d")
    assert store.written.names() == {"d"}
    (store.written.folder / "d.copy").write_bytes(b"left by a kill, and longer than what comes")
    with store.written.filling("d") as fd:
        store.written.append(fd, b"whole")
    assert (store.written.folder / "d").read_bytes() == b"whole"
    assert store.written.names() == {"d"}


def fill_in_part(store: LocalDisk, draft: str) -> None:
    """Breaks off in the midst."""
    with store.written.filling(draft) as fd:
        store.written.append(fd, b"half")
        assert store.written.is_open(draft)
        assert (store.written.folder / draft).read_bytes() == b"before"
        with pytest.raises(Busy), store.written.filling(draft):
            pass
        raise ZeroDivisionError
