"""Verifies the catalog's invariants; only reads. `repair` works derived data out anew.

1.  SQLite finds the file sound, and every reference leads to a row.
2.  Counters are right: a photo's places, a folder's subfolders, a library's photos and bytes.
3.  Every folder but the root has one entry, in the folder that it names as its parent, and the root
    can be reached from it.
4.  An entry's fold is that of its name, or its exact name's; the next entry's number is above all
    others'.
5.  A photo is gone if, and only if, no source has it and no program has written it; then it stands
    nowhere. But one that its source deleted may be kept in Trash here. One of the user's own that
    is not gone stands somewhere.
6.  An own photo that is not in the trash stands in exactly one folder of Dates.
7.  A photo that is not in the trash stands in every folder of its albums, and in no other album's.
8.  An album that is not gone has a folder, or is shown in that of the album that leads; a folder
    shows no album that is gone.
9.  A member whose photo was told of points to it; an observation's photo is of its own library.
10. Every observation can be read, and tells of the id that it is filed under. So can every wish.
11. A known hash is that of an original whose length is the photo's exact size.
12. Changes are numbered without a gap.

Photos that wait for their places (to_place) are exempt from 5, 6 and 7: a killed scan leaves them,
and the next one places them. So are files that programs wrote and that are not judged to be photos:
they stand where they were put. Libraries that are being removed are exempt from all but 1.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, NamedTuple

from photofs.catalog.database import Database, Row, small_steps
from photofs.catalog.seen_json import from_json
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import Corrupt
from photofs.model.naming import exact_fold, fold


class Problem(NamedTuple):
    """One thing that is not as it should be."""

    rule: str
    what: str

    def __str__(self) -> str:
        """For `photofs check`."""
        return f"{self.rule}: {self.what}"


_KEPT: Final = "library NOT IN (SELECT id FROM library WHERE removing = 1)"
_SETTLED: Final = """p.$kept AND p.id NOT IN (SELECT photo FROM to_place)
  AND p.id NOT IN (SELECT i.photo FROM incoming i WHERE i.stage <> 'waiting' AND NOT EXISTS (
    SELECT 1 FROM observation o WHERE o.photo = i.photo AND o.gone = 0))"""

# Each gives one row a problem, its text in the first column. `$kept`: of no library that is being
# removed; `$settled`: a photo of which that is true, and that does not wait for its places.
_RULES: Final = {
    "10 wishes": """
        SELECT 'operation ' || id || ' (' || verb || ', ' || state || ') cannot be read'
        FROM operation WHERE NOT json_valid(wish)""",
    "2 places": """
        SELECT 'photo ' || id || ' counts ' || places || ' places, has ' || n FROM (
          SELECT p.id, p.places, (SELECT count(*) FROM entry WHERE photo = p.id) n
          FROM photo p WHERE p.$kept) WHERE places <> n""",
    "2 subfolders": """
        SELECT 'folder ' || id || ' counts ' || subfolders || ' subfolders, has ' || n FROM (
          SELECT f.id, f.subfolders,
            (SELECT count(*) FROM entry WHERE folder = f.id AND subfolder IS NOT NULL) n
          FROM folder f WHERE library IS NULL OR $kept) WHERE subfolders <> n""",
    "2 library": """
        SELECT 'library ' || name || ' counts ' || photos || ' photos, ' || bytes || ' bytes; has '
          || n || ', ' || b FROM (
          SELECT l.name, l.photos, l.bytes, count(p.id) n, coalesce(sum(p.size), 0) b
          FROM library l LEFT JOIN photo p ON p.library = l.id AND p.gone = 0
          WHERE l.removing = 0 GROUP BY l.id) WHERE photos <> n OR bytes <> b""",
    "3 entry": """
        SELECT 'folder ' || f.id || ' ' || f.name || ' has no entry in its parent' FROM folder f
        WHERE f.id <> 0 AND $kept AND NOT EXISTS (
          SELECT 1 FROM entry e WHERE e.subfolder = f.id AND e.folder = f.parent)""",
    "3 reach": """
        WITH RECURSIVE below(id) AS (VALUES (0) UNION
          SELECT subfolder FROM entry JOIN below ON folder = below.id WHERE subfolder IS NOT NULL)
        SELECT 'folder ' || id || ' cannot be reached' FROM folder
        WHERE (library IS NULL OR $kept) AND id NOT IN (SELECT id FROM below)""",
    "4 next": """
        SELECT 'entry ' || max(id) || ' is above the next number' FROM entry
        HAVING max(id) >= (SELECT value FROM meta WHERE key = 'next_entry')""",
    "5 gone": """
        SELECT 'photo ' || p.id || iif(p.gone, ' is gone', ' is shown') || ' against its sources'
        FROM photo p WHERE p.$kept AND p.gone =
          (EXISTS (SELECT 1 FROM observation o WHERE o.photo = p.id AND o.gone = 0)
          OR EXISTS (SELECT 1 FROM incoming i WHERE i.photo = p.id))
          AND NOT (p.gone = 0 AND p.binned_ns IS NOT NULL)""",
    "5 nowhere": """
        SELECT 'photo ' || p.id || iif(p.gone, ' is gone', ' is shown') || ', but has '
          || p.places || ' places' FROM photo p WHERE $settled
          AND iif(p.gone, p.places > 0, p.owned AND p.places = 0)""",
    "6 dates": """
        SELECT 'photo ' || p.id || ' stands in ' || n || ' folders of Dates' FROM (
          SELECT p.id, (SELECT count(*) FROM entry e JOIN folder f ON f.id = e.folder
            WHERE e.photo = p.id AND f.kind IN ('dates', 'date')) n
          FROM photo p WHERE $settled AND p.owned = 1 AND p.trashed = 0 AND p.gone = 0) p
        WHERE n <> 1""",
    "7 member": """
        SELECT 'photo ' || p.id || ' is not in folder ' || f.id || ' of its album ' || f.name
        FROM folder f JOIN album a ON a.id = f.album OR a.lead = f.album
        JOIN shown_member m ON m.album = a.id JOIN photo p ON p.id = m.photo
        WHERE a.gone = 0 AND $settled AND p.trashed = 0 AND p.gone = 0
          AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.photo = p.id AND e.folder = f.id)""",
    "7 stranger": """
        SELECT 'photo ' || p.id || ' is in folder ' || f.id || ' of an album that it is not in'
        FROM folder f JOIN entry e ON e.folder = f.id JOIN photo p ON p.id = e.photo
        WHERE f.kind = 'album' AND $settled AND NOT EXISTS (
          SELECT 1 FROM shown_member m JOIN album a ON a.id = m.album
          WHERE m.photo = p.id AND coalesce(a.lead, a.id) = f.album)""",
    "8 album": """
        SELECT 'album ' || a.id || ' ' || a.title || ' has no folder' FROM album a
        JOIN source s ON s.id = a.source JOIN library l ON l.id = s.library
        WHERE a.gone = 0 AND l.removing = 0
          AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.album = coalesce(a.lead, a.id))""",
    "8 folder": """
        SELECT 'folder ' || f.id || ' ' || f.name || ' shows no album' FROM folder f
        WHERE f.album IS NOT NULL AND $kept
          AND NOT EXISTS (SELECT 1 FROM album a WHERE a.id = f.album AND a.gone = 0)""",
    "9 member": """
        SELECT 'member ' || m.remote_id || ' of album ' || m.album || ' misses its photo'
        FROM membership m JOIN album a ON a.id = m.album
        JOIN observation o ON o.source = a.source AND o.remote_id = m.remote_id
        JOIN source s ON s.id = a.source JOIN library l ON l.id = s.library
        WHERE m.photo IS NOT o.photo AND l.removing = 0""",
    "9 library": """
        SELECT 'observation ' || o.id || ' tells of a photo of another library'
        FROM observation o JOIN source s ON s.id = o.source JOIN photo p ON p.id = o.photo
        WHERE s.library <> p.library""",
    "11 original": """
        SELECT 'photo ' || p.id || ' has a hash, but no original of its size' FROM photo p
        WHERE p.sha256 IS NOT NULL AND NOT (p.size_exact = 1 AND EXISTS (
          SELECT 1 FROM original o WHERE o.sha256 = p.sha256 AND o.size = p.size))""",
    "12 changes": """
        SELECT 'changes ' || min(sequence) || ' to ' || max(sequence) || ' are only ' || count(*)
        FROM change HAVING max(sequence) - min(sequence) + 1 <> count(*)""",
}

PAGE: Final = 2000


def check(catalog: Catalog) -> Iterator[Problem]:
    """Everything that breaks an invariant; nothing is changed."""
    database = catalog.database
    for (text,) in database.all("PRAGMA integrity_check"):
        if text != "ok":
            yield Problem("1 file", str(text))
    for table, row, other, _ in database.all("PRAGMA foreign_key_check"):
        yield Problem("1 reference", f"row {row} of {table} points to no row of {other}")
    for rule, sql in _RULES.items():
        for (text,) in database.all(_whole(sql)):
            yield Problem(rule, str(text))
    yield from _folds(database)
    yield from _observations(database)


def repair(catalog: Catalog, limit_s: float = 0.03) -> None:
    """Work out anew what follows from other rows; the next scan places photos that are misplaced.

    Touches nothing remote, no bytes, and no fact that a source told. Each row is mended by itself,
    so that it may be cut; transactions last about `limit_s` each (the counters of one library
    some 0.2 s with a million photos, for they must be counted while nobody changes them).
    """
    catalog.finish_removals()
    database = catalog.database
    for find, mend in _REPAIRS:
        _each(database, database.all(find), partial(database.run, mend), limit_s)
    for rule, sql in _RULES.items():
        if rule[0] in "567" and rule != "5 gone":
            _each(database, database.all(_whole(sql)), partial(_queue, catalog), limit_s)


def _each(
    database: Database, rows: Iterable[Row], mend: Callable[[Row], None], limit_s: float
) -> None:
    """Mend one row after the other, in small transactions."""
    left = list(rows)

    def step() -> bool:
        mend(left.pop())
        return bool(left)

    if left:
        small_steps(database, step, limit_s)


def _queue(catalog: Catalog, problem: Row) -> None:
    """Have the photo placed that a problem tells of."""
    catalog.queue_photo(int(str(problem[0]).split()[1]))


# What finds the rows (nobody is kept from writing meanwhile), and what works one of them out anew.
_REPAIRS: Final = (
    (
        """
    SELECT m.album, m.remote_id FROM membership m JOIN album a ON a.id = m.album
    JOIN observation o ON o.source = a.source AND o.remote_id = m.remote_id
    WHERE m.photo IS NOT o.photo""",
        """
    UPDATE membership SET photo = o.photo FROM album a JOIN observation o ON o.source = a.source
    WHERE a.id = membership.album AND o.remote_id = membership.remote_id
    AND membership.album = ?1 AND membership.remote_id = ?2""",
    ),
    (
        """
    SELECT id FROM photo WHERE places <> (SELECT count(*) FROM entry WHERE photo = photo.id)""",
        """
    UPDATE photo SET places = (SELECT count(*) FROM entry WHERE photo = photo.id) WHERE id = ?1""",
    ),
    (
        """
    SELECT id FROM (SELECT f.id, f.subfolders, count(e.id) AS n FROM folder f
    LEFT JOIN entry e ON e.folder = f.id AND e.subfolder IS NOT NULL GROUP BY f.id)
    WHERE subfolders <> n""",
        """
    UPDATE folder SET subfolders = (SELECT count(*) FROM entry
    WHERE folder = folder.id AND subfolder IS NOT NULL) WHERE id = ?1""",
    ),
    (
        """
    SELECT id FROM (SELECT l.id, l.photos, l.bytes, count(p.id) AS n, coalesce(sum(p.size), 0) AS b
    FROM library l LEFT JOIN photo p ON p.library = l.id AND p.gone = 0 GROUP BY l.id)
    WHERE photos <> n OR bytes <> b""",
        """
    UPDATE library SET (photos, bytes) = (SELECT count(*), coalesce(sum(size), 0)
    FROM photo WHERE library = ?1 AND gone = 0) WHERE id = ?1""",
    ),
    (
        "SELECT coalesce(max(id), 0) + 1 FROM entry",
        "UPDATE meta SET value = max(value, ?1) WHERE key = 'next_entry'",
    ),
)


def _whole(sql: str) -> str:
    """A rule's SQL with its conditions written out."""
    return sql.replace("$settled", _SETTLED).replace("$kept", _KEPT)


def _folds(database: Database) -> Iterator[Problem]:
    """Invariant 4, which SQL cannot tell."""
    folder, after = -1, 0
    while rows := database.all(
        "SELECT folder, id, name, fold FROM entry WHERE (folder, id) > (?, ?)"
        " ORDER BY folder, id LIMIT ?",
        (folder, after, PAGE),
    ):
        for folder, after, name, key in rows:  # noqa: B007 - the last ones begin the next page
            if key not in {fold(name), exact_fold(name)}:
                yield Problem("4 fold", f"entry {after} {name!r} is filed under {key!r}")


def _observations(database: Database) -> Iterator[Problem]:
    """Invariant 10."""
    after = 0
    while rows := database.all(
        "SELECT id, remote_id, seen FROM observation WHERE id > ? ORDER BY id LIMIT ?",
        (after, PAGE),
    ):
        for after, remote_id, seen in rows:
            try:
                told = from_json(seen, 0).remote_id
            except Corrupt as corrupt:
                yield Problem("10 observation", f"{after}: {corrupt.what}")
                continue
            if told != remote_id:
                yield Problem("10 observation", f"{after} tells of {told!r}, not {remote_id!r}")
