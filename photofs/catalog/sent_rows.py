"""What was sent to services that give other bytes back, and which source has it, as rows.

Such a service (Google) keeps no copy, so what was sent lies in Kept. Where another source of the
library has the photo as it was, it need not (docs/SEMANTICS.md "Size"). Whether that source still
has it, only reading tells: here it is found out what is worth reading.
"""

from typing import Final, NamedTuple

from photofs.catalog.claimable import BYTES, OPEN
from photofs.catalog.merge_rows import QUEUE
from photofs.catalog.part import Part
from photofs.catalog.seen_json import from_json
from photofs.catalog.withdrawals import IN_USE
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Fidelity, PixelSize


class SentRow(NamedTuple):
    """Bytes that were sent, `size` of them, as the photo of an observation at a service.

    `comes_back`: it gives them back as it got them, so `proving.let_go` saw to our copy.
    `unsummed`: other sources may tell of them by their CRC-32, and nobody knows it yet.
    """

    observation: int
    sha256: str
    size: int
    photo: int
    comes_back: bool
    unsummed: bool


class Backed(NamedTuple):
    """The same, and who may have the photo as it was: what another source tells of it.

    `pixels`: as the service tells them, None if it does not.
    """

    row: SentRow
    pixels: PixelSize | None
    observation: int
    source: int
    seen: PhotoSeen


_SENT: Final = """
SELECT s.observation, s.sha256, g.size, o.photo,
  iif(json_valid(o.seen), o.seen ->> '$.fidelity', 'original') = 'original',
  g.crc32 IS NULL AND EXISTS (SELECT 1 FROM source y JOIN source c ON c.library = y.library
    WHERE c.id = o.source AND y.id <> c.id) FROM sent s
JOIN original g ON g.sha256 = s.sha256 JOIN observation o ON o.id = s.observation
WHERE s.observation > ? ORDER BY s.observation LIMIT ?"""

# nothing waits for the photo, nothing was found out that may soon have it go, and it is in no trash
_CALM: Final = f"""
SELECT p.content_key, o.seen FROM photo p
JOIN observation o ON o.id = ?2 AND o.photo = p.id AND o.gone = 0 AND o.absent = 0
JOIN source y ON y.id = o.source AND {IN_USE.replace("s.", "y.")}
JOIN library l ON l.id = p.library AND l.removing = 0
WHERE p.id = ?1 AND p.gone = 0 AND p.trashed = 0 AND p.binned_ns IS NULL AND p.missing = 0
  AND p.owned = 1 AND (p.sha256 IS NULL OR p.sha256 = ?3)
  AND NOT EXISTS (SELECT 1 FROM incoming i WHERE i.photo = p.id)
  AND NOT EXISTS (SELECT 1 FROM stand_in t WHERE t.photo = p.id)
  AND NOT EXISTS (SELECT 1 FROM operation w WHERE w.photo = p.id AND w.settled = 0
    AND {OPEN.replace("state", "w.state")})"""  # noqa: S608 - words of ours

_OTHERS: Final = f"""
SELECT x.id, x.source, x.seen, x.as_of_ns, l.sha256 FROM observation x
JOIN source y ON y.id = x.source AND {IN_USE.replace("s.", "y.")}
LEFT JOIN learnt l ON l.observation = x.id
  AND l.content_key = iif(json_valid(x.seen), x.seen ->> '$.content_key', NULL)
WHERE x.photo = ?1 AND x.id <> ?2 AND x.gone = 0 AND x.absent = 0 ORDER BY x.id"""  # noqa: S608 - as above

_READ: Final = """
SELECT DISTINCT s.sha256, g.size FROM sent s JOIN original g ON g.sha256 = s.sha256
JOIN observation o ON o.id = s.observation AND o.gone = 0
JOIN photo p ON p.id = o.photo AND p.gone = 0 AND p.sha256 = s.sha256
WHERE p.library = ?1
  AND iif(json_valid(o.seen), o.seen ->> '$.fidelity', 'original') <> 'original'
  AND EXISTS (SELECT 1 FROM observation x JOIN learnt l ON l.observation = x.id
    WHERE x.photo = p.id AND x.id <> o.id AND x.gone = 0 AND l.sha256 = s.sha256
    AND (?2 IS NULL OR x.source = ?2))"""

