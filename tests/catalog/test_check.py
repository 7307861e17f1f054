"""`photofs check` finds what is broken, changes nothing, and mends what follows from other rows."""

import pytest

from photofs.catalog.check import _RULES, check, repair
from tests.support.filed import Filed, album, photo

BREAKS = {
    "1 reference": "UPDATE entry SET photo = 999 WHERE photo IS NOT NULL",
    "2 places": "UPDATE photo SET places = 7 WHERE id = 1",
    "2 subfolders": "UPDATE folder SET subfolders = 9 WHERE id = 0",
    "2 library": "UPDATE library SET bytes = 1",
    "3 entry": "DELETE FROM entry WHERE name = 'Unsorted'",
    "3 reach": "DELETE FROM entry WHERE name = 'Albums'",
    "4 next": "UPDATE meta SET value = 1",
    "4 fold": "UPDATE entry SET fold = 'x' WHERE name = 'b.jpg'",
    "5 gone": "UPDATE observation SET gone = 1",
    "5 nowhere": "DELETE FROM entry WHERE photo = 3; UPDATE photo SET places = 0 WHERE id = 3",
    "6 dates": """DELETE FROM entry WHERE photo = 2 AND folder IN
        (SELECT id FROM folder WHERE kind = 'date')""",
    "7 member": """DELETE FROM entry WHERE photo = 1 AND folder IN
        (SELECT id FROM folder WHERE kind = 'album')""",
    "7 stranger": "DELETE FROM membership",
    "8 album": "UPDATE folder SET album = NULL",
    "8 folder": "UPDATE album SET gone = 1",
    "9 member": "UPDATE membership SET photo = NULL",
    "9 library": "UPDATE photo SET library = 2",
    "10 observation": "UPDATE observation SET seen = '{'",
    "10 wishes": """INSERT INTO operation(key, library, verb, wish, state, planned_ns,
        not_before_ns, changed_ns) VALUES ('k', 1, 'upload', '{', 'planned', 0, 0, 0)""",
    "11 original": "UPDATE photo SET sha256 = 'ab'",
    "12 changes": "DELETE FROM change WHERE sequence = 2",
}

DERIVED = ["2 places", "2 subfolders", "2 library", "4 next", "9 member"]
"""What `repair` works out anew at once."""

PLACED = ["5 nowhere", "6 dates", "7 member"]
"""What it leaves to the next scan."""


def break_rule(filed: Filed, rule: str) -> None:
    """Damage the catalog as no code of ours does."""
    filed.catalog.database.connection.pragma("foreign_keys", 0)
    filed.catalog.database.run(BREAKS[rule])


def rules(filed: Filed) -> set[str]:
    """The rules that are broken."""
    return {problem.rule for problem in check(filed.catalog)}


def test_there_is_a_damage_for_every_rule() -> None:
    """No rule is without its test."""
    assert _RULES.keys() <= BREAKS.keys()


@pytest.mark.parametrize("rule", BREAKS)
def test_p27_every_broken_invariant_is_found_and_only_looked_at(stocked: Filed, rule: str) -> None:
    """The damage is told in a sentence; a second look finds the same, for nothing was changed."""
    assert rules(stocked) == set()
    break_rule(stocked, rule)
    found = [str(problem) for problem in check(stocked.catalog)]
    assert any(problem.startswith(f"{rule}: ") for problem in found)
    version = stocked.catalog.database.connection.total_changes()
    assert [str(problem) for problem in check(stocked.catalog)] == found
    assert stocked.catalog.database.connection.total_changes() == version


@pytest.mark.parametrize("rule", DERIVED)
def test_p27_repair_works_derived_rows_out_anew(stocked: Filed, rule: str) -> None:
    """After a repair a second run finds nothing."""
    break_rule(stocked, rule)
    repair(stocked.catalog)
    assert rules(stocked) == set()


@pytest.mark.parametrize("rule", PLACED)
def test_p27_the_next_scan_places_what_was_misplaced(stocked: Filed, rule: str) -> None:
    """Repair notes which photos stand wrong; the next scan puts them where they belong."""
    before = stocked.files()
    break_rule(stocked, rule)
    repair(stocked.catalog)
    stocked.scan(full=False)
    assert rules(stocked) == set()
    assert stocked.files() == before


@pytest.mark.parametrize("rule", [None, *DERIVED])
def test_p27_repair_changes_no_fact(stocked: Filed, rule: str | None) -> None:
    """What sources told, what was learnt, and what was wished is as it was, whatever was broken."""
    fill(stocked)
    before = facts(stocked)
    if rule is not None:
        break_rule(stocked, rule)
    repair(stocked.catalog)
    assert facts(stocked) == before


def fill(filed: Filed) -> None:
    """Something to lose: flags that are set, hashes, pins, troubles, and one photo buried."""
    catalog = filed.catalog
    filed.scan(
        photo("a", size=10, favorite=True, title="A day"),
        photo("b", archived=True, missing=True),
        photo("c", trashed=True, owned=False),
        album("x", "Trip", "a", "b", "not yet told of"),
    )
    number = filed.photo_id("a")
    catalog.sealed(number, "1", "ab" * 32, 10)
    catalog.set_pinned(number, pinned=True)
    catalog.photo_trouble(filed.photo_id("b"), "the host said no")
    catalog.source_trouble(filed.source_id, "the line is dead")
    with catalog.tree_transaction():
        catalog.bury(filed.source_id, "long gone", None, 1)


TOLD = (
    "observation", "photo", "album", "membership", "collection", "original", "source", "scan",
    "operation", "tombstone", "finding", "folder", "entry",
)  # fmt: skip


def facts(filed: Filed) -> dict[str, list[tuple[object, ...]]]:
    """All that sources told, that was learnt, or wished, and how it is shown."""
    database = filed.catalog.database
    return {table: database.all(f"SELECT * FROM {table}") for table in TOLD}  # noqa: S608 - names of ours


def test_p27_repair_is_cut_into_short_transactions(stocked: Filed) -> None:
    """No writer waits for more than one small step of it, however much there is to mend."""
    database = stocked.catalog.database
    database.run("UPDATE photo SET places = 7")
    database.run("UPDATE membership SET photo = NULL")
    commits = 0

    def count() -> bool:
        nonlocal commits
        commits += 1
        return False

    database.connection.set_commit_hook(count)
    repair(stocked.catalog, limit_s=0)
    assert commits >= 3 + 1
    assert not list(check(stocked.catalog))
