"""kill -9 while errands are handed out or done: none is done twice, and none is lost."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from photofs.model.errand import Errand, Found, Outcome
from photofs.model.operation import State
from photofs.wishing.errand_walk import walk
from photofs.wishing.handing import BY_LIST
from tests.support.by_hand import DAY, ByHand
from tests.support.killed_statement import count_statements, killed_at

BEGUN = {State.SENT.value, State.UNSURE.value, State.DONE.value}


class Site:
    """The service's pages: what was done there is a line of a file each, durable at once.

    A hand on it that looks first, and dies right before, or right after, a deed.
    """

    name = "site"

    def __init__(self, folder: Path, dies_at: int = 0, *, done: bool = False) -> None:
        """`dies_at`: at its deed of that number, from 1; `done`: once that is done."""
        self._file = folder / "site"
        self._file.touch()
        self._left = dies_at
        self._done = done

    @property
    def deeds(self) -> list[str]:
        """All that was ever done."""
        return self._file.read_text(encoding="ascii").split()

    async def do(self, errand: Errand, *, dry: bool) -> Outcome:
        """Look, then do it."""
        await trio.lowlevel.checkpoint()
        assert not dry
        if errand.key in self.deeds:
            return Outcome(Found.ALREADY, "it was so")
        self._left -= 1
        if self._left == 0 and not self._done:
            os.kill(os.getpid(), signal.SIGKILL)
        with self._file.open("a", encoding="ascii") as file:
            file.write(f"{errand.key}\n")
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return Outcome(Found.DONE, "it is so")


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three errands that are past their grace, and one that adds."""
    folder = tmp_path_factory.mktemp("stock")
    hands = ByHand(folder)
    for name in "abc":
        hands.wished.unlink(f"{DAY}/{name}.jpg")
    hands.wished.link(f"{DAY}/d.jpg", "Favorites/d.jpg")
    hands.catalog.close()
    return folder


def opened(folder: Path) -> ByHand:
    """The journal as it lies there."""
    return ByHand(folder, opened_anew=True)


def walk_through(folder: Path, site: Site | None = None) -> Callable[[ByHand], object]:
    """What a program's hand does."""

    def work(hands: ByHand) -> None:
        at = site or Site(folder)

        async def main() -> None:
            await walk(hands.handing, at, lambda *_: None, most=9, dry=False)

        trio.run(main)

    return work


def check_and_finish(folder: Path) -> None:
    """What was done there is begun in the journal; another walk does the rest, each deed once."""
    hands = opened(folder)
    assert hands.filed.problems() == []
    keys = hands.catalog.database.all("SELECT key, state FROM operation WHERE source IS NULL")
    state_of = {str(key): str(state) for key, state in keys}
    assert {state_of[each] for each in Site(folder).deeds} <= BEGUN
    walk_through(folder)(hands)
    assert sorted(Site(folder).deeds) == sorted(state_of)
    assert hands.verbs() == []
    hands.catalog.close()


def test_a_walk_killed_at_any_statement(stock: Path, tmp_path: Path) -> None:
    """Whatever the journal had noted by then."""
    whole = tmp_path / "whole"
    shutil.copytree(stock, whole)
    hands = opened(whole)
    statements = count_statements(hands, walk_through(whole))
    hands.catalog.close()
    assert statements > 40
    for statement in range(1, statements, 3):
        folder = tmp_path / str(statement)
        shutil.copytree(stock, folder)
        assert killed_at(statement, lambda at=folder: opened(at), walk_through(folder))  # type: ignore[misc]
        check_and_finish(folder)


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("deed", [1, 2, 4])
def test_a_walk_killed_in_the_midst_of_a_deed(
    stock: Path, tmp_path: Path, deed: int, *, done: bool
) -> None:
    """It was noted as begun; the next walk looks first."""
    folder = tmp_path / "here"
    shutil.copytree(stock, folder)
    site = Site(folder, deed, done=done)
    assert killed_at(10**6, lambda: opened(folder), walk_through(folder, site))
    assert len(site.deeds) == deed - 1 + done
    hands = opened(folder)
    assert len(hands.handing.begun()) == 1
    hands.catalog.close()
    check_and_finish(folder)


def test_handing_out_a_list_killed_at_any_statement(stock: Path, tmp_path: Path) -> None:
    """Each errand is on the next list exactly once."""

    def hand_out(hands: ByHand) -> None:
        hands.handing.begin(hands.handing.ready(9), BY_LIST)

    whole = tmp_path / "whole"
    shutil.copytree(stock, whole)
    hands = opened(whole)
    statements = count_statements(hands, hand_out)
    wanted = [row.operation_id for row in hands.handing.begun()]
    hands.catalog.close()
    assert len(wanted) == 4
    for statement in range(1, statements):
        folder = tmp_path / str(statement)
        shutil.copytree(stock, folder)
        assert killed_at(statement, lambda at=folder: opened(at), hand_out)  # type: ignore[misc]
        hands = opened(folder)
        hand_out(hands)
        assert [row.operation_id for row in hands.handing.begun()] == wanted
        assert hands.filed.problems() == []
        hands.catalog.close()
