"""What a service refused is told where people look, and not in the midst of a long log alone."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.catalog.journal import OperationRow
from photofs.model.operation import Event
from tests.support.filed import album, photo
from tests.support.household import Household
from tests.support.wished import Wished

WHY = "Flickr takes dates from 1825 to today, and no others"
MINUTE_NS = 60 * 10**9
DAY = "L/Dates/2019/2019-07"


class Refusing:
    """A household whose service says no."""

    def __init__(self, folder: Path) -> None:
        self.household = Household(folder)
        (self.household.home / "state").mkdir()
        self.wished = Wished(self.household.home / "state" / "catalog.db")
        self.wished.filed.now_ns = time.time_ns()
        self.wished.filed.scan(
            *(photo(f"p{each}", favorite=False) for each in range(6)),
            album("x", "Trip", *(f"p{each}" for each in range(6))),
        )

    def leave(self, *numbers: int) -> list[OperationRow]:
        """Photos that are to leave the album at one go; what is wished."""
        for each in numbers:
            self.wished.unlink(f"Albums/Trip/p{each}.jpg")
        return self.wished.catalog.open_operations()

    def refuse(self, row: OperationRow) -> None:
        """The service will not do it."""
        with self.wished.wishing.change():
            for event in (Event.CLAIM, Event.SEND):
                self.wished.catalog.happen(row.operation_id, event, self.wished.filed.now_ns)
            self.wished.wishing.outcomes(row.wish.library).give_up(row, WHY)


@pytest.fixture
def refusing(tmp_path: Path) -> Iterator[Refusing]:
    """Six photos in an album."""
    made = Refusing(tmp_path)
    yield made
    made.wished.catalog.close()


def test_regression_what_was_refused_stands_first_in_the_log_of_its_action(
    refusing: Refusing,
) -> None:
    """By the word by which the list of actions tells it."""
    first, last = refusing.leave(0, 1)
    refusing.wished.send(first)
    refusing.refuse(last)
    told = refusing.household.run("log", str(first.wish.action)).splitlines()
    assert "refused" in told[1]
    assert told[2] == f"  {last.operation_id} leave {DAY}/p1.jpg (Trip) refused: {WHY}"
    assert told[3] == f"  {first.operation_id} leave {DAY}/p0.jpg (Trip) done"


def test_regression_status_names_what_was_refused(refusing: Refusing) -> None:
    """Few of them, how many more, and where the rest is told; not what was wished again since."""
    rows = refusing.leave(0, 1, 2, 3)
    for row in rows:
        refusing.refuse(row)
    action = rows[0].wish.action
    told = refusing.household.run("status")
    assert (
        f"  ! refused: leave {DAY}/p3.jpg (Trip): {WHY}; `photofs log {action}` tells more" in told
    )
    assert told.count(WHY) == 3
    assert "and 1 change more refused" in told
    for row in refusing.leave(1, 2, 3):
        refusing.wished.send(row)
    (line,) = refusing.household.ask("status")["libraries"][0]["refused"]
    assert line.startswith(f"refused: leave {DAY}/p0.jpg")


def test_what_was_refused_long_ago_is_told_no_more(refusing: Refusing) -> None:
    """A week later the log alone knows it."""
    refusing.wished.filed.now_ns -= 8 * 86_400 * 10**9
    for row in refusing.leave(0):
        refusing.refuse(row)
    assert WHY not in refusing.household.run("status")
    assert WHY in refusing.household.run("log", "1")


def test_what_was_seen_is_told_by_status_no_more(refusing: Refusing) -> None:
    """Each refusal is named as it is marked; the log keeps it, another one is told again."""
    (row,) = refusing.leave(0)
    refusing.refuse(row)
    refusing.wished.filed.now_ns += MINUTE_NS  # another action
    others = refusing.leave(1, 2)
    for each in others:
        refusing.refuse(each)
    household, action = refusing.household, row.wish.action
    assert "`photofs log --seen` has that told no more" in household.run("status")
    told = household.run("log", str(action), "--seen")
    assert f"refused: leave {DAY}/p0.jpg (Trip): {WHY}\n" in told
    assert "1 such change" in told
    assert len(household.ask("status")["libraries"][0]["refused"]) == 2
    assert WHY in household.run("log", str(action))
    assert {each["id"] for each in household.ask("log", "--seen")["seen"]} == {
        each.operation_id for each in others
    }
    told = household.run("status")
    assert WHY not in told
    assert "--seen" not in told
    assert "nothing there that was refused" in household.run("log", "--seen")
    (again,) = refusing.leave(0)
    refusing.refuse(again)
    (line,) = household.ask("status")["libraries"][0]["refused"]
    assert line.startswith(f"refused: leave {DAY}/p0.jpg")


def test_nothing_is_seen_of_an_action_that_never_was(refusing: Refusing) -> None:
    """Its number may be a slip: what was refused stays told."""
    (row,) = refusing.leave(0)
    refusing.refuse(row)
    assert "no action 99" in refusing.household.run("log", "99", "--seen", code=4)
    assert WHY in refusing.household.run("status")
