"""What several lanes note in the same moment is one transaction, and yet each is its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain

import pytest
import trio

from agent.joint_changes import JointChanges
from agent.outbox import AT_A_TIME
from photofs.model.errors import Bug, Busy, Refused


class Book:
    """Transactions over a list."""

    def __init__(self) -> None:
        """Nothing was written."""
        self.kept: list[list[int]] = []
        self.begun = 0
        self.busy = False
        self._open: list[int] | None = None

    @contextmanager
    def change(self) -> Iterator[None]:
        """All that is written within, or nothing."""
        self.begun += 1
        if self.busy:
            raise Busy("others write")
        written: list[int] = []
        self._open = written
        try:
            yield
            self.kept.append(written)
        finally:
            self._open = None

    def writing(self, number: int) -> Callable[[], None]:
        """What writes a number."""

        def write() -> None:
            assert self._open is not None
            self._open.append(number)

        return write


def refuse() -> None:
    """What is not to be written."""
    raise Refused("no")


async def all_of(joint: JointChanges, steps: list[Callable[[], None]]) -> list[Exception | None]:
    """Each made by a task of its own; what each of them raised."""
    raised: list[Exception | None] = [None] * len(steps)

    async def one(number: int) -> None:
        try:
            await joint.make(steps[number])
        except (Bug, Busy, Refused) as error:
            raised[number] = error

    async with trio.open_nursery() as nursery:
        for number in range(len(steps)):
            nursery.start_soon(one, number)
    return raised


async def test_what_comes_in_one_moment_is_one_transaction() -> None:
    """Fifty outcomes are two transactions, and all are written once."""
    book = Book()
    raised = await all_of(JointChanges(book.change), [book.writing(n) for n in range(50)])
    assert raised == [None] * 50
    assert [len(written) for written in book.kept] == [AT_A_TIME, 50 - AT_A_TIME]
    assert sorted(chain(*book.kept)) == list(range(50))


async def test_one_alone_is_made_at_once() -> None:
    """It waits for nobody, and the next one is another transaction."""
    book = Book()
    joint = JointChanges(book.change)
    await joint.make(book.writing(1))
    assert book.kept == [[1]]
    await joint.make(book.writing(2))
    assert book.kept == [[1], [2]]


async def test_one_that_fails_spoils_no_other() -> None:
    """It raises where it was asked for, nothing of it stays, and the others are written."""
    book = Book()

    def write_and_refuse() -> None:
        book.writing(7)()
        refuse()

    steps = [book.writing(1), write_and_refuse, book.writing(2)]
    raised = await all_of(JointChanges(book.change), steps)
    assert [type(error) for error in raised] == [type(None), Refused, type(None)]
    assert sorted(chain(*book.kept)) == [1, 2]


async def test_who_cannot_write_now_is_told_once() -> None:
    """Where others write for long, nobody waits for them once more for each change."""
    book = Book()
    book.busy = True
    joint = JointChanges(book.change)
    raised = await all_of(joint, [book.writing(n) for n in range(10)])
    assert all(isinstance(error, Busy) for error in raised)
    assert book.begun == 1
    book.busy = False
    await joint.make(book.writing(1))
    assert book.kept == [[1]]


async def test_who_is_cancelled_leaves_only_when_it_is_made() -> None:
    """What a service has answered is written down, whatever ends the lane."""
    book = Book()
    joint = JointChanges(book.change)
    async with trio.open_nursery() as nursery:
        for number in range(3):
            nursery.start_soon(joint.make, book.writing(number))
        await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()
    assert sorted(chain(*book.kept)) == [0, 1, 2]


async def test_nobody_is_left_waiting_by_one_that_breaks_off() -> None:
    """What ends the program in the middle of it leaves the others with an error, not for ever."""
    book = Book()
    joint = JointChanges(book.change)

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.RaisesGroup(KeyboardInterrupt, flatten_subgroups=True):
        await all_of(joint, [interrupt, book.writing(1)])
    assert book.kept == []
