"""What rules wished of a hand is judged anew only when anything may have changed, and in parts."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from agent.fitting import ANEW, Fitting
from photofs.catalog.journal import Wish
from photofs.model.rule import Rule
from photofs.wishing.handing import Handing
from photofs.wishing.rule_fit import AT_ONCE
from tests.support.by_hand import ByHand, shot
from tests.support.log_guard import ExpectLog
from tests.support.proven_by_hand import rule

MANY = 20 * AT_ONCE


class Watched:
    """Photo a, put into Trash by a rule that means it; how often errands were judged."""

    def __init__(self, folder: Path) -> None:
        self.by_hand, self.judged = ByHand(folder), 0
        self.catalog = self.by_hand.catalog
        self.fitting = Fitting(self.catalog, self._handing)
        self.by_hand.tell(shot("a", 10**18 - 10**12, archived=True))
        self.wish(self.by_hand.filed.ino("Dates/2019/2019-07/a.jpg") >> 1)

    def wish(self, *photos: int) -> None:
        """The rule's errands for these."""
        with self.by_hand.wished.wishing.change():
            for photo in photos:
                wish = Wish(1, "trash", {"rule": "r", "rule_text": rule().text}, 0, photo=photo)
                self.catalog.plan(wish, self.by_hand.filed.now_ns)

    def wish_many(self) -> None:
        """Those for photos of which nothing is known."""
        self.wish(*range(10**6, 10**6 + MANY))

    def _handing(self, library_id: int) -> Handing:
        self.judged += 1
        filed, wishing = self.by_hand.filed, self.by_hand.wished.wishing
        return Handing(self.catalog, wishing, library_id, lambda: self.rules, lambda: filed.now_ns)

    async def look(self, rules: Sequence[Rule]) -> int:
        """One of the agent's looks; how many libraries were judged for it."""
        before, self.rules = self.judged, rules
        await self.fitting.take_back(rules)
        return self.judged - before


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """Nothing was judged yet."""
    made = Watched(tmp_path)
    yield made
    made.catalog.close()


async def test_nothing_is_judged_twice_by_the_same_facts(
    watched: Watched, autojump_clock: MockClock
) -> None:
    """A look costs as few statements as one without errands, until an hour has passed."""
    del autojump_clock
    statements = 0

    def note(*_: object) -> bool:
        nonlocal statements
        statements += 1
        return True

    watched.wish_many()
    assert await watched.look([rule()]) == 1
    watched.catalog.database.connection.set_exec_trace(note)
    assert await watched.look([rule()]) == 0
    watched.catalog.database.connection.set_exec_trace(None)
    assert statements < 10
    await trio.sleep(ANEW)
    assert await watched.look([rule()]) == 1


async def test_a_scan_has_them_judged_anew(watched: Watched, expect_log: ExpectLog) -> None:
    """What an export tells otherwise is out of Trash with the next look."""
    expect_log("a.jpg is out of Trash again")
    assert await watched.look([rule()]) == 1
    watched.by_hand.tell(shot("a", 10**18, archived=True, favorite=True))
    assert await watched.look([rule()]) == 1
    assert len(watched.catalog.taken_back(1, 0)) == 1
    assert await watched.look([rule()]) == 0


async def test_another_text_of_the_rules_has_them_judged_anew(
    watched: Watched, expect_log: ExpectLog
) -> None:
    """A rule that was struck out takes back what it has wished."""
    expect_log("is out of Trash again")
    assert await watched.look([rule()]) == 1
    assert await watched.look([rule(), rule()._replace(name="another")]) == 1
    assert watched.catalog.taken_back(1, 0) == []
    assert await watched.look([]) == 1
    assert len(watched.catalog.taken_back(1, 0)) == 1


async def test_all_else_goes_on_between_two_parts(watched: Watched) -> None:
    """However many they are, the loop turns about once for each part of them."""
    watched.wish_many()
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            await trio.lowlevel.checkpoint()
            turns += 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(turn)
        await watched.look([rule()])
        nursery.cancel_scope.cancel()
    assert turns >= MANY // AT_ONCE // 2
