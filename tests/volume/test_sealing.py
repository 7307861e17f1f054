"""Reading while an original that has arrived is being hashed and synced."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import trio

from photofs.model.observation import ContentHash
from photofs.model.span import Span
from photofs.originals.draft import LocalDraft
from photofs.originals.local_disk import LocalDisk
from photofs.originals.port import Draft, DraftKey, Sealed
from photofs.volume.engine import open_engine
from photofs.volume.fetch import Pieces
from tests.support.fake_source import open_fake_source
from tests.support.stocked import Stock, picture, stock


class Held:
    """A draft whose sealing waits for a sign."""

    def __init__(self, draft: Draft, begun: threading.Event, go_on: threading.Event) -> None:
        self._draft = draft
        self._begun = begun
        self._go_on = go_on

    def __getattr__(self, name: str) -> object:
        return getattr(self._draft, name)

    def seal(self, expected: ContentHash | None) -> Sealed:
        """Say that it has begun, wait, and seal."""
        self._begun.set()
        self._go_on.wait(100)
        return self._draft.seal(expected)


class HeldDisk(LocalDisk):
    """A store whose drafts are sealed when the test says so."""

    begun: threading.Event
    go_on: threading.Event

    def open_draft(self, key: DraftKey, size: int | None) -> LocalDraft:
        """The draft, held."""
        return cast("LocalDraft", Held(super().open_draft(key, size), self.begun, self.go_on))


@pytest.fixture
def signs() -> Iterator[tuple[threading.Event, threading.Event]]:
    """Sealing has begun; it may go on, at the latest when the test has ended."""
    begun, go_on = threading.Event(), threading.Event()
    yield begun, go_on
    go_on.set()


async def test_who_reads_the_end_while_it_is_sealed_does_not_wait_for_that(
    tmp_path: Path, signs: tuple[threading.Event, threading.Event]
) -> None:
    """All bytes and the length are told at once; only who asked for the sealed file waits."""
    data = picture(1, 300_000)
    made: Stock = stock(tmp_path / "stock", {"a.jpg": data})
    store = HeldDisk(made.root / "kept", made.root / "cache", limit=1 << 40, min_free=0)
    store.begun, store.go_on = signs
    with made.open_catalog() as catalog:
        async with open_engine(Pieces(catalog, catalog, store, open_fake_source)) as engine:
            await engine.ensure(1, Span(0, 1000))
            await trio.to_thread.run_sync(store.begun.wait, 60)
            with trio.fail_after(20):
                arrival = await engine.ensure(1, Span(299_000, 300_000))
            assert (arrival.span.stop, arrival.sha256) == (300_000, None)
            store.go_on.set()
            assert (await engine.whole(1)).sha256 is not None
