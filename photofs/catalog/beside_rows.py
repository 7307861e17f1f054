"""What of the sidecars and lists beside a mirror's files is up to date, and what is not."""

import json
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from photofs.catalog.last_copies import IN_TRASH_ALONE
from photofs.catalog.part import Part
from photofs.model.album_list import ListedPhoto

PAGE: Final = 5000
"""Changes read at a time."""

_PHOTOS: Final = """
SELECT c.photo, c.path FROM mirrored c
WHERE c.mirror = ?1 AND c.role = 'current' AND c.photo IS NOT NULL
  AND c.state IN ('good', 'suspect')"""

# what stands in Trash/Replaced bears no mark: it is in Trash by its place alone
_LISTED: Final = f"""
SELECT c.photo, c.path, c.sha256, coalesce(c.original, ''),
  coalesce((SELECT o.remote_id FROM observation o WHERE o.photo = p.id AND o.gone = 0
    ORDER BY o.id LIMIT 1), ''),
  coalesce(p.file_name, ''), p.favorite, p.archived, (p.trashed = 1 OR {IN_TRASH_ALONE}),
  CASE c.fidelity WHEN 'original' THEN '' ELSE c.fidelity END
FROM mirrored c JOIN photo p ON p.id = c.photo
WHERE c.mirror = ?1 AND c.role = 'current' AND c.state IN ('good', 'suspect') AND c.photo > ?2
ORDER BY c.photo LIMIT ?3"""  # noqa: S608 - words of ours

_CHANGES: Final = "SELECT sequence, ino FROM change WHERE sequence > ? ORDER BY sequence LIMIT ?"


class Beside(NamedTuple):
    """Up to which change of the catalog, and which writing of a file, all is told."""

    change: int
    written_ns: int


class Written(NamedTuple):
    """What was last written under a path: its SHA-256, "" if not known, and the mtime it got."""

    sha256: str
    mtime_ns: int


