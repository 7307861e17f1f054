"""Files that programs wrote through the mount, as rows (docs/decisions/0008).

All of it runs inside the caller's transaction, but for the readers.
"""

import json
from collections.abc import Collection
from typing import Final, NamedTuple

from photofs.catalog.claimable import BYTES, OPEN
from photofs.catalog.learnt_rows import ALONE
from photofs.catalog.merge_rows import QUEUE_OF_PHOTO
from photofs.catalog.part import Part
from photofs.catalog.port import Unsent
from photofs.catalog.tree_writes import PhotoEntry
from photofs.model.incoming import Stage

_NEEDED_HERE: Final = f"""
SELECT EXISTS (SELECT 1 FROM photo p WHERE p.sha256 = ?1 AND p.gone = 0 AND (
    p.binned_ns IS NOT NULL OR EXISTS (SELECT 1 FROM incoming i WHERE i.photo = p.id)))
  OR EXISTS (SELECT 1 FROM incoming WHERE told = ?1)
  OR EXISTS (SELECT 1 FROM operation WHERE state IN ('claimed', 'sent', 'unsure')
    AND {BYTES} IN (?1, ''))"""  # noqa: S608 - words of ours


class IncomingRow(NamedTuple):
    """How far such a file is. `draft` is its file's name in the store, '' once it is sealed.

    `told`: a source has told of the photo, so this file is to replace its bytes.
    """

    photo_id: int
    library_id: int
    stage: Stage
    draft: str
    changed_ns: int
    why: str
    told: bool
    action: int | None


class Placed(NamedTuple):
    """One name of a file: in which folder, of which kind, showing which album."""

    folder_id: int
    kind: str
    album_id: int | None
    name: str


_SELECT = """
SELECT i.photo, p.library, i.stage, i.draft, i.changed_ns, i.why,
  EXISTS (SELECT 1 FROM observation o WHERE o.photo = i.photo AND o.gone = 0), i.action
FROM incoming i JOIN photo p ON p.id = i.photo"""

# a file in Trash waits for nothing until it is taken out; a photo in Trash is sent all the same
_WAITS = "(p.binned_ns IS NULL OR i.stage = 'waiting' OR p.id IN (SELECT photo FROM observation))"

NO_PHOTO: Final = """i.stage = 'local' AND i.told IS NULL AND p.sha256 IS NULL
  AND NOT EXISTS (SELECT 1 FROM observation o WHERE o.photo = p.id)"""
"""Of a file `i` that a program wrote and its photo `p`: it is no photo, and no source's."""

IS_PHOTO: Final = f"""NOT EXISTS (
  SELECT 1 FROM incoming i WHERE i.photo = p.id AND {NO_PHOTO})"""  # noqa: S608 - a condition of ours
"""Of a row `p` of photo: it is not one of these files."""

# by hash, and no source's: the bytes that a photo had before, in Trash/Replaced or taken out of it
_FORMER: Final = f"""
SELECT count(*) FROM incoming i JOIN photo p ON p.id = i.photo
WHERE i.stage = 'local' AND i.told IS NULL AND p.sha256 IS NOT NULL AND {_WAITS}
  AND NOT EXISTS (SELECT 1 FROM observation o WHERE o.photo = p.id)
  AND (?1 IS NULL OR p.library = ?1)"""  # noqa: S608 - a condition of ours

_NO_PHOTOS: Final = f"""
SELECT p.id FROM incoming i JOIN photo p ON p.id = i.photo
WHERE {NO_PHOTO} AND p.library = ? AND p.gone = 0
ORDER BY p.binned_ns IS NOT NULL, p.id"""  # noqa: S608 - a condition of ours

_COUNT = "SELECT i.stage, count(*), sum(p.size) FROM incoming i JOIN photo p ON p.id = i.photo"

