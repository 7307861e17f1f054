"""What is known of the bytes of observations beside what their sources tell, as rows.

All of it runs inside the caller's transaction, but for the readers and `note_pixels`.
"""

from typing import Final

from photofs.catalog.merge_rows import QUEUE
from photofs.catalog.part import Part
from photofs.model.observation import PhotoSeen
from photofs.model.photo import PixelSize
from photofs.model.trace import NOTHING, Learnt, Sent

PUT_AWAY: Final = "incoming"
"""The content key of a file of Trash/Replaced."""

_LEARNT = """
SELECT l.sha256, l.width, l.height, s.sha256, g.size, g.crc32 FROM observation o
LEFT JOIN learnt l ON l.observation = o.id AND l.content_key = ?2
LEFT JOIN sent s ON s.observation = o.id LEFT JOIN original g ON g.sha256 = s.sha256
WHERE o.id = ?1"""

_SENT_AND_SHOWN = """
SELECT s.sha256 FROM observation o JOIN sent s ON s.observation = o.id
JOIN photo p ON p.id = o.photo
WHERE o.photo = ? AND iif(json_valid(o.seen), o.seen ->> '$.fidelity', 'original') <> 'original'
  AND (p.sha256 = s.sha256
    OR EXISTS (SELECT 1 FROM incoming i WHERE i.photo = p.id AND i.told = s.sha256))
ORDER BY o.id LIMIT 1"""

ALONE: Final = """
FROM observation o JOIN sent s ON s.observation = o.id
JOIN original g ON g.sha256 = s.sha256 JOIN source c ON c.id = o.source
WHERE iif(json_valid(o.seen), o.seen ->> '$.fidelity', 'original') <> 'original'
  AND NOT EXISTS (SELECT 1 FROM trace t JOIN observation b ON b.id = t.observation
    WHERE t.library = c.library AND t.kind = 'sha256' AND t.value = s.sha256
      AND b.id <> o.id AND b.gone = 0)
  AND NOT EXISTS (SELECT 1 FROM trace t JOIN observation b ON b.id = t.observation
    WHERE t.library = c.library AND t.kind = 'crc32' AND t.value = g.crc32 || ':' || g.size
      AND b.id <> o.id AND b.gone = 0)"""
"""Of `o` and `s`: what was sent as that, if nobody gives it back and no other source has it."""

_SENT_ALONE = f"SELECT s.sha256 {ALONE} AND o.id = ?"

_SENT_TO = f"""
SELECT s.sha256, NOT EXISTS (SELECT 1 FROM observation x
  WHERE x.photo = o.photo AND x.gone = 0 AND x.id <> o.id)
{ALONE} AND o.source = ? AND o.gone = 0"""  # noqa: S608 - words of ours

# of a photo that shows others, for several sources told of it (one of which had them, too); what
# stands in the tree, or stood there and was removed, is not lost
_SENT_HIDDEN = f"""
SELECT DISTINCT s.sha256 {ALONE} AND o.photo = ?1
  AND EXISTS (SELECT 1 FROM observation x WHERE x.photo = o.photo AND x.id <> o.id)
  AND NOT EXISTS (SELECT 1 FROM photo p WHERE p.sha256 = s.sha256 AND +p.library = c.library
    AND (p.gone = 0 OR p.content_key = '{PUT_AWAY}'))"""  # noqa: S608 - as above

_UNLOOKED = """
SELECT n.observation FROM trace n JOIN observation o ON o.id = n.observation
WHERE n.library = ?1 AND n.kind = 'near' AND o.source = ?2 AND o.id > ?3
  AND NOT EXISTS (SELECT 1 FROM trace l WHERE l.observation = o.id
    AND l.kind IN ('look', 'sized'))
  AND NOT EXISTS (SELECT 1 FROM learnt w WHERE w.observation = o.id AND w.width IS NOT NULL
    AND w.content_key = iif(json_valid(o.seen), o.seen ->> '$.content_key', NULL))
  AND EXISTS (SELECT 1 FROM trace m JOIN observation b ON b.id = m.observation
    WHERE m.library = n.library AND m.kind = n.kind AND m.value = n.value
    AND b.source <> o.source AND b.photo <> o.photo)
ORDER BY n.observation LIMIT ?4"""


