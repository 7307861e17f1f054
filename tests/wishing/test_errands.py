"""Wishes that only a hand can carry out: made, shown, taken back, handed out, done, overruled."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from photofs.filing.overruling import PHOTO_GONE
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.errand import Found, Outcome
from photofs.model.errors import Refused
from photofs.model.node import row_id
from photofs.model.observation import PhotoGone
from photofs.model.operation import Event, State
from photofs.wishing.deleting import to_delete
from photofs.wishing.errand_walk import walk
from photofs.wishing.planning import Policy
from photofs.wishing.wishing import Wishing
from tests.support.by_hand import DAY, DAY_NS, MINUTE_NS, PAGE, ByHand, FakeHand, shot
from tests.support.wished import SHELL, Wished


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[ByHand]:
    """Photos a to e."""
    made = ByHand(tmp_path)
    yield made
    made.catalog.close()


def do_all(hands: ByHand) -> None:
    """One wish of each kind, each of another photo."""
    hands.wished.unlink(f"{DAY}/a.jpg")
    hands.wished.link(f"{DAY}/b.jpg", "Favorites/b.jpg")
    hands.wished.link(f"{DAY}/c.jpg", "Archive/c.jpg")
    ino = hands.filed.ino(f"{DAY}/d.jpg")
    hands.wished.wishing.set_attribute(ino, "user.photofs.taken", "2001-02-03 04:05:06", SHELL)


VERBS = ("trash", "favorite", "archive", "date")
SHOWN = {
    "Trash/a.jpg",
    f"{DAY}/b.jpg",
    "Favorites/b.jpg",
    f"{DAY}/c.jpg",
    "Archive/c.jpg",
    "Dates/2001/2001-02/d.jpg",
}


def test_a_wish_is_shown_and_waits_for_a_hand(hands: ByHand) -> None:
    """Each kind is in the tree as wished, is no source's to send, and is ready after its grace."""
    do_all(hands)
    assert hands.wished.files() >= SHOWN
    assert hands.catalog.claimable(1, 2**62, 100, bytes_too=False) == []
    assert hands.catalog.open_states() == []
    assert [row.wish.verb for row in hands.handing.ready(9)] == ["favorite"]
    hands.later()
    assert [row.wish.verb for row in hands.handing.ready(9)] == [*VERBS]


def test_p18_in_doubt_no_hand_gets_what_takes_away(hands: ByHand) -> None:
    """What adds is handed out; what was begun before, and may be done, stays unsure."""
    do_all(hands)
    hands.later()
    begun = [row for row in hands.handing.ready(9) if row.wish.verb == "archive"]
    hands.handing.begin(begun, "fake")
    hands.handing.recover("fake")
    hands.catalog.begin_doubt("it may be an older one", 1)
    assert [row.wish.verb for row in hands.hand_out()] == ["favorite"]
    assert hands.verbs() == ["trash: held", "favorite: sent", "archive: unsure", "date: held"]
    hands.catalog.end_doubt()
    assert hands.wished.wishing.release(1) == 2
    hands.hand_out()
    assert {row.wish.verb for row in hands.handing.begun()} == set(VERBS)


def test_an_errand_says_which_photo_it_is(hands: ByHand) -> None:
    """Page, id, name and capture time as the service shows them, and the date that is wished."""
    do_all(hands)
    hands.later()
    errands = [hands.handing.errand(row) for row in hands.handing.ready(9)]
    first, *_, dated = [each for each in errands if each is not None]
    assert (first.page, first.remote_id, first.name) == (f"{PAGE}a", "a", "a.jpg")
    assert dated.taken_local == "2019-07-21T12:30:15"
    assert dated.to_date is not None
    assert dated.to_date["local"] == "2001-02-03T04:05:06"


def test_without_a_page_trash_is_a_mark_and_the_rest_is_refused(hands: ByHand) -> None:
    """As it is where no hand is set up, with a line that says what to do."""
    hands.wished.unlink(f"{DAY}/e.jpg")
    assert hands.catalog.errands_open(1) == []
    hands.wished.rename("Trash/e.jpg", f"{DAY}/e.jpg")
    with pytest.raises(Refused, match="no page is known"):
        hands.wished.link(f"{DAY}/e.jpg", "Favorites/e.jpg")
    with pytest.raises(Refused, match="no page is known"):
        hands.wished.link(f"{DAY}/e.jpg", "Archive/e.jpg")


