"""How a program's hand goes through errands: which verbs, and who may hold it back."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import trio

from photofs.model.errand import Found
from photofs.model.wish import WishVerb
from photofs.wishing.errand_walk import Manner, walk
from tests.support.by_hand import DAY, ByHand, FakeHand


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
