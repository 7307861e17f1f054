"""The guard sees a slow program's burst as a whole, and nobody waits for ever."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from photofs.catalog.sqlite import open_catalog
from photofs.model.operation import Event, State
from photofs.model.wish import Asker, WishVerb
from photofs.wishing.planning import BURST_NS, SOONER, Planning, Policy

SECOND = 10**9
GRACE = 30
MOST = 5
CLOSELY = GRACE - GRACE // SOONER
"""Seconds within which one has to follow the other for both to wait along."""

BEGAN = 1_700_000_000 * SECOND


class World:
    """A library of one photo, its wishes, and an agent that sends each as soon as it may."""

    def __init__(self, path: Path, *, most: int = MOST) -> None:
        self.catalog = open_catalog(path)
        library = self.catalog.add_library("L", "fake", {}, folders=())
        self.library = library.library_id
        (source,) = self.catalog.sources(self.library)
        self.source = source.source_id
        self.now_ns = BEGAN
        policy = Policy(grace_ns=GRACE * SECOND, held_after=most)
        self.planning = Planning(self.catalog, policy, lambda: self.now_ns)
        self.wished: dict[int, int] = {}
        self.sent: dict[int, int] = {}

    def wish(self, verb: WishVerb = WishVerb.TAG, process: int = 1) -> int:
        """One program wishes."""
        by = Asker(process, "mogrify")
        number = self.planning.plan(self.library, self.source, verb, by, {})
        self.wished[number] = self.now_ns
        return number

    def wait(self, seconds: float) -> None:
        """The time passes, and the agent sends, looking at least once a second."""
        until = self.now_ns + int(seconds * SECOND)
        while self.now_ns < until:
            self.now_ns = min(until, self.now_ns + SECOND)
            for row in self.catalog.claimable(self.source, self.now_ns, 100, bytes_too=False):
                self.catalog.happen(row.operation_id, Event.CLAIM, self.now_ns)
                self.sent[row.operation_id] = self.now_ns

    def held(self) -> set[int]:
        """What waits for the user."""
        return {row.operation_id for row in self.catalog.in_state(State.HELD)}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Nothing is wished yet."""
    made = World(tmp_path / "catalog.db")
    yield made
    made.catalog.close()


def test_a_slow_program_is_held_as_a_whole(world: World) -> None:
    """One photo altered every 20 seconds, by a process each: with the sixth all are held."""
    for process in range(MOST + 1):
        world.wish(process=process)
        world.wait(20)
    assert world.sent == {}
    assert world.held() == set(world.wished)


def test_what_is_followed_by_nothing_is_sent_after_the_grace(world: World) -> None:
    """And what is not touched since: the grace of another library's does not count."""
    first = world.wish()
    world.wait(GRACE)
    assert world.sent == {first: BEGAN + GRACE * SECOND}


def test_what_only_adds_lets_nobody_wait(world: World) -> None:
    """An upload every few seconds: what takes away is sent after its own grace."""
    first = world.wish()
    for _ in range(10):
        world.wait(5)
        world.wish(WishVerb.FAVORITE)
    assert world.sent[first] == BEGAN + GRACE * SECOND


def test_what_the_user_released_waits_for_nobody(world: World) -> None:
    """He has seen it: it is sent although others follow."""
    numbers = [world.wish() for _ in range(MOST + 1)]
    world.catalog.happen(numbers[0], Event.RELEASE, world.now_ns + 1)
    world.wait(GRACE - 1)
    world.wish(WishVerb.TAG)
    world.wait(2)
    assert numbers[0] in world.sent


@given(st.lists(st.integers(0, 2 * GRACE), max_size=40))
@example([20] * 40)
@example([26] * 40)
@example([0] * 4 + [29, 29, 29])
def test_whatever_the_pace_the_guard_sees_the_burst_and_nobody_waits_for_ever(
    gaps: list[int],
) -> None:
    """None is sent while others follow closely, within ten minutes; none later than those."""
    with TemporaryDirectory() as folder:
        world = World(Path(folder) / "catalog.db", most=MOST)
        try:
            for gap in gaps:
                world.wish()
                world.wait(gap)
            held_at_once = world.held()
            world.wait(BURST_NS / SECOND + 1)
            check(world, held_at_once)
        finally:
            world.catalog.close()


def check(world: World, held: set[int]) -> None:
    """The rule in docs/SEMANTICS.md, word by word."""
    moments = [*world.wished.values()]
    for number, wished_ns in world.wished.items():
        if number in held:
            assert number not in world.sent
            continue
        sent_ns = world.sent[number]
        assert wished_ns + GRACE * SECOND <= sent_ns <= wished_ns + BURST_NS
        chain_ns = end_of_chain(wished_ns, moments)
        assert sent_ns >= min(chain_ns + CLOSELY * SECOND, wished_ns + BURST_NS)
    for wished_ns in moments:
        chain_ns = min(end_of_chain(wished_ns, moments), wished_ns + BURST_NS)
        burst = {number for number, at in world.wished.items() if wished_ns <= at <= chain_ns}
        assert len(burst) <= MOST or burst <= world.held()


def end_of_chain(from_ns: int, moments: list[int]) -> int:
    """The last of those that follow it, each closely after the one before."""
    end = from_ns
    for one, other in pairwise([from_ns, *(each for each in moments if each > from_ns)]):
        if other - one >= CLOSELY * SECOND:
            break
        end = other
    return end


def test_p23_a_grace_begins_anew_where_the_clock_is_set_back(tmp_path: Path) -> None:
    """P23: what a clock that was years ahead noted waits as long as it had to, from now on."""
    world = World(tmp_path / "catalog.db")
    now = world.now_ns
    world.now_ns += 4 * 365 * 86_400 * SECOND
    number = world.wish()
    with world.catalog.database.transaction():
        world.catalog.clock_was_ahead(now, 60 * SECOND)
    row = world.catalog.operation(number)
    assert (row.planned_ns, row.changed_ns) == (now, now)
    assert row.wish.not_before_ns == now + GRACE * SECOND
    with world.catalog.database.transaction():
        world.catalog.clock_was_ahead(now - 60 * SECOND, 60 * SECOND)
    assert world.catalog.operation(number) == row
