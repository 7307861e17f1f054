"""A source that is gone in the middle of a copy: one photo finds that out for all of them."""

from pathlib import Path

import pytest
import trio
import trio.testing

from photofs.model.errors import PhotofsError, TimedOut, Unreachable
from photofs.model.span import Span
from photofs.volume.engine import Engine
from photofs.volume.outages import REST, Outages
from tests.support.fake_source import Faults, set_faults
from tests.support.log_guard import ExpectLog
from tests.support.stocked import Stock, engine_over, picture, stock

COUNT = 20
HEAD = Span(0, 10)


@pytest.fixture
def made(tmp_path: Path, expect_log: ExpectLog) -> Stock:
    """A source of many pictures that cannot be reached."""
    expect_log.maybe("cannot be reached")
    stocked = stock(
        tmp_path / "stock", {f"{number}.jpg": picture(number, 1000) for number in range(COUNT)}
    )
    set_faults(stocked.source, Faults(down=True))
    return stocked


async def failure_of(engine: Engine, photo_id: int) -> tuple[PhotofsError, float]:
    """With what fetching a photo fails, and after how many seconds."""
    began = trio.current_time()
    with pytest.raises(PhotofsError) as raised:
        with trio.fail_after(60):
            await engine.ensure(photo_id, HEAD)
    return raised.value, trio.current_time() - began


async def test_after_one_photo_found_a_source_gone_the_others_fail_at_once(
    made: Stock, autojump_clock: trio.testing.MockClock
) -> None:
    """With the same error and text; before, each file of a copy took all the tries for itself."""
    del autojump_clock
    async with engine_over(made) as (engine, _):
        first, took = await failure_of(engine, 1)
        assert took > 1
        set_faults(made.source, Faults(hang=True))  # who asks now waits for ever
        for photo_id in range(2, COUNT):
            error, took = await failure_of(engine, photo_id)
            assert took < 0.1
            assert isinstance(error, Unreachable)
            assert str(error) == str(first)


async def test_the_first_reader_of_a_source_without_a_line_is_told_after_one_connection(
    made: Stock, autojump_clock: trio.testing.MockClock
) -> None:
    """A host that answers no connection takes ten seconds to say so; five of them are not tried."""
    del autojump_clock
    set_faults(made.source, Faults(down=True, connecting=10.0))
    async with engine_over(made) as (engine, _):
        error, took = await failure_of(engine, 1)
        assert isinstance(error, Unreachable)
        assert took < 15


async def test_a_service_that_goes_on_refusing_is_named_before_the_reader_s_deadline(
    made: Stock, autojump_clock: trio.testing.MockClock, expect_log: ExpectLog
) -> None:
    """Its own word comes within a minute, though each answer asks for 20 seconds more."""
    del autojump_clock
    expect_log.maybe("asked too often")
    set_faults(made.source, Faults(error="Temporary", retry_after=20.0))
    async with engine_over(made) as (engine, _):
        error, took = await failure_of(engine, 1)
        assert "asked too often" in str(error)
        assert took < 50


async def test_after_a_rest_one_try_goes_through_and_the_others_still_fail(
    made: Stock, autojump_clock: trio.testing.MockClock
) -> None:
    """A source that is still gone costs one photo one try; one that is back is found to be so."""
    del autojump_clock
    async with engine_over(made) as (engine, _):
        _, with_all_tries = await failure_of(engine, 1)
        await trio.sleep(REST)
        _, with_one = await failure_of(engine, 2)
        assert with_one < with_all_tries / 2
        await trio.sleep(REST)
        set_faults(made.source, Faults())
        await engine.ensure(3, HEAD)
        await engine.ensure(4, HEAD)


async def test_a_source_that_another_process_was_answered_by_is_asked_at_once(
    made: Stock, autojump_clock: trio.testing.MockClock
) -> None:
    """A scan or another mount clears the source's trouble in the catalog: it works again."""
    del autojump_clock
    async with engine_over(made) as (engine, _):
        for photo_id in (1, 2):  # twice: a second outage of the same words is noted anew
            await failure_of(engine, photo_id)
            _, took = await failure_of(engine, photo_id + 10)
            assert took < 0.1
            set_faults(made.source, Faults())
            with made.open_catalog() as another:
                another.source_trouble(another.sources()[0].source_id, "")
            await engine.ensure(photo_id + 4, HEAD)
            set_faults(made.source, Faults(down=True))


async def test_who_waits_while_another_finds_the_source_gone_waits_for_one_try(
    made: Stock, autojump_clock: trio.testing.MockClock
) -> None:
    """Fetches that were begun a moment later do not go through all tries of their own."""
    del autojump_clock
    took: dict[int, float] = {}
    async with engine_over(made) as (engine, _), trio.open_nursery() as nursery:

        async def ask(photo_id: int) -> None:
            _, took[photo_id] = await failure_of(engine, photo_id)

        nursery.start_soon(ask, 1)
        await trio.sleep(3)
        nursery.start_soon(ask, 2)
    assert took[2] < took[1] / 2


async def test_one_photo_that_meets_silence_does_not_speak_for_its_source(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """That of a second photo does; an answer in between begins anew."""
    del autojump_clock
    outages = Outages()
    silence = TimedOut("no answer")
    outages.failed(1, 10, silence)
    outages.met(1, 10, silence)
    assert outages.refusal(1) is None
    outages.answered(1)
    outages.met(1, 11, silence)
    assert outages.refusal(1) is None
    outages.met(1, 12, silence)
    assert str(outages.refusal(1)) == "no answer"
    assert outages.refusal(2) is None
    await trio.sleep(REST)
    assert outages.refusal(1) is None
    assert outages.refusal(1) is not None
