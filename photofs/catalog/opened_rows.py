"""Folders that somebody opened in a mount: mounts note them here, and the agent reads it."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from photofs.catalog.incoming import IS_PHOTO
from photofs.catalog.part import Part


class OpenedFolder(NamedTuple):
    """A folder, when it was opened last, and by which program ("": by a command that asked)."""

    folder: int
    opened_ns: int
    program: str


class AwaitedFolder(NamedTuple):
    """An opened folder below its mount point, by whom, and how many of its photos are pictured.

    `pictured`: those of which at least one thumbnail is noted at that mount point, or that there is
    none to be had.
    """

    path: str
    opened_ns: int
    program: str
    photos: int
    pictured: int


_ANCIENT: Final = 10_000
"""So many folders are remembered: more than a person opens; the one unused longest is let go."""

_AWAITED: Final = f"""
WITH RECURSIVE up(folder, id, path) AS (SELECT folder, folder, '' FROM opened UNION ALL
  SELECT up.folder, e.folder, '/' || e.name || up.path FROM up JOIN entry e ON e.subfolder = up.id)
SELECT up.path, o.opened_ns, o.program, count(*), count(t.folder)
FROM up JOIN opened o ON o.folder = up.folder JOIN entry e ON e.folder = up.folder
JOIN photo p ON p.id = e.photo
LEFT JOIN thumbnail t ON t.point = ?1 AND t.folder = e.folder AND t.entry = e.id AND t.made = 1
  AND t.size = ?2 AND t.content_key = p.content_key
WHERE up.id = 0 AND p.missing = 0 AND {IS_PHOTO}
GROUP BY o.folder HAVING count(*) > count(t.folder)
ORDER BY o.opened_ns DESC LIMIT ?3"""  # noqa: S608 - a condition of ours


class OpenedRows(Part):
    """Rows of opened; those that write are a transaction of their own."""

    def note_opened(self, folder_id: int, now_ns: int, *, below: bool = False) -> None:
        """A command wants that folder's thumbnails; or (`below`) those of all below it as well."""
        with self.database.transaction():
            self.database.run(
                "INSERT OR REPLACE INTO opened WITH RECURSIVE wanted(id) AS (VALUES (?1) UNION"
                " SELECT f.id FROM wanted JOIN folder f ON f.parent = wanted.id WHERE ?3)"
                " SELECT id, ?2, '' FROM wanted",
                (folder_id, now_ns, int(below)),
            )

    def note_all_opened(self, opened: Sequence[OpenedFolder]) -> None:
        """Programs have opened these in a mount."""
        with self.database.transaction():
            for each in opened:
                self.database.run("INSERT OR REPLACE INTO opened VALUES (?, ?, ?)", each)
            self.database.run(
                "DELETE FROM opened WHERE folder IN (SELECT folder FROM opened"
                " ORDER BY opened_ns DESC LIMIT -1 OFFSET ?)",
                (_ANCIENT,),
            )

    def forget_opened(self) -> None:
        """Nobody waits for anything."""
        with self.database.transaction():
            self.database.run("DELETE FROM opened")

    def lately_opened(self, limit: int) -> list[OpenedFolder]:
        """The folders that were opened last, the latest first."""
        rows = self.database.all(
            "SELECT folder, opened_ns, program FROM opened ORDER BY opened_ns DESC LIMIT ?",
            (limit,),
        )
        return [OpenedFolder(*row) for row in rows]

    def awaited_folders(self, point: bytes, size: str, limit: int) -> list[AwaitedFolder]:
        """Opened folders with photos that have no thumbnail of that size, the latest first."""
        rows = self.database.all(_AWAITED, (point, size, limit))
        return [AwaitedFolder(*row) for row in rows]
