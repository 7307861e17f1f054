"""With `[google] keep_sent = false` what was sent leaves Kept once a mirror has it, not before."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from photofs.catalog.check import check
from photofs.catalog.seen_json import from_json, to_json
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import NotAttached
from photofs.model.observation import PhotoSeen
from photofs.model.photo import PixelSize
from photofs.model.spot import Spot
from photofs.model.wish import WishVerb
from photofs.originals.port import Room
from tests.support.google_home import SHELL
from tests.support.log_guard import ExpectLog
from tests.support.mirrored_home import MirroredHome, hash_of, mirrored_home
from tests.support.proven import flip

FIRST, SECOND = "IMG_0000.jpg", "IMG_0001.jpg"
KEPT, CACHE = Room.KEPT, Room.CACHE


def test_what_a_mirror_has_leaves_kept_where_its_user_lets_it(tmp_path: Path) -> None:
    """P5: it lies in the Cache; the agent's other rounds leave it there, until it is kept again."""
    with mirrored_home(tmp_path, keep_sent=True) as home:
        assert (home.release(), home.rooms()) == (0, [KEPT, KEPT])
        home.set_keeping(keep_sent=False)
        assert (home.release(), home.rooms()) == (2, [CACHE, CACHE])
        assert (home.release(), home.round(), home.rooms()) == (0, 0, [CACHE, CACHE])
        (library,) = home.household.ask("status")["libraries"]
        assert (library["mirrored"]["files"], library["archived"]["files"]) == (2, 0)
        assert "for a mirror has them: keep its disk" in home.household.run("status")
        home.set_keeping(keep_sent=True)
        home.round()
        assert home.rooms() == [KEPT, KEPT]
        with home.house.catalog() as catalog:
            assert list(check(catalog)) == []


def test_a_copy_that_was_never_read_again_is_no_proof(tmp_path: Path) -> None:
    """Only what `photofs mirror verify` has proven counts."""
    with mirrored_home(tmp_path, verified=False) as home:
        assert (home.release(), home.rooms()) == (0, [KEPT, KEPT])


def test_a_copy_that_rotted_since_it_was_verified_is_no_proof(tmp_path: Path) -> None:
    """It is read again right then; the other one goes, but not by a catalog that is in doubt."""
    with mirrored_home(tmp_path) as home:
        with home.house.catalog() as catalog:
            catalog.begin_doubt("it may be an older one", 1)
            assert (home.release(), home.rooms()) == (0, [KEPT, KEPT])
            catalog.end_doubt()
        flip(home.file(FIRST))
        assert (home.release(), home.rooms()) == (1, [KEPT, CACHE])


def test_a_mirror_that_is_away_is_no_proof(tmp_path: Path) -> None:
    """Its folder is not there, or is there without its marker."""
    with mirrored_home(tmp_path) as home:
        home.root.rename(tmp_path / "away")
        assert home.release() == 0
        home.root.mkdir()
        assert (home.release(), home.rooms()) == (0, [KEPT, KEPT])


def test_without_its_cache_the_same_bytes_are_read_from_the_mirror(tmp_path: Path) -> None:
    """Nothing that is shown of the photo changes."""
    with mirrored_home(tmp_path) as home:
        home.release()
        home.house.store().clear()
        assert home.rooms() == [None, None]
        with home.house.catalog() as catalog:
            number = home.photo_of(catalog, FIRST)
            before = catalog.photo_facts(number)
            assert home.read(FIRST) == home.made.files[FIRST]
            assert catalog.photo_facts(number) == before
        assert home.rooms() == [CACHE, None]


@pytest.mark.parametrize("how", ["away", "suspect"])
def test_google_is_not_asked_for_what_only_the_mirror_has(
    tmp_path: Path, how: str, expect_log: ExpectLog
) -> None:
    """Its own encoding would be shown, and kept, in place of what was sent: an error instead."""
    with mirrored_home(tmp_path) as home:
        home.release()
        home.house.store().clear()
        if how == "away":
            home.root.rename(tmp_path / "away")
        else:
            flip(home.file(FIRST))
            expect_log("could not be read as it was written|tells otherwise of it")
        with home.house.catalog() as catalog:
            before = catalog.photo_facts(home.photo_of(catalog, FIRST))
            for _ in range(2):
                with pytest.raises(NotAttached, match="in the mirror"):
                    home.read(FIRST)
            assert catalog.photo_facts(home.photo_of(catalog, FIRST)) == before
        if how == "away":
            (tmp_path / "away").rename(home.root)
            assert home.read(FIRST) == home.made.files[FIRST]


