"""Brings a catalog file to this version's schema: forward only, each step in one transaction.

The version is `PRAGMA user_version`; `PRAGMA application_id` tells a catalog from other SQLite
files. A new file is made from schema.sql; an old one goes through migrations/NNNN.sql, which are
never changed once released.
"""

from importlib.resources import files
from pathlib import Path

import apsw

from photofs.model.errors import Outdated, Refused

VERSION = 26
"""The schema's version: the highest number in migrations/."""

NEVER_USED = frozenset({10, 15, 16, 17, 20, 23})
"""Numbers that no released version of the schema had."""

APPLICATION_ID = 0x50464331
""""PFC1" in ASCII."""


def bring_up_to_date(connection: apsw.Connection, path: Path) -> None:
    """Make or migrate the file; Refused if it is newer than the program, or no catalog."""
    if _version(connection, path) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # another process may have done it while this one waited for the lock
        version = _version(connection, path)
        if version == 0:
            connection.execute(_text("schema.sql"))
            connection.pragma("application_id", APPLICATION_ID)
        for number in range(version + 1, VERSION + 1) if version else ():
            if number in NEVER_USED:
                continue
            connection.execute(_text("migrations", f"{number:04}.sql"))
        connection.pragma("user_version", VERSION)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def check_version(connection: apsw.Connection, path: Path) -> None:
    """For a reader, which migrates nothing: Outdated if the file is an older version's."""
    version = _version(connection, path)
    if version != VERSION:
        raise Outdated(
            f"the catalog {path} is of version {version}, this photofs reads {VERSION}",
            safe="the catalog was not touched",
            remedy="run `photofs check --repair` once to bring it up to date",
        )


def _version(connection: apsw.Connection, path: Path) -> int:
    """The file's version, 0 if it is empty."""
    version, identity = connection.pragma("user_version"), connection.pragma("application_id")
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").get
    if tables and identity != APPLICATION_ID:
        raise Refused(
            f"{path} is an SQLite file, but not a catalog of photofs",
            safe="it was not touched",
            remedy="move it away, or set another folder for photofs",
        )
    if version > VERSION:
        raise Refused(
            f"the catalog {path} is of version {version}, this photofs knows up to {VERSION}",
            safe="the catalog was not touched",
            remedy="upgrade photofs",
        )
    return int(version) if tables else 0


def _text(*parts: str) -> str:
    """One of the SQL files beside this module."""
    return files("photofs.catalog").joinpath(*parts).read_text(encoding="utf-8")
