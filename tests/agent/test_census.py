"""Learning sizes slowly: each photo is asked after once, and no photo keeps the others waiting."""

from pathlib import Path

import pytest
import trio
import trio.testing

from agent.census import ANEW, Census
from tests.support.fake_source import Faults, open_fake_source, requests_of, set_faults
from tests.support.stocked import Stock, picture, stock


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """Three photos whose sizes nobody has told."""
    originals = {f"{name}.jpg": picture(1, 1000) for name in "abc"}
    return stock(tmp_path / "stock", originals, sizes_told=False)


def asked_after(made: Stock) -> str:
    """The photos that were asked after, in order."""
    return "".join(request.ref[0] for request in requests_of(made.source))


async def test_those_that_tell_no_size_do_not_keep_the_others_waiting(
    made: Stock, autojump_clock: trio.testing.MockClock
) -> None:
    """Each is asked after once, and not again before an hour is over."""
    del autojump_clock
    set_faults(made.source, Faults(no_total=True))
    with made.open_catalog() as catalog:
        census = Census(catalog, open_fake_source, most=2)
        (source,) = catalog.sources()
        for _ in range(10):
            assert await census.take(source) == 0
            await trio.sleep(10)
        assert asked_after(made) == "abc"
        set_faults(made.source, Faults())
        await trio.sleep(ANEW)
        assert [await census.take(source) for _ in range(4)] == [0, 2, 1, 0]
        assert all(catalog.photo(number).size_exact for number in (1, 2, 3))


async def test_a_refusal_ends_the_round_and_not_the_pass(made: Stock) -> None:
    """The next round goes on behind the photo that was refused."""
    with made.open_catalog() as catalog:
        census = Census(catalog, open_fake_source)
        (source,) = catalog.sources()
        set_faults(made.source, Faults(down=True))
        assert await census.take(source) == 0
        set_faults(made.source, Faults())
        assert await census.take(source) == 2
    assert asked_after(made) == "bc"


async def test_a_service_that_counts_requests_is_not_asked(made: Stock) -> None:
    """Its day's requests are for photos that somebody reads."""
    set_faults(made.source, Faults(metered=True))
    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        assert await Census(catalog, open_fake_source).take(source) == 0
    assert asked_after(made) == ""
