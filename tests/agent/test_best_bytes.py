"""What is copied into Google's library is shown, though Google's copy was read before."""

import random
from datetime import datetime
from pathlib import Path

import pytest
import trio

from agent.scanning import scan
from photofs.catalog.check import check
from photofs.catalog.sqlite import Catalog
from photofs.emulators.google import CLIENT_ID, Account
from photofs.emulators.pictures import make_jpeg
from photofs.model.incoming import Stage
from photofs.model.node import photo_ino
from photofs.model.photo import Fidelity
from photofs.originals.port import Room
from photofs.volume.engine import open_engine
from photofs.volume.fetch import Pieces
from tests.support.exported_home import ExportedHome, sha256_of, write_takeout
from tests.support.google_home import GoogleHome, google_home
from tests.support.killed_program import run_killed
from tests.support.log_guard import ExpectLog

ROOT = Path(__file__).parents[2]
SEED = 20261122

WHOLE = make_jpeg("known", width=64, height=48, taken=datetime(2019, 7, 12), position=(48.2, 16.4))  # noqa: DTZ001 - wall time
EDITED = make_jpeg("other", width=64, height=48, taken=datetime(2019, 7, 12))  # noqa: DTZ001 - wall time


def account_with(data: bytes) -> Account:
    """An account into which this catalog's client had sent a photo on an earlier day."""
    account = Account()
    account.add_item(data, "first name.jpg", CLIENT_ID)
    return account


def known_photo(catalog: Catalog) -> int:
    """The photo that Google had."""
    (known,) = (
        each
        for each in catalog.known_ids(catalog.sources()[0].source_id)
        if catalog.photo_facts(each.photo_id).file_name == "first name.jpg"
    )
    return known.photo_id


def read(made: GoogleHome) -> str | None:
    """Read Google's copy to its end; its hash."""
    with made.house.catalog() as catalog:
        number = known_photo(catalog)

        async def fetch() -> None:
            pieces = Pieces(catalog, catalog, made.house.store(), made.house.open_provider)
            async with open_engine(pieces) as engine:
                await engine.whole(number)

        trio.run(fetch)
        return catalog.photo_facts(number).sha256


def scan_once(made: GoogleHome) -> None:
    """One scan of the account."""
    with made.house.catalog() as catalog:
        (source,) = catalog.sources()
        trio.run(scan, made.house, catalog, source, lambda _progress: None)


def test_an_original_is_shown_though_the_services_copy_was_read_before(tmp_path: Path) -> None:
    """Size, hash, fidelity and inode are right, in both places; the kernel forgets what it read."""
    with google_home(tmp_path / "home", 0, account=account_with(WHOLE)) as made:
        copy = read(made)
        assert copy not in {None, sha256_of(WHOLE)}
        with made.house.catalog() as catalog:
            number = known_photo(catalog)
            assert catalog.photo(number).fidelity is Fidelity.RECOMPRESSED
            since = catalog.last_change()
        ino = made.copy("mine.jpg", WHOLE)
        made.finish()
        for _time in range(2):
            with made.house.catalog() as catalog:
                shown = catalog.photo(number)
                assert (shown.sha256, shown.size) == (sha256_of(WHOLE), len(WHOLE))
                assert shown.size_exact
                assert (shown.fidelity, shown.fidelity_note) == (Fidelity.ORIGINAL, "")
                entry = catalog.entry_named(made.album >> 1, "mine.jpg")
                assert entry is not None
                assert entry.photo == number
                assert photo_ino(number) != ino
                changes = catalog.changes_since(since, 500)
                assert any(each.ino == photo_ino(number) and each.content for each in changes)
                assert [str(each) for each in check(catalog)] == []
            assert made.house.store().has_sealed(sha256_of(WHOLE)) is Room.KEPT
            scan_once(made)
        uploads = made.emulator.calls["uploads"]
        made.copy("again.jpg", WHOLE)
        made.finish()
        assert made.emulator.calls["uploads"] == uploads


def test_a_fetch_that_ends_late_hides_no_original(tmp_path: Path) -> None:
    """It had begun to bring Google's copy when the original came: what it notes is of no use."""
    with google_home(tmp_path / "home", 0, account=account_with(WHOLE)) as made:
        made.copy("mine.jpg", WHOLE)
        made.finish()
        with made.house.catalog() as catalog:
            number = known_photo(catalog)
            before = catalog.photo_facts(number)
            catalog.size_learnt(number, before.content_key, 5)
            catalog.sealed(number, before.content_key, "e" * 64, 5)
            assert catalog.photo_facts(number) == before


