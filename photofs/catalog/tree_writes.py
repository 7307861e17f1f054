"""Folders and entries: the rows of the tree, and how they are kept in step with each other.

All of it runs inside the caller's transaction. A name is unique in its folder with case folded;
the caller says how a clash is resolved. Each change of a folder's entries is noted in `touched`;
the caller writes it down with `note_touched` before it commits, once per folder.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from photofs.catalog.database import Database
from photofs.catalog.part import Part
from photofs.model.folder import FolderKind
from photofs.model.naming import exact_fold, fold, numbered


class FolderRow(NamedTuple):
    """A folder's row as far as filing moves and renames it."""

    folder_id: int
    parent: int
    name: str


class PhotoEntry(NamedTuple):
    """One name of a photo."""

    folder_id: int
    entry_id: int
    name: str


class FolderFacts(NamedTuple):
    """What a folder stands for. `library` None for the root."""

    folder_id: int
    parent: int | None
    kind: FolderKind
    library: int | None
    album: int | None


class EntryRow(NamedTuple):
    """What stands under a name: a photo, or a folder."""

    entry_id: int
    photo: int | None
    subfolder: int | None


class NewFolder(NamedTuple):
    """A folder to be made: where, what it stands for, and the name wished for."""

    parent: int
    kind: FolderKind
    key: str
    name: str
    library: int
    album: int | None = None


Candidate = Callable[[int], str]
"""The name to try: 0 the one wished for, 1 and up the ways out of a clash."""


