"""Runs of scans, what they found absent, and their findings, as rows.

All of it runs inside the caller's transaction, but for the readers.
"""

from collections.abc import Iterator
from typing import NamedTuple

from photofs.catalog.merge_rows import QUEUE
from photofs.catalog.part import Part
from photofs.catalog.port import ScanCounts
from photofs.model.moment import Moment
from photofs.model.observation import Finding

PAGE = 5000


class KnownId(NamedTuple):
    """A remote id that a source had when it was last heard of."""

    observation_id: int
    remote_id: str
    photo_id: int
    absent: int
    absent_ns: int | None
    last_scan: int


class AbsentId(NamedTuple):
    """A remote id that a source may not have any more."""

    observation_id: int
    remote_id: str
    photo_id: int


class ScanWriting(Part):
    """Rows of scan and finding, and the absence columns of observation."""

    def begin_scan(self, source_id: int, now_ns: int) -> int:
        """Note that a run began; its id."""
        return self.database.insert(
            "INSERT INTO scan(source, started_ns) VALUES (?, ?)", (source_id, now_ns)
        )

    def last_scan_of(self, source_id: int) -> int:
        """The number of the latest run over a source, 0 if there was none."""
        row = self.database.one("SELECT max(id) FROM scan WHERE source = ?", (source_id,))
        return (row and row[0]) or 0

    def end_scan(self, scan: int, now_ns: int, kind: str | None, counts: ScanCounts) -> None:
        """Note a run's end; `kind` is None if it was not complete."""
        self.database.run(
            "UPDATE scan SET finished_ns = ?, kind = ?, complete = ?, seen = ?, added = ?,"
            " changed = ?, gone = ? WHERE id = ?",
            (now_ns, kind, int(kind is not None), *counts, scan),
        )

    def scan_done(self, source_id: int, cursor: str | None, now_ns: int, *, full: bool) -> None:
        """Note on the source that a complete scan ended, and that there is no trouble."""
        self.database.run(
            "UPDATE source SET cursor = ?, scan_ns = ?, trouble = '',"
            " full_scan_ns = iif(?, ?, full_scan_ns) WHERE id = ?",
            (cursor, now_ns, int(full), now_ns, source_id),
        )

    def note_cursor(self, source_id: int, cursor: str | None) -> None:
        """Note where the next scan of a source begins."""
        self.database.run("UPDATE source SET cursor = ? WHERE id = ?", (cursor, source_id))

    def note_moment(self, moment: Moment) -> None:
        """Remember by which clocks it was, to be found by its wall time."""
        self.database.run("INSERT OR REPLACE INTO moment VALUES (?, ?, ?)", moment)

    def moment(self, wall_ns: int) -> Moment:
        """The moment that was noted at that wall time, as far as it was."""
        row = self.database.one(
            "SELECT wall_ns, boot, boot_ns FROM moment WHERE wall_ns = ?", (wall_ns,)
        )
        return Moment(*row) if row else Moment(wall_ns)

    def add_finding(self, source_id: int, scan: int, finding: Finding) -> None:
        """One line of the report."""
        self.database.run(
            "INSERT INTO finding(source, scan, kind, path, why) VALUES (?, ?, ?, ?, ?)",
            (source_id, scan, finding.kind.value, finding.path, finding.why),
        )

    def drop_findings(self, source_id: int, scan: int, *, full: bool) -> None:
        """A portion of the findings that this run's take the place of; `small_steps` repeats it.

        Of runs that were not complete always, of older ones if this one tells all anew (`full`).
        """
        self.database.run(
            "DELETE FROM finding WHERE id IN (SELECT f.id FROM finding f JOIN scan c"
            " ON c.id = f.scan WHERE f.source = ?1 AND f.scan < ?2 AND (?3 OR c.complete = 0)"
            " LIMIT ?4)",
            (source_id, scan, int(full), PAGE),
        )

    def known_ids(self, source_id: int) -> Iterator[KnownId]:
        """Every remote id of a source that is not taken for deleted, in the order first seen."""
        after = 0
        while rows := self.database.all(
            "SELECT id, remote_id, photo, absent, absent_ns, last_scan FROM observation"
            " WHERE +source = ? AND id > ? AND gone = 0 ORDER BY id LIMIT ?",
            (source_id, after, PAGE),
        ):
            yield from (KnownId(*row) for row in rows)
            after = rows[-1][0]

    def gone_ids(self, source_id: int) -> Iterator[tuple[int, str, int]]:
        """Observation, remote id and photo of what is taken for deleted."""
        yield from self.database.all(
            "SELECT id, remote_id, photo FROM observation WHERE source = ? AND gone = 1",
            (source_id,),
        )

    def count_known(self, source_id: int) -> int:
        """How many remote ids of a source are not taken for deleted."""
        row = self.database.one(
            "SELECT count(*) FROM observation WHERE source = ? AND gone = 0", (source_id,)
        )
        return row[0] if row else 0

    def set_absence(self, observation_id: int, absent: int, absent_ns: int | None) -> None:
        """How far it is on its way to being gone (filing/absence.py), and since when."""
        self.database.run(
            "UPDATE observation SET absent = ?, absent_ns = ? WHERE id = ?",
            (absent, absent_ns, observation_id),
        )

    def absent_at(self, source_id: int, stage: int, limit: int = -1) -> list[AbsentId]:
        """What is at a stage of its absence, the longest absent first; -1: all of it."""
        rows = self.database.all(
            "SELECT id, remote_id, photo FROM observation WHERE source = ? AND absent > 0"
            " AND absent = ? AND gone = 0 ORDER BY absent_ns, id LIMIT ?",
            (source_id, stage, limit),
        )
        return [AbsentId(*row) for row in rows]

    def some_absent_at(self, source_id: int, stage: int, limit: int) -> list[AbsentId]:
        """A few of those, drawn by lot."""
        rows = self.database.all(
            "SELECT id, remote_id, photo FROM observation WHERE source = ? AND absent > 0"
            " AND absent = ? AND gone = 0 ORDER BY random() LIMIT ?",
            (source_id, stage, limit),
        )
        return [AbsentId(*row) for row in rows]

    def count_absent_at(self, source_id: int, stage: int) -> int:
        """How many are at a stage of their absence."""
        row = self.database.one(
            "SELECT count(*) FROM observation WHERE source = ? AND absent > 0 AND absent = ?"
            " AND gone = 0",
            (source_id, stage),
        )
        return row[0] if row else 0

    def move_absent(self, source_id: int, stage: int, to: int) -> None:
        """All that is at a stage of its absence is at another one."""
        self.database.run(
            "UPDATE observation SET absent = ? WHERE source = ? AND absent > 0 AND absent = ?"
            " AND gone = 0",
            (to, source_id, stage),
        )

    def set_observation_gone(self, observation_id: int, *, gone: bool) -> None:
        """Take it for deleted at the source, or no longer."""
        self.database.run(
            "UPDATE observation SET gone = ?, absent = 0, absent_ns = NULL WHERE id = ?",
            (int(gone), observation_id),
        )
        self.database.run(QUEUE, (observation_id,))

    def sources_having(self, photo_id: int) -> int:
        """How many observations of a photo are not taken for deleted."""
        row = self.database.one(
            "SELECT count(*) FROM observation WHERE photo = ? AND gone = 0", (photo_id,)
        )
        return row[0] if row else 0
