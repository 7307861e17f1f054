"""Rules that cannot be read do nothing: that is told where people look, not by `photofs rules`."""

from pathlib import Path

import trio
from trio.testing import MockClock

from agent.ruling import LOOK_SECONDS, rule_for_ever
from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from tests.support.household import Household
from tests.support.log_guard import ExpectLog

BROKEN = "[[rule]]\nname = \n"


async def look(house: House, catalog: Catalog, seconds: float) -> None:
    """The agent, for so long."""
    with trio.move_on_after(seconds):
        await rule_for_ever(house, catalog)


def test_regression_rules_that_cannot_be_read_are_told_by_status_and_agent(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """Once by the agent for each mistake, however often it looks; by status until it is mended."""
    household = Household(tmp_path)
    house = House(household.environ)
    rules = house.paths.config / "rules.toml"
    rules.parent.mkdir(parents=True, exist_ok=True)
    rules.write_text(BROKEN)
    wrong = f"{rules}: "
    safe = "no rule does anything until that is mended"
    (told,) = [line for line in household.run("status").splitlines() if wrong in line]
    assert told.startswith("! ")
    assert safe in told
    expect_log("no rule is run: ")
    with house.catalog() as catalog:
        for text in (BROKEN, "rules = 1\n", ""):
            rules.write_text(text)
            clock = MockClock(autojump_threshold=0)
            trio.run(look, house, catalog, 4.5 * LOOK_SECONDS, clock=clock)
    assert [safe in line for line in expect_log.lines] == [True, True]
    assert wrong not in household.run("status")
