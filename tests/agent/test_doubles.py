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

DEAD, ALIVE, SILENT = 1, 2, 3
NOWHERE = Path("nowhere")  # no bytes are asked for


class Answering(FakeSource):
    """A service that has lost each photo that it is asked for."""

    async def _lost(self, ids: Sequence[str]) -> frozenset[str]:
        await trio.lowlevel.checkpoint()
        return frozenset(ids)

    @property
    def abilities(self) -> Abilities:
        """It answers for many at once."""
        return Abilities(
            lists_everything=True,
            reports_size=False,
            reports_hash=False,
            supports_ranges=False,
            folders=frozenset(),
            writes=Writes(lost=self._lost),
        )


def source(source_id: int) -> SourceRow:
    """An account."""
    return SourceRow(source_id, 1, "google", None, {}, None, None, None, "")


@asynccontextmanager
async def open_provider(row: SourceRow) -> AsyncIterator[FakeSource]:
    """One account's login has ended; another one's service does not answer such questions."""
    await trio.lowlevel.checkpoint()
    if row.source_id == DEAD:
        raise Unauthorised("the login has ended", remedy="log in again")
    yield Answering(NOWHERE) if row.source_id == ALIVE else FakeSource(NOWHERE)


async def test_regression_a_dead_login_keeps_no_other_account_s_answer_back() -> None:
    """It is told of by itself; the photos of the other accounts are known to be gone or there."""
    known = [KnownThere(each, "p") for each in (DEAD, ALIVE, SILENT)]
    answers = await Doubles(lambda: [source(each.source_id) for each in known], open_provider).lost(
        known
    )
    assert answers.lost == {KnownThere(ALIVE, "p")}
    assert list(answers.unasked) == [DEAD]
    assert isinstance(answers.unasked[DEAD], Unauthorised)
