"""Folders that a person opens are noted, and those that a program walks through are not."""

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from photofs.catalog.opened_rows import OpenedFolder
from photofs.kernel.process import Caller
from photofs.model.errors import Busy, StoreError
from photofs.volume.opened_folders import AT_ONCE, WAITING, OpenedFolders
from tests.support.stocked import stock
from tests.support.waiting import PATIENCE, wait_until

ME = os.getuid()


class Ledger:
    """Keeps what is noted; busy for the first so many times."""

    def __init__(self, busy: int = 0) -> None:
        self.noted: list[list[OpenedFolder]] = []
        self.busy = busy
        self.asked = 0
        self.threads: set[int] = set()

    @contextmanager
    def open(self) -> Iterator["Ledger"]:
        """In the thread that notes."""
        yield self

    def note_all_opened(self, opened: Sequence[OpenedFolder]) -> None:
        """As the catalog does."""
        self.threads.add(threading.get_ident())
        self.asked += 1
        if self.asked <= self.busy:
            raise Busy("another process writes")
        self.noted.append([*opened])

    @property
    def folders(self) -> list[int]:
        """All that were noted, the latest first."""
        found = [each for note in self.noted for each in note]
        return [each.folder for each in sorted(found, key=lambda each: -each.opened_ns)]


def opened_by(name: str, ledger: Ledger) -> OpenedFolders:
    """All opens are by a program of that name; by none that is left for ""."""
    return OpenedFolders(ledger.open, lambda _: Caller((name,), 1) if name else None)


def ino(folder: int) -> int:
    """The inode of a folder (model/node.py)."""
    return folder * 2


def test_what_a_person_opens_is_noted_with_the_program() -> None:
    """In a thread of its own; a folder once a second at the most, however often it is opened."""
    ledger = Ledger()
    opened = opened_by("nautilus", ledger)
    with closing(_Stopping(opened)):
        before = time.time_ns()
        for _ in range(3):
            opened.opened(ino(7), ME, 1)
        wait_until(lambda: bool(ledger.noted))
        (note,) = ledger.noted[0]
        assert (note.folder, note.program) == (7, "nautilus")
        assert before - 10**9 < note.opened_ns <= time.time_ns()
    assert len(ledger.noted) <= 3
    assert threading.get_ident() not in ledger.threads


@pytest.mark.parametrize("name", ["rsync", "tumblerd", "borg", "find", "tracker-miner-fs-3"])
def test_who_copies_draws_or_searches_looks_at_nothing(name: str) -> None:
    """Nobody sits before a backup; a file manager beside it is noted for all that."""
    ledger = Ledger()
    told = {1: Caller((name,), 1), 2: Caller(("thunar",), 1)}
    opened = OpenedFolders(ledger.open, told.get)
    with closing(_Stopping(opened)):
        opened.opened(ino(7), ME, 1)
        opened.opened(ino(8), ME, 2)
        wait_until(lambda: bool(ledger.noted))
        assert ledger.folders == [8]


def test_a_program_of_any_name_is_noted() -> None:
    """What is no UTF-8 in it is told as "?", and what is opened next is noted as well."""
    ledger = Ledger()
    told = {1: Caller((os.fsdecode(b"caf\xe9"),), 1), 2: Caller(("ls",), 1)}
    with closing(_Stopping(opened := OpenedFolders(ledger.open, told.get))):
        opened.opened(ino(7), ME, 1)
        opened.opened(ino(8), ME, 2)
        wait_until(lambda: sorted(ledger.folders) == [7, 8])
    assert [each.program for note in ledger.noted for each in note] == ["caf?", "ls"]


def test_other_users_and_files_are_not_noted() -> None:
    """Thumbnails are for who mounted it."""
    ledger = Ledger()
    opened = opened_by("ls", ledger)
    with closing(_Stopping(opened)):
        opened.opened(ino(7), ME + 1, 1)
        opened.opened(ino(7) + 1, ME, 1)
        opened.opened(ino(9), ME, 1)
        wait_until(lambda: bool(ledger.noted))
        assert ledger.folders == [9]


@pytest.mark.parametrize("name", ["ls", ""])
def test_a_walk_through_all_folders_is_not_followed(name: str) -> None:
    """Not by one program, nor by many short ones; the first of them count, and count first."""
    ledger = Ledger()
    opened = opened_by(name, ledger)
    with closing(_Stopping(opened)):
        for folder in range(1, 500):
            opened.opened(ino(folder), ME, folder)
        wait_until(lambda: len(ledger.folders) >= AT_ONCE)
        at_first = [each.folder for each in ledger.noted[0]]
        assert at_first == sorted(at_first)
        assert ledger.folders[0] == at_first[0] or len(ledger.noted) > 1
    assert len(ledger.folders) < 2 * AT_ONCE  # some seconds of its next share


