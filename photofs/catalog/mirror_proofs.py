"""What verifying and repairing mirrors ask of the rows of their files, and note there.

A result is noted only if the file's row is still as it was when the file was looked at: a run may
have moved or renewed it meanwhile.
"""

from collections.abc import Sequence
from typing import Final

from photofs.catalog.mirrored import CopyRow, CopyRows
from photofs.catalog.mirrors import WRONG
from photofs.model.mirror import CopyState, Stamp

_TO_READ: Final = """
SELECT id, size FROM mirrored WHERE mirror = ? AND moving = ''
  AND NOT (state = 'absent' AND why = 'its writing has begun')
  AND (read_ns IS NULL OR read_ns < ? OR read_ns > ?) ORDER BY read_ns, id"""

_BAD: Final = """
SELECT id FROM mirrored WHERE mirror = ? AND moving = '' AND state <> 'good'
  AND NOT (state = 'absent' AND why = 'its writing has begun') ORDER BY id"""


class ProofRows(CopyRows):
    """Rows of mirrored as verifying sees them."""

    def files_to_read(self, mirror_id: int, before_ns: int, now_ns: int) -> list[tuple[int, int]]:
        """Number and size of files not re-read since then, those that never were first.

        One that was re-read after now was so by a clock that went wrong, which proves nothing.
        """
        return self.database.all(_TO_READ, (mirror_id, before_ns, now_ns))

    def copies_by_number(self, numbers: Sequence[int]) -> list[CopyRow]:
        """These files, in that order."""
        return [copy for number in numbers if (copy := self.copy(number)) is not None]

    def bad_copies(self, mirror_id: int) -> list[CopyRow]:
        """Files that are not, or may not be, what they should be."""
        rows = self.database.all(_BAD, (mirror_id,))
        return self.copies_by_number([number for (number,) in rows])

    def is_wrong(self, mirror_id: int) -> bool:
        """Whether there is any such file, of those that are known; 100,000 rows are not read."""
        row = self.database.one(
            "SELECT EXISTS (SELECT 1 FROM mirrored WHERE mirror = ?1 AND state <> 'good'"
            " AND moving = '' AND role <> 'found'"
            " AND NOT (state = 'absent' AND why = 'its writing has begun'))"
            " OR EXISTS (SELECT 1 FROM mirror_beside WHERE mirror = ?1 AND why <> '')"
            " OR EXISTS (SELECT 1 FROM mirrored_album WHERE mirror = ?1"
            "   AND (files LIKE ?2 OR files LIKE ?3))",  # copies, and links
            (mirror_id, f'%: ["{WRONG}%', f'%: "{WRONG}%'),
        )
        return bool(row and row[0])

    def has_proven(self, mirror_id: int) -> bool:
        """Whether any file of a mirror was ever re-read and found right."""
        row = self.database.one(
            "SELECT EXISTS (SELECT 1 FROM mirrored WHERE mirror = ? AND read_ns IS NOT NULL)",
            (mirror_id,),
        )
        return bool(row and row[0])

    def good_copies(self, mirror_id: int) -> list[int]:
        """The present files of photos that are good as far as known."""
        rows = self.database.all(
            "SELECT id FROM mirrored WHERE mirror = ? AND state = 'good' AND role = 'current'"
            " AND photo IS NOT NULL ORDER BY id",
            (mirror_id,),
        )
        return [number for (number,) in rows]

    def good_stamps(self, mirror_id: int) -> dict[str, Stamp]:
        """What the disk told of the files that are good as far as known, by path."""
        rows = self.database.all(
            "SELECT path, size, mtime_ns, inode, ctime_ns FROM mirrored"
            " WHERE mirror = ? AND state = 'good' AND moving = ''",
            (mirror_id,),
        )
        return {path: Stamp(*stamp) for path, *stamp in rows}

    def mirror_folds(self, mirror_id: int) -> set[str]:
        """All paths of a mirror's files, folded, with those to which some are being moved."""
        rows = self.database.all("SELECT fold, moving FROM mirrored WHERE mirror = ?", (mirror_id,))
        return {text for row in rows for text in row if text}

    def mirror_folders(self, mirror_id: int) -> list[str]:
        """The folders in which files of a mirror are, below its root."""
        rows = self.database.all(
            "SELECT path FROM mirrored WHERE mirror = ? AND state <> 'absent' AND moving = ''",
            (mirror_id,),
        )
        return sorted({path.rpartition("/")[0] for (path,) in rows})

    def is_as_seen(self, seen: CopyRow) -> bool:
        """Whether a file's row still says what it said."""
        return self.copy(seen.copy_id) == seen

    def note_proven(self, seen: CopyRow, stamp: Stamp, now_ns: int) -> bool:
        """The file was re-read and is right; False if its row is another one by now."""
        with self.database.joined():
            if not self.is_as_seen(seen):
                return False
            self.database.run(
                "UPDATE mirrored SET size = ?, mtime_ns = ?, inode = ?, ctime_ns = ?, read_ns = ?,"
                " state = 'good', why = '' WHERE id = ?",
                (*stamp, now_ns, seen.copy_id),
            )
            return True

    def note_not_proven(self, seen: CopyRow, state: CopyState, why: str) -> bool:
        """The file is not right, or cannot be told to be: what was proven of it counts no more."""
        with self.database.joined():
            if not self.is_as_seen(seen):
                return False
            self.database.run(
                "UPDATE mirrored SET state = ?, why = ?, read_ns = NULL WHERE id = ?",
                (state.value, why, seen.copy_id),
            )
            return True

    def verifying_since(self, mirror_id: int) -> int | None:
        """When the verifying of all files began that has not come to its end."""
        row = self.database.one(
            "SELECT json_extract(settings, '$.verifying_ns') FROM mirror WHERE id = ?", (mirror_id,)
        )
        return row[0] if row else None

    def set_verifying(self, mirror_id: int, since_ns: int | None) -> None:
        """It begins, or (None) has come to its end; in a transaction of its own."""
        with self.database.joined():
            self.database.run(
                "UPDATE mirror SET settings = iif(?1 IS NULL,"
                " json_remove(settings, '$.verifying_ns'),"
                " json_set(settings, '$.verifying_ns', ?1)) WHERE id = ?2",
                (since_ns, mirror_id),
            )
