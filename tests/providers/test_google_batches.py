"""What waits for a full call waits as long as it is worth it, and no call is beside another."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pytest
import trio
from trio.testing import MockClock

from photofs.model.errors import Refused, Temporary
from photofs.providers.google.batches import MOST, TRIES, Again, Batches, Patience, Told

PATIENCE = Patience(lull=3.0, longest=300.0)
LASTS = 7.0


class Thing(NamedTuple):
    """Something to be sent."""

    name: str
    same: str


def thing(number: int) -> Thing:
    """One that is like no other."""
    return Thing(f"t{number}", f"t{number}")


class Service:
    """Notes each call; `answer` says what comes of each thing of it."""

    def __init__(self, answer: Callable[[Thing], Told[str]] = lambda one: one.name) -> None:
        """Nothing was called yet."""
        self.calls: list[list[str]] = []
        self.at: list[float] = []
        self.busy = 0
        self._answer = answer

    async def call(self, some: Sequence[Thing]) -> list[Told[str]]:
        """Take its time."""
        self.busy += 1
        assert self.busy == 1, "two calls at once"
        try:
            self.calls.append([one.name for one in some])
            self.at.append(trio.current_time())
            await trio.sleep(LASTS)
        finally:
            self.busy -= 1
        return [self._answer(one) for one in some]


async def arrive(
    batches: Batches[Thing, str], things: Sequence[Thing], every: float = 0.0
) -> list[str | Exception]:
    """One thing after the other, each got ready in that time; what came of them, in order."""
    told: dict[int, str | Exception] = {}

    async def one(place: int) -> None:
        with batches.coming():
            await trio.sleep(every * place)
            try:
                told[place] = await batches.join(things[place])
            except Exception as error:  # noqa: BLE001 - told to the test
                told[place] = error

    async with trio.open_nursery() as nursery:
        for place in range(len(things)):
            nursery.start_soon(one, place)
    return [told[place] for place in range(len(things))]


async def test_a_thousand_go_in_twenty_calls(autojump_clock: MockClock) -> None:
    """Full ones, strictly one after the other, each thing once and with its own outcome."""
    del autojump_clock
    service = Service()
    things = [thing(number) for number in range(1000)]
    told = await arrive(Batches(service.call, PATIENCE), things, every=0.1)
    assert told == [one.name for one in things]
    assert [len(call) for call in service.calls] == [MOST] * 20
    assert sorted(name for call in service.calls for name in call) == sorted(map(str, told))


async def test_a_batch_waits_for_what_is_on_its_way(autojump_clock: MockClock) -> None:
    """Also for what is got ready long after the others are there."""
    del autojump_clock
    service = Service()
    await arrive(Batches(service.call, PATIENCE), [thing(n) for n in range(3)], every=60.0)
    assert service.calls == [["t0", "t1", "t2"]]
    assert service.at == [pytest.approx(120.0 + PATIENCE.lull)]


async def test_a_batch_waits_only_so_long_behind_something_slow(autojump_clock: MockClock) -> None:
    """A film of hours keeps no photo waiting for longer than was said."""
    del autojump_clock
    service = Service()
    await arrive(Batches(service.call, PATIENCE), [thing(0), thing(1)], every=5000.0)
    assert service.at == [PATIENCE.longest, pytest.approx(5000.0 + PATIENCE.lull)]


async def test_one_alone_goes_after_a_moment(autojump_clock: MockClock) -> None:
    """Nobody said that something is to come, and nothing does."""
    del autojump_clock
    service = Service()
    batches: Batches[Thing, str] = Batches(service.call, PATIENCE)
    assert await batches.join(thing(1)) == "t1"
    assert service.at == [PATIENCE.lull]


async def test_the_same_twice_goes_in_two_calls(autojump_clock: MockClock) -> None:
    """A batch that holds the same bytes twice would have one of them refused."""
    del autojump_clock
    service = Service()
    things = [Thing("a", "x"), Thing("b", "y"), Thing("c", "x")]
    assert await arrive(Batches(service.call, PATIENCE), things) == ["a", "b", "c"]
    assert sorted(map(len, service.calls)) == [1, 2]
    assert not any({"a", "c"} <= set(call) for call in service.calls)


async def test_trouble_with_one_alone_is_tried_again_with_the_next(
    autojump_clock: MockClock,
) -> None:
    """The others have their outcome at once; what helps never is told in the end."""
    del autojump_clock
    left = {"t1": 1, "t2": TRIES}

    def answer(one: Thing) -> Told[str]:
        left[one.name] = left.get(one.name, 0) - 1
        return Again(Temporary("trouble")) if left[one.name] >= 0 else one.name

    service = Service(answer)
    told = await arrive(Batches(service.call, PATIENCE), [thing(n) for n in range(3)])
    assert told[:2] == ["t0", "t1"]
    assert isinstance(told[2], Temporary)
    assert [len(call) for call in service.calls] == [3, 2, 1]


async def test_one_refused_spoils_no_other(autojump_clock: MockClock) -> None:
    """An outcome of its own may be an error."""
    del autojump_clock
    service = Service(lambda one: Refused("no") if one.name == "t1" else one.name)
    told = await arrive(Batches(service.call, PATIENCE), [thing(n) for n in range(3)])
    assert [type(one) for one in told] == [str, Refused, str]


async def test_a_call_that_fails_is_told_to_all_in_it(autojump_clock: MockClock) -> None:
    """With its time to wait; what comes later is sent all the same."""
    del autojump_clock
    made: list[int] = []

    async def call(some: Sequence[Thing]) -> list[Told[str]]:
        await trio.lowlevel.checkpoint()
        made.append(len(some))
        if len(made) == 1:
            raise Temporary("trouble", retry_after=30.0)
        return [one.name for one in some]

    batches: Batches[Thing, str] = Batches(call, PATIENCE)
    told = await arrive(batches, [thing(n) for n in range(MOST + 1)])
    failed = [one for one in told if isinstance(one, Temporary)]
    assert (len(failed), {one.retry_after for one in failed}) == (MOST, {30.0})
    assert made == [MOST, 1]


@pytest.mark.parametrize("at", [1.0, PATIENCE.lull + 1.0], ids=["waiting", "in the call"])
async def test_who_is_cancelled_takes_no_other_along(autojump_clock: MockClock, at: float) -> None:
    """Another one sends instead, and what was in the call is sent once more."""
    del autojump_clock
    service = Service()
    batches: Batches[Thing, str] = Batches(service.call, PATIENCE)
    told: list[str] = []

    async def other() -> None:
        told.append(await batches.join(thing(2)))

    async with trio.open_nursery() as nursery:
        with trio.move_on_after(at):
            nursery.start_soon(other)
            await batches.join(thing(1))
    assert told == ["t2"]
    assert service.calls[-1][-1] == "t2"
