"""The view's questions: the hot path, a few microseconds each, one statement each.

Statements stay in apsw's cache, and rows become named tuples without a loop where there are many.
Nothing here waits: readers of a WAL file are never blocked by a writer.
"""

from collections.abc import Callable
from typing import Any, Final

import apsw

from photofs.catalog.database import Database, ours
from photofs.catalog.part import Part
from photofs.catalog.port import Change
from photofs.model.naming import exact_fold, fold
from photofs.model.node import ROOT_INO, Entry, Node

_PHOTO: Final = """
SELECT size, size_exact, mtime_ns, ctime_ns, places FROM photo WHERE id = ?"""

_FOLDER: Final = "SELECT mtime_ns, ctime_ns, subfolders FROM folder WHERE id = ?"

_CHILD: Final = """
SELECT e.name, e.photo, e.subfolder, p.size, p.size_exact, p.mtime_ns, p.ctime_ns, p.places
FROM entry e LEFT JOIN photo p ON p.id = e.photo WHERE e.folder = ? AND e.fold = ?"""

_ENTRIES: Final = """
SELECT e.id, e.name,
  iif(e.photo IS NULL, e.subfolder * 2, e.photo * 2 + 1), e.photo IS NULL,
  coalesce(p.size, 0), coalesce(p.size_exact, 1),
  coalesce(p.mtime_ns, f.mtime_ns), coalesce(p.ctime_ns, f.ctime_ns),
  coalesce(p.places, f.subfolders + 2)
FROM entry e LEFT JOIN photo p ON p.id = e.photo LEFT JOIN folder f ON f.id = e.subfolder
WHERE e.folder = ? AND e.id > ? ORDER BY e.id LIMIT ?"""

_GROWS: Final = """coalesce((SELECT length(s.head) - s.skip FROM splice s
  WHERE s.photo = p.id AND s.content_key = p.content_key AND s.size = p.size
  AND NOT EXISTS (SELECT 1 FROM incoming i WHERE i.photo = p.id)), 0)"""
"""By how much a photo as it is shown with other first bytes is longer than its file."""

_PHOTO_SPLICED: Final = _PHOTO.replace("FROM photo", "FROM photo p").replace(
    "size,", f"size + {_GROWS},", 1
)
_CHILD_SPLICED: Final = _CHILD.replace("p.size,", f"p.size + {_GROWS},", 1)
_ENTRIES_SPLICED: Final = _ENTRIES.replace("p.size", f"p.size + {_GROWS}", 1)

_CHANGES: Final = """
SELECT sequence, ino, parent, name, content FROM change WHERE sequence > ?
ORDER BY sequence LIMIT ?"""


class TreeReading(Part):
    """Keeps `port.TreeReads`."""

    def __init__(self, database: Database) -> None:
        """Bind what the hot path calls."""
        super().__init__(database)
        self._execute: Callable[..., Any] = database.connection.execute
        self._spliced = False
        self._photo, self._child, self._listing = _PHOTO, _CHILD, _ENTRIES

    def show_spliced(self) -> None:
        """From now on sizes are those of photos as `--embed` shows them."""
        self._spliced = True
        self._photo, self._child, self._listing = _PHOTO_SPLICED, _CHILD_SPLICED, _ENTRIES_SPLICED

    def node(self, ino: int) -> Node | None:
        """The attributes of a folder or photo; a photo that is in no folder has no links."""
        try:
            if ino & 1 and ino != ROOT_INO:
                row = self._execute(self._photo, (ino >> 1,)).fetchone()
                return row and Node(ino, False, row[0], row[1] == 1, row[2], row[3], row[4])
            row = self._execute(_FOLDER, (ino >> 1,)).fetchone()
        except apsw.Error as error:
            raise ours(error, self.database.path) from error
        return row and Node(ino, True, 0, True, row[0], row[1], row[2] + 2)

    def child(self, folder_id: int, name: str) -> Node | None:
        """What stands under exactly that name in the folder."""
        try:
            row = self._execute(self._child, (folder_id, fold(name))).fetchone()
            if row is None or row[0] != name:  # a program may have put this one beside another
                row = self._execute(self._child, (folder_id, exact_fold(name))).fetchone()
        except UnicodeEncodeError:  # bytes that are no UTF-8: no name of ours
            return None
        except apsw.Error as error:
            raise ours(error, self.database.path) from error
        if row is None:
            return None
        _, photo, subfolder, size, exact, mtime, ctime, links = row
        if photo is None:
            return self.node(subfolder * 2)
        return Node(photo * 2 + 1, False, size, exact == 1, mtime, ctime, links)

    def entries(self, folder_id: int, after: int, limit: int) -> list[Entry]:
        """Up to `limit` entries with a cookie above `after`, in cookie order.

        A flag of these rows is 0 or 1 as SQLite gives it, for a listing of 100,000 takes twice as
        long if every row is taken apart.
        """
        try:
            rows = self._execute(self._listing, (folder_id, after, limit))
            return [_new_entry(Entry, row) for row in rows]
        except apsw.Error as error:
            raise ours(error, self.database.path) from error

    def parent(self, folder_id: int) -> int | None:
        """The id of the folder that holds this folder; None for the root or an unknown one."""
        row = self.database.one("SELECT parent FROM folder WHERE id = ?", (folder_id,))
        return row[0] if row else None

    def data_version(self) -> int:
        """A number that differs once another connection has committed."""
        row = self.database.one("PRAGMA data_version")
        return row[0] if row else 0

    def last_change(self) -> int:
        """The sequence number of the newest change, 0 if there never was one."""
        row = self.database.one("SELECT max(sequence) FROM change")
        return (row and row[0]) or 0

    def changes_since(self, sequence: int, limit: int) -> list[Change]:
        """Changes after that number, oldest first.

        Numbers have no gaps: if the first is not `sequence` + 1, those between were trimmed, and
        everything that is cached may be wrong.
        """
        return [
            Change(number, ino, parent, name, content == 1)
            for number, ino, parent, name, content in self.database.all(_CHANGES, (sequence, limit))
        ]

    def totals(self) -> tuple[int, int]:
        """The number of photos, and the sum of their sizes in bytes (kept as counters)."""
        row = self.database.one(
            "SELECT coalesce(sum(photos), 0), coalesce(sum(bytes), 0) FROM library"
        )
        return (row[0], row[1]) if row else (0, 0)


_new_entry: Callable[..., Entry] = tuple.__new__
"""Makes an Entry of a row in one call in C."""
