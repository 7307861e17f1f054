"""A command that is killed alone, as by the kernel when memory is short: its work ends with it."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from photofs.emulators.pictures import make_jpeg
from photofs.kernel.lock import hold
from photofs.kernel.process import Process
from tests.support.household import Household, shell
from tests.support.waiting import wait_until

SOON = 100.0
"""Seconds that a process may take to end on a busy machine; those here would wait for longer."""


@pytest.fixture
def household(tmp_path: Path) -> Household:
    """A folder of one photo as a library that was not scanned yet."""
    made = Household(tmp_path)
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.jpg").write_bytes(make_jpeg("a"))
    made.run("library", "add", "folder", tmp_path / "pictures", "--no-scan")
    return made


@pytest.fixture
def turns() -> Iterator[ExitStack]:
    """What is held here is waited for by commands."""
    with ExitStack() as stack:
        yield stack


def ends_with_its_command(household: Household, *arguments: str) -> bool:
    """Whether the process that does the work of a command ends once that is killed."""
    command = household.start(*arguments)
    asked = ("pgrep", "-P", str(command.pid), "-f", "m agent")
    wait_until(lambda: bool(shell(*asked, code=None)))
    agent = Process.of(int(shell(*asked)))
    os.kill(command.pid, signal.SIGKILL)
    assert command.wait() == -signal.SIGKILL
    try:
        wait_until(lambda: not agent.lives, SOON)
    except AssertionError:
        os.kill(agent.pid, signal.SIGKILL)
        return False
    return True


def test_regression_a_scan_that_is_killed_alone_goes_on_nowhere(
    household: Household, turns: ExitStack
) -> None:
    """Though it waits for another scan's end."""
    turns.enter_context(hold(household.home / "state" / "locks" / "scan-1", "a test"))
    assert ends_with_its_command(household, "scan")


@pytest.mark.mount
def test_regression_a_filling_that_is_killed_alone_fills_no_more(
    household: Household, turns: ExitStack
) -> None:
    """Though it waits for another process that makes thumbnails."""
    turns.enter_context(hold(household.home / "state" / "locks" / "thumbnails", "a test"))
    with household.mounted():
        assert ends_with_its_command(household, "thumbnails", "fill")
