"""Names put into an album and taken out of one, by one process, each durable before the next."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import apsw

from tests.bench.dataset import ALBUM
from tests.bench.figures import Line, at_least, floored, medians
from tests.bench.place import Place
from tests.bench.writing_home import client, mounted_anew, writable

NAMES = 10_000
A_SECOND = 2000
COMMITS = 2000


def run(place: Place) -> Iterator[Line]:
    """Links, then removals, which the guard holds from the 51st on; and what the disk can do."""
    names = min(NAMES, place.largest)
    home = writable(place.root, names)
    spent: dict[str, float] = {}

    def linked() -> float:
        os.sync()
        with mounted_anew(place, home) as albums:
            (albums / "Other").mkdir()
            spent["ln"] = client("link", albums / ALBUM, albums / "Other")
            spent["unlink"] = client("unlink", albums / ALBUM)
        return names / spent["ln"]

    seen = medians(
        {
            "ln": linked,
            "unlink": lambda: names / spent["unlink"],
            "SQLite": lambda: _commits(place.root / "commits.db"),
        }
    )
    for verb in ("ln", "unlink"):
        what = f"{verb} of {names:,} photos, album"
        yield floored(what, seen[verb], "/s", above=A_SECOND)
        alone = ("SQLite alone", seen["SQLite"])
        yield at_least("...", seen[verb], "/s", alone, 0)._replace(target="", holds=None)


def _commits(path: Path) -> float:
    """Commits a second of SQLite by itself, one row each, as durable and on the same disk."""
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", 2)
    connection.execute("CREATE TABLE IF NOT EXISTS one (row INTEGER PRIMARY KEY, wish TEXT)")
    began = time.perf_counter()
    for _ in range(COMMITS):
        connection.execute("INSERT INTO one(wish) VALUES (hex(randomblob(100)))")
    spent = time.perf_counter() - began
    connection.close()
    path.unlink()
    return COMMITS / spent
