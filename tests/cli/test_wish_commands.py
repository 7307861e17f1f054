"""The commands of writing, on a filed library: what they show, ask, and change."""

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from subprocess import PIPE

import pytest

from photofs.assembly import House
from photofs.catalog.check import check
from photofs.catalog.sqlite import open_catalog
from photofs.cli.wait import await_work
from photofs.emulators.takeout import demo_takeout
from photofs.kernel.lock import hold
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.judgement import Broken, Other
from photofs.model.operation import Event
from photofs.model.photo import Fidelity
from tests.support.filed import album, photo
from tests.support.household import PATIENCE, Household, shell
from tests.support.wished import EVERYTHING, SHELL, Wished, whole

DAY = "Dates/2019/2019-07"


class Home:
    """A household whose catalog holds the library "L"; `wished` is open between commands."""

    def __init__(self, folder: Path) -> None:
        self.household = Household(folder)
        (self.household.home / "state").mkdir()
        self.path = self.household.home / "state" / "catalog.db"
        self.wished = Wished(self.path)
        self.wished.filed.scan(
            photo("a", favorite=False),
            photo("b", favorite=False),
            album("x", "Trip", "a", "b"),
            album("y", "Home"),
        )
        self.run, self.ask = self.household.run, self.household.ask

    def files(self) -> set[str]:
        """All paths below the library."""
        return self.wished.files()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A library with the photos a and b in the album Trip."""
    made = Home(tmp_path)
    yield made
    made.wished.catalog.close()
    with open_catalog(made.path) as catalog:
        assert [str(each) for each in check(catalog)] == []


def seal(home: Home, remote_id: str, data: bytes) -> str:
    """As if the original of a photo had been fetched; its hash."""
    sha256 = hashlib.sha256(data).hexdigest()
    number = home.wished.filed.photo_id(remote_id)
    home.wished.catalog.sealed(number, "1", sha256, len(data))
    put_sealed(home.household.home / "data" / "kept", sha256, data)
    return sha256


def put_sealed(room: Path, sha256: str, data: bytes) -> None:
    """An original in a room, as the store names it."""
    path = room / sha256[:2] / sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(0o400)


def test_the_log_tells_actions_in_words_and_undo_takes_one_back(home: Home) -> None:
    """Newest first, with program, verb, album and state; an undone one says by which."""
    home.wished.link("Albums/Trip/a.jpg", "Albums/Home/a.jpg")
    shown = home.files()
    home.wished.filed.now_ns += 10**11
    home.wished.unlink("Albums/Trip/b.jpg")
    newest, oldest = home.ask("log")
    assert newest["what"] == 'bash: 1 photo taken out of "Trip", waiting'
    assert oldest["what"] == 'bash: 1 photo put into "Home", waiting'
    undone = home.ask("undo", newest["action"])
    assert (undone["cancelled"], undone["left"]) == (1, [])
    assert home.files() == shown
    by, again, _ = home.ask("log")
    assert by["what"] == f"photofs undo: undid action {again['action']}"
    assert again["state"] == f"undone by {by['action']}"
    assert "undone before" in home.run("undo", newest["action"], code=15)
    assert "no action 99" in home.run("undo", "99", code=4)


def test_one_action_is_told_with_its_exchanges(home: Home) -> None:
    """Each operation with what was sent and what came back."""
    home.wished.link("Albums/Trip/a.jpg", "Albums/Home/a.jpg")
    (row,) = home.wished.catalog.open_operations()
    home.wished.catalog.note_exchange(row.operation_id, 10**18, "addPhoto a to y", "ok\x1b[2J")
    told = home.run("log", str(row.wish.action))
    assert "> addPhoto a to y" in told
    assert "< ok\\x1b[2J" in told
    (operation,) = home.ask("log", str(row.wish.action))["operations"]
    assert operation["exchanges"][0]["sent"] == "addPhoto a to y"


def test_held_changes_are_listed_dropped_and_released(home: Home) -> None:
    """`rm -rf` of sixty photos waits; one command takes it back, another lets it go."""
    home.wished.filed.scan(*(photo(f"p{n}", favorite=False) for n in range(60)), full=False)
    shown = home.files()
    for number in range(60):
        home.wished.unlink(f"{DAY}/p{number}.jpg")
    (held,) = home.ask("held", "list")
    assert (held["library"], held["held"]) == ("L", 60)
    assert "60 changes held" in home.run("status")
    assert home.ask("status")["libraries"][0]["work"]["held"] == 60
    assert home.ask("held", "drop", "--yes")["dropped"] == 60
    assert home.files() == shown
    home.wished.filed.now_ns += 10**15
    for number in range(60):
        home.wished.unlink(f"{DAY}/p{number}.jpg")
    assert home.ask("held", "release", "L") == {"released": {"L": 60}}
    assert home.ask("held", "list") == []
    assert "no library" in home.run("held", "release", "nobody", code=4)


def test_the_queue_says_why_each_waits_and_tries_again(home: Home) -> None:
    """A refusal's reason and time, a file that was refused, and what `retry` changes of them."""
    home.wished.link("Albums/Trip/a.jpg", "Albums/Home/a.jpg")
    (row,) = home.wished.catalog.open_operations()
    with home.wished.wishing.change():
        for event in (Event.CLAIM, Event.SEND):
            home.wished.catalog.happen(row.operation_id, event, 10**18)
        home.wished.catalog.happen(
            row.operation_id, Event.REFUSED, 10**18, "the service is down", 4 * 10**18
        )
    home.wished.write("Albums/Trip/half.jpg")
    home.wished.judge(Broken("cut short"), "Albums/Trip/half.jpg")
    told = home.ask("queue")
    assert "the service is down" in told["operations"][0]["why"]
    assert [(each["name"], each["why"]) for each in told["files"]] == [
        ("L/Albums/Trip/half.jpg", "cut short")
    ]
    said = home.run("queue")
    assert "no agent works" in said
    assert ("waiting" in said, "planned" in said) == (True, False)  # as `photofs log` calls it
    assert home.ask("queue", "retry", str(row.operation_id)) == {"retried": 1}
    assert home.ask("queue", "retry", "L/Albums/Trip/half.jpg") == {"retried": 1}
    told = home.ask("queue")
    assert told["operations"][0]["not_before"] < 3 * 10**9
    assert told["files"][0]["stage"] == "open"


