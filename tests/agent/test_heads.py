"""Heads of pictures: each is looked at once, and what is to be shown of it is noted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trio

from agent.heads import FIRST_LOOK, Heads
from photofs.catalog.port import SourceRow
from photofs.metadata.exif import read_exif
from photofs.model.capture_time import Granularity, TakenBy, TakenFact
from photofs.model.photo import Position
from photofs.model.span import Span
from photofs.model.splice import AS_IT_IS
from tests.support.fake_source import (
    FakeSource,
    FakeStream,
    Faults,
    open_fake_source,
    requests_of,
    set_faults,
)
from tests.support.headed import BARE, ORIGINALS, headed, look, shown
from tests.support.stocked import (
    TAKEN,
    Stock,
    file_photos,
    open_volume,
    read_all,
    seen_photo,
    stock,
)
from tests.support.waiting import LOOK_EVERY, PATIENCE


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """A picture without a date, one with it, and one of another kind."""
    return headed(tmp_path / "stock")


def heads_of(made: Stock) -> dict[int, bytes]:
    """What is to be shown, by the photo's number."""
    with made.open_catalog() as catalog:
        catalog.show_spliced()
        return {number: catalog.shown_head(number).head for number in (1, 2, 3)}


def ctimes(made: Stock) -> list[int]:
    """Of the three photos."""
    with made.open_catalog() as catalog:
        return [catalog.photo(number).ctime_ns for number in (1, 2, 3)]


async def test_only_what_lacks_a_date_gets_one(made: Stock) -> None:
    """A head for the JPEG without a date, and none for others; its ctime alone moves."""
    before = ctimes(made)
    assert await look(made) == 3
    heads = heads_of(made)
    facts = read_exif(heads[1])
    assert facts is not None
    assert facts.taken is not None
    assert facts.taken.local == TAKEN.replace(tzinfo=None)
    assert heads[1] == shown(BARE)[: len(heads[1])]
    assert heads[2] == heads[3] == b""
    after = ctimes(made)
    assert after[0] > before[0]
    assert after[1:] == before[1:]


async def test_each_is_asked_for_once(made: Stock) -> None:
    """A second round asks for nothing, in this process and in the next one."""
    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        heads = Heads(catalog, made.store(), open_fake_source)
        assert [await heads.take(source) for _ in range(4)] == [3, 0, 0, 0]
    asked = requests_of(made.source)
    assert len(asked) == 3
    assert all(each.stop is None or each.stop <= FIRST_LOOK for each in asked)
    assert await look(made) == 0
    assert len(requests_of(made.source)) == 3


async def test_a_refusal_ends_the_round(made: Stock) -> None:
    """What was not looked at then is looked at later."""
    set_faults(made.source, Faults(down=True))
    assert await look(made) == 0
    assert heads_of(made)[1] == b""
    set_faults(made.source, Faults())
    assert await look(made) == 3


async def test_a_service_that_counts_requests_is_not_asked(made: Stock) -> None:
    """Its pictures are looked at once they are here."""
    set_faults(made.source, Faults(metered=True))
    assert await look(made) == 0
    assert requests_of(made.source) == []
    async with open_volume(made) as volume:
        await read_all(volume, "Albums/Lake/bare.jpg")
        with trio.fail_after(PATIENCE):
            while not await look(made):  # noqa: ASYNC110 - until the engine has sealed it
                await trio.sleep(LOOK_EVERY)
    assert heads_of(made)[1]


async def test_another_date_makes_another_head(made: Stock) -> None:
    """When the service tells another date, the head follows, and ctime moves with it."""
    await look(made)
    head, before = heads_of(made)[1], ctimes(made)[0]
    told = TakenFact(by=TakenBy.SERVICE, local=TAKEN.replace(tzinfo=None, year=2001))
    refile(made, taken=told)
    assert heads_of(made)[1] == head, "stays as it was until the agent has looked"
    await look(made)
    facts = read_exif(heads_of(made)[1])
    assert facts is not None
    assert facts.taken is not None
    assert facts.taken.local == told.local
    assert ctimes(made)[0] > before


async def test_regression_a_date_that_changes_while_bytes_come_is_shown(made: Stock) -> None:
    """The head that was made of the former date is not noted; the next round makes the right one.

    It once was, as if it were of the later date, and stayed for good.
    """
    other = TakenFact(by=TakenBy.SERVICE, local=TAKEN.replace(tzinfo=None, year=2001))
    refiled = False

    class Changing(FakeSource):
        """While the first bytes come, the date changes."""

        @asynccontextmanager
        async def open_original(
            self, ref: str, span: Span | None, *, person: bool = True
        ) -> AsyncIterator[FakeStream]:
            nonlocal refiled
            if not refiled:
                refiled = True
                refile(made, taken=other)
            async with super().open_original(ref, span, person=person) as stream:
                yield stream

    @asynccontextmanager
    async def open_changing(row: SourceRow) -> AsyncIterator[FakeSource]:
        await trio.lowlevel.checkpoint()
        yield Changing(Path(str(row.config["folder"])))

    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        heads = Heads(catalog, made.store(), open_changing)
        for _ in range(4):
            await heads.take(source)
    facts = read_exif(heads_of(made)[1])
    assert facts is not None
    assert facts.taken is not None
    assert facts.taken.local == other.local


async def test_other_bytes_are_shown_as_they_are(made: Stock) -> None:
    """When the original changes, its old head is not put before it."""
    await look(made)
    assert heads_of(made)[1]
    refile(made, content_key="2")
    assert heads_of(made)[1] == b""


MONTH = TakenFact(
    by=TakenBy.SERVICE, local=TAKEN.replace(tzinfo=None), granularity=Granularity.MONTH
)


@pytest.mark.parametrize(
    ("facts", "placed"),
    [
        ({"taken": MONTH}, False),
        ({"taken": MONTH, "position": Position(1.5, 2.5)}, True),
    ],
    ids=["a month", "a place alone"],
)
async def test_only_what_is_known_is_shown(
    made: Stock, facts: dict[str, object], *, placed: bool
) -> None:
    """No date is made up; a place is shown without one."""
    refile(made, **facts)
    await look(made)
    head = heads_of(made)[1]
    told = read_exif(head)
    assert bool(head) == placed
    assert (told is not None and told.position == Position(1.5, 2.5)) == placed
    assert told is None or told.taken is None


async def test_a_long_head_is_read_to_its_end(tmp_path: Path) -> None:
    """A profile before the picture that is longer than the first look is no hindrance."""
    profile = b"\xff\xe2" + (40_000).to_bytes(2) + bytes(39_998)
    made = stock(tmp_path / "stock", {"a.jpg": BARE[:2] + profile + BARE[2:]})
    assert await look(made) == 1
    with made.open_catalog() as catalog:
        catalog.show_spliced()
        assert catalog.shown_head(1) != AS_IT_IS


def refile(made: Stock, **facts: object) -> None:
    """Another scan tells other facts of the first picture."""
    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        photos = [seen_photo(name, len(data)) for name, data in ORIGINALS.items()]
        later = photos[0].as_of_ns + 1
        changed = replace(photos[0], as_of_ns=later, **facts)  # type: ignore[arg-type]
        file_photos(catalog, source.source_id, [changed, *photos[1:]])