def test_another_services_page_is_none(hands: ByHand) -> None:
    """A hand is never sent to a page that the account's service does not have."""
    hands.tell(shot("e", page_url="https://elsewhere.example/photo/e"))
    hands.wished.unlink(f"{DAY}/e.jpg")
    assert hands.catalog.errands_open(1) == []


def test_a_new_file_comes_into_favorites_by_way_of_unsorted(hands: ByHand) -> None:
    """A hand can mark only what has a page; the refusal says how it is done."""
    with pytest.raises(Refused, match="no program can mark favorites here") as caught:
        hands.wished.write("Favorites/new.jpg")
    assert "copy it into Unsorted first" in caught.value.remedy


def test_with_no_hand_set_up_all_is_as_the_service_can(hands: ByHand) -> None:
    """`google.hand = "none"`: a mark here, and refusals."""
    policy = Policy(hands=False)
    wishing = Wishing(hands.catalog, hands.filed.filing, policy, lambda: hands.filed.now_ns)
    wishing.unlink(hands.wished.spot(f"{DAY}/a.jpg"), SHELL)
    assert hands.catalog.errands_open(1) == []
    with pytest.raises(Refused, match="cannot mark favorites"):
        wishing.link(hands.filed.ino(f"{DAY}/b.jpg"), hands.wished.spot("Favorites/b.jpg"), SHELL)


@pytest.mark.parametrize("state", ["waiting", "held", "under way", "done"])
def test_undo_in_each_state(hands: ByHand, state: str) -> None:
    """Not begun: nothing is left to do; begun: left alone; done: the other way round, by a hand."""
    before = hands.wished.files()
    do_all(hands)
    if state == "held":
        for row in hands.catalog.errands_open(1):
            hands.catalog.happen(row.operation_id, Event.HOLD, hands.filed.now_ns)
    if state in {"under way", "done"}:
        hands.later()
        hands.hand_out()
    if state == "done":
        hands.claim_all()
    hands.undo()
    if state in {"waiting", "held"}:
        assert (hands.verbs(), hands.wished.files()) == ([], before)
    elif state == "under way":
        assert hands.wished.files() >= SHOWN
    else:
        assert hands.wished.files() == before
        back = ["restore", "unfavorite", "unarchive", "date"]
        assert hands.verbs() == [f"{verb}: planned" for verb in reversed(back)]


def test_the_opposite_of_what_nobody_has_begun_needs_no_hand(hands: ByHand) -> None:
    """`rm` and back, `ln` and `rm`: nothing is left on the list."""
    before = hands.wished.files()
    hands.wished.unlink(f"{DAY}/a.jpg")
    hands.wished.rename("Trash/a.jpg", f"{DAY}/a.jpg")
    hands.wished.link(f"{DAY}/b.jpg", "Favorites/b.jpg")
    hands.wished.unlink("Favorites/b.jpg")
    hands.wished.link(f"{DAY}/c.jpg", "Archive/c.jpg")
    hands.wished.unlink("Archive/c.jpg")
    assert (hands.verbs(), hands.wished.files()) == ([], before)


def test_what_lies_in_the_services_trash_comes_out_by_a_hand(hands: ByHand) -> None:
    """Told so by an export; taken back before a hand begins, it is in Trash as it was."""
    hands.tell(*hands.usual(10**18, trashed=True))
    hands.wished.rename("Trash/a.jpg", f"{DAY}/a.jpg")
    assert (hands.verbs(), hands.facts(f"{DAY}/a.jpg")[2]) == (["restore: planned"], False)
    hands.undo()
    assert (hands.verbs(), hands.facts("Trash/a.jpg")[2]) == ([], True)
    hands.wished.rename("Trash/a.jpg", f"{DAY}/a.jpg")
    hands.later()
    hands.hand_out()
    hands.claim_all()
    hands.later(3 * DAY_NS)
    hands.tell(*hands.usual(hands.filed.now_ns, trashed=False))
    assert {f"{DAY}/a.jpg", f"{DAY}/b.jpg"} <= hands.wished.files()
    assert hands.catalog.errands_unsettled(1) == []