_HERE_ALONE = f"""
SELECT count(*), coalesce(sum(p.size), 0) FROM photo p LEFT JOIN incoming i ON i.photo = p.id
WHERE p.library = ?1 AND CASE WHEN i.photo IS NOT NULL
  THEN i.stage <> 'waiting' OR EXISTS (
    SELECT 1 FROM operation o WHERE o.photo = p.id AND o.settled = 0 AND o.{OPEN})
  ELSE p.gone = 0 AND p.sha256 IS NOT NULL AND (
    NOT EXISTS (SELECT 1 FROM observation x WHERE x.photo = p.id AND x.gone = 0)
    OR EXISTS (SELECT 1 {ALONE} AND o.photo = p.id AND o.gone = 0 AND s.sha256 = p.sha256))
  END"""  # noqa: S608 - words of ours

# the index of a photo's unsettled operations holds what it is asked for: 0.02 ms a photo
_UNSENT = f"""
SELECT (SELECT stage FROM incoming WHERE photo = ?1),
  coalesce((SELECT why FROM incoming WHERE photo = ?1), ''), count(*),
  coalesce(sum(state = 'held'), 0)
FROM operation WHERE photo = ?1 AND settled = 0 AND {OPEN}"""  # noqa: S608 - words of ours


class IncomingRows(Part):
    """Rows of incoming."""

    def incoming(self, photo_id: int) -> IncomingRow | None:
        """How far the file of that photo is; None if no program wrote it, or all is done."""
        row = self.database.one(f"{_SELECT} WHERE i.photo = ?", (photo_id,))
        return _incoming(row) if row else None

    def draft_of(self, photo_id: int) -> str:
        """The name in the store of the file that a program writes; '' if there is none."""
        row = self.database.one("SELECT draft FROM incoming WHERE photo = ?", (photo_id,))
        return row[0] if row else ""

    def unsent(self, photo_id: int) -> Unsent:
        """What of a photo its service does not have yet."""
        row = self.database.one(_UNSENT, (photo_id,))
        stage, why, wished, held = row or (None, "", 0, 0)
        return Unsent(Stage(stage) if stage else None, why, wished=wished > 0, held=held > 0)

    def is_incoming(self, photo_id: int) -> bool:
        """Whether a program wrote it, and that is not over yet."""
        return self.database.one("SELECT 1 FROM incoming WHERE photo = ?", (photo_id,)) is not None

    def incoming_photos(self) -> list[int]:
        """The ids of all photos of which that is so."""
        return [photo for (photo,) in self.database.all("SELECT photo FROM incoming")]

    def quiet_incoming(
        self, before_ns: int, limit: int, ahead_ns: int = 2**63 - 1
    ) -> list[IncomingRow]:
        """Open files that were not touched since `before_ns`, those first that wait longest.

        What was touched after `ahead_ns` was so by a clock that has been set back since.
        """
        rows = self.database.all(
            f"{_SELECT} WHERE i.stage = ? AND (i.changed_ns <= ? OR i.changed_ns > ?) AND {_WAITS}"
            " ORDER BY i.changed_ns LIMIT ?",
            (Stage.OPEN.value, before_ns, ahead_ns, limit),
        )
        return [_incoming(row) for row in rows]

    def incoming_in(self, stage: Stage, library_id: int | None = None) -> list[IncomingRow]:
        """All files of that stage, of one library or all."""
        rows = self.database.all(
            f"{_SELECT} WHERE i.stage = ?1 AND {_WAITS} AND (?2 IS NULL OR p.library = ?2)"
            " ORDER BY i.photo",
            (stage.value, library_id),
        )
        return [_incoming(row) for row in rows]

    def no_photos(self, library_id: int) -> list[int]:
        """The files of a library that were looked at and are no photos, those in Trash last."""
        rows = self.database.all(_NO_PHOTOS, (library_id,))
        return [photo for (photo,) in rows]

    def count_incoming(self, library_id: int | None = None) -> dict[Stage, tuple[int, int]]:
        """For each stage: how many files, and their bytes."""
        rows = self.database.all(
            f"{_COUNT} WHERE {_WAITS} AND (?1 IS NULL OR p.library = ?1) GROUP BY i.stage",
            (library_id,),
        )
        return {Stage(stage): (number, size) for stage, number, size in rows}

    def count_former(self, library_id: int | None = None) -> int:
        """How many files with the bytes that a photo had before are kept here alone."""
        (row,) = self.database.all(_FORMER, (library_id,))
        return int(row[0])

    def here_alone(self, library_id: int) -> tuple[int, int]:
        """How many files of a library its service does not have, and their bytes; in Trash, too.

        What was sent, and is given back otherwise, it does not have either.
        """
        return self.database.all(_HERE_ALONE, (library_id,))[0]

    def drafts_in_use(self) -> frozenset[str]:
        """The names of all files in the store that belong to a row."""
        rows = self.database.all("SELECT draft FROM incoming WHERE draft <> ''")
        return frozenset(draft for (draft,) in rows)

    def drafts_begun(self, names: Collection[str]) -> frozenset[str]:
        """Of these names of files in the store those that this catalog ever gave."""
        rows = self.database.all(
            "SELECT d.name FROM json_each(?) n JOIN draft d ON d.name = n.value",
            (json.dumps(list(names)),),
        )
        return frozenset(name for (name,) in rows)

    def drafts_over(self, names: Collection[str]) -> frozenset[str]:
        """Of these names those that this catalog gave, and that belong to no row any more.

        One statement, so one state: while another process removes a library, names and rows go one
        after the other, and a file of it would seem to be over between two looks.
        """
        rows = self.database.all(
            "SELECT d.name FROM json_each(?) n JOIN draft d ON d.name = n.value"
            " WHERE d.name NOT IN (SELECT draft FROM incoming)",
            (json.dumps(list(names)),),
        )
        return frozenset(name for (name,) in rows)

    def set_incoming(
        self, photo_id: int, stage: Stage, draft: str, now_ns: int, why: str = ""
    ) -> None:
        """Note how far it is."""
        self.database.run(
            "INSERT INTO incoming(photo, stage, draft, changed_ns, why) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT(photo) DO UPDATE SET stage = excluded.stage, draft = excluded.draft,"
            " changed_ns = excluded.changed_ns, why = excluded.why",
            (photo_id, stage.value, draft, now_ns, why),
        )
        if draft:
            self.database.run("INSERT OR IGNORE INTO draft(name) VALUES (?)", (draft,))

    def set_told_original(self, photo_id: int, sha256: str) -> None:
        """Note the hash of what its source has, before other bytes are written; once."""
        self.database.run(
            "UPDATE incoming SET told = coalesce(told, ?) WHERE photo = ?", (sha256, photo_id)
        )

    def forget_told_original(self, photo_id: int) -> None:
        """Its source has other bytes now."""
        self.database.run("UPDATE incoming SET told = NULL WHERE photo = ?", (photo_id,))

    def needed_here(self, sha256: str) -> bool:
        """Whether bytes must stay in Kept: a file stands on them alone, or may yet be sent."""
        row = self.database.one(_NEEDED_HERE, (sha256,))
        return row is None or row[0] == 1

    def set_incoming_action(self, photo_id: int, action: int | None) -> None:
        """Note what the user did when it was written."""
        self.database.run("UPDATE incoming SET action = ? WHERE photo = ?", (action, photo_id))

    def touch_incoming(self, photo_id: int, now_ns: int) -> None:
        """It was written, closed or renamed now."""
        self.database.run("UPDATE incoming SET changed_ns = ? WHERE photo = ?", (now_ns, photo_id))

    def end_incoming(self, photo_id: int) -> None:
        """All is done, or given up: the photo is as its sources tell."""
        self.database.run("DELETE FROM incoming WHERE photo = ?", (photo_id,))
        self.database.run(QUEUE_OF_PHOTO, (photo_id,))

    def stands_where_put(self, photo_id: int) -> bool:
        """Whether it is a file that stands where a program put it: no photo yet, or none at all."""
        row = self.database.one(
            "SELECT 1 FROM incoming i WHERE i.photo = ? AND i.stage <> 'waiting' AND NOT EXISTS"
            " (SELECT 1 FROM observation o WHERE o.photo = i.photo AND o.gone = 0)",
            (photo_id,),
        )
        return row is not None

    def files_in(self, folder_id: int) -> list[tuple[int, PhotoEntry]]:
        """Those in a folder that stand where a program put them, each with its name there."""
        rows = self.database.all(
            "SELECT e.photo, e.id, e.name FROM entry e JOIN incoming i ON i.photo = e.photo"
            " WHERE e.folder = ? ORDER BY e.id",
            (folder_id,),
        )
        return [
            (photo, PhotoEntry(folder_id, number, name))
            for photo, number, name in rows
            if self.stands_where_put(photo)
        ]

    def names_of(self, photo_id: int) -> list[Placed]:
        """Where a photo stands, and under which names, in the order in which it came there."""
        rows = self.database.all(
            "SELECT f.id, f.kind, f.album, e.name FROM entry e JOIN folder f ON f.id = e.folder"
            " WHERE e.photo = ? ORDER BY e.id",
            (photo_id,),
        )
        return [Placed(*row) for row in rows]

    def with_hash(self, library_id: int, sha256: str, but: int, source: int) -> int | None:
        """The first of `all_with_hash`, None if there is none."""
        return next(iter(self.all_with_hash(library_id, sha256, but, source)), None)

    def all_with_hash(self, library_id: int, sha256: str, but: int, source: int) -> list[int]:
        """The other photos of the library, the user's own, that are known to have these bytes.

        One that this source has told of, or that is to be sent to it; in Trash or not. One that
        other sources alone have is none: what is wished for it could not be sent.
        """
        rows = self.database.all(
            "SELECT p.id FROM photo p WHERE p.library = ?1 AND p.sha256 = ?2 AND p.gone = 0"
            " AND p.owned = 1 AND p.id <> ?3 AND NOT EXISTS (SELECT 1 FROM incoming i"
            " WHERE i.photo = p.id AND i.stage <> 'waiting') AND NOT (EXISTS (SELECT 1"
            " FROM observation o WHERE o.photo = p.id AND o.gone = 0) AND NOT EXISTS (SELECT 1"
            " FROM observation o WHERE o.photo = p.id AND o.gone = 0 AND o.source = ?4))"
            " ORDER BY p.id",
            (library_id, sha256, but, source),
        )
        return [photo for (photo,) in rows]

    def local_with_hash(self, library_id: int, sha256: str, why: str) -> bool:
        """Whether a file with these bytes is kept here alone, for that reason."""
        row = self.database.one(
            "SELECT 1 FROM photo p JOIN incoming i ON i.photo = p.id WHERE p.library = ?"
            " AND p.sha256 = ? AND p.gone = 0 AND i.stage = 'local' AND i.why = ?",
            (library_id, sha256, why),
        )
        return row is not None

    def files_of_action(self, action_id: int, after: int, limit: int) -> list[IncomingRow]:
        """The files that were written by an action, and that nothing was wished of yet.

        At most so many, of photos with ids above `after`, in order.
        """
        rows = self.database.all(
            f"{_SELECT} WHERE i.action = ? AND i.stage <> 'waiting' AND i.photo > ?"
            " ORDER BY i.photo LIMIT ?",
            (action_id, after, limit),
        )
        return [_incoming(row) for row in rows]

    def told_original(self, photo_id: int) -> str | None:
        """The hash of the bytes that the source of a written photo has, if they were whole here."""
        row = self.database.one("SELECT told FROM incoming WHERE photo = ?", (photo_id,))
        return row[0] if row else None

    def size_of_original(self, sha256: str) -> int | None:
        """The length of an original that was whole here at some time."""
        row = self.database.one("SELECT size FROM original WHERE sha256 = ?", (sha256,))
        return row[0] if row else None

    def note_original(self, sha256: str, size: int, now_ns: int, crc32: str | None = None) -> None:
        """These bytes are whole here; `crc32` in 8 hex digits, None: not known."""
        self.database.run(
            "INSERT INTO original(sha256, size, sealed_ns, crc32) VALUES (?, ?, ?, ?)"
            " ON CONFLICT(sha256) DO UPDATE SET crc32 = ifnull(crc32, excluded.crc32)",
            (sha256, size, now_ns, crc32),
        )


def _incoming(row: tuple[object, ...]) -> IncomingRow:
    photo, library, stage, draft, changed, why, told, action = row
    return IncomingRow(
        photo,  # type: ignore[arg-type]
        library,  # type: ignore[arg-type]
        Stage(str(stage)),
        str(draft),
        changed,  # type: ignore[arg-type]
        str(why),
        told == 1,
        action,  # type: ignore[arg-type]
    )
