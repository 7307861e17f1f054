"""Rows that one scan must know of all photos at once, by key, in a file that goes with it.

SQLite keeps them in a file of its own among the system's temporary ones (`_folder`), made when
they outgrow a small cache, unlinked from the start and private: nothing of it is left behind by a
crash. Nothing is synced, for nothing needs to survive. Only apsw opens it, as it does the catalog.
"""

import json
import os
from collections.abc import Iterator, Sequence
from typing import TypeAlias, cast

import apsw
import msgspec

from photofs.model.errors import Full, StoreError
from photofs.model.pile import Cell, Row

AT_ONCE = 1_000
"""Rows that are written together: one at a time costs three times as much."""

CACHE_KIB = 2 * 1024
"""Pages held in memory; what was written lately is in the system's own cache anyway."""

_SETTINGS = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    f"PRAGMA cache_size = -{CACHE_KIB}",
    "CREATE TABLE line (number INTEGER PRIMARY KEY, key TEXT NOT NULL, row BLOB NOT NULL)",
    "BEGIN",
)
_ADD = "INSERT INTO line (key, row) VALUES (?, ?)"
_INDEX = "CREATE INDEX by_key ON line (key)"
_ROWS = "SELECT row FROM line WHERE key = ? ORDER BY number"
_KEYS = "SELECT key FROM line GROUP BY key ORDER BY min(number)"
_COUNT = "SELECT count(DISTINCT key) FROM line"
_IS_THERE = "SELECT 1 FROM line WHERE key = ? LIMIT 1"
_REMOVE = "DELETE FROM line WHERE key = ?"

_Plain: TypeAlias = bool | int | float | str | None
_Deep: TypeAlias = _Plain | tuple[_Plain, ...]
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(tuple[_Plain | tuple[_Deep, ...], ...]).decode
_JSON = b"["
"""What packed rows do not begin with."""


_FOLDERS = ("/var/tmp", "/usr/tmp", "/tmp")  # noqa: S108 - SQLite's own list, see `_folder`


class DiskPile:
    """Keeps `model.pile.Pile`; used by one thread at a time, not always the same."""

    def __init__(self) -> None:
        """Empty; StoreError if there is no room for anything."""
        self._waiting: list[tuple[str, bytes]] = []
        self._indexed = False
        try:
            self._connection = apsw.Connection("")
            for each in _SETTINGS:
                self._connection.execute(each)
        except apsw.Error as error:
            raise _ours(error) from error

    def add(self, key: str, row: Row) -> None:
        """Put a row behind those of its key."""
        self._waiting.append((key, _packed(row)))
        if len(self._waiting) >= AT_ONCE:
            self._write()

    def rows(self, key: str) -> Iterator[Row]:
        """The rows of a key, in the order in which they were added."""
        try:
            for (row,) in self._run(_ROWS, key):
                yield _unpacked(cast("bytes", row))
        except apsw.Error as error:
            raise _ours(error) from error

    def keys(self) -> Iterator[str]:
        """All keys, in the order of their first rows."""
        try:
            for (key,) in self._run(_KEYS):
                yield cast("str", key)
        except apsw.Error as error:
            raise _ours(error) from error

    def remove(self, key: str) -> None:
        """Forget a key with its rows."""
        self._run(_REMOVE, key)

    def __contains__(self, key: object) -> bool:
        """Whether the key has a row."""
        return isinstance(key, str) and bool(self._all(_IS_THERE, key))

    def __len__(self) -> int:
        """How many keys there are."""
        return cast("int", self._all(_COUNT)[0][0])

    def close(self) -> None:
        """Let go of the file, which thereby is no more."""
        self._waiting.clear()
        self._connection.close()

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            self._connection.executemany(_ADD, waiting)
        except apsw.Error as error:
            raise _ours(error) from error

    def _all(self, sql: str, *values: str) -> Sequence[tuple[object, ...]]:
        """Its rows; that they are fetched fails as a statement does."""
        try:
            return self._run(sql, *values).fetchall()
        except apsw.Error as error:
            raise _ours(error) from error

    def _run(self, sql: str, *values: str) -> apsw.Cursor:
        """A statement, once all is in the file; the index is made when it is first of use."""
        if self._waiting:
            self._write()
        try:
            if not self._indexed:
                self._connection.execute(_INDEX)
                self._indexed = True
            return self._connection.execute(sql, values)
        except apsw.Error as error:
            raise _ours(error) from error


def _packed(row: Row) -> bytes:
    """As MessagePack; as JSON where that cannot hold it: names of no encoding, huge numbers."""
    try:
        return _pack(row)
    except (UnicodeError, OverflowError):
        return json.dumps(row).encode("ascii")


def _unpacked(packed: bytes) -> Row:
    """The row, tuples within tuples as they were."""
    if packed[:1] == _JSON:
        return tuple(_as_tuples(cell) for cell in json.loads(packed))
    return cast("Row", _unpack(packed))


def _as_tuples(cell: object) -> Cell:
    if isinstance(cell, list):
        return tuple(_as_tuples(one) for one in cell)
    return cast("Cell", cell)


def _folder() -> str:
    """Where SQLite keeps such a file (sqlite.org/tempfiles.html, 5)."""
    named = (os.environ.get(name, "") for name in ("SQLITE_TMPDIR", "TMPDIR"))
    for each in (*named, *_FOLDERS):
        if os.path.isdir(each) and os.access(each, os.W_OK | os.X_OK):  # noqa: PTH112 - "" is none
            return each
    return "."


def _ours(error: apsw.Error) -> StoreError:
    """An error of SQLite's as one of ours; disks that are full are most of them."""
    kind = Full if isinstance(error, apsw.FullError | apsw.IOError) else StoreError
    return kind(
        f"a scan's temporary file cannot be kept in {_folder()}: {error}",
        safe="what was filed before is kept, and nothing is taken for deleted",
        remedy="make room there, or set TMPDIR to a folder that has room, and scan again",
    )
