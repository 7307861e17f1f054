"""A mirror that was moved or removed: its rows, in transactions for which nobody has to wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from photofs.catalog.beside_rows import Written
from photofs.catalog.mirrors import ROWS_AT_ONCE, NewMirror
from photofs.catalog.sqlite import Catalog, open_catalog
from photofs.model.errors import PhotofsError
from photofs.model.mirror import AlbumFolders, CopyState, Stamp, Traits

FILES = 2 * ROWS_AT_ONCE + 10
STAMP = Stamp(1, 2, 3, 4)
TRAITS = Traits()


@pytest.fixture
def mirror(catalog: Catalog) -> int:
    """One of which each file was re-read and found right."""
    library = catalog.add_library("L").library_id
    new = NewMirror(library, "/old", "m", "disk", "{year}", AlbumFolders.NONE, {}, TRAITS)
    number = catalog.add_mirror(new, 1)
    with catalog.database.transaction():
        catalog.add_found(number, [(f"{name}.jpg", "0" * 64, STAMP) for name in range(FILES)])
        for row in catalog.copies(number, 0, FILES):
            catalog.note_read(row.copy_id, STAMP, 5)
    catalog.note_mirror_verified(number, 6)
    return number


@contextmanager
def commits(catalog: Catalog, most: int = FILES) -> Iterator[list[int]]:
    """How many rows each commit of the block changes; those after the first `most` fail."""
    rows: list[int] = []
    changed = 0

    def count(*_what: object) -> None:
        nonlocal changed
        changed += 1

    def committed() -> bool:
        nonlocal changed
        rows.append(changed)
        changed = 0
        return len(rows) > most

    connection = catalog.database.connection
    connection.set_update_hook(count)
    connection.set_commit_hook(committed)
    try:
        yield rows
    finally:
        connection.set_update_hook(None)
        connection.set_commit_hook(None)


def proven(catalog: Catalog, mirror: int) -> int:
    """How many files count as right, or as re-read."""
    rows = catalog.copies(mirror, 0, FILES)
    return sum(row.read_ns is not None or row.state is CopyState.GOOD for row in rows)


def test_a_moved_mirror_has_no_proof_left(catalog: Catalog, mirror: int) -> None:
    """All its files are suspect at the new place, noted in small transactions."""
    with commits(catalog) as rows:
        catalog.set_mirror_place(mirror, "/new", "disk", TRAITS)
    assert proven(catalog, mirror) == 0
    assert catalog.mirror(mirror).root == "/new"
    assert catalog.mirror(mirror).verified_ns is None
    assert len(rows) > FILES // ROWS_AT_ONCE
    assert max(rows) <= ROWS_AT_ONCE


def test_a_mirror_at_its_place_keeps_its_proofs(catalog: Catalog, mirror: int) -> None:
    """Another disk there, known by the same marker, is noted in one small transaction."""
    with commits(catalog) as rows:
        catalog.set_mirror_place(mirror, "/old", "another disk", TRAITS)
    assert proven(catalog, mirror) == FILES
    assert len(rows) == 1


def test_a_move_that_ends_in_the_midst_proves_nothing_anew(catalog: Catalog, mirror: int) -> None:
    """The place stays the old one, and the next try goes on."""
    with commits(catalog, most=1), pytest.raises(PhotofsError):
        catalog.set_mirror_place(mirror, "/new", "disk", TRAITS)
    assert catalog.mirror(mirror).root == "/old"
    assert proven(catalog, mirror) == FILES - ROWS_AT_ONCE
    catalog.set_mirror_place(mirror, "/new", "disk", TRAITS)
    assert proven(catalog, mirror) == 0


def test_what_was_re_read_at_the_old_place_meanwhile_is_no_proof(
    path: Path, catalog: Catalog, mirror: int
) -> None:
    """A rule may note a file of the old place while the mirror is being moved."""
    first = catalog.copies(mirror, 0, 1)[0].copy_id
    begun = 0

    def note(_cursor: object, sql: str, _values: object) -> bool:
        nonlocal begun
        begun += "max(id)" in sql
        if begun == 2:  # the first slice is done
            begun += 1
            other.note_read(first, STAMP, 7)
        return True

    with open_catalog(path) as other:
        catalog.database.connection.set_exec_trace(note)
        catalog.set_mirror_place(mirror, "/new", "disk", TRAITS)
        catalog.database.connection.set_exec_trace(None)
    assert begun > 2
    assert proven(catalog, mirror) == 0


def test_a_removed_mirror_goes_in_small_transactions(catalog: Catalog, mirror: int) -> None:
    """None of its rows is left, and no commit had more than some of them."""
    beside = {f"{number}.xmp": Written("0", 1) for number in range(FILES)}
    catalog.note_written_beside(mirror, beside)
    with commits(catalog) as rows:
        catalog.forget_mirror(mirror)
    assert catalog.mirrors() == []
    assert catalog.copies(mirror, 0, FILES) == []
    assert catalog.written_beside(mirror, beside) == {}
    assert max(rows) <= ROWS_AT_ONCE
