"""Which sources are left alone for a while, because they are in trouble or ask for patience."""

from typing import Final

import trio

from photofs.model.errors import (
    Corrupt,
    Gone,
    NotAttached,
    NotFound,
    PhotofsError,
    Quota,
    RemoteError,
    TimedOut,
    Unauthorised,
    Unreachable,
)

LEFT: Final = 600.0
"""Seconds for which one is left alone, unless it says how long."""

IN_A_ROW: Final = 3
"""Failures one after the other that are taken for the source's own, and no longer a photo's."""

_ITS_OWN: Final = (Unreachable, TimedOut, NotAttached, Unauthorised, Quota)
_A_PHOTOS: Final = (Gone, Corrupt, NotFound)


class TroubledSources:
    """By the sources' numbers; in memory, for the pacer keeps what outlives a process."""

    def __init__(self) -> None:
        """None is."""
        self._until: dict[int, float] = {}
        self._failures: dict[int, int] = {}

    def is_left(self, source: int) -> bool:
        """Whether it is not to be asked now."""
        return trio.current_time() < self._until.get(source, 0.0)

    def answered(self, source: int) -> None:
        """It gave what was asked, or said plainly that it has it not."""
        self._failures.pop(source, None)

    def failed(self, source: int, error: PhotofsError) -> bool:
        """Note a failure; whether it is the source's own or this machine's, not the photo's.

        What may be either counts against both.
        """
        if isinstance(error, _A_PHOTOS):
            self.answered(source)
            return False
        self._failures[source] = failures = self._failures.get(source, 0) + 1
        ours = not isinstance(error, RemoteError)
        patience = error.retry_after if isinstance(error, RemoteError) else None
        own = ours or isinstance(error, _ITS_OWN) or patience is not None
        if failures >= IN_A_ROW or (own and not ours):
            self._until[source] = trio.current_time() + (patience or LEFT)
        return own
