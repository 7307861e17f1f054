"""Errands that a hand had begun when the user wished the opposite: they must not be done."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from photofs.catalog.journal import OperationRow
from photofs.model.capture_time import TakenFact
from photofs.model.errand import Errand, Found, Outcome
from photofs.model.operation import Event
from photofs.wishing.errand_walk import walk
from tests.support.by_hand import DAY, DAY_NS, MINUTE_NS, ByHand, FakeHand, shot
from tests.support.wished import SHELL

PHOTO = f"{DAY}/a.jpg"
TAKEN = "user.photofs.taken"


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[ByHand]:
    """A library nothing of which is wished otherwise yet."""
    made = ByHand(tmp_path)
    yield made
    made.catalog.close()


class Looking(FakeHand):
    """Finds each photo as it is told; a dry deed does nothing."""

    def __init__(self, found: Found) -> None:
        """`found`: what a look tells."""
        super().__init__()
        self._found = found

    async def do(self, errand: Errand, *, dry: bool) -> Outcome:
        """Note it."""
        await super().do(errand, dry=dry)
        return Outcome(self._found, "looked")


def restored(hands: ByHand, hand: str = FakeHand.name) -> OperationRow:
    """A photo that a hand began to trash, and that the user has taken out of Trash since."""
    hands.wished.unlink(PHOTO)
    hands.later()
    (row,) = hands.hand_out(hand)
    hands.wished.rename("Trash/a.jpg", PHOTO)
    hands.later()
    assert hands.verbs() == ["trash: sent", "restore: planned"]
    return row


def is_in_place(hands: ByHand) -> bool:
    """Whether the photo stands where the user put it, and nowhere else."""
    return hands.wished.files() & {PHOTO, "Trash/a.jpg"} == {PHOTO}


@pytest.mark.parametrize(
    ("found", "told", "left"),
    [
        (Found.WOULD, Found.CALLED_OFF, []),
        (Found.ALREADY, Found.ALREADY, ["restore: planned"]),
        (Found.NOT_DONE, Found.NOT_DONE, ["trash: unsure", "restore: planned"]),
        (Found.SURPRISE, Found.SURPRISE, ["trash: unsure", "restore: planned"]),
    ],
)
async def test_what_was_begun_is_only_looked_at(
    hands: ByHand, found: Found, told: Found, left: list[str]
) -> None:
    """Not done: neither is to be; done: it is to be taken back; unknown: both stay open."""
    restored(hands)
    hand = Looking(found)
    walked = await walk(hands.handing, hand, lambda *_: None, most=5)
    assert (hand.dry, walked.counts) == ([True], {told: 1})
    assert hands.verbs() == left
    assert is_in_place(hands)
    assert hands.filed.problems() == []


def test_what_the_user_did_not_do_is_called_off(hands: ByHand) -> None:
    """`photofs hand back`: nobody is asked for the one or the other any more."""
    row = restored(hands, "list")
    assert hands.handing.put_back(row)
    assert (hands.verbs(), is_in_place(hands)) == ([], True)
    assert not hands.handing.put_back(row), "named twice"


def test_what_the_user_did_is_to_be_taken_back(hands: ByHand) -> None:
    """`photofs hand done`: it lies in the service's trash, and is to come out."""
    hands.handing.claimed(restored(hands, "list"))
    assert (hands.verbs(), is_in_place(hands)) == (["restore: planned"], True)


def test_what_a_hand_could_not_do_is_called_off(hands: ByHand) -> None:
    """The wish came while it was at it."""
    row = restored(hands)
    hands.handing.settle(row, Outcome(Found.NOT_DONE, "no line"), FakeHand.name)
    assert (hands.verbs(), is_in_place(hands)) == ([], True)


async def test_a_pair_that_waits_is_called_off(hands: ByHand) -> None:
    """As a journal of an earlier version may hold it."""
    row = restored(hands)
    hands.catalog.happen(row.operation_id, Event.REFUSED, hands.filed.now_ns)
    assert hands.verbs() == ["trash: planned", "restore: planned"]
    hand = FakeHand()
    await walk(hands.handing, hand, lambda *_: None, most=5)
    assert hand.given == []
    assert (hands.verbs(), is_in_place(hands)) == ([], True)


