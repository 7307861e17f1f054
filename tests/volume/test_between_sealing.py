"""The moment between a draft's renaming and its being told of as sealed; reads at one time."""

from pathlib import Path

import trio
import trio.testing

from photofs.model.span import Span
from photofs.originals.local_disk import LocalDisk
from photofs.originals.port import DraftKey
from photofs.volume.fetching import Arrival
from photofs.volume.handles import DraftHandle
from photofs.volume.waiting import Waiting
from tests.support.open_files import open_below

BYTES = b"a picture's bytes"


class SlowTeller:
    """Fetching that goes on telling of the draft for a while after it was sealed."""

    def __init__(self, sha256: str, late: int) -> None:
        self.sha256 = sha256
        self.late = late
        self.asked = 0

    async def size(self, _photo_id: int) -> int:
        """The length is known."""
        return len(BYTES)

    async def ensure(self, photo_id: int, _span: Span, _draft: int | None = None) -> Arrival:
        """First the draft, which is not there any more, later the sealed file."""
        self.asked += 1
        sha256 = None if self.asked <= self.late else self.sha256
        return Arrival(str(photo_id), len(BYTES), Span(0, len(BYTES)), sha256)

    async def whole(self, photo_id: int) -> Arrival:
        """The sealed file."""
        return Arrival(str(photo_id), len(BYTES), Span(0, len(BYTES)), self.sha256)


async def test_regression_a_reader_who_comes_while_it_is_sealed_gets_the_bytes(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    """Told of a draft that has just been renamed, five times over: the read waits and is right."""
    del autojump_clock
    store = LocalDisk(tmp_path / "kept", tmp_path / "cache", limit=10**6, min_free=0)
    draft = store.open_draft(DraftKey(1, "1"), len(BYTES))
    draft.write(0, BYTES)
    sealed = draft.seal(None)
    fetching = SlowTeller(sealed.sha256, late=5)
    handle = DraftHandle(1, len(BYTES), store, fetching, (Waiting(), 60.0))
    assert await handle.read(0, 100) == BYTES
    handle.close()
    assert fetching.asked == 6


class Together:
    """Fetching that answers two who ask at one time only once both have asked."""

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256
        self.drafts: list[int | None] = []
        self.both = trio.Event()

    async def size(self, _photo_id: int) -> int:
        """The length is known."""
        return len(BYTES)

    async def ensure(self, photo_id: int, _span: Span, draft: int | None = None) -> Arrival:
        """The sealed file."""
        self.drafts.append(draft)
        if len(self.drafts) > 1:
            self.both.set()
        await self.both.wait()
        return await self.whole(photo_id)

    async def whole(self, photo_id: int) -> Arrival:
        """The sealed file."""
        return Arrival(str(photo_id), len(BYTES), Span(0, len(BYTES)), self.sha256)


async def test_regression_two_reads_at_once_through_one_handle_open_one_file(
    tmp_path: Path,
) -> None:
    """The second does not open the file anew: all bytes are of one file, and none stays open."""
    store = LocalDisk(tmp_path / "kept", tmp_path / "cache", limit=10**6, min_free=0)
    draft = store.open_draft(DraftKey(1, "1"), len(BYTES))
    draft.write(0, BYTES)
    sealed = draft.seal(None)
    fetching = Together(sealed.sha256)
    handle = DraftHandle(1, len(BYTES), store, fetching, (Waiting(), 60.0))
    before = open_below(tmp_path)
    async with trio.open_nursery() as nursery:
        for _ in range(2):
            nursery.start_soon(handle.read, 0, 100)
    assert await handle.read(0, 100) == BYTES
    path = store.sealed_path(sealed.sha256)
    assert path is not None
    assert fetching.drafts == [None, None, path.stat().st_ino]
    handle.close()
    assert open_below(tmp_path) == before
