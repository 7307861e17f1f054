"""What is wished is sent once, in order, and only what the service shows counts as done."""

import hashlib
import os
from dataclasses import replace

import pytest
from trio.testing import MockClock

from photofs.emulators.pictures import make_jpeg, make_video
from photofs.model.incoming import Stage
from photofs.model.node import photo_ino, row_id
from photofs.model.operation import State
from photofs.originals.port import Room
from photofs.wishing.deleting import Deleting, Proven, to_delete
from tests.support.filed import album
from tests.support.log_guard import ExpectLog
from tests.support.posted import Posted
from tests.support.wished import SHELL

TRAM = make_jpeg(1, width=64, height=48)
SEA = make_jpeg(2, width=64, height=48)


def hash_of(data: bytes) -> str:
    """The name of these bytes in the store."""
    return hashlib.sha256(data).hexdigest()


async def with_photos(posted: Posted, *ids: str) -> None:
    """Photos that the service has and a scan has told of, in the album Trip."""
    posted.service.albums["a0"] = ("Trip", list(ids))
    for number, each in enumerate(ids):
        made = posted.service.add(
            make_jpeg(100 + number, width=64, height=48), file_name=f"{each}.jpg"
        )
        there = posted.service.photos.pop(made)
        there.seen = replace(there.seen, remote_id=each, ref=each, favorite=False)
        posted.service.photos[each] = there
    posted.filed.scan(
        *(posted.service.photos[each].seen for each in ids), album("a0", "Trip", *ids)
    )


