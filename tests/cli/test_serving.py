"""What stands beside a mount ends with it."""

import os
import signal
import time
from pathlib import Path

import pytest

from photofs.assembly import House
from photofs.cli.companion import agent_beside
from photofs.cli.open_work import agent_works
from tests.support.household import PATIENCE, Household
from tests.support.log_guard import ExpectLog


def test_p26_an_agent_that_hangs_does_not_keep_a_mount_from_ending(tmp_path: Path) -> None:
    """One that hears nothing any more is killed once its time is up."""
    begun = time.monotonic()
    with agent_beside(Household(tmp_path).environ, wanted=True, patience=0.5) as agent:
        assert agent is not None
        os.kill(agent, signal.SIGSTOP)
    assert time.monotonic() - begun < PATIENCE
    with pytest.raises(ProcessLookupError):
        os.kill(agent, 0)


def test_p20_an_agent_that_dies_is_begun_anew(tmp_path: Path, expect_log: ExpectLog) -> None:
    """Killed, it has a successor a second later; that one ends with the mount, too."""
    expect_log("the agent ended")
    household = Household(tmp_path)
    house = House(household.environ)
    with agent_beside(household.environ, wanted=True) as agent:
        assert agent is not None
        await_agent(house, works=True)
        os.kill(agent, signal.SIGKILL)
        await_agent(house, works=False)
        await_agent(house, works=True)
    assert not agent_works(house)


def await_agent(house: House, *, works: bool) -> None:
    """Until an agent works for that home, or none does."""
    until = time.monotonic() + PATIENCE
    while agent_works(house) is not works:
        assert time.monotonic() < until
        time.sleep(0.02)