def test_a_source_that_tells_the_old_state_changes_nothing_shown(hands: ByHand) -> None:
    """What is to come out of the service's trash is shown out of it, whatever else is told."""
    hands.tell(*hands.usual(10**18, trashed=True))
    hands.wished.rename("Trash/a.jpg", f"{DAY}/a.jpg")
    hands.tell(shot("a", hands.filed.now_ns, trashed=True, title="another"))
    assert f"{DAY}/a.jpg" in hands.wished.files()
    assert hands.verbs() == ["restore: planned"]


@pytest.mark.parametrize("how", ["undo", "rm"])
def test_what_went_back_into_trash_comes_out_by_the_sources_word(hands: ByHand, how: str) -> None:
    """No mark of ours keeps it there, for it lies there by what a source tells."""
    hands.tell(*hands.usual(10**18, trashed=True))
    hands.wished.rename("Trash/a.jpg", f"{DAY}/a.jpg")
    if how == "undo":
        hands.undo()
    else:
        hands.wished.unlink(f"{DAY}/a.jpg")
    assert (hands.verbs(), "Trash/a.jpg" in hands.wished.files()) == ([], True)
    hands.tell(shot("a", hands.filed.now_ns, trashed=False))
    assert f"{DAY}/a.jpg" in hands.wished.files()


def test_more_than_fifty_at_once_are_held(tmp_path: Path) -> None:
    """The guard counts errands as all else that takes away."""
    hands = ByHand(tmp_path)
    names = [f"p{number:02}" for number in range(51)]
    hands.tell(*(shot(name) for name in names))
    for name in names:
        hands.wished.wishing.unlink(hands.wished.spot(f"{DAY}/{name}.jpg"), SHELL)
    hands.later()
    assert hands.handing.ready(100) == []
    assert hands.wished.wishing.release(1) == 51
    assert len(hands.handing.ready(100)) == 51
    hands.catalog.close()


def test_a_claim_is_shown_as_one_and_proves_nothing(hands: ByHand) -> None:
    """Who said so, and when, stands in the journal; no source's word is changed by it."""
    hands.wished.unlink(f"{DAY}/a.jpg")
    hands.later()
    (row,) = hands.hand_out()
    hands.handing.claimed(row)
    done = hands.catalog.operation(row.operation_id)
    assert done.state is State.DONE
    assert done.wish.details["done_by"] == {"hand": "list", "proof": ""}
    photo = row_id(hands.filed.ino("Trash/a.jpg"))
    seen = hands.catalog.told(photo)
    assert seen is not None
    assert seen.trashed is False
    assert isinstance(to_delete(hands.catalog, photo), str)


def test_what_was_not_done_waits_again(hands: ByHand) -> None:
    """Put back it can be undone at no cost, and be handed out anew."""
    hands.wished.unlink(f"{DAY}/a.jpg")
    hands.later()
    (row,) = hands.hand_out()
    assert hands.handing.put_back(row)
    assert hands.verbs() == ["trash: planned"]
    assert len(hands.handing.ready(9)) == 1
    hands.undo()
    assert f"{DAY}/a.jpg" in hands.wished.files()


def test_held_errands_cannot_be_ticked_off(hands: ByHand) -> None:
    """It says that they are held, and changes nothing; nor is another wish an errand."""
    hands.wished.unlink(f"{DAY}/a.jpg")
    (row,) = hands.catalog.errands_open(1)
    hands.catalog.happen(row.operation_id, Event.HOLD, hands.filed.now_ns)
    with pytest.raises(Refused, match="is held"):
        hands.handing.claimed(row)
    assert hands.verbs() == ["trash: held"]


