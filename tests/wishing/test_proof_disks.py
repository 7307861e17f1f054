"""Asking disks that may never answer: nobody waits for long, and what comes late is not lost."""

import threading
import time
from collections.abc import Callable

import pytest
import trio
import trio.testing

from photofs.model.errors import NotAttached, NotFound
from photofs.model.pieces import between_pieces
from photofs.wishing.proof_disks import ProofDisks
from tests.support.waiting import PATIENCE

SOON = 0.2
"""Seconds of patience with what is known not to answer."""


class Gone:
    """A disk that answers once it is back."""

    def __init__(self) -> None:
        self.back = threading.Event()
        self.late: list[str] = []

    def answer(self) -> str:
        """In a thread: it, as soon as it can."""
        assert self.back.wait(PATIENCE)
        return "here"

    def until_silent_no_more(self, disks: ProofDisks) -> None:
        """It is back, and what was left with it has ended."""
        self.back.set()
        until(lambda: not disks.is_silent(1))


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_answers_is_told_as_it_was() -> None:
    """An answer, or the error of the one who was asked."""
    disks = ProofDisks()
    assert disks.ask(1, "/nas", lambda: 7) == 7
    assert trio.run(disks.ask_aside, 1, "/nas", lambda: 7) == 7

    def fails() -> None:
        raise NotFound("no such file")

    with pytest.raises(NotFound):
        disks.ask(1, "/nas", fails)
    with pytest.raises(NotFound):
        trio.run(disks.ask_aside, 1, "/nas", fails)


def test_one_that_is_silent_is_asked_again_when_it_is_back() -> None:
    """Until then it is not asked at all, others are; what it says too late is handed over."""
    disks, gone = ProofDisks(SOON), Gone()
    with pytest.raises(NotAttached, match="the mirror /nas does not answer"):
        disks.ask(1, "/nas", gone.answer, gone.late.append)
    asked: list[int] = []
    with pytest.raises(NotAttached):
        trio.run(disks.ask_aside, 1, "/nas", lambda: asked.append(1))
    assert asked == []
    patient = disks.ask(2, "/other", lambda: "there")
    assert patient == "there"
    gone.until_silent_no_more(disks)
    assert gone.late == ["here"]
    assert disks.ask(1, "/nas", lambda: "again") == "again"


async def test_the_loop_goes_on_meanwhile_and_a_stop_is_one() -> None:
    """Whoever is cancelled goes at once, though the disk be asked for ever."""
    disks, gone = ProofDisks(), Gone()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(disks.ask_aside, 1, "/nas", gone.answer, gone.late.append)
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert disks.is_silent(1)
    await trio.to_thread.run_sync(gone.until_silent_no_more, disks)
    assert gone.late == ["here"]


def test_long_reading_gives_signs_and_ends_when_nobody_waits() -> None:
    """A file that takes longer than the patience is read on while its pieces come."""
    disks = ProofDisks(4 * SOON)
    left = threading.Event()

    def reads() -> str:
        for _ in range(12):
            between_pieces()
            left.wait(SOON / 2)  # so long does a piece take
        return "read"

    def hangs() -> None:
        assert left.wait(PATIENCE)
        between_pieces()
        raise AssertionError("it goes on though it was left")

    assert disks.ask(1, "/nas", reads) == "read"
    late: list[None] = []
    with pytest.raises(NotAttached):
        disks.ask(1, "/nas", hangs, late.append)
    left.set()
    until(lambda: not disks.is_silent(1))
    assert late == []
