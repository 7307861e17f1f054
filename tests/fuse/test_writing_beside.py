"""One program waits for a slow line or disk: the verbs of all others go on."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.fake_source import Faults, is_asked, set_faults
from tests.support.mounting import Mount, mounted
from tests.support.posix_calls import errno_of
from tests.support.stocked import Stock, picture, stock
from tests.support.wished import EVERYTHING

pytestmark = pytest.mark.mount

SLOW = {
    "truncating": "os.truncate(path, 1000)",
    "writing": "os.pwrite(os.open(path, os.O_WRONLY), b'x', 5)",
    "cutting what is open": "os.ftruncate(os.open(path, os.O_WRONLY), 1000)",
    "putting away": "os.rename(path, path + '_original')",
}
"""What has to fetch the original first."""


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """A library that can be changed; one of its photos can never be fetched."""
    photos = {name: picture(1, 50_000) for name in ("slow.jpg", "b.jpg", "c.jpg")}
    made = stock(tmp_path / "stock", photos, can=EVERYTHING)
    set_faults(made.source, Faults(hang_on=["slow.jpg"]))
    return made


@contextmanager
def waiting(mount: Mount, made: Stock, call: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A program within that call; its photo has been asked for."""
    code = f"import os, sys; path = sys.argv[1]; {call}"
    program = subprocess.Popen([sys.executable, "-c", code, str(mount.lake / "slow.jpg")])
    try:
        until = time.monotonic() + 60
        while not is_asked(made.source, "slow.jpg"):
            assert time.monotonic() < until
            time.sleep(0.01)
        yield program
        assert program.poll() is None
    finally:
        set_faults(made.source, Faults())
        assert program.wait(60) == 0


@pytest.mark.parametrize("call", SLOW.values(), ids=SLOW)
def test_who_waits_for_an_original_stops_nobody_else(made: Stock, call: str) -> None:
    """Albums are made, photos joined, removed and written while it waits."""
    with mounted(made, "--deadline", "120") as mount:
        dates = mount.home / "Dates" / "2019" / "2019-07"
        with waiting(mount, made, call):
            other = mount.home / "Albums" / "Other"
            other.mkdir()
            (other / "b.jpg").hardlink_to(dates / "b.jpg")
            (other / "new.jpg").write_bytes(b"new")
            (other / "new.jpg").rename(other / "newer.jpg")
            (other / "b.jpg").unlink()
            (dates / "b.jpg").write_bytes(b"emptied and written")
            assert [each.name for each in other.iterdir()] == ["newer.jpg"]


def test_a_folder_that_is_locked_keeps_no_other_from_being_seen_as_it_is(made: Stock) -> None:
    """A photo goes from all folders: from the locked one too, once that is free."""
    with mounted(made, "--deadline", "120") as mount:
        dates = mount.home / "Dates" / "2019" / "2019-07"
        others = [mount.home / "Albums" / f"Other {number}" for number in range(20)]
        for other in others:
            other.mkdir()
            (other / "c.jpg").hardlink_to(dates / "c.jpg")
            assert (other / "c.jpg").stat().st_nlink
        assert (mount.lake / "c.jpg").exists()
        with waiting(mount, made, SLOW["putting away"]):
            (dates / "c.jpg").unlink()
            assert {errno_of((other / "c.jpg").stat) for other in others} == {"ENOENT"}
        until = time.monotonic() + 60
        while (mount.lake / "c.jpg").exists():
            assert time.monotonic() < until
            time.sleep(0.01)
