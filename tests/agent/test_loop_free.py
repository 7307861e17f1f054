"""What takes long (a disk, a whole original) keeps nothing else of the agent waiting."""

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from photofs.emulators.pictures import make_jpeg
from photofs.originals.local_disk import LocalDisk
from photofs.originals.port import Room
from photofs.wishing.deleting import Deleting, Proven, to_delete
from tests.support.filed import album
from tests.support.posted import Posted
from tests.support.wished import SHELL

PICTURE = make_jpeg(1, width=64, height=48)
OTHER = make_jpeg(2, width=64, height=48)
HASH = hashlib.sha256(PICTURE).hexdigest()
PATIENCE = 30.0
"""Seconds for which the disk waits for the loop; a loop that stands still never lets it go on."""


class SlowDisk(LocalDisk):
    """A store that says when it is asked something long, and answers once it is let."""

    def hold(self) -> None:
        """From now on it waits."""
        self.asked, self.go_on = trio.Event(), threading.Event()
        self.let: list[bool] = []

    def verify(self, sha256: str, *, room: Room | None = None, set_aside: bool = True) -> bool:
        """Read it to its end, in the time that the disk takes."""
        self._wait()
        return super().verify(sha256, room=room, set_aside=set_aside)

    def make_room(self, wanted: int, pinned: frozenset[str]) -> int:
        """Walk through the Cache, likewise."""
        self._wait()
        self.pinned = pinned
        return super().make_room(wanted, pinned)

    def _wait(self) -> None:
        if hasattr(self, "asked"):
            trio.from_thread.run_sync(self.asked.set)  # fails in the loop itself
            self.let.append(self.go_on.wait(PATIENCE))


@pytest.fixture
def slow(posted: Posted, tmp_path: Path) -> SlowDisk:
    """The library's store, on a disk that can be held."""
    posted.store = SlowDisk(tmp_path / "kept", tmp_path / "cache", limit=10**9, min_free=0)
    return posted.store


async def meanwhile(slow: SlowDisk, work: Callable[[], object]) -> None:
    """Once the disk was asked: do something in the loop, and only then let the disk answer."""
    with trio.fail_after(3600):  # of the test's clock: at once, if nothing else can happen
        await slow.asked.wait()
    work()
    slow.go_on.set()


async def binned(posted: Posted) -> int:
    """A photo that the service has, in Trash, its original in Kept, its deletion wished."""
    posted.write("Unsorted/a.jpg", PICTURE)
    await posted.judged()
    await posted.send()
    photo = posted.photo_at("Unsorted/a.jpg")
    posted.store.keep(HASH)
    posted.wished.unlink("Unsorted/a.jpg")
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    proven = to_delete(posted.catalog, photo)
    assert isinstance(proven, Proven)
    with posted.wished.wishing.change():
        library = posted.catalog.library("L").library_id
        action = posted.catalog.act(library, SHELL, posted.filed.now_ns)
        assert Deleting(posted.wished.wishing.desk(library)).wish(proven, action, "there")
    return photo


@pytest.mark.parametrize("restored", [False, True])
async def test_an_original_is_read_again_beside_the_loop(
    posted: Posted,
    slow: SlowDisk,
    autojump_clock: MockClock,
    *,
    restored: bool,
) -> None:
    """P13: a photo that is restored while its proof is read is not deleted after all."""
    del autojump_clock
    photo = await binned(posted)
    slow.hold()

    def restore() -> None:
        if restored:
            posted.wished.wishing.restore([photo], SHELL)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(posted.send)
        await meanwhile(slow, restore)
    assert all(slow.let)
    assert posted.service.calls["delete"] == (0 if restored else 1)
    assert (posted.at_service() == [HASH]) is restored


async def test_room_for_an_old_original_is_made_beside_the_loop(
    posted: Posted, slow: SlowDisk, autojump_clock: MockClock
) -> None:
    """The Cache may have to be walked through; what is pinned stays in it."""
    del autojump_clock
    made = posted.service.add(PICTURE, "", file_name="p.jpg", favorite=False)
    posted.service.albums["a0"] = ("Trip", [made])
    posted.filed.scan(posted.service.photos[made].seen, album("a0", "Trip", made))
    posted.write("Unsorted/pinned.jpg", OTHER)
    await posted.judged()
    await posted.send()
    posted.catalog.set_pinned(posted.photo_at("Unsorted/pinned.jpg"), pinned=True)
    posted.write("Albums/Trip/p.jpg", make_jpeg(3, width=64, height=48))
    await posted.judged()
    posted.filed.now_ns += 40 * 10**9
    slow.hold()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(posted.send)
        await meanwhile(slow, lambda: None)
    assert posted.is_over()
    assert all(slow.let)
    assert slow.pinned == {hashlib.sha256(OTHER).hexdigest()}


async def test_many_joins_are_noted_in_small_transactions(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """A hundred go in one request, and nobody who writes waits for all of them to be noted."""
    del autojump_clock
    count = 100
    for _number in range(count):
        posted.service.add(PICTURE, favorite=False)
    posted.service.albums["a0"] = ("Trip", [*posted.service.photos])
    posted.service.albums["a9"] = ("Best", [])
    seen = [each.seen for each in posted.service.photos.values()]
    posted.filed.scan(*seen, album("a0", "Trip", *posted.service.photos), album("a9", "Best"))
    for path in sorted(each for each in posted.filed.files() if each.startswith("Albums/Trip/")):
        posted.wished.wishing.link(
            posted.filed.ino(path), posted.wished.spot(path.replace("Trip", "Best")), SHELL
        )
    largest, changed = 0, 0

    def count_rows(*_what: object) -> None:
        nonlocal changed
        changed += 1

    def committed() -> bool:
        nonlocal largest, changed
        largest, changed = max(largest, changed), 0
        return False

    connection = posted.catalog.database.connection
    connection.set_update_hook(count_rows)
    connection.set_commit_hook(committed)
    await posted.send()
    connection.set_update_hook(None)
    connection.set_commit_hook(None)
    assert posted.service.calls["join"] == 1
    assert len(posted.service.members("Best")) == count
    assert posted.catalog.members(posted.catalog.album(posted.filed.source_id, "a9").album_id)  # type: ignore[union-attr]
    assert 0 < largest < count
