"""One connection to the catalog's file: how it is opened, its transactions, its errors made ours.

Only apsw opens the file, for two copies of SQLite in one process break each other's POSIX locks.
Every connection runs with journal_mode=WAL and synchronous=FULL (with NORMAL, acknowledged rows
were lost in 4 of 4 simulated power cuts) and foreign keys on; the settings are read back.

A second file `<name>.open` is held with a shared flock while a connection is open. Who gets it
alone, and finds rows in the write-ahead log, knows that the last process was killed, and has SQLite
look through the file before it is used.

Writers take turns: who wants to write holds a flock on `<name>.turn` until SQLite has let it begin,
so that a scan, which commits and begins again at once, lets everybody else in between. (SQLite's
own waiting is a matter of luck: with it alone a small write waited 5 s beside a scan.)
"""

import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import apsw

from photofs.catalog.migrate import bring_up_to_date, check_version
from photofs.model.errors import Bug, Busy, Corrupt, Full, NotFound, PhotofsError, StoreError

BUSY_MS = 5000
"""How long a writer waits for another one; no transaction of ours lasts longer than 50 ms."""

BRIEFLY_MS = 50
"""The same for who must not stand still, such as the loop that fetches: it comes again instead."""

TURN_EVERY = 0.002
"""Seconds between two looks at a turn that another process has; flock itself knows no limit."""

NORMAL, FULL = 1, 2
"""Values of SQLite's setting `synchronous`: synced at checkpoints alone, or at each commit."""

CACHE_KIB = 16 * 1024
"""SQLite's page cache per connection: the hot b-tree pages of a million photos."""

SMALLEST = 64 * 1024
"""Bytes: with less, a disk is full (SQLite's shared memory beside the catalog takes 32 KiB)."""

PRIVATE = 0o600
"""The mode of all files of the catalog: titles and places are nobody else's business."""

Row = tuple[Any, ...]
Values = Sequence[int | str | float | bytes | None]


