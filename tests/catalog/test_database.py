"""How the file is opened, shared and read, and which errors come of it."""

import ast
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import apsw
import pytest

from photofs.catalog import database as database_module
from photofs.catalog.database import ours, small_steps
from photofs.catalog.sqlite import Catalog, open_catalog
from photofs.model.errors import Bug, Busy, Corrupt, Full, NotFound, StoreError
from tests.support.filed import Filed, photo

PHOTOFS = Path(database_module.__file__).parents[1]


def test_every_connection_is_durable(catalog: Catalog) -> None:
    """WAL, synchronous=FULL, foreign keys, and a wait for other writers."""
    pragma = catalog.database.connection.pragma
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    assert {name: pragma(name) for name in wanted} == wanted


@pytest.mark.parametrize("earlier", [False, True], ids=["new", "of an earlier version"])
def test_nobody_else_can_read_the_catalog(tmp_path: Path, *, earlier: bool) -> None:
    """Each of its files is 0600, whatever the umask; wider ones of earlier versions are mended."""
    path = tmp_path / "catalog.db"
    mask = os.umask(0o022)
    try:
        if earlier:
            with open_catalog(path) as catalog:
                catalog.add_library("L")
                for each in tmp_path.glob("catalog.db*"):
                    each.chmod(0o644)
                shutil.copytree(tmp_path, tmp_path / "killed")  # its log is not written back yet
            path = tmp_path / "killed" / "catalog.db"
        with open_catalog(path) as catalog:
            catalog.add_library("M")
            files = [path.with_name(path.name + tail) for tail in ("", "-wal", "-shm")]
            modes = {each.stat().st_mode & 0o777 for each in files}
    finally:
        os.umask(mask)
    assert modes == {0o600}


def test_a_reader_sees_what_a_writer_commits(catalog: Catalog, path: Path) -> None:
    """A read-only connection works beside a writer, sees its commits, and cannot write."""
    with open_catalog(path, read_only=True) as reader:
        version = reader.data_version()
        catalog.add_library("L")
        assert reader.child(0, "L") is not None
        assert reader.data_version() != version
        with pytest.raises(StoreError):
            reader.add_library("M")


def test_a_reader_is_not_held_up_by_an_open_transaction(catalog: Catalog, path: Path) -> None:
    """Listing goes on while somebody writes, with what was committed before."""
    with open_catalog(path, read_only=True) as reader, catalog.database.transaction():
        catalog.database.run("UPDATE meta SET value = 77")
        assert reader.database.one("SELECT value FROM meta") != (77,)


def test_no_catalog_to_read_is_not_found(path: Path) -> None:
    """A reader makes no file."""
    with pytest.raises(NotFound):
        open_catalog(path, read_only=True)
    assert not path.exists()


def test_a_writer_that_waits_too_long_is_told(catalog: Catalog, path: Path) -> None:
    """Busy, with nothing changed, if another one holds the file for longer than the set time."""
    with open_catalog(path) as other:
        other.database.connection.set_busy_timeout(50)
        with catalog.database.transaction(), pytest.raises(Busy):
            other.add_library("L")
        other.add_library("L")


def test_a_full_disk_is_told_and_loses_nothing(catalog: Catalog) -> None:
    """Full is raised, the transaction is undone, and earlier rows are there."""
    catalog.add_library("L", "service", {})
    pages = catalog.database.connection.pragma("page_count")
    catalog.database.connection.pragma("max_page_count", pages)
    with pytest.raises(Full), catalog.database.transaction():
        catalog.database.run("UPDATE source SET config = ?", ["x" * 100_000])
    assert catalog.sources()[0].config == {}
    assert not catalog.database.connection.in_transaction


