"""Mirrors on disks that are full, pulled out, read-only, or know fewer names than ours."""

from contextlib import ExitStack
from pathlib import Path

import pytest
import trio

from agent.mirroring import run
from photofs.model.errors import Full, NotAttached, PhotofsError
from photofs.model.mirror import CopyState
from photofs.model.observation import Progress
from tests.support.disks import PowerDisk, fill, small_disk, why_no_mounts
from tests.support.fake_source import requests_of
from tests.support.mirrored import add_mirror, check_sums, files_of, run_once, working
from tests.support.stocked import Stock, picture, stock

pytestmark = pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts() or "mounts")

ORIGINALS = {f"p{n:03}.jpg": picture(n, 40_000) for n in range(90)}


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """Ninety photos of 40 kB: two batches."""
    return stock(tmp_path / "home", ORIGINALS)


def lacking(made: Stock) -> int:
    """How many photos are not in the mirror."""
    with made.open_catalog() as catalog:
        (row,) = catalog.mirrors()
        return catalog.mirror_counts(row).lacking


def test_a_full_disk_keeps_what_is_there(made: Stock, tmp_path: Path) -> None:
    """The run stops with what is safe; once there is room the next one goes on where it was."""
    with small_disk(tmp_path / "nas", 8 << 20) as disk:
        row = add_mirror(made, disk)
        filler = fill(disk, left=1 << 20)
        with pytest.raises((Full, ExceptionGroup)) as raised:
            trio.run(run_once, made, row)
        assert "no room" in str(raised.value) or raised.group_contains(Full)
        filler.unlink()
        ran = trio.run(run_once, made, row)
        assert ran.trouble is None
        assert sorted(files_of(disk).values()) == sorted(ORIGINALS.values())
        assert check_sums(disk) == len(ORIGINALS)
        assert not list(disk.rglob(".photofs-*.tmp"))
        asked = [request.ref for request in requests_of(made.source)]
        assert len(asked) == len(set(asked))


def test_what_was_fetched_for_the_mirror_alone_leaves_the_cache(
    made: Stock, tmp_path: Path
) -> None:
    """A mirror of another disk is filled through the cache, and turns nothing out of it."""
    with small_disk(tmp_path / "nas", 8 << 20) as disk:
        trio.run(run_once, made, add_mirror(made, disk))
        assert len(files_of(disk)) == len(ORIGINALS)
    assert list(made.store().sealed()) == []


async def _run_until(made: Stock, mirror_id: int, pull: "PowerDisk") -> None:
    """A run during which the disk is pulled out after the first portion."""
    with made.open_catalog() as catalog:
        row = catalog.mirror(mirror_id)

    def tell(progress: Progress) -> None:
        if progress.done < len(ORIGINALS):
            pull.pull()

    async with working(made, row) as work:
        await run(work, tell)


def test_a_disk_that_is_pulled_out_is_away(made: Stock, tmp_path: Path) -> None:
    """Nothing is written to the mount point, or noted as there; it goes on when it is back."""
    disk = PowerDisk(tmp_path / "power")
    disk.mount()
    with ExitStack() as stack:
        stack.callback(disk.pull)
        row = add_mirror(made, disk.root)
        with pytest.raises((NotAttached, ExceptionGroup)) as raised:
            trio.run(_run_until, made, row.mirror_id, disk)
        assert isinstance(raised.value, NotAttached) or raised.group_contains(NotAttached)
        assert list(disk.root.iterdir()) == []
        assert 0 < lacking(made) < len(ORIGINALS)
        with pytest.raises(NotAttached):
            trio.run(run_once, made, row)
        assert list(disk.root.iterdir()) == []
        disk.mount()
        ran = trio.run(run_once, made, row)
        assert ran.trouble is None
        assert sorted(files_of(disk.root).values()) == sorted(ORIGINALS.values())
        assert check_sums(disk.root) == len(ORIGINALS)


def test_a_power_cut_leaves_what_was_noted(made: Stock, tmp_path: Path) -> None:
    """What the catalog calls good is on the disk, whole, after its power was cut."""
    disk = PowerDisk(tmp_path / "power")
    disk.mount()
    with ExitStack() as stack:
        stack.callback(disk.pull)
        row = add_mirror(made, disk.root)

        async def cut() -> None:
            def tell(_progress: Progress) -> None:
                disk.cut_power()

            async with working(made, row) as work:
                await run(work, tell)

        with pytest.raises((PhotofsError, ExceptionGroup)):
            trio.run(cut)
        disk.replug()
        with made.open_catalog() as catalog:
            good = [
                each.path
                for each in catalog.copies(row.mirror_id, 0, 999)
                if each.state is CopyState.GOOD
            ]
        there = files_of(disk.root)
        assert good
        assert [path for path in good if there.get(path) not in ORIGINALS.values()] == []
        trio.run(run_once, made, row)
        assert sorted(files_of(disk.root).values()) == sorted(ORIGINALS.values())
