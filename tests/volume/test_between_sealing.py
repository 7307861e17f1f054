"""The moment between a draft's renaming and its being told of as sealed."""

from pathlib import Path

import pytest

from photofs.model.span import Span
from photofs.originals.local_disk import LocalDisk
from photofs.originals.port import DraftKey
from photofs.volume.fetching import Arrival
from photofs.volume.handles import DraftHandle
from photofs.volume.waiting import Waiting

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


@pytest.mark.usefixtures("autojump_clock")
async def test_regression_a_reader_who_comes_while_it_is_sealed_gets_the_bytes(
    tmp_path: Path,
) -> None:
    """Told of a draft that has just been renamed, five times over: the read waits and is right."""
    store = LocalDisk(tmp_path / "kept", tmp_path / "cache", limit=10**6, min_free=0)
    draft = store.open_draft(DraftKey(1, "1"), len(BYTES))
    draft.write(0, BYTES)
    sealed = draft.seal(None)
    fetching = SlowTeller(sealed.sha256, late=5)
    handle = DraftHandle(1, len(BYTES), store, fetching, (Waiting(), 60.0))
    assert await handle.read(0, 100) == BYTES
    handle.close()
    assert fetching.asked == 6
