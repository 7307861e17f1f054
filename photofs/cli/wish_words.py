"""Wishes and actions in words, for `photofs log`, `queue`, `held`, `status` and `umount`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from photofs.catalog.journal import ActionRow, OperationRow
from photofs.catalog.journal_reads import ActionPart
from photofs.catalog.sqlite import Catalog
from photofs.cli.output import counted
from photofs.model.operation import State
from photofs.model.wish import AGAIN, BRING_IN, WishVerb

_DEEDS: Final[Mapping[str, str]] = {
    WishVerb.UPLOAD: "uploaded",
    WishVerb.REPLACE: "replaced",
    WishVerb.JOIN: "put into {album}",
    WishVerb.LEAVE: "taken out of {album}",
    WishVerb.FAVORITE: "marked as favorite",
    WishVerb.UNFAVORITE: "no longer favorite",
    WishVerb.ARCHIVE: "archived",
    WishVerb.UNARCHIVE: "no longer archived",
    WishVerb.RETITLE: "given another title",
    WishVerb.DESCRIBE: "described",
    WishVerb.TAG: "tagged",
    WishVerb.DATE: "dated",
    WishVerb.TRASH: "put into Trash",
    WishVerb.RESTORE: "restored from Trash",
    BRING_IN: "brought in",
    WishVerb.DELETE: "deleted for good",
    WishVerb.LET_GO: "let go, the last copy here",
    WishVerb.MAKE_ALBUM: "made",
    WishVerb.RENAME_ALBUM: "renamed",
    WishVerb.REMOVE_ALBUM: "removed",
}

_ABOUT_ALBUMS: Final = frozenset(
    {WishVerb.MAKE_ALBUM, WishVerb.RENAME_ALBUM, WishVerb.REMOVE_ALBUM}
)

_WAITING: Final[Mapping[State, str]] = {
    State.PLANNED: "waiting",
    State.HELD: "held",
    State.CLAIMED: "waiting",
    State.SENT: "being sent",
    State.UNSURE: "unsure",
    State.CANCELLED: "taken back",
    State.GAVE_UP: "refused",
}

_OTHERWISE: Final = frozenset(
    {State.PLANNED, State.CLAIMED, State.SENT, State.CANCELLED, State.GAVE_UP}
)
"""States that are told in other words than the journal has."""

_BY_HAND: Final[Mapping[State, str]] = {
    State.PLANNED: "waiting for a hand",
    State.SENT: "begun by a hand",
}


def action_words(catalog: Catalog, action: ActionRow, parts: Sequence[ActionPart]) -> str:
    """An action in a sentence: "cp: 3 photos uploaded, 1 waiting; 3 photos put into Trip"."""
    program = action.program or "a program"
    undone = catalog.undoes(action.action_id)
    deeds = [_deed(catalog, verb, parts) for verb in dict.fromkeys(part.verb for part in parts)]
    if undone is not None:
        deeds.insert(0, f"undid action {undone}")
    return f"{program}: {'; '.join(deeds) if deeds else 'nothing to send yet'}"


def _deed(catalog: Catalog, verb: str, parts: Sequence[ActionPart]) -> str:
    """All wishes of one verb within an action."""
    mine = [part for part in parts if part.verb == verb]
    total = sum(part.number for part in mine)
    noun = "album" if verb in _ABOUT_ALBUMS else "photo"
    albums = max(part.albums for part in mine)
    album = next((part.album for part in mine if part.album is not None), None)
    named = catalog.title_of_album(album) if album is not None else ""
    where = f"{albums:,} albums" if albums > 1 else f'"{named}"'
    what = counted(total, noun)
    if verb in _ABOUT_ALBUMS and total == 1:
        what = f'album "{named}"'
    waiting = [
        f"{part.number:,} {_wait_of(part)}" if part.number < total else _wait_of(part)
        for part in mine
        if part.state in _WAITING
    ]
    deed = f"{what} {_DEEDS.get(verb, verb).format(album=where)}"
    return ", ".join([deed, *waiting])


def _wait_of(part: ActionPart) -> str:
    """How far wishes of a kind are that are not done."""
    if part.verb == WishVerb.LET_GO:
        return "still to be removed from this disk"
    return _BY_HAND.get(part.state, _WAITING[part.state]) if part.by_hand else _WAITING[part.state]


def state_of_action(parts: Sequence[ActionPart]) -> str:
    """How far an action is, in one word: the state that asks for most attention."""
    states = {part.state for part in parts}
    for state, word in (
        (State.HELD, "held"),
        (State.UNSURE, "unsure"),
        (State.SENT, "sending"),
        (State.CLAIMED, "waiting"),
        (State.PLANNED, "waiting"),
        (State.GAVE_UP, "refused"),
        (State.DONE, "done"),
        (State.CANCELLED, "taken back"),
    ):
        if state in states:
            return word
    return "nothing to send"


def state_word(state: str) -> str:
    """An operation's state, in the words in which actions are told."""
    return _WAITING[State(state)] if state in _OTHERWISE else state


def operation_facts(catalog: Catalog, row: OperationRow) -> dict[str, object]:
    """An operation for JSON."""
    return {
        "id": row.operation_id,
        "verb": _verb(row),
        "state": row.state.value,
        "name": catalog.name_of_subject(row.wish.photo, row.wish.album)
        or str(row.wish.details.get("name", "")),
        "album": catalog.title_of_album(row.wish.album) if row.wish.album is not None else None,
        "reason": row.reason,
        "tries": row.tries,
        "wished": row.planned_ns / 1e9,
        "not_before": row.wish.not_before_ns / 1e9,
        "changed": row.changed_ns / 1e9,
        "action": row.wish.action,
        "size": row.wish.details.get("size"),
    }


def _verb(row: OperationRow) -> str:
    """Its verb; what was copied in anew is out of no Trash."""
    anew = row.wish.verb == WishVerb.RESTORE and AGAIN in row.wish.details
    return BRING_IN if anew else row.wish.verb


def album_words(facts: Mapping[str, object]) -> str:
    """The album that an operation is about, where its name is another thing's: " (Lima)"."""
    album = facts["album"]
    return f" ({album})" if album and album != facts["name"] else ""


def why_it_waits(row: OperationRow, now_ns: int) -> str:
    """Why an open operation is not over yet, a sentence."""
    if row.wish.verb == WishVerb.LET_GO:
        return "its bytes are leaving this disk"
    if row.state is State.HELD:
        return "held: too many changes at once; `photofs held release`, or `photofs undo`"
    if row.state is State.UNSURE:
        return "the answer was lost: the service is asked before anything is sent again"
    if row.state in {State.SENT, State.CLAIMED}:
        return "being sent"
    seconds = (row.wish.not_before_ns - now_ns) // 10**9 + 1
    if row.wish.not_before_ns > now_ns:
        why = row.reason or "can still be undone at no cost"
        return f"{why}; in {seconds:,} s"
    return row.reason or "next"


def moment(at_ns: int) -> str:
    """A moment for people, in the machine's own zone, to the second."""
    return datetime.fromtimestamp(at_ns // 10**9).astimezone().strftime("%Y-%m-%d %H:%M:%S")