def test_an_upload_that_was_refused_is_sent_again(home: Home) -> None:
    """With all that goes with it: the album that it stands in."""
    home.wished.write("Albums/Trip/new.jpg")
    home.wished.judge(whole("n"), "Albums/Trip/new.jpg")
    upload, _ = home.wished.catalog.open_operations()
    with home.wished.wishing.change():
        for event in (Event.CLAIM, Event.SEND):
            home.wished.catalog.happen(upload.operation_id, event, 10**18)
        home.wished.wishing.outcomes(upload.wish.library).give_up(upload, "too large")
    assert "1 file not sent" in home.run("status")
    assert "1 failed" in home.run("wait", code=6)
    assert home.ask("queue", "retry", "L/Albums/Trip")["retried"] == 1
    assert home.wished.open_verbs() == ["upload", "join"]


def test_wait_says_whether_all_is_done(home: Home) -> None:
    """0 if so, 5 once the time is over; of a path only what is about the photos there."""
    assert "all is done" in home.run("wait")
    home.wished.link("Albums/Trip/a.jpg", "Albums/Home/a.jpg")
    assert "1 change" in home.run("wait", "--timeout", "0.1", code=5)
    assert "all is done" in home.run("wait", "L/Albums/Trip/b.jpg")
    home.wished.send_all()
    assert home.ask("wait")["done"] is True


def test_files_that_stay_here_are_told_by_status(home: Home) -> None:
    """How many are no photos, and that they are on this disk only."""
    home.wished.write("Albums/Trip/notes.txt")
    home.wished.judge(Other("a text"), "Albums/Trip/notes.txt")
    told = home.run("status")
    assert "for they are no photos or bear a program's temporary name: 1 file" in told
    assert home.ask("status")["libraries"][0]["work"]["local"] == 1


