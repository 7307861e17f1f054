"""Mirrors and the folders that they show albums by, as rows (docs/decisions/0018)."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from photofs.catalog.part import Part
from photofs.model.errors import NotFound
from photofs.model.mirror import AlbumFolders, Traits
from photofs.model.naming import fold

_MOVED: Final = "the mirror was moved, and its files were not re-read since"
_UNPROVEN: Final = f"""
UPDATE mirrored SET read_ns = NULL, state = CASE state WHEN 'good' THEN 'suspect' ELSE state END,
  why = CASE state WHEN 'good' THEN '{_MOVED}' ELSE why END
WHERE mirror = ?1"""  # noqa: S608 - words of ours

ROWS_AT_ONCE: Final = 500
"""Rows of a mirror that are changed in one transaction: 5 to 25 ms (100,000 of them: 1 s)."""

_BESIDE: Final = "SELECT path FROM mirror_beside WHERE mirror = ?1"
_FORGET_BESIDE: Final = (
    f"DELETE FROM mirror_beside WHERE mirror = ?1 AND path IN ({_BESIDE} LIMIT ?2)"  # noqa: S608 - as above
)

_LAST: Final = """
SELECT max(id) FROM (SELECT id FROM mirrored WHERE mirror = ? AND id > ? ORDER BY id LIMIT ?)"""


class MirrorRow(NamedTuple):
    """A mirror. `run_ns`, `verified_ns`: the end of the last run, and verifying, that was whole.

    `disk` is a hint at the file system on which it was seen last; the marker is what counts.
    """

    mirror_id: int
    library_id: int
    root: str
    marker: str
    disk: str
    layout: str
    albums: AlbumFolders
    settings: Mapping[str, object]
    traits: Traits
    made_ns: int
    trouble: str
    run_ns: int | None
    verified_ns: int | None


class NewMirror(NamedTuple):
    """What a mirror is added with."""

    library_id: int
    root: str
    marker: str
    disk: str
    layout: str
    albums: AlbumFolders
    settings: Mapping[str, object]
    traits: Traits


class AlbumFolder(NamedTuple):
    """A folder that shows an album. `shown` stands for all that it shows, `files` are ours."""

    album_id: int
    path: str
    shown: str
    files: Mapping[str, Any]

    @property
    def hashes(self) -> dict[str, str]:
        """What its list of hashes is to name: the copies, by name, as they should be."""
        return {
            name: str(note[0]).removeprefix(WRONG)
            for name, note in self.files.items()
            if isinstance(note, list)
        }


WRONG: Final = "!"
"""Stands before the hash in the note of a copy in an album's folder that was found wrong, and
before the target in that of a link: ours all begin with "../"."""


def is_wrong_note(note: object) -> bool:
    """Whether what is noted of a name in an album's folder says that it was found wrong."""
    told = note[0] if isinstance(note, list) else note
    return str(told).startswith(WRONG)


_SELECT: Final = """
SELECT id, library, root, marker, disk, layout, albums, settings, traits, made_ns, trouble, run_ns,
  verified_ns FROM mirror"""

BLOCKED: Final = "a link or a file stands where its folder was"
"""Why a file is not there that would be there but for that."""

_MEMBERS: Final = """
SELECT m.album, m.photo FROM membership m JOIN album a ON a.id = m.album
JOIN source s ON s.id = a.source
WHERE s.library = ?1 AND m.photo IS NOT NULL AND a.gone = 0
  AND NOT EXISTS (SELECT 1 FROM wished_member w
    WHERE w.photo = m.photo AND w.album = m.album AND w.joined = 0)
ORDER BY m.album, m.position, m.photo"""

_WISHED_MEMBERS: Final = """
SELECT w.album, w.photo FROM wished_member w JOIN album a ON a.id = w.album
JOIN source s ON s.id = a.source
WHERE s.library = ?1 AND w.joined = 1 AND a.gone = 0 ORDER BY w.operation"""

_ALBUMS: Final = """
SELECT a.id, coalesce(a.lead, a.id), a.title FROM album a JOIN source s ON s.id = a.source
WHERE s.library = ? AND a.gone = 0 ORDER BY a.position, a.id"""


