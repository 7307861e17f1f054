"""Photos that are like a file: asked for their length, fetched if that is the same, compared."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, cast

import pytest
import trio
from trio.testing import MockClock

from photofs.catalog.port import SourceRow
from photofs.catalog.sqlite import Catalog
from photofs.cli.comparing import IN_VAIN, REST_S, Compared, Comparing
from photofs.model.errors import Corrupt, Full, Gone, PhotofsError, TimedOut
from photofs.model.likeness import Sought
from photofs.model.photo import Fidelity, Media
from tests.support.filed import Filed, photo

if TYPE_CHECKING:
    from photofs.volume.engine import Engine

SIZE = 10
SAME, OTHER = "a" * 64, "b" * 64
FILE = Sought(Media.PICTURE, SIZE, ("p.jpg",))


class FakeEngine:
    """Tells the length and hash that a test gives, and remembers what was asked."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.length, self.hash = SIZE, SAME
        self.error: PhotofsError | None = None
        self.asked: list[str] = []

    async def size(self, photo_id: int) -> int:
        """Its length."""
        del photo_id
        self.asked.append("size")
        if self.error is not None:
            raise self.error
        return self.length

    async def whole(self, photo_id: int) -> None:
        """As if it had been fetched."""
        self.asked.append("whole")
        self.catalog.sealed(photo_id, "1", self.hash, self.length)


def unasked(_source: SourceRow) -> NoReturn:
    """No service is asked for a photo here."""
    raise AssertionError


class Made:
    """A library with the photo "p", and what compares it."""

    def __init__(self, path: Path, fidelity: Fidelity) -> None:
        filed = Filed(path)
        filed.scan(photo("p", fidelity=fidelity))
        self.photo_id = filed.photo_id("p")
        self.catalog = filed.catalog
        self.engine = FakeEngine(filed.catalog)
        (source,) = filed.catalog.sources()
        engine = cast("Engine", self.engine)
        self.comparing = Comparing(filed.catalog, source, engine, unasked, takes_once=False)
        self.knowing = Comparing(filed.catalog, source, engine, unasked, takes_once=True)


@pytest.fixture
def made(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Made]:
    """With the original, or with what the parameter says."""
    fidelity = getattr(request, "param", Fidelity.ORIGINAL)
    one = Made(tmp_path / "catalog.db", fidelity)
    yield one
    one.catalog.close()


async def test_the_same_bytes_are_the_same_photo(made: Made) -> None:
    """And what was fetched once is known from then on."""
    for _ in range(2):
        assert await made.comparing.find(FILE, SAME) == Compared(made.photo_id)
        assert await made.comparing.find(FILE, OTHER) == Compared(None)
    assert made.engine.asked == ["size", "whole"]


async def test_another_length_is_another_photo(made: Made) -> None:
    """Nothing is fetched for that."""
    made.engine.length = SIZE + 1
    assert await made.comparing.find(FILE, SAME) == Compared(None)
    assert made.engine.asked == ["size"]


async def test_who_cannot_be_asked_may_have_it(made: Made) -> None:
    """Where it stands is told, and why nobody can tell; a full disk ends it all."""
    made.engine.error = TimedOut("no answer came")
    found = await made.comparing.find(FILE, SAME)
    assert found == Compared(None, "as L/Dates/2019/2019-07/p.jpg: no answer came")
    made.engine.error = Full("no room")
    with pytest.raises(Full):
        await made.comparing.find(FILE, SAME)


async def test_a_service_that_gives_nothing_is_not_waited_for_at_each_file(
    made: Made, autojump_clock: MockClock
) -> None:
    """Three in a row, then one a minute; what is left is named as before. An answer ends that."""
    assert autojump_clock.rate == 0
    made.engine.error = TimedOut("no answer came")
    for _ in range(9):
        found = await made.comparing.find(FILE, SAME)
        assert found == Compared(None, "as L/Dates/2019/2019-07/p.jpg: no answer came")
    assert made.engine.asked == ["size"] * IN_VAIN
    for _ in range(3):
        await trio.sleep(REST_S)
        for _ in range(3):
            assert (await made.comparing.find(FILE, SAME)).unsure
    assert made.engine.asked == ["size"] * (IN_VAIN + 3)
    await trio.sleep(REST_S)
    made.engine.error = None
    assert await made.comparing.find(FILE, SAME) == Compared(made.photo_id)


@pytest.mark.parametrize("error", [Gone("it has no bytes"), Corrupt("other bytes came")])
async def test_photos_that_cannot_be_had_keep_no_other_from_being_asked_for(
    made: Made, error: PhotofsError
) -> None:
    """Their service has answered, and what was in vain before counts no more."""
    silence = TimedOut("no answer came")
    for each in (silence, silence, error, silence, silence, *[error] * 4):
        made.engine.error = each
        assert (await made.comparing.find(FILE, SAME)).unsure
    assert made.engine.asked == ["size"] * 9


@pytest.mark.parametrize("made", [Fidelity.PREVIEW], indirect=True)
async def test_a_rendition_proves_nothing_of_an_original(made: Made) -> None:
    """It is compared with a rendition alone, and then shows which photo it is of."""
    found = await made.comparing.find(FILE, SAME)
    assert "gives back other bytes" in found.unsure
    assert made.engine.asked == []
    lesser = FILE._replace(original=False)
    assert await made.comparing.find(lesser, SAME) == Compared(made.photo_id)
    assert (await made.comparing.find(lesser, OTHER)).unsure != ""


async def test_a_service_that_knows_the_same_bytes_is_not_asked(made: Made) -> None:
    """Nothing is worth a look then."""
    assert await made.knowing.find(FILE, SAME) == Compared(None)
    assert not made.knowing.is_worth_a_look(FILE)
    assert made.comparing.is_worth_a_look(FILE)
    assert made.engine.asked == []
