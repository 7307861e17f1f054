"""What the user wants of the guard, taken up anew whenever the files that say it change."""

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from photofs.model.errors import PhotofsError
from photofs.model.guard import Share, short_names
from photofs.model.known_programs import COPIERS, DRAWERS
from photofs.model.settings import Guard as Settings
from photofs.volume.guard_notes import Words

log = logging.getLogger(__name__)

LOOKED_S: Final = 1.0
"""Seconds between two looks at the files: a program that is refused opens thousands a second."""


class Standing(NamedTuple):
    """What holds now; names as `short_names` has them."""

    on: bool
    share: Share
    drawers: frozenset[str]
    free: frozenset[str]


def standing_of(settings: Settings, words: Words) -> Standing:
    """What config.toml and `photofs guard` say together: the latter is the later word.

    What a user says of a program counts before what is known of it.
    """
    drawers = short_names(settings.drawers)
    return Standing(
        settings.on if words.on is None else words.on,
        Share(settings.known, settings.others, settings.refill),
        drawers | short_names(DRAWERS),
        (short_names(COPIERS) - drawers) | short_names((*settings.free, *words.allowed)),
    )


class GuardRules:
    """The rules of one mount."""

    def __init__(
        self,
        load: Callable[[], Standing],
        files: Sequence[Path],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`load` reads the files; PhotofsError now if they cannot be right."""
        self._load = load
        self._files = files
        self._clock = clock
        self._seen = self._look()
        self._until = clock() + LOOKED_S
        self._now = load()

    def now(self) -> Standing:
        """What holds; where a file was spoilt meanwhile, what held before."""
        if self._clock() >= self._until:
            self._until = self._clock() + LOOKED_S
            seen = self._look()
            if seen != self._seen:
                self._seen = seen
                self._reload()
        return self._now

    def _reload(self) -> None:
        try:
            self._now = self._load()
        except PhotofsError as error:
            log.warning("the guard goes on as before: %s", error)
        else:
            log.info("the guard has taken up new settings")

    def _look(self) -> list[tuple[int, int, int]]:
        """By what the files would be seen to have changed."""
        return [_mark(path) for path in self._files]


def _mark(path: Path) -> tuple[int, int, int]:
    try:
        told = path.stat()
    except OSError:
        return (0, 0, 0)
    return (told.st_ino, told.st_mtime_ns, told.st_size)
