"""Which sources are left alone, and for how long."""

from trio.testing import MockClock

from agent.troubled_sources import IN_A_ROW, LEFT, TroubledSources
from photofs.model.errors import Corrupt, Quota, StoreError, Temporary, Unreachable


async def test_a_source_says_how_long(autojump_clock: MockClock) -> None:
    """It is asked again right after that, and another one was all the time."""
    troubled = TroubledSources()
    assert troubled.failed(1, Quota("used up", retry_after=20.0))
    assert (troubled.is_left(1), troubled.is_left(2)) == (True, False)
    autojump_clock.jump(19.0)
    assert troubled.is_left(1)
    autojump_clock.jump(1.0)
    assert not troubled.is_left(1)


async def test_one_without_a_line_has_its_usual_pause(autojump_clock: MockClock) -> None:
    """Nobody knows when it is back."""
    troubled = TroubledSources()
    assert troubled.failed(1, Unreachable("no line"))
    autojump_clock.jump(LEFT - 1)
    assert troubled.is_left(1)
    autojump_clock.jump(1.0)
    assert not troubled.is_left(1)


async def test_what_may_be_either_counts_when_it_comes_in_a_row() -> None:
    """A photo of which something is known in between ends the row."""
    troubled = TroubledSources()
    for _ in range(3):
        for _ in range(IN_A_ROW - 1):
            assert not troubled.failed(1, Temporary("odd"))
        assert not troubled.failed(1, Corrupt("no JPEG"))
    assert not troubled.is_left(1)
    for _ in range(IN_A_ROW):
        assert troubled.failed(1, StoreError("this machine's"))
    assert troubled.is_left(1)
