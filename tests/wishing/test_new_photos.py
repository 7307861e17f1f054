"""What is told of photos that no service has yet is no burst of changes, and hides none either."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.model.node import row_id
from photofs.model.operation import Event, State
from photofs.model.wish import Asker
from tests.support.filed import photo
from tests.support.wished import SHELL, Wished, whole

MANY = 60
OTHER = Asker(999, "exiftool")


@pytest.fixture
def wished(tmp_path: Path) -> Iterator[Wished]:
    """So many photos that the service has."""
    made = Wished(tmp_path / "catalog.db")
    made.filed.scan(*(photo(f"old{number}") for number in range(MANY)))
    yield made
    made.catalog.close()


def new(wished: Wished) -> list[int]:
    """So many files copied in, by their inodes."""
    return [wished.write(f"Unsorted/new{number}.jpg") for number in range(MANY)]


def tell(wished: Wished, inodes: list[int], asker: Asker = SHELL) -> None:
    """Title, tags, description and date of each."""
    for ino in inodes:
        wished.wishing.set_title(ino, f"title of {ino}", asker)
        wished.wishing.set_attribute(ino, "user.xdg.tags", "winter", asker)
        wished.wishing.set_attribute(ino, "user.xdg.comment", "cold", asker)


def old(wished: Wished) -> list[int]:
    """The inodes of what the service has."""
    tree = wished.filed.tree()
    return sorted({ino for path, ino in tree.items() if "/old" in path})


def held(wished: Wished) -> int:
    """How many wishes are held."""
    return len(wished.catalog.in_state(State.HELD))


def judge_all(wished: Wished, inodes: list[int]) -> None:
    """Each turns out to be a whole picture: its upload is wished."""
    for ino in inodes:
        row = wished.catalog.incoming(row_id(ino))
        assert row is not None
        wished.wishing.judged(row.photo_id, row.changed_ns, whole(f"{ino:x}"))


def test_what_is_told_of_files_that_come_in_is_not_held(wished: Wished) -> None:
    """Before anybody has looked into them, and while their upload waits, by whomever it be."""
    inodes = new(wished)
    tell(wished, inodes)
    judge_all(wished, inodes)
    for ino in inodes:
        wished.wishing.set_title(ino, "another", OTHER)
    assert held(wished) == 0
    assert len(wished.catalog.open_operations()) > 3 * MANY


def test_it_hides_no_burst_and_is_held_with_none(wished: Wished) -> None:
    """As many changes to what the service has are held as ever, and those alone."""
    tell(wished, new(wished))
    for ino in old(wished)[:50]:
        wished.wishing.set_title(ino, "changed", OTHER)
    assert held(wished) == 0
    wished.wishing.set_title(old(wished)[50], "changed", OTHER)
    assert held(wished) == 51


def test_removing_new_photos_counts(wished: Wished) -> None:
    """Only what is told of them is meant: to put them into Trash is a burst as before."""
    inodes = new(wished)
    judge_all(wished, inodes)
    for row in wished.catalog.open_operations():
        wished.uploaded(row, f"r{row.operation_id}")
    for number in range(MANY):
        wished.unlink(f"Unsorted/new{number}.jpg", OTHER)
    assert held(wished) == MANY


def test_what_the_service_has_by_now_is_new_no_more(wished: Wished) -> None:
    """Once it was uploaded, a change to it is a change, by the same program, too."""
    inodes = new(wished)
    judge_all(wished, inodes)
    for row in wished.catalog.open_operations():
        wished.uploaded(row, f"r{row.operation_id}")
    tell(wished, inodes)
    assert held(wished) == 3 * MANY


def test_what_is_being_uploaded_is_anothers_to_change(wished: Wished) -> None:
    """Under way, it may be there: it is new for the action alone that uploads it."""
    inodes = new(wished)
    judge_all(wished, inodes)
    for row in wished.catalog.open_operations():
        for event in (Event.CLAIM, Event.SEND):
            wished.catalog.happen(row.operation_id, event, wished.filed.now_ns)
    tell(wished, inodes)
    assert held(wished) == 0
    for ino in inodes:
        wished.wishing.set_title(ino, "changed", OTHER)
    assert held(wished) > 0
