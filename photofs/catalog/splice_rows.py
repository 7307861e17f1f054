"""What a mount with `--embed` shows in place of a picture's first bytes (docs/decisions/0019).

Size and bytes as shown change in one transaction, in which ctime moves too: whoever reads the
catalog sees both or neither.
"""

import time
from typing import Final

from photofs.catalog.tree_reads import TreeReading
from photofs.model.node import photo_ino
from photofs.model.sidecar import DateTold, date_told
from photofs.model.splice import AS_IT_IS, Splice

_SHOWN: Final = """
SELECT s.head, s.skip FROM splice s JOIN photo p ON p.id = s.photo
WHERE p.id = ? AND s.content_key = p.content_key AND s.size = p.size
  AND NOT EXISTS (SELECT 1 FROM incoming i WHERE i.photo = p.id)"""

_UNKNOWN: Final = """
SELECT p.id FROM photo p WHERE p.id > ?2 AND p.media = 'picture' AND p.gone = 0 AND p.missing = 0
  AND p.size_exact = 1 AND p.trouble = ''
  AND EXISTS (SELECT 1 FROM observation o WHERE o.photo = p.id AND o.source = ?1 AND o.gone = 0)
  AND NOT EXISTS (SELECT 1 FROM splice s WHERE s.photo = p.id AND s.content_key = p.content_key
    AND s.size = p.size AND s.ctime_ns = p.ctime_ns)
  AND NOT EXISTS (SELECT 1 FROM incoming i WHERE i.photo = p.id)
ORDER BY p.id LIMIT ?3"""

_DATE: Final = """
SELECT mtime_ns, taken_local, granularity, set_mtime_ns IS NOT NULL FROM photo WHERE id = ?"""


class SpliceRows(TreeReading):
    """Rows of splice."""

    def want_heads(self, *, wanted: bool) -> None:
        """Whether the agent is to learn what `--embed` shows; the mount begun last says so."""
        if wanted != self.heads_wanted():
            with self.database.transaction():
                self.database.run(
                    "INSERT OR REPLACE INTO meta(key, value) VALUES ('embed', ?)", (int(wanted),)
                )

    def heads_wanted(self) -> bool:
        """Whether the mount begun last shows what the agent learns of heads."""
        row = self.database.one("SELECT value FROM meta WHERE key = 'embed'")
        return row is not None and row[0] == 1

    def shown_head(self, photo_id: int) -> Splice:
        """What is shown in place of a photo's first bytes, where sizes are told so as well."""
        return self._head(photo_id) if self._spliced else AS_IT_IS

    def _head(self, photo_id: int) -> Splice:
        row = self.database.one(_SHOWN, (photo_id,))
        return Splice(bytes(row[0]), row[1]) if row and row[0] else AS_IT_IS

    def unspliced(self, source_id: int, after: int, limit: int) -> list[int]:
        """Pictures of a source of whose head as it is now nothing is known, above that number."""
        return [row[0] for row in self.database.all(_UNKNOWN, (source_id, after, limit))]

    def note_splice(
        self, photo_id: int, content_key: str, size: int, ctime_ns: int, splice: Splice
    ) -> None:
        """What is to be shown of these very bytes, by the facts of that ctime.

        Ignored if the photo shows other bytes by now, or if its facts have changed since.
        """
        with self.database.transaction():
            row = self.database.one(
                "SELECT 1 FROM photo WHERE id = ? AND content_key = ? AND size = ?"
                " AND ctime_ns = ?",
                (photo_id, content_key, size, ctime_ns),
            )
            if row is None:
                return
            changes = self._head(photo_id) != splice
            if changes:
                ctime_ns = max(time.time_ns(), ctime_ns + 1)
            self.database.run(
                "INSERT OR REPLACE INTO splice(photo, content_key, size, ctime_ns, skip, head)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (photo_id, content_key, size, ctime_ns, splice.skip, splice.head),
            )
            if changes:
                self.database.run(
                    "UPDATE photo SET ctime_ns = ? WHERE id = ?", (ctime_ns, photo_id)
                )
                self.database.run(
                    "INSERT INTO change(ino, parent, name, content) VALUES (?, NULL, NULL, 1)",
                    (photo_ino(photo_id),),
                )

    def date_of(self, photo_id: int) -> DateTold | None:
        """The capture date as the tree shows it; without its offset if a program set its time."""
        row = self.database.one(_DATE, (photo_id,))
        if row is None:
            return None
        told = date_told(*row[:3])
        return DateTold(local=told.local, granularity=told.granularity) if told and row[3] else told
