"""The ledger of the desktop's thumbnails: which are wanted, which are stale, what they take up.

One query tells each for a whole library, by comparing rows with the tree as it is: no file is
looked at. A row is there before its file is (`made` 0), so that no file of ours is ever unknown.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from photofs.catalog.database import Row
from photofs.catalog.incoming import IS_PHOTO
from photofs.catalog.part import Part
from photofs.model.thumbnail import ThumbnailSize


class ThumbnailRow(NamedTuple):
    """A thumbnail of one place of a photo, in one size; as schema.sql tells column by column.

    `taken`: bytes on the disk.
    """

    point: bytes
    folder: int
    entry: int
    size: ThumbnailSize
    path: str
    mtime: int
    length: int | None
    content_key: str
    taken: int = 0

    @property
    def file(self) -> bytes:
        """The absolute path of the file that it shows."""
        return self.point + self.path.encode()


class WantedThumbnail(NamedTuple):
    """One that is not there yet: the row to be, the photo's number, and its file's name."""

    row: ThumbnailRow
    photo: int
    media: str
    name: str


class ThumbnailTotals(NamedTuple):
    """What lies at one mount point: thumbnails, their bytes, and those that cannot be had."""

    point: bytes
    thumbnails: int
    taken: int
    without: int


_PLACES: Final = """
WITH RECURSIVE place(id, path) AS (VALUES (0, '') UNION ALL
  SELECT f.id, place.path || '/' || e.name FROM place
  JOIN folder f ON f.parent = place.id JOIN entry e ON e.subfolder = f.id)"""

# whole seconds towards the past, as stat tells them; SQLite's division goes towards 1970
_SECONDS: Final = "(p.mtime_ns / 1000000000 - (p.mtime_ns % 1000000000 < 0))"

# other first bytes may be shown (--embed), and an estimate will change: no size is told then
_LENGTH: Final = """iif(p.size_exact = 1 AND NOT EXISTS (
  SELECT 1 FROM meta WHERE key = 'embed' AND value = 1), p.size, NULL)"""

_PATH: Final = "place.path || '/' || e.name"
_SAME: Final = f"""t.path = {_PATH} AND t.mtime = {_SECONDS} AND t.made = 1
  AND (t.length IS NULL OR t.length IS {_LENGTH}) AND t.content_key = p.content_key"""

_WANTED_COLUMNS: Final = f"""e.folder, e.id, z.value, {_PATH}, {_SECONDS}, {_LENGTH},
  p.content_key, p.id, p.media, e.name"""

_NOT_MADE: Final = f"""p.missing = 0 AND {IS_PHOTO} AND NOT EXISTS (SELECT 1 FROM thumbnail t
  WHERE t.point = ?1 AND t.folder = e.folder AND t.entry = e.id AND t.size = z.value
    AND ({_SAME} OR t.path <> {_PATH}))"""  # noqa: S608 - words of ours

_WANTED: Final = f"""{_PLACES}
SELECT {_WANTED_COLUMNS}
FROM place LEFT JOIN opened o ON o.folder = place.id JOIN entry e ON e.folder = place.id
JOIN photo p ON p.id = e.photo JOIN json_each(?2) z
WHERE (?3 OR o.folder IS NOT NULL) AND {_NOT_MADE}
  AND p.id NOT IN (SELECT value FROM json_each(?5))
ORDER BY o.opened_ns DESC, e.folder, e.id, z.key LIMIT ?4"""  # noqa: S608 - words of ours

# one folder alone: its path is found on the way up, and no other folder is looked at
_PLACE: Final = """
WITH RECURSIVE up(id, path) AS (VALUES (?3, '') UNION ALL
  SELECT e.folder, '/' || e.name || up.path FROM up JOIN entry e ON e.subfolder = up.id),
place(id, path) AS (SELECT ?3, path FROM up WHERE id = 0)"""

_WANTED_IN: Final = f"""{_PLACE}
SELECT {_WANTED_COLUMNS}
FROM place JOIN entry e ON e.folder = place.id AND e.id > ?4 JOIN photo p ON p.id = e.photo
JOIN json_each(?2) z
WHERE {_NOT_MADE}
ORDER BY e.id, z.key LIMIT ?5"""  # noqa: S608 - words of ours

_LACKING: Final = f"""{_PLACES}
SELECT place.id, o.folder IS NOT NULL FROM place LEFT JOIN opened o ON o.folder = place.id
WHERE (?3 OR o.folder IS NOT NULL) AND EXISTS (
  SELECT 1 FROM entry e JOIN photo p ON p.id = e.photo JOIN json_each(?2) z
  WHERE e.folder = place.id AND {_NOT_MADE})