def test_dates_are_set_and_reset(home: Home) -> None:
    """The photo stands in the folder of the date at once."""
    told = home.ask("date", "set", f"L/{DAY}/a.jpg", "2001-02-03 04:05")
    assert told == {
        "changed": True,
        "taken": "2001-02-03T04:05:00",
        "how": "user, zone by setting",
    }
    assert "Dates/2001/2001-02/a.jpg" in home.files()
    assert home.ask("date", "reset", "L/Dates/2001") == {"photos": 1, "reset": 1}
    assert f"{DAY}/a.jpg" in home.files()
    assert "2019-07-12" in home.run("date", "set", f"L/{DAY}/a.jpg", "soon", code=15)
    assert "is a folder" in home.run("date", "set", "L/Albums", "2001", code=15)


def test_a_date_of_a_file_that_no_source_knows_is_not_said_to_be_reset(home: Home) -> None:
    """It is still looked at: nothing is shown otherwise afterwards, and the command says so."""
    ino = home.wished.write("Unsorted/new.jpg")
    home.wished.wishing.set_mtime(ino, 10**18, SHELL)
    told = home.run("date", "reset", "L/Unsorted/new.jpg")
    assert "0 of 1 photo shows its source" in told
    assert "no source has told a date of 1 file yet" in told


def test_releasing_nothing_says_so(home: Home) -> None:
    """One line, and no line of zeros a library."""
    assert home.run("held", "release") == "nothing is held\n"


def test_trash_is_listed_and_restored(home: Home) -> None:
    """Back to where it was."""
    shown = home.files()
    home.wished.unlink(f"{DAY}/a.jpg")
    assert [row["path"] for row in home.ask("trash", "list")] == ["L/Trash/a.jpg"]
    assert home.ask("trash", "restore", "L/Trash/a.jpg")[0]["restored"] == 1
    assert home.files() == shown
    assert "nothing lies in Trash" in home.run("trash", "list")


def test_restoring_what_is_not_in_trash_is_told_as_no_success(home: Home) -> None:
    """It says so, ends with 6, and changes nothing; what is in Trash comes back all the same."""
    shown = home.files()
    told = home.run("trash", "restore", "L/Albums/Trip/b.jpg", code=6)
    assert "L/Albums/Trip/b.jpg: nothing there lies in Trash" in told
    home.wished.unlink(f"{DAY}/a.jpg")
    both = home.ask("trash", "restore", "L/Albums/Trip/b.jpg", "L/Trash/a.jpg", code=6)
    assert [each["restored"] for each in both] == [0, 1]
    assert home.files() == shown


def test_why_what_stands_in_trash_is_not_restored_is_told(home: Home, tmp_path: Path) -> None:
    """An export cannot be changed; former bytes are copied, or their replacing is undone."""
    demo_takeout(tmp_path / "takeout")
    home.run("library", "add", "takeout", tmp_path / "takeout", "--name", "old")
    told = home.run("trash", "restore", "old/Trash/blurred.jpg", code=6)
    assert "blurred.jpg: old cannot be changed: it shows what lies in trash there" in told
    for name in ("m", "n"):  # of two files for one photo the latter is shown
        home.wished.write(f"Unsorted/{name}.jpg")
        home.wished.judge(whole(name), f"Unsorted/{name}.jpg")
        upload = next(
            row for row in home.wished.catalog.open_operations() if row.wish.verb == "upload"
        )
        home.wished.uploaded(upload, "n", content_key="n", fidelity=Fidelity.RECOMPRESSED)
    (former,) = (path for path in home.files() if path.startswith("Trash/Replaced/"))
    told = home.run("trash", "restore", f"L/{former}", code=6)
    assert "these are bytes that a photo had before" in told
    assert "nothing there lies in Trash" in home.run("trash", "restore", "L/Albums/Home", code=6)