async def test_a_copy_is_uploaded_and_joins_its_album(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P3: once, under its name, in the album that was made for it; its inode stays."""
    del autojump_clock
    posted.wished.mkdir("Albums/Trip")
    ino = posted.write("Albums/Trip/Tram 28.jpg", TRAM)
    await posted.judged()
    await posted.send()
    assert posted.is_over(), posted.states()
    (there,) = posted.service.photos.values()
    assert there.data == TRAM
    assert there.seen.title == "Tram 28"
    assert posted.service.members("Trip") == [there.seen.remote_id]
    assert posted.filed.ino("Albums/Trip/Tram 28.jpg") == ino
    assert posted.catalog.incoming(posted.photo_at("Albums/Trip/Tram 28.jpg")) is None
    assert all(posted.catalog.exchanges(row.operation_id) for row in posted.operations())


async def test_p25_all_that_was_sent_stands_in_the_log(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P25: each operation tells what went out and what came back, also what did not work."""
    del autojump_clock
    posted.service.plan("upload", "down")
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    await posted.send()
    (row,) = posted.operations()
    words = [(each.sent, each.answer) for each in posted.catalog.exchanges(row.operation_id)]
    assert words[0] == (f"upload a.jpg, {len(TRAM):,} bytes, private", "the service did not do it")
    assert words[1][1] == "it is not there"
    assert words[2][1].startswith("photo r1")


@pytest.mark.parametrize("trouble", ["lost", "killed"])
async def test_p20_an_upload_whose_answer_is_lost_is_found(
    trouble: str, posted: Posted, autojump_clock: MockClock
) -> None:
    """P3, P20: it is asked for before anything else, and never sent again."""
    del autojump_clock
    posted.service.plan("upload", trouble)
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    await posted.send()
    assert posted.is_over(), posted.states()
    assert posted.at_service() == [hash_of(TRAM)]
    assert posted.service.calls["upload"] == 1


@pytest.mark.parametrize("trouble", ["down", "stopped", "throttled", "touched"])
async def test_p21_an_upload_that_was_not_done_is_sent_again(
    trouble: str, posted: Posted, autojump_clock: MockClock
) -> None:
    """P21: once it is certain that the service has nothing of it, and not before it may."""
    del autojump_clock
    posted.service.plan("upload", trouble)
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    await posted.send()
    assert posted.at_service() == [hash_of(TRAM)]
    assert posted.service.calls["find_upload"] == 1
    assert posted.service.calls["upload"] == 2


async def test_what_cannot_be_told_stays_unsure(posted: Posted, autojump_clock: MockClock) -> None:
    """P20: as long as the service does not say, it is shown as unsure and sent by nobody."""
    del autojump_clock
    posted.service.plan("upload", "lost")
    posted.service.plan("find_upload", *["down"] * 30)
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    began = posted.filed.now_ns
    for _ in range(25):
        await posted.send(tries=1)
    (row,) = posted.operations()
    assert row.state is State.UNSURE
    assert posted.service.calls["upload"] == 1
    assert posted.service.calls["find_upload"] < 25
    assert posted.filed.now_ns - began < 3600 * 10**9
    assert "did not do it" in row.reason
    assert posted.filed.files() == {"Dates/Unknown/a.jpg", "Unsorted/a.jpg"}
    await posted.send()
    assert posted.at_service() == [hash_of(TRAM)]


async def test_p5_what_is_not_shown_yet_stays_in_kept(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P5: our copy is let go only after the service has shown the photo."""
    del autojump_clock
    posted.service.lag = 2
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    await posted.once()
    assert posted.store.has_sealed(hash_of(TRAM)) is Room.KEPT
    assert posted.operations()[0].state is State.UNSURE
    await posted.send()
    assert posted.at_service() == [hash_of(TRAM)]
    assert posted.service.calls["upload"] == 1
    assert posted.store.has_sealed(hash_of(TRAM)) is Room.CACHE


async def test_a_service_that_recodes_leaves_our_copy_in_kept(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """A film comes back otherwise than it was sent: the only exact copy is never let go."""
    del autojump_clock
    posted.service.exact = False
    film = make_video(1, taken=None, seconds=1)
    posted.write("Unsorted/a.mp4", film)
    await posted.judged()
    await posted.send()
    assert posted.at_service() == [hash_of(film)]
    assert posted.store.has_sealed(hash_of(film)) is Room.KEPT


@pytest.mark.parametrize(("trouble", "words"), [("no", "will not do"), ("big", "too big")])
async def test_p6_what_the_service_will_not_take_stays_here(
    trouble: str, words: str, posted: Posted, autojump_clock: MockClock
) -> None:
    """P6: readable in place, marked with the reason, its bytes kept; nothing queues behind it."""
    del autojump_clock
    posted.wished.mkdir("Albums/Trip")
    refused = TRAM + b" " * 1000
    posted.service.most_bytes = len(TRAM) + 500 if trouble == "big" else 10**9
    posted.service.unwanted |= {hash_of(refused)} if trouble == "no" else set()
    posted.write("Albums/Trip/a.jpg", refused)
    await posted.judged()
    posted.write("Albums/Trip/b.jpg", SEA)
    await posted.judged()
    await posted.send()
    row = posted.catalog.incoming(posted.photo_at("Albums/Trip/a.jpg"))
    assert row is not None
    assert row.stage is Stage.FAILED
    assert words in row.why
    assert posted.at_service() == [hash_of(SEA)]
    assert len(posted.service.members("Trip")) == 1
    assert posted.store.has_sealed(hash_of(refused)) is Room.KEPT


async def test_several_files_are_under_way_at_once(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """Three by three: six that the service takes a second for each are there after two seconds."""
    files = [make_jpeg(number, width=16, height=12) for number in range(6)]
    posted.service.slow = 1.0
    for number, data in enumerate(files):
        posted.write(f"Unsorted/{number}.jpg", data)
    await posted.judged()
    began = autojump_clock.current_time()
    await posted.once()
    assert 2 <= autojump_clock.current_time() - began < 4
    assert posted.is_over(), posted.states()
    assert posted.at_service() == sorted(map(hash_of, files))
    assert posted.service.calls["upload"] == len(files)


@pytest.mark.parametrize("trouble", ["lost", "down", "throttled"])
async def test_several_files_whose_answers_are_lost_come_once_each(
    trouble: str, posted: Posted, autojump_clock: MockClock
) -> None:
    """P3: no two lanes ask for the same one, or send it."""
    del autojump_clock
    files = [make_jpeg(number, width=16, height=12) for number in range(5)]
    posted.service.slow = 1.0
    posted.service.plan("upload", trouble, trouble, trouble)
    for number, data in enumerate(files):
        posted.write(f"Unsorted/{number}.jpg", data)
    await posted.judged()
    await posted.send()
    assert posted.is_over(), posted.states()
    assert posted.at_service() == sorted(map(hash_of, files))
    assert posted.service.calls["find_upload"] == 3


async def test_a_full_account_is_not_asked_by_other_lanes(
    posted: Posted, autojump_clock: MockClock, expect_log: ExpectLog
) -> None:
    """What the service had no room for is not sent again by a lane that goes on."""
    del autojump_clock
    expect_log("the account is full")
    posted.service.plan("upload", "full")
    posted.service.slow = 1.0
    for name, data in (("a.jpg", TRAM), ("b.jpg", SEA)):
        posted.write(f"Unsorted/{name}", data)
    await posted.judged()
    await posted.once()
    assert posted.service.calls["upload"] == 2
    assert sorted(posted.states()) == ["upload: done", "upload: planned"]


async def test_a_full_account_stops_uploads_alone(
    posted: Posted, autojump_clock: MockClock, expect_log: ExpectLog
) -> None:
    """The queue waits, `status` says what to do, and titles and albums go on."""
    del autojump_clock
    expect_log("the account is full")
    await with_photos(posted, "p", "q")
    posted.service.plan("upload", "full")
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    posted.wished.rename("Albums/Trip/p.jpg", "Albums/Trip/new.jpg")
    posted.filed.now_ns += 40 * 10**9
    await posted.once()
    assert "make room there" in posted.catalog.source(posted.filed.source_id).trouble
    assert sorted(posted.states()) == ["retitle: done", "upload: planned"]
    await posted.send()
    assert posted.is_over()
    assert posted.catalog.source(posted.filed.source_id).trouble == ""


async def test_p22_a_revoked_login_costs_nothing(
    posted: Posted, autojump_clock: MockClock, expect_log: ExpectLog
) -> None:
    """P22: the queue stops and says what to do; after a new login all goes on where it was."""
    del autojump_clock
    expect_log("the login was taken back")
    await with_photos(posted, "p")
    posted.service.plan("upload", "login")
    posted.service.plan("set_title", "login")
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    posted.wished.rename("Albums/Trip/p.jpg", "Albums/Trip/new.jpg")
    posted.filed.now_ns += 40 * 10**9
    assert await posted.once() == 300
    assert "photofs login" in posted.catalog.source(posted.filed.source_id).trouble
    assert set(posted.states()) == {"upload: planned", "retitle: planned"}
    await posted.send()
    assert posted.is_over()
    assert hash_of(TRAM) in posted.at_service()
    assert posted.service.photos["p"].seen.title == "new"


async def test_a_login_lost_after_the_file_came_is_no_second_upload(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P3: the look after an upload fails in any way: the upload is unsure, never planned again."""
    del autojump_clock
    posted.service.plan("look", "login", "gone", "no", "full", "down")
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    await posted.send()
    assert posted.at_service() == [hash_of(TRAM)]
    assert posted.service.calls["upload"] == 1


async def test_a_date_that_a_copying_program_set_goes_with_the_file(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """Bytes without a date of their own: the service is told the time, also after a lost answer."""
    del autojump_clock
    posted.service.plan("set_taken", "lost")
    ino = posted.write("Unsorted/a.jpg", TRAM)
    posted.wished.wishing.set_mtime(ino, 1_500_000_000 * 10**9, SHELL)
    await posted.judged()
    assert "Dates/2017/2017-07/a.jpg" in posted.filed.files()
    await posted.send()
    (there,) = posted.service.photos.values()
    assert there.seen.taken is not None
    assert str(there.seen.taken.local) == "2017-07-14 02:40:00"
    assert posted.service.calls["upload"] == 1


async def test_a_damaged_file_is_never_sent(posted: Posted, autojump_clock: MockClock) -> None:
    """P2: bytes that rotted between close() and sending go nowhere; the reason is shown."""
    del autojump_clock
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    path = posted.store.kept_path(hash_of(TRAM))
    path.chmod(0o600)
    path.write_bytes(TRAM[:-1] + b"x")
    await posted.send()
    assert posted.service.calls["upload"] == 0
    assert posted.states() == ["upload: gave up"]
    row = posted.catalog.incoming(posted.photo_at("Unsorted/a.jpg"))
    assert row is not None
    assert "damaged" in row.why


async def test_p4_temporary_names_and_other_files_are_never_sent(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P4: neither is what a program is still writing, nor what is no whole picture."""
    del autojump_clock
    posted.write("Unsorted/.a.jpg.Xy12ab", TRAM)
    posted.write("Unsorted/notes.txt", b"hello")
    posted.write("Unsorted/cut.jpg", TRAM[:-300])
    posted.write("Unsorted/empty.jpg", b"")
    assert await posted.judged() == 4
    await posted.send()
    assert posted.states() == []
    assert posted.wished.stage("Unsorted/notes.txt") is Stage.LOCAL
    assert posted.wished.stage("Unsorted/cut.jpg") is Stage.FAILED
    assert posted.wished.stage("Unsorted/empty.jpg") is Stage.FAILED
    posted.wished.rename("Unsorted/.a.jpg.Xy12ab", "Unsorted/a.jpg")
    assert await posted.judged() == 1
    await posted.send()
    assert posted.at_service() == [hash_of(TRAM)]


async def test_p4_a_file_that_is_still_open_is_not_judged(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P4: however long a program takes, under a temporary name too; once it is closed it is."""
    del autojump_clock
    opened = {}
    for name in ("a.jpg", ".b.jpg.Xy12ab"):
        ino = posted.write(f"Unsorted/{name}", TRAM[:1000])
        row = posted.catalog.incoming(row_id(ino))
        assert row is not None
        opened[name] = posted.store.written.open_for_writing(row.draft)
    assert await posted.judged() == 0
    for name, fd in opened.items():
        assert posted.wished.stage(f"Unsorted/{name}") is Stage.OPEN
        os.pwrite(fd, TRAM[1000:] + name.encode(), 1000)
        os.close(fd)
    posted.wished.rename("Unsorted/.b.jpg.Xy12ab", "Unsorted/b.jpg")
    assert await posted.judged() == 2
    await posted.send()
    assert len(posted.at_service()) == 2


async def test_p1_a_mount_killed_as_a_file_is_opened_to_be_written_has_changed_nothing(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P1, P3: the service's photo is as told, what was closed before is sent, the new is empty."""
    del autojump_clock
    await with_photos(posted, "p")
    told = posted.photo_at("Albums/Trip/p.jpg")
    before = posted.catalog.photo_facts(told)
    waiting = row_id(posted.write("Unsorted/a.jpg", TRAM))
    await posted.judged()
    wishing = posted.wished.wishing
    for photo in (told, waiting):
        wishing.overwrite(photo_ino(photo), SHELL)
    wishing.create(posted.wished.spot("Unsorted/b.jpg"), SHELL)
    assert await posted.judged() == 3
    assert posted.wished.stage("Albums/Trip/p.jpg") is None
    after = posted.catalog.photo_facts(told)
    assert after._replace(ctime_ns=0) == before._replace(ctime_ns=0)
    assert posted.wished.stage("Unsorted/a.jpg") is Stage.WAITING
    assert posted.wished.stage("Unsorted/b.jpg") is Stage.FAILED
    await posted.send()
    assert hash_of(TRAM) in posted.at_service()
    assert len(posted.at_service()) == 2


async def test_a_file_that_broke_off_is_as_long_as_it_is(posted: Posted) -> None:
    """A mount that was killed told no length at the end: all that arrived can be read."""
    posted.write("Unsorted/cut.jpg", TRAM[:1000])
    posted.write("Unsorted/notes.txt", b"hello")
    for name in ("cut.jpg", "notes.txt"):
        photo = posted.photo_at(f"Unsorted/{name}")
        facts = posted.catalog.photo_facts(photo)
        posted.catalog.set_photo_facts(photo, facts._replace(size=0))
    assert await posted.judged() == 2
    sizes = [
        posted.catalog.photo_facts(posted.photo_at(f"Unsorted/{name}")).size
        for name in ("cut.jpg", "notes.txt")
    ]
    assert sizes == [1000, 5]


async def test_joins_of_one_album_go_together(posted: Posted, autojump_clock: MockClock) -> None:
    """A hundred links are one request; one that the service will not take spoils no other."""
    del autojump_clock
    names = [f"p{number}" for number in range(100)]
    await with_photos(posted, *names)
    posted.wished.mkdir("Albums/Best")
    for name in names:
        posted.wished.link(f"Albums/Trip/{name}.jpg", f"Albums/Best/{name}.jpg")
    await posted.send()
    assert posted.service.calls["make_album"] == 1
    assert posted.service.calls["join"] == 1
    assert posted.service.members("Best") == names


async def test_a_photo_that_is_gone_does_not_keep_others_from_joining(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """The batch is taken apart, and only that photo's wish is given up."""
    del autojump_clock
    await with_photos(posted, "p", "q", "r")
    posted.service.albums["a9"] = ("Best", [])
    posted.filed.scan(album("a9", "Best"))
    for name in ("p", "q", "r"):
        posted.wished.link(f"Albums/Trip/{name}.jpg", f"Albums/Best/{name}.jpg")
    del posted.service.photos["q"]
    await posted.send()
    assert posted.service.members("Best") == ["p", "r"]
    assert posted.states() == ["join: done", "join: gave up", "join: done"]


@pytest.mark.parametrize("empty_albums", [True, False], ids=["empty albums", "no empty albums"])
@pytest.mark.parametrize("trouble", ["lost", "killed", "down", "stopped", "throttled"])
async def test_changes_converge_whatever_befalls_them(
    trouble: str,
    empty_albums: bool,  # noqa: FBT001 - a parameter of the test
    posted: Posted,
    autojump_clock: MockClock,
) -> None:
    """P21: each kind of change is repeated until it is done, and no album is made twice."""
    del autojump_clock
    if empty_albums:
        posted.service.without -= {"empty_albums"}
    await with_photos(posted, "p", "q")
    names = ("join", "leave", "favorite", "set_title", "make_album", "rename_album", "remove_album")
    for name in names:
        posted.service.plan(name, trouble)
    posted.wished.mkdir("Albums/Best")
    posted.wished.link("Albums/Trip/p.jpg", "Albums/Best/p.jpg")
    posted.wished.link("Albums/Trip/q.jpg", "Albums/Best/q.jpg")
    posted.wished.link("Albums/Trip/q.jpg", "Favorites/q.jpg")
    posted.wished.rename("Albums/Best/q.jpg", "Albums/Best/Sea.jpg")
    posted.wished.unlink("Albums/Trip/p.jpg")
    posted.wished.rename("Albums/Best", "Albums/Finest")
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    assert posted.is_over(), posted.states()
    assert posted.service.members("Finest") == ["p", "q"]
    assert posted.service.members("Trip") == ["q"]
    assert posted.service.photos["q"].seen.favorite is True
    assert posted.service.photos["q"].seen.title == "Sea"
    assert len(posted.service.albums) == 2, (posted.service.albums, posted.states())
    posted.wished.unlink("Albums/Trip/q.jpg")
    posted.wished.rmdir("Albums/Trip")
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    assert [name for name, _ in posted.service.albums.values()] == ["Finest"]


async def test_a_rename_before_an_album_was_made_sends_one_title(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """`mkdir a; mv a b; cp x b/`: one album is made, under its last title."""
    del autojump_clock
    posted.wished.mkdir("Albums/New folder")
    posted.wished.rename("Albums/New folder", "Albums/Trip")
    posted.write("Albums/Trip/a.jpg", TRAM)
    await posted.judged()
    await posted.send()
    assert [name for name, _ in posted.service.albums.values()] == ["Trip"]
    assert posted.is_over()


async def test_regression_the_log_tells_facts_as_people_write_them(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """No dictionaries, and nothing that no service is told."""
    del autojump_clock
    await with_photos(posted, "p")
    ino = posted.filed.ino("Dates/Unknown/p.jpg")
    for name, value in (
        ("user.photofs.taken", "2001-02-03 04:05:06"),
        ("user.xdg.tags", "sea,sky"),
    ):
        posted.wished.wishing.set_attribute(ino, name, value, SHELL)
    await posted.send()
    told = [
        each.sent.partition(": ")[2]
        for row in posted.operations()
        for each in posted.catalog.exchanges(row.operation_id)
    ]
    assert sorted(told) == ["tags sea, sky", "taken 2001-02-03 04:05:06"]


async def test_trash_where_the_service_has_none_is_a_mark_here(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P9: nothing is sent after the grace either; the log says so."""
    del autojump_clock
    await with_photos(posted, "p")
    posted.wished.unlink("Dates/Unknown/p.jpg")
    await posted.once()
    assert "trash: planned" in posted.states()
    await posted.send()
    assert posted.states() == ["trash: done"]
    assert posted.service.calls.total() == 0
    (row,) = posted.operations()
    assert "marked here" in posted.catalog.exchanges(row.operation_id)[0].sent
    assert posted.filed.files() == {"Trash/p.jpg"}


async def test_p10_what_is_held_is_not_sent(posted: Posted, autojump_clock: MockClock) -> None:
    """P10: more than fifty removals at once reach the service only after the user said so."""
    del autojump_clock
    names = [f"p{number}" for number in range(60)]
    await with_photos(posted, *names)
    for name in names:
        posted.wished.unlink(f"Albums/Trip/{name}.jpg")
    posted.filed.now_ns += 3600 * 10**9
    await posted.send(tries=3)
    assert posted.service.calls["leave"] == 0
    assert posted.wished.wishing.release(posted.catalog.library("L").library_id) == 60
    await posted.send()
    assert posted.service.calls["leave"] == 1
    assert posted.service.members("Trip") == []


async def test_a_big_upload_keeps_no_title_waiting(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """Two lanes: a film that takes long, and meanwhile a title is changed."""
    del autojump_clock
    posted.service.slow = 20.0
    await with_photos(posted, "p")
    posted.write("Unsorted/film.jpg", TRAM)
    await posted.judged()
    posted.wished.rename("Albums/Trip/p.jpg", "Albums/Trip/new.jpg")
    posted.filed.now_ns += 40 * 10**9
    await posted.once()
    assert posted.service.log[:2] == ["set_title", "upload"]


async def test_what_nobody_foresaw_stops_no_other(
    posted: Posted, autojump_clock: MockClock, expect_log: ExpectLog
) -> None:
    """A fault of ours in one upload is logged, the upload asked for, the others sent."""
    del autojump_clock
    expect_log("nobody foresaw")
    posted.service.plan("upload", "bug")
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    posted.write("Unsorted/b.jpg", SEA)
    await posted.judged()
    await posted.send()
    assert posted.is_over()
    assert posted.at_service() == sorted([hash_of(TRAM), hash_of(SEA)])


async def test_a_catalog_that_others_write_for_long_is_no_fault(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """Nobody could say how fast to ask: what was begun waits, and says why; nothing is logged."""
    del autojump_clock
    posted.service.plan("upload", "busy")
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    await posted.send(tries=1)
    assert "held by another process" in posted.operations()[0].reason
    await posted.send()
    assert posted.is_over()
    assert posted.at_service() == [hash_of(TRAM)]


@pytest.mark.parametrize("damaged", [False, True], ids=["proven", "damaged since"])
async def test_p13_a_deletion_needs_its_proof_and_is_remembered(
    damaged: bool,  # noqa: FBT001 - a parameter of the test
    posted: Posted,
    autojump_clock: MockClock,
) -> None:
    """P8, P13: nothing is deleted whose original in Kept is not what it was when it was wished."""
    del autojump_clock
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    await posted.send()
    photo = posted.photo_at("Unsorted/a.jpg")
    posted.store.keep(hash_of(TRAM))
    posted.wished.unlink("Unsorted/a.jpg")
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    proven = to_delete(posted.catalog, photo)
    assert isinstance(proven, Proven), proven
    with posted.wished.wishing.change():
        library = posted.catalog.library("L").library_id
        action = posted.catalog.act(library, SHELL, posted.filed.now_ns)
        assert Deleting(posted.wished.wishing.desk(library)).wish(proven, action, "there")
    if damaged:
        posted.store.kept_path(hash_of(TRAM)).chmod(0o600)
        posted.store.kept_path(hash_of(TRAM)).write_bytes(SEA)
    await posted.send()
    assert posted.states()[-1] == ("delete: gave up" if damaged else "delete: done")
    assert (posted.at_service() == []) is not damaged
    assert posted.catalog.is_buried(posted.filed.source_id, proven.remote_id) is not damaged


async def test_other_bytes_written_while_an_upload_is_under_way_come_after_it(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P3: the first bytes are sent, then replaced by the last ones; none of them is lost."""
    del autojump_clock
    posted.service.plan("look", *["down"] * 2)
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    await posted.once()
    assert posted.states() == ["upload: unsure"]
    posted.write("Unsorted/a.jpg", SEA)
    await posted.send(tries=3)
    await posted.judged()
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    assert posted.is_over(), posted.states()
    assert posted.at_service() == [hash_of(SEA)]
    assert posted.states() == ["upload: done", "replace: done"]
    assert "Trash/Replaced/a.jpg" in posted.filed.files()


async def test_other_bytes_judged_while_an_upload_is_unsure_replace_it(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P3: two uploads of one photo never make two photos: the second becomes a replacement."""
    del autojump_clock
    posted.service.plan("look", *["down"] * 3)
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    await posted.once()
    posted.write("Unsorted/a.jpg", SEA)
    await posted.judged()
    assert posted.states() == ["upload: unsure", "upload: planned"]
    await posted.send()
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    assert posted.states() == ["upload: done", "upload: cancelled", "replace: done"]
    assert posted.at_service() == [hash_of(SEA)]


async def test_a_file_removed_while_it_was_sent_lies_in_trash(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P3: what came to the service all the same is shown, in Trash, and never forgotten there."""
    del autojump_clock
    posted.service.plan("look", "down")
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    await posted.once()
    posted.write("Unsorted/a.jpg", SEA)
    posted.wished.unlink("Unsorted/a.jpg")
    posted.wished.unlink("Dates/Unknown/a.jpg")
    assert posted.filed.files() == set()
    await posted.send()
    assert posted.is_over()
    assert posted.filed.files() == {"Trash/a.jpg"}


async def test_p5_what_lies_in_trash_stays_in_kept(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P5: it was put into Trash while it was sent: its bytes here are not let go."""
    del autojump_clock
    posted.service.plan("look", "down")
    posted.write("Unsorted/a.jpg", TRAM)
    await posted.judged()
    await posted.once()
    posted.wished.unlink("Unsorted/a.jpg")
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    assert posted.at_service() == [hash_of(TRAM)]
    assert posted.store.has_sealed(hash_of(TRAM)) is Room.KEPT
