"""What was sent to Google leaves Kept once a Takeout has it, and comes back if that has not."""

import json
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import trio

from photofs.catalog.check import check
from photofs.catalog.seen_json import from_json, to_json
from photofs.catalog.sqlite import Catalog
from photofs.model.incoming import Stage
from photofs.model.photo import PixelSize
from photofs.model.spot import Spot
from photofs.model.wish import WishVerb
from photofs.originals.port import Room
from photofs.volume.engine import open_engine
from photofs.volume.fetch import Pieces
from tests.support.exported_home import ExportedHome, exported_home, sha256_of, write_takeout
from tests.support.google_home import SHELL, files, google_home
from tests.support.last_call import LastCall

ROOT = Path(__file__).parents[2]
SEED = 20261121
FIRST, SECOND = "IMG_0000.jpg", "IMG_0001.jpg"


def test_what_the_takeout_has_leaves_kept(tmp_path: Path) -> None:
    """P5: each photo whose very bytes were read there lies in the Cache, once."""
    with exported_home(tmp_path) as home:
        assert home.rooms() == {FIRST: Room.KEPT, SECOND: Room.KEPT}
        assert home.release() == 2
        assert home.rooms() == {FIRST: Room.CACHE, SECOND: Room.CACHE}
        assert home.release() == 0
        with home.house.catalog() as catalog:
            assert list(check(catalog)) == []


def test_without_its_cache_the_same_bytes_are_read(tmp_path: Path) -> None:
    """Size, hash and bytes are those that were sent, fetched from the Takeout."""
    with exported_home(tmp_path) as home:
        home.release()
        store = home.house.store()
        store.clear()
        assert home.rooms() == {FIRST: None, SECOND: None}
        with home.house.catalog() as catalog:
            number = home.photo_of(catalog, FIRST)
            before = catalog.photo_facts(number)

            async def fetch() -> None:
                pieces = Pieces(catalog, catalog, store, home.house.open_provider)
                async with open_engine(pieces) as engine:
                    await engine.whole(number)

            trio.run(fetch)
            data = home.made.files[FIRST]
            assert catalog.photo_facts(number) == before
            assert (before.sha256, before.size) == (sha256_of(data), len(data))
        assert home.rooms()[FIRST] is Room.CACHE


def test_a_takeout_with_other_bytes_is_no_proof(tmp_path: Path) -> None:
    """As long, of one name, second and pixels, and still another file: ours stays."""
    made = files(2)
    other = made[FIRST][:-3] + bytes([made[FIRST][-3] ^ 1]) + made[FIRST][-2:]
    with exported_home(tmp_path, exported={**made, FIRST: other}) as home:
        assert home.release() == 1
        assert home.rooms() == {FIRST: Room.KEPT, SECOND: Room.CACHE}
        with home.house.catalog() as catalog:  # nor is it read again
            backed = [catalog.backed(row) for row in catalog.sent_rows(0, 9)]
            assert backed.count(None) == 1


def test_a_takeout_that_cannot_be_read_is_no_proof(tmp_path: Path) -> None:
    """It was scanned, and its disk is away now: what it told then counts for nothing."""
    with exported_home(tmp_path) as home:
        home.takeout.rename(tmp_path / "away")
        assert home.release() == 0
        assert home.rooms() == {FIRST: Room.KEPT, SECOND: Room.KEPT}


def test_a_damaged_takeout_is_no_proof(tmp_path: Path) -> None:
    """A bit of one picture in the archive has changed since it was scanned: that one stays."""
    with exported_home(tmp_path) as home:
        (part,) = home.takeout.glob("*.zip")
        data = bytearray(part.read_bytes())
        with home.house.catalog() as catalog:
            found = catalog.backed(catalog.sent_rows(0, 9)[0])
        assert found is not None
        begins = json.loads(found.seen.ref)[-2]
        data[begins + 200] ^= 1
        part.write_bytes(data)
        assert home.release() == 1
        damaged = {sha256_of(each): name for name, each in home.made.files.items()}
        assert home.rooms()[damaged[found.row.sha256]] is Room.KEPT


def put_into_trash(home: ExportedHome, catalog: Catalog, number: int) -> None:
    """As `rm` in Dates does."""
    stands = catalog.names_of(number)
    (day,) = (Spot(each.folder_id * 2, each.name) for each in stands if each.kind == "date")
    home.house.wishing(catalog).unlink(day, SHELL)


def wish_something(home: ExportedHome, catalog: Catalog, number: int) -> None:
    """A text for it waits to be sent."""
    wishing = home.house.wishing(catalog)
    library = catalog.library("google").library_id
    with wishing.change():
        desk = wishing.desk(library)
        desk.wish(WishVerb.DESCRIBE, SHELL, {"description": "the sea"}, photo=number)


