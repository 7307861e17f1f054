"""A service that has no room for a file gets none for a while, and everything else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio
from trio.testing import MockClock

from agent.posting import Posts
from agent.sending import Sender
from agent.waiting import CLOSED_S
from photofs.assembly import HOME_VARIABLE, House
from photofs.catalog.port import SourceRow
from photofs.emulators.pictures import make_jpeg
from photofs.model.errors import Quota
from photofs.originals.local_disk import LocalDisk
from photofs.providers.port import Provider
from tests.support.log_guard import ExpectLog
from tests.support.posted import Posted

FILES = [make_jpeg(number, width=16, height=12) for number in range(5)]


class PostedHouse(House):
    """A house whose only service is the one in memory."""

    def __init__(self, posted: Posted) -> None:
        """Its folders lie beside those of the library."""
        super().__init__({HOME_VARIABLE: str(posted.folder / "home")})
        self._posted = posted

    def store(self) -> LocalDisk:
        """The store that the library's files lie in."""
        return self._posted.store

    @asynccontextmanager
    async def open_provider(self, source: SourceRow) -> AsyncIterator[Provider]:
        """The service in memory."""
        del source
        yield self._posted.service


async def test_p21_a_full_account_is_tried_again_after_a_while(
    posted: Posted, autojump_clock: MockClock, expect_log: ExpectLog
) -> None:
    """P21: no file goes out in vain every second; albums are made meanwhile; then all is sent."""
    del autojump_clock
    expect_log("the account is full")
    posted.service.plan("upload", *["full"] * len(FILES))
    for number, data in enumerate(FILES):
        posted.write(f"Unsorted/{number}.jpg", data)
    await posted.judged()
    uploads = posted.service.calls
    async with trio.open_nursery() as nursery:
        wishing = posted.wished.wishing
        nursery.start_soon(Posts(PostedHouse(posted), posted.catalog, wishing, nursery).run)
        await trio.sleep(CLOSED_S - 20)
        tried = uploads["upload"]
        assert 1 <= tried <= 3, "one for each lane at the most"
        assert "full" in posted.catalog.source(posted.filed.source_id).trouble
        posted.service.trouble["upload"].clear()
        await trio.sleep(30)
        assert uploads["upload"] == tried + len(FILES)
        nursery.cancel_scope.cancel()
    assert posted.is_over(), posted.states()
    assert posted.catalog.source(posted.filed.source_id).trouble == ""


async def test_p21_what_waits_for_its_time_is_not_tried_before(
    posted: Posted, autojump_clock: MockClock, expect_log: ExpectLog
) -> None:
    """P21: a service that says for how long it takes nothing more is left alone for so long."""
    del autojump_clock
    expect_log("come back later")
    posted.service.plan("upload", "later")
    posted.write("Unsorted/a.jpg", FILES[0])
    await posted.judged()
    async with trio.open_nursery() as nursery:
        wishing = posted.wished.wishing
        nursery.start_soon(Posts(PostedHouse(posted), posted.catalog, wishing, nursery).run)
        await trio.sleep(3590)
        assert posted.service.calls["upload"] == 1
        await trio.sleep(20)
        assert posted.service.calls["upload"] == 2
        nursery.cancel_scope.cancel()
    assert posted.is_over(), posted.states()


async def test_no_room_for_files_is_told_while_an_unsure_one_is_found(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """What may have come before is asked for, nothing is sent, and `status` tells of it still."""
    del autojump_clock
    posted.service.plan("upload", "lost")
    posted.write("Unsorted/a.jpg", FILES[0])
    await posted.judged()
    await posted.once()
    posted.write("Unsorted/b.jpg", FILES[1])
    await posted.judged()
    posted.filed.now_ns += 60 * 10**9
    box = posted.box
    box.stopped(Quota("the account is full"))
    await Sender(box, full=True).run()
    assert posted.states() == ["upload: done", "upload: planned"]
    assert posted.service.calls["upload"] == 1
    assert "full" in posted.catalog.source(posted.filed.source_id).trouble
