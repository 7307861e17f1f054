"""How a program's hand goes through errands: which verbs, and who may hold it back."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import trio

from photofs.model.errand import Errand, Found, Outcome
from photofs.model.operation import State
from photofs.model.wish import WishVerb
from photofs.wishing.errand_walk import Manner, walk
from photofs.wishing.handing import BY_LIST
from tests.support.by_hand import DAY, DAY_NS, ByHand, FakeHand, shot


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[ByHand]:
    """Two photos to be trashed, one favorite between them, all past their grace."""
    made = ByHand(tmp_path)
    made.wished.unlink(f"{DAY}/a.jpg")
    made.wished.link(f"{DAY}/b.jpg", "Favorites/b.jpg")
    made.wished.unlink(f"{DAY}/c.jpg")
    made.later()
    yield made
    made.catalog.close()


def after(number: int) -> Callable[[], Awaitable[str]]:
    """Lets so many go, then says that it is enough."""
    left = [number]

    async def before() -> str:
        await trio.lowlevel.checkpoint()
        left[0] -= 1
        return "" if left[0] >= 0 else "enough"

    return before


async def test_what_a_hand_cannot_do_is_left_to_others(hands: ByHand) -> None:
    """It is not begun, and takes no place among those that are done."""
    hand = FakeHand()
    manner = Manner(verbs=frozenset({WishVerb.TRASH}))
    walked = await walk(hands.handing, hand, lambda *_: None, most=2, manner=manner)
    assert [errand.verb for errand in hand.given] == ["trash", "trash"]
    assert (walked.counts, walked.stopped) == ({Found.DONE: 2}, "")
    assert hands.verbs() == ["favorite: planned"]


@pytest.mark.parametrize("dry", [False, True])
async def test_whoever_holds_it_back_is_asked_before_each(hands: ByHand, *, dry: bool) -> None:
    """What was not let go was not begun."""
    hand = FakeHand()
    manner = Manner(dry=dry, before=after(1))
    walked = await walk(hands.handing, hand, lambda *_: None, most=9, manner=manner)
    assert hand.dry == [dry]
    assert walked.stopped == "enough"
    planned = ["favorite: planned", "trash: planned"]
    assert hands.verbs() == (["trash: planned", *planned] if dry else planned)


class Overtaken(FakeHand):
    """While it is at work, a scan is told that the photo lies in the trash."""

    def __init__(self, hands: ByHand, **answers: Found) -> None:
        """Of the library that is scanned."""
        super().__init__(**answers)
        self._hands = hands

    async def do(self, errand: Errand, *, dry: bool) -> Outcome:
        """One errand."""
        outcome = await super().do(errand, dry=dry)
        self._hands.later(2 * DAY_NS)
        self._hands.tell(shot(errand.remote_id, self._hands.filed.now_ns, trashed=True))
        return outcome


@pytest.mark.parametrize("found", Found)
async def test_a_scan_may_know_before_the_hand(hands: ByHand, found: Found) -> None:
    """What the scan settled stays so; what the hand saw is noted, and the walk goes on."""
    hand = Overtaken(hands, a=found)
    manner = Manner(verbs=frozenset({WishVerb.TRASH}))
    walked = await walk(hands.handing, hand, lambda *_: None, most=9, manner=manner)
    assert [errand.remote_id for errand in hand.given][:1] == ["a"]
    assert walked.stopped == ("the page of a" if found is Found.SURPRISE else "")
    row = hands.catalog.operation(hand.given[0].number)
    assert row.state is State.DONE
    said = [each.answer for each in hands.catalog.exchanges(row.operation_id)]
    assert f"{found.value}: the page of a" in said


@pytest.mark.parametrize("dry", [False, True])
async def test_what_no_page_is_known_of_is_left_alone(hands: ByHand, *, dry: bool) -> None:
    """Begun or not it stays as it is, bars no other one, and is counted."""
    if not dry:
        hands.handing.begin(hands.handing.ready(1), FakeHand.name)
    hands.later(2 * DAY_NS)
    now = hands.filed.now_ns
    hands.tell(shot("a", now, page_url=None), shot("b", now), shot("c", now, page_url=None))
    hand = FakeHand()
    walked = await walk(hands.handing, hand, lambda *_: None, most=1, dry=dry)
    assert [errand.remote_id for errand in hand.given] == ["b"]
    assert walked == ({Found.WOULD if dry else Found.DONE: 1}, "", 1)
    assert hands.verbs()[0] == ("trash: planned" if dry else "trash: unsure")


async def test_what_is_on_the_users_list_stays_there(hands: ByHand) -> None:
    """A program's hand neither does it nor says that it was stopped at it; put back, it does it."""
    hands.handing.begin(hands.handing.ready(2), BY_LIST)
    hand = FakeHand()
    await walk(hands.handing, hand, lambda *_: None, most=9)
    assert [errand.remote_id for errand in hand.given] == ["c"]
    rows = hands.catalog.errands_open(1)
    assert [(row.state, row.reason) for row in rows] == [(State.SENT, "")] * 2
    for row in rows:
        hands.handing.put_back(row)
    await walk(hands.handing, hand, lambda *_: None, most=9)
    assert hands.verbs() == []


async def test_a_hand_looks_after_its_own_deeds_alone(hands: ByHand) -> None:
    """What it does not do it cannot have been stopped at: such a thing stays as it is."""
    hands.handing.begin(hands.handing.ready(9), FakeHand.name)
    manner = Manner(verbs=frozenset({WishVerb.TRASH}))
    await walk(hands.handing, FakeHand(), lambda *_: None, most=9, manner=manner)
    assert hands.verbs() == ["favorite: sent"]