class Database:
    """An open connection; used from one thread. Rows come as plain tuples."""

    def __init__(self, path: Path, *, read_only: bool = False, patience_ms: int = BUSY_MS) -> None:
        """Open the file, made anew or brought up to date if need be.

        `patience_ms`: for so long a writer waits for its turn, and then for the file.
        Raises NotFound (read-only, and there is none), Refused (made by a newer version, or no
        catalog at all), Busy, Full, Corrupt or StoreError.
        """
        self.path = path
        self.read_only = read_only
        self._patience = patience_ms / 1000
        if read_only and not path.exists():
            raise NotFound(f"there is no catalog at {path}", remedy="add a library first")
        self._lock: int | None = None
        self._turn: int | None = None
        alone = False
        try:
            if not read_only:
                self._turn = _open_lock(path, "turn")
                self._lock = _open_lock(path, "open")
                alone = _lock_now(self._lock)
                _close_to_others(path)
            self.connection = _connect(path, read_only=read_only, alone=alone)
            self.connection.set_busy_timeout(patience_ms)
        except BaseException:
            self._give_back()
            raise
        if self._lock is not None:
            fcntl.flock(self._lock, fcntl.LOCK_SH)

    def close(self) -> None:
        """Close the connection; once closed it stays so."""
        self.connection.close()
        self._give_back()

    def one(self, sql: str, values: Values = ()) -> Row | None:
        """The first row, or None."""
        try:
            return self.connection.execute(sql, values).fetchone()
        except apsw.Error as error:
            raise ours(error, self.path) from error

    def all(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows."""
        try:
            return self.connection.execute(sql, values).fetchall()
        except apsw.Error as error:
            raise ours(error, self.path) from error

    def run(self, sql: str, values: Values = ()) -> None:
        """Run a statement that gives no rows."""
        try:
            self.connection.execute(sql, values)
        except apsw.Error as error:
            raise ours(error, self.path) from error

    def insert(self, sql: str, values: Values = ()) -> int:
        """Run an INSERT; the new row's id."""
        self.run(sql, values)
        return self.connection.last_insert_rowid()

    def changed(self) -> int:
        """How many rows the last statement changed, without those of triggers."""
        return self.connection.changes()

    def begin(self) -> None:
        """Begin to write; Busy if others keep the turn, or one the file, for longer than set."""
        if self._turn is None:
            self.run("BEGIN IMMEDIATE")
            return
        self._take_turn(self._turn)
        try:
            self.run("BEGIN IMMEDIATE")
        finally:
            fcntl.flock(self._turn, fcntl.LOCK_UN)

    def commit(self) -> None:
        """Make durable what was written since `begin`; if that fails, none of it was written."""
        try:
            self.run("COMMIT")
        except PhotofsError:
            self.rollback()
            raise

    def rollback(self) -> None:
        """Undo what was written since `begin`, if anything is still open."""
        if self.connection.in_transaction:
            self.run("ROLLBACK")

    def _take_turn(self, descriptor: int) -> None:
        """Be the one who begins next; who has the turn may have been stopped, so not for ever."""
        until = time.monotonic() + self._patience
        while not _lock_now(descriptor):
            if time.monotonic() >= until:
                raise _busy(self.path)
            time.sleep(TURN_EVERY)

    def _give_back(self) -> None:
        """Close the lock files."""
        for descriptor in (self._lock, self._turn):
            if descriptor is not None:
                os.close(descriptor)
        self._lock = self._turn = None

    @contextmanager
    def unsynced(self) -> Iterator[None]:
        """What is committed in the block is durable with the next commit outside of it.

        For what nobody was promised yet: it saves one of the two times that a file which is copied
        in waits for the disk. Not within a transaction.
        """
        self.connection.pragma("synchronous", NORMAL)
        try:
            yield
        finally:
            self.connection.pragma("synchronous", FULL)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is written in the block."""
        self.begin()
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        self.commit()

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Within the transaction that is open; if none is, one for the length of the block."""
        if self.connection.in_transaction:
            yield
            return
        with self.transaction():
            yield


def small_steps(database: Database, step: Callable[[], bool], limit_s: float = 0.03) -> None:
    """Repeat `step` in transactions of about `limit_s` each until it says that nothing is left."""
    more = True
    while more:
        until = time.monotonic() + limit_s
        with database.transaction():
            more = step()
            while more and time.monotonic() < until:
                more = step()


def ours(error: apsw.Error, path: Path) -> PhotofsError:
    """An apsw exception as one of ours."""
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return _busy(path)
    # without room SQLite's shared memory beside the file cannot be made: that is an IOError to it
    if isinstance(error, apsw.FullError) or (
        isinstance(error, apsw.IOError | apsw.CantOpenError) and _is_full(path.parent)
    ):
        return Full(
            f"no room on the disk of the catalog {path}",
            safe="what was recorded before is intact",
            remedy="make room and try again",
        )
    if isinstance(error, apsw.CorruptError | apsw.NotADBError):
        return Corrupt(
            f"the catalog {path} is damaged: {error}",
            safe="originals and remote libraries are not touched",
            remedy="move the file away and scan again, or restore it from a backup",
        )
    if isinstance(
        error, apsw.ReadOnlyError | apsw.CantOpenError | apsw.IOError | apsw.PermissionsError
    ):
        return StoreError(
            f"the catalog {path} cannot be read or written: {error}",
            safe="what was recorded before is intact",
            remedy="check the disk and the file's permissions",
        )
    return Bug(f"the catalog was asked wrongly: {error}")


def _busy(path: Path) -> Busy:
    return Busy(
        f"the catalog {path} is held by another process",
        safe="nothing was changed",
        remedy="try again; a `photofs scan` stopped with Ctrl-Z holds it until it goes on (`fg`)",
    )


def _is_full(folder: Path) -> bool:
    """Whether the folder's disk has no room for as much as one small file."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < SMALLEST


def _connect(path: Path, *, read_only: bool, alone: bool) -> apsw.Connection:
    """Open, set, verify and migrate."""
    # a log of more than nothing with no process left means: the last one was killed
    unclean = alone and not read_only and _length(path.with_name(path.name + "-wal")) > 0
    flags = (
        apsw.SQLITE_OPEN_READONLY
        if read_only
        else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    )
    try:
        connection = apsw.Connection(str(path), flags=flags, statementcachesize=200)
    except apsw.Error as error:
        raise ours(error, path) from error
    try:
        _set_pragmas(connection, path, read_only=read_only)
        if unclean:
            _look_through(connection, path)
        if read_only:
            check_version(connection, path)
        else:
            bring_up_to_date(connection, path)
    except apsw.Error as error:
        connection.close()
        raise ours(error, path) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _set_pragmas(connection: apsw.Connection, path: Path, *, read_only: bool) -> None:
    """The settings of every connection, read back."""
    connection.set_busy_timeout(BUSY_MS)
    # without it SQLite prepares a cached statement anew for each bound value, to plan by it: 33 us
    # for a lookup instead of 10
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    wanted = {
        "journal_mode": "wal",
        "synchronous": FULL,
        "foreign_keys": 1,
        "cache_size": -CACHE_KIB,
    }
    if read_only:  # the writers' affair
        del wanted["journal_mode"]
    for name, value in wanted.items():
        connection.pragma(name, value)
    for name, value in {**wanted, "busy_timeout": BUSY_MS}.items():
        got = connection.pragma(name)
        if got != value:
            raise StoreError(
                f"the catalog {path} cannot be kept safely here: {name} is {got}, not {value}",
                remedy="put photofs' state folder on a local disk",
            )


def _look_through(connection: apsw.Connection, path: Path) -> None:
    """After an unclean stop: SQLite's quick check. Corrupt if it finds anything."""
    found = connection.pragma("quick_check")
    if found != "ok":
        raise Corrupt(
            f"the catalog {path} is damaged: {found}",
            safe="originals and remote libraries are not touched",
            remedy="move the file away and scan again, or restore it from a backup",
        )


def _lock_now(descriptor: int) -> bool:
    """Take the lock file for oneself, if nobody else holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open_lock(path: Path, use: str) -> int:
    """A descriptor of a lock file beside the catalog; StoreError if it cannot be opened."""
    try:
        return os.open(f"{path}.{use}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unopened(path, error) from error


def _close_to_others(path: Path) -> None:
    """Have the catalog's files open to their owner alone, those of earlier versions too.

    SQLite gives the -wal and the -shm that it makes the mode of the catalog itself. Nothing is
    opened here: closing it again would give up the locks that this process has on it (POSIX).
    """
    try:
        with suppress(FileExistsError):
            os.mknod(path, stat.S_IFREG | PRIVATE)
        for tail in ("", "-wal", "-shm"):
            each = path.with_name(path.name + tail)
            with suppress(FileNotFoundError, PermissionError):  # vfat has no modes
                if stat.S_IMODE(each.stat().st_mode) != PRIVATE:
                    each.chmod(PRIVATE)
    except OSError as error:
        if _is_full(path.parent):
            raise ours(apsw.FullError(), path) from error
        raise _unopened(path, error) from error


def _unopened(path: Path, error: OSError) -> StoreError:
    """The disk does not let us have a file of the catalog's."""
    return StoreError(
        f"the catalog {path} cannot be opened: {error.strerror}",
        remedy="check the folder and its permissions",
    )


def _length(path: Path) -> int:
    """A file's length, 0 if it is not there."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
