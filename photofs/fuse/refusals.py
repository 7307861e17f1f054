"""What was refused, in the log: one line with the cure, and not thousands of the same.

A program is told an errno alone. The log is where a person reads why, so it is written at the level
that mounts have unless told otherwise.
"""

import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

PAUSE_S = 10.0
"""Seconds in which the same sentence is a warning only once."""

SENTENCES = 20
"""So many different sentences are warnings within that time: some name the file, and `cp -r` of a
folder of ten thousand texts is one mistake, not ten thousand."""


class Refusals:
    """Decides which refusal is worth a line."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` tells seconds."""
        self._clock = clock
        self._told: dict[str, float] = {}

    def tell(self, verb: str, sentence: str, where: Callable[[], str] = lambda: "") -> None:
        """Log a refusal: as a warning if that was not said just now, else at INFO.

        `where` tells the path below the mount, asked only if that line is written.
        """
        level = logging.WARNING if self._is_news(sentence) else logging.INFO
        if log.isEnabledFor(level):
            path = where()
            log.log(level, "%s: %s", f"{verb} {path}" if path else verb, sentence)

    def _is_news(self, sentence: str) -> bool:
        """Whether to say it, and note that it was said."""
        now = self._clock()
        self._told = {each: at for each, at in self._told.items() if now - at < PAUSE_S}
        if sentence in self._told or len(self._told) >= SENTENCES:
            return False
        self._told[sentence] = now
        return True