_ORIGINAL: Final = "iif(json_valid({0}), {0} ->> '$.{1}', {2}) = {2}"

# who else would lose these bytes: a photo that no source gives back as it was, another upload
_ELSEWHERE: Final = f"""
SELECT EXISTS (SELECT 1 FROM photo p WHERE p.sha256 = ?1 AND p.gone = 0 AND p.id <> ?2
    AND NOT EXISTS (SELECT 1 FROM observation x WHERE x.photo = p.id AND x.gone = 0
      AND {_ORIGINAL.format("x.seen", "fidelity", "'original'")}
      AND {_ORIGINAL.format("x.seen", "missing", "0")}))
  OR EXISTS (SELECT 1 FROM library l JOIN trace t ON t.library = l.id AND t.kind = 'sha256'
    AND t.value = ?1 JOIN sent s ON s.observation = t.observation
    WHERE s.sha256 = ?1 AND s.observation <> ?3)
  OR EXISTS (SELECT 1 FROM operation WHERE {BYTES} IN (?1, '') AND {OPEN})"""  # noqa: S608 - as above


class SentRows(Part):
    """Rows of sent, each with what may stand in for our own copy."""

    def sent_rows(self, after: int, limit: int) -> list[SentRow]:
        """What was sent, of observations with numbers above `after`, in order; at most so many."""
        rows = self.database.all(_SENT, (after, limit))
        return [
            SentRow(number, sha256, size, photo, comes_back == 1, unsummed == 1)
            for number, sha256, size, photo, comes_back, unsummed in rows
        ]

    def backed(self, row: SentRow) -> Backed | None:
        """Who has what was sent, as far as the catalog knows; None while anything speaks against.

        Against it speak: a wish that waits, Trash, a photo that its service has no more or may
        have no more, other bytes that are shown or wait, another photo that stands on these bytes.
        """
        calm = self.database.one(_CALM, (row.photo, row.observation, row.sha256))
        if calm is None or row.comes_back:
            return None
        content_key, at_service = calm[0], from_json(calm[1], 0)
        for number, source, text, as_of_ns, learnt in self.database.all(
            _OTHERS, (row.photo, row.observation)
        ):
            seen = from_json(text, as_of_ns)
            whole = seen.fidelity is Fidelity.ORIGINAL and not seen.missing
            shown = seen.content_key == content_key and seen.size in {None, row.size}
            if whole and shown and learnt in {None, row.sha256} and not self._is_elsewhere(row):
                return Backed(row, at_service.pixels, number, source, seen)
        return None

    def _is_elsewhere(self, row: SentRow) -> bool:
        """Whether anything else stands on these bytes."""
        values = (row.sha256, row.photo, row.observation)
        found = self.database.one(_ELSEWHERE, values)
        return found is None or found[0] == 1

    def sent_and_read(self, library_id: int, source_id: int | None = None) -> list[tuple[str, int]]:
        """What was sent, is not given back, and was read as it was in a source (None: in any).

        Hash and length of each. Our own copy may have left Kept for that.
        """
        return self.database.all(_READ, (library_id, source_id))

    def note_checksum(self, sha256: str, crc32: str) -> None:
        """The CRC-32 of an original (8 hex digits), by which it is told from other ones.

        Originals that were sealed before it was noted have none. A transaction of its own.
        """
        with self.database.transaction():
            self.database.run(
                "UPDATE original SET crc32 = ? WHERE sha256 = ? AND crc32 IS NULL", (crc32, sha256)
            )
            for row in self.database.all(
                "SELECT observation FROM sent WHERE sha256 = ?", (sha256,)
            ):
                self.database.run(QUEUE, row)

    def note_other_bytes(self, backed: Backed, sha256: str) -> None:
        """A source has not what was sent after all, but these; a transaction of its own."""
        with self.database.transaction():
            self.database.run(
                "INSERT INTO learnt(observation, content_key, sha256) VALUES (?1, ?2, ?3)"
                " ON CONFLICT(observation) DO UPDATE SET sha256 = ?3,"
                " width = iif(content_key = ?2, width, NULL),"
                " height = iif(content_key = ?2, height, NULL), content_key = ?2",
                (backed.observation, backed.seen.content_key, sha256),
            )
            self.database.run(QUEUE, (backed.observation,))