def crop_at_google(home: ExportedHome, catalog: Catalog, number: int) -> None:
    """Its size in pixels is another one there."""
    del home
    tell_otherwise(catalog, number, pixels=PixelSize(40, 40))


def tell_otherwise(catalog: Catalog, number: int, **facts: object) -> None:
    """What the account tells of a photo is something else."""
    row = next(each for each in catalog.sent_rows(0, 9) if each.photo == number)
    text = catalog.database.all("SELECT seen FROM observation WHERE id = ?", (row.observation,))
    seen = replace(from_json(text[0][0], 0), **facts)  # type: ignore[arg-type]
    with catalog.database.transaction():
        catalog.database.run(
            "UPDATE observation SET seen = ? WHERE id = ?", (to_json(seen), row.observation)
        )


def lose_at_google(home: ExportedHome, catalog: Catalog, number: int) -> None:
    """It was deleted there, and that is known."""
    del home
    row = next(each for each in catalog.sent_rows(0, 9) if each.photo == number)
    with catalog.database.transaction():
        catalog.set_observation_gone(row.observation, gone=True)


def suspect_at_google(home: ExportedHome, catalog: Catalog, number: int) -> None:
    """The last list was without it."""
    del home
    row = next(each for each in catalog.sent_rows(0, 9) if each.photo == number)
    with catalog.database.transaction():
        catalog.set_absence(row.observation, 1, 10**18)


def trash_at_google(home: ExportedHome, catalog: Catalog, number: int) -> None:
    """A source told that it lies in the service's own trash."""
    del home
    with catalog.database.transaction():
        catalog.set_photo_facts(number, catalog.photo_facts(number)._replace(trashed=1))


def stand_on_it(home: ExportedHome, catalog: Catalog, number: int) -> None:
    """Another photo has these bytes, and no source gives them to it."""
    del home
    row = next(each for each in catalog.sent_rows(0, 9) if each.photo == number)
    with catalog.database.transaction():
        catalog.add_photo(catalog.photo_facts(number)._replace(sha256=row.sha256), 0)


def write_over_it(home: ExportedHome, catalog: Catalog, number: int) -> None:
    """These are the former bytes of a photo that a program writes over just now."""
    del home
    row = next(each for each in catalog.sent_rows(0, 9) if each.photo == number)
    with catalog.database.transaction():
        other = catalog.add_photo(catalog.photo_facts(number)._replace(sha256=None), 0)
        catalog.set_incoming(other, Stage.OPEN, "", 10**18)
        catalog.set_told_original(other, row.sha256)


AGAINST: dict[str, Callable[[ExportedHome, Catalog, int], None]] = {
    "in Trash": put_into_trash,
    "in Google's trash": trash_at_google,
    "a wish waits": wish_something,
    "cropped": crop_at_google,
    "another stands on it": stand_on_it,
    "former bytes": write_over_it,
    "deleted": lose_at_google,
    "not listed": suspect_at_google,
}


@pytest.mark.parametrize("why", AGAINST)
def test_what_speaks_against_it_keeps_it(tmp_path: Path, why: str) -> None:
    """Whatever happened to a photo meanwhile, its own copy stays; the other one goes."""
    with exported_home(tmp_path) as home:
        with home.house.catalog() as catalog:
            AGAINST[why](home, catalog, home.photo_of(catalog, FIRST))
        assert home.release() == 1
        assert home.rooms() == {FIRST: Room.KEPT, SECOND: Room.CACHE}


@pytest.mark.parametrize("why", sorted(set(AGAINST) - {"cropped"}))
def test_it_comes_back_to_kept(tmp_path: Path, why: str) -> None:
    """What would have kept it there has it go back, as long as the Cache has it."""
    with exported_home(tmp_path) as home:
        assert home.release() == 2
        with home.house.catalog() as catalog:
            AGAINST[why](home, catalog, home.photo_of(catalog, FIRST))
        assert home.release() == 0
        assert home.rooms() == {FIRST: Room.KEPT, SECOND: Room.CACHE}


def test_a_part_that_is_gone_brings_its_originals_back(tmp_path: Path) -> None:
    """The next scan finds the archive without them: they lie in Kept again."""
    with exported_home(tmp_path) as home:
        assert home.release() == 2
        shutil.rmtree(home.takeout)
        write_takeout(home.takeout, {SECOND: home.made.files[SECOND]})
        home.scan()
        home.release()
        assert home.rooms() == {FIRST: Room.KEPT, SECOND: Room.CACHE}


def test_with_no_takeout_all_stays(tmp_path: Path) -> None:
    """A library of the account alone never lets go of anything."""
    with google_home(tmp_path / "home", 1) as made:
        made.finish()
        with made.house.catalog() as catalog:
            (row,) = catalog.sent_rows(0, 9)
            assert catalog.backed(row) is None
        assert made.house.store().has_sealed(row.sha256) is Room.KEPT


