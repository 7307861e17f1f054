"""The journal as commands ask for it: what the user did, counted, and page by page."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from photofs.catalog.claimable import OPEN
from photofs.catalog.journal import PAGE, ExchangeRow, Journal, OperationRow
from photofs.model.operation import State
from photofs.model.wish import AGAIN, BRING_IN, SEEN

_PARTS = f"""
SELECT iif(verb = 'restore' AND json_valid(wish) AND wish ->> '$.{AGAIN}' IS NOT NULL,
  '{BRING_IN}', verb) AS deed, state, count(*), min(album), count(DISTINCT album), min(photo),
  source IS NULL
FROM operation WHERE action = ? GROUP BY deed, state, source IS NULL ORDER BY min(id)"""  # noqa: S608 - words of ours


_REFUSED = f"""
SELECT max(id), state, iif(json_valid(wish), wish ->> '$.{SEEN}', NULL) AS seen
FROM operation INDEXED BY operation_planned
WHERE library = ? AND planned_ns >= ? AND verb NOT IN ('upload', 'replace')
GROUP BY photo, album, verb HAVING state = 'gave up' AND seen IS NULL
ORDER BY max(id) DESC"""  # noqa: S608 - words of ours
"""The latest wish of each kind, so that what was wished again since is told no more."""


class ActionPart(NamedTuple):
    """The wishes of one verb (or BRING_IN) and state within an action.

    `album`: one of the albums that they are about, `albums` how many those are; `photo`: likewise.
    `by_hand`: they are errands.
    """

    verb: str
    state: State
    number: int
    album: int | None
    albums: int
    photo: int | None
    by_hand: bool = False


class JournalReading(Journal):
    """Reads that are made for commands, and what they note of what was read."""

    def parts_of_action(self, action_id: int) -> list[ActionPart]:
        """An action's wishes counted by verb and state."""
        rows = self.database.all(_PARTS, (action_id,))
        return [
            ActionPart(verb, State(state), number, album, albums, photo, by_hand == 1)
            for verb, state, number, album, albums, photo, by_hand in rows
        ]

    def latest_of_action(self, action_id: int, below: int, limit: int) -> list[OperationRow]:
        """The latest operations of an action whose ids are less than `below`, newest first."""
        rows = self.database.all(
            "SELECT id FROM operation WHERE action = ? AND id < ? ORDER BY id DESC LIMIT ?",
            (action_id, below, limit),
        )
        return [self.operation(number) for (number,) in rows]

    def refused(self, library_id: int, since_ns: int) -> list[OperationRow]:
        """What was wished since, no file to be sent, and will not be done; the latest first.

        But for what its user has seen.
        """
        rows = self.database.all(_REFUSED, (library_id, since_ns))
        return [self.operation(number) for number, *_ in rows]

    def note_seen(self, numbers: Iterable[int]) -> None:
        """Their user knows that these were refused; a transaction of its own."""
        with self.database.transaction():
            self.database.run(
                f"UPDATE operation SET wish = json_set(wish, '$.{SEEN}', json('true'))"  # noqa: S608 - a word of ours
                " WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(numbers)),),
            )

    def undoes(self, action_id: int) -> int | None:
        """The action that this one took back, if it did."""
        row = self.database.one("SELECT id FROM action WHERE undone_by = ?", (action_id,))
        return row[0] if row else None

    def undone_parts(self, action_id: int) -> set[tuple[int, int]]:
        """Which operations, and of which photo each (0: none), an undoing action wished back."""
        rows = self.database.all(
            "SELECT json_extract(wish, '$.undoes'), coalesce(photo, 0) FROM operation"
            " WHERE action = ? AND json_extract(wish, '$.undoes') IS NOT NULL",
            (action_id,),
        )
        return {(operation, photo) for operation, photo in rows}

    def albums_instead(self, action_id: int) -> dict[int, int]:
        """Which album an undoing action made instead of which removed one."""
        rows = self.database.all(
            "SELECT json_extract(wish, '$.instead_of'), album FROM operation"
            " WHERE action = ? AND verb = 'make album' AND album IS NOT NULL",
            (action_id,),
        )
        return {old: new for old, new in rows if old is not None}

    def brought_again(self) -> dict[str, int]:
        """Under which key each file was copied in again of what was deleted, and its photo."""
        rows = self.database.all(
            "SELECT wish ->> '$.again', photo FROM operation WHERE verb = 'restore'"
            " AND wish ->> '$.again' IS NOT NULL ORDER BY id"
        )
        return dict(rows)

    def exchanges(self, operation_id: int) -> list[ExchangeRow]:
        """All that was sent for an operation, oldest first."""
        rows = self.database.all(
            "SELECT operation, at_ns, sent, answer FROM exchange WHERE operation = ? ORDER BY id",
            (operation_id,),
        )
        return [ExchangeRow(*row) for row in rows]

    def last_operation(self) -> int:
        """The id of the latest operation of all, 0 if there is none."""
        row = self.database.one("SELECT coalesce(max(id), 0) FROM operation")
        return row[0] if row else 0

    def open_page(self, after: int, limit: int = PAGE) -> list[OperationRow]:
        """Operations that are not over, with ids above `after`, oldest first."""
        rows = self.database.all(
            f"SELECT id FROM operation WHERE id > ? AND {OPEN} ORDER BY id LIMIT ?",  # noqa: S608 - words of ours
            (after, limit),
        )
        return [self.operation(number) for (number,) in rows]

    def open_states(self, library: int | None = None) -> list[tuple[str, State, int, int]]:
        """How many are not over: verb, state, number, and the bytes that they are to send.

        Errands are not among them, for they are not sent; but for those that are held.
        """
        rows = self.database.all(
            "SELECT verb, state, count(*), sum(coalesce(json_extract(wish, '$.size'), 0))"  # noqa: S608 - words of ours
            f" FROM operation WHERE {OPEN} AND (source IS NOT NULL OR state = 'held')"
            " AND (?1 IS NULL OR library = ?1) GROUP BY verb, state",
            (library,),
        )
        return [(verb, State(state), number, size) for verb, state, number, size in rows]

    def held(self, library: int, limit: int) -> list[int]:
        """Ids of what is held of a library, oldest first; at most so many."""
        rows = self.database.all(
            "SELECT id FROM operation WHERE state = 'held' AND library = ? ORDER BY id LIMIT ?",
            (library, limit),
        )
        return [number for (number,) in rows]

    def path_of_photo(self, photo_id: int) -> str | None:
        """One of the paths of a photo below the root; None if it stands nowhere."""
        row = self.database.one(
            "SELECT folder, name FROM entry WHERE photo = ? ORDER BY id LIMIT 1", (photo_id,)
        )
        return f"{self.path_of_folder(row[0])}/{row[1]}" if row else None

    def name_of_subject(self, photo_id: int | None, album_id: int | None) -> str:
        """What a wish is about, for people: a path, else a name; "" if that is known no more."""
        row = None
        if photo_id is not None:
            path = self.path_of_photo(photo_id)
            if path is not None:
                return path
            row = self.database.one("SELECT name FROM photo WHERE id = ?", (photo_id,))
        elif album_id is not None:
            row = self.database.one("SELECT title FROM album WHERE id = ?", (album_id,))
        return row[0] if row else ""

    def title_of_album(self, album_id: int) -> str:
        """An album's title, "" if it is known no more."""
        row = self.database.one("SELECT title FROM album WHERE id = ?", (album_id,))
        return row[0] if row else ""

    def folder_of_title(self, library_id: int, title: str) -> int | None:
        """A folder that shows the library's album of that title; None if there is none."""
        row = self.database.one(
            "SELECT f.id FROM folder f JOIN album a ON a.id = f.album"
            " WHERE f.library = ? AND a.title = ? AND a.gone = 0 ORDER BY f.id LIMIT 1",
            (library_id, title),
        )
        return row[0] if row else None

    def path_of_folder(self, folder_id: int) -> str:
        """The path of a folder below the root, which has none."""
        steps: list[str] = []
        while folder_id:
            row = self.database.one(
                "SELECT e.folder, e.name FROM folder f JOIN entry e"
                " ON e.subfolder = f.id AND e.folder = f.parent WHERE f.id = ?",
                (folder_id,),
            )
            if row is None:
                break
            folder_id = row[0]
            steps.insert(0, row[1])
        return "/".join(steps)
