"""A scan killed at any statement: the catalog is sound, and the next scan goes on from there."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.model.observation import AlbumGone, CollectionSeen, Observation, PhotoGone
from tests.support.filed import Filed, album, photo
from tests.support.killed_statement import count_statements, killed_at

IDS = [f"p{number:02}" for number in range(40)]


def first_word() -> Iterator[Observation]:
    """A library as it was."""
    yield from (photo(each, file_name=f"IMG_{int(each[1:]) % 9}.jpg") for each in IDS)
    yield album("x", "Trip", *IDS[:20])
    yield album("y", "Trip", *IDS[10:30])
    yield album("z", "Gone soon", *IDS[30:])
    yield CollectionSeen(remote_id="c", title="C", parent=None, albums=("x",))


def second_word() -> Iterator[Observation]:
    """The same library after much was changed at the service."""
    yield CollectionSeen(remote_id="c", title="C", parent="d", albums=("y",))
    yield from (photo(each, title="new", favorite=True) for each in IDS[:6])
    yield from (photo(f"q{number}", file_name="IMG_1.jpg") for number in range(6))
    yield PhotoGone(remote_id=IDS[39])
    yield album("x", "Far / Trip", *IDS[5:25], "q1")
    yield album("y", "Journey", *IDS[:12])
    yield AlbumGone(remote_id="z")
    yield CollectionSeen(remote_id="d", title="D", parent=None, albums=("x",))


def tell_second_word(filed: Filed) -> None:
    """Run the second scan; slices end after every step, so that each commit is met."""
    with filed.run() as run:
        for observation in second_word():
            run.file([observation])
        run.finish("2", full=False)


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog after the first scan, to be copied."""
    path = tmp_path_factory.mktemp("stock") / "catalog.db"
    filed = Filed(path)
    filed.scan(*first_word())
    filed.catalog.close()
    return path


@pytest.fixture(scope="module")
def wanted(stock: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], int]:
    """The tree after a second scan that nobody disturbed, and how many statements that took."""
    path = tmp_path_factory.mktemp("wanted") / "catalog.db"
    shutil.copy(stock, path)
    filed = Filed(path)
    count = count_statements(filed, tell_second_word)
    files = filed.files()
    filed.catalog.close()
    return files, count


def check_one_death(stock: Path, folder: Path, statement: int, wanted: set[str]) -> None:
    """Killed there: `check` finds nothing, and the next scan ends where an undisturbed one does."""
    path = folder / f"killed-{statement}.db"
    shutil.copy(stock, path)
    assert killed_at(statement, lambda: Filed(path), tell_second_word)
    filed = Filed(path)
    assert filed.problems() == []
    tell_second_word(filed)
    assert filed.files() == wanted
    filed.catalog.close()


@pytest.mark.parametrize("seed", range(15))
def test_a_killed_scan_leaves_a_sound_catalog(
    stock: Path, wanted: tuple[set[str], int], tmp_path: Path, seed: int
) -> None:
    """A seeded sample of moments."""
    statement = random.Random(seed).randint(1, wanted[1])
    check_one_death(stock, tmp_path, statement, wanted[0])


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_scan_killed_at_every_statement(
    stock: Path, wanted: tuple[set[str], int], tmp_path: Path
) -> None:
    """All moments, one after the other."""
    for statement in range(1, wanted[1] + 1):
        check_one_death(stock, tmp_path, statement, wanted[0])
        for left in tmp_path.iterdir():
            left.unlink()


def test_a_killed_removal_of_a_library_is_finished_later(stock: Path, tmp_path: Path) -> None:
    """Out of the tree at once; the next library that is added finds nothing left."""
    path = tmp_path / "catalog.db"
    shutil.copy(stock, path)
    assert killed_at(60, lambda: Filed(path), lambda filed: filed.catalog.remove_library(1))
    filed = Filed(path)  # adds "L" again, for there is no library in sight
    assert filed.problems() == []
    assert filed.catalog.database.all("SELECT count(*) FROM photo") == [(0,)]
    assert [library.name for library in filed.catalog.libraries()] == ["L"]
    filed.catalog.close()
