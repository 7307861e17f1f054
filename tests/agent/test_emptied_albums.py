"""An album that a service keeps only as long as a photo is in it."""

import pytest
from trio.testing import MockClock

from photofs.emulators.pictures import make_jpeg
from tests.agent.test_sending import hash_of, with_photos
from tests.support.filed import album
from tests.support.posted import Posted

NEW = make_jpeg("new", width=64, height=48)
NEWER = make_jpeg("newer", width=64, height=48)


@pytest.fixture
def posted(posted: Posted) -> Posted:
    """The service's albums go with their last photo."""
    posted.service.vanishing = True
    return posted


async def test_the_last_photo_leaves_an_album_once_those_that_come_are_there(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """All photos of an album are removed and written anew: the album is the same one."""
    del autojump_clock
    await with_photos(posted, "p", "q")
    for name, data in (("p", NEW), ("q", NEWER)):
        posted.wished.unlink(f"Albums/Trip/{name}.jpg")
        posted.write(f"Albums/Trip/{name}.jpg", data)
    await posted.judged()
    posted.service.plan("upload", "down", "down")
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    assert posted.is_over(), posted.states()
    title, members = posted.service.albums["a0"]
    assert title == "Trip"
    here = {hash_of(posted.service.photos[each].data) for each in members}
    assert here == {hash_of(NEW), hash_of(NEWER)}


async def test_an_album_that_went_with_its_last_photo_is_made_anew(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """What is copied into its folder later joins an album of that title, in the same folder."""
    del autojump_clock
    await with_photos(posted, "p")
    folder = posted.filed.ino("Albums/Trip/")
    posted.wished.unlink("Albums/Trip/p.jpg")
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    assert posted.service.albums == {}
    posted.write("Albums/Trip/new.jpg", NEW)
    posted.write("Albums/Trip/newer.jpg", NEWER)
    await posted.judged()
    await posted.send()
    assert posted.is_over(), posted.states()
    assert len(posted.service.members("Trip")) == 2
    assert len(posted.service.albums) == 1
    assert posted.filed.ino("Albums/Trip/") == folder
    assert {"Albums/Trip/new.jpg", "Albums/Trip/newer.jpg"} <= posted.filed.files()


async def test_regression_an_album_that_was_emptied_and_renamed_is_made_anew_as_renamed(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """The service has it no more when it is to be renamed; its folder stays as it was called."""
    del autojump_clock
    await with_photos(posted, "p")
    posted.wished.unlink("Albums/Trip/p.jpg")
    posted.wished.rename("Albums/Trip", "Albums/Voyage")
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    assert posted.service.albums == {}
    assert "Albums/Voyage/" in posted.filed.tree()
    posted.write("Albums/Voyage/new.jpg", NEW)
    await posted.judged()
    await posted.send()
    assert posted.is_over(), posted.states()
    assert len(posted.service.members("Voyage")) == 1


async def test_two_albums_of_one_photo_swap_them(posted: Posted, autojump_clock: MockClock) -> None:
    """Neither waits for the other for ever; both albums are there afterwards."""
    del autojump_clock
    await with_photos(posted, "p", "q")
    posted.service.albums = {"a0": ("Trip", ["p"]), "a1": ("Sea", ["q"])}
    seen = (each.seen for each in posted.service.photos.values())
    posted.filed.scan(*seen, album("a0", "Trip", "p"), album("a1", "Sea", "q"))
    posted.wished.rename("Albums/Trip/p.jpg", "Albums/Sea/p.jpg")
    posted.wished.rename("Albums/Sea/q.jpg", "Albums/Trip/q.jpg")
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    assert posted.is_over(), posted.states()
    assert (posted.service.members("Trip"), posted.service.members("Sea")) == (["q"], ["p"])
