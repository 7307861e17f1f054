"""Services are asked whether photos are still there, each for its own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from agent.doubles import Doubles
from photofs.catalog.port import SourceRow
from photofs.model.errors import Unauthorised
from photofs.providers.port import Abilities, Writes
from photofs.wishing.known_bytes import KnownThere
from tests.support.fake_source import FakeSource

DEAD, ALIVE, SILENT, READING = 1, 2, 3, 4
NOWHERE = Path("nowhere")  # no bytes are asked for


class Answering(FakeSource):
    """A service that has lost each photo that it is asked for, or does not answer such questions.

    Or one whose login may only read: nothing is asked of it.
    """

    def __init__(self, source_id: int) -> None:
        """It is one of these by its number."""
        super().__init__(NOWHERE)
        self._source_id = source_id

    async def _lost(self, ids: Sequence[str]) -> frozenset[str]:
        await trio.lowlevel.checkpoint()
        return frozenset(ids)

    @property
    def abilities(self) -> Abilities:
        """Its answers, if it gives any."""
        return Abilities(
            lists_everything=True,
            reports_size=False,
            reports_hash=False,
            supports_ranges=False,
            folders=frozenset(),
            writes={ALIVE: Writes(lost=self._lost), SILENT: Writes()}.get(self._source_id),
        )


def source(source_id: int) -> SourceRow:
    """An account."""
    return SourceRow(source_id, 1, "google", None, {}, None, None, None, "")


@asynccontextmanager
async def open_provider(row: SourceRow) -> AsyncIterator[FakeSource]:
    """One account's login has ended."""
    await trio.lowlevel.checkpoint()
    if row.source_id == DEAD:
        raise Unauthorised("the login has ended", remedy="log in again")
    yield Answering(row.source_id)


async def test_regression_a_dead_login_keeps_no_other_account_s_answer_back() -> None:
    """It is told of by itself; the photos of the other accounts are known to be gone or there.

    Where nothing can be sent, as the login may only read, nobody takes a copy for what is there.
    """
    known = [KnownThere(each, "p") for each in (DEAD, ALIVE, SILENT, READING)]
    answers = await Doubles(lambda: [source(each.source_id) for each in known], open_provider).lost(
        known
    )
    assert answers.lost == {KnownThere(ALIVE, "p")}
    assert list(answers.unasked) == [DEAD, READING]
    assert {type(each) for each in answers.unasked.values()} == {Unauthorised}