class TestLaterWords:
    """What a source tells after an errand was told to be done."""

    def test_one_that_agrees_settles_it(self, hands: ByHand) -> None:
        """The photo lies in Trash by the source's own word then, and comes out by one, too."""
        hands.wished.unlink(f"{DAY}/a.jpg")
        hands.later()
        hands.hand_out()
        hands.claim_all()
        hands.later()
        hands.tell(shot("a", hands.filed.now_ns, trashed=True))
        assert "Trash/a.jpg" in hands.wished.files()
        assert hands.catalog.errands_unsettled(1) == []
        hands.later()
        hands.tell(shot("a", hands.filed.now_ns, trashed=False))
        assert f"{DAY}/a.jpg" in hands.wished.files()

    @pytest.mark.parametrize("days", [-2, 0])
    def test_an_older_one_or_one_of_the_same_day_does_not(self, hands: ByHand, days: int) -> None:
        """An export takes hours to make; and one of before knows nothing of it."""
        do_all(hands)
        hands.later()
        hands.hand_out()
        hands.claim_all()
        as_of = hands.filed.now_ns + days * DAY_NS + 10**9
        hands.later(10 * MINUTE_NS)
        hands.tell(*hands.usual(as_of))
        assert hands.wished.files() >= SHOWN
        assert len(hands.catalog.errands_unsettled(1)) == 4

    def test_one_that_does_not_agree_overrules_it(self, hands: ByHand) -> None:
        """All is shown as it is told, and the journal says that the claim was not so."""
        before = hands.wished.files()
        do_all(hands)
        hands.later()
        hands.hand_out()
        hands.claim_all()
        hands.later(2 * DAY_NS)
        hands.tell(*hands.usual(hands.filed.now_ns))
        assert hands.wished.files() == before
        assert hands.catalog.errands_unsettled(1) == []
        told = hands.catalog.overruled(1, 0)
        assert [row.wish.verb for row in told] == ["trash", "favorite", "archive", "date"]
        assert all("not so, as you said" in row.reason for row in told)

    def test_an_older_one_that_agrees_settles_nothing(self, hands: ByHand) -> None:
        """It tells of another time at which that was so."""
        hands.wished.link(f"{DAY}/b.jpg", "Favorites/b.jpg")
        hands.wished.link(f"{DAY}/c.jpg", "Favorites/c.jpg")
        (row, _) = hands.hand_out()
        hands.handing.claimed(row)
        hands.tell(*hands.usual(hands.filed.now_ns - 10**9, favorite=True))
        assert hands.verbs() == ["favorite: sent"]
        assert len(hands.catalog.errands_unsettled(1)) == 2

    def test_what_was_done_and_done_back_is_no_false_claim(self, hands: ByHand) -> None:
        """A word on the photo is held against the last errand alone."""
        for _ in range(2):
            hands.wished.link(f"{DAY}/b.jpg", "Favorites/b.jpg")
            hands.hand_out()
            hands.claim_all()
            hands.wished.unlink("Favorites/b.jpg")
            hands.later()
            hands.hand_out()
            hands.claim_all()
        hands.later(2 * DAY_NS)
        hands.tell(shot("b", hands.filed.now_ns, favorite=False))
        assert hands.catalog.overruled(1, 0) == []
        assert hands.catalog.errands_unsettled(1) == []
        assert "Favorites/b.jpg" not in hands.wished.files()

    def test_one_that_tells_what_still_waits_takes_it_off_the_list(self, hands: ByHand) -> None:
        """The user did it already, and an export shows it: nothing needs to be done."""
        do_all(hands)
        hands.later()
        hands.tell(shot("a", hands.filed.now_ns, trashed=True))
        hands.tell(shot("b", hands.filed.now_ns, favorite=True))
        hands.tell(shot("c", hands.filed.now_ns, archived=True))
        assert hands.verbs() == ["date: planned"]
        assert hands.wished.files() >= SHOWN


