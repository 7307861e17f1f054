"""Last copies as rows: photos in Trash that no source has any more, and who else needs their bytes.

All of it is asked before such bytes are removed for good (photofs/wishing/letting_go.py), so each
answer errs towards keeping them.
"""

import json
from collections.abc import Collection
from typing import Final

from photofs.catalog.claimable import BYTES, OPEN
from photofs.catalog.journal import OperationRow
from photofs.catalog.journal_reads import JournalReading
from photofs.catalog.seen_json import from_json
from photofs.catalog.withdrawals import IN_USE
from photofs.model.observation import PhotoSeen

_SOURCELESS: Final = """
SELECT DISTINCT p.id FROM folder f JOIN entry e ON e.folder = f.id JOIN photo p ON p.id = e.photo
WHERE f.library = ? AND f.kind = 'trash' AND p.gone = 0
  AND NOT EXISTS (SELECT 1 FROM observation o WHERE o.photo = p.id AND o.gone = 0)
ORDER BY p.id"""

# whose last scan did not come to its end, or is still going on, may have the photo by now
_ALL_SCANNED: Final = f"""
SELECT count(*) > 0 AND coalesce(sum(s.trouble <> '' OR NOT EXISTS (
    SELECT 1 FROM scan c WHERE c.source = s.id AND c.complete = 1
    AND c.id = (SELECT max(id) FROM scan WHERE source = s.id))), 0) = 0
  AND NOT EXISTS (SELECT 1 FROM to_merge t JOIN observation o ON o.id = t.observation
    JOIN source y ON y.id = o.source WHERE y.library = ?1)
FROM source s WHERE s.library = ?1 AND {IN_USE}"""  # noqa: S608 - words of ours

IN_TRASH_ALONE: Final = """(
  SELECT count(*) > 0 AND coalesce(sum(f.kind <> 'trash'), 0) = 0
  FROM entry e JOIN folder f ON f.id = e.folder WHERE e.photo = p.id)"""
"""Of a row `p` of photo: all its names are in Trash, or below it."""

_STANDS: Final = f"SELECT {IN_TRASH_ALONE} FROM photo p WHERE p.id = ?"  # noqa: S608 - words of ours

# a withdrawn source's observations are gone, whatever its service still has
_OF_WITHDRAWN: Final = f"""
SELECT 1 FROM observation o JOIN source s ON s.id = o.source
WHERE o.photo = ? AND NOT {IN_USE} LIMIT 1"""  # noqa: S608 - words of ours

# what was sent is shown again once a source that was taken away is back, or photos are split; but
# not where its one source has given the photo other bytes since. What `photofs trash empty` deleted
# (tombstone) is uploaded again from Kept
_NEEDED: Final = f"""
WITH asked(sha256) AS (SELECT value FROM json_each(?1))
SELECT sha256 FROM photo WHERE gone = 0 AND sha256 IN asked
UNION SELECT told FROM incoming WHERE told IN asked
UNION SELECT s.sha256 FROM sent s JOIN observation o ON o.id = s.observation
  JOIN photo p ON p.id = o.photo WHERE s.sha256 IN asked
  AND NOT (o.gone = 0 AND p.gone = 0 AND p.sha256 IS NOT s.sha256
    AND NOT EXISTS (SELECT 1 FROM observation x WHERE x.photo = p.id AND x.id <> o.id))
UNION SELECT sha256 FROM tombstone WHERE sha256 IN asked
UNION SELECT asked.sha256 FROM asked WHERE EXISTS (SELECT 1 FROM operation
  WHERE {OPEN} AND verb <> 'let go' AND {BYTES} IN (asked.sha256, ''))"""  # noqa: S608 - as above

_PROVEN: Final = """
SELECT DISTINCT m.root FROM mirrored c JOIN mirror m ON m.id = c.mirror
WHERE c.sha256 = ? AND c.state = 'good' AND c.moving = '' AND c.read_ns IS NOT NULL
ORDER BY m.root"""


class LastCopyRows(JournalReading):
    """What may be let go, what was, and what speaks against it."""

    def sourceless_in_trash(self, library_id: int) -> list[int]:
        """Photos in a library's Trash, or below it, that none of its sources has."""
        return [photo for (photo,) in self.database.all(_SOURCELESS, (library_id,))]

    def stands_in_trash_alone(self, photo_id: int) -> bool:
        """Whether all its names are in Trash, or below it."""
        row = self.database.one(_STANDS, (photo_id,))
        return row is not None and row[0] == 1

    def all_scanned(self, library_id: int) -> bool:
        """Whether the last scan of each source came to its end, and all of it is worked out."""
        row = self.database.one(_ALL_SCANNED, (library_id,))
        return row is not None and row[0] == 1

    def was_of_withdrawn(self, photo_id: int) -> bool:
        """Whether a source told of it that was taken away from its library, and cannot be asked."""
        return self.database.one(_OF_WITHDRAWN, (photo_id,)) is not None

    def needed_elsewhere(self, hashes: Collection[str]) -> frozenset[str]:
        """Of these hashes those that anything else in the catalog stands on, or may need again."""
        rows = self.database.all(_NEEDED, (json.dumps(list(hashes)),))
        return frozenset(sha256 for (sha256,) in rows)

    def letting_go(self) -> list[OperationRow]:
        """What was let go, and whose bytes may not have left this disk yet."""
        return self._operations(f"+source IS NULL AND verb = 'let go' AND {OPEN}", ())

    def mirrors_proven(self, sha256: str) -> list[str]:
        """The roots of mirrors with a file of these bytes that was re-read and found right."""
        return [root for (root,) in self.database.all(_PROVEN, (sha256,))]

    def last_told(self, photo_id: int) -> PhotoSeen | None:
        """The latest word of any source on a photo, also of one that has it no more."""
        row = self.database.one(
            "SELECT seen, as_of_ns FROM observation WHERE photo = ? ORDER BY as_of_ns DESC, id"
            " LIMIT 1",
            (photo_id,),
        )
        return from_json(row[0], row[1]) if row else None

    def forget_sent(self, photo_id: int) -> None:
        """What was sent of a photo is here no more; inside the caller's transaction."""
        self.database.run(
            "DELETE FROM sent WHERE observation IN (SELECT id FROM observation WHERE photo = ?)",
            (photo_id,),
        )