async def test_what_is_wished_otherwise_while_a_walk_goes_on_is_not_done(hands: ByHand) -> None:
    """It was listed as unsure before, and is asked for anew when its turn comes."""
    hands.wished.unlink(PHOTO)
    hands.wished.unlink(f"{DAY}/b.jpg")
    hands.later()
    hands.hand_out(FakeHand.name)

    class Slow(FakeHand):
        async def do(self, errand: Errand, *, dry: bool) -> Outcome:
            if errand.remote_id == "a":
                hands.wished.rename("Trash/b.jpg", f"{DAY}/b.jpg")
            return await super().do(errand, dry=dry)

    hand = Slow()
    await walk(hands.handing, hand, lambda *_: None, most=5)
    assert [(errand.remote_id, dry) for errand, dry in zip(hand.given, hand.dry, strict=True)] == [
        ("a", False),
        ("b", True),
    ]
    assert hands.verbs() == []


async def test_a_mark_is_called_off_too(hands: ByHand) -> None:
    """The photo is shown as it was before."""
    hands.wished.link(PHOTO, "Favorites/a.jpg")
    hands.later()
    hands.hand_out(FakeHand.name)
    hands.wished.unlink("Favorites/a.jpg")
    hands.later()
    await walk(hands.handing, Looking(Found.WOULD), lambda *_: None, most=5)
    assert (hands.verbs(), hands.facts(PHOTO)) == ([], (False, False, False))
    assert "Favorites/a.jpg" not in hands.wished.files()


@pytest.mark.parametrize("days", [0, 2])
def test_a_word_that_agrees_ends_both_a_day_later(hands: ByHand, days: int) -> None:
    """One of the same day may be from before it was done: then a hand has to look."""
    restored(hands)
    hands.later(max(days * DAY_NS, 1))
    hands.tell(shot("a", hands.filed.now_ns))
    assert hands.verbs() == ([] if days else ["trash: sent", "restore: planned"])
    assert is_in_place(hands)


def test_a_hand_is_told_of_it(hands: ByHand) -> None:
    """The page of errands must not ask for it."""
    row = restored(hands, "list")
    errand = hands.handing.errand(row)
    assert errand is not None
    assert errand.otherwise


@pytest.mark.parametrize("state", ["planned", "sent", "done"])
@pytest.mark.parametrize("days", [0, 2])
def test_an_export_of_that_hour_cancels_no_way_out_of_the_trash(
    hands: ByHand, days: int, state: str
) -> None:
    """It may have looked before the photo was trashed, which is done; one of days later knows."""
    hands.handing.claimed(restored(hands, "list"))
    if state != "planned":
        hands.hand_out()
    if state == "done":
        hands.claim_all()
    hands.later(max(days * DAY_NS, MINUTE_NS))
    hands.tell(shot("a", hands.filed.now_ns))
    assert hands.verbs() == ([] if days or state == "done" else [f"restore: {state}"])
    assert len(hands.catalog.errands_unsettled(1)) == (0 if days else 2)
    assert is_in_place(hands)


def test_the_way_out_taken_back_leaves_it_in_the_trash(hands: ByHand) -> None:
    """An export of that hour says nothing of what was done by hand, though it is wished back."""
    hands.handing.claimed(restored(hands, "list"))
    hands.tell(shot("a", hands.filed.now_ns))
    hands.undo()
    assert hands.verbs() == []
    assert hands.wished.files() & {PHOTO, "Trash/a.jpg"} == {"Trash/a.jpg"}


@pytest.mark.parametrize("days", [0, 2])
def test_an_export_of_that_hour_settles_no_second_date(hands: ByHand, days: int) -> None:
    """A date wished again is what an export tells that looked before another was set by hand."""
    ino = hands.filed.ino(PHOTO)
    hands.wished.wishing.set_attribute(ino, TAKEN, "2001-02-03 04:05:06", SHELL)
    hands.later()
    hands.hand_out()
    hands.claim_all()
    hands.wished.wishing.set_attribute(ino, TAKEN, "2019-07-03 04:05:06", SHELL)
    (row,) = hands.catalog.errands_open(1)
    wished = msgspec.convert(row.wish.details["taken"], TakenFact)
    hands.later(max(days * DAY_NS, MINUTE_NS))
    hands.tell(shot("a", hands.filed.now_ns, taken=wished))
    assert hands.verbs() == ([] if days else ["date: planned"])
