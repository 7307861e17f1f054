"""How files below Scratch are reached with few descriptors, and which numbers they have."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from photofs.model.errors import Native
from photofs.model.node import FIRST_SCRATCH_INO
from photofs.scratch.inodes import OTHERS, Inodes
from photofs.scratch.names import RENAME_EXCHANGE, Changes, Maker, Names, RawSpot
from tests.support.disks import small_disk, why_no_mounts
from tests.support.open_files import open_below

ME = Maker(os.geteuid(), os.getegid())


class Ground:
    """The names of library 7's Scratch, over a table that keeps a single descriptor at a time."""

    def __init__(self, home: Path, me: Maker = ME) -> None:
        self.inodes = Inodes(home, kept_open=1)
        self.names = Names(self.inodes, me)
        self.root = self.names.enter(7).ino
        self.below = home / "7"

    def file(self, name: str, folder: int | None = None) -> int:
        """A new file; its number."""
        return self.names.mknod(self.at(name, folder), 0o100600, 0, ME).ino

    def folder(self, name: str, folder: int | None = None) -> int:
        """A new folder; its number."""
        return self.names.mkdir(self.at(name, folder), 0o700, ME).ino

    def at(self, name: str, folder: int | None = None) -> RawSpot:
        """A name in a folder; in Scratch itself unless told."""
        return RawSpot(self.root if folder is None else folder, name.encode())

    def links(self, ino: int) -> int:
        """How many names a file has, asked by its number."""
        return self.names.attributes(ino).st_nlink


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """Library 7's Scratch; nothing stays open."""
    with nothing_left_open(tmp_path):
        made = Ground(tmp_path / "scratch")
        yield made
        made.inodes.close()


@contextmanager
def nothing_left_open(folder: Path) -> Iterator[None]:
    """The same files below the folder are open after the block as before."""
    before = open_below(folder)
    yield
    assert open_below(folder) == before


def errno_name(error: Native) -> str:
    """The number that programs get, as text."""
    return os.strerror(error.error_number or 0)


def test_a_thousand_known_files_take_few_descriptors(ground: Ground) -> None:
    """Each is reached by its number all the same, folders within folders too."""
    before = len(open_below(ground.below))
    folder, known = ground.root, []
    for depth in range(50):
        folder = ground.folder(f"{depth}", folder)
        known += [ground.file(f"f{n}", folder) for n in range(20)]
    assert [ground.links(ino) for ino in known] == [1] * 1000
    ground.links(known[0])
    assert len(open_below(ground.below)) - before < 60


def test_numbers_are_those_of_the_disk_and_come_again(tmp_path: Path) -> None:
    """After a restart as well; they are above all of the catalog's, and positive if signed."""
    first, second = Ground(tmp_path), Ground(tmp_path)
    ino = first.file("x")
    assert ino == FIRST_SCRATCH_INO | (first.below / "x").stat().st_ino
    assert second.names.lookup(second.at("x")).ino == ino < 1 << 63
    assert second.root == first.root
    first.inodes.close()
    second.inodes.close()


@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts() or "-")
def test_files_of_another_disk_have_numbers_that_are_nobody_elses(tmp_path: Path) -> None:
    """Where Scratch is a link to another disk; they stay as long as they are known."""
    with small_disk(tmp_path / "other", 1 << 20) as disk:
        (tmp_path / "7").symlink_to(disk)
        ground = Ground(tmp_path)
        one, two = ground.file("one"), ground.file("two")
        assert OTHERS <= ground.root < one < two
        assert ground.names.lookup(ground.at("one")).ino == one
        ground.names.forget(one, 2)
        assert ground.names.lookup(ground.at("one")).ino > two
        assert ground.links(two) == 1
        ground.inodes.close()


@pytest.mark.parametrize("exchange", [False, True])
def test_moved_files_are_found_under_their_new_names(ground: Ground, *, exchange: bool) -> None:
    """Also what lies in moved folders, with each descriptor closed in between."""
    one, two = ground.folder("one"), ground.folder("two")
    in_one, in_two = ground.file("x", one), ground.file("y", two)
    if not exchange:
        ground.names.unlink(ground.at("y", two))
    ground.names.rename(ground.at("one"), ground.at("two"), RENAME_EXCHANGE if exchange else 0)
    ground.names.change(in_one, Changes(mode=0o640))
    assert (ground.below / "two" / "x").stat().st_mode & 0o777 == 0o640
    assert ground.links(in_two) == (1 if exchange else 0)
    assert ground.links(one) == 2
    assert ground.links(two) == (2 if exchange else 0)


