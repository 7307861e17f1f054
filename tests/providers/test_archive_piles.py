"""What a scan of archives keeps on the disk goes with it, in a thread: its file may be large."""

import threading
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from photofs.catalog.pile import DiskPile
from photofs.providers.takeout.provider import open_provider
from tests.support.provider_tools import make_tools
from tests.support.takeout_worlds import export, item


class Watched(DiskPile):
    """A pile that tells which thread closed it."""

    made = 0
    closed_in: list[int] = []  # noqa: RUF012 - emptied by each test

    def __init__(self) -> None:
        super().__init__()
        Watched.made += 1

    def close(self) -> None:
        """Noted, and closed."""
        Watched.closed_in.append(threading.get_ident())
        super().close()


@pytest.mark.parametrize("whole", [True, False])
async def test_piles_are_closed_beside_the_loop(tmp_path: Path, *, whole: bool) -> None:
    """All of them, whether the scan comes to its end or is left before."""
    export(tmp_path, item("a.jpg"), item("b.jpg", 2))
    Watched.made = 0
    Watched.closed_in.clear()
    lent = replace(make_tools(), new_pile=Watched)
    async with (
        open_provider({"path": str(tmp_path)}, lent) as provider,
        aclosing(provider.changes(None)) as changes,  # type: ignore[type-var] # a generator
    ):
        async for _ in changes:
            if not whole:
                break
    assert len(Watched.closed_in) == Watched.made > 1
    assert threading.get_ident() not in Watched.closed_in
