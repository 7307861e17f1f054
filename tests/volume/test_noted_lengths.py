"""A length is told only once the catalog has it: whoever opens a photo asks stat for it next.

A program such as rsync takes as many bytes as stat tells. Were that still the estimate, its copy
would be short, and look whole.
"""

from contextlib import closing
from pathlib import Path

import pytest
import trio

from photofs.catalog.sqlite import Catalog
from photofs.model.errors import Busy, Temporary
from photofs.model.span import Span
from photofs.originals.port import DraftKey
from photofs.volume.engine import open_engine
from photofs.volume.fetching import Arrival
from tests.support.fake_source import Faults, set_faults
from tests.support.log_guard import ExpectLog
from tests.support.stocked import (
    Stock,
    engine_over,
    ino_of,
    open_volume,
    picture,
    pieces,
    read_all,
    stock,
    volume_over,
)

DATA = picture(1, 300_000)
PATH = "Albums/Lake/a.jpg"


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """One picture whose length no listing tells."""
    return stock(tmp_path / "stock", {"a.jpg": DATA}, sizes_told=False)


async def test_p15_a_length_that_was_learnt_and_not_noted_is_noted_before_it_is_told(
    made: Stock,
) -> None:
    """The fetching process was killed between its two notes: stat and read agree all the same."""
    with closing(made.store().open_draft(DraftKey(1, "1"), None)) as draft:
        draft.set_size(len(DATA))
        draft.write(0, DATA[:1000])
    set_faults(made.source, Faults(down=True))
    async with open_volume(made) as volume:
        ino = ino_of(volume, PATH)
        assert volume.attributes(ino).size != len(DATA)
        opened = await volume.open(ino)
        assert volume.attributes(ino).size == len(DATA)
        volume.release(opened.number)
        set_faults(made.source, Faults())
        assert await read_all(volume, PATH) == DATA


async def test_p15_a_length_that_cannot_be_noted_is_not_told(
    made: Stock, autojump_clock: trio.testing.MockClock, expect_log: ExpectLog
) -> None:
    """The catalog stays locked: Busy, instead of bytes beyond what stat tells."""
    del autojump_clock
    expect_log("the catalog is locked")

    class Locked(Catalog):
        """A catalog that somebody else writes all the time."""

        def size_learnt(
            self, photo_id: int, content_key: str, size: int, before: str | None = None
        ) -> None:
            del photo_id, content_key, size, before
            raise Busy("held by another process")

    with made.open_catalog() as catalog:
        locked = pieces(made, catalog)._replace(learnt=Locked(catalog.database))
        async with open_engine(locked) as engine:

            async def ask_after(seconds: float) -> None:
                await trio.sleep(seconds)
                with pytest.raises(Busy, match="length could not be noted"):
                    await engine.size(1)

            async with trio.open_nursery() as nursery:
                nursery.start_soon(ask_after, 0)
                nursery.start_soon(ask_after, 0.15)  # while noting it is tried again


class TellsWithoutNoting:
    """Fetching that knows more than the catalog."""

    async def size(self, photo_id: int) -> int:
        """A length that no catalog has."""
        del photo_id
        return len(DATA)

    async def ensure(self, photo_id: int, span: Span, draft: int | None = None) -> Arrival:
        """Nothing is asked of it."""
        raise NotImplementedError

    async def whole(self, photo_id: int) -> Arrival:
        """Nothing is asked of it."""
        raise NotImplementedError


async def test_p15_a_photo_is_not_opened_with_another_length_than_stat_tells(made: Stock) -> None:
    """Whatever fetching says: an error is better than a short copy."""
    async with engine_over(made) as (_, catalog):
        volume = volume_over(made, catalog, TellsWithoutNoting())
        with pytest.raises(Temporary, match="not noted yet"):
            await volume.open(ino_of(volume, PATH))
