"""The journal's states: every legal and every illegal step, cell by cell."""

import pytest

from photofs.model.errors import Bug
from photofs.model.operation import FINAL, TRANSITIONS, Event, State, after

LEGAL = {
    (State.PLANNED, Event.HOLD): State.HELD,
    (State.PLANNED, Event.CLAIM): State.CLAIMED,
    (State.PLANNED, Event.CANCEL): State.CANCELLED,
    (State.PLANNED, Event.GIVE_UP): State.GAVE_UP,
    (State.HELD, Event.RELEASE): State.PLANNED,
    (State.HELD, Event.CANCEL): State.CANCELLED,
    (State.HELD, Event.GIVE_UP): State.GAVE_UP,
    (State.CLAIMED, Event.SEND): State.SENT,
    (State.CLAIMED, Event.CRASH): State.PLANNED,
    (State.CLAIMED, Event.GIVE_UP): State.GAVE_UP,
    (State.SENT, Event.CONFIRM): State.DONE,
    (State.SENT, Event.REFUSED): State.PLANNED,
    (State.SENT, Event.CRASH): State.UNSURE,
    (State.SENT, Event.GIVE_UP): State.GAVE_UP,
    (State.UNSURE, Event.CONFIRM): State.DONE,
    (State.UNSURE, Event.NOT_FOUND): State.PLANNED,
    (State.UNSURE, Event.CRASH): State.UNSURE,
    (State.UNSURE, Event.GIVE_UP): State.GAVE_UP,
}
ALL = [(state, event) for state in State for event in Event]


@pytest.mark.parametrize(("state", "event"), [cell for cell in ALL if cell in LEGAL])
def test_legal_steps_lead_where_the_design_says(state: State, event: Event) -> None:
    """Each step that may happen leads to the one state that the design names."""
    assert after(state, event) is LEGAL[state, event]


@pytest.mark.parametrize(("state", "event"), [cell for cell in ALL if cell not in LEGAL])
def test_illegal_steps_are_bugs(state: State, event: Event) -> None:
    """Each other step is our own mistake, and is said to be."""
    with pytest.raises(Bug, match="cannot happen"):
        after(state, event)


def test_only_done_cancelled_and_given_up_are_final() -> None:
    """Nothing leaves those three, and everything else can still end."""
    assert {State.DONE, State.CANCELLED, State.GAVE_UP} == FINAL
    for state in set(State) - FINAL:
        assert Event.GIVE_UP in TRANSITIONS[state]


def test_what_may_have_been_sent_is_never_sent_again_unasked() -> None:
    """After a crash in `sent` the only ways on go through asking the service."""
    assert after(State.SENT, Event.CRASH) is State.UNSURE
    assert Event.CLAIM not in TRANSITIONS[State.UNSURE]
    assert Event.SEND not in TRANSITIONS[State.UNSURE]
