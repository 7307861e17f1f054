"""Has file managers look once more at files whose thumbnails were made after they were shown.

A file manager that shows an album asks for thumbnails at once, is refused what is not on this disk,
and does not ask again by itself when the agent has made them. It does so when it hears that a
file's attributes were set, even to what they are: Thunar 4.18 was seen to draw all of an album
then, within a second and without F5. So each file is given the mode that it has, through the mount,
which changes nothing (docs/SEMANTICS.md, Writing a file), and the kernel tells who watches.
"""

import logging
import stat
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import trio

log = logging.getLogger(__name__)

PATIENCE_S: Final = 10.0
"""Seconds for a portion of files: one takes a millisecond, and a mount may be busy."""

GIVEN_UP_S: Final = 300.0
"""Seconds for which nothing is asked of a mount that did not answer: its thread still waits."""


class Redrawing:
    """For the mounts of one user; for one task, and for as long as that works.

    Each has one thread, however long a mount does not answer, and remembers that it did not.
    """

    def __init__(
        self, patience: float = PATIENCE_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock` is any steady one; both are in seconds."""
        self._patience, self._clock = patience, clock
        self._not_before = -GIVEN_UP_S
        # a thread that waits for a mount for ever is none of those that all of a process share
        self._limiter = trio.CapacityLimiter(1)

    async def redraw(self, files: Sequence[Path]) -> int:
        """Have these looked at again; how many could be told of.

        Never raises: what is not there any more, or cannot be told of because the mount is
        `--read-only`, is drawn when its folder is opened anew.
        """
        if not files or self._clock() < self._not_before:
            return 0
        told = 0
        with trio.move_on_after(self._patience) as waiting:
            told = await trio.to_thread.run_sync(
                _touch_all, files, abandon_on_cancel=True, limiter=self._limiter
            )
        if waiting.cancelled_caught:
            self._not_before = self._clock() + GIVEN_UP_S
            log.info("the mount of %s does not answer: thumbnails are drawn later", files[0])
        return told


def _touch_all(files: Sequence[Path]) -> int:
    """Set each file's mode to what it is; how many could be."""
    return sum(map(_touch, files))


def _touch(file: Path) -> bool:
    try:
        mode = file.lstat().st_mode
        if stat.S_ISREG(mode):
            file.chmod(stat.S_IMODE(mode))
            return True
    except OSError as error:  # moved or removed since, or a mount that is read-only
        log.debug("%s cannot be looked at again: %s", file, error)
    return False
