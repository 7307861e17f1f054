"""File managers hear that they shall look at a file again, and nothing of the file changes."""

import signal
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import trio

from agent.redrawing import GIVEN_UP_S, Redrawing
from tests.support.mounting import Mount, mounted
from tests.support.stocked import Stock, picture, stock
from tests.support.waiting import PATIENCE
from tests.support.watched_folder import WatchedFolder
from tests.support.wished import EVERYTHING

NAMES = ["a.jpg", "b.jpg", "c.jpg"]
PHOTOS = {name: picture(number, 20_000) for number, name in enumerate(NAMES)}


@pytest.fixture(params=[True, False], ids=["changeable", "reading"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Stock:
    """A library that can be changed, or one that cannot."""
    folder = tmp_path / "stock"
    return stock(folder, PHOTOS, can=EVERYTHING) if request.param else stock(folder, PHOTOS)


@pytest.fixture
def mount(made: Stock) -> Iterator[Mount]:
    """It, mounted."""
    with mounted(made) as served:
        yield served
    assert served.warnings == []


@pytest.mark.mount
async def test_who_watches_the_folder_hears_of_each_file(mount: Mount) -> None:
    """Once, and what a backup program looks at stays as it is; nothing is wished."""
    files = [mount.lake / name for name in NAMES]
    before = [file.stat() for file in files]
    with closing(WatchedFolder(mount.lake)) as watched:
        assert await Redrawing().redraw([files[2], files[0], mount.lake / "gone.jpg"]) == 2
        assert watched.heard() == ["c.jpg", "a.jpg"]
    after = [file.stat() for file in files]
    for was, now in zip(before, after, strict=True):
        assert (now.st_mode, now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino) == (
            *(was.st_mode, was.st_size, was.st_mtime_ns, was.st_ctime_ns, was.st_ino),
        )


@pytest.mark.mount
async def test_a_mount_that_is_read_only_is_left_alone(tmp_path: Path) -> None:
    """The kernel refuses it there: nobody is told, and nothing fails."""
    made = stock(tmp_path / "stock", PHOTOS)
    with mounted(made, "--read-only") as mount:
        assert await Redrawing().redraw([mount.lake / name for name in NAMES]) == 0


@pytest.mark.mount
async def test_a_stopped_mount_holds_nobody_up(tmp_path: Path) -> None:
    """Its time out, nothing is asked of it for a while; then it is asked again."""
    now = 0.0
    redrawing = Redrawing(patience=0.5, clock=lambda: now)
    with mounted(stock(tmp_path / "stock", PHOTOS, can=EVERYTHING)) as mount:
        files = [mount.lake / name for name in NAMES]
        assert all(file.exists() for file in files)
        mount.process.send_signal(signal.SIGSTOP)
        try:
            assert await redrawing.redraw(files) == 0
            threads = {*threading.enumerate()}
            now += GIVEN_UP_S
            assert await redrawing.redraw(files) == 0
            assert {*threading.enumerate()} <= threads  # the one that waits is enough
            assert trio.to_thread.current_default_thread_limiter().borrowed_tokens == 0
        finally:
            mount.process.send_signal(signal.SIGCONT)
        assert await redrawing.redraw(files) == 0
        with trio.fail_after(PATIENCE):
            while not await redrawing.redraw(files):
                now += GIVEN_UP_S