ORDER BY o.opened_ns DESC, place.id"""  # noqa: S608 - as above

_COLUMNS: Final = """t.point, t.folder, t.entry, t.size, t.path, t.mtime, t.length, t.content_key,
  t.bytes"""

_STALE: Final = f"""{_PLACES}
SELECT {_COLUMNS} FROM thumbnail t
WHERE NOT EXISTS (SELECT 1 FROM entry e JOIN place ON place.id = e.folder
  JOIN photo p ON p.id = e.photo WHERE e.folder = t.folder AND e.id = t.entry AND {_SAME})
LIMIT ?"""  # noqa: S608 - as above

_STALE_IN: Final = f"""{_PLACE}
SELECT {_COLUMNS} FROM thumbnail t WHERE t.point = ?1 AND t.folder = ?3
  AND NOT EXISTS (SELECT 1 FROM entry e JOIN place ON place.id = e.folder
    JOIN photo p ON p.id = e.photo WHERE e.folder = t.folder AND e.id = t.entry AND {_SAME})
LIMIT ?2"""  # noqa: S608 - as above

_COLDEST: Final = f"""
SELECT {_COLUMNS} FROM thumbnail t LEFT JOIN opened o ON o.folder = t.folder WHERE t.bytes > 0
ORDER BY t.point IN (SELECT unhex(value) FROM json_each(?)), coalesce(o.opened_ns, 0), t.point,
  t.folder, t.entry LIMIT ?"""  # noqa: S608 - as above


class ThumbnailRows(Part):
    """Rows of thumbnail; those that write are a transaction of their own."""

    def wanted_thumbnails(
        self,
        point: bytes,
        sizes: Sequence[ThumbnailSize],
        *,
        everywhere: bool,
        limit: int,
        but: Iterable[int] = (),
    ) -> list[WantedThumbnail]:
        """Thumbnails of a mount's photos that are not there or not right, in those sizes.

        Of folders that were opened, the latest first; then, if `everywhere`, of all others. Photos
        whose bytes nobody has are left out, files that are no photos, and `but` by their numbers;
        so is what has a stale one of another name, until that is forgotten: its row tells which
        file to remove.
        """
        known = (point, _names(sizes), int(everywhere), limit, json.dumps(list(but)))
        rows = self.database.all(_WANTED, known)
        return [_wanted(point, row) for row in rows]

    def stale_thumbnails(self, limit: int) -> list[ThumbnailRow]:
        """Those of photos that stand elsewhere now, or nowhere, or have another time or size.

        Also those that were about to be written when their writer was killed.
        """
        return [_row(*row) for row in self.database.all(_STALE, (limit,))]

    def folders_lacking(
        self, point: bytes, sizes: Sequence[ThumbnailSize], *, everywhere: bool
    ) -> list[tuple[int, bool]]:
        """The folders in which `wanted_thumbnails` are, and whether somebody opened each.

        Opened ones first, the latest at the top.
        """
        rows = self.database.all(_LACKING, (point, _names(sizes), int(everywhere)))
        return [(folder, bool(opened)) for folder, opened in rows]

    def wanted_in(
        self, point: bytes, sizes: Sequence[ThumbnailSize], folder: int, after: int, limit: int
    ) -> list[WantedThumbnail]:
        """Wanted thumbnails of one folder, of entries behind the cookie `after`, in their order.

        About `limit` of them at the most, all sizes of an entry together; none: that was all.
        """
        most = limit + len(sizes)
        rows = self.database.all(_WANTED_IN, (point, _names(sizes), folder, after, most))
        found = [_wanted(point, row) for row in rows]
        if len(found) == most:  # the last one may have more sizes than fit
            last = found[-1].row.entry
            found = [each for each in found if each.row.entry != last]
        return found

    def stale_in(self, point: bytes, folder: int, limit: int) -> list[ThumbnailRow]:
        """As `stale_thumbnails`, of one folder at one mount point."""
        return [_row(*row) for row in self.database.all(_STALE_IN, (point, limit, folder))]

    def coldest_thumbnails(self, mounted: Iterable[bytes], limit: int) -> list[ThumbnailRow]:
        """The first to go where room is short.

        Those of mounts that are none now; then of the folders that nobody opened, or not for the
        longest time.
        """
        points = json.dumps([point.hex() for point in mounted])
        return [_row(*row) for row in self.database.all(_COLDEST, (points, limit))]

    def thumbnails_in(self, point: bytes, folder: int, limit: int) -> list[ThumbnailRow]:
        """Those of one folder that were made, at one mount point."""
        rows = self.database.all(
            f"SELECT {_COLUMNS} FROM thumbnail t WHERE t.point = ? AND t.folder = ?"  # noqa: S608 - as above
            " AND t.made = 1 LIMIT ?",
            (point, folder, limit),
        )
        return [_row(*row) for row in rows]

    def of_the_same_files(self, rows: Iterable[ThumbnailRow]) -> list[ThumbnailRow]:
        """Those that tell of the same thumbnails on the disk as these, by other entries.

        As after an album that came back, with another number: what is removed of the former one is
        that of the present one.
        """
        files = {(row.point, row.path, row.size): (row.folder, row.entry) for row in rows}
        found = self.database.all(
            f"SELECT {_COLUMNS} FROM thumbnail t"  # noqa: S608 - as above
            " WHERE t.path IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted({path for _, path, _ in files})),),
        )
        told = [_row(*row) for row in found]
        return [
            row
            for row in told
            if files.get((row.point, row.path, row.size), (row.folder, row.entry))
            != (row.folder, row.entry)
        ]

    def thumbnails_at(self, point: bytes, limit: int) -> list[ThumbnailRow]:
        """All of one mount point, whatever their state."""
        rows = self.database.all(
            f"SELECT {_COLUMNS} FROM thumbnail t WHERE t.point = ? LIMIT ?",  # noqa: S608 - as above
            (point, limit),
        )
        return [_row(*row) for row in rows]

    def begin_thumbnails(self, rows: Iterable[ThumbnailRow]) -> None:
        """They are about to be written."""
        self._note(rows, made=0)

    def thumbnails_made(self, rows: Iterable[ThumbnailRow]) -> None:
        """They are whole on the disk, or there is none to be had (0 bytes)."""
        self._note(rows, made=1)

    def _note(self, rows: Iterable[ThumbnailRow], *, made: int) -> None:
        with self.database.transaction():
            for row in rows:
                self.database.run(
                    "INSERT OR REPLACE INTO thumbnail VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*row._replace(size=row.size.folder), made),  # type: ignore[arg-type]
                )

    def forget_thumbnails(self, rows: Iterable[ThumbnailRow]) -> None:
        """They are not on the disk any more, or not ours; with folders that are gone."""
        with self.database.transaction():
            for row in rows:
                self.database.run(
                    "DELETE FROM thumbnail WHERE point = ? AND folder = ? AND entry = ?"
                    " AND size = ?",
                    (row.point, row.folder, row.entry, row.size.folder),
                )
            self.database.run("DELETE FROM opened WHERE folder NOT IN (SELECT id FROM folder)")

    def let_thumbnails_go(self, rows: Sequence[ThumbnailRow]) -> None:
        """Forget them, and that their folders were opened, or they would be wanted at once."""
        with self.database.transaction():
            for folder in {row.folder for row in rows}:
                self.database.run("DELETE FROM opened WHERE folder = ?", (folder,))
        self.forget_thumbnails(rows)

    def thumbnail_totals(self) -> list[ThumbnailTotals]:
        """What lies at each mount point."""
        rows = self.database.all(
            "SELECT point, count(nullif(bytes, 0)), sum(bytes), sum(bytes = 0) FROM thumbnail"
            " GROUP BY point ORDER BY point"
        )
        return [ThumbnailTotals(*row) for row in rows]


def _names(sizes: Sequence[ThumbnailSize]) -> str:
    """The sizes as the queries take them."""
    return json.dumps([size.folder for size in sizes])


def _wanted(point: bytes, row: Row) -> WantedThumbnail:
    """One of `_WANTED_COLUMNS`."""
    folder, entry, size, path, mtime, length, key, photo, media, name = row
    known = ThumbnailSize.of_folder(size)
    to_be = ThumbnailRow(point, folder, entry, known, path, mtime, length, key)
    return WantedThumbnail(to_be, photo, media, name)


def _row(  # noqa: PLR0913, PLR0917 - a row has its columns
    point: bytes,
    folder: int,
    entry: int,
    size: str,
    path: str,
    mtime: int,
    length: int | None,
    content_key: str,
    taken: int,
) -> ThumbnailRow:
    """A row as it was read."""
    known = ThumbnailSize.of_folder(size)
    return ThumbnailRow(point, folder, entry, known, path, mtime, length, content_key, taken)
