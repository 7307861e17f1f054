"""What is known to be one photo of several sources, and why, as rows (docs/decisions/0014).

All of it runs inside the caller's transaction, but for the readers. What merges is filing's matter.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from photofs.catalog.part import Part
from photofs.catalog.seen_json import from_json
from photofs.model.fusing import Word, fuse
from photofs.model.grouping import Evidence, Kept, Known, Pair
from photofs.model.observation import PhotoSeen
from photofs.model.trace import Trace, TraceKind

MANY: Final = 50
"""What more observations than so many have alike tells them apart no more."""

QUEUE_OF_PHOTO: Final = """
INSERT OR IGNORE INTO to_merge(observation) SELECT o.id FROM observation o
JOIN source s ON s.id = o.source WHERE o.photo = ? AND EXISTS (
  SELECT 1 FROM source x WHERE x.library = s.library AND x.id <> s.id)"""
"""Has it worked out anew with which others a photo is one; where there is one source, nothing."""

QUEUE: Final = QUEUE_OF_PHOTO.replace("o.photo", "o.id")
"""The same for one observation."""

_KNOWN = """
SELECT o.id, o.source, o.photo, p.binned_ns IS NOT NULL
FROM observation o JOIN photo p ON p.id = o.photo
WHERE o.id = ? AND o.gone = 0 AND NOT EXISTS (SELECT 1 FROM incoming i WHERE i.photo = p.id)"""

_ALIKE = """
SELECT t.kind, t.value, count(*), group_concat(t.observation) FROM trace t
JOIN observation o ON o.id = t.observation WHERE t.library = ? AND t.kind <> 'near'
GROUP BY t.kind, t.value
HAVING count(*) > count(DISTINCT o.source) AND count(DISTINCT o.source) > 1
ORDER BY t.kind, t.value"""


class Told(NamedTuple):
    """An observation as merging needs it."""

    observation: int
    source: int
    library: int
    photo: int
    gone: bool
    seen: PhotoSeen


class MergeRow(NamedTuple):
    """How an observation came to its photo; `own` is the photo that it told of before."""

    observation: int
    evidence: Evidence
    merged_ns: int
    own: int | None


class Alike(NamedTuple):
    """Observations that have a trace alike, which merges none of them: they are too many."""

    trace: Trace
    observations: tuple[int, ...]


class MergeRows(Part):
    """Rows of trace, learnt, merge, split, to_merge and stand_in."""

    def has_several(self, library_id: int) -> bool:
        """Whether a library has more than one source."""
        row = self.database.one("SELECT count(*) FROM source WHERE library = ?", (library_id,))
        return row is not None and row[0] > 1

    # what is to be worked out

    def queue_merging(self, observation_id: int) -> None:
        """Have it worked out anew with which others an observation is of one photo."""
        self.database.run(QUEUE, (observation_id,))

    def queue_merging_of(self, photo_id: int) -> None:
        """The same for all observations of a photo."""
        self.database.run(QUEUE_OF_PHOTO, (photo_id,))

    def queued_merging(self, library_id: int) -> int | None:
        """An observation of the library that waits for it; those of one source wait for nothing."""
        row = self.database.one(
            "SELECT t.observation FROM to_merge t CROSS JOIN observation o ON o.id = t.observation"
            " CROSS JOIN source s ON s.id = o.source WHERE s.library = ? LIMIT 1",
            (library_id,),
        )
        return row[0] if row else None

    def unqueue_merging(self, observation_id: int) -> None:
        """It is worked out."""
        self.database.run("DELETE FROM to_merge WHERE observation = ?", (observation_id,))

    def libraries_to_merge(self) -> list[int]:
        """The libraries of several sources in which any observation waits for it."""
        rows = self.database.all(  # CROSS JOIN: begins with what waits, mostly nothing
            "SELECT DISTINCT s.library FROM to_merge t"
            " CROSS JOIN observation o ON o.id = t.observation"
            " CROSS JOIN source s ON s.id = o.source CROSS JOIN library l ON l.id = s.library"
            " WHERE l.removing = 0 AND EXISTS ("
            "  SELECT 1 FROM source x WHERE x.library = s.library AND x.id <> s.id)"
        )
        return [library for (library,) in rows]

    # observations

    def told_of(self, observation_id: int) -> Told | None:
        """An observation by its number."""
        row = self.database.one(
            "SELECT o.id, o.source, s.library, o.photo, o.gone, o.seen, o.as_of_ns"
            " FROM observation o JOIN source s ON s.id = o.source WHERE o.id = ?",
            (observation_id,),
        )
        if row is None:
            return None
        number, source, library, photo, gone, seen, as_of_ns = row
        return Told(number, source, library, photo, gone == 1, from_json(seen, as_of_ns))

    def words(self, photo_id: int) -> list[Word]:
        """What each source that has the photo tells of it."""
        rows = self.database.all(
            "SELECT source, seen, as_of_ns FROM observation WHERE photo = ? AND gone = 0"
            " ORDER BY id",
            (photo_id,),
        )
        return [Word(row[0], from_json(row[1], row[2])) for row in rows]

    def other_words(self, photo_id: int, observation_id: int) -> list[Word]:
        """The same without one observation."""
        rows = self.database.all(
            "SELECT source, seen, as_of_ns FROM observation WHERE photo = ? AND gone = 0"
            " AND id <> ? ORDER BY id",
            (photo_id, observation_id),
        )
        return [Word(row[0], from_json(row[1], row[2])) for row in rows]

    def told(self, photo_id: int) -> PhotoSeen | None:
        """What all sources that have the photo tell of it together; None if none has it."""
        words = self.words(photo_id)
        return fuse(words) if words else None

    def is_overtaken(
        self, photo_id: int, observation_id: int, since_ns: int, as_of_ns: int
    ) -> bool:
        """Whether between two moments another source has told of the same photo."""
        row = self.database.one(
            "SELECT 1 FROM observation WHERE photo = ? AND id <> ? AND gone = 0"
            " AND as_of_ns BETWEEN ? AND ? LIMIT 1",
            (photo_id, observation_id, min(since_ns, as_of_ns), max(since_ns, as_of_ns)),
        )
        return row is not None

    def is_told_elsewhere(self, photo_id: int, source_id: int) -> bool:
        """Whether other sources have a photo, and this one has not."""
        row = self.database.one(
            "SELECT count(*), coalesce(sum(source = ?2), 0) FROM observation"
            " WHERE photo = ?1 AND gone = 0",
            (photo_id, source_id),
        )
        return row is not None and row[0] > 0 and row[1] == 0

    def observations_of(self, photo_id: int, *, gone: bool = False) -> list[int]:
        """The numbers of a photo's observations; `gone`: of those that are taken for deleted."""
        rows = self.database.all(
            "SELECT id FROM observation WHERE photo = ? AND gone = ? ORDER BY id",
            (photo_id, int(gone)),
        )
        return [number for (number,) in rows]

    def is_alone(self, observation_id: int) -> bool:
        """Whether an observation is not gone, and no other tells of its photo."""
        row = self.database.one("SELECT photo FROM observation WHERE id = ?", (observation_id,))
        return row is not None and self.observations_of(row[0]) == [observation_id]

    def known(self, observation_id: int) -> Known | None:
        """An observation as grouping sees it.

        None if it is gone, or its photo is being written: then it is left as it is.
        """
        row = self.database.one(_KNOWN, (observation_id,))
        if row is None:
            return None
        return Known(row[0], row[1], row[2], row[3] == 1, self.traces(observation_id))

    # traces

    def traces(self, observation_id: int) -> frozenset[Trace]:
        """Those that are noted of an observation."""
        rows = self.database.all(
            "SELECT kind, value FROM trace WHERE observation = ?", (observation_id,)
        )
        return frozenset(Trace(TraceKind(kind), value) for kind, value in rows)

    def set_traces(
        self, library_id: int, observation_id: int, traces: frozenset[Trace]
    ) -> frozenset[Trace]:
        """Note these and no others; what came or went."""
        noted = self.traces(observation_id)
        for kind, value in noted - traces:
            self.database.run(
                "DELETE FROM trace"
                " WHERE library = ? AND kind = ? AND value = ? AND observation = ?",
                (library_id, kind.value, value, observation_id),
            )
        for kind, value in traces - noted:
            self.database.run(
                "INSERT INTO trace(library, kind, value, observation) VALUES (?, ?, ?, ?)",
                (library_id, kind.value, value, observation_id),
            )
        return noted ^ traces

    def having(self, library_id: int, trace: Trace) -> list[int]:
        """The observations of a library that have a trace; none if they are too many."""
        rows = self.database.all(
            "SELECT observation FROM trace WHERE library = ? AND kind = ? AND value = ?"
            " ORDER BY observation LIMIT ?",
            (library_id, trace.kind.value, trace.value, MANY + 1),
        )
        return [number for (number,) in rows] if len(rows) <= MANY else []

    def alike(self, library_id: int) -> Iterator[Alike]:
        """What has a trace alike, of which one source tells twice."""
        for kind, value, number, told in self.database.all(_ALIKE, (library_id,)):
            del number
            numbers = tuple(sorted(int(each) for each in told.split(",")))
            yield Alike(Trace(TraceKind(kind), value), numbers)

    # merges

    def merge_of(self, observation_id: int) -> MergeRow | None:
        """How an observation came to its photo; None if it is the one that others came to."""
        row = self.database.one(
            "SELECT observation, kind, value, other, merged_ns, own FROM merge"
            " WHERE observation = ?",
            (observation_id,),
        )
        return _merge(row) if row else None

    def kept_evidence(self, observations: Iterable[int]) -> list[Kept]:
        """By what these were merged before."""
        rows = (self.merge_of(each) for each in observations)
        return [Kept(row.observation, row.evidence) for row in rows if row is not None]

    def note_merge(self, row: MergeRow) -> None:
        """Note it, or other evidence for it."""
        evidence = row.evidence
        self.database.run(
            "INSERT INTO merge(observation, kind, value, other, merged_ns, own)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(observation) DO UPDATE SET"
            " kind = excluded.kind, value = excluded.value, other = excluded.other",
            (
                row.observation,
                evidence.trace.kind.value,
                evidence.trace.value,
                evidence.other,
                row.merged_ns,
                row.own,
            ),
        )

    def forget_merge(self, observation_id: int) -> None:
        """It is of a photo of its own."""
        self.database.run("DELETE FROM merge WHERE observation = ?", (observation_id,))

    # what the user said

    def split(self, pair: Pair, now_ns: int) -> None:
        """They are two photos."""
        one, other = sorted(pair)
        self.database.run(
            "INSERT OR IGNORE INTO split(one, other, split_ns) VALUES (?, ?, ?)",
            (one, other, now_ns),
        )

    def splits_of(self, observation_id: int) -> set[Pair]:
        """From which others an observation was split."""
        rows = self.database.all(
            "SELECT one, other FROM split WHERE one = ?1 OR other = ?1", (observation_id,)
        )
        return {frozenset(row) for row in rows}

    def unsplit(self, observation_id: int) -> None:
        """That no longer holds."""
        self.database.run("DELETE FROM split WHERE one = ?1 OR other = ?1", (observation_id,))

    # bytes that stand in

    def stand_ins(self, source_id: int) -> list[int]:
        """The photos that show lesser bytes because this source could not be read."""
        rows = self.database.all("SELECT photo FROM stand_in WHERE source = ?", (source_id,))
        return [photo for (photo,) in rows]

    def stands_in(self, photo_id: int) -> bool:
        """Whether a photo shows lesser bytes for a while."""
        row = self.database.one("SELECT 1 FROM stand_in WHERE photo = ?", (photo_id,))
        return row is not None

    def end_stand_in(self, photo_id: int) -> None:
        """It shows its best bytes."""
        self.database.run("DELETE FROM stand_in WHERE photo = ?", (photo_id,))


def _merge(row: tuple[object, ...]) -> MergeRow:
    observation, kind, value, other, merged_ns, own = row
    trace = Trace(TraceKind(str(kind)), str(value))
    evidence = Evidence(trace, other)  # type: ignore[arg-type]
    return MergeRow(observation, evidence, merged_ns, own)  # type: ignore[arg-type]