def test_emptying_trash_leaves_exports_out_where_no_library_is_named(home: Home) -> None:
    """An export's own trash neither counts nor keeps an account's from being emptied."""
    taken = "photoTakenTime", "creationTime"
    sidecar = {"title": "old.jpg", "trashed": True} | {key: {"timestamp": "1"} for key in taken}
    year = home.household.folder / "takeout" / "Takeout" / "Google Photos" / "Photos from 1970"
    year.mkdir(parents=True)
    (year / "old.jpg").write_bytes(b"\xff\xd8\xff\xd9")
    (year / "old.jpg.json").write_text(json.dumps(sidecar))
    home.run("library", "add", "takeout", year.parents[2], "--name", "G")
    assert [row["path"] for row in home.ask("trash", "list")] == ["G/Trash/old.jpg"]
    assert "nothing lies in Trash" in home.run("trash", "empty", "--yes")
    assert "cannot be changed" in home.run("trash", "empty", "--yes", "G", code=None)
    seal(home, "a", b"the bytes of a")
    home.wished.unlink(f"{DAY}/a.jpg")
    home.wished.send_all()
    assert "Delete 1 photo (" in home.run("trash", "empty", code=15)
    told = home.ask("trash", "empty", "--yes")
    assert (told["wished"], told["left"]) == (1, {})


def test_the_queue_names_the_album_that_a_photo_leaves_or_joins(home: Home) -> None:
    """Its path tells where it stands by now, which is another folder."""
    home.wished.unlink("Albums/Trip/a.jpg")
    assert f"leave L/{DAY}/a.jpg (Trip)" in home.run("queue")


def test_wait_tells_a_person_what_it_waits_for(home: Home) -> None:
    """On a terminal, while an agent works; a wait of a minute is not silent."""
    home.wished.link("Albums/Trip/a.jpg", "Albums/Home/a.jpg")
    terminal, its_end = os.openpty()
    with hold(home.household.home / "state" / "locks" / "agent", "an agent works"):
        limit = str(PATIENCE / 2)
        process = home.household.start("wait", "--timeout", limit, stdout=PIPE, stderr=its_end)
        os.close(its_end)
        with open(terminal, encoding="utf-8") as told:  # noqa: PTH123 - a descriptor
            assert "waiting: 1 change (`photofs queue` says for what" in told.readline()
        home.wished.send_all()
        assert process.communicate(timeout=PATIENCE)[0] == "all is done\n"