def test_a_copy_that_stands_for_a_lost_original_is_shown(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """Kept has lost what was sent: the next reader gets Google's copy, and the tree tells of it."""
    with google_home(tmp_path / "home", 0, account=account_with(WHOLE)) as made:
        made.copy("mine.jpg", WHOLE)
        made.finish()
        made.house.store().kept_path(sha256_of(WHOLE)).unlink()
        expect_log("its original was replaced at the source")
        copy = read(made)
        assert copy not in {None, sha256_of(WHOLE)}
        with made.house.catalog() as catalog:
            shown = catalog.photo(known_photo(catalog))
            assert shown.fidelity is Fidelity.RECOMPRESSED


def test_names_go_to_a_photo_that_shows_what_was_sent(tmp_path: Path) -> None:
    """Written over another photo, and known to Google: under that name the very bytes are read."""
    with google_home(tmp_path / "home", 1, account=account_with(WHOLE)) as made:
        made.finish()
        assert read(made) is not None
        made.overwrite("IMG_0000.jpg", WHOLE)
        made.finish()
        with made.house.catalog() as catalog:
            entry = catalog.entry_named(made.album >> 1, "IMG_0000.jpg")
            assert entry is not None
            assert entry.photo == known_photo(catalog)
            shown = catalog.photo(known_photo(catalog))
            assert (shown.sha256, shown.size) == (sha256_of(WHOLE), len(WHOLE))


@pytest.mark.parametrize("how", ["beside it", "over it"])
def test_of_two_originals_of_one_photo_both_are_found(tmp_path: Path, how: str) -> None:
    """Google takes the file with the date that it was sent for the same photo: none is nameless."""
    with google_home(tmp_path / "home", 1) as made:
        made.finish()
        (item,) = made.items
        blob = made.emulator.account.vault.get(item.sha256)
        dated = blob.read(0, blob.size)
        (data,) = made.files.values()
        if how == "over it":
            made.overwrite("IMG_0000.jpg", dated)
        else:
            made.copy("dated.jpg", dated)
        made.finish()
        with made.house.catalog() as catalog:
            (kept,) = catalog.incoming_in(Stage.LOCAL)
            assert catalog.photo_facts(kept.photo_id).sha256 == sha256_of(data)
            (name,) = catalog.names_of(kept.photo_id)
            assert name.kind == "trash"
            assert catalog.needed_here(sha256_of(data))
            entry = catalog.entry_named(
                made.album >> 1, "dated.jpg" if how == "beside it" else "IMG_0000.jpg"
            )
            assert entry is not None
            assert catalog.photo_facts(entry.photo or 0).sha256 == sha256_of(dated)
            assert [str(each) for each in check(catalog)] == []


def test_kill_9_while_it_comes_leaves_the_original_shown(tmp_path: Path) -> None:
    """At a seeded sample of moments: the next agent ends it, and nothing is nameless."""
    with google_home(tmp_path / "counted", 0, account=account_with(WHOLE)) as made:
        made.copy("mine.jpg", WHOLE)
        calls = killed_at(made, 0)
    for nth in random.Random(SEED).sample(range(1, calls + 1), 4):
        with google_home(tmp_path / str(nth), 0, account=account_with(WHOLE)) as made:
            read(made)
            made.copy("mine.jpg", WHOLE)
            killed_at(made, nth)
            made.finish()
            with made.house.catalog() as catalog:
                shown = catalog.photo(known_photo(catalog))
                assert (shown.sha256, shown.fidelity) == (sha256_of(WHOLE), Fidelity.ORIGINAL)
                assert "mine.jpg" in {each.name for each in catalog.names_of(shown.photo_id)}
                assert [str(each) for each in check(catalog)] == []


def killed_at(made: GoogleHome, nth: int) -> int:
    """Send, and kill it before that call, unless it ends first (0: never); how many it made."""
    return len(run_killed(made.command(), made.house.environ, made.folder / "control", nth))


@pytest.mark.parametrize("split", [False, True])
def test_with_a_takeout_beside_it_the_original_is_found_by_name(
    tmp_path: Path, *, split: bool
) -> None:
    """Merged with that by its hash, and split again: each of both shows the original."""
    with google_home(tmp_path / "home", 0, account=account_with(WHOLE)) as made:
        assert read(made) is not None
        write_takeout(tmp_path / "takeout", {"first name.jpg": WHOLE})
        home = ExportedHome(made, tmp_path / "takeout")
        home.scan()
        made.copy("mine.jpg", WHOLE)
        made.finish()
        home.scan("google")
        home.scan()
        with home.house.catalog() as catalog:
            library = catalog.library("google").library_id
            home.house.filing(catalog).merge_waiting(library)
            number = home.photo_of(catalog, "mine.jpg")
            assert len(catalog.observations_of(number)) == 2
            assert catalog.photo(number).fidelity is Fidelity.ORIGINAL
            assert catalog.photo(number).size == len(WHOLE)
            if split:
                with home.house.filing(catalog).merging(library) as merging:
                    merging.split(number)
                rows = catalog.database.all("SELECT id FROM photo WHERE gone = 0")
                shown = [catalog.photo(each) for (each,) in rows]
                assert len(shown) == 2
                assert {each.size for each in shown} == {len(WHOLE)}
                assert {each.fidelity for each in shown} == {Fidelity.ORIGINAL}
            assert [str(each) for each in check(catalog)] == []
