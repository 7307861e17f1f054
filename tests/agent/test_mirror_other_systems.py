"""Mirrors on the disks of other systems, NTFS and exFAT, by their drivers for FUSE."""

import errno
import os
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
import trio

from agent.mirroring import run
from photofs.mirrors.disk_words import mirror_errors
from photofs.mirrors.folder import LocalMirror
from photofs.model.errors import Full, NotAttached
from photofs.model.mirror import AlbumFolders, CopyState, Stamp
from photofs.model.observation import Progress
from tests.support.disks import fill
from tests.support.fuse_disks import EXFAT, NTFS, FuseDisk, Kind, fuse_disk, why_none
from tests.support.jpegs import jpeg
from tests.support.mirrored import add_mirror, check_sums, files_of, run_once, tell_nobody, working
from tests.support.proven import verified
from tests.support.stocked import Stock, stock

WILD = {
    'a:b?"<>|*.jpg': jpeg(1, 5000),
    "a_b______.jpg": jpeg(2, 5000),
    "Aux.jpg": jpeg(3, 5000),
    "CASE.jpg": jpeg(4, 5000),
    "case.jpg": jpeg(5, 5000),
    f"{'long' * 55}.jpg": jpeg(6, 5000),
    "überraschung 🏳️‍🌈.jpg": jpeg(7, 5000),
    "ends with a dot..jpg": jpeg(8, 5000),
}

MANY = {f"p{n:03}.jpg": jpeg(n, 40_000) for n in range(90)}


