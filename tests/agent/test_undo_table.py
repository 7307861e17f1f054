"""docs/SEMANTICS.md "Undo": each kind of wish, taken back in each state that it can be in."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import pytest
from trio.testing import MockClock

from photofs.emulators.pictures import make_jpeg
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.incoming import Stage
from photofs.model.operation import FINAL, Event
from photofs.originals.port import Room
from photofs.wishing.deleting import Deleting, Proven, to_delete
from photofs.wishing.undoing import Undone
from tests.support.doc_tables import table
from tests.support.filed import album
from tests.support.posted import Posted
from tests.support.wished import SHELL

OLD, OTHER, NEW = (make_jpeg(seed, width=64, height=48) for seed in (1, 2, 3))
DAY = "Dates/2019/2019-07"
PLACE = "Dates/Unknown/new.jpg"
MINUTE = 60 * 10**9


def wish_upload(posted: Posted) -> None:
    """A new picture, judged below."""
    posted.write("Albums/Trip/new.jpg", NEW)


def wish_other_bytes(posted: Posted) -> None:
    """Other bytes for p, judged below."""
    posted.write("Albums/Trip/p.jpg", NEW)


def set_attribute(name: str, value: str) -> Callable[[Posted], None]:
    """`setfattr -n name -v value p.jpg`."""

    def do(posted: Posted) -> None:
        ino = posted.filed.ino("Albums/Trip/p.jpg")
        posted.wished.wishing.set_attribute(ino, name, value, SHELL)

    return do


def remove_album(posted: Posted) -> None:
    """`rm -r Albums/Trip`."""
    for name in ("p", "q"):
        posted.wished.unlink(f"Albums/Trip/{name}.jpg")
    posted.wished.rmdir("Albums/Trip")


def make_album(posted: Posted) -> None:
    """`mkdir Albums/Best`, with a photo, for this service has no empty albums."""
    posted.wished.mkdir("Albums/Best")
    posted.wished.link("Albums/Trip/p.jpg", "Albums/Best/p.jpg")


class Kind(NamedTuple):
    """How a kind of wish is made, and what is not as before once it is undone.

    `beside`: files that the tree shows more, of a wish that was not sent, and of one that was.
    """

    do: Callable[[Posted], None]
    beside: tuple[set[str], set[str]] = (set(), set())
    uploads: bool = False


IN_TRASH = {"Trash/new.jpg"}
KINDS: dict[str, Kind] = {
    "uploaded": Kind(wish_upload, (IN_TRASH, IN_TRASH), uploads=True),
    "replaced": Kind(wish_other_bytes),
    "joined": Kind(lambda at: at.wished.link("Albums/Trip/p.jpg", "Albums/Home/p.jpg")),
    "left": Kind(lambda at: at.wished.unlink("Albums/Trip/p.jpg")),
    "marked": Kind(lambda at: at.wished.link("Albums/Trip/p.jpg", "Favorites/p.jpg")),
    "unmarked": Kind(lambda at: at.wished.unlink("Favorites/q.jpg")),
    "retitled": Kind(lambda at: at.wished.rename("Albums/Trip/p.jpg", "Albums/Trip/Sea.jpg")),  # type: ignore[arg-type]
    "described": Kind(set_attribute("user.xdg.comment", "a tram")),
    "tagged": Kind(set_attribute("user.xdg.tags", "sea,sky")),
    "dated": Kind(set_attribute("user.photofs.taken", "2001-02-03 04:05:06")),
    "trashed": Kind(lambda at: at.wished.unlink(f"{DAY}/p.jpg")),
    "restored": Kind(lambda at: at.wished.rename("Trash/t.jpg", f"{DAY}/t.jpg")),  # type: ignore[arg-type]
    "album made": Kind(make_album),
    "album renamed": Kind(lambda at: at.wished.rename("Albums/Trip", "Albums/Voyage")),  # type: ignore[arg-type]
    "album removed": Kind(remove_album),
}


async def library(posted: Posted) -> None:
    """p and q (a favorite) in the album Trip, t in Trash and the album Home."""
    for name, data in (("p", OLD), ("q", OTHER), ("t", OTHER + b" ")):
        made = posted.service.add(data)
        there = posted.service.photos.pop(made)
        there.seen = replace(
            there.seen,
            remote_id=name,
            ref=name,
            file_name=f"{name}.jpg",
            title=name,
            description="before",
            tags=("old",),
            favorite=name == "q",
            taken=TakenFact(by=TakenBy.SERVICE, local=datetime(2019, 7, 12, 18, 30)),  # noqa: DTZ001 - wall time
        )
        posted.service.photos[name] = there
    posted.service.albums.update({"a0": ("Trip", ["p", "q"]), "a1": ("Home", ["t", "q"])})
    seen = [each.seen for each in posted.service.photos.values()]
    posted.filed.scan(*seen, album("a0", "Trip", "p", "q"), album("a1", "Home", "t", "q"))
    posted.wished.unlink(f"{DAY}/t.jpg")
    await all_sent(posted)


async def all_sent(posted: Posted) -> None:
    """The grace is over, all is sent, and a minute passes, so that what follows is new."""
    posted.filed.now_ns += MINUTE
    await posted.send()
    assert posted.is_over(), posted.states()
    posted.filed.now_ns += MINUTE


def at_service(posted: Posted) -> tuple[dict[str, object], list[tuple[str, list[str]]]]:
    """All photos with all that is told of them, and all albums by title."""
    photos: dict[str, object] = {
        name: (each.data, replace(each.seen, content_key=""))
        for name, each in posted.service.photos.items()
    }
    albums = sorted((title, sorted(inside)) for title, inside in posted.service.albums.values())
    return photos, albums


def undo(posted: Posted, action: int) -> Undone:
    """`photofs undo`."""
    undone = posted.wished.wishing.undo(action, SHELL)
    assert posted.filed.problems() == []
    return undone


async def do(posted: Posted, kind: Kind) -> int:
    """Make the wish; its action."""
    kind.do(posted)
    action = posted.catalog.actions(1)[0].action_id
    await posted.judged()
    return action


def happen(posted: Posted, *events: Event) -> None:
    """To all that is open."""
    for row in posted.operations():
        for event in events:
            if row.state not in FINAL:
                posted.catalog.happen(row.operation_id, event, posted.filed.now_ns)


@pytest.mark.parametrize("held", [False, True], ids=["queued", "held"])
@pytest.mark.parametrize("name", KINDS)
async def test_what_was_not_sent_is_taken_back(
    name: str, posted: Posted, autojump_clock: MockClock, *, held: bool
) -> None:
    """All is as before, at no cost: nothing is ever sent of it."""
    del autojump_clock
    await library(posted)
    before, shown = at_service(posted), posted.filed.files()
    calls = posted.service.calls.copy()
    action = await do(posted, KINDS[name])
    if held:
        happen(posted, Event.HOLD)
    undone = undo(posted, action)
    assert undone.left == ()
    assert undone.wished_back == 0
    assert posted.filed.files() == shown | KINDS[name].beside[0]
    await all_sent(posted)
    assert (at_service(posted), posted.service.calls) == (before, calls)


@pytest.mark.parametrize("under_way", [False, True], ids=["done", "under way"])
@pytest.mark.parametrize("name", KINDS)
async def test_what_was_done_is_done_the_other_way_round(
    name: str, posted: Posted, autojump_clock: MockClock, *, under_way: bool
) -> None:
    """The service ends as before, but for an upload, which lies in Trash; under way: undo again."""
    del autojump_clock
    await library(posted)
    (photos, albums), shown = at_service(posted), posted.filed.files()
    action = await do(posted, KINDS[name])
    if under_way:
        happen(posted, Event.CLAIM, Event.SEND)
        during = posted.filed.files()
        assert all("being sent" in why for why in undo(posted, action).left)
        assert posted.filed.files() == during
    await all_sent(posted)
    undone = undo(posted, action)
    assert (undone.cancelled, undone.left) == (0, ())
    files = posted.filed.files()
    assert files - {each for each in files if each.startswith("Trash/Replaced/")} == (
        shown | KINDS[name].beside[1]
    )
    await all_sent(posted)
    after, albums_after = at_service(posted)
    assert ({key: after[key] for key in photos}, albums_after) == (photos, albums)
    assert len(after) == len(photos) + KINDS[name].uploads
    assert posted.service.calls["delete"] == 0


def test_the_table_lists_each_kind() -> None:
    """docs/SEMANTICS.md has a row for each kind tested here, a deletion, and errands."""
    _, *rows = table("wish")
    kinds = [*KINDS, "deleted for good", "a file not judged yet", "archived", "unarchived"]
    assert [row[0] for row in rows] == kinds


async def test_replaced_bytes_come_back_by_the_same_rules(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P7: under the same id and inode, those of now sealed here first; undone once more, too."""
    del autojump_clock
    await library(posted)
    ino = posted.filed.ino("Albums/Trip/p.jpg")
    first = await do(posted, KINDS["replaced"])
    await all_sent(posted)
    assert posted.service.photos["p"].data == NEW
    back = undo(posted, first)
    await all_sent(posted)
    assert posted.service.photos["p"].data == OLD
    assert posted.service.calls["replace"] == 2
    assert posted.filed.ino("Albums/Trip/p.jpg") == ino
    for data in (OLD, NEW):
        assert posted.store.has_sealed(hashlib.sha256(data).hexdigest()) is Room.KEPT
    undo(posted, back.action or 0)
    await all_sent(posted)
    assert posted.service.photos["p"].data == NEW
    replaced = {each for each in posted.filed.files() if each.startswith("Trash/Replaced/")}
    assert len(replaced) == 2
    assert {posted.wished.stage(each) for each in replaced} == {Stage.LOCAL}