def test_a_file_without_a_name_is_reached_until_it_is_forgotten(ground: Ground) -> None:
    """Removed or replaced; its number goes to no other file before, and its descriptor then."""
    removed, replaced, other = ground.file("a"), ground.file("b"), ground.file("c")
    ground.names.unlink(ground.at("a"))
    ground.names.rename(ground.at("c"), ground.at("b"), 0)
    new = [ground.file(f"{n}") for n in range(20)]
    assert ground.links(removed) == ground.links(replaced) == 0
    assert ground.links(other) == 1
    assert not {removed, replaced} & set(new)
    for ino in (removed, replaced):
        assert ground.names.forget(ino, 1) is None
        with pytest.raises(Native) as raised:
            ground.names.attributes(ino)
        assert errno_name(raised.value) == "Stale file handle"


def test_a_file_that_lost_one_name_is_found_by_another(ground: Ground) -> None:
    """And by a name that it got after it had lost all that were known."""
    ino = ground.file("a")
    ground.names.link(ino, ground.at("b"))
    ground.names.unlink(ground.at("b"))
    ground.file("x")
    assert ground.links(ino) == 1
    os.link(ground.below / "a", ground.below / "c")
    ground.names.lookup(ground.at("c"))
    ground.names.unlink(ground.at("a"))
    ground.file("y")
    assert ground.links(ino) == 1


def test_files_found_by_another_name_keep_no_descriptor(ground: Ground) -> None:
    """It was kept only while no name was known."""
    before = len(open_below(ground.below))
    for number in range(50):
        ino = ground.file(f"{number}")
        ground.names.link(ino, ground.at("b"))
        ground.names.unlink(ground.at("b"))
        assert ground.names.lookup(ground.at(f"{number}")).ino == ino
    assert len(open_below(ground.below)) - before < 10


def test_forgetting_counts_how_often_it_was_told(ground: Ground) -> None:
    """It is known until the last telling is taken back."""
    ino = ground.file("a")
    ground.names.lookup(ground.at("a"))
    ground.names.forget(ino, 1)
    assert ground.links(ino) == 1
    ground.names.forget(ino, 1)
    ground.names.forget(ino, 1)
    with pytest.raises(Native):
        ground.links(ino)


def test_a_big_file_without_a_name_is_given_back_to_be_closed_in_a_thread(ground: Ground) -> None:
    """For that is when its room is freed."""
    ino = ground.file("big")
    with (ground.below / "big").open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, 80 << 20)
    ground.names.unlink(ground.at("big"))
    fd = ground.names.forget(ino, 1)
    assert fd is not None
    os.close(fd)


def test_what_was_changed_past_the_mount_is_stale_not_another_file(ground: Ground) -> None:
    """A file that was removed or replaced below is not taken for what has its name now."""
    gone, other = ground.file("gone"), ground.file("other")
    os.link(ground.below / "gone", ground.below.parent / "kept")  # its number is not used again
    (ground.below / "gone").unlink()
    (ground.below / "other").rename(ground.below / "away")
    (ground.below / "other").write_text("new")
    ground.folder("x")
    for ino in (gone, other):
        with pytest.raises(Native) as raised:
            ground.names.attributes(ino)
        assert errno_name(raised.value) == "Stale file handle"


@pytest.mark.parametrize("name", [".", ".."])
def test_no_name_leads_above_scratch(ground: Ground, name: str) -> None:
    """The kernel asks for dots only by file handles, as an NFS server does."""
    with pytest.raises(Native):
        ground.names.lookup(ground.at(name))


def test_a_mount_that_is_not_roots_makes_no_files_for_others(tmp_path: Path) -> None:
    """It cannot give them away: EACCES, and nothing is made. Root's own are its owner's."""
    ground = Ground(tmp_path / "scratch", Maker(4711, 4711))
    for other in (Maker(4711, 4711), Maker(0, 0)):
        ground.names.mkdir(ground.at(f"{other.uid}"), 0o700, other)
    with pytest.raises(Native) as raised:
        ground.names.mkdir(ground.at("x"), 0o700, Maker(4712, 4712))
    assert errno_name(raised.value) == "Permission denied"
    assert sorted(os.listdir(ground.below)) == ["0", "4711"]
    ground.inodes.close()