@pytest.fixture(params=[NTFS, EXFAT], ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each kind of disk."""
    kind: Kind = request.param
    if why_none(kind):
        pytest.skip(why_none(kind))
    return kind


@pytest.fixture
def disk(kind: Kind, tmp_path: Path) -> Iterator[FuseDisk]:
    """One, mounted."""
    with fuse_disk(kind, tmp_path / "other") as disk:
        yield disk


def photos_of(root: Path) -> list[bytes]:
    """The files of a mirror that are no album's."""
    found = files_of(root).items()
    return sorted(data for path, data in found if not path.startswith("Albums/"))


def test_wild_names_and_albums_of_copies(disk: FuseDisk, tmp_path: Path) -> None:
    """Names are made fit, case counts for nothing; after a remount nothing is written or wrong."""
    made = stock(tmp_path / "home", WILD)
    row = add_mirror(made, disk.root / "mirror", albums=AlbumFolders.COPIES)
    ran = trio.run(run_once, made, row)
    assert ran.tally.failed == []
    root = disk.root / "mirror"
    assert photos_of(root) == sorted(WILD.values())
    copies = {path: data for path, data in files_of(root).items() if path.startswith("Albums/")}
    assert sorted(copies.values()) == sorted(WILD.values())
    assert not any(path.is_symlink() for path in root.rglob("*"))
    assert len({path.casefold() for path in files_of(root)}) == 2 * len(WILD)
    assert check_sums(root) == 2 * len(WILD)
    disk.unmount()
    disk.mount()
    again = trio.run(run_once, made, row)
    assert (again.tally.changed, again.tally.failed) == (0, [])
    proof = trio.run(verified, made, row)
    assert (proof.good, proof.wrong, proof.strays.unknown) == (2 * len(WILD), [], 0)


def test_times_are_as_fine_as_the_disk_keeps_them(disk: FuseDisk, tmp_path: Path) -> None:
    """Within its step a file has its capture instant, also after it was mounted anew."""
    made = stock(tmp_path / "home", WILD)
    row = add_mirror(made, disk.root / "mirror", albums=AlbumFolders.NONE)
    trio.run(run_once, made, row)
    disk.unmount()
    disk.mount()
    with made.open_catalog() as catalog:
        for copy in catalog.copies(row.mirror_id, 0, 999):
            there = (disk.root / "mirror" / copy.path).stat().st_mtime_ns
            assert abs(there - copy.shown_ns) <= row.traits.mtime_step_ns
    assert row.traits.mtime_step_ns <= 2_000_000_000


def test_a_full_disk_keeps_what_is_there(disk: FuseDisk, tmp_path: Path) -> None:
    """The run stops with what is safe; once there is room the next one goes on where it was."""
    made = stock(tmp_path / "home", MANY)
    root = disk.root / "mirror"
    row = add_mirror(made, root, albums=AlbumFolders.NONE)
    filler = fill(disk.root, left=1 << 20)
    with pytest.raises((Full, ExceptionGroup)) as raised:
        trio.run(run_once, made, row)
    assert isinstance(raised.value, Full) or raised.group_contains(Full)
    filler.unlink()
    assert trio.run(run_once, made, row).trouble is None
    assert photos_of(root) == sorted(MANY.values())
    assert check_sums(root) == len(MANY)
    assert not list(root.rglob(".photofs-*.tmp"))


async def _run_until(made: Stock, mirror_id: int, disk: FuseDisk) -> None:
    """A run during which the disk is pulled out after the first portion."""
    with made.open_catalog() as catalog:
        row = catalog.mirror(mirror_id)

    def tell(progress: Progress) -> None:
        if progress.done < len(MANY):
            disk.pull()

    async with working(made, row) as work:
        await run(work, tell)


def test_a_disk_that_is_pulled_out_while_it_is_written(disk: FuseDisk, tmp_path: Path) -> None:
    """Nothing is noted that is not there; put in again, the mirror becomes complete."""
    made = stock(tmp_path / "home", MANY)
    root = disk.root / "mirror"
    row = add_mirror(made, root, albums=AlbumFolders.NONE)
    with pytest.raises((NotAttached, ExceptionGroup)) as raised:
        trio.run(partial(_run_until, made, row.mirror_id, disk))
    assert isinstance(raised.value, NotAttached) or raised.group_contains(NotAttached)
    assert list(disk.root.iterdir()) == []
    with pytest.raises(NotAttached):
        trio.run(run_once, made, row)
    assert list(disk.root.iterdir()) == []
    disk.mount()
    assert trio.run(run_once, made, row).trouble is None
    assert photos_of(root) == sorted(MANY.values())
    assert check_sums(root) == len(MANY)
    with made.open_catalog() as catalog:
        states = {copy.state for copy in catalog.copies(row.mirror_id, 0, 999)}
    assert states == {CopyState.GOOD}


@pytest.mark.skipif(bool(why_none(EXFAT)), reason=why_none(EXFAT) or "exFAT")
def test_a_name_that_the_disk_cannot_keep_keeps_nobody_out(tmp_path: Path) -> None:
    """It is told of, with its name, and the others are there."""
    made = stock(tmp_path / "home", {"a|b.jpg": jpeg(1, 5000), "plain.jpg": jpeg(2, 5000)})
    with fuse_disk(EXFAT, tmp_path / "other") as disk:
        row = add_mirror(made, disk.root / "mirror", albums=AlbumFolders.NONE)
        unfit = row.traits._replace(windows_names=False)
        ran = trio.run(partial(run_once, made, row, traits=unfit))
        assert ran.trouble is None
        assert files_of(disk.root / "mirror") == {"2019/2019-07/plain.jpg": jpeg(2, 5000)}
        (told,) = ran.tally.failed
        assert told == "a|b.jpg: the mirror's disk takes no file of the name 2019/2019-07/a|b.jpg"
        again = trio.run(run_once, made, row)
        assert (again.tally.written, again.tally.failed) == (1, [])


def test_an_album_of_links_is_left_out_where_there_are_none(disk: FuseDisk, tmp_path: Path) -> None:
    """A mirror that was moved to such a disk is filled all the same."""
    made = stock(tmp_path / "home", WILD)
    row = add_mirror(made, disk.root / "mirror", albums=AlbumFolders.LINKS)
    ran = trio.run(run_once, made, row)
    assert (ran.trouble, ran.tally.failed) == (None, [])
    assert (disk.root / "mirror" / "Albums").exists() == row.traits.symlinks


class ShortFiles(LocalMirror):
    """A mirror on a file system that keeps no long files."""

    def write(self, path: str, source: int, sha256: str, mtime_ns: int) -> Stamp:
        """As FAT does."""
        with mirror_errors(f"writing {path}"):
            if os.fstat(source).st_size > 20_000:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        return super().write(path, source, sha256, mtime_ns)

    def take(self, source: str, path: str, mtime_ns: int) -> Stamp | None:
        """It is no disk of the cache."""
        del source, path, mtime_ns
        return None


async def test_a_file_that_is_too_long_for_the_disk_keeps_nobody_out(tmp_path: Path) -> None:
    """It is told of with the limit of FAT, at each run, and all others are there."""
    long = {"long.jpg": jpeg(9, 30_000)}
    made = stock(tmp_path / "home", {**WILD, **long})
    root = tmp_path / "mirror"
    row = add_mirror(made, root)
    for _ in range(2):
        fd = os.open(root, os.O_RDONLY)
        async with working(made, row) as work:
            work.folder = ShortFiles(root, fd, work.folder.marker, row.traits)
            with closing(work.folder):
                ran = await run(work, tell_nobody)
        assert ran.trouble is None
        (told,) = ran.tally.failed
        assert told.startswith("long.jpg: the mirror's file system keeps no file of that length")
        assert "4 GiB" in told
    found = files_of(root).items()
    assert sorted(data for path, data in found if not path.startswith("Albums")) == sorted(
        WILD.values()
    )
    assert (await run_once(made, row)).tally.written == 1
