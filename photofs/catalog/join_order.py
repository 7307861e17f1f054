"""In which order photos are to join an album: as they were copied.

Names are given in the order in which programs made the files; wishes are made later, when files
are judged, and one that is still open or whose service is asked first is judged behind others.
`cp -r` reads a folder by inode number, not by album (coreutils sorts so); so where an album of the
same title in another library has the very bytes, that album's order counts.
"""

from typing import Final, NamedTuple, TypeAlias

from photofs.catalog.part import Part
from photofs.model.incoming import Stage

Place: TypeAlias = tuple[bool, int, int, int]
"""Where a photo is to stand: whether by its name, else its place in the album copied; the name."""

LAST: Final = 2**62
"""Behind all names."""


class ToJoin(NamedTuple):
    """A wish to join; `comes`: its bytes are still to be sent, or it was tried and is again."""

    place: Place
    operation_id: int
    comes: bool


_FOLDER: Final = """
SELECT f.id FROM folder f WHERE f.album = coalesce((SELECT lead FROM album WHERE id = ?1), ?1)"""

_COPIED: Final = """
SELECT a.id FROM album a JOIN source s ON s.id = a.source
WHERE a.gone = 0 AND a.title = (SELECT title FROM album WHERE id = ?1)
AND s.library <> (SELECT t.library FROM source t JOIN album b ON b.source = t.id WHERE b.id = ?1)"""

_TO_JOIN: Final = f"""
SELECT o.id,
  (SELECT m.position FROM photo t JOIN photo p ON p.sha256 = t.sha256
   JOIN membership m ON m.photo = p.id
   WHERE t.id = o.photo AND m.album IN ({_COPIED}) ORDER BY m.album LIMIT 1),
  coalesce((SELECT min(e.id) FROM entry e WHERE e.photo = o.photo AND e.folder IN ({_FOLDER})), ?4),
  EXISTS (
    SELECT 1 FROM operation u WHERE u.settled = 0 AND u.photo = o.photo AND u.verb = 'upload'
    AND u.state IN ('planned', 'claimed', 'sent', 'unsure') AND u.changed_ns >= ?3
    AND (SELECT count(*) FROM exchange x WHERE x.operation = u.id) <= ?2)
  OR (o.not_before_ns > ?5 AND o.tries BETWEEN 1 AND ?2 AND o.changed_ns >= ?3)
FROM operation o WHERE o.settled = 0 AND o.album = ?1 AND o.verb = 'join' AND o.state = 'planned'
"""  # noqa: S608 - queries of ours

_COMING: Final = f"""
SELECT min(e.id) FROM incoming i JOIN photo p ON p.id = i.photo JOIN entry e ON e.photo = i.photo
WHERE i.stage = '{Stage.OPEN.value}' AND i.changed_ns >= ?2 AND p.binned_ns IS NULL
AND e.folder IN ({_FOLDER})
AND NOT EXISTS (SELECT 1 FROM observation s WHERE s.photo = i.photo AND s.gone = 0)
"""  # noqa: S608 - queries of ours


class JoinOrder(Part):
    """Of wishes in the journal."""

    def to_join(self, album_id: int, tries: int, since_ns: int, now_ns: int) -> list[ToJoin]:
        """All planned wishes to join an album, in the order in which photos are to stand there.

        What was sent or asked for in vain more often than `tries`, or of which nothing was noted
        since `since_ns`, does not count as coming.
        """
        rows = self.database.all(_TO_JOIN, (album_id, tries, since_ns, LAST, now_ns))
        return sorted(
            ToJoin((position is None, position or 0, name, number), number, comes == 1)
            for number, position, name, comes in rows
        )

    def last_moved_ns(self, source_id: int) -> int:
        """When any wish of a source that is still open last came a step further; 0 if none is."""
        row = self.database.one(
            "SELECT max(changed_ns) FROM operation WHERE source = ?"
            " AND state IN ('planned', 'held', 'claimed', 'sent', 'unsure')",
            (source_id,),
        )
        return row[0] or 0 if row else 0

    def coming_to(self, album_id: int, since_ns: int) -> Place | None:
        """The first place of a file in the album's folder that nobody has judged yet.

        None without any that was touched since. Where an album of that title was copied, nobody
        knows before: it may be the first of all.
        """
        row = self.database.one(_COMING, (album_id, since_ns))
        if row is None or row[0] is None:
            return None
        is_copied = self.database.one(f"{_COPIED} LIMIT 1", (album_id,)) is not None
        return (False, -1, 0, 0) if is_copied else (True, 0, row[0], 0)