def test_trash_is_emptied_only_of_what_is_proven_to_be_here(home: Home) -> None:
    """One original is in Kept and right, one damaged, one removal not even sent."""
    taken = TakenFact(by=TakenBy.SERVICE, local=datetime(2019, 7, 3, 4, 5, 6))  # noqa: DTZ001 - a wall time
    sea = photo("a", title="Sea: 1", favorite=True, taken=taken)
    home.wished.filed.scan(sea, photo("d", favorite=False), full=False)
    sha256 = seal(home, "a", b"the bytes of a")
    broken = seal(home, "b", b"the bytes of b")
    for name in ("a", "b"):
        home.wished.unlink(f"{DAY}/{name}.jpg")
    home.wished.send_all()
    home.wished.unlink(f"{DAY}/d.jpg")
    put_damaged(home.household.home / "data" / "kept", broken)
    assert "nobody is here to ask" in home.run("trash", "empty", code=15)
    assert home.wished.open_verbs() == ["trash"]
    told = home.ask("trash", "empty", "--yes", code=6)
    assert told["wished"] == 1
    assert sorted(told["left"]) == [
        "its original in Kept is damaged",
        "something is still to be sent for it; see `photofs queue`",
    ]
    (line,) = Path(told["restore_file"]).read_text().splitlines()
    record = json.loads(line)
    assert (record["remote_id"], record["sha256"], record["albums"]) == ("a", sha256, ["Trip"])
    _, deletion = home.wished.catalog.open_operations()
    assert deletion.wish.verb == "delete"
    number = home.wished.filed.photo_id("a")
    home.wished.send(deletion)
    undone = home.run("undo", str(deletion.wish.action), code=6)
    assert f"restore --deleted {told['restore_file']}`" in undone
    assert "Trash/a.jpg" not in home.files()
    assert home.wished.catalog.is_buried(home.wished.filed.source_id, "a")
    home.wished.filed.scan(photo("a", favorite=False), full=False)
    assert not [path for path in home.files() if path.endswith("a.jpg")]
    assert home.wished.catalog.photo_facts(number).gone
    restored = home.ask("trash", "restore", "--deleted", told["restore_file"])
    assert restored == {"restored": 1, "failed": []}
    assert home.files() >= {
        f"{each}/Sea: 1.jpg" for each in ("Unsorted", "Albums/Trip", "Favorites")
    }
    ino = home.wished.filed.ino("Unsorted/Sea: 1.jpg")
    draft = home.wished.catalog.incoming(ino // 2)
    assert draft is not None
    written = home.household.home / "data" / "kept" / "written" / draft.draft
    assert written.read_bytes() == b"the bytes of a"
    home.wished.judge(whole(sha256, 14, taken=None), "Unsorted/Sea: 1.jpg")
    row = home.wished.catalog.photo(ino // 2)
    assert (row.title, row.favorite) == ("Sea: 1", True)
    assert (row.taken_local, row.albums) == ("2019-07-03T04:05:06", ("Trip",))
    verbs = home.wished.open_verbs()
    assert verbs[1:] == ["restore", "retitle", "date", "upload", "join", "favorite"]
    shown = home.files()
    assert home.ask("trash", "restore", "--deleted", told["restore_file"])["restored"] == 1
    assert (home.files(), home.wished.open_verbs()) == (shown, verbs)
    assert "no list of deleted" in home.run("trash", "restore", "--deleted", __file__, code=15)


def test_regression_deleted_photos_are_restored_by_one_at_a_time(home: Home) -> None:
    """A second one, or a restore of a mirror to the same library, would bring them in twice."""
    sha256 = seal(home, "a", b"the bytes of a")
    told = {"library": "L", "remote_id": "z", "sha256": sha256, "size": 14, "name": "z.jpg"}
    file = home.household.home / "deleted.jsonl"
    file.write_text(json.dumps(told) + "\n" + json.dumps(told | {"library": "none"}) + "\n")
    library = home.wished.catalog.library("L").library_id
    before = home.files()
    with hold(home.household.home / "state" / "locks" / f"restore-{library}", "a test's"):
        said = home.run("trash", "restore", "--deleted", str(file), code=5)
        assert "photos are being restored to L in another process" in said
        assert home.files() == before
    assert home.ask("trash", "restore", "--deleted", str(file), code=6)["restored"] == 1


def test_regression_a_restore_that_fails_late_makes_no_second_file(home: Home) -> None:
    """What could not be said of it at first is said by the next try, of the same file."""
    sha256 = seal(home, "a", b"the bytes of a")
    told = {"library": "L", "remote_id": "z", "sha256": sha256, "size": 14, "name": "z.jpg"}
    file = home.household.home / "deleted.jsonl"
    more = {"albums": ["Trip"], "tags": ["sea"], "favorite": True}
    file.write_text(json.dumps(told | more) + "\n")
    source = home.wished.filed.source_id
    home.wished.catalog.set_writes(source, [each for each in EVERYTHING if each != "set_tags"])
    failed = home.ask("trash", "restore", "--deleted", str(file), code=6)["failed"]
    assert failed == ["z.jpg: this service cannot change tags"]
    ino = home.wished.filed.ino("Unsorted/z.jpg")
    assert {path for path in home.files() if "z" in path} == {
        f"{each}/z.jpg" for each in ("Unsorted", "Albums/Trip", "Favorites")
    }
    home.wished.catalog.set_writes(source, EVERYTHING)
    for _time in range(2):
        told_again = home.ask("trash", "restore", "--deleted", str(file))
        assert told_again == {"restored": 1, "failed": []}
    assert home.wished.filed.ino("Unsorted/z.jpg") == ino
    assert len([path for path in home.files() if "z" in path]) == 3
    assert home.wished.catalog.photo(ino // 2).tags == ("sea",)
    (action,) = {row.wish.action for row in home.wished.catalog.open_operations()[:1]}
    assert home.ask("undo", str(action))["left"] == []
    assert {path for path in home.files() if "z" in path} == {"Trash/z.jpg"}
    assert home.ask("trash", "restore", "--deleted", str(file))["restored"] == 1
    assert home.wished.filed.ino("Unsorted/z.jpg") == ino
    written = home.wished.catalog.incoming(ino // 2)
    assert written is not None
    folder = home.household.home / "data" / "kept" / "written"
    assert (folder / written.draft).read_bytes() == b"the bytes of a"


def put_damaged(room: Path, sha256: str) -> None:
    """Other bytes under an original's name."""
    path = room / sha256[:2] / sha256
    path.unlink()
    path.write_bytes(b"rotten")


def test_wait_ends_when_the_work_does(home: Home) -> None:
    """It is still there while a change waits, says that no agent works, and ends with 0."""
    home.wished.link("Albums/Trip/a.jpg", "Albums/Home/a.jpg")
    process = home.household.start("wait", stdout=PIPE, stderr=PIPE)
    assert process.stderr is not None
    assert "no agent works" in process.stderr.readline()
    assert process.poll() is None
    home.wished.send_all()
    told, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, told) == (0, "all is done\n")


def test_wait_ends_where_nobody_works(home: Home) -> None:
    """Without a time limit, too, for nothing would go on; it says what to do."""
    home.wished.link("Albums/Trip/a.jpg", "Albums/Home/a.jpg")
    house = House(home.household.environ)
    outcome = await_work(house, home.wished.catalog, None, None, alone=0.1)
    assert outcome.open == 1
    assert outcome.words.endswith("no agent works for this catalog: mount, or run `photofs agent`")


def test_info_says_what_the_file_time_is_where_nobody_knows_when_it_was_taken(home: Home) -> None:
    """In a sentence of its own: "how that is known" needs a date before it."""
    home.wished.filed.scan(photo("c", taken=None, uploaded_ns=10**18))
    told = home.run("info", next(f"L/{each}" for each in home.files() if each.endswith("c.jpg")))
    assert "file time by: upload time" in told
    assert "how that is known" not in told
    assert "how that is known" in home.run("info", "L/Albums/Trip/a.jpg")


@pytest.mark.mount
def test_wait_misses_no_agent_that_a_mount_is_about_to_begin(home: Home) -> None:
    """Where something is mounted nothing is said of a missing agent for the first seconds."""
    home.wished.link("Albums/Trip/a.jpg", "Albums/Home/a.jpg")
    with home.household.mounted():
        told = home.household.run("wait", "--timeout", "0.5", code=5)
        assert told == "not done yet: 1 change\n"
    told = home.household.run("wait", "--timeout", "0", code=5)
    assert "no agent works for this catalog" in told


@pytest.mark.mount
def test_umount_waits_for_what_is_on_its_way(home: Home) -> None:
    """While an agent works; without one, or told not to, it says what is left to the next start."""
    point = home.household.folder / "photos"
    point.mkdir()
    home.run("mount", "--daemon", "--no-agent", point)
    try:
        home.wished.link("Albums/Trip/a.jpg", "Albums/Home/a.jpg")
        with hold(home.household.home / "state" / "locks" / "agent", "an agent works"):
            process = home.household.start("umount", point, stdout=PIPE, stderr=PIPE)
            assert process.stderr is not None
            assert "waiting for 1 change; Ctrl-C leaves them" in process.stderr.readline()
            assert os.path.ismount(point)
            home.wished.send_all()
            process.communicate(timeout=PATIENCE)
            assert process.returncode == 0
        assert not os.path.ismount(point)
        home.wished.link("Albums/Trip/b.jpg", "Albums/Home/b.jpg")
        home.run("mount", "--daemon", "--no-agent", point)
        assert "left to the next start: 1 change" in home.run("umount", point)
    finally:
        if os.path.ismount(point):
            shell("fusermount3", "-uz", point)


def test_the_agent_runs_in_front_until_it_is_told_to_end(home: Home) -> None:
    """SIGTERM ends it in order; a second one waits for the first."""
    with hold(home.household.home / "state" / "locks" / "agent", "an agent works"):
        process = home.household.start("agent", stdout=PIPE)
        assert process.stdout is not None
        assert "takes over when it ends" in process.stdout.readline()
        process.terminate()
        assert process.wait(PATIENCE) == 0
        process.stdout.close()
