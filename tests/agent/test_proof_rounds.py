"""The agent re-reads mirrors by itself, slowly, and only what is due."""

import time
from pathlib import Path

import pytest

from agent.proof_rounds import verify_due
from agent.verify_pace import Pace
from photofs.assembly import HOME_VARIABLE, House
from photofs.model.mirror import CopyState
from tests.support.jpegs import jpeg
from tests.support.log_guard import ExpectLog
from tests.support.mirrored import add_mirror, run_once
from tests.support.proven import copies, flip
from tests.support.stocked import Stock, stock

ORIGINALS = {f"{name}.jpg": jpeg(seed, 3000 + seed) for seed, name in enumerate("abc")}
MONTH = "2019/2019-07"
MONTH_NS = 2_592_000 * 10**9


async def due(made: Stock, home: Path, now_ns: int) -> None:
    """One look of the agent at what is due."""
    house = House({HOME_VARIABLE: str(home)})
    with made.open_catalog() as catalog:
        (row,) = catalog.mirrors()
        await verify_due(house, catalog, row, now_ns)


async def test_what_gets_old_is_read_again(tmp_path: Path, expect_log: ExpectLog) -> None:
    """What was never proven at once, then nothing for a month; harm is noted and logged."""
    made = stock(tmp_path / "home", ORIGINALS)
    row = add_mirror(made, tmp_path / "nas")
    await run_once(made, row)
    await due(made, tmp_path / "own", time.time_ns())
    first = {path: copy.read_ns or 0 for path, copy in copies(made).items()}
    assert all(first.values())
    flip(tmp_path / "nas" / MONTH / "a.jpg")
    await due(made, tmp_path / "own", time.time_ns())
    assert {path: copy.read_ns for path, copy in copies(made).items()} == first
    expect_log("1 file is wrong, such as 2019/2019-07/a.jpg")
    await due(made, tmp_path / "own", time.time_ns() + MONTH_NS)
    assert copies(made)[f"{MONTH}/a.jpg"].state is CopyState.DAMAGED


async def test_a_mirror_that_is_away_is_no_alarm(tmp_path: Path) -> None:
    """The agent tries again later, and notes nothing."""
    made = stock(tmp_path / "home", ORIGINALS)
    row = add_mirror(made, tmp_path / "nas")
    await run_once(made, row)
    before = copies(made)
    (tmp_path / "nas").rename(tmp_path / "unplugged")
    await due(made, tmp_path / "own", time.time_ns())
    assert copies(made) == before


def test_the_pace_is_shared_and_kept() -> None:
    """Ten megabytes at a megabyte a second take ten seconds, whoever reads them."""
    now = [100.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    pace = Pace(1_000_000, clock=lambda: now[0], sleep=sleep, check=lambda: None)
    for _ in range(11):
        pace.take(1_000_000)
    assert now[0] == pytest.approx(110.0, abs=0.2)


def test_a_thread_that_waits_ends_when_told() -> None:
    """However slow the pace is."""
    asked = [0]

    def check() -> None:
        asked[0] += 1
        if asked[0] > 5:
            raise KeyboardInterrupt

    pace = Pace(1, clock=lambda: 0.0, sleep=lambda _: None, check=check)
    pace.take(1)
    with pytest.raises(KeyboardInterrupt):
        pace.take(1)