def put_into_trash(home: MirroredHome, catalog: Catalog, number: int) -> None:
    """As `rm` in Dates does."""
    stands = catalog.names_of(number)
    (day,) = (Spot(each.folder_id * 2, each.name) for each in stands if each.kind == "date")
    home.house.wishing(catalog).unlink(day, SHELL)


def wish_something(home: MirroredHome, catalog: Catalog, number: int) -> None:
    """A text for it waits to be sent."""
    wishing = home.house.wishing(catalog)
    with wishing.change():
        desk = wishing.desk(catalog.library("google").library_id)
        desk.wish(WishVerb.DESCRIBE, SHELL, {"description": "the sea"}, photo=number)


def crop_at_google(home: MirroredHome, catalog: Catalog, number: int) -> None:
    """Its size in pixels is another one there."""
    del home
    observation, seen = told(catalog, number)
    with catalog.database.transaction():
        cropped = to_json(replace(seen, pixels=PixelSize(40, 40)))
        catalog.database.run("UPDATE observation SET seen = ? WHERE id = ?", (cropped, observation))


def told(catalog: Catalog, number: int) -> tuple[int, PhotoSeen]:
    """The account's observation of a photo, and what it tells."""
    row = next(each for each in catalog.sent_rows(0, 9) if each.photo == number)
    text = catalog.database.all("SELECT seen FROM observation WHERE id = ?", (row.observation,))
    return row.observation, from_json(text[0][0], 0)


def suspect_at_google(home: MirroredHome, catalog: Catalog, number: int) -> None:
    """The last list was without it."""
    del home
    with catalog.database.transaction():
        catalog.set_absence(told(catalog, number)[0], 1, 10**18)


def stand_on_it(home: MirroredHome, catalog: Catalog, number: int) -> None:
    """Another photo has these bytes, and no source gives them to it."""
    del home
    row = next(each for each in catalog.sent_rows(0, 9) if each.photo == number)
    with catalog.database.transaction():
        catalog.add_photo(catalog.photo_facts(number)._replace(sha256=row.sha256), 0)


AGAINST: dict[str, Callable[[MirroredHome, Catalog, int], None]] = {
    "in Trash": put_into_trash,
    "a wish waits": wish_something,
    "cropped": crop_at_google,
    "not listed": suspect_at_google,
    "another stands on it": stand_on_it,
}


@pytest.mark.parametrize("why", AGAINST)
def test_what_speaks_against_it_keeps_it_or_brings_it_back(tmp_path: Path, why: str) -> None:
    """Whatever happened to a photo meanwhile, its own copy stays; the other one goes.

    Happened after it had left, it goes back as long as the Cache has it. That it was cropped then
    says nothing: the mirror has it as it was.
    """
    with mirrored_home(tmp_path) as home:
        with home.house.catalog() as catalog:
            AGAINST[why](home, catalog, home.photo_of(catalog, FIRST))
        assert (home.release(), home.rooms()) == (1, [KEPT, CACHE])
        with home.house.catalog() as catalog:
            AGAINST[why](home, catalog, home.photo_of(catalog, SECOND))
        home.round()
        assert home.rooms() == [KEPT, CACHE if why == "cropped" else KEPT]


def test_a_mirror_that_is_forgotten_gives_them_back(tmp_path: Path) -> None:
    """What the Cache still has lies in Kept again; of the other one its user is told."""
    with mirrored_home(tmp_path) as home:
        home.release()
        home.house.store().free(hash_of(home.made.files[SECOND]))
        said = home.household.run("mirror", "remove", home.root)
        assert home.rooms() == [KEPT, None]
        assert "1 original" in said
        assert "in it alone now: do not delete it" in said
