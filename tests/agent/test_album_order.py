"""Where no album can be ordered, photos join it in the order in which they were copied."""

from pathlib import Path

import pytest
from trio.testing import MockClock

from agent.waiting import FIRST_S
from photofs.emulators.pictures import make_jpeg
from tests.support.fake_service import FakeService
from tests.support.posted import Posted

NAMES = ("a", "b", "c", "d")


@pytest.fixture(params=["empty albums", "none"])
def unordered(request: pytest.FixtureRequest, tmp_path: Path) -> Posted:
    """At a service that orders no albums."""
    cannot = {"trash", "restore", "order_album"}
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
