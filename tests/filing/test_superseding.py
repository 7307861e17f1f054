"""A photo that was told under two ids: one photo in the end, with its inode, albums and pin."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.model.observation import Observation, Superseded
from tests.support.filed import Filed, album, photo
from tests.support.killed_statement import killed_at

IDS = [f"p{number:02}" for number in range(12)]
MOVED = {each: f"s{each}" for each in IDS[:8]}
MONTH = "Dates/2019/2019-07"


def dated(filed: Filed) -> set[str]:
    """The paths below Dates, one for each photo."""
    return {path for path in filed.files() if path.startswith("Dates/")}


def superseded(former: str, by: str) -> Superseded:
    """What a source says once it knows."""
    return Superseded(remote_id=former, by=by)


def test_a_photo_goes_on_under_its_other_id(filed: Filed) -> None:
    """Inode, names, albums and pin stay; what is told under the other id counts as newer."""
    filed.live = False
    filed.scan(photo("f", file_name="a.jpg", as_of_ns=9), album("x", "Trip", "f"))
    filed.catalog.set_pinned(filed.photo_id("f"), pinned=True)
    before = filed.tree()
    photo_id = filed.photo_id("f")
    filed.scan(superseded("f", "g"), photo("g", file_name="a.jpg", description="d", as_of_ns=3))
    assert filed.tree() == before
    assert filed.photo_id("g") == photo_id
    assert filed.catalog.observation(filed.source_id, "f") is None
    assert filed.catalog.photo(photo_id).description == "d"
    assert filed.catalog.photo(photo_id).pinned


def test_members_follow_before_and_after(filed: Filed) -> None:
    """An album that named either id, or both, holds the one photo once."""
    filed.scan(
        album("x", "Named both", "g", "f"),
        album("y", "Named the other", "g"),
        album("z", "Named the former", "f"),
        photo("f", file_name="a.jpg"),
    )
    filed.scan(superseded("f", "g"), photo("g", file_name="a.jpg"), full=False)
    albums = {path for path in filed.files() if path.startswith("Albums/")}
    assert albums == {
        f"Albums/{name}/a.jpg" for name in ("Named both", "Named the other", "Named the former")
    }


def test_two_photos_become_one_at_the_end_of_a_scan(filed: Filed) -> None:
    """The former one goes from all folders; its albums and pin go over to the one that stays."""
    filed.live = False
    filed.scan(
        photo("g", file_name="a.jpg"),
        photo("f", file_name="a.jpg", missing=True),
        album("x", "Trip", "f"),
    )
    filed.catalog.set_pinned(filed.photo_id("f"), pinned=True)
    stays = filed.photo_id("g")
    filed.scan(superseded("f", "g"), photo("g", file_name="a.jpg"))
    assert filed.files() == {f"{MONTH}/a.jpg", "Albums/Trip/a.jpg"}
    assert filed.photo_id("g") == stays
    assert filed.catalog.photo(stays).pinned
    filed.scan(superseded("f", "g"), photo("g", file_name="a.jpg"))
    assert filed.catalog.counts(1).photos == 1


def test_nothing_goes_before_the_scan_has_ended(filed: Filed) -> None:
    """A scan that broke off takes out neither of two; the next one does."""
    filed.live = False
    filed.scan(photo("g", file_name="a.jpg"), photo("f", file_name="a.jpg", missing=True))
    before = filed.files()
    with filed.run() as run:
        run.file([superseded("f", "g")])
    assert filed.files() == before
    filed.scan(superseded("f", "g"))
    assert len(dated(filed)) == 1


def test_what_is_told_of_itself_is_never_taken_out(filed: Filed) -> None:
    """A former id that the same scan tells as a photo stays; so does one whose other is gone."""
    filed.live = False
    filed.scan(photo("g"), photo("f"))
    filed.scan(superseded("f", "g"), photo("f"), photo("g"))
    assert len(dated(filed)) == 2
    filed.catalog.database.run("UPDATE observation SET gone = 1 WHERE remote_id = 'g'")
    filed.catalog.database.run("UPDATE photo SET gone = 1 WHERE id = ?", (filed.photo_id("g"),))
    filed.catalog.queue_photo(filed.photo_id("g"))
    filed.scan(superseded("f", "g"))
    assert dated(filed) == {f"{MONTH}/f.jpg"}


def test_a_photo_that_was_deleted_on_purpose_does_not_come_back(filed: Filed) -> None:
    """Nothing is filed under an id that the user had deleted; the former one stays as it is."""
    filed.catalog.bury(filed.source_id, "g", None, 1)
    filed.scan(photo("f"))
    filed.scan(superseded("f", "g"), photo("g"))
    assert dated(filed) == {f"{MONTH}/f.jpg"}


def test_bytes_that_are_here_stay_readable(filed: Filed) -> None:
    """The hash of an original that is on this disk goes over, if the bytes are the same."""
    filed.live = False
    filed.scan(photo("g", size=3), photo("f", size=3, missing=True))
    filed.catalog.sealed(filed.photo_id("f"), "1", "ab" * 32, 3)
    filed.scan(superseded("f", "g"), photo("g", size=3))
    assert filed.catalog.photo(filed.photo_id("g")).sha256 == "ab" * 32


def first_word() -> Iterator[Observation]:
    """Photos under ids of last resort, half of them under the others, too; an album of all."""
    yield from (photo(each, file_name=f"IMG_{int(each[1:]) % 5}.jpg") for each in IDS)
    yield from (photo(MOVED[each], file_name=f"IMG_{each}.jpg") for each in IDS[:4])
    yield album("x", "Trip", *IDS)


def second_word() -> Iterator[Observation]:
    """The same with the ids that are right."""
    for each, by in MOVED.items():
        yield superseded(each, by)
        yield photo(by, file_name=f"IMG_{each}.jpg", title="new")
    yield from (photo(each, file_name=f"IMG_{int(each[1:]) % 5}.jpg") for each in IDS[8:])
    yield album("x", "Trip", *MOVED.values(), *IDS[8:])


def tell_second_word(filed: Filed) -> None:
    """The second scan, one observation a slice."""
    with filed.run() as run:
        for observation in second_word():
            run.file([observation])
        run.finish("2", full=True)


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog after the first scan, to be copied."""
    path = tmp_path_factory.mktemp("stock") / "catalog.db"
    filed = Filed(path)
    filed.live = False
    filed.scan(*first_word())
    filed.catalog.close()
    return path


def reopened(path: Path) -> Filed:
    """The catalog there; its source is no live one."""
    filed = Filed(path)
    filed.live = False
    return filed


@pytest.mark.parametrize("seed", range(12))
def test_a_scan_killed_meanwhile(stock: Path, tmp_path: Path, seed: int) -> None:
    """At any moment the catalog is sound and holds every photo; the next scan ends it."""
    path = tmp_path / "catalog.db"
    shutil.copy(stock, path)
    killed_at(random.Random(seed).randint(40, 900), lambda: reopened(path), tell_second_word)
    filed = reopened(path)
    assert filed.problems() == []
    assert len(filed.files()) >= 2 * len(IDS)
    tell_second_word(filed)
    assert len({ino for name, ino in filed.tree().items() if not name.endswith("/")}) == len(IDS)
    assert len(filed.files()) == 2 * len(IDS)
    for each in IDS[4:8]:
        assert filed.photo_id(MOVED[each]) == IDS.index(each) + 1
    filed.catalog.close()