class LearntRows(Part):
    """Rows of learnt and sent."""

    def learnt(self, observation_id: int, content_key: str) -> Learnt:
        """What is known of this version of an observation's bytes, and of those that were sent."""
        row = self.database.one(_LEARNT, (observation_id, content_key))
        if row is None:
            return NOTHING
        sha256, width, height, sent, size, crc32 = row
        pixels = PixelSize(width, height) if width else None
        return Learnt(sha256, pixels, None if sent is None else Sent(sent, size, crc32))

    def note_sent(self, source_id: int, remote_id: str, sha256: str) -> None:
        """A source has under that id what was sent, with that hash.

        Ignored while its photo shows other bytes that were sent as it: what the row tells of is
        what must not be lost.
        """
        rows = self.database.all(
            "INSERT OR REPLACE INTO sent(observation, sha256) SELECT o.id, g.sha256"
            " FROM observation o JOIN original g ON g.sha256 = ?3"
            " JOIN photo p ON p.id = o.photo WHERE o.source = ?1 AND o.remote_id = ?2"
            " AND NOT EXISTS (SELECT 1 FROM sent t WHERE t.observation = o.id AND t.sha256 <> ?3"
            " AND (p.sha256 = t.sha256 OR EXISTS (SELECT 1 FROM incoming i"
            " WHERE i.photo = p.id AND i.told = t.sha256))) RETURNING observation",
            (source_id, remote_id, sha256),
        )
        for row in rows:
            self.database.run(QUEUE, row)

    def sent_and_shown(self, photo_id: int) -> str | None:
        """The hash of what was sent of a photo and is its original, though nobody gives it back.

        The photo shows it, or would if no program had written other bytes since.
        """
        row = self.database.one(_SENT_AND_SHOWN, (photo_id,))
        return row[0] if row else None

    def sent_alone(self, observation_id: int) -> str | None:
        """The hash of what was sent as that, if nobody gives it back and no other source has it."""
        row = self.database.one(_SENT_ALONE, (observation_id,))
        return row[0] if row else None

    def sent_to(self, source_id: int) -> list[tuple[str, bool]]:
        """All hashes of which that is so of a source; whether no other one tells of that photo."""
        rows = self.database.all(_SENT_TO, (source_id,))
        return [(sha256, alone == 1) for sha256, alone in rows]

    def sent_and_hidden(self, photo_id: int) -> list[str]:
        """The hashes of what was ever sent as a photo, nobody else has, and nothing shows."""
        return [sha256 for (sha256,) in self.database.all(_SENT_HIDDEN, (photo_id,))]

    def learn_hash(self, observation_id: int, content_key: str, sha256: str) -> None:
        """These bytes have that hash."""
        self._make_learnt(observation_id, content_key)
        self.database.run(
            "UPDATE learnt SET sha256 = ? WHERE observation = ?", (sha256, observation_id)
        )

    def learn_pixels(self, observation_id: int, content_key: str, pixels: PixelSize | None) -> None:
        """These bytes have so many pixels; None: they were looked at in vain."""
        width, height = (pixels.width, pixels.height) if pixels else (0, 0)
        self._make_learnt(observation_id, content_key)
        self.database.run(
            "UPDATE learnt SET width = ?, height = ? WHERE observation = ?",
            (width, height, observation_id),
        )

    def note_pixels(self, observation_id: int, content_key: str, pixels: PixelSize | None) -> None:
        """The same, and what follows from it is to be worked out; a transaction of its own."""
        with self.database.transaction():
            self.learn_pixels(observation_id, content_key, pixels)
            self.database.run(QUEUE, (observation_id,))

    def _make_learnt(self, observation_id: int, content_key: str) -> None:
        """A row for this version of the bytes; what was learnt of another one is forgotten."""
        self.database.run(
            "DELETE FROM learnt WHERE observation = ? AND content_key <> ?",
            (observation_id, content_key),
        )
        self.database.run(
            "INSERT OR IGNORE INTO learnt(observation, content_key) VALUES (?, ?)",
            (observation_id, content_key),
        )

    def known_original(self, source_id: int, seen: PhotoSeen) -> tuple[str, int] | None:
        """Hash and length of what a source has under an id, once it was whole here."""
        row = self.database.one(
            "SELECT g.sha256, g.size FROM observation o JOIN learnt l ON l.observation = o.id"
            " JOIN original g ON g.sha256 = l.sha256"
            " WHERE o.source = ? AND o.remote_id = ? AND l.content_key = ?",
            (source_id, seen.remote_id, seen.content_key),
        )
        return (row[0], row[1]) if row else None

    def hash_shown(self, photo_id: int) -> tuple[str, str] | None:
        """Content key and hash of the bytes that a photo shows, once they were whole here."""
        row = self.database.one(
            "SELECT content_key, sha256 FROM photo WHERE id = ? AND sha256 IS NOT NULL", (photo_id,)
        )
        return (row[0], row[1]) if row else None

    def unlooked(self, library_id: int, source_id: int, after: int, limit: int) -> list[int]:
        """Observations of a source whose pixels would tell whether another source has the photo.

        At most so many, with numbers above `after`.
        """
        rows = self.database.all(_UNLOOKED, (library_id, source_id, after, limit))
        return [number for (number,) in rows]
