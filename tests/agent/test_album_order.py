"""Photos join an album in the order in which they were copied."""

import fcntl
from pathlib import Path

import pytest
from trio.testing import MockClock

from agent.changing import WAITS_NS
from agent.sending import LOOKED_AT
from agent.waiting import FIRST_S
from photofs.emulators.pictures import make_jpeg
from photofs.model.incoming import Stage
from photofs.model.node import photo_ino
from photofs.model.spot import Spot
from tests.support.fake_service import FakeService
from tests.support.posted import Posted
from tests.support.wished import SHELL

NAMES = ("a", "b", "c", "d")


@pytest.fixture(params=["empty albums", "none", "orders albums"])
def unordered(request: pytest.FixtureRequest, tmp_path: Path) -> Posted:
    """At a service whose albums stand as photos joined them, whether or not it can order them."""
    cannot = {"trash", "restore"}
    if request.param != "orders albums":
        cannot.add("order_album")
    if request.param == "none":
        cannot.add("empty_albums")
    return Posted(tmp_path, FakeService(without=frozenset(cannot)))


async def copied(posted: Posted) -> None:
    """Four files into a new album, judged."""
    posted.wished.mkdir("Albums/Trip")
    for number, name in enumerate(NAMES):
        posted.write(f"Albums/Trip/{name}.jpg", make_jpeg(number, width=64, height=48))
    await posted.judged()


def order(posted: Posted) -> list[str]:
    """The titles of the album's photos."""
    members = posted.service.members("Trip")
    return [posted.service.photos[each].seen.title or "" for each in members]


@pytest.mark.parametrize("trouble", ["down", "lost", "throttled"])
async def test_photos_wait_for_one_before_them(
    unordered: Posted, autojump_clock: MockClock, trouble: str
) -> None:
    """An upload that has to be tried again comes in its place all the same."""
    del autojump_clock
    await copied(unordered)
    unordered.service.plan("upload", trouble)
    await unordered.send()
    assert unordered.is_over(), unordered.states()
    assert order(unordered) == list(NAMES)
    unordered.catalog.close()


async def test_photos_do_not_wait_for_one_that_is_refused(
    unordered: Posted, autojump_clock: MockClock
) -> None:
    """What never comes keeps nobody."""
    del autojump_clock
    await copied(unordered)
    unordered.service.plan("upload", "no")
    await unordered.send()
    assert len(order(unordered)) == len(NAMES) - 1
    assert order(unordered) == sorted(order(unordered))
    unordered.catalog.close()


async def test_photos_wait_only_so_long(unordered: Posted, autojump_clock: MockClock) -> None:
    """One of which nobody can tell what became of it keeps the others for a while, not for ever."""
    del autojump_clock
    await copied(unordered)
    unordered.service.plan("upload", "lost")
    unordered.service.plan("find_upload", *["down"] * 60)
    await unordered.send(tries=40)
    assert not unordered.is_over()
    assert len(order(unordered)) == len(NAMES) - 1
    unordered.catalog.close()


async def test_what_fails_together_has_failed_once(
    unordered: Posted, autojump_clock: MockClock
) -> None:
    """Uploads that one broken line takes with it do not let the source rest for minutes."""
    del autojump_clock
    await copied(unordered)
    unordered.service.plan("upload", *["down"] * 9)
    assert await unordered.once() <= 2 * FIRST_S
    unordered.catalog.close()


async def test_a_file_that_is_judged_late_has_its_place(
    unordered: Posted, autojump_clock: MockClock
) -> None:
    """What is still open when those behind it are uploaded stands in front of them all the same."""
    del autojump_clock
    unordered.wished.mkdir("Albums/Trip")
    late = unordered.write("Albums/Trip/a.jpg", make_jpeg(0, width=64, height=48))
    for number, name in enumerate(NAMES[1:], 1):
        unordered.write(f"Albums/Trip/{name}.jpg", make_jpeg(number, width=64, height=48))
    unordered.filed.now_ns += 4 * 10**9
    size = len(make_jpeg(0, width=64, height=48))
    unordered.wished.wishing.written(late, size, unordered.filed.now_ns)
    unordered.filed.now_ns += 2 * 10**9
    assert await unordered.judge.round() == len(NAMES) - 1
    await unordered.once()
    assert order(unordered) == []
    assert len(unordered.service.photos) == len(NAMES) - 1
    unordered.filed.now_ns += 4 * 10**9
    assert await unordered.judge.round() == 1
    await unordered.send()
    assert unordered.is_over(), unordered.states()
    assert order(unordered) == list(NAMES)
    unordered.catalog.close()


async def test_a_file_that_nobody_ever_judges_keeps_the_others_only_so_long(
    unordered: Posted, autojump_clock: MockClock
) -> None:
    """Half an hour after it was touched last."""
    del autojump_clock
    unordered.wished.mkdir("Albums/Trip")
    for number, name in enumerate(NAMES):
        unordered.write(f"Albums/Trip/{name}.jpg", make_jpeg(number, width=64, height=48))
    (first,) = (
        row.draft
        for row in unordered.catalog.incoming_in(Stage.OPEN)
        if row.photo_id == unordered.photo_at("Albums/Trip/a.jpg")
    )
    with (unordered.folder / "kept" / "written" / first).open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        await unordered.judged()
        await unordered.once()
        assert order(unordered) == []
        unordered.filed.now_ns += WAITS_NS
        await unordered.once()
        assert order(unordered) == list(NAMES[1:])
    unordered.catalog.close()


async def test_a_batch_that_broke_off_is_not_overtaken(
    unordered: Posted, autojump_clock: MockClock
) -> None:
    """Photos that were to join, and are to be sent again, stand in front of those copied later."""
    del autojump_clock
    await copied(unordered)
    unordered.service.plan("join", *["down"] * 4)
    while unordered.service.trouble["join"]:
        await unordered.once()
        unordered.filed.now_ns += 2 * 10**9
    unordered.write("Albums/Trip/e.jpg", make_jpeg(9, width=64, height=48))
    await unordered.judged()
    await unordered.send()
    assert unordered.is_over(), unordered.states()
    assert order(unordered) == [*NAMES, "e"]
    unordered.catalog.close()


@pytest.mark.soak
async def test_photos_that_wait_stand_in_nobodys_way(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """However many joins wait for an upload, a change that was wished later is sent at once."""
    del autojump_clock
    posted = Posted(tmp_path, FakeService(without=frozenset({"trash", "restore"})))
    ids = [posted.service.add(str(number).encode()) for number in range(LOOKED_AT + 2)]
    posted.filed.scan(*[posted.service.photos[each].seen for each in ids])
    posted.wished.mkdir("Albums/Trip")
    posted.write("Albums/Trip/a.jpg", make_jpeg(0, width=64, height=48))
    await posted.judged()
    album = posted.wished.spot("Albums/Trip/x").folder_ino
    *many, last = [photo_ino(posted.filed.photo_id(each)) for each in ids]
    for number, ino in enumerate(many):
        posted.wished.wishing.link(ino, Spot(album, f"x{number}.jpg"), SHELL)
    posted.wished.wishing.link(last, posted.wished.spot("Favorites/late.jpg"), SHELL)
    posted.service.plan("upload", "lost")
    posted.service.plan("find_upload", *["down"] * 60)
    posted.filed.now_ns += 60 * 10**9
    await posted.once()
    assert posted.service.photos[ids[-1]].seen.favorite
    assert order(posted) == []
    posted.catalog.close()
