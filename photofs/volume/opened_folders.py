"""Which folders people open in a mount, noted for the agent, which makes their thumbnails first.

Whoever opens a folder waits for none of it: it is put into a queue, in a microsecond. A thread
looks who that was and writes it into the catalog, once a second at the most. What cannot be noted
just now is not missed for long: it is opened again.

Not every program that opens folders has somebody looking on. Left out are those of other users,
those that copy, back up, draw or search (photofs/model/known_programs.py), and what opens more
folders than a person would.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from queue import Empty, SimpleQueue
from typing import Final, NamedTuple, Protocol

from photofs.catalog.opened_rows import OpenedFolder
from photofs.kernel.process import Caller, caller_of
from photofs.model.errors import Busy, PhotofsError
from photofs.model.guard import Purse, short_names
from photofs.model.known_programs import COPYING, DRAWERS, WALKERS
from photofs.model.node import is_folder_ino, row_id

log = logging.getLogger(__name__)

EVERY_S: Final = 1.0
"""Seconds between two notes; a folder that is opened more often is noted once."""

AT_ONCE: Final = 20
REFILL_S: Final = 60.0
"""So many folders a program may have noted at once, and again after so many seconds. A person needs
a second for each; `ls -R` opens a thousand."""

WAITING: Final = 1000
"""Opens that are not looked at yet, or folders that are not written: more of them are let go."""

REMEMBERED: Final = 256
"""Threads and programs that are remembered."""

UNSEEN: Final = short_names((*COPYING, *DRAWERS, *WALKERS))
"""Names of programs with nobody looking on."""


class Ledger(Protocol):
    """Where it is noted; a catalog of its own, opened and used in the thread alone."""

    def note_all_opened(self, opened: Sequence[OpenedFolder]) -> None:
        """Programs have opened these in a mount."""
        ...


class _Asked(NamedTuple):
    """An open: the folder's id, and the thread that asked."""

    folder: int
    thread: int


class OpenedFolders:
    """The folders that were opened in one mount."""

    def __init__(
        self,
        open_ledger: Callable[[], AbstractContextManager[Ledger]],
        caller: Callable[[int], Caller | None] = caller_of,
    ) -> None:
        """The ledger is opened when there is something to note first."""
        self._open_ledger = open_ledger
        self._lookers = _Lookers(caller)
        self._user = os.getuid()
        self._asked: SimpleQueue[_Asked | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="opened folders", daemon=True)

    def opened(self, ino: int, user: int, thread: int) -> None:
        """Somebody opens a folder; never waits."""
        if user != self._user or not is_folder_ino(ino) or self._asked.qsize() >= WAITING:
            return
        if self._thread.ident is None:
            try:
                self._thread.start()
            except RuntimeError:  # the system gives no more threads: the folder opens all the same
                return
        self._asked.put(_Asked(row_id(ino), thread))

    def stop(self) -> None:
        """End, waiting only a moment: what was opened just now is not worth more."""
        self._asked.put(None)
        if self._thread.ident is not None:
            self._thread.join(timeout=EVERY_S)

    def _run(self) -> None:
        """In the thread, until told to end."""
        while True:
            try:
                with self._open_ledger() as ledger:
                    _Notes(self._asked, self._lookers, ledger).keep()
                    return
            except PhotofsError as error:
                log.info("that a folder was opened could not be noted: %s", error)
                if not self._let_pass():
                    return

    def _let_pass(self) -> bool:
        """Take no notes for a while; False if told to end."""
        until = time.monotonic() + REFILL_S
        while (left := until - time.monotonic()) > 0:
            with suppress(Empty):
                if self._asked.get(timeout=left) is None:
                    return False
        return True


class _Notes:
    """What waits to be written: the folders, each with the program that opened it last."""

    def __init__(
        self, asked: "SimpleQueue[_Asked | None]", lookers: "_Lookers", ledger: Ledger
    ) -> None:
        self._asked, self._lookers, self._ledger = asked, lookers, ledger
        self._programs: dict[int, str] = {}
        self._written = -EVERY_S

    def keep(self) -> None:
        """Until told to end; raises what the ledger raises, but Busy."""
        while True:
            try:
                asked = self._asked.get(timeout=self._wait())
            except Empty:
                self._write()
                continue
            if asked is None:
                return
            program = self._lookers.name(asked.thread, time.monotonic())
            if program is not None and len(self._programs) < WAITING:
                self._programs.setdefault(asked.folder, program)

    def _wait(self) -> float | None:
        """Seconds until the next note may be made; None if there is none to make."""
        if not self._programs:
            return None
        return max(0.0, self._written + EVERY_S - time.monotonic())

    def _write(self) -> None:
        """All at once; of those of one second the first counts as the latest.

        For a file manager counts what lies in each folder that it shows, right after opening the
        one that somebody looks at.
        """
        self._written = time.monotonic()
        now_ns = time.time_ns()
        with suppress(Busy):  # a second later, then
            self._ledger.note_all_opened(
                [
                    OpenedFolder(folder, now_ns - place, program)
                    for place, (folder, program) in enumerate(self._programs.items())
                ]
            )
            self._programs.clear()


class _Lookers:
    """Which programs have somebody looking on; for one thread."""

    def __init__(self, caller: Callable[[int], Caller | None]) -> None:
        self._caller = caller
        self._known: dict[int, tuple[Caller | None, float]] = {}
        self._shares: dict[str, Purse] = {}

    def name(self, thread: int, now: float) -> str | None:
        """The program of a thread, if another open of it is to be noted."""
        caller = self._look(thread, now)
        name = "?"  # it has ended since, as `ls` does; who copies or searches takes longer
        key = name
        if caller is not None:
            if short_names(caller.names) & UNSEEN:
                return None
            name = caller.shown
            key = f"{name} {caller.parent}"  # a shell's loop starts `ls` anew for each folder
        if key not in self._shares and len(self._shares) >= REMEMBERED:
            self._shares.clear()
        share = self._shares.setdefault(key, Purse(AT_ONCE, REFILL_S, now))
        return name if share.take(now) else None

    def _look(self, thread: int, now: float) -> Caller | None:
        """Who that is; looked up once a second at most, for it takes 0.1 ms."""
        caller, looked = self._known.get(thread, (None, -EVERY_S))
        if now - looked >= EVERY_S:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            caller = self._caller(thread)
            self._known[thread] = caller, now
        return caller
