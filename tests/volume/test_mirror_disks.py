"""Mirrors' disks that hang, or are others than the cache's: nobody waits for them for long."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from photofs.kernel.mount_table import SameDisk
from photofs.volume.mirror_copies import MirrorCopies
from tests.support.mirrored import add_mirror, run_once
from tests.support.stocked import Stock, picture, stock

DATA = picture(7, 100_000)


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """One photo."""
    return stock(tmp_path / "home", {"a.jpg": DATA})


def mount_table(tmp_path: Path, mounts: Sequence[tuple[str, Path | str]]) -> Path:
    """A kernel's list with these devices at these points, in that order."""
    table = tmp_path / "mountinfo"
    lines = [
        f"{number} 1 {device} / {str(point).replace(' ', chr(92) + '040')} rw - ext4 /dev/x rw\n"
        for number, (device, point) in enumerate(mounts, 20)
    ]
    table.write_text("".join(lines))
    return table


def found_in_place(made: Stock, disk: SameDisk) -> bool:
    """Whether a mount would read the photo's file in the mirror itself."""
    with made.open_catalog() as catalog:
        (copy,) = catalog.copies(1, 0, 9)
        fd = MirrorCopies(catalog).find_on(disk, copy.sha256)
    if fd is None:
        return False
    with open(fd, "rb") as file:  # noqa: PTH123 - a descriptor
        assert file.read() == DATA
    return True


async def test_a_mirror_on_the_caches_disk_is_read_in_place(made: Stock, tmp_path: Path) -> None:
    """The real list of mounts tells that both are on one disk."""
    await run_once(made, add_mirror(made, tmp_path / "nas"))
    assert found_in_place(made, SameDisk(tmp_path))


async def test_a_mount_never_looks_at_another_disk(made: Stock, tmp_path: Path) -> None:
    """What the list of mounts calls another disk is not touched: it may hang."""
    await run_once(made, add_mirror(made, tmp_path / "nas"))
    table = mount_table(tmp_path, [("8:1", "/"), ("0:50", tmp_path / "nas")])
    assert not found_in_place(made, SameDisk(tmp_path / "home", table))


async def test_a_disk_that_is_mounted_later_is_seen(made: Stock, tmp_path: Path) -> None:
    """The list is read anew for each file."""
    await run_once(made, add_mirror(made, tmp_path / "nas"))
    disk = SameDisk(tmp_path / "home", mount_table(tmp_path, [("8:1", "/")]))
    assert found_in_place(made, disk)
    mount_table(tmp_path, [("8:1", "/"), ("0:50", tmp_path / "nas" / "2019")])
    assert not found_in_place(made, disk)


@pytest.mark.parametrize(
    ("mounts", "same"),
    [
        ([("8:1", "/")], True),
        ([("8:1", "/"), ("8:2", "/mnt/my disk")], False),
        ([("8:1", "/"), ("8:2", "/mnt/my disk/2019")], True),
        ([("8:1", "/"), ("8:2", "/mnt/my")], True),
        ([("8:1", "/"), ("8:2", "/mnt"), ("8:1", "/mnt/my disk")], True),
        ([("8:1", "/"), ("8:1", "/mnt/my disk"), ("8:2", "/mnt")], False),
        ([("8:2", "/mnt/my disk"), ("8:1", "/")], False),
        ([("8:1", "/home")], False),
        ([], False),
    ],
)
def test_the_list_of_mounts_tells_which_disk(
    tmp_path: Path, mounts: list[tuple[str, Path | str]], *, same: bool
) -> None:
    """By whole names of a path, the latest mount on top; a doubt counts as another disk."""
    disk = SameDisk(Path("/home/cache"), mount_table(tmp_path, mounts))
    assert disk.holds("/mnt/my disk/a.jpg") is same


def test_without_a_list_no_disk_is_the_same(tmp_path: Path) -> None:
    """Where /proc cannot be read nothing is concluded."""
    assert not SameDisk(tmp_path, tmp_path / "none").holds(str(tmp_path))
