"""Asks all mirrors whose disks are there whether this catalog worked on them last (P18).

A home that comes back from its backup as a whole brings its own word along: only a mirror tells
then that it is an older one. So the agent asks them before it sends anything, and `trash empty`
before it takes anything away. A disk that does not answer in time is not waited for; a run of its
mirror asks it again.
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from photofs.catalog.mirrors import MirrorRow
from photofs.catalog.sqlite import Catalog
from photofs.mirrors.opening import open_mirror
from photofs.model.errors import PhotofsError
from photofs.wishing.recognising import compare, of_mirror, place_of, word_in

log = logging.getLogger(__name__)

PATIENCE_S: Final = 10.0
"""For all of them together: a disk that sleeps needs some eight seconds to turn again."""


def recognise_mirrors(catalog: Catalog, now_ns: int, patience_s: float = PATIENCE_S) -> None:
    """All of it, for a command; a mirror that is away, or cannot be read, tells nothing."""
    asked = MirrorWords(catalog)
    asked.read(patience_s)
    asked.compare(now_ns)


class MirrorWords:
    """What stands in the mirrors beside what was noted before; `read` alone in any thread."""

    def __init__(self, catalog: Catalog) -> None:
        """Nothing is read yet."""
        self._catalog = catalog
        self._rows = catalog.mirrors()
        self._noted = {row.marker: catalog.witness(place_of(row.marker)) for row in self._rows}
        self._there: Mapping[str, str | None] = {}

    def read(self, patience_s: float = PATIENCE_S) -> None:
        """Read the word in each; `patience_s` in seconds, for all together."""
        self._there = _words(self._rows, patience_s)

    def compare(self, now_ns: int) -> None:
        """Doubt, if another catalog has worked on one of them since."""
        for row in self._rows:
            if row.marker in self._there:
                noted, there = self._noted[row.marker], self._there[row.marker]
                why = of_mirror(row.root)
                compare(self._catalog, place_of(row.marker), noted, there, why, now_ns)


def _words(rows: Sequence[MirrorRow], patience_s: float) -> Mapping[str, str | None]:
    """What stands in those that answer, by their markers; None: nothing does."""
    answers: SimpleQueue[tuple[str, str | None] | None] = SimpleQueue()
    for row in rows:  # each in a thread of its own, which ends when its disk answers, or we do
        threading.Thread(target=_answer, args=(row, answers), daemon=True).start()
    end = time.monotonic() + patience_s
    found: dict[str, str | None] = {}
    for _ in rows:
        try:
            answer = answers.get(timeout=max(0.0, end - time.monotonic()))
        except Empty:
            log.info("a mirror's disk does not answer: it is not known what stands there")
            break
        if answer is not None:
            found[answer[0]] = answer[1]
    return found


def _answer(row: MirrorRow, answers: "SimpleQueue[tuple[str, str | None] | None]") -> None:
    """In a thread: what one mirror says; None if it cannot be told."""
    try:
        folder = open_mirror(Path(row.root), row.marker, row.traits, writing=False)
        with closing(folder):
            answers.put((row.marker, word_in(folder)))
    except PhotofsError as error:
        log.info("which catalog worked on %s last is not known: %s", row.root, error)
        answers.put(None)
