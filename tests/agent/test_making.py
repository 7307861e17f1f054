"""An album is made once, also if nobody knows for a while whether it was made."""

from dataclasses import replace

import pytest
from trio.testing import MockClock

from photofs.emulators.pictures import make_jpeg
from photofs.model.operation import State
from photofs.model.wish import Asker
from tests.support.filed import album
from tests.support.posted import Posted
from tests.support.wished import SHELL

LOST = pytest.mark.parametrize("trouble", ["lost", "killed"])


def with_photos(posted: Posted) -> None:
    """The photos r1 and r2, in the album Trip."""
    for seed in (1, 2):
        posted.service.add(make_jpeg(seed, width=64, height=48), favorite=False)
    posted.service.albums["a0"] = ("Trip", ["r1", "r2"])
    for made in posted.service.photos.values():
        made.seen = replace(made.seen, title=made.seen.remote_id)
    seen = [made.seen for made in posted.service.photos.values()]
    posted.filed.scan(*seen, album("a0", "Trip", "r1", "r2"))


def link(posted: Posted, name: str, process: int = 1) -> int:
    """`ln Albums/Trip/name Albums/Best/`; the action that it is."""
    path = f"Albums/Best/{name}.jpg"
    posted.wished.link(f"Albums/Trip/{name}.jpg", path, Asker(process, "ln"))
    return posted.catalog.actions(1)[0].action_id


async def began(posted: Posted, trouble: str) -> int:
    """The answer to the making of Best with r1 was lost; the action that wished that."""
    with_photos(posted)
    posted.wished.mkdir("Albums/Best", Asker(1, "ln"))
    action = link(posted, "r1")
    posted.service.plan("make_album", trouble)
    await posted.once()
    return action


def bests(posted: Posted) -> list[list[str]]:
    """What each album called Best holds there."""
    return [photos for title, photos in posted.service.albums.values() if title == "Best"]


@LOST
async def test_an_album_whose_answer_was_lost_is_asked_for(
    trouble: str, posted: Posted, autojump_clock: MockClock
) -> None:
    """P20: it is unsure, found by its title and first photo, and not sent again."""
    del autojump_clock
    await began(posted, trouble)
    await posted.send()
    assert posted.is_over()
    assert posted.states() == ["make album: done", "join: done"]
    assert bests(posted) == [["r1"]]
    assert posted.service.calls["make_album"] == 1


@LOST
async def test_regression_a_join_taken_back_while_an_album_is_unsure_makes_no_second_album(
    trouble: str, posted: Posted, autojump_clock: MockClock
) -> None:
    """P20: the undo waits until it is known; then the photo leaves, and the others join."""
    del autojump_clock
    action = await began(posted, trouble)
    left = posted.wished.wishing.undo(action, SHELL).left
    assert all("being sent" in why for why in left)
    posted.wished.unlink("Albums/Best/r1.jpg")
    link(posted, "r2", process=2)
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    assert posted.is_over(), posted.states()
    assert bests(posted) == [["r2"]]
    assert {each for each in posted.filed.files() if "Best" in each} == {"Albums/Best/r2.jpg"}


async def test_an_album_that_shows_late_is_not_made_again(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P20: that it is not listed counts only if it is so for a minute."""
    del autojump_clock
    await began(posted, "lost")
    posted.service.album_lag = 1
    await posted.send()
    assert bests(posted) == [["r1"]]
    assert posted.service.calls["make_album"] == 1


async def test_an_album_that_was_not_made_is_made_after_that(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P21: once it is certain, it is sent again."""
    del autojump_clock
    await began(posted, "down")
    await posted.send()
    assert posted.is_over()
    assert bests(posted) == [["r1"]]
    assert posted.service.calls["make_album"] == 2


async def test_an_album_that_shows_very_late_is_taken_over_without_the_photo_that_left(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P20: before another photo makes it, the album is asked for as it was sent at first."""
    del autojump_clock
    with_photos(posted)
    posted.wished.mkdir("Albums/Best", Asker(1, "mkdir"))
    action = link(posted, "r1", process=2)
    posted.service.plan("make_album", "lost")
    await posted.once()
    for row in posted.operations():
        posted.box.not_found(row, "it was not listed for more than a minute")
    assert posted.wished.wishing.undo(action, SHELL).cancelled == 1
    link(posted, "r2", process=3)
    posted.filed.now_ns += 10**12
    await posted.once()
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    assert posted.is_over(), posted.states()
    assert bests(posted) == [["r2"]]


async def test_an_undo_after_an_unsure_album_was_found_removes_it(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """The album does not stay behind at the service."""
    del autojump_clock
    action = await began(posted, "lost")
    assert posted.wished.wishing.undo(action, SHELL).left
    await posted.send()
    assert posted.wished.wishing.undo(action, SHELL).left == ()
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    assert bests(posted) == []
    assert "Albums/Best/" not in posted.filed.tree()
    assert State.GAVE_UP not in {row.state for row in posted.operations()}


async def test_regression_an_album_waits_for_another_photo_if_its_first_one_is_no_more(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """It is still there, may be renamed, and is made with the next photo that joins it."""
    del autojump_clock
    with_photos(posted)
    posted.wished.mkdir("Albums/Best", Asker(1, "ln"))
    link(posted, "r1")
    posted.service.plan("make_album", "gone")
    await posted.send()
    assert "Albums/Best/" in posted.filed.tree()
    assert posted.states() == ["make album: planned", "join: gave up"]
    posted.wished.rename("Albums/Best", "Albums/Finest")
    posted.wished.link("Albums/Trip/r2.jpg", "Albums/Finest/r2.jpg", Asker(2, "ln"))
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    assert posted.is_over(), posted.states()
    assert posted.service.members("Finest") == ["r2"]
