"""The schema: made anew, brought up to date from an old file, explained column by column."""

import re
from importlib.resources import files
from pathlib import Path

import apsw
import pytest

from photofs.catalog.check import check
from photofs.catalog.database import Database
from photofs.catalog.migrate import NEVER_USED, VERSION
from photofs.catalog.sqlite import open_catalog
from photofs.model.errors import Refused

OLD = Path(__file__).with_name("catalog-v1.sql")
SCHEMA = files("photofs.catalog").joinpath("schema.sql").read_text(encoding="utf-8")


def old_catalog(path: Path) -> None:
    """A file as the first version left it: one library with two photos and an album."""
    connection = apsw.Connection(str(path))
    connection.execute(OLD.read_text(encoding="utf-8"))
    connection.close()


def shape(path: Path) -> dict[str, object]:
    """All tables with their columns, indexes, and triggers, whatever way they came about."""
    connection = apsw.Connection(str(path))
    found: dict[str, object] = {"version": connection.pragma("user_version")}
    for kind, name, table, sql in connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"
    ).fetchall():
        if kind == "table":
            columns = connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
            keys = connection.execute(f"PRAGMA foreign_key_list({name})").fetchall()
            words = ("STRICT", "WITHOUT ROWID", "AUTOINCREMENT")
            strict = [word for word in words if word in str(sql)]
            found[f"table {name}"] = (columns, keys, strict)
        else:
            found[f"{kind} {name} on {table}"] = re.sub(r"\s+", " ", str(sql))
    connection.close()
    return found


def test_an_old_catalog_becomes_what_a_new_one_is(tmp_path: Path) -> None:
    """Migrating the stored first version gives the schema that schema.sql describes."""
    old_catalog(tmp_path / "old.db")
    open_catalog(tmp_path / "old.db").close()
    open_catalog(tmp_path / "new.db").close()
    assert shape(tmp_path / "old.db") == shape(tmp_path / "new.db")


def test_an_old_catalog_keeps_what_it_knew(tmp_path: Path) -> None:
    """After migrating, tree, facts and inode numbers are as they were, and `check` is clean."""
    old_catalog(tmp_path / "old.db")
    with open_catalog(tmp_path / "old.db") as catalog:
        (library,) = catalog.libraries()
        assert library.name == "Old"
        tops = {entry.name: entry.ino for entry in catalog.entries(library.folder_id, 0, 100)}
        assert tops["Unsorted"] == 8
        (photo,) = catalog.entries(4, 0, 100)
        assert (photo.name, photo.ino, photo.size, photo.links) == ("b.jpg", 5, 20, 2)
        assert catalog.photo(1).albums == ("Trip",)
        assert list(check(catalog)) == []


def test_the_stored_file_is_of_the_first_version(tmp_path: Path) -> None:
    """The migration is really gone through: the stored file lacks what came with version 2."""
    old_catalog(tmp_path / "old.db")
    assert shape(tmp_path / "old.db")["version"] == 1
    assert "table to_place" not in shape(tmp_path / "old.db")


def test_migrations_are_numbered_without_a_gap() -> None:
    """One file a version, up to the program's own, but for numbers that were never used."""
    names = [each.name for each in files("photofs.catalog").joinpath("migrations").iterdir()]
    numbers = sorted(int(name[:4]) for name in names if name.endswith(".sql"))
    assert numbers == [number for number in range(1, VERSION + 1) if number not in NEVER_USED]


def test_a_killed_migration_is_done_again(tmp_path: Path) -> None:
    """A migration is one transaction: half of one is none."""
    path = tmp_path / "old.db"
    old_catalog(path)
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE quota (in_the_way)")
    connection.close()
    with pytest.raises(Exception, match="quota"):
        open_catalog(path)
    assert shape(path)["version"] == 1
    connection = apsw.Connection(str(path))
    connection.execute("DROP TABLE quota")
    connection.close()
    open_catalog(path).close()
    assert shape(path)["version"] == VERSION


def test_a_newer_catalog_is_refused_with_a_remedy(path: Path) -> None:
    """A file of a later version is not touched; the user is told to upgrade."""
    open_catalog(path).close()
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", VERSION + 1)
    connection.close()
    for read_only in (False, True):
        with pytest.raises(Refused, match="upgrade photofs"):
            open_catalog(path, read_only=read_only)


def test_another_programs_file_is_refused(path: Path) -> None:
    """An SQLite file that is no catalog is left as it is."""
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE recipes (name)")
    connection.close()
    with pytest.raises(Refused, match="not a catalog"):
        open_catalog(path)
    assert "table library" not in shape(path)


def test_a_reader_migrates_nothing(tmp_path: Path) -> None:
    """An old file opened read-only is refused, with the way to bring it up to date."""
    old_catalog(tmp_path / "old.db")
    with pytest.raises(Refused, match="photofs check"):
        Database(tmp_path / "old.db", read_only=True)
    assert shape(tmp_path / "old.db")["version"] == 1


def test_every_table_and_column_is_explained() -> None:
    """A comment before each table, and on each column's line."""
    tables = re.findall(r"(--[^\n]*\n)?CREATE TABLE (\w+) \((.*?)\n\)", SCHEMA, re.DOTALL)
    assert len(tables) > 15
    for comment, table, body in tables:
        assert comment, table
        columns = [
            line for line in body.split("\n") if re.match(r"  [a-z_]+ +(TEXT|INTEGER)", line)
        ]
        assert [line for line in columns if "--" not in line] == [], table
