"""Which sources are away just now, so that not every photo has to find that out for itself.

Without this a copy of a library whose service is gone waits through all tries for each file: half a
minute a file. A source that was tried in vain is left alone for a moment; then one photo's fetch is
let through, with one try, to see whether it is back.
"""

import copy
from dataclasses import dataclass, field

import trio

from photofs.model.errors import PhotofsError, TimedOut, Unreachable

REST = 10.0
"""Seconds for which a source that is away is not asked."""

SILENT = 2
"""Photos in a row that met silence before the source is taken for away: one may be at fault."""


@dataclass(slots=True)
class _Outage:
    """Why it is away, and when the next fetch may try."""

    error: PhotofsError
    until: float


@dataclass(slots=True)
class Outages:
    """By source id. A source is away from the last try in vain until anything comes of it."""

    _away: dict[int, _Outage] = field(default_factory=dict)
    _silent: dict[int, set[int]] = field(default_factory=dict)

    def refusal(self, source_id: int) -> PhotofsError | None:
        """With what to refuse a read now; None lets it try, and holds the others for a REST."""
        outage = self._away.get(source_id)
        if outage is None:
            return None
        if trio.current_time() >= outage.until:
            outage.until = trio.current_time() + REST
            return None
        return copy.copy(outage.error)

    def is_away(self, source_id: int) -> bool:
        """Whether nothing has come of it since it was tried in vain."""
        return source_id in self._away

    def met(self, source_id: int, photo_id: int, error: PhotofsError) -> None:
        """A try met silence: one photo's counts once, that of a second one says it of them all."""
        if isinstance(error, TimedOut):
            silent = self._silent.setdefault(source_id, set())
            silent.add(photo_id)
            if len(silent) >= SILENT:
                self._leave_alone(source_id, error)

    def failed(self, source_id: int, photo_id: int, error: PhotofsError) -> None:
        """All tries of a photo were in vain."""
        self.met(source_id, photo_id, error)
        if isinstance(error, Unreachable):
            self._leave_alone(source_id, error)

    def _leave_alone(self, source_id: int, error: PhotofsError) -> None:
        """It is away from now on; a copy is kept, for an error holds on to all that went on."""
        self._away[source_id] = _Outage(copy.copy(error), trio.current_time() + REST)

    def answered(self, source_id: int) -> None:
        """Something came of it."""
        self._away.pop(source_id, None)
        self._silent.pop(source_id, None)
