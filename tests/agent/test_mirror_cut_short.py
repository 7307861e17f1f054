"""A run of a mirror that ends early leaves lists of what is there, whatever ended it."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from agent.mirroring import LISTED_NS, run, run_and_list
from photofs.catalog.mirrors import MirrorRow
from photofs.model.album_list import AlbumList, read_album_list
from photofs.model.errors import Full, Unauthorised
from photofs.model.observation import Progress
from tests.support.disks import fill, small_disk, why_no_mounts
from tests.support.fake_source import Faults, set_faults
from tests.support.log_guard import ExpectLog
from tests.support.mirrored import add_mirror, check_sums, files_of, tell_nobody, working
from tests.support.stocked import Stock, picture, stock

ROOT = Path(__file__).parents[2]
ORIGINALS = {f"p{n:03}.jpg": picture(n, 40_000) for n in range(90)}
BATCH = 64


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """Ninety photos of 40 kB: two batches."""
    return stock(tmp_path / "home", ORIGINALS)


def listed(row: MirrorRow) -> AlbumList:
    """The mirror's list."""
    return read_album_list((Path(row.root) / "albums.json").read_bytes())


def names_all_that_is_there(row: MirrorRow) -> int:
    """Both lists name each file that stands there, and the albums' list says what lacks."""
    root = Path(row.root)
    there = files_of(root).keys() - {"filler"}
    told = listed(row)
    assert {photo.file for photo in told.photos} == there
    assert told.lacking == len(ORIGINALS) - len(there)
    assert check_sums(root) == len(there)
    (album,) = told.albums
    assert len(album.files) == len(there)
    return len(there)


def sidecars(row: MirrorRow) -> int:
    """How many there are."""
    return len(list(Path(row.root).rglob("*.xmp")))


async def broken_off(made: Stock, row: MirrorRow, end: Callable[[trio.CancelScope], None]) -> None:
    """A run that is ended so after its first portion."""
    with trio.CancelScope() as scope:

        def tell(_progress: Progress) -> None:
            end(scope)

        async with working(made, row) as work:
            await run_and_list(work, tell)
    assert scope.cancelled_caught


async def test_a_run_that_is_stopped_leaves_its_lists(made: Stock, tmp_path: Path) -> None:
    """By Ctrl-C or SIGTERM, which cancel it: the next run brings the rest, and lists that."""
    row = add_mirror(made, tmp_path / "nas")
    await broken_off(made, row, trio.CancelScope.cancel)
    assert names_all_that_is_there(row) == BATCH
    async with working(made, row) as work:
        await run_and_list(work, tell_nobody)
    assert names_all_that_is_there(row) == len(ORIGINALS)
    assert sidecars(row) == len(ORIGINALS)


async def test_a_run_with_trouble_leaves_its_lists(
    made: Stock, tmp_path: Path, expect_log: ExpectLog
) -> None:
    """A service that answers no more keeps no list, and no sidecar of what came before, away."""
    expect_log("the source says Unauthorised")
    row = add_mirror(made, tmp_path / "nas")

    def tell(_progress: Progress) -> None:
        set_faults(made.source, Faults(error="Unauthorised"))

    async with working(made, row) as work:
        ran = await run_and_list(work, tell)
    assert isinstance(ran.trouble, Unauthorised)
    assert names_all_that_is_there(row) == sidecars(row) == BATCH


@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts() or "mounts")
def test_a_full_disk_has_lists_of_what_it_holds(made: Stock, tmp_path: Path) -> None:
    """What its last batch wrote is in them, too."""
    with small_disk(tmp_path / "nas", 8 << 20) as disk:
        row = add_mirror(made, disk)
        fill(disk, left=1 << 20)

        async def run_it() -> None:
            async with working(made, row) as work:
                await run_and_list(work, tell_nobody)

        with pytest.raises((Full, ExceptionGroup)):
            trio.run(run_it)
        assert 5 < names_all_that_is_there(row) < BATCH


async def test_a_killed_runs_files_are_listed_when_the_next_one_begins(
    made: Stock, tmp_path: Path
) -> None:
    """Before it brings anything: it may be killed, too."""
    row = add_mirror(made, tmp_path / "nas")
    command = [sys.executable, "-m", "tests.support.mirror_program", str(made.root), "1"]
    done = await trio.run_process(command, cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert sidecars(row) == 0
    before = len(files_of(Path(row.root)))
    assert before == BATCH
    with trio.CancelScope() as scope:
        async with working(made, row) as work:
            await run(work, lambda _progress: scope.cancel())
    assert len(listed(row).photos) == before
    assert listed(row).lacking == len(ORIGINALS) - before


async def test_a_long_run_lists_what_it_has_from_time_to_time(made: Stock, tmp_path: Path) -> None:
    """So that a disk that is pulled out of it can be read back."""
    row = add_mirror(made, tmp_path / "nas")
    seen: list[int] = []

    def tell(_progress: Progress) -> None:
        seen.append(len(listed(row).photos))

    async with working(made, row) as work:
        now = iter(range(10**18, 10**20, LISTED_NS))
        work.now_ns = lambda: next(now)
        await run(work, tell)
    assert seen == [BATCH, len(ORIGINALS)]
