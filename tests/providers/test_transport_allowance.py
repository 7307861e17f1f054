"""The line is shared: by all processes, at the rate of the hour; people go first."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from photofs.model.bandwidth import parse_timetable
from photofs.providers.transport.allowance import Allowance
from photofs.providers.transport.bucket import LONGEST, SharedBucket

MONDAY = time.struct_time((2026, 11, 23, 12, 0, 0, 0, 327, 0))
RATE = parse_timetable("100k")


@pytest.fixture
def clock() -> list[float]:
    """Seconds since the machine was started; a test sets them."""
    return [1000.0]


@pytest.fixture
def bucket(tmp_path: Path, clock: list[float]) -> Iterator[SharedBucket]:
    """100 kB a second."""
    bucket = SharedBucket(tmp_path / "bwlimit", RATE, lambda: clock[0], lambda: MONDAY)
    yield bucket
    bucket.close()


def test_bytes_cost_their_time(bucket: SharedBucket, clock: list[float]) -> None:
    """Each waits for those before it; time in which nothing passes is not saved up."""
    assert bucket.take(50_000) == pytest.approx(0.5)
    assert bucket.take(50_000) == pytest.approx(1.0)
    clock[0] += 100.0
    assert bucket.take(10_000) == pytest.approx(0.1)


def test_processes_share_one_rate(tmp_path: Path, bucket: SharedBucket) -> None:
    """What another process has taken is waited for here."""
    program = (
        "from pathlib import Path; from photofs.providers.transport.bucket import SharedBucket;"
        "from photofs.model.bandwidth import parse_timetable;"
        f"SharedBucket(Path({str(tmp_path / 'bwlimit')!r}), parse_timetable('100k'),"
        " lambda: 1000.0).take(700_000)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
    assert bucket.take(100_000) == pytest.approx(8.0)


def test_a_moment_of_an_older_start_keeps_nobody_waiting(
    bucket: SharedBucket, clock: list[float]
) -> None:
    """The machine's seconds begin anew with it; what lies far ahead is cut."""
    bucket.take(100_000_000)
    clock[0] = 5.0
    assert bucket.take(0) <= LONGEST
    assert bucket.take(0) == LONGEST


def test_an_hour_without_a_limit_costs_nothing(tmp_path: Path) -> None:
    """The rate is asked for each time."""
    free = SharedBucket(tmp_path / "b", parse_timetable("13:00,1M 12:00,off"), wall=lambda: MONDAY)
    assert free.take(10**12) == 0.0
    free.close()


def test_a_damaged_file_is_begun_anew(
    tmp_path: Path, bucket: SharedBucket, clock: list[float]
) -> None:
    """Whatever lies in it, nobody waits longer than LONGEST."""
    for rubbish in (b"x", b"\xff" * 8, os.urandom(8)):
        (tmp_path / "bwlimit").write_bytes(rubbish)
        assert 0.0 <= bucket.take(1_000) <= LONGEST
    clock[0] += 2 * LONGEST
    assert bucket.take(100_000) == pytest.approx(1.0)


async def test_people_do_not_wait_unless_asked_to(
    bucket: SharedBucket, autojump_clock: MockClock
) -> None:
    """Background work does, as long as its bytes take."""
    line = Allowance()
    began = autojump_clock.current_time()
    await line.pay(10**9, person=False)
    assert autojump_clock.current_time() == began
    line.limit(bucket, people=False)
    await line.pay(10**9, person=True)
    assert autojump_clock.current_time() == began
    await line.pay(200_000, person=False)
    assert autojump_clock.current_time() == pytest.approx(began + 2.0)
    line.limit(bucket, people=True)
    await line.pay(100_000, person=True)
    assert autojump_clock.current_time() == pytest.approx(began + 5.0)


async def test_a_thread_that_sends_waits_and_can_be_cancelled(bucket: SharedBucket) -> None:
    """An upload that waits for its turn ends with its sender."""
    line = Allowance()
    line.limit(bucket, people=False)
    bucket.take(10**9)
    began = time.monotonic()
    with trio.move_on_after(0.2) as waiting:
        await trio.to_thread.run_sync(line.pay_from_thread, 1_000)
    assert waiting.cancelled_caught
    assert time.monotonic() - began < LONGEST / 2
