"""What takes away is not begun while the catalog may be an older one, however far it was (P18)."""

import pytest
from trio.testing import MockClock

from photofs.model.operation import Event, State
from photofs.wishing.recognising import HOME, compare
from tests.agent.test_sending import TRAM, with_photos
from tests.support.posted import Posted

WAYS = {
    "planned": (),
    "claimed": (Event.CLAIM,),
    "sent": (Event.CLAIM, Event.SEND),
    "unsure": (Event.CLAIM, Event.SEND, Event.CRASH),
}


@pytest.mark.parametrize("far", WAYS)
async def test_p18_in_doubt_what_was_under_way_is_held_and_uploads_go(
    posted: Posted, autojump_clock: MockClock, far: str
) -> None:
    """Once its user has accepted the catalog and released it, it goes."""
    del autojump_clock
    await with_photos(posted, "p", "q")
    posted.wished.unlink("Albums/Trip/p.jpg")
    (leaving,) = posted.operations()
    for event in WAYS[far]:
        posted.catalog.happen(leaving.operation_id, event, posted.filed.now_ns)
    posted.catalog.begin_doubt("it may be an older one", 1)
    posted.write("Unsorted/Tram 28.jpg", TRAM)
    await posted.judged()
    posted.filed.wait(3600 * 10**9)
    await posted.send(5)
    assert posted.service.members("Trip") == ["p", "q"]
    assert posted.states() == ["leave: held", "upload: done"]
    assert "an older one" in posted.operations()[0].reason
    posted.catalog.end_doubt()
    assert posted.wished.wishing.release(1) == 1
    await posted.send()
    assert posted.service.members("Trip") == ["q"]


async def test_p18_what_is_wished_or_released_in_doubt_is_held(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """It is shown as wished, and nothing of it is sent."""
    del autojump_clock
    await with_photos(posted, "p", "q")
    posted.catalog.begin_doubt("it may be an older one", 1)
    posted.wished.unlink("Albums/Trip/p.jpg")
    for _ in range(2):
        posted.filed.wait(3600 * 10**9)
        await posted.send(5)
        assert posted.operations()[0].state is State.HELD
        posted.wished.wishing.release(1)
    assert posted.service.members("Trip") == ["p", "q"]
    assert "Albums/Trip/p.jpg" not in posted.wished.files()


@pytest.mark.parametrize("far", ["planned", "claimed"])
async def test_p18_what_was_sent_since_the_backup_is_not_sent_twice(
    posted: Posted, autojump_clock: MockClock, far: str
) -> None:
    """Its service is asked first, as after a crash; what it does not have is sent."""
    del autojump_clock
    posted.write("Unsorted/Tram 28.jpg", TRAM)
    await posted.judged()
    await posted.send()
    assert posted.states() == ["upload: done"]
    posted.catalog.database.run("UPDATE operation SET state = ?, settled = 0", (far,))
    posted.write("Unsorted/Tram 29.jpg", TRAM + b"more")
    await posted.judged()
    posted.catalog.begin_witness(HOME, "mine", 1)
    posted.catalog.end_witness(HOME, "mine")
    noted = posted.catalog.witness(HOME)
    compare(posted.catalog, HOME, noted, "newer", "it may be an older one", posted.filed.now_ns)
    assert posted.states() == ["upload: unsure", "upload: unsure"]
    await posted.send()
    assert posted.states() == ["upload: done", "upload: done"]
    assert posted.service.calls["upload"] == 2
    assert len(posted.at_service()) == 2
