"""The guards that stand over all tests bite."""

import logging
import os
import threading
import time
from pathlib import Path

import trio
from trio.testing import MockClock

from tests.support.log_guard import ExpectLog


def test_an_unannounced_warning_is_a_complaint() -> None:
    """A warning nobody announced is named with its level and text."""
    guard = ExpectLog()
    guard.records.append(logging.makeLogRecord({"levelname": "ERROR", "msg": "it broke"}))
    assert guard.complaints() == ["logged unannounced: ERROR it broke"]


def test_an_announced_warning_is_fine(expect_log: ExpectLog) -> None:
    """What was announced may come, several times and from any room."""
    expect_log("the line .* dropped")
    for room in ("photofs.volume", "agent.scanning"):
        logging.getLogger(room).warning("the line of %s dropped", room)
    assert len(expect_log.records) == 2
    assert expect_log.complaints() == []


def test_a_vain_announcement_is_a_complaint() -> None:
    """Announcing what never comes is a complaint, unless it was only allowed for."""
    guard = ExpectLog()
    guard("never")
    guard.maybe("perhaps")
    assert guard.complaints() == ["announced, but never logged: never"]


def test_what_is_below_a_warning_is_not_seen(expect_log: ExpectLog) -> None:
    """INFO and DEBUG need no announcement."""
    logging.getLogger("photofs.volume").info("mounted")
    assert expect_log.lines == []


async def test_the_clock_stands_while_a_thread_works(autojump_clock: MockClock) -> None:
    """A wait of a minute is over at once, but not before a thread of the moment has ended."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep, 60)
        await trio.to_thread.run_sync(threading.Event().wait, 0.05)
        assert autojump_clock.current_time() == 0
    assert autojump_clock.current_time() == 60


def test_the_environment_is_bare(clean_environ: Path) -> None:
    """A test has an empty home of its own, UTC, and neither proxies nor a desktop."""
    assert list(clean_environ.iterdir()) == []
    assert Path.home() == clean_environ
    assert time.tzname[0] == "UTC"
    left = [name for name in os.environ if name.lower().endswith("_proxy")]
    assert left == []
    assert "DBUS_SESSION_BUS_ADDRESS" not in os.environ