async def test_bytes_that_were_taken_back_stay_in_kept(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """The tree is as before, and the log names them."""
    del autojump_clock
    await library(posted)
    undo(posted, await do(posted, KINDS["replaced"]))
    digest = hashlib.sha256(NEW).hexdigest()
    (said,) = posted.catalog.exchanges(posted.operations()[-1].operation_id)
    assert digest in said.answer
    assert posted.store.has_sealed(digest) is Room.KEPT


async def test_bytes_that_were_changed_again_stay(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """Undo says so; the later bytes are at the service, those between in Trash/Replaced."""
    del autojump_clock
    await library(posted)
    first = await do(posted, KINDS["replaced"])
    await all_sent(posted)
    posted.write("Albums/Trip/p.jpg", OTHER + b"later")
    await posted.judged()
    await all_sent(posted)
    assert undo(posted, first).left == ("replace: its bytes were changed again since",)
    await all_sent(posted)
    assert posted.service.photos["p"].data == OTHER + b"later"


async def test_where_nothing_can_be_replaced_the_old_photo_comes_back(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """The new one goes to Trash, and the old one out of it, in its album again."""
    del autojump_clock
    posted.service.without |= {"replace"}
    can = tuple(each for each in posted.catalog.writes_of_library(1)[1] if each != "replace")
    posted.catalog.set_writes(posted.filed.source_id, can)
    await library(posted)
    action = await do(posted, KINDS["replaced"])
    await all_sent(posted)
    assert {"Trash/p.jpg", "Albums/Trip/p.jpg"} <= posted.filed.files()
    undone = undo(posted, action)
    assert undone.left == ()
    await all_sent(posted)
    there = posted.catalog.first_observation(posted.photo_at("Albums/Trip/p.jpg"))
    assert there is not None
    assert there[1] == "p"
    new = posted.catalog.first_observation(posted.photo_at("Trash/p.jpg"))
    assert new is not None
    assert posted.service.photos[new[1]].data == NEW
    assert posted.service.members("Trip") == ["p", "q"]


async def test_a_deletion_is_not_undone(posted: Posted, autojump_clock: MockClock) -> None:
    """Before it is sent it is taken back; after that undo says how to upload the photo anew."""
    del autojump_clock
    await library(posted)
    posted.write("Unsorted/new.jpg", NEW)
    await posted.judged()
    await all_sent(posted)
    number = posted.photo_at("Unsorted/new.jpg")
    posted.store.keep(hashlib.sha256(NEW).hexdigest())
    posted.wished.unlink("Unsorted/new.jpg")
    await all_sent(posted)
    for _time in range(2):
        proven = to_delete(posted.catalog, number)
        assert isinstance(proven, Proven)
        with posted.wished.wishing.change():
            library_id = posted.catalog.library("L").library_id
            action = posted.catalog.act(library_id, SHELL, posted.filed.now_ns)
            Deleting(posted.wished.wishing.desk(library_id)).wish(proven, action, "there")
        if not _time:
            assert undo(posted, action).cancelled == 1
            posted.filed.now_ns += MINUTE
    await all_sent(posted)
    assert "--deleted" in undo(posted, action).left[0]


@pytest.mark.parametrize("path", ["Albums/Trip/new.jpg", "Albums/Trip/notes.txt"])
async def test_a_copy_that_was_not_judged_yet_lies_in_trash(
    path: str, posted: Posted, autojump_clock: MockClock
) -> None:
    """It is not sent from there; undoing the undo, or a restore, puts it where it stood."""
    del autojump_clock
    await library(posted)
    shown = posted.filed.files()
    posted.write(path, NEW if path.endswith("jpg") else b"hello")
    action = posted.catalog.actions(1)[0].action_id
    if path.endswith("txt"):
        await posted.judged()
    undone = undo(posted, action)
    assert (undone.cancelled, undone.left) == (1, ())
    name = path.rpartition("/")[2]
    assert posted.filed.files() == shown | {f"Trash/{name}"}
    await posted.judged()
    await all_sent(posted)
    assert len(posted.service.photos) == 3
    undo(posted, undone.action or 0)
    assert posted.filed.files() == shown | {path}
    await posted.judged()
    await all_sent(posted)
    assert len(posted.service.photos) == 3 + path.endswith("jpg")
    assert path in posted.filed.files()


async def test_other_bytes_that_were_not_judged_yet_stand_aside(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """The photo has its own again at once; what was written lies in Trash/Replaced, whole."""
    del autojump_clock
    await library(posted)
    posted.write("Albums/Trip/p.jpg", NEW)
    undone = undo(posted, posted.catalog.actions(1)[0].action_id)
    assert undone.cancelled == 1
    aside = posted.catalog.incoming(posted.photo_at("Trash/Replaced/p.jpg"))
    assert aside is not None
    await posted.judge.sweep()
    assert (posted.folder / "kept" / "written" / aside.draft).read_bytes() == NEW
    assert posted.catalog.incoming(posted.photo_at("Albums/Trip/p.jpg")) is None
    await all_sent(posted)
    assert posted.service.photos["p"].data == OLD


async def test_regression_the_undo_of_a_removal_uploads_what_it_had_kept_from_being_sent(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """`cp`, `rm`, undo, all within the grace: the photo is out of Trash, and sent."""
    del autojump_clock
    await library(posted)
    await do(posted, KINDS["uploaded"])
    posted.filed.now_ns += MINUTE
    posted.wished.unlink(PLACE)
    assert posted.states()[-1] == "trash: planned"
    undo(posted, posted.catalog.actions(1)[0].action_id)
    await all_sent(posted)
    assert hashlib.sha256(NEW).hexdigest() in posted.at_service()
    assert "Albums/Trip/new.jpg" in posted.filed.files()
    assert not [each for each in posted.filed.files() if each.startswith("Trash/new")]


async def test_regression_what_was_never_sent_stays_in_trash(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """The mark of a photo that no service has is done here, and can be taken away again."""
    del autojump_clock
    await library(posted)
    posted.write("Unsorted/new.jpg", NEW)
    await posted.judged()
    number = posted.photo_at("Unsorted/new.jpg")
    posted.wished.unlink(PLACE)
    await all_sent(posted)
    assert posted.states()[-1] == "trash: done"
    assert posted.wished.wishing.restore([number], SHELL) == 1
    assert "Unsorted/new.jpg" in posted.filed.files()
