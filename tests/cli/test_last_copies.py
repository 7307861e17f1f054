"""`photofs trash empty --last-copies` shows what it would remove, and removes nothing unasked."""

import os
import random
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from subprocess import PIPE

import pytest
import trio

from agent.service import end_letting_go
from photofs.catalog.check import check
from photofs.originals.port import Room
from tests.support import killed_program
from tests.support.household import PATIENCE
from tests.support.killed_statement import count_statements, killed_at
from tests.support.last_copies import LastCopies, bytes_of, hash_of
from tests.support.stocked import Stock

SEED = 20261122
SAMPLE = 10


@pytest.fixture
def made(tmp_path: Path) -> Iterator[LastCopies]:
    """Two last copies in Trash."""
    copies = LastCopies(tmp_path)
    yield copies
    copies.catalog.close()


def typed(made: LastCopies, answer: str) -> tuple[int, str]:
    """The command on a terminal, where that is typed; its status, and all that it said."""
    terminal, its_end = os.openpty()
    process = made.household.start(
        "trash", "empty", "--last-copies", stdin=its_end, stdout=PIPE, stderr=PIPE
    )
    os.close(its_end)
    os.write(terminal, f"{answer}\n".encode())
    out, err = process.communicate(timeout=PATIENCE)
    os.close(terminal)
    return process.returncode, out + err


def test_its_number_has_to_be_typed(made: LastCopies) -> None:
    """P5: anything else changes nothing; what would go is named, with its size."""
    for answer in ("", "y", "yes", "1", "12"):
        code, said = typed(made, answer)
        assert (code, made.rooms()) == (1, [Room.KEPT, Room.KEPT])
        assert "nothing was changed" in said
    size = sum(len(bytes_of(name)) for name in "ab")
    assert f"2 photos ({size} B) in Trash: no source has them any more" in said
    assert "the last copies known here" in said
    assert "L/Trash/a.jpg\n" in said
    code, said = typed(made, "2")
    assert (code, made.rooms("abz")) == (0, [None, None, Room.KEPT])
    assert f"2 photos let go ({size} B removed from here)" in said
    assert "2 photos let go, the last copy here" in made.household.run("log")
    assert "nothing in Trash is a last copy" in made.household.run(
        "trash", "empty", "--last-copies"
    )


def test_without_anybody_to_ask_it_needs_the_number(made: LastCopies) -> None:
    """Neither --yes nor another number will do, nor --count without the flag."""
    run = made.household.run
    assert "add --count 2" in run("trash", "empty", "--last-copies", code=15)
    assert "--count says how many" in run("trash", "empty", "--last-copies", "--yes", code=15)
    assert "and not 3" in run("trash", "empty", "--last-copies", "--count", "3", code=15)
    assert "--last-copies alone" in run("trash", "empty", "--count", "2", code=15)
    assert (made.rooms(), made.states()) == ([Room.KEPT, Room.KEPT], [])
    told = made.household.ask("trash", "empty", "--last-copies", "--count", "2", "L")
    assert (told["let_go"], told["ended"], told["waiting"], told["left"]) == (2, 2, 0, {})
    assert made.rooms() == [None, None]


def test_emptying_trash_leaves_last_copies_and_says_how_they_go(made: LastCopies) -> None:
    """By `trash empty` alone none goes."""
    told = made.household.ask("trash", "empty", "--yes", code=6)
    assert list(told["left"].values()) == [2]
    assert "`photofs trash empty --last-copies`" in next(iter(told["left"]))
    assert made.rooms() == [Room.KEPT, Room.KEPT]


def test_a_catalog_that_may_be_an_older_one_ends_nothing_that_it_had_begun(
    made: LastCopies,
) -> None:
    """Neither by the command nor by the agent; once its user accepts it, both go on."""
    made.wish("a")
    made.catalog.begin_doubt("it may be an older one", 1)
    assert made.remove() == (0, 0, 1)
    last = ("trash", "empty", "--last-copies", "--count", "1")
    assert "--accept-restored" in made.household.run(*last, code=15)
    assert made.rooms() == [Room.KEPT, Room.KEPT]
    made.household.run("check", "--accept-restored")
    made.household.run(*last)
    assert made.rooms() == [None, None]


def test_p18_what_was_on_its_way_goes_back_though_the_catalog_knows_nothing_of_it(
    made: LastCopies,
) -> None:
    """By the agent's round, and by the command, which a doubt refuses; so what was begun, too."""
    leaving = made.house.store().leaving
    leaving.take(hash_of("a"))
    trio.run(end_letting_go, made.house, made.catalog)
    assert made.rooms() == [Room.KEPT, Room.KEPT]
    made.wish("b")
    for name in "ab":
        leaving.take(hash_of(name))
    made.catalog.begin_doubt("it may be an older one", 1)
    made.household.run("trash", "empty", "--last-copies", code=15)
    assert (made.rooms(), made.states()) == ([Room.KEPT, Room.KEPT], ["sent"])
    leaving.take(hash_of("a"))
    trio.run(end_letting_go, made.house, made.catalog)
    assert made.rooms() == [Room.KEPT, Room.KEPT]


