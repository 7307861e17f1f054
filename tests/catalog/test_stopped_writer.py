"""A writer that was stopped (Ctrl-Z) within a transaction: nobody else stands still with it."""

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import trio

from photofs.catalog.database import Database
from photofs.catalog.pacing import CatalogPacer, PacePolicy
from photofs.catalog.sqlite import open_catalog
from photofs.model.errors import Busy
from photofs.model.verdict import Verdict
from photofs.providers.flickr.api import FOR_PEOPLE, wait_for_place
from photofs.providers.transport.pace import tell

PATIENCE = 60.0

MOMENT = 4.0
"""Seconds, on a busy machine too: less than the five for which others than fetchers wait."""


TRIES = 3
"""So often it is looked: a machine may itself stand still for a moment, but not each time."""


def _in_transaction(path: Path) -> object:
    database = Database(path)
    database.begin()
    return database


def _at_its_turn(path: Path) -> object:
    descriptor = os.open(f"{path}.turn", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


@pytest.fixture(params=[_in_transaction, _at_its_turn])
def stopped(path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[], None]]:
    """Another process that stopped while it held the catalog; what ends it."""
    open_catalog(path).close()
    child = os.fork()
    if child == 0:
        kept = request.param(path)
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(0 if kept is None else 1)  # what it holds must live until here
    os.waitpid(child, os.WUNTRACED)
    ended: list[int] = []

    def end() -> None:
        if not ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            ended.append(child)

    yield end
    end()


def test_who_fetches_is_busy_within_a_moment(path: Path, stopped: Callable[[], None]) -> None:
    """The error names Ctrl-Z as what may be behind it; once the other has ended, all is well."""
    with open_catalog(path, durable=False) as fetching:
        waited = []
        for _ in range(TRIES):
            begun = time.monotonic()
            with pytest.raises(Busy, match="Ctrl-Z"):
                fetching.source_trouble(1, "")
            waited.append(time.monotonic() - begun)
        assert min(waited) < MOMENT
        stopped()
        fetching.source_trouble(1, "")


def test_who_writes_for_good_waits_as_long_as_set(path: Path, stopped: Callable[[], None]) -> None:
    """A bounded wait, also for the turn, which flock alone would not bound."""
    with closing(Database(path, patience_ms=200)) as database:
        begun = time.monotonic()
        with pytest.raises(Busy):
            database.begin()
        assert 0.2 <= time.monotonic() - begun < PATIENCE
        stopped()
        with database.transaction():
            pass


async def test_a_request_waits_for_its_place_without_holding_up_the_loop(
    path: Path, stopped: Callable[[], None]
) -> None:
    """The pacer is asked again and again, while all else goes on."""
    with closing(CatalogPacer(path, intervals={"": PacePolicy(0.001)})) as pacer:
        got = trio.Event()

        async def ask() -> None:
            await wait_for_place(pacer, "service", FOR_PEOPLE, person=True)
            got.set()

        with trio.fail_after(PATIENCE):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(ask)
                assert min([await longest_pause() for _ in range(TRIES)]) < MOMENT
                assert not got.is_set()
                stopped()


async def longest_pause() -> float:
    """Seconds for which the loop did nothing else."""
    longest, last = 0.0, time.monotonic()
    for _ in range(20):
        await trio.sleep(0.02)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    return longest


def test_a_verdict_that_cannot_be_noted_spoils_no_answer(
    path: Path, stopped: Callable[[], None]
) -> None:
    """The answer is there: it is not lost over a pace that others keep from being noted."""
    del stopped
    with closing(CatalogPacer(path, intervals={"": PacePolicy(0.001)})) as pacer:
        tell(pacer, "service", Verdict.THROTTLED)
