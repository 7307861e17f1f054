"""What lies in mirrors, file by file, as rows (docs/decisions/0018).

A row is there before its file is (state 'absent'), so that a killed run leaves no file that nobody
knows of; it is 'good' only once file and folder are synced. A row goes only with its mirror.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from photofs.catalog.part import Part
from photofs.model.mirror import CopyState, Cut, Embedded, Fact, Role, Stamp, Traits
from photofs.model.naming import fold
from photofs.model.photo import Fidelity


class CopyRow(NamedTuple):
    """A file in a mirror, and which photo's bytes it has.

    `observation`: whose source gave the bytes; None if that is not known, and then the file proves
    nothing of any record. `read_ns`: when it was last re-read and found right.
    """

    copy_id: int
    mirror_id: int
    photo_id: int | None
    role: Role
    path: str
    moving: str
    wished: str
    shown_ns: int
    content_key: str
    sha256: str
    stamp: Stamp
    fidelity: Fidelity
    observation: int | None
    written_ns: int
    read_ns: int | None
    state: CopyState
    why: str
    embedded: Embedded | None = None

    @property
    def original(self) -> str:
        """The SHA-256 of the original that it is, or was made of."""
        return self.embedded.original if self.embedded else self.sha256


class NewCopy(NamedTuple):
    """A file that is about to be written."""

    mirror_id: int
    photo_id: int
    path: str
    wished: str
    placed_by: str
    shown_ns: int
    content_key: str
    sha256: str
    size: int
    fidelity: Fidelity
    observation: int | None
    embedded: Embedded | None = None


class Readable(NamedTuple):
    """A file of a mirror that may stand in for an original that is not in the store."""

    copy_id: int
    root: str
    marker: str
    path: str
    stamp: Stamp
    traits: Traits


_SELECT: Final = """
SELECT id, mirror, photo, role, path, moving, wished, shown_ns, content_key, sha256, size, mtime_ns,
  inode, ctime_ns, fidelity, observation, written_ns, read_ns, state, why, original, cut_at,
  cut_size FROM mirrored"""

_PLACING: Final = (
    "(p.name || '/' || coalesce(substr(p.taken_local, 1, 10), '') || '/' || p.granularity)"
)
"""All that a photo's path in a mirror follows from, the mirror's own template aside."""

# only photos of which anything differs come out of SQLite: 100,000 that do not take half a second
_FACTS: Final = f"""
SELECT p.id, p.name, p.taken_local, p.granularity, p.mtime_ns, p.content_key, p.sha256, p.size,
  p.missing, p.gone,
  p.gone = 1 AND (p.trashed = 1 OR EXISTS (SELECT 1 FROM operation x
    WHERE x.photo = p.id AND (x.verb = 'let go' OR x.verb = 'delete' AND x.state = 'done'))),
  iif(p.gone = 1, (SELECT o.photo FROM merge g JOIN observation o ON o.id = g.observation
    WHERE g.own = p.id AND o.photo <> p.id ORDER BY g.observation LIMIT 1), NULL),
  {_PLACING}, c.id, c.path, c.wished, c.placed_by, c.shown_ns, c.content_key,
  coalesce(c.original, c.sha256), c.fidelity, c.state
FROM photo p
LEFT JOIN mirrored c ON c.photo = p.id AND c.mirror = ?2 AND c.role = 'current'
WHERE p.library = ?1 AND p.id > ?3 AND CASE WHEN c.id IS NULL
    THEN p.gone = 0 AND p.owned = 1 AND (p.missing = 0 OR p.sha256 IS NOT NULL)
    ELSE p.gone = 1 OR c.state = 'absent' OR c.content_key <> p.content_key
      OR c.shown_ns <> p.mtime_ns OR c.placed_by <> {_PLACING} END
  AND NOT (p.sha256 IS NULL AND EXISTS (SELECT 1 FROM incoming i WHERE i.photo = p.id))