def test_a_damaged_file_is_told(path: Path) -> None:
    """Garbage where the catalog should be is Corrupt, with a remedy, not a crash."""
    path.write_bytes(b"no catalog at all" * 1000)
    with pytest.raises(Corrupt, match="move the file away"):
        open_catalog(path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A missing folder is a StoreError with the reason."""
    with pytest.raises(StoreError, match="cannot be opened"):
        open_catalog(tmp_path / "nowhere" / "catalog.db")


def test_wrong_sql_is_our_own_mistake(catalog: Catalog) -> None:
    """Anything else that SQLite says is a Bug that names it."""
    with pytest.raises(Bug, match="nonsense"):
        catalog.database.run("nonsense")


@pytest.mark.parametrize(
    ("foreign", "our_own"),
    [
        (apsw.BusyError, Busy),
        (apsw.LockedError, Busy),
        (apsw.FullError, Full),
        (apsw.CorruptError, Corrupt),
        (apsw.NotADBError, Corrupt),
        (apsw.IOError, StoreError),
        (apsw.ReadOnlyError, StoreError),
        (apsw.CantOpenError, StoreError),
        (apsw.ConstraintError, Bug),
    ],
)
def test_every_foreign_error_becomes_ours(
    foreign: type[apsw.Error], our_own: type[Exception], path: Path
) -> None:
    """No exception of apsw is seen outside of the catalog."""
    assert type(ours(foreign("x"), path)) is our_own


def test_an_unclean_stop_has_the_file_looked_through(path: Path) -> None:
    """A killed process leaves its log; the next one alone finds damage before using the file."""
    child = os.fork()
    if child == 0:
        filed = Filed(path)
        filed.catalog.database.connection.wal_autocheckpoint(0)
        filed.scan(*[photo(str(number), description="x" * 500) for number in range(200)])
        filed.catalog.database.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_FULL)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert path.with_name("catalog.db-wal").stat().st_size > 0
    path.with_name("catalog.db-wal").write_bytes(b"x" * 100)
    with path.open("r+b") as file:
        file.seek(-8 * 4096, os.SEEK_END)
        file.write(b"\xff" * 4096 * 8)
    with pytest.raises(Corrupt):
        open_catalog(path)


def test_a_clean_stop_leaves_no_log(path: Path) -> None:
    """The last one to close takes the log with it, so the next start looks at nothing."""
    open_catalog(path).close()
    assert not path.with_name("catalog.db-wal").exists()


def test_a_failed_commit_is_undone(catalog: Catalog) -> None:
    """A commit that cannot be written leaves no open transaction behind, and nothing written."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    wal = catalog.database.path.with_name("catalog.db-wal").stat().st_size
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (wal, limit[1]))
        with pytest.raises(StoreError), catalog.database.transaction():
            catalog.database.run("UPDATE meta SET value = 77")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert not catalog.database.connection.in_transaction
    assert catalog.database.one("SELECT value FROM meta") == (1,)


def test_a_refused_commit_is_undone(catalog: Catalog) -> None:
    """Where SQLite leaves the transaction open after a failed commit, we end it."""
    catalog.database.begin()
    catalog.database.run("PRAGMA defer_foreign_keys = ON")
    catalog.database.run("INSERT INTO to_place(photo) VALUES (99)")
    with pytest.raises(Bug):
        catalog.database.commit()
    assert not catalog.database.connection.in_transaction
    catalog.add_library("L")


def test_small_steps_commit_as_they_go(catalog: Catalog, path: Path) -> None:
    """Each step stands by itself: with no time to spare, every one is a transaction."""
    with open_catalog(path, read_only=True) as reader:
        seen = []

        def step() -> bool:
            row = reader.database.one("SELECT value FROM meta")
            seen.append(row[0] if row else None)
            catalog.database.run("UPDATE meta SET value = value + 1")
            return len(seen) < 3

        small_steps(catalog.database, step, limit_s=0.0)
    assert seen == [1, 2, 3]


def test_p24_two_writers_lose_nothing(catalog: Catalog, path: Path) -> None:
    """Two connections that write at the same time wait for each other; every wish is there."""
    catalog.add_library("L", "service", {})

    def write(name: str) -> None:
        with open_catalog(path) as other:
            for number in range(25):
                other.add_source(1, name, {"number": number})

    threads = [threading.Thread(target=write, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(catalog.sources()) == 51


def test_only_apsw_opens_the_catalog() -> None:
    """sqlite3 and sqlitedict are imported by the small notes alone, which have their own suffix."""
    users = {
        file.relative_to(PHOTOFS).as_posix()
        for file in PHOTOFS.rglob("*.py")
        if {"sqlite3", "sqlitedict"} & imports(file)
    }
    assert users == {"catalog/small_state.py"}


def test_opening_a_catalog_loads_no_second_sqlite() -> None:
    """A process that uses the catalog has one copy of SQLite: sqlite3 is not even imported."""
    code = (
        "import sys, photofs.catalog.sqlite, photofs.filing.filing; print('sqlite3' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def imports(file: Path) -> set[str]:
    """The top names of all modules that a file imports."""
    found = set[str]()
    text = file.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)) if "sqlite" in text else ():
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found
