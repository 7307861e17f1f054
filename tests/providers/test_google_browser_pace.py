"""How fast the hand in the browser goes, and how much a day, by a clock that a test sets."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from photofs.catalog.pacing import CatalogPacer, PacePolicy
from photofs.catalog.sqlite import open_catalog
from photofs.providers.google.browser.pace import HAND, JITTER, Pace

DAY_NS = 86_400 * 10**9


class Clock:
    """Now, in nanoseconds."""

    now = 20_000 * DAY_NS

    def __call__(self) -> int:
        """That."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The beginning of a day."""
    return Clock()


@pytest.fixture
def pacer(tmp_path: Path, clock: Clock) -> Iterator[CatalogPacer]:
    """Three a day, ten seconds apart."""
    path = tmp_path / "catalog.db"
    open_catalog(path).close()
    policy = PacePolicy(10.0, daily=3)
    pacer = CatalogPacer(path, intervals={f"{HAND} ": policy}, now_ns=clock)
    yield pacer
    pacer.close()


def pace(pacer: CatalogPacer) -> Pace:
    """A run of the hand."""
    return Pace(pacer, "ada@example.org", random.Random(1))


async def test_pauses_are_uneven_and_never_shorter_than_set(
    pacer: CatalogPacer, autojump_clock: MockClock
) -> None:
    """The first photo waits for nothing."""
    one, waits = pace(pacer), []
    for number in range(3):
        begun = trio.current_time()
        assert await one.before() == ""
        waits.append(trio.current_time() - begun)
        assert (waits[0] == 0) or number, autojump_clock
    # the catalog's clock stands: the second place is 10 s ahead, the third 20 s
    assert 10 <= waits[1] <= 10 * (1 + JITTER)
    assert 20 <= waits[2] <= 20 * (1 + JITTER)
    assert waits[2] != 2 * waits[1]


async def test_a_days_number_is_not_exceeded_by_further_runs(
    pacer: CatalogPacer, clock: Clock, autojump_clock: MockClock
) -> None:
    """It is kept in the catalog; the next day begins anew."""
    for _ in range(3):
        assert await pace(pacer).before() == ""
    assert autojump_clock.current_time() > 0
    why = await pace(pacer).before()
    assert "google.per_day" in why
    assert "begin anew at" in why
    clock.now += DAY_NS
    assert await pace(pacer).before() == ""


async def test_whoever_is_stopped_begins_no_other(
    pacer: CatalogPacer, autojump_clock: MockClock
) -> None:
    """Also in the middle of a pause, which then ends at once."""
    one = pace(pacer)
    assert await one.before() == ""
    begun = trio.current_time()
    async with trio.open_nursery() as nursery:

        async def stop() -> None:
            await trio.sleep(1)
            one.stop("enough")

        nursery.start_soon(stop)
        assert await one.before() == "enough"
    assert trio.current_time() - begun == pytest.approx(1)
    assert await one.before() == "enough"
    assert autojump_clock.current_time() < 5
