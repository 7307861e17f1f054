"""An album copied to Google: in few calls, in its order, with its dates, whatever goes wrong."""

import hashlib
import random
import shutil
from datetime import datetime
from pathlib import Path

import pytest
import trio

from agent.scanning import scan
from photofs.catalog.check import check
from photofs.catalog.sqlite import Catalog
from photofs.emulators.google import CLIENT_ID, PROJECT, Account, Refusal
from photofs.emulators.google.errors import ApiError, over_the_day
from photofs.emulators.hosting import faults as net
from photofs.emulators.hosting.faults import Deaf, Effect, Faults
from photofs.emulators.hosting.originals import Stored
from photofs.emulators.pictures import make_jpeg
from photofs.model.incoming import Stage
from photofs.model.spot import Spot
from tests.support.clocked_house import AtOnce
from tests.support.google_home import SHELL, GoogleHome, google_home
from tests.support.killed_program import run_killed
from tests.support.log_guard import ExpectLog

ROOT = Path(__file__).parents[2]
SEED = 20261121
CREATE, JOIN = "mediaItems.batchCreate", "albums.batchAddMediaItems"
UNAVAILABLE = Refusal(error=ApiError("UNAVAILABLE", "The service is currently unavailable."))


def calls_for(number: int) -> int:
    """The least: the album, the bytes of each, items and members fifty at a time."""
    return 1 + number + 2 * -(-number // 50)


def shown(catalog: Catalog) -> list[tuple[object, ...]]:
    """What `ls -l` and a hash tell of each photo."""
    rows = catalog.database.all("SELECT id FROM photo ORDER BY id")
    facts = [catalog.photo_facts(number) for (number,) in rows]
    return [(one.sha256, one.size, one.size_exact, one.mtime_ns, one.name) for one in facts]


def counted(made: GoogleHome) -> int:
    """The calls of the day that were used to send, the scan before it not among them."""
    scanning = {"mediaItems.list", "albums.list", "mediaItems.search", "oauth.token"}
    return sum(n for name, n in made.emulator.calls.items() if name not in scanning)


def test_an_album_takes_the_least_of_calls(tmp_path: Path) -> None:
    """170 photos: none is sent twice, nothing is looked at, all stand in the order of the copy."""
    with google_home(tmp_path / "home", 170) as made:
        made.finish()
        made.check()
        assert (made.emulator.calls[CREATE], made.emulator.calls[JOIN]) == (4, 4)
        assert counted(made) == calls_for(170)


def test_a_second_round_sends_nothing(tmp_path: Path) -> None:
    """What the service told is what a scan tells: no photo is taken for another one."""
    with google_home(tmp_path / "home", 3) as made:
        made.finish()
        with made.house.catalog() as catalog:
            before = shown(catalog)
            (source,) = catalog.sources()
            for _time in range(2):
                trio.run(scan, made.house, catalog, source, lambda _progress: None)
            assert shown(catalog) == before
        made.run(20)
        made.check()


def test_what_google_has_already_is_found_by_its_bytes(tmp_path: Path) -> None:
    """Sent once more by somebody who forgot it, it is the same photo, and afterwards is known."""
    data = make_jpeg("known", width=64, height=48, taken=datetime(2019, 7, 12))  # noqa: DTZ001 - wall time
    account = Account()
    account.add_item(data, "first name.jpg", CLIENT_ID)
    with google_home(tmp_path / "home", 1, account=account) as made:
        made.copy("known.jpg", data)
        made.finish()
        assert len(account.state.items) == 2
        assert made.emulator.calls["uploads"] == 2
        with made.house.catalog() as catalog:
            sizes = {(each[1], each[2]) for each in shown(catalog) if each[0]}
            assert (len(data), 1) in sizes
        made.copy("once more.jpg", data)
        made.finish()
        assert made.emulator.calls["uploads"] == 2


def test_other_bytes_of_an_undated_photo_keep_its_date(tmp_path: Path) -> None:
    """They are a new photo there, whose date nobody can mend: it is sent with the bytes."""
    with google_home(tmp_path / "home", 2) as made:
        made.finish()
        made.overwrite("IMG_0000.jpg", make_jpeg("other", width=64, height=48))
        made.finish()
        names = [(item.filename, item.created) for item in made.items]
        assert names == [
            ("IMG_0000.jpg", "2017-07-14T02:40:00Z"),
            ("IMG_0001.jpg", "2017-07-14T02:40:00Z"),
            ("IMG_0000.jpg", "2017-07-14T02:40:00Z"),
        ]


def paths(made: GoogleHome) -> dict[str, str | None]:
    """The hash of what each name of the album and of Trash shows."""
    with made.house.catalog() as catalog:
        assert [str(each) for each in check(catalog)] == []
        rows = catalog.database.all("SELECT id FROM photo WHERE gone = 0")
        return {
            f"{each.kind} {each.name}": catalog.photo_facts(number).sha256
            for (number,) in rows
            for each in catalog.names_of(number)
            if each.kind in {"album", "trash"}
        }


def sha256_of(data: bytes) -> str:
    """As the store names it."""
    return hashlib.sha256(data).hexdigest()


def test_one_photo_copied_over_another_takes_no_name_away(tmp_path: Path) -> None:
    """Google has those bytes already: both names show them, what was under one is in Trash."""
    with google_home(tmp_path / "home", 2) as made:
        made.finish()
        first, second = (sha256_of(data) for data in made.files.values())
        made.overwrite("IMG_0000.jpg", made.files["IMG_0001.jpg"])
        made.finish()
        assert paths(made) == {
            "album IMG_0000.jpg": second,
            "album IMG_0001.jpg": second,
            "trash IMG_0000.jpg": first,
        }
        with made.house.catalog() as catalog:
            (source,) = catalog.sources()
            trio.run(scan, made.house, catalog, source, lambda _progress: None)
            made.house.wishing(catalog).undo(1, SHELL)
        assert first in paths(made).values()
        assert second in paths(made).values()


def test_what_google_takes_for_the_same_photo_replaces_nothing(tmp_path: Path) -> None:
    """A copy with the date that was sent with it, written over it: the former bytes stay."""
    with google_home(tmp_path / "home", 1) as made:
        made.finish()
        (item,) = made.items
        blob = made.emulator.account.vault.get(item.sha256)
        dated = blob.read(0, blob.size)
        (data,) = made.files.values()
        made.overwrite("IMG_0000.jpg", dated)
        made.finish()
        assert len(made.items) == 1
        assert paths(made) == {
            "album IMG_0000.jpg": sha256_of(dated),
            "trash IMG_0000.jpg": sha256_of(data),
        }


def scan_all(made: GoogleHome, *, times: int = 1) -> None:
    """Full scans by a filing that takes no hour between two of them."""
    house = AtOnce(made.house.environ)
    with house.catalog() as catalog:
        (source,) = catalog.sources()
        catalog.set_config(source.source_id, {**source.config, "sweep_hours": 0})
        for _ in range(times):
            (source,) = catalog.sources()
            trio.run(scan, house, catalog, source, lambda _progress: None)


def crop(made: GoogleHome, number: int) -> None:
    """Edit a photo on Google's pages: its bytes and its size in pixels are others now."""
    item, account = made.items[number], made.emulator.account
    data = make_jpeg("cropped", width=40, height=40)
    item.sha256 = account.store(data)
    item.original = Stored(sha256=item.sha256)
    item.width, item.height = 40, 40
    account.changed()


def test_what_was_sent_stands_in_trash_once_google_has_other_bytes(tmp_path: Path) -> None:
    """Cropped there: the photo shows the crop, and the former original is a file here, once."""
    with google_home(tmp_path / "home", 2) as made:
        made.finish()
        first, second = (sha256_of(data) for data in made.files.values())
        crop(made, 0)
        scan_all(made, times=2)
        assert paths(made) == {
            "album IMG_0000.jpg": None,
            "album IMG_0001.jpg": second,
            "trash IMG_0000.jpg": first,
        }
        with made.house.catalog() as catalog:
            (kept,) = catalog.incoming_in(Stage.LOCAL)
            assert "given other bytes" in kept.why
            assert catalog.needed_here(first)


def test_a_photo_deleted_at_google_stands_in_trash_here(tmp_path: Path) -> None:
    """What was sent lies here alone; back from Google's own trash it is where it was before."""
    with google_home(tmp_path / "home", 2) as made:
        made.finish()
        first, second = (sha256_of(data) for data in made.files.values())
        item = made.items[0]
        item.trashed = True
        scan_all(made, times=2)
        assert paths(made) == {"album IMG_0001.jpg": second, "trash IMG_0000.jpg": first}
        with made.house.catalog() as catalog:
            assert first in catalog.only_here()
        item.trashed = False
        scan_all(made)
        assert paths(made) == {"album IMG_0000.jpg": first, "album IMG_0001.jpg": second}


def test_what_was_put_into_trash_here_stays_there_when_google_has_it_again(tmp_path: Path) -> None:
    """Deleted there and brought back there: what the user put into Trash here stays in it."""
    with google_home(tmp_path / "home", 2) as made:
        made.finish()
        first, second = (sha256_of(data) for data in made.files.values())
        item = made.items[0]
        with made.house.catalog() as catalog:
            row = catalog.observation(catalog.sources()[0].source_id, item.id)
            assert row is not None
            stands = catalog.names_of(row.photo_id)
            (day,) = (Spot(each.folder_id * 2, each.name) for each in stands if each.kind == "date")
            made.house.wishing(catalog).unlink(day, SHELL)
        for trashed in (True, False):
            item.trashed = trashed
            scan_all(made, times=2)
            assert paths(made) == {"album IMG_0001.jpg": second, "trash IMG_0000.jpg": first}


@pytest.mark.parametrize("name", ["IMG_0000.jpg", "once more.jpg"], ids=["over it", "beside it"])
def test_a_copy_of_what_was_just_deleted_at_google_is_uploaded(tmp_path: Path, name: str) -> None:
    """No scan has noticed yet: Google is asked, and the copy does not go with the old photo."""
    with google_home(tmp_path / "home", 3) as made:
        made.finish()
        first, second, third = (sha256_of(data) for data in made.files.values())
        old = made.items[0]
        old.trashed = True
        bring = made.overwrite if name in made.files else made.copy
        bring(name, made.files["IMG_0000.jpg"])
        made.finish()
        (new,) = (
            item
            for item in made.emulator.account.state.items.values()
            if item.id > old.id and item.sha256 == old.sha256
        )
        scan_all(made, times=3)
        assert paths(made) == {
            f"album {name}": first,
            "album IMG_0001.jpg": second,
            "album IMG_0002.jpg": third,
        }
        assert not new.trashed


def test_what_is_there_is_asked_for_by_fifty_and_not_sent(tmp_path: Path) -> None:
    """A second copy of an album takes a call for fifty photos, and no bytes."""
    with google_home(tmp_path / "home", 60) as made:
        made.finish()
        before = dict(made.emulator.calls)
        for name, data in made.files.items():
            made.overwrite(name, data)
        made.finish()
        calls = {name: n - before.get(name, 0) for name, n in made.emulator.calls.items()}
        asked = [calls.get(name) for name in ("mediaItems.batchGet", "mediaItems.get", "uploads")]
        assert asked == [2, None, 0]
        made.check()


def test_a_copy_waits_until_google_can_say_what_is_there(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """Without an answer nothing is taken for there, nor for gone: the copy stays where it is."""
    plan = Faults()
    plan.add(UNAVAILABLE, "mediaItems.batchGet", times=None)
    with google_home(tmp_path / "home", 2, plan=plan) as made:
        made.finish()
        made.items[0].trashed = True
        made.copy("once more.jpg", made.files["IMG_0000.jpg"])
        expect_log("cannot be judged yet")
        made.run(1)
        with made.house.catalog() as catalog:
            assert [row.stage for row in catalog.incoming_in(Stage.OPEN)] == [Stage.OPEN]
        plan.clear()
        made.finish()
        assert len(made.emulator.account.state.items) == 3


TROUBLE: dict[str, tuple[Effect, str]] = {
    "no bytes": (net.server_error(500), "uploads"),
    "bytes broken off": (Deaf(after=100, reset=True), "uploads"),
    "no answer for bytes": (net.lose_answer(), "uploads"),
    "no items": (UNAVAILABLE, CREATE),
    "items denied": (net.done_and_denied(502), CREATE),
    "no answer for items": (net.lose_answer(), CREATE),
    "no members": (UNAVAILABLE, JOIN),
    "members denied": (net.done_and_denied(502), JOIN),
    "no album": (UNAVAILABLE, "albums.create"),
    "album denied": (net.done_and_denied(502), "albums.create"),
}


@pytest.mark.parametrize("times", [1, 5], ids=["once", "often"])
@pytest.mark.parametrize("trouble", TROUBLE)
def test_any_trouble_ends_right(tmp_path: Path, trouble: str, times: int) -> None:
    """Tried again at once or an hour later, each photo is there once, in the album's order."""
    effect, where = TROUBLE[trouble]
    plan = Faults(seed=SEED)
    plan.add(effect, where, times=times, skip=0 if "album" in trouble else 1)
    timeout = 2.0 if "no answer" in trouble else 30.0
    with google_home(tmp_path / "home", 4, plan=plan, timeout=timeout) as made:
        made.finish()
        made.check()


def test_a_used_up_day_waits_for_the_next(tmp_path: Path, expect_log: ExpectLog) -> None:
    """Nothing is asked in vain more often than files go out side by side, and it is told once."""
    plan = Faults()
    fault = plan.add(Refusal(error=over_the_day(PROJECT, 10_000)), "uploads", skip=2, times=None)
    with google_home(tmp_path / "home", 20, plan=plan) as made:
        expect_log("is used up for this project")
        made.run(0)
        assert len(expect_log.lines) == 1
        assert 0 < fault.hits <= 4
        assert not made.is_over()
        plan.clear()
        with made.house.catalog() as catalog:  # the next day
            catalog.database.run("DELETE FROM pacing")
        made.finish()
        made.check()


def killed_at(made: GoogleHome, nth: int) -> list[str]:
    """Kill it before that call, unless it ends first (0: never); the calls that it made."""
    return run_killed(made.command(), made.house.environ, made.folder / "control", nth)


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many calls it makes when nobody kills it."""
    with google_home(tmp_path_factory.mktemp("counted") / "home", raw_below=0) as counted_home:
        return len(killed_at(counted_home, 0))


def survives(folder: Path, nth: int) -> None:
    """One death; another agent takes over and ends it."""
    with google_home(folder, raw_below=0) as made:
        killed_at(made, nth)
        made.finish()
        made.check()
    shutil.rmtree(folder)


@pytest.mark.timeout(500)
def test_kill_9_between_two_system_calls(calls: int, tmp_path: Path) -> None:
    """A seeded sample of moments: each photo is there once, in its album's order."""
    for nth in random.Random(SEED).sample(range(1, calls + 1), 3):
        survives(tmp_path / str(nth), nth)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(16))
def test_kill_9_between_any_two_system_calls(calls: int, tmp_path: Path, part: int) -> None:
    """All moments; in parts, for time."""
    for nth in range(1 + part, calls + 1, 16):
        survives(tmp_path / str(nth), nth)
