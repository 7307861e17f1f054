"""Bytes that another lane lets go stay in Kept for the photo that is about to get others."""

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio

from agent.proving import let_go, seal_old_original
from photofs.emulators.pictures import make_jpeg
from photofs.originals.local_disk import LocalDisk
from photofs.originals.port import Room
from tests.support.posted import Posted

OLD = make_jpeg(1, width=64, height=48)
NEW = make_jpeg(2, width=64, height=48)
HASH = hashlib.sha256(OLD).hexdigest()
PATH = "Unsorted/p.jpg"


class Raced(LocalDisk):
    """Whatever is kept is let go at once where the catalog does not need it; `posted` is set."""

    posted: Posted

    def keep(self, sha256: str) -> None:
        """And what another lane does with it then."""
        super().keep(sha256)
        if not trio.from_thread.run_sync(self.posted.catalog.needed_here, sha256):
            self.release(sha256)


@dataclass
class Pause:
    """Where a release is to wait."""

    began: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


class Slow(LocalDisk):
    """What is let go leaves once it is told to; `pause` is set."""

    pause: Pause

    def release(self, sha256: str) -> bool:
        """When the test says so."""
        self.pause.began.set()
        assert self.pause.over.wait(60)
        return super().release(sha256)


@pytest.fixture
def posted(tmp_path: Path) -> Posted:
    """A library of one photo."""
    made = Posted(tmp_path)
    made.filed.scan(made.service.photos[made.service.add(OLD, "", file_name="p.jpg")].seen)
    return made


async def test_an_original_that_is_fetched_to_be_replaced_is_not_let_go_by_another_lane(
    posted: Posted,
) -> None:
    """Its photo gets the new bytes, and the old ones lie in Kept."""
    store = Raced(posted.folder / "kept", posted.folder / "cache", limit=10**9, min_free=0)
    store.posted, posted.store = posted, store
    posted.write(PATH, NEW)
    await posted.judged()
    posted.filed.now_ns += 40 * 10**9
    await posted.once()
    assert posted.states() == ["replace: done"]
    assert [each.data for each in posted.service.photos.values()] == [NEW]
    assert store.has_sealed(HASH) is Room.KEPT


async def test_an_original_that_just_leaves_kept_is_brought_back_before_it_is_replaced(
    posted: Posted,
) -> None:
    """Sealing waits for what another lane is letting go."""
    store = Slow(posted.folder / "kept", posted.folder / "cache", limit=10**9, min_free=0)
    store.pause, posted.store = Pause(), store
    store.kept_path(HASH).parent.mkdir(parents=True)
    store.kept_path(HASH).write_bytes(OLD)
    (there,) = posted.service.photos.values()
    posted.write(PATH, NEW)
    await posted.judged()
    box, (row,) = posted.box, posted.operations()
    sealed: list[bool] = []

    async def seal() -> None:
        sealed.append(await seal_old_original(box, row, there.seen))

    with trio.fail_after(60):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(let_go, box, HASH, there.seen)
            await trio.to_thread.run_sync(store.pause.began.wait, 60)
            nursery.start_soon(seal)
            while not sealed and not box.letting_go.statistics().tasks_waiting:  # noqa: ASYNC110 - no event tells of a waiting task
                await trio.sleep(0.01)
            store.pause.over.set()
    assert sealed == [True]
    assert store.has_sealed(HASH) is Room.KEPT
