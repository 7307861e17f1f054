"""A source's own small notes on this machine: JSON by key in a small SQLite file of its own.

Losing them costs only time, so a file that cannot be read is set aside and begun anew. Values are
JSON, never pickles: decoding a crafted pickle runs programs (CVE-2024-35515). The catalog's file is
never opened from here, for sqlitedict brings another copy of SQLite than apsw.
"""

import contextlib
import json
import logging
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlitedict import SqliteDict

from photofs.model.errors import Full, Refused, StoreError

_SUFFIX = ".sqlite"

# it logs every failure with two tracebacks before it raises it, and we raise it in our own words
logging.getLogger("sqlitedict").setLevel(logging.CRITICAL)


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
            raise _ours(error, self._path, "read") from error
        return value

    def put(self, key: str, value: object) -> None:
        """Note a JSON value under the key; Full or StoreError if that fails."""
        self.put_all({key: value})

    def put_all(self, notes: Mapping[str, object]) -> None:
        """Note all of these: fifty wait for the thread as often as one. Full or StoreError."""
        try:
            self._notes.update(notes)
            # sqlitedict's thread writes later, and tells what it met when it is asked next
            _ = "" in self._notes
        except sqlite3.Error as error:
            raise _ours(error, self._path, "written") from error

    def drop(self, key: str) -> None:
        """Note nothing under the key any more; Full or StoreError if that fails."""
        try:
            self._notes.pop(key, None)
            _ = "" in self._notes  # as in put_all
        except sqlite3.Error as error:
            raise _ours(error, self._path, "written") from error

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
        with _opened_here(path):
            # autocommit: a commit that fails ends sqlitedict's thread, and who asks it next waits
            # for ever (2.1.0); a statement that fails is raised
            return SqliteDict(
                str(path),
                tablename="note",
                autocommit=True,
                journal_mode="WAL",
                outer_stack=False,  # for a log that is off, it would cost 0.2 ms a statement
                encode=json.dumps,
                decode=json.loads,
            )
    except (sqlite3.Error, RuntimeError, OSError) as error:
        raise _ours(error, path, "opened") from error


@contextlib.contextmanager
def _opened_here(path: Path) -> Iterator[None]:
    """The file open in this thread first: what fails here would end sqlitedict's thread aloud."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield


def _ours(error: Exception, path: Path, done: str) -> StoreError:
    """An error of SQLite's as one of ours; `done`: what could not be done."""
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return Full(
            f"no room on the disk of the notes {path}",
            safe="what was recorded before is intact",
            remedy="make room and try again",
        )
    return StoreError(
        f"the notes {path} cannot be {done}: {error}", remedy="check the folder's permissions"
    )


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
