"""`photofs check` finds what is broken, changes nothing, and mends what follows from other rows."""

import pytest

from photofs.catalog.check import _RULES, check, repair
from tests.support.filed import Filed

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


def test_p27_repair_changes_no_fact(stocked: Filed) -> None:
    """What sources told, and what was learnt, is as it was."""
    before = facts(stocked)
    repair(stocked.catalog)
    assert facts(stocked) == before


def facts(filed: Filed) -> list[list[tuple[object, ...]]]:
    """All that sources told, that was learnt, or wished."""
    statements = (
        "SELECT * FROM observation",
        "SELECT * FROM photo",
        "SELECT * FROM album",
        "SELECT * FROM original",
        "SELECT * FROM source",
        "SELECT * FROM operation",
    )
    return [filed.catalog.database.all(statement) for statement in statements]
