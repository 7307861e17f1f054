"""Adding and removing libraries and sources, and fixing whose account a source is."""

import json
import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from photofs.catalog.claimable import OPEN
from photofs.catalog.database import small_steps
from photofs.catalog.library_reads import LibraryReading
from photofs.catalog.port import LibraryRow, SourceRow
from photofs.catalog.tree_writes import FolderRow, NewFolder, TreeWriting
from photofs.model.errors import NotFound, Refused
from photofs.model.folder import FolderKind
from photofs.model.naming import fold, folder_name
from photofs.model.wording import agreeing

PORTION = 200
"""Rows that one step of a removal deletes; some milliseconds."""


class FiledBy(NamedTuple):
    """The settings that a library was filed by; "" if it was not filed yet."""

    dates: str
    zone: str


# In this order no row is deleted that another one still points to. Each takes (library, portion).
_ROWS_OF_LIBRARY = (
    """
    DELETE FROM mirrored WHERE id IN (SELECT f.id FROM mirror m JOIN mirrored f ON f.mirror = m.id
    WHERE m.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM mirror_stale WHERE (mirror, folder) IN (SELECT t.mirror, t.folder FROM mirror m
    JOIN mirror_stale t ON t.mirror = m.id WHERE m.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM mirrored_album WHERE (mirror, album) IN (SELECT a.mirror, a.album FROM mirror m
    JOIN mirrored_album a ON a.mirror = m.id WHERE m.library = ?1 LIMIT ?2)""",
    "DELETE FROM mirror WHERE id IN (SELECT id FROM mirror WHERE library = ?1 LIMIT ?2)",
    """
    DELETE FROM to_merge WHERE observation IN (SELECT t.observation FROM to_merge t
    JOIN observation o ON o.id = t.observation JOIN source s ON s.id = o.source
    WHERE s.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM trace WHERE (library, kind, value, observation) IN (SELECT library, kind, value,
    observation FROM trace WHERE library = ?1 LIMIT ?2)""",
    """
    DELETE FROM merge WHERE observation IN (SELECT m.observation FROM source s JOIN observation o
    ON o.source = s.id JOIN merge m ON m.observation = o.id WHERE s.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM split WHERE (one, other) IN (SELECT p.one, p.other FROM split p
    JOIN observation o ON o.id = p.one JOIN source s ON s.id = o.source
    WHERE s.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM sent WHERE observation IN (SELECT e.observation FROM sent e
    JOIN observation o ON o.id = e.observation JOIN source s ON s.id = o.source
    WHERE s.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM learnt WHERE observation IN (SELECT l.observation FROM learnt l
    JOIN observation o ON o.id = l.observation JOIN source s ON s.id = o.source
    WHERE s.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM stand_in WHERE photo IN (SELECT i.photo FROM source s JOIN stand_in i
    ON i.source = s.id WHERE s.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM wished_member WHERE (photo, album) IN (SELECT w.photo, w.album
    FROM wished_member w JOIN photo p ON p.id = w.photo WHERE p.library = ?1 LIMIT ?2)""",
    # a file whose name the catalog does not know stays where it is: it may be nowhere else
    """
    DELETE FROM draft WHERE name IN (SELECT d.name FROM photo p JOIN incoming i ON i.photo = p.id
    JOIN draft d ON d.name = i.draft WHERE p.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM incoming WHERE photo IN (SELECT i.photo FROM incoming i JOIN photo p
    ON p.id = i.photo WHERE p.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM to_place WHERE photo IN (SELECT t.photo FROM to_place t JOIN photo p
    ON p.id = t.photo WHERE p.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM splice WHERE photo IN (SELECT h.photo FROM splice h JOIN photo p
    ON p.id = h.photo WHERE p.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM entry WHERE (folder, id) IN (SELECT e.folder, e.id FROM folder f JOIN entry e
    ON e.folder = f.id WHERE f.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM shelving WHERE (collection, album) IN (SELECT h.collection, h.album FROM source s
    JOIN collection c ON c.source = s.id JOIN shelving h ON h.collection = c.id
    WHERE s.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM collection WHERE id IN (SELECT c.id FROM source s JOIN collection c
    ON c.source = s.id WHERE s.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM membership WHERE (album, remote_id) IN (SELECT m.album, m.remote_id FROM source s
    JOIN album a ON a.source = s.id JOIN membership m ON m.album = a.id
    WHERE s.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM album WHERE id IN (SELECT a.id FROM source s JOIN album a ON a.source = s.id
    WHERE s.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM observation WHERE id IN (SELECT o.id FROM source s JOIN observation o
    ON o.source = s.id WHERE s.library = ?1 LIMIT ?2)""",
    "DELETE FROM photo WHERE id IN (SELECT id FROM photo WHERE library = ?1 LIMIT ?2)",
    """
    DELETE FROM finding WHERE id IN (SELECT f.id FROM source s JOIN finding f ON f.source = s.id
    WHERE s.library = ?1 LIMIT ?2)""",
    """
    DELETE FROM scan WHERE id IN (SELECT c.id FROM source s JOIN scan c ON c.source = s.id
    WHERE s.library = ?1 LIMIT ?2)""",
    "DELETE FROM source WHERE id IN (SELECT id FROM source WHERE library = ?1 LIMIT ?2)",
)