class TreeWriting(Part):
    """Makes, moves and removes folders and entries; for one connection and its transactions."""

    def __init__(self, database: Database) -> None:
        """Nothing is touched yet."""
        super().__init__(database)
        self.touched: set[int] = set()
        self._next_entry: int | None = None

    def folder_at(self, parent: int, kind: FolderKind, key: str) -> FolderRow | None:
        """The folder of that kind and key below a parent."""
        row = self.database.one(
            "SELECT id, parent, name FROM folder WHERE parent = ? AND kind = ? AND key = ?",
            (parent, kind.value, key),
        )
        return FolderRow(*row) if row else None

    def folders_of_album(self, album_id: int) -> list[FolderRow]:
        """The folders that show an album: one below Albums, and one a collection that holds it."""
        rows = self.database.all(
            "SELECT id, parent, name FROM folder WHERE album = ? ORDER BY id", (album_id,)
        )
        return [FolderRow(*row) for row in rows]

    def make_folder(self, new: NewFolder, now_ns: int) -> int:
        """Make a folder and its entry; its id. A clash of names is numbered."""
        folder_id = self.database.insert(
            "INSERT INTO folder(parent, kind, key, name, library, album, mtime_ns, ctime_ns)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*new[:1], new.kind.value, *new[2:], now_ns, now_ns),
        )
        name = self._free_name(new.parent, numbers(new.name), None)
        self._add_entry(new.parent, name, None, folder_id)
        self._count_subfolders(new.parent, 1)
        return folder_id

    def make_given_folder(
        self, parent: int, album_id: int, name: str, library_id: int, now_ns: int
    ) -> int:
        """Make an album's folder under exactly this name, which is free; its id."""
        folder_id = self.database.insert(
            "INSERT INTO folder(parent, kind, key, name, library, album, mtime_ns, ctime_ns)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                parent,
                FolderKind.ALBUM.value,
                str(album_id),
                name,
                library_id,
                album_id,
                now_ns,
                now_ns,
            ),
        )
        self._add_entry(parent, name, None, folder_id, self._given_key(parent, name))
        self._count_subfolders(parent, 1)
        return folder_id

    def name_of_folder(self, folder_id: int) -> str:
        """The folder's name as it is shown."""
        row = self.database.one("SELECT name FROM entry WHERE subfolder = ?", (folder_id,))
        return row[0] if row else ""

    def move_folder(self, folder: FolderRow, parent: int, name: str, now_ns: int) -> None:
        """Give a folder another parent, another name, or both; its id stays."""
        self.database.run(
            "UPDATE folder SET parent = ?, name = ?, ctime_ns = ? WHERE id = ?",
            (parent, name, now_ns, folder.folder_id),
        )
        if parent == folder.parent:
            (entry,) = self.database.all(
                "SELECT id FROM entry WHERE subfolder = ?", (folder.folder_id,)
            )
            self._rename(parent, entry[0], numbers(name))
            return
        self._remove_folder_entry(folder)
        self._add_entry(
            parent, self._free_name(parent, numbers(name), None), None, folder.folder_id
        )
        self._count_subfolders(parent, 1)

    def remove_folder(self, folder: FolderRow) -> None:
        """Remove an empty folder and its entry."""
        self._remove_folder_entry(folder)
        self.database.run("DELETE FROM folder WHERE id = ?", (folder.folder_id,))
        self.touched.discard(folder.folder_id)

    def remove_if_empty(self, folder_id: int) -> bool:
        """Remove a folder that holds nothing more, if it is a date's, a shelf, or retired.

        A date's and a shelf stay while something may come back to them from the trash of the mount.
        The same for the folder above it, and so on. Whether any was removed.
        """
        row = self.database.one(
            "SELECT id, parent, name FROM folder WHERE id = ?1"
            " AND (key LIKE 'gone:%' OR kind IN ('date', 'shelf')"
            " AND NOT EXISTS (SELECT 1 FROM lying WHERE folder = ?1))"
            " AND NOT EXISTS (SELECT 1 FROM entry WHERE folder = ?1)",
            (folder_id,),
        )
        if row is None:
            return False
        self.remove_folder(FolderRow(*row))
        self.remove_if_empty(row[1])
        return True

    def folder_anywhere(self, library_id: int, kind: FolderKind, key: str) -> FolderRow | None:
        """The folder of that kind and key, wherever it stands in its library."""
        row = self.database.one(
            "SELECT id, parent, name FROM folder WHERE library = ? AND kind = ? AND key = ?",
            (library_id, kind.value, key),
        )
        return FolderRow(*row) if row else None

    def retire_folder(self, folder: FolderRow) -> None:
        """What it stood for is no more: it goes as soon as it is empty."""
        self.database.run(
            "UPDATE folder SET key = 'gone:' || id, album = NULL WHERE id = ?", (folder.folder_id,)
        )
        self.remove_if_empty(folder.folder_id)

    def folder_facts(self, folder_id: int) -> FolderFacts | None:
        """What the folder stands for; None if there is no such folder."""
        row = self.database.one(
            "SELECT id, parent, kind, library, album FROM folder WHERE id = ?", (folder_id,)
        )
        return FolderFacts(row[0], row[1], FolderKind(row[2]), row[3], row[4]) if row else None

    def entry_named(self, folder_id: int, name: str) -> EntryRow | None:
        """What stands under exactly that name."""
        for key in (fold(name), exact_fold(name)):
            row = self.database.one(
                "SELECT id, photo, subfolder FROM entry WHERE folder = ? AND fold = ? AND name = ?",
                (folder_id, key, name),
            )
            if row:
                return EntryRow(*row)
        return None

    def add_given_entry(self, folder_id: int, photo_id: int, name: str) -> None:
        """Give a photo exactly this name, which a program chose and which is free.

        A name that differs from another one only by case stands beside it, for the program has
        been told so; names that photofs makes never do that.
        """
        self._add_entry(folder_id, name, photo_id, None, self._given_key(folder_id, name))

    def rename_given_entry(self, folder_id: int, entry_id: int, name: str) -> None:
        """Give an entry exactly this name, which a program chose and which is free."""
        self.database.run(
            "UPDATE entry SET name = ?, fold = ? WHERE folder = ? AND id = ?",
            (name, self._given_key(folder_id, name, entry_id), folder_id, entry_id),
        )
        self.touched.add(folder_id)

    def _given_key(self, folder_id: int, name: str, own: int | None = None) -> str:
        """The key for a name as it is: the usual one, unless another entry has that."""
        row = self.database.one(
            "SELECT id FROM entry WHERE folder = ? AND fold = ?", (folder_id, fold(name))
        )
        return fold(name) if row is None or row[0] == own else exact_fold(name)

    def photo_entries(self, photo_id: int) -> list[PhotoEntry]:
        """All names of a photo, in the order in which it got them."""
        rows = self.database.all(
            "SELECT folder, id, name FROM entry WHERE photo = ? ORDER BY id", (photo_id,)
        )
        return [PhotoEntry(*row) for row in rows]

    def add_photo_entry(self, folder_id: int, photo_id: int, candidate: Candidate) -> None:
        """Give a photo a name in a folder: the first candidate that is free."""
        self._add_entry(folder_id, self._free_name(folder_id, candidate, None), photo_id, None)

    def repoint_entry(self, entry: PhotoEntry, photo_id: int) -> None:
        """Have a name lead to another photo; the kernel is told as if it were another entry."""
        self.remove_photo_entry(entry)
        self.add_given_entry(entry.folder_id, photo_id, entry.name)

    def remove_photo_entry(self, entry: PhotoEntry) -> None:
        """Take a photo's name out of a folder."""
        self.database.run(
            "DELETE FROM entry WHERE folder = ? AND id = ?", (entry.folder_id, entry.entry_id)
        )
        self.touched.add(entry.folder_id)

    def rename_photo_entry(self, entry: PhotoEntry, candidate: Candidate) -> None:
        """Give the entry the first candidate that is free; its own name counts as free."""
        self._rename(entry.folder_id, entry.entry_id, candidate)

    def set_places(self, photo_id: int, places: int) -> None:
        """The counter of a photo's names."""
        self.database.run(
            "UPDATE photo SET places = ?1 WHERE id = ?2 AND places <> ?1", (places, photo_id)
        )

    @contextmanager
    def tree_transaction(self) -> Iterator[None]:
        """All or nothing of a block that changes the tree."""
        try:
            with self.database.transaction():
                yield
                self.note_touched(time.time_ns())
        finally:
            self.forget_touched()

    def note_touched(self, now_ns: int) -> None:
        """Before a commit: move the times of the folders whose entries have changed."""
        for folder_id in self.touched:
            self.database.run(
                "UPDATE folder SET mtime_ns = ?1, ctime_ns = ?1 WHERE id = ?2", (now_ns, folder_id)
            )
        if self._next_entry is not None:
            self.database.run(
                "UPDATE meta SET value = ? WHERE key = 'next_entry'", (self._next_entry,)
            )
        self.forget_touched()

    def forget_touched(self) -> None:
        """After a rollback: nothing was touched."""
        self.touched.clear()
        self._next_entry = None

    def trim_changes(self, keep: int = 100_000) -> None:
        """Forget changes but the newest; who was away for longer must forget what it cached."""
        self.database.run(
            "DELETE FROM change WHERE sequence <= (SELECT max(sequence) FROM change) - ?", (keep,)
        )

    def _rename(self, folder_id: int, entry_id: int, candidate: Candidate) -> None:
        name = self._free_name(folder_id, candidate, entry_id)
        self.database.run(
            "UPDATE entry SET name = ?, fold = ? WHERE folder = ? AND id = ?",
            (name, fold(name), folder_id, entry_id),
        )
        self.touched.add(folder_id)

    def _remove_folder_entry(self, folder: FolderRow) -> None:
        self.database.run("DELETE FROM entry WHERE subfolder = ?", (folder.folder_id,))
        self._count_subfolders(folder.parent, -1)

    def _count_subfolders(self, folder_id: int, by: int) -> None:
        self.touched.add(folder_id)
        self.database.run(
            "UPDATE folder SET subfolders = subfolders + ? WHERE id = ?", (by, folder_id)
        )

    def _free_name(self, folder_id: int, candidate: Candidate, own: int | None) -> str:
        """The first candidate that no other entry of the folder has."""
        attempt = 0
        while True:
            name = candidate(attempt)
            rows = self.database.all(
                "SELECT id FROM entry WHERE folder = ? AND fold IN (?, ?)",
                (folder_id, fold(name), exact_fold(name)),
            )
            if all(entry_id == own for (entry_id,) in rows):
                return name
            attempt += 1

    def _add_entry(
        self,
        folder_id: int,
        name: str,
        photo_id: int | None,
        subfolder: int | None,
        key: str | None = None,
    ) -> None:
        """Insert the row under the next cookie; `key` is the name's fold unless given."""
        if self._next_entry is None:
            row = self.database.one("SELECT value FROM meta WHERE key = 'next_entry'")
            self._next_entry = row[0] if row else 1
        self.database.run(
            "INSERT INTO entry(folder, id, name, fold, photo, subfolder) VALUES (?, ?, ?, ?, ?, ?)",
            (folder_id, self._next_entry, name, key or fold(name), photo_id, subfolder),
        )
        self._next_entry += 1
        self.touched.add(folder_id)


def numbers(name: str) -> Candidate:
    """The name itself, then with " (2)", " (3)" ... behind it."""
    return lambda attempt: name if attempt == 0 else numbered(name, attempt + 1)
