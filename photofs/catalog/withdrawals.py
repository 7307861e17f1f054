"""Sources that the user took away from their library, as rows.

Such a source keeps its row, its observations and its albums, all of them gone: added again it is
the same source, and what it tells are the same photos, with the same inodes. The mark stands in its
configuration beside the provider's own, as that of a former client does.
"""

import json
from collections.abc import Mapping
from typing import Final, NamedTuple

from photofs.catalog.claimable import OPEN
from photofs.catalog.part import Part
from photofs.model.errors import Refused
from photofs.model.wording import agreeing

WITHDRAWN: Final = "withdrawn_ns"
"""The mark in a source's configuration: when it was taken away."""

IN_USE: Final = f"s.config ->> '$.{WITHDRAWN}' IS NULL"
"""Of a source `s`."""

_SAME: Final = ("path", "folder", "user", "client_id", "endpoint")
"""By which words of its configuration a source is known again."""

_MARK: Final = f"""
UPDATE source SET config = json_set(config, '$.{WITHDRAWN}', ?2), writes = '[]', folders = '[]',
  cursor = NULL, full_scan_ns = NULL, scan_ns = NULL, trouble = '' WHERE id = ?1"""  # noqa: S608 - words of ours

_PENDING: Final = f"""
SELECT count(*) FROM operation w WHERE {OPEN.replace("state", "w.state")}
  AND (w.source = ?1 OR w.source IS NULL AND EXISTS (
    SELECT 1 FROM observation o WHERE o.photo = w.photo AND o.source = ?1 AND o.gone = 0))"""  # noqa: S608 - as above

_BEING_WRITTEN: Final = """
SELECT count(*) FROM incoming i JOIN photo p ON p.id = i.photo
JOIN source s ON s.library = p.library
WHERE s.id = ?1 AND s.writes <> '[]' AND i.stage = 'open'"""

_ELSEWHERE: Final = """
EXISTS (SELECT 1 FROM observation x WHERE x.photo = o.photo AND x.gone = 0 AND x.source <> ?1)"""

_HELD: Final = f"""
SELECT count(DISTINCT o.photo), count(DISTINCT iif({_ELSEWHERE}, NULL, o.photo))
FROM observation o WHERE o.source = ?1 AND o.gone = 0"""  # noqa: S608 - as above

_HASHES: Final = f"""
SELECT DISTINCT p.sha256 FROM observation o JOIN photo p ON p.id = o.photo
WHERE o.source = ?1 AND o.gone = 0 AND p.sha256 IS NOT NULL AND NOT {_ELSEWHERE}"""  # noqa: S608 - as above

_UNFINISHED: Final = f"""
SELECT s.id FROM source s WHERE s.library = ? AND NOT {IN_USE} AND (
  EXISTS (SELECT 1 FROM observation o WHERE o.source = s.id AND o.gone = 0)
  OR EXISTS (SELECT 1 FROM album a WHERE a.source = s.id AND a.gone = 0)
  OR EXISTS (SELECT 1 FROM collection c WHERE c.source = s.id))"""  # noqa: S608 - as above


_LIKE: Final = f"""
SELECT s.id, s.config FROM source s
WHERE s.library = ? AND s.provider = ? AND s.account IS ? AND NOT {IN_USE} ORDER BY s.id"""  # noqa: S608 - as above


class Holding(NamedTuple):
    """Photos that a source tells of; and those of them that no other source has."""

    photos: int
    alone: int


class Withdrawals(Part):
    """The mark, and what has to be known before it is set."""

    def holding(self, source_id: int) -> Holding:
        """What would go, and what would stay, without this source."""
        return Holding(*self.database.all(_HELD, (source_id,))[0])

    def hashes_alone(self, source_id: int) -> frozenset[str]:
        """Of the originals of photos that no other source has, as far as they were here."""
        return frozenset(sha256 for (sha256,) in self.database.all(_HASHES, (source_id,)))

    def mark_withdrawn(self, source_id: int, now_ns: int) -> None:
        """From now on it is none of its library's sources; Refused while anything waits for it."""
        with self.database.transaction():
            waiting = sum(
                self.database.all(query, (source_id,))[0][0] for query in (_PENDING, _BEING_WRITTEN)
            )
            if waiting:
                raise Refused(
                    f"{agreeing(waiting, 'change', 'waits', 'wait')} to be done at this source",
                    safe="nothing was changed",
                    remedy="let `photofs wait` end, or take them back: `photofs queue` lists them,"
                    " `photofs undo ACTION` undoes",
                )
            self.database.run(_MARK, (source_id, now_ns))

    def unfinished_withdrawals(self, library_id: int) -> list[int]:
        """Sources that were taken away while what they told of is not yet."""
        return [source for (source,) in self.database.all(_UNFINISHED, (library_id,))]

    def withdrawn_like(
        self, library_id: int, provider: str, account: str | None, config: Mapping[str, object]
    ) -> int | None:
        """The source that was taken away and is added again, if it is one."""
        for source, noted in self.database.all(_LIKE, (library_id, provider, account)):
            before = json.loads(noted)
            if all(before.get(word) == config.get(word) for word in _SAME):
                return int(source)
        return None

    def forget_findings(self, source_id: int) -> None:
        """Nothing is reported of it any more."""
        with self.database.transaction():
            self.database.run("DELETE FROM finding WHERE source = ?", (source_id,))