def test_a_full_cache_keeps_it(tmp_path: Path) -> None:
    """Where nothing fits into the Cache it stays where it is, and nothing is lost."""
    with exported_home(tmp_path) as home:
        config = home.house.paths.config_file
        config.write_text(config.read_text() + '[cache]\nlimit = "1 kB"\n')
        home.house = type(home.house)(home.house.environ)
        assert home.release() == 0
        assert home.rooms() == {FIRST: Room.KEPT, SECOND: Room.KEPT}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_nothing_leaves_without_its_conditions(tmp_path: Path, seed: int) -> None:
    """Random worlds: what leaves Kept is in the archive as it was, and nothing is against it."""
    dice = random.Random(SEED + seed)
    sent = files(6)
    lacking = {name for name in sent if dice.random() < 0.3}
    exported = {name: data + b"\0" * (name in lacking) for name, data in sent.items()}
    with exported_home(tmp_path, 6, exported) as home:
        against = {name: {"not there"} if name in lacking else set() for name in sent}
        for _ in range(8):
            name, why = dice.choice(sorted(sent)), dice.choice(sorted(AGAINST))
            if dice.random() < 0.6 and not against[name]:
                with home.house.catalog() as catalog:
                    AGAINST[why](home, catalog, home.photo_of(catalog, name))
                against[name].add(why)
            if dice.random() < 0.2:
                home.house.store().clear()
            before = home.rooms()
            home.release()
            after = home.rooms()
            for each, room in after.items():
                assert room is not Room.CACHE or against[each] <= {"cropped"}
                assert room is Room.KEPT or before[each] is not Room.KEPT or not against[each]
                assert before[each] is None or room is not None
                assert room is not Room.KEPT or against[each]
        assert home.house.store().verify_all() == []


def killed_at(home: ExportedHome, nth: int) -> list[str]:
    """One round that is killed before that call, unless it ends first (0: never); its calls."""
    last_call = LastCall(home.made.folder / "control")
    last_call.watch(last=nth)
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.release_program", str(home.made.folder)],
        cwd=ROOT,
        env={**home.house.environ, **last_call.environ},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return last_call.made


def survives(folder: Path, nth: int) -> None:
    """One death: no byte is lost, and the next round ends what it began."""
    with exported_home(folder, 1) as home:
        killed_at(home, nth)
        store = home.house.store()
        assert home.rooms()[FIRST] is not None
        assert store.verify_all() == []
        home.release()
        assert home.rooms() == {FIRST: Room.CACHE}
        with home.house.catalog() as catalog:
            assert list(check(catalog)) == []
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many calls a round makes when nobody kills it."""
    with exported_home(tmp_path_factory.mktemp("counted"), 1) as home:
        made = len(killed_at(home, 0))
        assert home.rooms() == {FIRST: Room.CACHE}
        return made


@pytest.mark.timeout(300)
def test_kill_9_while_letting_go(calls: int, tmp_path: Path) -> None:
    """A seeded sample of moments between two system calls."""
    for nth in random.Random(SEED).sample(range(1, calls + 1), min(calls, 4)):
        survives(tmp_path / str(nth), nth)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_kill_9_while_letting_go_at_any_call(calls: int, tmp_path: Path) -> None:
    """All moments."""
    for nth in range(1, calls + 1):
        survives(tmp_path / str(nth), nth)


def test_an_original_without_a_checksum_gets_one_and_parts_from_what_is_only_alike(
    tmp_path: Path,
) -> None:
    """Sealed before checksums were noted, it was merged by name, second, pixels and length."""
    made_of = files(1)
    other = made_of[FIRST][:-3] + bytes([made_of[FIRST][-3] ^ 1]) + made_of[FIRST][-2:]
    with google_home(tmp_path / "home", 1) as made:
        made.finish()
        with made.house.catalog() as catalog:
            catalog.database.run("UPDATE original SET crc32 = NULL")
        write_takeout(tmp_path / "takeout", {FIRST: other})
        home = ExportedHome(made, tmp_path / "takeout")
        home.scan()
        home.takeout.rename(tmp_path / "away")
        with home.house.catalog() as catalog:
            (row,) = catalog.sent_rows(0, 9)
            assert row.unsummed
            assert len(catalog.observations_of(row.photo)) == 2
        assert home.release() == 0
        with home.house.catalog() as catalog:
            home.house.filing(catalog).merge_waiting(catalog.library("google").library_id)
            (row,) = catalog.sent_rows(0, 9)
            assert not row.unsummed
            assert len(catalog.observations_of(row.photo)) == 1
            assert catalog.photo(row.photo).sha256 == sha256_of(made_of[FIRST])
            assert {each.kind for each in catalog.names_of(row.photo)} == {"album", "date"}
            assert list(check(catalog)) == []