class MirrorRows(Part):
    """Rows of mirror, mirror_stale and mirrored_album; what writes is a transaction of its own."""

    def mirrors(self, library_id: int | None = None) -> list[MirrorRow]:
        """All mirrors, or those of a library, in the order in which they were added."""
        rows = self.database.all(
            f"{_SELECT} WHERE ?1 IS NULL OR library = ?1 ORDER BY id",
            (library_id,),
        )
        return [_mirror(row) for row in rows]

    def mirror(self, mirror_id: int) -> MirrorRow:
        """One mirror, or NotFound."""
        row = self.database.one(f"{_SELECT} WHERE id = ?", (mirror_id,))
        if row is None:
            raise NotFound(f"there is no mirror {mirror_id}")
        return _mirror(row)

    def mirror_with(self, marker: str) -> MirrorRow | None:
        """The mirror whose marker has that id."""
        row = self.database.one(f"{_SELECT} WHERE marker = ?", (marker,))
        return _mirror(row) if row else None

    def mirror_at(self, root: str) -> MirrorRow | None:
        """The mirror that has its root there."""
        row = self.database.one(f"{_SELECT} WHERE root = ?", (root,))
        return _mirror(row) if row else None

    def add_mirror(self, new: NewMirror, now_ns: int) -> int:
        """Note a mirror; its number."""
        with self.database.transaction():
            return self.database.insert(
                "INSERT INTO mirror(library, root, marker, disk, layout, albums, settings, traits,"
                " made_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *new[:5],
                    new.albums.value,
                    json.dumps(new.settings, sort_keys=True),
                    json.dumps(new.traits._asdict(), sort_keys=True),
                    now_ns,
                ),
            )

    def forget_mirror(self, mirror_id: int) -> None:
        """Forget a mirror and what was in it; its files stay as they are.

        The mirror itself last: what a killed one has left is forgotten by the next.
        """
        self._in_slices("DELETE FROM mirrored WHERE mirror = ?1", mirror_id)
        while self.database.one(f"{_BESIDE} LIMIT 1", (mirror_id,)):
            with self.database.transaction():
                self.database.run(_FORGET_BESIDE, (mirror_id, ROWS_AT_ONCE))
        with self.database.transaction():
            for table in ("mirrored", "mirror_stale", "mirror_beside", "mirrored_album"):
                self.database.run(f"DELETE FROM {table} WHERE mirror = ?", (mirror_id,))  # noqa: S608 - as above
            self.database.run("DELETE FROM mirror WHERE id = ?", (mirror_id,))

    def set_mirror_place(self, mirror_id: int, root: str, disk: str, traits: Traits) -> None:
        """Note where it lies now, on which file system, and what that can do.

        At another place it may be a copy that lacks files, or has damaged ones: none is proven.
        Noted of each before the place is: killed in between, they are not proven where it was.
        """
        moved = self.mirror(mirror_id).root != root
        if moved:
            self._in_slices(_UNPROVEN, mirror_id)
        with self.database.transaction():
            if moved:  # a rule may have had one read again meanwhile
                self.database.run(f"{_UNPROVEN} AND read_ns IS NOT NULL", (mirror_id,))
            self.database.run(
                "UPDATE mirror SET verified_ns = NULL WHERE id = ? AND root <> ?", (mirror_id, root)
            )
            self.database.run(
                "UPDATE mirror SET root = ?, disk = ?, traits = ? WHERE id = ?",
                (root, disk, json.dumps(traits._asdict(), sort_keys=True), mirror_id),
            )

    def _in_slices(self, statement: str, mirror_id: int) -> None:
        """Do it to all its files, so that no writer waits long; durable with the next commit.

        `statement` ends with its condition, in which ?1 is the mirror.
        """
        last = 0
        while found := self._last_of_slice(mirror_id, last):
            with self.database.unsynced(), self.database.transaction():
                values = (mirror_id, last, found)
                self.database.run(f"{statement} AND id > ?2 AND id <= ?3", values)
            last = found

    def _last_of_slice(self, mirror_id: int, after: int) -> int | None:
        row = self.database.one(_LAST, (mirror_id, after, ROWS_AT_ONCE))
        return row[0] if row else None

    def set_mirror_trouble(self, mirror_id: int, sentence: str) -> None:
        """Why it cannot be worked on now; the empty sentence clears it."""
        with self.database.transaction():
            self.database.run(
                "UPDATE mirror SET trouble = ?1 WHERE id = ?2 AND trouble <> ?1",
                (sentence, mirror_id),
            )

    def note_mirror_run(self, mirror_id: int, now_ns: int) -> None:
        """A run went through."""
        with self.database.transaction():
            self.database.run("UPDATE mirror SET run_ns = ? WHERE id = ?", (now_ns, mirror_id))

    def note_mirror_verified(self, mirror_id: int, now_ns: int) -> None:
        """All files were re-read."""
        with self.database.transaction():
            self.database.run("UPDATE mirror SET verified_ns = ? WHERE id = ?", (now_ns, mirror_id))

    # folders in which something was begun

    def mark_stale(self, mirror_id: int, folders: Iterable[str]) -> None:
        """Something is begun in these folders; within the caller's transaction."""
        for folder in folders:
            self.database.run(
                "INSERT OR IGNORE INTO mirror_stale(mirror, folder) VALUES (?, ?)",
                (mirror_id, folder),
            )

    def stale_folders(self, mirror_id: int) -> list[str]:
        """Folders in which something was begun, and that were not looked after since."""
        rows = self.database.all(
            "SELECT folder FROM mirror_stale WHERE mirror = ? ORDER BY folder", (mirror_id,)
        )
        return [folder for (folder,) in rows]

    def clear_stale(self, mirror_id: int, folder: str) -> None:
        """A folder was looked after."""
        with self.database.transaction():
            self.database.run(
                "DELETE FROM mirror_stale WHERE mirror = ? AND folder = ?", (mirror_id, folder)
            )

    # albums

    def albums_to_show(self, library_id: int) -> dict[int, tuple[str, list[int]]]:
        """Each album as the tree shows it: its title, and its photos in order.

        Albums of several sources that have one folder are one, by the number of the one that leads.
        """
        titles: dict[int, str] = {}
        leads: dict[int, int] = {}
        for album, lead, title in self.database.all(_ALBUMS, (library_id,)):
            leads[album] = lead
            if album == lead or lead not in titles:
                titles[lead] = title
        members: dict[int, dict[int, None]] = {lead: {} for lead in titles}
        for query in (_MEMBERS, _WISHED_MEMBERS):
            for album, photo in self.database.all(query, (library_id,)):
                if album in leads:
                    members[leads[album]].setdefault(photo)
        return {lead: (titles[lead], list(photos)) for lead, photos in members.items()}

    def album_folders(self, mirror_id: int) -> dict[int, AlbumFolder]:
        """The folders that show albums, by album."""
        rows = self.database.all(
            "SELECT album, path, shown, files FROM mirrored_album WHERE mirror = ?", (mirror_id,)
        )
        return {
            album: AlbumFolder(album, path, shown, json.loads(files))
            for album, path, shown, files in rows
        }

    def wrong_album_files(self, mirror_id: int) -> list[str]:
        """The copies and links of albums that were found wrong, and not made anew yet."""
        return [
            f"{folder.path}/{name}"
            for folder in self.album_folders(mirror_id).values()
            for name, note in folder.files.items()
            if is_wrong_note(note)
        ]

    def albums_read(self, mirror_id: int) -> int:
        """When the copies in albums' folders were re-read last, all of them; 0 for never."""
        row = self.database.one(
            "SELECT json_extract(settings, '$.albums_read_ns') FROM mirror WHERE id = ?",
            (mirror_id,),
        )
        return (row[0] or 0) if row else 0

    def note_albums_read(self, mirror_id: int, now_ns: int) -> None:
        """They were."""
        with self.database.joined():
            self.database.run(
                "UPDATE mirror SET settings = json_set(settings, '$.albums_read_ns', ?)"
                " WHERE id = ?",
                (now_ns, mirror_id),
            )

    def set_album_folder(self, mirror_id: int, folder: AlbumFolder) -> None:
        """Note what a folder shows."""
        files = json.dumps(folder.files, ensure_ascii=False, sort_keys=True)
        with self.database.joined():
            self.database.run(
                "INSERT OR REPLACE INTO mirrored_album(mirror, album, path, fold, shown, files)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    mirror_id,
                    folder.album_id,
                    folder.path,
                    fold(folder.path),
                    folder.shown,
                    files,
                ),
            )

    def forget_album_folder(self, mirror_id: int, album_id: int) -> None:
        """A folder shows that album no more."""
        with self.database.transaction():
            self.database.run(
                "DELETE FROM mirrored_album WHERE mirror = ? AND album = ?", (mirror_id, album_id)
            )


def _mirror(row: tuple[Any, ...]) -> MirrorRow:
    """A row with its JSON read."""
    values = list(row)
    values[6] = AlbumFolders(row[6])
    values[7] = json.loads(row[7])
    values[8] = Traits(**json.loads(row[8]))
    return MirrorRow(*values)
