"""P18: a catalog from an older backup, or a new one for one that was lost, takes nothing away."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import trio

from agent.ruling import rule_once
from agent.witnessing import recognise, roll
from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.emulators.flickr.emulator import Emulator as Flickr
from photofs.model.exit_codes import SOME_FAILED
from photofs.model.node import photo_ino
from photofs.model.operation import State
from photofs.model.wish import GUARDED, Asker, WishVerb
from tests.support.household import Household
from tests.support.log_guard import ExpectLog
from tests.support.mirrored import files_of
from tests.support.ruled import Kept

DOUBT = "this one is new, or from a backup"


@pytest.fixture
def kept(household: Household, flickr: Flickr, tmp_path: Path) -> Kept:
    """A rule that takes one photo a run, run by hand once, and armed."""
    root = tmp_path / "nas"
    root.mkdir()
    made = Kept(household, flickr, root)
    made.arm("most = 1\n")
    return made


@pytest.fixture
def backup(kept: Kept, tmp_path: Path) -> Path:
    """What the catalog was then; since then the mirror was changed by it."""
    return copy_catalog(kept, tmp_path / "backup.db")


def copy_catalog(kept: Kept, path: Path) -> Path:
    """A copy of it as it is now."""
    with closing(sqlite3.connect(catalog_of(kept))) as connection:
        connection.execute("VACUUM INTO ?", (str(path),))
    return path


def catalog_of(kept: Kept) -> Path:
    """Its file."""
    return House(kept.household.environ).paths.catalog


def put_back(kept: Kept, backup: Path | None) -> None:
    """The catalog from the backup in place of what is there; None: it is lost."""
    path = catalog_of(kept)
    for each in path.parent.glob("catalog.db*"):
        each.unlink()
    if backup is not None:
        shutil.copyfile(backup, path)


def change_mirror(kept: Kept, flickr: Flickr) -> None:
    """A photo gets another date, and so another place in the mirror."""
    photo = next(each for each in flickr.account.stream() if not each.taken_unknown)
    photo.taken = f"1999{photo.taken[4:]}"
    flickr.account.changed()
    kept.household.run("scan", "--full")
    kept.household.run("mirror", "run", code=None)


def look(kept: Kept) -> None:
    """One look of the agent at rules that are due."""
    house = House(kept.household.environ)
    with house.catalog() as catalog:
        catalog.note_rule(catalog.rule("tokyo")._replace(run_ns=1))
        trio.run(rule_once, house, catalog, 0)


def is_armed(kept: Kept) -> str:
    """As `rules status` tells it."""
    (told,) = kept.household.ask("rules", "status")
    return str(told["armed"])


def test_p18_rules_are_disarmed_by_an_older_catalog(
    kept: Kept, backup: Path, flickr: Flickr, expect_log: ExpectLog
) -> None:
    """P18: the mirror knows a newer one; nothing goes until its user says so, and a run by hand."""
    expect_log("the rule tokyo: ")
    change_mirror(kept, flickr)
    put_back(kept, backup)
    assert is_armed(kept) == "yes"
    kept.household.run("scan")
    before = kept.in_trash()
    look(kept)
    assert kept.in_trash() == before
    assert is_armed(kept) == "no"
    assert DOUBT in kept.check()["doubt"]
    for refused in ("rules run tokyo", "rules arm tokyo", "trash empty"):
        assert DOUBT in kept.household.run(*refused.split(), code=15)
    for shown in ("rules status", "mirror status", "status", "check"):
        assert "--accept-restored" in kept.household.run(*shown.split())
    kept.household.run("check", "--accept-restored")
    kept.household.run("mirror", "verify", code=SOME_FAILED)  # it knows of an older place
    kept.check()
    assert "never run by hand" in kept.household.run("rules", "arm", "tokyo", code=15)
    kept.household.run("rules", "run", "tokyo")
    assert len(kept.in_trash()) == len(before) + 1


def test_p18_an_older_catalog_moves_nothing_to_vanished(
    kept: Kept, backup: Path, flickr: Flickr
) -> None:
    """P18: what went since by a wish that it does not know stays; once accepted, it moves again."""
    change_mirror(kept, flickr)
    put_back(kept, backup)
    with House(kept.household.environ).catalog() as catalog:
        lost = catalog.good_copies(1)[0]
        copy = catalog.copy(lost)
        assert copy is not None
        with catalog.database.transaction():
            catalog.database.run("UPDATE photo SET gone = 1 WHERE id = ?", (copy.photo_id,))
    albums = sorted(path for path in (kept.root / "Albums").rglob("*"))
    (ran,) = kept.household.ask("mirror", "run", code=None)
    assert ran["vanished"] == 0
    assert not (kept.root / "Vanished").exists()
    assert sorted(path for path in (kept.root / "Albums").rglob("*")) == albums
    kept.household.run("check", "--accept-restored", code=None)
    (ran,) = kept.household.ask("mirror", "run", code=None)
    assert ran["vanished"] == 1
    (ran,) = kept.household.ask("mirror", "run", code=None)
    assert DOUBT not in kept.household.run("mirror", "status")


@contextmanager
def worked_with(house: House) -> Iterator[Catalog]:
    """A catalog as an agent notes it at its ends."""
    with house.catalog() as catalog:
        trio.run(recognise, house, catalog)
        trio.run(roll, house, catalog, 0)
        yield catalog
        trio.run(roll, house, catalog, 0)


def test_p18_what_an_older_catalog_was_about_to_take_away_is_held(
    kept: Kept, tmp_path: Path
) -> None:
    """P18: the agent notes at its ends which catalog it worked with, and holds what waits."""
    house = House(kept.household.environ)
    with worked_with(house) as catalog:
        photo = catalog.good_copies(1)[0]
        house.wishing(catalog).set_title(photo_ino(photo), "Another", Asker(0, "a test"))
        copy_catalog(kept, tmp_path / "own.db")
    put_back(kept, tmp_path / "own.db")
    with worked_with(house) as catalog:
        assert DOUBT in catalog.doubt()
        assert WishVerb.RETITLE in {each.wish.verb for each in catalog.in_state(State.HELD)}
        waiting = {each.wish.verb for each in catalog.in_state(State.PLANNED)}
        assert not waiting & GUARDED
    assert is_armed(kept) == "no"


def test_p18_a_catalog_that_is_rebuilt_takes_nothing_at_first(kept: Kept, flickr: Flickr) -> None:
    """P18: the mirror is taken over and keeps each file; rules wait for their user's word."""
    house = House(kept.household.environ)
    with worked_with(house) as catalog:
        account = catalog.sources()[0]
    before = files_of(kept.root)
    put_back(kept, None)
    with house.catalog() as catalog:
        catalog.add_library("flickr", account.provider, dict(account.config))
        (source,) = catalog.sources()
        catalog.database.run(
            "UPDATE source SET account = ? WHERE id = ?", (account.account, source.source_id)
        )
    kept.household.run("scan")
    assert DOUBT in kept.household.run("mirror", "add", "flickr", kept.root)
    kept.household.run("mirror", "run", code=None)
    assert files_of(kept.root) == before
    kept.verify()
    kept.check()
    assert DOUBT in kept.household.run("rules", "run", "tokyo", code=15)
    assert flickr.account.stream()


