"""The journal: what the user wants changed, one operation a wish; states as model/operation.py.

Rows are never deleted here, and outlive the library that they are about. An *action* groups the
wishes of one program within a short while, so that undo takes back what a person did, not a
fraction of it. What is sent for an operation, and what comes back, is noted in `exchange`.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from photofs.catalog.album_leads import UNWISH
from photofs.catalog.claimable import CLAIMABLE, OPEN
from photofs.catalog.part import Part
from photofs.model.errors import NotFound
from photofs.model.operation import Event, State, after
from photofs.model.wish import GUARDED, OF_NEW, Asker, WishVerb

SAME_ACTION_NS: Final = 2_000_000_000
"""Wishes of one process that follow each other within this time are one action."""

NEW_PROGRAM_NS: Final = 20_000_000_000
"""The same for a process that had just been started, for no longer than this, when it began: a
command works on large pictures with pauses (`mogrify *`); a file manager has been running for long,
and a pause of it is its user's.
"""

NOTED_EVERY_NS: Final = SAME_ACTION_NS // 20
"""How exactly that is noted: a program that wishes 1,000 things a second notes it 10 times."""


class Wish(NamedTuple):
    """What is wished: the verb, about what, its details as JSON, and when it may be sent first."""

    library: int
    verb: str
    details: Mapping[str, object]
    not_before_ns: int
    source: int | None = None  # None: no source's, but a hand's
    photo: int | None = None
    album: int | None = None
    action: int | None = None


class OperationRow(NamedTuple):
    """A wish and how far it is."""

    operation_id: int
    key: str
    wish: Wish
    state: State
    reason: str
    tries: int
    planned_ns: int
    changed_ns: int


class ActionRow(NamedTuple):
    """What the user did at one go."""

    action_id: int
    library: int
    program: str
    asked_ns: int
    undone_by: int | None


class ExchangeRow(NamedTuple):
    """What was sent for an operation, and what came back."""

    operation_id: int
    at_ns: int
    sent: str
    answer: str


PAGE: Final = 500
"""Operations read at a time where there may be very many."""

_GUARDED: Final = json.dumps(sorted(verb.value for verb in GUARDED))
_COUNTS: Final = f"iif(json_valid(wish), wish ->> '$.{OF_NEW}', NULL) IS NULL"

_SELECT = """
SELECT id, key, library, verb, wish, not_before_ns, source, photo, album, action, state, reason,
  tries, planned_ns, changed_ns FROM operation"""

_CLAIMABLE: Final = f"{_SELECT} {CLAIMABLE}"


class Journal(Part):
    """Operations are planned, and then only events move them."""

    def act(self, library: int, asker: Asker, now_ns: int) -> int:
        """The action that a wish made now belongs to: begun, or gone on with.

        Inside the caller's transaction.
        """
        row = self.database.one(
            "SELECT id, asked_ns, last_ns FROM action WHERE library = ? AND process = ?"
            " AND program = ? AND last_ns BETWEEN ? AND ? AND undone_by IS NULL"
            " ORDER BY id DESC LIMIT 1",
            (library, asker.process, asker.program, now_ns - NEW_PROGRAM_NS, now_ns),
        )
        if row is None or asker.process == 0 or not _goes_on(asker, row[1], row[2], now_ns):
            return self.database.insert(
                "INSERT INTO action(library, program, process, asked_ns, last_ns)"
                " VALUES (?, ?, ?, ?, ?)",
                (library, asker.program, asker.process, now_ns, now_ns),
            )
        self.go_on(row[0], now_ns)
        return int(row[0])

    def go_on(self, action_id: int, now_ns: int) -> None:
        """An action's program is still at it; inside the caller's transaction."""
        self.database.run(
            "UPDATE action SET last_ns = ?1 WHERE id = ?2 AND last_ns <= ?3",
            (now_ns, action_id, now_ns - NOTED_EVERY_NS),
        )

    def plan(self, wish: Wish, now_ns: int) -> int:
        """Record a wish, durably; the operation's id. Inside a transaction it commits with that."""
        with self.database.joined():
            return self.database.insert(
                "INSERT INTO operation(key, library, verb, wish, not_before_ns, source, photo,"
                " album, action, state, planned_ns, changed_ns)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    secrets.token_hex(16),
                    wish.library,
                    wish.verb,
                    json.dumps(wish.details, ensure_ascii=False, sort_keys=True),
                    wish.not_before_ns,
                    wish.source,
                    wish.photo,
                    wish.album,
                    wish.action,
                    State.PLANNED.value,
                    now_ns,
                    now_ns,
                ),
            )

    def happen(
        self,
        operation_id: int,
        event: Event,
        now_ns: int,
        reason: str = "",
        not_before_ns: int | None = None,
    ) -> State:
        """Note what happened to an operation; its new state.

        `not_before_ns`: nor is it to be tried before. Bug, and nothing noted, if that cannot happen
        in the state it is in.
        """
        with self.database.joined():
            # the state alone: to take a whole row apart costs as much as to change it
            row = self.database.one("SELECT state FROM operation WHERE id = ?", (operation_id,))
            state = after(State(row[0]) if row else self.operation(operation_id).state, event)
            self.database.run(
                "UPDATE operation SET state = ?1, reason = ?2, changed_ns = ?3,"
                " not_before_ns = coalesce(?4, not_before_ns), tries = tries + ?5,"
                " settled = iif(?6, 1, settled) WHERE id = ?7",
                (
                    state.value,
                    reason,
                    now_ns,
                    not_before_ns,
                    int(event is Event.SEND),
                    int(state in {State.CANCELLED, State.GAVE_UP}),
                    operation_id,
                ),
            )
        return state

    def amend(self, operation_id: int, details: Mapping[str, object]) -> None:
        """Note how an operation is being sent; inside the caller's transaction."""
        words = json.dumps(details, ensure_ascii=False, sort_keys=True)
        self.database.run("UPDATE operation SET wish = ? WHERE id = ?", (words, operation_id))

    def operation(self, operation_id: int) -> OperationRow:
        """That operation, or NotFound."""
        row = self.database.one(f"{_SELECT} WHERE id = ?", (operation_id,))
        if row is None:
            raise NotFound(f"there is no operation {operation_id} in the journal")
        return _operation(row)

    def open_operations(self, library: int | None = None) -> list[OperationRow]:
        """All that are not in a final state, oldest first."""
        return self._operations(f"{OPEN} AND (?1 IS NULL OR library = ?1)", (library,))

    def count_open(self, library: int | None = None) -> dict[State, int]:
        """How many are in each state that is not final."""
        rows = self.database.all(
            f"SELECT state, count(*) FROM operation WHERE {OPEN}"  # noqa: S608 - words of ours
            " AND (?1 IS NULL OR library = ?1) GROUP BY state",
            (library,),
        )
        return {State(state): number for state, number in rows}

    def claimable(
        self,
        source_id: int,
        now_ns: int,
        limit: int = 1,
        *,
        bytes_too: bool,
        empty_albums: bool = True,
        after: int = 0,
    ) -> list[OperationRow]:
        """What may be sent to a source now, oldest first; later wishes wait for earlier ones.

        `bytes_too`: what sends files, or all else. `empty_albums`: whether an album is made by
        itself, or by its first photo. `after`: only wishes with higher numbers.
        """
        values = (source_id, now_ns, limit, int(bytes_too), int(empty_albums), after)
        return [*map(_operation, self.database.all(_CLAIMABLE, values))]

    def left_by_crash(self, source_id: int, *, unsure: bool = False) -> list[OperationRow]:
        """What was claimed, sent or unsure when the last worker on a source ended, or only that."""
        return self._operations(
            "source = ?1 AND state IN ('claimed', 'sent', 'unsure')"
            " AND (NOT ?2 OR state = 'unsure')",
            (source_id, int(unsure)),
        )

    def unsettled_of_photo(self, photo_id: int) -> list[OperationRow]:
        """What is to be laid over the told facts of a photo, in order."""
        return self._operations("photo = ? AND settled = 0", (photo_id,))

    def unsettled_of_album(self, album_id: int) -> Iterator[OperationRow]:
        """What is to be laid over the told facts of an album, in order.

        Read as it is asked for: 100,000 photos that are to join one took 100 MB at once.
        """
        after = 0
        while rows := self.database.all(
            f"{_SELECT} WHERE album = ? AND settled = 0 AND id > ? ORDER BY id LIMIT ?",
            (album_id, after, PAGE),
        ):
            yield from map(_operation, rows)
            after = rows[-1][0]

    def last_of_photo(self, photo_id: int, verb: WishVerb) -> OperationRow | None:
        """The latest wish of that verb about a photo, whatever became of it."""
        rows = self.database.all(
            f"{_SELECT} WHERE photo = ? AND verb = ? ORDER BY id DESC LIMIT 1",
            (photo_id, verb.value),
        )
        return _operation(rows[0]) if rows else None

    def to_settle(self, source_id: int, before_ns: int) -> list[OperationRow]:
        """What was done before a complete scan began: the sources tell of it now."""
        return self._operations(
            "source = ? AND settled = 0 AND state = 'done' AND changed_ns < ?",
            (source_id, before_ns),
        )

    def settle(self, operation_id: int) -> None:
        """The told facts hold its outcome."""
        self.database.run("UPDATE operation SET settled = 1 WHERE id = ?", (operation_id,))

    def guarded_since(self, library: int, since_ns: int, most: int) -> int:
        """How many wishes that take away or alter were made since and stand, up to `most`."""
        row = self.database.one(
            "SELECT count(*) FROM (SELECT 1 FROM operation"  # noqa: S608 - words of ours
            " WHERE library = ? AND planned_ns >= ?"
            " AND state <> 'cancelled' AND verb IN (SELECT value FROM json_each(?))"
            f" AND {_COUNTS} ORDER BY planned_ns DESC LIMIT ?)",
            (library, since_ns, _GUARDED, most),
        )
        return row[0] if row else 0

    def guarded_planned(self, library: int, since_ns: int) -> list[int]:
        """Ids of the wishes that take away or alter, made since and not claimed yet."""
        rows = self.database.all(
            "SELECT id FROM operation WHERE library = ? AND planned_ns >= ?"  # noqa: S608 - as above
            " AND state = 'planned' AND verb IN (SELECT value FROM json_each(?))"
            f" AND {_COUNTS} ORDER BY id",
            (library, since_ns, _GUARDED),
        )
        return [number for (number,) in rows]

    def wait_along(self, library: int, until_ns: int, most_ns: int, now_ns: int) -> None:
        """Let what takes away or alters, and was not touched since it was wished, wait until then.

        At most `most_ns` from when it was wished.
        """
        self.database.run(
            "UPDATE operation SET not_before_ns = min(?1, planned_ns + ?2) WHERE library = ?3"
            " AND planned_ns >= ?4 - ?2 AND state = 'planned' AND changed_ns = planned_ns"
            " AND verb IN (SELECT value FROM json_each(?5))"
            " AND not_before_ns < min(?1, planned_ns + ?2)",
            (until_ns, most_ns, library, now_ns, _GUARDED),
        )

    def try_at(self, operation_id: int, at_ns: int) -> None:
        """When an operation that waits may be tried again."""
        self.database.run(
            "UPDATE operation SET not_before_ns = ? WHERE id = ? AND state = 'planned'",
            (at_ns, operation_id),
        )

    def in_state(self, state: State, library: int | None = None) -> list[OperationRow]:
        """All that are in that state, oldest first."""
        return self._operations(
            "state = ?1 AND (?2 IS NULL OR library = ?2)", (state.value, library)
        )

    def of_action(self, action_id: int) -> list[OperationRow]:
        """The operations of an action, oldest first."""
        return self._operations("action = ?", (action_id,))

    def actions(self, limit: int, library: int | None = None) -> list[ActionRow]:
        """The latest actions, newest first."""
        rows = self.database.all(
            "SELECT id, library, program, asked_ns, undone_by FROM action"
            " WHERE ?1 IS NULL OR library = ?1 ORDER BY id DESC LIMIT ?2",
            (library, limit),
        )
        return [ActionRow(*row) for row in rows]

    def action(self, action_id: int) -> ActionRow:
        """That action, or NotFound."""
        row = self.database.one(
            "SELECT id, library, program, asked_ns, undone_by FROM action WHERE id = ?",
            (action_id,),
        )
        if row is None:
            raise NotFound(
                f"there is no action {action_id} in the log", remedy="`photofs log` lists them"
            )
        return ActionRow(*row)

    def undone(self, action_id: int, by: int) -> None:
        """Note that an action was taken back by another one."""
        self.database.run("UPDATE action SET undone_by = ? WHERE id = ?", (by, action_id))

    def note_exchange(self, operation_id: int, now_ns: int, sent: str, answer: str) -> None:
        """Note what was sent for an operation and what came back; neither holds a secret."""
        with self.database.joined():
            self.database.run(
                "INSERT INTO exchange(operation, at_ns, sent, answer) VALUES (?, ?, ?, ?)",
                (operation_id, now_ns, sent, answer),
            )

    def wish_member(self, photo_id: int, album_id: int, operation_id: int, *, joined: bool) -> None:
        """The latest wish for a photo and an album."""
        self.database.run(
            "INSERT OR REPLACE INTO wished_member(photo, album, joined, operation)"
            " VALUES (?, ?, ?, ?)",
            (photo_id, album_id, int(joined), operation_id),
        )

    def unwish_member(self, photo_id: int, album_id: int) -> None:
        """Work out anew which unsettled wish for a photo and an album is the latest."""
        self.database.run(UNWISH, (photo_id, album_id))
        for row in self.unsettled_of_photo(photo_id):
            if row.wish.album == album_id and row.wish.verb in {WishVerb.JOIN, WishVerb.LEAVE}:
                joined = row.wish.verb == WishVerb.JOIN
                self.wish_member(photo_id, album_id, row.operation_id, joined=joined)

    def _operations(self, condition: str, values: Iterable[int | str | None]) -> list[OperationRow]:
        rows = self.database.all(f"{_SELECT} WHERE {condition} ORDER BY id", tuple(values))
        return [_operation(row) for row in rows]