# Folders without a folder below them, but the library's own.
_LEAVES_OF_LIBRARY = """
    DELETE FROM folder WHERE id IN (SELECT f.id FROM folder f WHERE f.library = ?1
    AND f.id <> (SELECT folder FROM library WHERE id = ?1)
    AND NOT EXISTS (SELECT 1 FROM folder below WHERE below.parent = f.id) LIMIT ?2)"""

# What may have been done is given up; nothing of the rest has begun.
_CLOSE_WISHES = f"""
    UPDATE operation SET reason = 'its library was removed', settled = 1, changed_ns = ?2,
      state = iif(state IN ('planned', 'held'), 'cancelled', 'gave up')
    WHERE library = ?1 AND {OPEN}"""  # noqa: S608 - words of ours

_UNDER_WAY = """
    SELECT count(*) FROM operation WHERE library = ?
    AND state IN ('claimed', 'sent', 'unsure')"""


class LibraryWriting(LibraryReading, TreeWriting):
    """Libraries and sources come and go."""

    def add_library(
        self,
        name: str,
        provider: str | None = None,
        config: Mapping[str, object] | None = None,
        *,
        account: str | None = None,
        folders: Iterable[str] = (),
    ) -> LibraryRow:
        """Add a library and, if a provider is named, its first source.

        Refused if the name is taken, also by another case, or cannot be a folder's name.
        """
        self.finish_removals()
        with self.tree_transaction():
            self._check_name(name)
            now = time.time_ns()
            key = fold(name)
            # library rows and their folders point at each other; the folder comes first
            folder = self.make_folder(NewFolder(0, FolderKind.LIBRARY, key, name, 0), now)
            library = self.database.insert(
                "INSERT INTO library(name, folder) VALUES (?, ?)", (name, folder)
            )
            self.database.run("UPDATE folder SET library = ? WHERE id = ?", (library, folder))
            if provider is not None:
                self._insert_source(library, provider, config or {}, account, folders)
        return LibraryRow(library, name, folder)

    def add_source(
        self,
        library_id: int,
        provider: str,
        config: Mapping[str, object],
        *,
        account: str | None = None,
        folders: Iterable[str] = (),
    ) -> SourceRow:
        """Add a source to a library; `folders` are the special top folders that it can fill.

        What is known of the library is held against the new source by whoever scans next: so that
        is noted first. One that was taken away is the same source again.
        """
        self.queue_merging_of_library(library_id)
        with self.database.transaction():
            source_id = self._insert_source(library_id, provider, config, account, folders)
        return self.source(source_id)

    def set_config(self, source_id: int, config: Mapping[str, object]) -> None:
        """Replace a source's configuration, such as the path of an archive that was moved."""
        with self.database.transaction():
            self.database.run(
                "UPDATE source SET config = ? WHERE id = ?", (_json(config), source_id)
            )

    def set_folders(self, source_id: int, folders: Iterable[str]) -> None:
        """Note which special top folders a source can fill."""
        with self.database.transaction():
            self.database.run(
                "UPDATE source SET folders = ?1 WHERE id = ?2 AND folders <> ?1",
                (_json(sorted(folders)), source_id),
            )

    def set_writes(self, source_id: int, writes: Iterable[str]) -> None:
        """Note what a source can change: names of the functions of providers.port.Writes."""
        with self.database.transaction():
            self.database.run(
                "UPDATE source SET writes = ?1 WHERE id = ?2 AND writes <> ?1",
                (_json(sorted(writes)), source_id),
            )

    def writes_of_library(self, library_id: int) -> tuple[int | None, frozenset[str]]:
        """The source that a library's wishes are sent to, and what can be changed there."""
        row = self.database.one(
            "SELECT id, writes FROM source WHERE library = ? AND writes <> '[]'"
            " ORDER BY id LIMIT 1",
            (library_id,),
        )
        return (row[0], frozenset(json.loads(row[1]))) if row else (None, frozenset())

    def writable_libraries(self) -> frozenset[int]:
        """The ids of those libraries in which anything can be changed."""
        rows = self.database.all("SELECT DISTINCT library FROM source WHERE writes <> '[]'")
        return frozenset(library for (library,) in rows)

    def filed_by(self, library_id: int) -> FiledBy:
        """The settings that a library was filed by."""
        row = self.database.one("SELECT dates, zone FROM library WHERE id = ?", (library_id,))
        return FiledBy(*row) if row else FiledBy("", "")

    def note_filed_by(self, library_id: int, settings: FiledBy) -> None:
        """Note the settings that a library is filed by from now on."""
        with self.database.transaction():
            self.database.run(
                "UPDATE library SET dates = ?, zone = ? WHERE id = ?", (*settings, library_id)
            )

    def queue_library(self, library_id: int) -> None:
        """Have the places of all photos of a library worked out anew, by whoever scans next."""
        after = 0

        def portion() -> bool:
            nonlocal after
            rows = self.database.all(
                "INSERT OR REPLACE INTO to_place(photo) SELECT id FROM photo"
                " WHERE library = ? AND id > ? AND gone = 0 ORDER BY id LIMIT ? RETURNING photo",
                (library_id, after, PORTION),
            )
            after = max((photo for (photo,) in rows), default=after)
            return bool(rows)

        small_steps(self.database, portion)

    def queue_merging_of_library(self, library_id: int) -> None:
        """Have it worked out anew which observations of a library are of one photo."""
        after = 0

        def portion() -> bool:
            nonlocal after
            rows = self.database.all(
                "INSERT OR REPLACE INTO to_merge(observation) SELECT o.id FROM observation o"
                " WHERE o.id > ?2 AND o.source IN (SELECT id FROM source WHERE library = ?1)"
                " ORDER BY o.id LIMIT ?3 RETURNING observation",
                (library_id, after, PORTION),
            )
            after = max((number for (number,) in rows), default=after)
            return bool(rows)

        small_steps(self.database, portion)

    def fix_account(self, source_id: int, account: str) -> None:
        """Note whose account a source is, once; another one than noted is Refused."""
        with self.database.transaction():
            row = self.database.one(
                "SELECT account, provider FROM source WHERE id = ?", (source_id,)
            )
            if row is None:
                raise NotFound(f"there is no source {source_id}")
            if row[0] is not None and row[0] != account:
                raise Refused(
                    f"this source belongs to the {row[1]} account {row[0]}, not {account}",
                    safe="nothing was changed",
                    remedy=f"log in as {row[0]} again, or add a library for {account}",
                )
            self.database.run("UPDATE source SET account = ? WHERE id = ?", (account, source_id))

    def remove_source(self, source_id: int) -> None:
        """Forget a source that is its library's only one, with the library."""
        source = self.source(source_id)
        if len(self.sources(source.library_id)) > 1:
            raise Refused(
                "a source of a library that has others cannot be removed by itself",
                safe="nothing was changed",
                remedy="remove the library and add it again with the sources it should have",
            )
        self.remove_library(source.library_id)

    def remove_library(self, library_id: int, *, under_way_too: bool = True) -> None:
        """Forget a library and all that is known of it; NotFound if there is none.

        Its open wishes end with it. Unless `under_way_too`, Refused while any of them is with an
        agent, which would be told what cannot be. Files that programs wrote, and that are not sent
        yet, lose their rows and stay on this disk.

        It is out of the tree at once; its rows go in small transactions, and if this process is
        killed, the next `finish_removals` goes on. Archives, accounts, originals on this disk, what
        the journal tells of the past, and tombstones are not touched.
        """
        with self.tree_transaction():
            row = self.database.one(
                "SELECT folder FROM library WHERE id = ? AND removing = 0", (library_id,)
            )
            if row is None:
                raise NotFound(f"there is no library {library_id}")
            if not under_way_too:
                self._check_nothing_under_way(library_id)
            self._close_wishes(library_id)
            self.database.run("UPDATE library SET removing = 1 WHERE id = ?", (library_id,))
            self._remove_folder_entry(FolderRow(row[0], 0, ""))
        self.finish_removals()

    def finish_removals(self) -> None:
        """Delete the rows of libraries that were removed."""
        for (library_id,) in self.database.all("SELECT id FROM library WHERE removing = 1"):
            for statement in _ROWS_OF_LIBRARY:
                self._delete_all(statement, library_id)
            self._delete_folders(library_id)

    def _check_nothing_under_way(self, library_id: int) -> None:
        row = self.database.one(_UNDER_WAY, (library_id,))
        if row and row[0]:
            raise Refused(
                f"{agreeing(row[0], 'change', 'is', 'are')} on the way to this library's service",
                safe="nothing was changed",
                remedy="let `photofs wait` end, or unmount, and try again",
            )

    def _close_wishes(self, library_id: int) -> None:
        """No wish of a library is open any more; inside the caller's transaction."""
        self.database.run(_CLOSE_WISHES, (library_id, time.time_ns()))

    def _delete_all(self, statement: str, library_id: int) -> None:
        """Repeat a DELETE of one portion until nothing is left for it."""

        def step() -> bool:
            self.database.run(statement, (library_id, PORTION))
            more = self.database.changed() > 0
            self.trim_changes()
            return more

        small_steps(self.database, step)

    def _delete_folders(self, library_id: int) -> None:
        """The library's folders, leaves first, and its own row."""
        row = self.database.one("SELECT folder FROM library WHERE id = ?", (library_id,))
        top = row[0] if row else 0
        self._delete_all(_LEAVES_OF_LIBRARY, library_id)
        with self.database.transaction():
            self._close_wishes(library_id)  # a file may have been judged in the meantime
            self.database.run("DELETE FROM library WHERE id = ?", (library_id,))
            self.database.run("DELETE FROM folder WHERE id = ?", (top,))

    def _insert_source(
        self,
        library_id: int,
        provider: str,
        config: Mapping[str, object],
        account: str | None,
        folders: Iterable[str],
    ) -> int:
        known = self.withdrawn_like(library_id, provider, account, config)
        if known is not None:
            self.database.run(
                "UPDATE source SET config = ?, folders = ? WHERE id = ?",
                (_json(config), _json(sorted(folders)), known),
            )
            return known
        return self.database.insert(
            "INSERT INTO source(library, provider, account, config, folders)"
            " VALUES (?, ?, ?, ?, ?)",
            (library_id, provider, account, _json(config), _json(sorted(folders))),
        )

    def _check_name(self, name: str) -> None:
        if folder_name(name) != name:
            raise Refused(f"{name!r} cannot be the name of a folder", remedy="choose another name")
        if self.database.one("SELECT 1 FROM entry WHERE folder = 0 AND fold = ?", (fold(name),)):
            raise Refused(
                f'there is a library "{name}" already',
                safe="it was not touched",
                remedy="choose another name",
            )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=list)
