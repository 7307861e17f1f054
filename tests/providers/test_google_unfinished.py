"""Notes of uploads that have not ended: each by itself, and the least useful one goes."""

from collections.abc import Mapping

import pytest

from photofs.providers.google.unfinished import MOST, OLD_NOTE, TOKEN_AGE, Unfinished
from tests.support.provider_tools import StateInMemory

NOW = 1_790_000_000


class Counted(StateInMemory):
    """Notes that tell how many of them were written."""

    def __init__(self) -> None:
        """None yet."""
        super().__init__()
        self.written = 0

    def put(self, key: str, value: object) -> None:
        """Note and count."""
        self.written += 1
        super().put(key, value)

    def put_all(self, notes: Mapping[str, object]) -> None:
        """Note and count."""
        self.written += len(notes)
        super().put_all(notes)


def notes(state: StateInMemory, now: int = NOW) -> Unfinished:
    """What an agent that begins now has of these."""
    return Unfinished(state, lambda: now)


def test_every_step_is_there_after_a_restart() -> None:
    """Session, token, the question and the item: the next agent goes on from each."""
    state = StateInMemory()
    notes(state).session("a", "m", "https://there")
    assert (found := notes(state).get("a", "m")) is not None
    assert (found.session, found.token) == ("https://there", None)
    notes(state).token("a", "m", "T")
    assert (found := notes(state).get("a", "m")) is not None
    assert (found.session, found.token, found.asked) == (None, "T", False)
    notes(state).asked(["a", "unknown"])
    assert (found := notes(state).get("a", "m")) is not None
    assert (found.token, found.asked) == ("T", True)
    notes(state).made({"a": "item", "unknown": "other"})
    assert (found := notes(state).get("a", "m")) is not None
    assert (found.token, found.item) == (None, "item")
    assert notes(state).get("a", "other bytes") is None
    notes(state).forget("a")
    assert notes(state).get("a", "m") is None


def test_a_step_writes_only_its_own_note() -> None:
    """However many uploads are under way, a step of one writes one note, of fifty fifty."""
    state = Counted()
    mine = notes(state)
    for number in range(100):
        mine.token(str(number), "m", "T")
    assert state.written == 100
    mine.asked([str(number) for number in range(50)])
    assert state.written == 150
    mine.asked([str(number) for number in range(50)])
    assert state.written == 150


def test_what_is_done_goes_before_what_is_not() -> None:
    """A film that is sent for hours keeps its note, however many photos are made meanwhile."""
    state = StateInMemory()
    mine = notes(state)
    mine.session("film", "m", "https://there")
    for number in range(2 * MOST):
        mine.token(str(number), "m", "T")
        mine.made({str(number): f"item {number}"})
    for each in (mine, notes(state)):
        assert (found := each.get("film", "m")) is not None
        assert found.session == "https://there"
        assert each.get("0", "m") is None
        assert each.get(str(2 * MOST - 1), "m") is not None
    assert len(state.notes) <= MOST


def test_where_none_is_done_the_oldest_goes() -> None:
    """There are never more notes than places, and the newest are kept."""
    state = StateInMemory()
    mine = notes(state)
    for number in range(MOST + 5):
        mine.token(str(number), "m", "T")
    assert [mine.get(str(number), "m") for number in range(5)] == [None] * 5
    assert all(notes(state).get(str(number), "m") for number in range(5, MOST + 5))


def test_a_forgotten_place_is_used_again() -> None:
    """What was forgotten makes room, and comes not back."""
    state = StateInMemory()
    mine = notes(state)
    for number in range(MOST):
        mine.token(str(number), "m", "T")
    mine.forget("7")
    mine.token("new", "m", "T")
    again = notes(state)
    assert again.get("7", "m") is None
    assert again.get("0", "m") is not None
    assert again.get("new", "m") is not None


def test_notes_of_an_older_version_are_taken_over() -> None:
    """What it had noted in one piece counts, stands by itself from then on, and is there once."""
    state = StateInMemory()
    state.put(OLD_NOTE, {"a": {"mark": "m", "at": NOW, "token": "T", "asked": True}})
    assert (found := notes(state).get("a", "m")) is not None
    assert (found.token, found.asked) == ("T", True)
    assert not state.get(OLD_NOTE)
    assert notes(state).get("a", "m") == found
    assert notes(state, NOW + TOKEN_AGE + 1).get("a", "m") is None


@pytest.mark.parametrize("rubbish", [17, "x", [], {"key": "a"}, {"key": "a", "upload": {"at": 1}}])
def test_notes_that_cannot_be_understood_are_passed_over(rubbish: object) -> None:
    """They cost no more than their upload's time."""
    state = StateInMemory()
    notes(state).token("a", "m", "T")
    (place,) = state.notes
    state.put(place, rubbish)
    state.put(OLD_NOTE, rubbish)
    mine = notes(state)
    assert mine.get("a", "m") is None
    mine.token("a", "m", "T2")
    assert notes(state).get("a", "m") is not None
