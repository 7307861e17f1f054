"""How much of a library a mirror holds, how well, and why it lacks what it does."""

from typing import Final, NamedTuple

from photofs.catalog.incoming import IS_PHOTO
from photofs.catalog.mirrors import BLOCKED, MirrorRow
from photofs.catalog.part import Part

_NEVER_THERE: Final = f"why IN ('its writing has begun', '{BLOCKED}')"

_COUNTS: Final = f"""
SELECT sum(role = 'current' AND state IN ('good', 'suspect') AND photo IS NOT NULL),
  sum(role = 'current' AND state IN ('good', 'suspect') AND fidelity <> 'original'),
  sum(state = 'damaged'), sum(state = 'absent' AND NOT {_NEVER_THERE}), sum(state = 'suspect'),
  sum(role IN ('former', 'vanished')), sum(read_ns IS NULL AND state = 'good'),
  sum(iif(state IN ('good', 'suspect'), size, 0)),
  min(iif(role = 'current' AND state <> 'absent', coalesce(read_ns, 0), NULL))
FROM mirrored WHERE mirror = ?"""  # noqa: S608 - a condition of ours

_OWN: Final = "p.library = ?1 AND p.gone = 0 AND p.owned = 1"

_LACKING: Final = f"""
SELECT count(*) FROM photo p WHERE {_OWN} AND NOT EXISTS (
  SELECT 1 FROM mirrored c WHERE c.photo = p.id AND c.mirror = ?2 AND c.role = 'current'
    AND c.state IN ('good', 'suspect'))
  AND {IS_PHOTO}"""  # noqa: S608 - a condition of ours

_WHY_LACKING: Final = f"""
SELECT CASE WHEN c.state = 'damaged' THEN c.why
  WHEN c.state = 'absent' AND c.why <> 'its writing has begun' THEN c.why
  WHEN NOT ({IS_PHOTO})
    THEN 'no photo, or under a temporary name: on this disk alone'
  WHEN EXISTS (SELECT 1 FROM incoming i WHERE i.photo = p.id AND p.sha256 IS NULL
    AND i.stage = 'failed')
    THEN 'written here, and no service takes it: `photofs queue` says why'
  WHEN EXISTS (SELECT 1 FROM incoming i WHERE i.photo = p.id AND p.sha256 IS NULL)
    THEN 'written here, and not sent yet'
  WHEN p.trouble <> '' THEN p.trouble
  WHEN p.missing = 1 THEN 'its source has no bytes of it'
  ELSE 'not copied yet' END why, count(*), min(p.name), CASE
  WHEN c.state = 'damaged' THEN 'damaged'
  WHEN c.state = 'absent' AND NOT c.{_NEVER_THERE} THEN 'missing' ELSE '' END kind
FROM photo p LEFT JOIN mirrored c ON c.photo = p.id AND c.mirror = ?2 AND c.role = 'current'
WHERE {_OWN} AND (c.id IS NULL OR c.state NOT IN ('good', 'suspect'))
GROUP BY 1, 4 ORDER BY count(*) DESC, 1 LIMIT ?3"""  # noqa: S608 - as above


class MirrorCounts(NamedTuple):
    """For `photofs mirror status`.

    `lesser`: photos of which only other bytes than the original could be had; `lacking`: photos
    that are not there, without files that programs wrote and that are none; `damaged`, `suspect`:
    files that are, or may be, not as they were; `missing`: that were there, and are not; `kept`:
    former bytes, and files of photos that vanished; `unread`: right as far as known, and never
    re-read since they were written; `size` in bytes.
    """

    photos: int
    lesser: int
    lacking: int
    damaged: int
    missing: int
    suspect: int
    kept: int
    unread: int
    size: int
    oldest_read_ns: int | None


class MirrorCountRows(Part):
    """For `photofs mirror status`, and for what a run tells at its end."""

    def mirror_counts(self, mirror: MirrorRow) -> MirrorCounts:
        """How much of the library is there, and how well."""
        row = self.database.one(_COUNTS, (mirror.mirror_id,)) or (None,) * 9
        lacking = self.database.one(_LACKING, (mirror.library_id, mirror.mirror_id)) or (0,)
        photos, lesser, *others = [value or 0 for value in row[:8]]
        return MirrorCounts(*[photos, lesser, lacking[0], *others, row[8]])

    def why_lacking(self, mirror: MirrorRow, limit: int) -> list[tuple[str, int, str, str]]:
        """Why photos are not there: a sentence, how many, the name of one, and of which kind.

        "damaged" and "missing" are files that were right once.
        """
        return self.database.all(_WHY_LACKING, (mirror.library_id, mirror.mirror_id, limit))
