"""The mount dies, or the power fails, while programs write: what was acknowledged is there."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from photofs.catalog.check import check
from tests.support.disks import PowerDisk, why_no_mounts
from tests.support.file_writer import acknowledged, missing
from tests.support.mounting import mounted
from tests.support.posix_calls import errno_of
from tests.support.stocked import Stock, picture, stock
from tests.support.wished import EVERYTHING

pytestmark = pytest.mark.mount


def made_in(folder: Path) -> Stock:
    """A library that can be changed."""
    return stock(folder / "stock", {"a.jpg": picture(1, 50_000)}, can=EVERYTHING)


def writer_in(folder: Path, seed: int, ledger: Path) -> "subprocess.Popen[bytes]":
    """A program that writes until it cannot."""
    program = [sys.executable, "-m", "tests.support.file_writer"]
    return subprocess.Popen([*program, str(folder), str(seed), str(ledger)])


def until_told(ledger: Path, lines: int) -> None:
    """Return once the program has noted so much; the next of its calls is under way."""
    end = time.monotonic() + 60
    while not ledger.exists() or ledger.read_text().count("\n") < lines:
        assert time.monotonic() < end
        time.sleep(0.001)


def written_until_the_end(made: Stock, ledger: Path, seed: int, *, lines: int) -> None:
    """A program writes until the mount is killed, after so much was told it."""
    with mounted(made) as mount:
        writer = writer_in(mount.lake, seed, ledger)
        until_told(ledger, lines)
        mount.kill()
        assert writer.wait(120) == 0


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(6, 200))
def test_a_mount_killed_at_any_moment_keeps_what_close_returned_for(
    tmp_path: Path, seed: int
) -> None:
    """As the six in the daily tests."""
    made, ledger = made_in(tmp_path), tmp_path / "ledger"
    written_until_the_end(made, ledger, seed, lines=1 + seed)
    verify(made, ledger)


def verify(made: Stock, ledger: Path) -> None:
    """All that was acknowledged is there after a remount, and the catalog is in order."""
    with mounted(made) as mount:
        assert missing(mount.lake, ledger) == []
    with made.open_catalog() as catalog:
        assert [str(problem) for problem in check(catalog)] == []


@pytest.mark.parametrize("seed", range(6))
def test_a_killed_mount_keeps_what_close_returned_for(tmp_path: Path, seed: int) -> None:
    """Killed after more and more of its calls: bytes, names, renames and removals are as told."""
    made, ledger = made_in(tmp_path), tmp_path / "ledger"
    written_until_the_end(made, ledger, seed, lines=5 + seed * 13)
    assert acknowledged(ledger)
    verify(made, ledger)


@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts())
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_power_cut_takes_nothing_that_close_returned_for(tmp_path: Path, seed: int) -> None:
    """Catalog and store on a disk that loses all that was not synced."""
    ledger = tmp_path / "ledger"
    disk = PowerDisk(tmp_path / "power", size=256 << 20)
    disk.mount()
    try:
        made = made_in(disk.root)
        with mounted(made, point=tmp_path / "point") as mount:
            writer = writer_in(mount.lake, seed, ledger)
            until_told(ledger, 20 * seed)
            disk.cut_power()
            assert writer.wait(120) == 0
            assert errno_of((mount.lake / "late.jpg").touch) != ""
            mount.kill()
        disk.unmount()
        disk.mount()
        assert acknowledged(ledger)
        with mounted(made, point=tmp_path / "point") as mount:
            assert missing(mount.lake, ledger) == []
        with made.open_catalog() as catalog:
            assert [str(problem) for problem in check(catalog)] == []
    finally:
        os.sync()
        disk.unmount()