@pytest.fixture
def whole_backup(kept: Kept, flickr: Flickr) -> Kept:
    """The home as it was before the mirror went on, its own word with it; a photo lies in Trash.

    The last title that it wishes was taken back since, which it does not know.
    """
    house = House(kept.household.environ)
    with worked_with(house) as catalog:
        photo = catalog.good_copies(1)[0]
        house.wishing(catalog).set_title(photo_ino(photo), UNDONE, Asker(0, "a test"))
    backup = kept.household.home.with_name("backup of the home")
    shutil.copytree(kept.household.home, backup, ignore=shutil.ignore_patterns("*.sock"))
    change_mirror(kept, flickr)
    with worked_with(house) as catalog:
        pass
    remove_all(kept.household.home)
    backup.rename(kept.household.home)
    return kept


UNDONE = "A title that was taken back"


def remove_all(folder: Path) -> None:
    """With what nobody may write to."""
    for each in [folder, *folder.rglob("*")]:
        if each.is_dir() and not each.is_symlink():
            each.chmod(0o700)
    shutil.rmtree(folder)


def test_p18_a_home_that_is_put_back_whole_sends_nothing_that_takes_away(
    whole_backup: Kept, flickr: Flickr
) -> None:
    """P18: its own word is right; the agent asks the mirror before it sends anything."""
    run = whole_backup.household.run
    with House(whole_backup.household.environ).catalog() as catalog:
        catalog.database.run("UPDATE operation SET not_before_ns = 0")
    with whole_backup.household.mounted(agent=True):
        run("wait", "--timeout", "60", code=None)
        assert DOUBT in run("status")
        assert "1 photo given another title, held" in run("held", "list")
    assert UNDONE not in {each.title for each in flickr.account.stream()}
    run("check", "--accept-restored")
    run("held", "release")
    with whole_backup.household.mounted(agent=True):
        run("wait", "--timeout", "60")
    assert UNDONE in {each.title for each in flickr.account.stream()}


def test_p18_trash_is_not_emptied_by_a_home_that_is_put_back_whole(whole_backup: Kept) -> None:
    """P18: neither at the service nor from this disk, though no mirror was run since."""
    for last in ((), ("--last-copies",)):
        assert DOUBT in whole_backup.household.run("trash", "empty", *last, code=15)


def test_the_same_catalog_is_never_doubted(kept: Kept, flickr: Flickr) -> None:
    """Agents that start and end, runs that change much or nothing, a mirror that was forgotten."""
    house = House(kept.household.environ)
    for _ in range(2):
        with worked_with(house) as catalog:
            pass
        change_mirror(kept, flickr)
        kept.household.run("mirror", "run", code=None)
        kept.household.run("mirror", "remove", kept.root)
        kept.household.run("mirror", "add", "flickr", kept.root)
        kept.household.run("mirror", "run", code=None)
    with house.catalog() as catalog:
        assert catalog.doubt() == ""
    assert "--accept-restored" not in kept.household.run("status")
