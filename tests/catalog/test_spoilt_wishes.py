"""A wish that a damaged disk has made no JSON: it keeps nothing else from working, nor is it safe.

It may have been of any bytes, so all are needed while it is open.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from photofs.catalog.check import check
from photofs.catalog.migrate import VERSION
from photofs.catalog.sqlite import Catalog, open_catalog
from photofs.model.operation import State

OLD = Path(__file__).with_name("catalog-v1.sql")
HASH, OTHER = "a" * 64, "b" * 64
WISH = (
    "INSERT INTO operation(key, library, source, photo, verb, wish, state, planned_ns,"
    " not_before_ns, changed_ns) VALUES (?, 1, 1, 1, 'upload', ?, ?, 0, 0, 0)"
)
SPOILT = '{"sha256": "'


def wish(catalog: Catalog, state: State, words: str) -> None:
    """An upload that stands there so."""
    with catalog.database.transaction():
        catalog.database.run(WISH, (f"{state} {words}", words, state))


def test_regression_a_spoilt_wish_keeps_no_catalog_from_being_brought_up_to_date(
    path: Path,
) -> None:
    """Neither an open one nor one that is over; all else is there, and `check` names both."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD.read_text(encoding="utf-8"))
        for state in (State.PLANNED, State.DONE):
            connection.execute(WISH, (state.value, SPOILT, state.value))
        connection.commit()
    with open_catalog(path) as catalog:
        assert catalog.database.connection.pragma("user_version") == VERSION
        assert [str(each) for each in check(catalog)] == [
            "10 wishes: operation 1 (upload, planned) cannot be read",
            "10 wishes: operation 2 (upload, done) cannot be read",
        ]


@pytest.mark.parametrize(("state", "needed"), [(State.SENT, True), (State.DONE, False)])
def test_while_a_spoilt_wish_is_open_any_bytes_are_needed(
    catalog: Catalog, state: State, *, needed: bool
) -> None:
    """It may be about them; what is over needs none."""
    wish(catalog, State.SENT, f'{{"sha256": "{HASH}"}}')
    assert (catalog.needed_here(HASH), catalog.needed_here(OTHER)) == (True, False)
    assert catalog.needed_elsewhere([HASH, OTHER]) == {HASH}
    wish(catalog, state, SPOILT)
    assert catalog.needed_here(OTHER) == needed
    assert catalog.needed_elsewhere([HASH, OTHER]) == ({HASH, OTHER} if needed else {HASH})