class TestGone:
    """What the service says is no more."""

    @pytest.mark.parametrize("begun", ["listed", "claimed"])
    def test_a_trashed_photo_that_is_no_more_was_trashed(self, hands: ByHand, begun: str) -> None:
        """The service's own word proves it, is noted, and nothing is left to be done."""
        hands.wished.unlink(f"{DAY}/a.jpg")
        hands.later()
        (row,) = hands.hand_out()
        if begun == "claimed":
            hands.claim_all()
        hands.tell(PhotoGone(remote_id="a"))
        assert hands.catalog.operation(row.operation_id).state is State.DONE
        assert hands.catalog.errands_unsettled(1) == []
        notes = [each.answer for each in hands.catalog.exchanges(row.operation_id)]
        assert PHOTO_GONE in notes

    def test_nothing_else_is_asked_for_a_photo_that_is_no_more(self, hands: ByHand) -> None:
        """Waiting, or on the list: it is given up, and the log says why."""
        hands.wished.link(f"{DAY}/a.jpg", "Favorites/a.jpg")
        hands.hand_out()
        hands.wished.link(f"{DAY}/b.jpg", "Favorites/b.jpg")
        hands.tell(PhotoGone(remote_id="a"), PhotoGone(remote_id="b"))
        assert hands.verbs() == []
        states = {row.state for row in hands.catalog.of_action(1)}
        assert states == {State.GAVE_UP}


class TestProgramsHand:
    """A hand that is a program, walking through the errands."""

    async def test_what_it_proves_is_done(self, hands: ByHand) -> None:
        """With what it saw; what was so already counts as done."""
        do_all(hands)
        hands.later()
        hand = FakeHand(b=Found.ALREADY)
        walked = await walk(hands.handing, hand, lambda *_: None, most=9, dry=False)
        assert walked.counts == {Found.DONE: 3, Found.ALREADY: 1}
        assert hands.verbs() == []
        done = [hands.catalog.operation(each.number) for each in hand.given]
        proofs = [row.wish.details["done_by"] for row in done]
        assert proofs[0] == {"hand": "fake", "proof": "done: the page of a"}

    async def test_a_dry_walk_changes_nothing(self, hands: ByHand) -> None:
        """Each errand is looked at, and waits as before."""
        do_all(hands)
        hands.later()
        before = hands.verbs()
        hand = FakeHand()
        walked = await walk(hands.handing, hand, lambda *_: None, most=9, dry=True)
        assert walked.counts == {Found.WOULD: 4}
        assert (hands.verbs(), set(hand.dry)) == (before, {True})

    async def test_a_surprise_stops_all(self, hands: ByHand) -> None:
        """What was in hand is unsure, nothing else is begun, and the next walk begins with it."""
        do_all(hands)
        hands.later()
        hand = FakeHand(b=Found.SURPRISE)
        walked = await walk(hands.handing, hand, lambda *_: None, most=9, dry=False)
        assert walked.stopped == "the page of b"
        assert hands.verbs() == ["favorite: unsure", "archive: planned", "date: planned"]
        again = FakeHand()
        await walk(hands.handing, again, lambda *_: None, most=9, dry=False)
        assert next((each.remote_id, each.begun) for each in again.given) == ("b", True)
        assert hands.verbs() == []

    async def test_what_it_could_not_do_comes_again(self, hands: ByHand) -> None:
        """In an hour; what the service does not have is given up, and shown as it was."""
        do_all(hands)
        hands.later()
        hand = FakeHand(a=Found.NOT_FOUND, b=Found.NOT_DONE)
        await walk(hands.handing, hand, lambda *_: None, most=9, dry=False)
        assert hands.verbs() == ["favorite: planned"]
        assert f"{DAY}/a.jpg" in hands.wished.files()
        assert hands.handing.ready(9) == []
        hands.later(61 * MINUTE_NS)
        assert len(hands.handing.ready(9)) == 1

    async def test_no_more_than_it_may(self, hands: ByHand) -> None:
        """The oldest first."""
        do_all(hands)
        hands.later()
        hand = FakeHand()
        await walk(hands.handing, hand, lambda *_: None, most=2, dry=False)
        assert [each.remote_id for each in hand.given] == ["a", "b"]

    async def test_what_was_undone_meanwhile_is_not_done(self, hands: ByHand) -> None:
        """Between being listed and being begun."""
        hands.wished.unlink(f"{DAY}/a.jpg")
        hands.later()
        rows = hands.handing.ready(9)
        hands.undo()
        assert hands.handing.begin(rows, "fake") == []

    def test_an_answer_without_proof_settles_nothing(self, hands: ByHand) -> None:
        """A surprise leaves it unsure, and undo leaves it alone."""
        hands.wished.unlink(f"{DAY}/a.jpg")
        hands.later()
        (row,) = hands.hand_out("fake")
        hands.handing.settle(row, Outcome(Found.SURPRISE, "another page"), "fake")
        hands.undo()
        assert hands.verbs() == ["trash: unsure"]