def test_opens_that_nobody_can_look_at_are_let_go() -> None:
    """Whatever hangs, a mount keeps no more of them than a thousand."""
    ledger, free, asked = Ledger(), threading.Event(), list[int]()

    def caller(thread: int) -> Caller | None:
        assert free.wait(PATIENCE)
        asked.append(thread)
        return Caller(("ls",), 1)

    with closing(_Stopping(opened := OpenedFolders(ledger.open, caller))):
        for thread in range(3 * WAITING):
            opened.opened(ino(7), ME, thread)
        free.set()
        wait_until(lambda: bool(ledger.noted))
        wait_until(lambda: len(asked) >= WAITING)
    assert len(asked) <= WAITING + 1  # with the one that was being looked at


def test_folders_that_cannot_be_written_are_let_go() -> None:
    """While the catalog is busy, no more of them than a thousand wait."""
    ledger, asked = Ledger(busy=sys.maxsize), list[int]()

    def caller(thread: int) -> Caller | None:
        asked.append(thread)
        return Caller((f"manager {thread}",), 1)

    with closing(_Stopping(opened := OpenedFolders(ledger.open, caller))):
        for burst in range(1, 4):
            for thread in range(WAITING // 2):
                opened.opened(ino(burst * WAITING + thread), ME, burst * WAITING + thread)
            wait_until(partial(_has, asked, burst * WAITING // 2))
        ledger.busy = 0
        wait_until(lambda: bool(ledger.noted))
    assert len(ledger.noted[0]) == WAITING


def _has(asked: list[int], number: int) -> bool:
    return len(asked) == number


def test_a_busy_catalog_is_asked_again() -> None:
    """What was opened meanwhile is noted as well."""
    ledger = Ledger(busy=2)
    opened = opened_by("ls", ledger)
    with closing(_Stopping(opened)):
        opened.opened(ino(7), ME, 1)
        wait_until(lambda: ledger.asked >= 1)
        opened.opened(ino(8), ME, 1)
        wait_until(lambda: sorted(ledger.folders) == [7, 8])


def test_a_catalog_that_cannot_be_opened_hinders_nobody() -> None:
    """Opens go on, unnoted, and so does the end."""
    tried = threading.Event()

    def broken() -> AbstractContextManager[Ledger]:
        tried.set()
        raise StoreError("the disk is gone")

    opened = OpenedFolders(broken)
    opened.opened(ino(7), ME, 1)
    assert tried.wait(60)
    opened.opened(ino(8), ME, 1)
    began = time.monotonic()
    opened.stop()
    assert time.monotonic() - began < 20


def test_a_folder_opens_where_no_thread_is_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is noted then; the next one is, once there is one."""

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    ledger = Ledger()
    with closing(_Stopping(opened := opened_by("ls", ledger))):
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refuse)
            opened.opened(ino(7), ME, 1)
        opened.opened(ino(8), ME, 1)
        wait_until(lambda: ledger.folders == [8])


def test_nothing_opened_costs_nothing() -> None:
    """No thread is begun, no catalog opened."""
    ledger = Ledger()
    before = {*threading.enumerate()}
    opened = opened_by("ls", ledger)
    begun = {*threading.enumerate()} - before
    opened.stop()
    assert (begun, ledger.noted) == (set(), [])


def test_the_catalog_keeps_them(tmp_path: Path) -> None:
    """The latest first, with the program; so an agent finds them that starts later."""
    made = stock(tmp_path / "stock", {"a.jpg": b"x"})
    with made.open_catalog() as catalog:
        opened = OpenedFolders(made.open_catalog, lambda _: Caller(("ls",), 1))
        with closing(_Stopping(opened)):
            opened.opened(ino(3), ME, 1)
            wait_until(lambda: len(catalog.lately_opened(9)) == 1)
            opened.opened(ino(2), ME, 1)
            wait_until(lambda: len(catalog.lately_opened(9)) == 2)
        assert [each[::2] for each in catalog.lately_opened(9)] == [(2, "ls"), (3, "ls")]
        assert len(catalog.lately_opened(1)) == 1


class _Stopping:
    """Has `closing` stop it."""

    def __init__(self, opened: OpenedFolders) -> None:
        self.close = opened.stop