class BesideRows(Part):
    """Notes in meta; a mirror that is forgotten leaves two numbers."""

    def beside(self, mirror_id: int) -> Beside:
        """What is noted; zeros if nothing was ever told."""
        found = [
            self.database.one("SELECT value FROM meta WHERE key = ?", (f"{what} {mirror_id}",))
            for what in ("beside change", "beside written")
        ]
        change, written = (row[0] if row else 0 for row in found)
        return Beside(change, written)

    def note_beside(self, mirror_id: int, told: Beside) -> None:
        """All is told up to there; a transaction of its own."""
        with self.database.transaction():
            for what, value in (("change", told.change), ("written", told.written_ns)):
                self.database.run(
                    "INSERT OR REPLACE INTO meta(key, value) VALUES (?, ?)",
                    (f"beside {what} {mirror_id}", value),
                )

    def doubt_beside(self, mirror_id: int) -> None:
        """Another catalog may have written there since; within the caller's transaction."""
        self.database.run(
            "INSERT OR REPLACE INTO meta(key, value) VALUES (?, 1)", _doubted(mirror_id)
        )

    def is_beside_doubted(self, mirror_id: int) -> bool:
        """Whether that is so, and not everything there was looked at since."""
        return bool(self.database.all("SELECT 1 FROM meta WHERE key = ?", _doubted(mirror_id)))

    def end_beside_doubt(self, mirror_id: int) -> None:
        """Everything was; a transaction of its own."""
        with self.database.transaction():
            self.database.run("DELETE FROM meta WHERE key = ?", _doubted(mirror_id))

    def beside_now(self, mirror_id: int) -> Beside:
        """Up to where there is anything to tell."""
        change = self.database.one("SELECT coalesce(max(sequence), 0) FROM change")
        written = self.database.one(
            "SELECT coalesce(max(written_ns), 0) FROM mirrored WHERE mirror = ?", (mirror_id,)
        )
        return Beside(change[0] if change else 0, written[0] if written else 0)

    def files_beside(self, mirror_id: int) -> dict[int, str]:
        """The path of each photo's file in a mirror."""
        return dict(self.database.all(_PHOTOS, (mirror_id,)))

    def listed(self, mirror_id: int, after: int, limit: int) -> dict[int, ListedPhoto]:
        """What a mirror's list says of photos with numbers above `after`: 100,000 a second."""
        return {
            row[0]: ListedPhoto(
                file=row[1],
                sha256=row[2],
                original=row[3],
                id=row[4],
                name=row[5] if row[5] != row[1].rpartition("/")[2] else "",
                favorite=row[6] == 1,
                archived=row[7] == 1,
                trashed=row[8] == 1,
                fidelity=row[9],
            )
            for row in self.database.all(_LISTED, (mirror_id, after, limit))
        }

    def photos_written(self, mirror_id: int, since_ns: int) -> set[int]:
        """The photos whose files were written after that."""
        rows = self.database.all(f"{_PHOTOS} AND c.written_ns > ?2", (mirror_id, since_ns))
        return {row[0] for row in rows}

    def photos_changed(self, since: int) -> set[int] | None:
        """The photos that have changed after that change; None if nobody knows that any more."""
        photos: set[int] = set()
        while rows := self.database.all(_CHANGES, (since, PAGE)):
            if rows[0][0] != since + 1:
                return None
            photos.update(ino >> 1 for _sequence, ino in rows if ino & 1 and ino > 1)
            since = rows[-1][0]
        return photos

    # what was written there, and what was found wrong (a transaction of its own each)

    def written_beside(self, mirror_id: int, paths: Iterable[str]) -> dict[str, Written]:
        """What was written under these paths; those of which nothing is known are left out."""
        rows = self.database.all(
            "SELECT path, sha256, mtime_ns FROM mirror_beside WHERE mirror = ? AND sha256 <> ''"
            " AND path IN (SELECT value FROM json_each(?))",
            (mirror_id, json.dumps(list(paths))),
        )
        return {path: Written(sha256, mtime_ns) for path, sha256, mtime_ns in rows}

    def note_written_beside(self, mirror_id: int, files: Mapping[str, Written]) -> None:
        """These are there, durably: nothing is wrong with them."""
        with self.database.joined():
            for path, written in files.items():
                self.database.run(
                    "INSERT OR REPLACE INTO mirror_beside(mirror, path, sha256, mtime_ns)"
                    " VALUES (?, ?, ?, ?)",
                    (mirror_id, path, *written),
                )

    def forget_written_beside(self, mirror_id: int, paths: Iterable[str]) -> None:
        """These are about to be written: nobody knows what is there until it is noted."""
        with self.database.joined():
            self.database.run(
                "UPDATE mirror_beside SET sha256 = '', mtime_ns = 0 WHERE mirror = ?"
                " AND path IN (SELECT value FROM json_each(?))",
                (mirror_id, json.dumps(list(paths))),
            )

    def move_beside(self, mirror_id: int, old: str, new: str) -> None:
        """What was written there was moved along with its photo's file."""
        with self.database.joined():
            self.database.run(
                "UPDATE OR REPLACE mirror_beside SET path = ? WHERE mirror = ? AND path = ?",
                (new, mirror_id, old),
            )

    def wrong_beside(self, mirror_id: int) -> dict[str, str]:
        """What was found wrong and not made anew yet, by path: why."""
        rows = self.database.all(
            "SELECT path, why FROM mirror_beside WHERE mirror = ? AND why <> '' ORDER BY path",
            (mirror_id,),
        )
        return dict(rows)

    def note_wrong_beside(self, mirror_id: int, wrong: Mapping[str, str]) -> None:
        """These are wrong, and why."""
        with self.database.joined():
            for path, why in wrong.items():
                self.database.run(
                    "INSERT INTO mirror_beside(mirror, path, why) VALUES (?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET why = excluded.why",
                    (mirror_id, path, why),
                )

    def note_right_beside(self, mirror_id: int, paths: Iterable[str]) -> None:
        """These are right after all, or made anew, or nothing of ours any more."""
        with self.database.joined():
            self.database.run(
                "UPDATE mirror_beside SET why = '' WHERE mirror = ?"
                " AND why <> '' AND path IN (SELECT value FROM json_each(?))",
                (mirror_id, json.dumps(list(paths))),
            )


def _doubted(mirror_id: int) -> tuple[str]:
    return (f"beside doubted {mirror_id}",)
