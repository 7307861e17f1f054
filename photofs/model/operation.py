"""One wish in the journal: its states, and what moves it from one to the next.

Everything about those states is in TRANSITIONS. What a table like this buys: a crash at any moment
leaves an operation in a state from which the next start knows how to go on.

    planned   may be sent once its grace is over          undo costs nothing
    held      too many at once: waits for the user        undo costs nothing
    claimed   a worker has it; nothing has been sent      a crash: planned again
    sent      the request may have reached the service    a crash: unsure, for sending an upload
              twice would make two photos
    unsure    the service must be asked before sending    found there: done; not there: planned
    done, cancelled, gave up                              final

`sent` is written before the first byte goes out. REFUSED is the service's own answer that it did
not do it and that trying again may help; where it says no for good, the operation gives up.
"""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from photofs.model.errors import Bug


class State(StrEnum):
    """Where an operation is."""

    PLANNED = "planned"
    HELD = "held"
    CLAIMED = "claimed"
    SENT = "sent"
    UNSURE = "unsure"
    DONE = "done"
    CANCELLED = "cancelled"
    GAVE_UP = "gave up"


class Event(StrEnum):
    """What happens to an operation."""

    HOLD = "hold"
    RELEASE = "release"
    CLAIM = "claim"
    SEND = "send"
    CONFIRM = "confirm"
    REFUSED = "refused"
    CRASH = "crash"
    NOT_FOUND = "not found"
    CANCEL = "cancel"
    GIVE_UP = "give up"


_S = State
_E = Event
TRANSITIONS: Final = MappingProxyType(
    {
        _S.PLANNED: {
            _E.HOLD: _S.HELD,
            _E.CLAIM: _S.CLAIMED,
            _E.CANCEL: _S.CANCELLED,
            _E.GIVE_UP: _S.GAVE_UP,
        },
        _S.HELD: {
            _E.RELEASE: _S.PLANNED,
            _E.CANCEL: _S.CANCELLED,
            _E.GIVE_UP: _S.GAVE_UP,
        },
        _S.CLAIMED: {
            _E.SEND: _S.SENT,
            _E.CRASH: _S.PLANNED,
            _E.GIVE_UP: _S.GAVE_UP,
        },
        _S.SENT: {
            _E.CONFIRM: _S.DONE,
            _E.REFUSED: _S.PLANNED,
            _E.CRASH: _S.UNSURE,
            _E.GIVE_UP: _S.GAVE_UP,
        },
        _S.UNSURE: {
            _E.CONFIRM: _S.DONE,
            _E.NOT_FOUND: _S.PLANNED,
            _E.CRASH: _S.UNSURE,
            _E.GIVE_UP: _S.GAVE_UP,
        },
        _S.DONE: {},
        _S.CANCELLED: {},
        _S.GAVE_UP: {},
    }
)

FINAL: Final = frozenset(state for state, moves in TRANSITIONS.items() if not moves)
"""States that nothing leaves."""

NOT_SENT: Final = frozenset({State.PLANNED, State.HELD})
"""Nothing of it has begun: to take it back costs nothing."""

BEGUN: Final = frozenset({State.SENT, State.UNSURE})
"""It may have been done."""

BACK: Final = MappingProxyType(
    {
        State.CLAIMED: Event.CRASH,
        State.SENT: Event.REFUSED,
        State.UNSURE: Event.NOT_FOUND,
    }
)
"""What makes planned again what was certainly not done."""


def after(state: State, event: Event) -> State:
    """The state that an event leads to. Raises Bug where the event cannot happen in that state."""
    following = TRANSITIONS[state].get(event)
    if following is None:
        raise Bug(f"an operation that is {state.value} met {event.value!r}, which cannot happen")
    return following
