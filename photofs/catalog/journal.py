"""The journal: what the user wants changed, one operation a wish; states as model/operation.py.

Rows are never deleted here, and outlive the library that they are about.
"""

import json
import secrets
from collections.abc import Mapping
from typing import NamedTuple

from photofs.catalog.part import Part
from photofs.model.errors import NotFound
from photofs.model.operation import FINAL, Event, State, after


class Wish(NamedTuple):
    """What is wished: the verb, about what, its details as JSON, and when it may be sent first."""

    library: int
    verb: str
    details: Mapping[str, object]
    not_before_ns: int
    source: int | None = None
    photo: int | None = None


class OperationRow(NamedTuple):
    """A wish and how far it is."""

    operation_id: int
    key: str
    wish: Wish
    state: State
    reason: str


_SELECT = """
SELECT id, key, library, verb, wish, not_before_ns, source, photo, state, reason FROM operation"""


class Journal(Part):
    """Operations are planned, and then only events move them."""

    def plan(self, wish: Wish, now_ns: int) -> int:
        """Record a wish, durably; the operation's id."""
        with self.database.transaction():
            return self.database.insert(
                "INSERT INTO operation(key, library, verb, wish, not_before_ns, source, photo,"
                " state, planned_ns, changed_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    secrets.token_hex(16),
                    wish.library,
                    wish.verb,
                    json.dumps(wish.details, ensure_ascii=False, sort_keys=True),
                    wish.not_before_ns,
                    wish.source,
                    wish.photo,
                    State.PLANNED.value,
                    now_ns,
                    now_ns,
                ),
            )

    def happen(self, operation_id: int, event: Event, now_ns: int, reason: str = "") -> State:
        """Note what happened to an operation; its new state.

        Bug, and nothing noted, if that cannot happen in the state it is in.
        """
        with self.database.transaction():
            state = after(self.operation(operation_id).state, event)
            self.database.run(
                "UPDATE operation SET state = ?, reason = ?, changed_ns = ? WHERE id = ?",
                (state.value, reason, now_ns, operation_id),
            )
        return state

    def operation(self, operation_id: int) -> OperationRow:
        """That operation, or NotFound."""
        row = self.database.one(f"{_SELECT} WHERE id = ?", (operation_id,))
        if row is None:
            raise NotFound(f"there is no operation {operation_id} in the journal")
        return _operation(row)

    def open_operations(self) -> list[OperationRow]:
        """All that are not in a final state, oldest first."""
        rows = self.database.all(
            f"{_SELECT} WHERE state NOT IN ({', '.join('?' * len(FINAL))}) ORDER BY id",
            [state.value for state in sorted(FINAL)],
        )
        return [_operation(row) for row in rows]


def _operation(row: tuple[object, ...]) -> OperationRow:
    number, key, library, verb, details, not_before, source, photo, state, reason = row
    wish = Wish(library, str(verb), json.loads(str(details)), not_before, source, photo)  # type: ignore[arg-type]
    return OperationRow(number, str(key), wish, State(str(state)), str(reason))  # type: ignore[arg-type]
