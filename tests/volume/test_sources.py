"""The providers that fetching keeps open, where one of them fails as nobody foresaw."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from photofs.catalog.port import SourceRow
from photofs.model.errors import Bug, PhotofsError, Unreachable
from photofs.model.span import Span
from photofs.providers.port import Provider
from photofs.volume.engine import open_engine
from tests.support.fake_source import open_fake_source
from tests.support.log_guard import ExpectLog
from tests.support.stocked import picture, pieces, stock

DATA = picture(1, 10_000)
GROUP = ExceptionGroup("of a nursery", [Unreachable("no line")])


@pytest.mark.parametrize(
    ("raised", "told"), [(RuntimeError("unforeseen"), Bug), (GROUP, Unreachable)]
)
async def test_a_source_that_cannot_be_opened_ends_no_fetching(
    tmp_path: Path, raised: Exception, told: type[PhotofsError], expect_log: ExpectLog
) -> None:
    """Who waits for its photo is told; the next one who asks opens it anew."""
    expect_log.maybe("nobody foresaw")
    expect_log.maybe("photo 1")
    made = stock(tmp_path / "stock", {"a.jpg": DATA})
    fails = [raised]

    @asynccontextmanager
    async def open_provider(row: SourceRow) -> AsyncIterator[Provider]:
        if fails:
            raise fails.pop()
        async with open_fake_source(row) as provider:
            yield provider

    with made.open_catalog() as catalog:
        broken = pieces(made, catalog)._replace(open_provider=open_provider)
        async with open_engine(broken) as engine:
            with trio.fail_after(30):
                with pytest.raises(told):
                    await engine.ensure(1, Span(0, 10))
                while True:
                    try:
                        await engine.ensure(1, Span(0, 10))
                    except PhotofsError:  # a failure is remembered for a moment
                        await trio.sleep(0.1)
                    else:
                        break