def _goes_on(asker: Asker, asked_ns: int, last_ns: int, now_ns: int) -> bool:
    """Whether what was asked for in an action, last then, is followed by what is asked for now."""
    pause = now_ns - last_ns
    if pause <= SAME_ACTION_NS or asker.age_ns is None:
        return pause <= SAME_ACTION_NS
    is_the_same = asker.age_ns >= pause  # and no later process of the same number
    return is_the_same and asker.age_ns - (now_ns - asked_ns) <= NEW_PROGRAM_NS


def _operation(row: tuple[object, ...]) -> OperationRow:
    number, key, library, verb, details, not_before, source, photo, album, action, *rest = row
    state, reason, tries, planned_ns, changed_ns = rest
    wish = Wish(
        library,  # type: ignore[arg-type]
        str(verb),
        json.loads(str(details)),
        not_before,  # type: ignore[arg-type]
        source,  # type: ignore[arg-type]
        photo,  # type: ignore[arg-type]
        album,  # type: ignore[arg-type]
        action,  # type: ignore[arg-type]
    )
    return OperationRow(
        number,  # type: ignore[arg-type]
        str(key),
        wish,
        State(str(state)),
        str(reason),
        tries,  # type: ignore[arg-type]
        planned_ns,  # type: ignore[arg-type]
        changed_ns,  # type: ignore[arg-type]
    )