ORDER BY p.id LIMIT ?4"""  # noqa: S608 - words of ours

_FACTS_OF: Final = _FACTS.replace("p.id > ?3", "p.id IN (SELECT value FROM json_each(?3))")

_READABLE: Final = """
SELECT c.id, m.root, m.marker, m.traits, c.path, c.size, c.mtime_ns, c.inode, c.ctime_ns
FROM mirrored c JOIN mirror m ON m.id = c.mirror
WHERE c.sha256 = ? AND c.state = 'good' AND c.moving = '' ORDER BY c.mirror, c.id"""


class CopyRows(Part):
    """Rows of mirrored. Those that write want the caller's transaction, unless they say so."""

    def facts(self, library_id: int, mirror_id: int, after: int, limit: int) -> list[Fact]:
        """Photos of a library with numbers above `after` that a mirror has not as they are now.

        Each with what it has; some turn out to need nothing (model.mirror.Fact, `excused`).
        """
        rows = self.database.all(_FACTS, (library_id, mirror_id, after, limit))
        return [Fact(*row) for row in rows]

    def facts_of(self, library_id: int, mirror_id: int, photos: Sequence[int]) -> list[Fact]:
        """The same of these photos."""
        values = (library_id, mirror_id, json.dumps(list(photos)), len(photos))
        return [Fact(*row) for row in self.database.all(_FACTS_OF, values)]

    def copies(self, mirror_id: int, after: int, limit: int) -> list[CopyRow]:
        """Files of a mirror with numbers above `after`."""
        rows = self.database.all(
            f"{_SELECT} WHERE mirror = ? AND id > ? ORDER BY id LIMIT ?",
            (mirror_id, after, limit),
        )
        return [_copy(row) for row in rows]

    def copies_to_read(self, mirror_id: int, before_ns: int, limit: int) -> list[CopyRow]:
        """Files that were not re-read since then, those that were never first."""
        rows = self.database.all(
            f"{_SELECT} WHERE mirror = ? AND state <> 'absent'"
            " AND (read_ns IS NULL OR read_ns < ?) ORDER BY read_ns, id LIMIT ?",
            (mirror_id, before_ns, limit),
        )
        return [_copy(row) for row in rows]

    def copy(self, copy_id: int) -> CopyRow | None:
        """One file."""
        row = self.database.one(f"{_SELECT} WHERE id = ?", (copy_id,))
        return _copy(row) if row else None

    def copies_of(self, photo_id: int) -> list[CopyRow]:
        """All files of a photo, in all mirrors: the proof that rules ask for."""
        rows = self.database.all(f"{_SELECT} WHERE photo = ? ORDER BY id", (photo_id,))
        return [_copy(row) for row in rows]

    def copies_in(self, mirror_id: int, folder: str) -> list[CopyRow]:
        """The files in a folder of a mirror (not below it), by path."""
        start = f"{folder}/" if folder else ""
        rows = self.database.all(
            f"{_SELECT} WHERE mirror = ?1 AND fold >= ?2 AND fold < ?3 ORDER BY fold",
            (mirror_id, fold(start), fold(start) + "\U0010ffff"),
        )
        found = [_copy(row) for row in rows]
        return [each for each in found if each.path.rpartition("/")[0] == folder]

    def copy_at(self, mirror_id: int, path: str) -> CopyRow | None:
        """What lies under a path, or under one that is the same to SMB, or is to be moved there."""
        row = self.database.one(
            f"{_SELECT} WHERE mirror = ?1 AND fold = ?2"
            " UNION ALL "
            f"{_SELECT} WHERE mirror = ?1 AND moving <> '' AND moving = ?3",
            (mirror_id, fold(path), path),
        )
        return _copy(row) if row else None

    def copies_moving(self, mirror_id: int) -> list[CopyRow]:
        """Files whose move was begun by a run that was killed."""
        rows = self.database.all(f"{_SELECT} WHERE mirror = ? AND moving <> ''", (mirror_id,))
        return [_copy(row) for row in rows]

    def copies_with_bytes(self, mirror_id: int, sha256: str) -> list[CopyRow]:
        """The files of a mirror that have those bytes, and nothing written into them."""
        rows = self.database.all(
            f"{_SELECT} WHERE sha256 = ? AND mirror = ? AND original IS NULL ORDER BY id",
            (sha256, mirror_id),
        )
        return [_copy(row) for row in rows]

    def current_paths(self, mirror_id: int) -> dict[int, tuple[str, str]]:
        """Where each photo lies in a mirror, and the hash of its bytes there."""
        rows = self.database.all(
            "SELECT photo, path, sha256 FROM mirrored WHERE mirror = ? AND role = 'current'"
            " AND photo IS NOT NULL AND state IN ('good', 'suspect')",
            (mirror_id,),
        )
        return {photo: (path, sha256) for photo, path, sha256 in rows}

    def readable_copies(self, sha256: str) -> list[Readable]:
        """Where in mirrors an original may be read from, once its disk was asked."""
        rows = self.database.all(_READABLE, (sha256,))
        return [
            Readable(number, root, marker, path, Stamp(*stamp), Traits(**json.loads(traits)))
            for number, root, marker, traits, path, *stamp in rows
        ]

    def sent_as(self, observation_id: int) -> str | None:
        """The hash of what was sent as the photo that an observation tells of."""
        row = self.database.one("SELECT sha256 FROM sent WHERE observation = ?", (observation_id,))
        return row[0] if row else None

    # within the caller's transaction

    def begin_copy(self, new: NewCopy, now_ns: int) -> int:
        """A file is about to be written; the row's number."""
        return self.database.insert(
            "INSERT INTO mirrored(mirror, photo, role, path, fold, wished, placed_by, shown_ns,"
            " content_key, sha256, size, mtime_ns, inode, ctime_ns, fidelity, observation,"
            " original, cut_at, cut_size, written_ns, state, why)"
            " VALUES (?, ?, 'current', ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?, ?, ?, ?, 'absent',"
            " ?)",
            (new.mirror_id, new.photo_id, *_values(new), now_ns, "its writing has begun"),
        )

    def begin_copy_again(self, copy_id: int, new: NewCopy, now_ns: int) -> None:
        """A file that is not there is about to be written, perhaps elsewhere than before."""
        self.database.run(
            "UPDATE mirrored SET path = ?, fold = ?, wished = ?, placed_by = ?, shown_ns = ?,"
            " content_key = ?, sha256 = ?, size = ?, fidelity = ?, observation = ?,"
            " original = ?, cut_at = ?, cut_size = ?, written_ns = ?, read_ns = NULL,"
            " why = 'its writing has begun' WHERE id = ? AND state = 'absent'",
            (*_values(new), now_ns, copy_id),
        )

    def note_written(self, copy_id: int, stamp: Stamp, now_ns: int) -> None:
        """The file is there, and synced with its folder."""
        self.database.run(
            "UPDATE mirrored SET size = ?, mtime_ns = ?, inode = ?, ctime_ns = ?, written_ns = ?,"
            " state = 'good', why = '' WHERE id = ?",
            (*stamp, now_ns, copy_id),
        )

    def note_read(self, copy_id: int, stamp: Stamp, now_ns: int) -> None:
        """The file was re-read to its end and is right; in a transaction of its own."""
        with self.database.joined():
            self.database.run(
                "UPDATE mirrored SET size = ?, mtime_ns = ?, inode = ?, ctime_ns = ?, read_ns = ?,"
                " state = 'good', why = '' WHERE id = ?",
                (*stamp, now_ns, copy_id),
            )

    def note_copy_state(self, copy_id: int, state: CopyState, why: str) -> None:
        """The file is not what it should be, or may not be; in a transaction of its own."""
        with self.database.joined():
            self.database.run(
                "UPDATE mirrored SET state = ?, why = ? WHERE id = ?", (state.value, why, copy_id)
            )

    def suspect_copy(
        self, copy_id: int, path: str, stamp: Stamp, state: CopyState, why: str
    ) -> None:
        """The same, of a file that was looked up as lying there and telling that.

        Nothing if its row tells otherwise by now: it was moved, retimed or written anew meanwhile,
        and what was seen was on the way.
        """
        with self.database.joined():
            self.database.run(
                "UPDATE mirrored SET state = ?, why = ? WHERE id = ? AND path = ? AND moving = ''"
                " AND (size, mtime_ns, inode, ctime_ns) = (?, ?, ?, ?)",
                (state.value, why, copy_id, path, *stamp),
            )

    def begin_move(self, copy_id: int, path: str) -> None:
        """A file is about to get another path."""
        self.database.run("UPDATE mirrored SET moving = ? WHERE id = ?", (path, copy_id))

    def end_move(self, copy_id: int, path: str, stamp: Stamp | None) -> None:
        """It has it, and that is synced; or (without a stamp) it stayed at this path."""
        self.database.run(
            "UPDATE mirrored SET path = ?, fold = ?, moving = '' WHERE id = ?",
            (path, fold(path), copy_id),
        )
        if stamp is not None:
            self.set_stamp(copy_id, stamp)

    def set_stamp(self, copy_id: int, stamp: Stamp) -> None:
        """What the disk tells of a file that we have just changed ourselves."""
        self.database.run(
            "UPDATE mirrored SET size = ?, mtime_ns = ?, inode = ?, ctime_ns = ? WHERE id = ?",
            (*stamp, copy_id),
        )

    def set_placing(self, copy_id: int, wished: str, placed_by: str) -> None:
        """Which path a file is to have, and what that follows from."""
        self.database.run(
            "UPDATE mirrored SET wished = ?, placed_by = ? WHERE id = ?",
            (wished, placed_by, copy_id),
        )

    def set_shown_time(self, copy_id: int, shown_ns: int) -> None:
        """Which capture instant a file was given."""
        self.database.run("UPDATE mirrored SET shown_ns = ? WHERE id = ?", (shown_ns, copy_id))

    def set_version(
        self, copy_id: int, content_key: str, fidelity: Fidelity, observation: int | None
    ) -> None:
        """Another version of the photo turned out to have the bytes that are there."""
        self.database.run(
            "UPDATE mirrored SET content_key = ?, fidelity = ?, observation = ? WHERE id = ?",
            (content_key, fidelity.value, observation, copy_id),
        )

    def set_role(self, copy_id: int, role: Role, photo_id: int | None) -> None:
        """What a file is there for from now on, and for which photo."""
        self.database.run(
            "UPDATE mirrored SET role = ?, photo = ? WHERE id = ?", (role.value, photo_id, copy_id)
        )

    def add_found(self, mirror_id: int, files: Iterable[tuple[str, str, Stamp]]) -> None:
        """Files of a mirror that is taken over: path, hash as its own list claims, and stamp."""
        for path, sha256, stamp in files:
            self.database.run(
                "INSERT OR IGNORE INTO mirrored(mirror, role, path, fold, wished, shown_ns,"
                " content_key, sha256, size, mtime_ns, inode, ctime_ns, fidelity, written_ns,"
                " state, why) VALUES (?, 'found', ?, ?, ?, 0, '', ?, ?, ?, ?, ?, 'original', 0,"
                " 'suspect', 'it was there when the mirror was taken over')",
                (mirror_id, path, fold(path), path, sha256, *stamp),
            )


def _values(new: NewCopy) -> tuple[str | int | None, ...]:
    """What is noted of a file before it is written, from `path` to `cut_size`."""
    made = new.embedded
    cut = made.cut if made else None
    return (
        new.path,
        fold(new.path),
        new.wished,
        new.placed_by,
        new.shown_ns,
        new.content_key,
        new.sha256,
        new.size,
        new.fidelity.value,
        new.observation,
        made.original if made else None,
        cut.at if cut else None,
        cut.size if cut else None,
    )


def _copy(row: tuple[Any, ...]) -> CopyRow:
    """A row as a value."""
    values = [*row[:10], Stamp(*row[10:14]), *row[14:20]]
    values[3] = Role(row[3])
    values[11] = Fidelity(row[14])
    values[15] = CopyState(row[18])
    original, cut_at, cut_size = row[20:]
    cut = None if cut_at is None else Cut(cut_at, cut_size)
    values.append(None if original is None else Embedded(original, cut))
    return CopyRow(*values)
