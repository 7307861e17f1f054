"""When a photo without a small picture is looked for again: later each time, never in a loop.

Notes that are lost cost a request for each of them.
"""

from collections.abc import Callable
from typing import Final

from photofs.catalog.port import OriginRow
from photofs.providers.port import SmallState

HOUR_NS: Final = 3600 * 10**9
LONGEST: Final = 168
"""Hours: a week."""

STEP: Final = 4
_MOST_TRIES: Final = 10


class RenditionNotes:
    """By what a source tells of a photo: other bytes are another photo."""

    def __init__(self, state: SmallState, now_ns: Callable[[], int]) -> None:
        """`now_ns`: the wall clock, for notes outlive processes."""
        self._state = state
        self._now_ns = now_ns

    def may_try(self, origin: OriginRow) -> bool:
        """Whether it may be asked for now; a note of a clock that was set since counts for none."""
        _tries, until_ns = self._noted(origin)
        return not 0 < until_ns - self._now_ns() <= LONGEST * HOUR_NS

    def failed(self, origin: OriginRow) -> None:
        """There was none: after 1, 4, 16, 64 hours, then each week."""
        tries, _until_ns = self._noted(origin)
        wait = min(STEP ** min(tries, _MOST_TRIES), LONGEST) * HOUR_NS
        self._state.put(_key(origin), [tries + 1, self._now_ns() + wait])

    def answered(self, origin: OriginRow) -> None:
        """There is one: nothing need be noted of it."""
        if self._state.get(_key(origin)) is not None:
            self._state.drop(_key(origin))

    def _noted(self, origin: OriginRow) -> tuple[int, int]:
        """How often it failed, and until when nobody asks."""
        match self._state.get(_key(origin)):
            case [int(tries), int(until_ns)]:
                return tries, until_ns
            case _:
                return 0, 0


def _key(origin: OriginRow) -> str:
    return f"{origin.observation_id} {origin.seen.content_key}"
