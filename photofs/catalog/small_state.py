"""A source's own small notes on this machine: JSON by key in a small SQLite file of its own.

Losing them costs only time, so a file that cannot be read is set aside and begun anew. Values are
JSON, never pickles: decoding a crafted pickle runs programs (CVE-2024-35515). The catalog's file is
never opened from here, for sqlitedict brings another copy of SQLite than apsw.
"""

import contextlib
import json
import sqlite3
from pathlib import Path

from sqlitedict import SqliteDict

from photofs.model.errors import Refused, StoreError

_SUFFIX = ".sqlite"


class SqliteState:
    """Keeps `providers.port.SmallState` in one file."""

    def __init__(self, path: Path) -> None:
        """Open the file, made anew if it is not there or damaged; StoreError if that fails."""
        self._path = path
        self._notes = _open_or_begin_anew(path)

    def get(self, key: str) -> object | None:
        """The value noted under the key."""
        try:
            value: object = self._notes.get(key)
        except (sqlite3.Error, ValueError) as error:
            raise StoreError(f"the notes in {self._path} cannot be read: {error}") from error
        return value

    def put(self, key: str, value: object) -> None:
        """Note a JSON value under the key, durably."""
        try:
            self._notes[key] = value
            self._notes.commit()
        except sqlite3.Error as error:
            raise StoreError(f"the notes in {self._path} cannot be written: {error}") from error

    def close(self) -> None:
        """Close the file and end sqlitedict's thread."""
        self._notes.close()


def open_small_state(path: Path) -> SqliteState:
    """The notes in that file; the caller closes them. Refused for a file of another kind."""
    if path.suffix != _SUFFIX:
        raise Refused(
            f"{path} is no file for a source's notes", remedy=f"its name ends in {_SUFFIX}"
        )
    return SqliteState(path)


def _open_or_begin_anew(path: Path) -> SqliteDict:
    """The file opened and read through once; a damaged one is renamed out of the way."""
    if path.exists() and not _is_sound(path):
        path.replace(path.with_suffix(".damaged"))
        for tail in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + tail).unlink()
    try:
        return SqliteDict(
            str(path),
            tablename="note",
            journal_mode="WAL",
            encode=json.dumps,
            decode=json.loads,
        )
    except (sqlite3.Error, RuntimeError, OSError) as error:
        raise StoreError(
            f"the notes {path} cannot be opened: {error}", remedy="check the folder's permissions"
        ) from error


def _is_sound(path: Path) -> bool:
    """Whether SQLite can read the whole file, and all values are JSON."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            if connection.execute("PRAGMA quick_check").fetchone() != ("ok",):
                return False
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'note'").fetchone():
                for (value,) in connection.execute("SELECT value FROM note"):
                    json.loads(value)
    except (sqlite3.Error, ValueError, TypeError):
        return False
    return True