def test_an_open_errand_keeps_no_other_wish_waiting(hands: ByHand) -> None:
    """What the service can do to the photo is sent meanwhile."""
    hands.wished.link(f"{DAY}/b.jpg", "Favorites/b.jpg")
    ino = hands.filed.ino(f"{DAY}/b.jpg")
    hands.wished.wishing.set_attribute(ino, "user.xdg.comment", "a tram", SHELL)
    rows = hands.catalog.claimable(1, 2**62, 9, bytes_too=False)
    assert [row.wish.verb for row in rows] == ["describe"]


def test_an_errand_waits_for_what_was_wished_of_the_photo_before(hands: ByHand) -> None:
    """A photo that is to join an album first is there before anybody acts on its page."""
    hands.wished.mkdir("Albums/Rome")
    hands.wished.link(f"{DAY}/b.jpg", "Albums/Rome/b.jpg")
    hands.wished.link(f"{DAY}/b.jpg", "Favorites/b.jpg")
    assert hands.handing.ready(9) == []
    while rows := hands.catalog.claimable(1, 2**62, 9, bytes_too=False):
        hands.wished.send(rows[0])
    assert [row.wish.verb for row in hands.handing.ready(9)] == ["favorite"]


def test_only_the_last_date_waits(hands: ByHand) -> None:
    """Nobody is asked to set one that is not wished any more; undo gives the told one back."""
    ino = hands.filed.ino(f"{DAY}/d.jpg")
    for year in (2001, 2002):
        when = f"{year}-02-03 04:05:06"
        hands.wished.wishing.set_attribute(ino, "user.photofs.taken", when, SHELL)
    hands.later()
    (row,) = hands.handing.ready(9)
    errand = hands.handing.errand(row)
    assert errand is not None
    assert errand.to_date is not None
    assert errand.to_date["local"] == "2002-02-03T04:05:06"
    assert errand.taken_local == "2019-07-21T12:30:15"
    hands.undo()
    assert f"{DAY}/d.jpg" in hands.wished.files()


def test_a_date_that_a_source_tells_otherwise_stays_as_wished(hands: ByHand) -> None:
    """It is the latest that the user said; told as wished, it is off the list."""
    ino = hands.filed.ino(f"{DAY}/d.jpg")
    hands.wished.wishing.set_attribute(ino, "user.photofs.taken", "2001-02-03 04:05:06", SHELL)
    (row,) = hands.catalog.errands_open(1)
    other = TakenFact(by=TakenBy.SERVICE, local=datetime(2010, 1, 1))  # noqa: DTZ001 - wall time
    hands.tell(shot("d", hands.filed.now_ns + DAY_NS, taken=other))
    assert hands.verbs() == ["date: planned"]
    assert "Dates/2001/2001-02/d.jpg" in hands.wished.files()
    wished = msgspec.convert(row.wish.details["taken"], TakenFact)
    hands.tell(shot("d", hands.filed.now_ns + DAY_NS, taken=wished))
    assert hands.verbs() == []
    assert "Dates/2001/2001-02/d.jpg" in hands.wished.files()


def test_a_service_that_can_does_it_itself(tmp_path: Path) -> None:
    """Where its API marks favorites, no hand is asked for it."""
    can = ("favorite", "on page: favorite", "page: https://")
    wished = Wished(tmp_path / "catalog.db", can=can)
    wished.filed.scan(shot("a"))
    wished.link(f"{DAY}/a.jpg", "Favorites/a.jpg")
    (row,) = wished.catalog.open_operations()
    assert row.wish.source == wished.filed.source_id
    wished.catalog.close()
