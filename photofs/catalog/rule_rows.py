"""What rules look at, some photos at a time, and what is noted of the rules themselves."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from photofs.catalog.errand_rows import TAKEN_BACK
from photofs.catalog.incoming import IS_PHOTO
from photofs.catalog.part import Part
from photofs.catalog.seen_json import from_json
from photofs.model.moment import Moment
from photofs.model.observation import PhotoSeen
from photofs.model.rule import HELD_BACK


class RuleRow(NamedTuple):
    """What is noted of a rule; digests, "" where nothing was."""

    name: str
    seen: str = ""
    ran: str = ""
    armed: str = ""
    run_ns: int | None = None
    told: str = ""


class RulePhoto(NamedTuple):
    """A photo's row as rules need it. `once`: it was put into Trash before, and came out again.

    What photofs itself took back for its rule (`errand_rows.TAKEN_BACK`) is not meant by that.
    `open`: something is wished of it that its source has not told yet. `here`: a written file.
    """

    photo_id: int
    name: str
    media: str
    size: int
    size_exact: int
    mtime_ns: int
    taken_local: str | None
    granularity: int
    favorite: int
    archived: int
    trashed: int
    owned: int
    pinned: int
    content_key: str
    sha256: str | None
    set_mtime_ns: int | None
    once: int
    open: int
    here: int


class Record(NamedTuple):
    """What a source tells of a photo, and by which number and evidence that is noted."""

    number: int
    source: int
    seen: PhotoSeen


class AlbumWord(NamedTuple):
    """A source's word that a photo is in an album."""

    title: str
    record: int
    as_of_ns: int


class Looked(NamedTuple):
    """All that rules look at of one photo. `merges`: a record, the evidence, the other record."""

    row: RulePhoto
    records: tuple[Record, ...]
    merges: tuple[tuple[int, str, int], ...]
    albums: tuple[AlbumWord, ...]
    copies: tuple[int, ...]


_PHOTOS: Final = f"""
SELECT p.id, p.name, p.media, p.size, p.size_exact, p.mtime_ns, p.taken_local, p.granularity,
  p.favorite, p.archived, p.trashed, p.owned, p.pinned, p.content_key, p.sha256, p.set_mtime_ns,
  EXISTS (SELECT 1 FROM operation t WHERE t.photo = p.id AND t.verb = 'trash' AND t.library = ?1
    AND NOT (state = 'cancelled' AND substr(reason, 1, {len(TAKEN_BACK)}) = '{TAKEN_BACK}')),
  EXISTS (SELECT 1 FROM operation x WHERE x.photo = p.id AND x.settled = 0
    AND x.state NOT IN ('cancelled', 'gave up')),
  EXISTS (SELECT 1 FROM incoming i WHERE i.photo = p.id)
FROM photo p WHERE p.library = ?1 AND p.gone = 0 AND {IS_PHOTO}"""  # noqa: S608 - words of ours

_RECORDS: Final = """
SELECT photo, id, source, seen, as_of_ns FROM observation
WHERE photo IN (SELECT value FROM json_each(?)) AND gone = 0 ORDER BY photo, id"""

_MERGES: Final = """
SELECT o.photo, m.observation, m.kind, m.other FROM merge m
JOIN observation o ON o.id = m.observation
WHERE o.photo IN (SELECT value FROM json_each(?)) ORDER BY m.observation"""

_ALBUMS: Final = """
SELECT m.photo, a.title, o.id, a.as_of_ns FROM membership m JOIN album a ON a.id = m.album
JOIN observation o ON o.source = a.source AND o.remote_id = m.remote_id
WHERE m.photo IN (SELECT value FROM json_each(?)) AND a.gone = 0 ORDER BY m.photo, a.id"""

_COPIES: Final = """
SELECT photo, id FROM mirrored WHERE photo IN (SELECT value FROM json_each(?))
  AND role = 'current' ORDER BY photo, id"""


class RuleRows(Part):
    """Rows of rule and rule_clock; those that write are a transaction of their own."""

    def rule_photos(self, library_id: int, after: int, limit: int) -> list[Looked]:
        """Photos of a library with numbers above `after`, as rules look at them.

        Files between them that are none are left out.
        """
        values = (library_id, after, limit)
        return self._looked(f"{_PHOTOS} AND p.id > ?2 ORDER BY p.id LIMIT ?3", values)

    def rule_photo(self, library_id: int, photo: int) -> Looked | None:
        """One of them, as it is now."""
        found = self._looked(f"{_PHOTOS} AND p.id = ?2", (library_id, photo))
        return found[0] if found else None

    def _looked(self, query: str, values: tuple[int, ...]) -> list[Looked]:
        rows = [RulePhoto(*row) for row in self.database.all(query, values)]
        ids = json.dumps([row.photo_id for row in rows])
        records = _by_photo(self.database.all(_RECORDS, (ids,)))
        merges = _by_photo(self.database.all(_MERGES, (ids,)))
        albums = _by_photo(self.database.all(_ALBUMS, (ids,)))
        copies = _by_photo(self.database.all(_COPIES, (ids,)))
        return [
            Looked(
                row,
                tuple(
                    Record(number, source, from_json(seen, as_of))
                    for number, source, seen, as_of in records[row.photo_id]
                ),
                tuple((each[0], each[1], each[2]) for each in merges[row.photo_id]),
                tuple(AlbumWord(*each) for each in albums[row.photo_id]),
                tuple(each[0] for each in copies[row.photo_id]),
            )
            for row in rows
        ]

    def rule(self, name: str) -> RuleRow:
        """What is noted of a rule; nothing yet is a row of nothing."""
        row = self.database.one(
            "SELECT name, seen, ran, armed, run_ns, told FROM rule WHERE name = ?", (name,)
        )
        return RuleRow(*row) if row else RuleRow(name)

    def rules_held_back(self) -> list[RuleRow]:
        """The armed rules that did nothing when they were due, for their user to look."""
        rows = self.database.all(
            "SELECT name, seen, ran, armed, run_ns, told FROM rule"
            " WHERE armed <> '' AND substr(told, 1, ?2) = ?1 ORDER BY name",
            (HELD_BACK, len(HELD_BACK)),
        )
        return [RuleRow(*row) for row in rows]

    def note_rule(self, row: RuleRow) -> None:
        """Note it, whatever was noted before."""
        with self.database.joined():
            self.database.run("INSERT OR REPLACE INTO rule VALUES (?, ?, ?, ?, ?, ?)", tuple(row))

    def rule_clock(self) -> Moment | None:
        """When rules were looked at last, by both clocks."""
        row = self.database.one("SELECT wall_ns, boot, boot_ns FROM rule_clock")
        return Moment(*row) if row else None

    def note_rule_clock(self, moment: Moment) -> None:
        """It is believed from now on."""
        with self.database.joined():
            self.database.run("INSERT OR REPLACE INTO rule_clock VALUES (1, ?, ?, ?)", moment)

    def guarded_today(self, library_id: int, now_ns: int) -> int:
        """How many photos of it went to Trash by a wish within a day."""
        row = self.database.one(
            "SELECT count(*) FROM operation WHERE library = ? AND planned_ns >= ?"
            " AND verb = 'trash' AND state <> 'cancelled'",
            (library_id, now_ns - 86_400 * 10**9),
        )
        return row[0] if row else 0


def _by_photo(rows: Iterable[tuple[Any, ...]]) -> defaultdict[int, list[tuple[Any, ...]]]:
    """Rows by their first column."""
    found: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for photo, *rest in rows:
        found[photo].append(tuple(rest))
    return found