def test_p18_nothing_is_released_from_being_held_by_a_doubt(made: LastCopies) -> None:
    """It would be held again before it is sent; the remedy is told."""
    assert "nothing is held" in made.household.run("held", "release")
    made.catalog.begin_doubt("it may be an older one", 1)
    assert "--accept-restored" in made.household.run("held", "release", code=15)


def test_what_stays_is_told_with_its_reason(made: LastCopies) -> None:
    """One is pinned; of the other the bytes are nowhere on this disk."""
    made.catalog.set_pinned(made.filed.photo_id("a"), pinned=True)
    path = made.house.store().kept_path(hash_of("b"))
    path.rename(made.household.folder / "away")
    said = made.household.run("trash", "empty", "--last-copies", code=6)
    assert "1 photo left in Trash: it is pinned" in said
    assert "1 photo left in Trash: its original is not on this disk" in said
    assert made.rooms() == [Room.KEPT, None]
    assert {"Trash/a.jpg", "Trash/b.jpg"} <= made.wished.files()


def test_the_agent_ends_what_a_killed_command_began(made: LastCopies) -> None:
    """The bytes leave with its next round, and a command that is at work is left alone."""
    made.wish("a")
    with made.house.erasing(made.catalog):
        trio.run(end_letting_go, made.house, made.catalog)
    assert (made.rooms("a"), made.states()) == ([Room.KEPT], ["sent"])
    said = made.household.run("queue")
    assert "its bytes are leaving this disk" in said
    assert "all is done" not in said
    trio.run(end_letting_go, made.house, made.catalog)
    assert (made.rooms("a"), made.states()) == ([None], ["done"])


def ends_right(folder: Path) -> None:
    """Each photo is in Trash with its bytes, or out of it; those go with the next round."""
    made = LastCopies(folder, opened_anew=True)
    assert [str(each) for each in check(made.catalog)] == []
    states = made.states()
    shown = [f"Trash/{name}.jpg" in made.wished.files() for name in "ab"]
    assert shown == [number >= len(states) for number in range(2)]
    made.remove()
    assert made.rooms() == [Room.KEPT if each else None for each in shown]
    assert made.house.store().leaving.names() == frozenset()
    assert made.states() == ["done"] * len(states)
    made.let_all_go()
    assert (made.rooms("abz"), made.states()) == ([None, None, Room.KEPT], ["done"] * 2)
    assert [str(each) for each in check(made.catalog)] == []
    made.catalog.close()


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two last copies, to be copied for each death."""
    folder = tmp_path_factory.mktemp("stock")
    LastCopies(folder).catalog.close()
    return folder


def test_killed_at_any_statement(stock: Path, tmp_path: Path) -> None:
    """P5: kill -9 between any two changes of the catalog."""
    whole = tmp_path / "whole"
    shutil.copytree(stock, whole)
    made = LastCopies(whole, opened_anew=True)
    statements = count_statements(made, LastCopies.let_all_go)
    made.catalog.close()
    assert statements > 60
    for statement in range(1, statements, 4):
        folder = tmp_path / str(statement)
        shutil.copytree(stock, folder)
        opened = partial(LastCopies, folder, opened_anew=True)
        assert killed_at(statement, opened, LastCopies.let_all_go)
        ends_right(folder)


def killed(stock: Path, folder: Path, nth: int) -> int:
    """Killed before that system call (0: never); how many there were."""
    shutil.copytree(stock, folder)
    return len(killed_program.killed_at("let_go_program", Stock(folder), nth))


@pytest.fixture(scope="module")
def calls(stock: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many system calls it takes when nobody kills it."""
    folder = tmp_path_factory.mktemp("counted") / "home"
    number = killed(stock, folder, 0)
    made = LastCopies(folder, opened_anew=True)
    assert made.rooms() == [None, None]
    made.catalog.close()
    return number


@pytest.mark.timeout(300)
def test_killed_between_two_system_calls(stock: Path, calls: int, tmp_path: Path) -> None:
    """A seeded sample of them, and the last ones, in which the files leave."""
    moments = random.Random(SEED).sample(range(1, calls), SAMPLE)
    for nth in sorted({*moments, *range(calls - 12, calls + 1, 3)}):
        folder = tmp_path / str(nth)
        killed(stock, folder, nth)
        ends_right(folder)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_killed_before_any_system_call(stock: Path, calls: int, tmp_path: Path) -> None:
    """All of them."""
    for nth in range(1, calls + 1):
        folder = tmp_path / str(nth)
        killed(stock, folder, nth)
        ends_right(folder)
        shutil.rmtree(folder)
