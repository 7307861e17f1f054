"""What is asked for each photo or original costs the same, however many others there are."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from photofs.catalog.journal import Wish
from photofs.catalog.sqlite import Catalog
from tests.support.filed import Filed, photo
from tests.support.statement_steps import steps_of

MANY = 300
SMALL = 40
"""Steps that a look through all of them would not do with."""

Question = Callable[[Catalog], object]
HASH = f"{1:064}"


def fill(filed: Filed, number: int) -> None:
    """So many photos that were sent, each with an upload that waits."""
    filed.scan(*[photo(f"p{each}") for each in range(number)])
    for each in range(number):
        row = filed.photo_id(f"p{each}")
        filed.catalog.sealed(row, "1", f"{each:064}", 10)
        with filed.catalog.database.transaction():
            filed.catalog.note_sent(filed.source_id, f"p{each}", f"{each:064}")
            filed.catalog.plan(Wish(1, "upload", {"sha256": f"{each:064}"}, 0, photo=row), each)


@pytest.fixture
def few(tmp_path: Path) -> Iterator[Filed]:
    """Two photos."""
    filed = Filed(tmp_path / "few.db")
    fill(filed, 2)
    yield filed
    filed.catalog.close()


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Filed]:
    """Many."""
    filed = Filed(tmp_path / "many.db")
    fill(filed, MANY)
    yield filed
    filed.catalog.close()


@pytest.mark.parametrize(
    "question",
    [
        lambda catalog: catalog.pinned_hashes(),
        lambda catalog: catalog.needed_elsewhere({HASH}),
        lambda catalog: catalog.rule_photo(1, 1),
        lambda catalog: catalog.letting_go(),
        lambda catalog: catalog.libraries_to_merge(),
        lambda catalog: catalog.held(1, 1),
    ],
    ids=["pinned", "who needs bytes", "a photo for rules", "let go", "to be merged", "held"],
)
def test_no_question_goes_through_all_photos(few: Filed, many: Filed, question: Question) -> None:
    """By SQLite's own count of its steps."""
    alone = steps_of(few.catalog, lambda: question(few.catalog))
    assert 0 < steps_of(many.catalog, lambda: question(many.catalog)) <= alone + SMALL
