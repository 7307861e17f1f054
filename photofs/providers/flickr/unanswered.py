"""Uploads of which nobody knows yet what became of them, in the source's small notes.

Each step is noted before it is taken, so that after a crash it is known how far an upload can have
come: before its last block went out the service cannot have the file. Losing the notes costs time:
then everything is looked through, and waited for.
"""

import msgspec

from photofs.providers.port import SmallState

NOTE = "uploads"


class Unanswered(msgspec.Struct, frozen=True, kw_only=True):
    """One upload; times are unix seconds of the service's clock.

    `begun`: when the first byte was about to go, 0 if nobody knows. `whole`: its last block may
    have gone out. `ticket`: under which the service works on it. `missed`: when it was first looked
    for in vain after that.
    """

    begun: int = 0
    whole: bool = True
    ticket: str | None = None
    missed: int | None = None


class Notes:
    """The notes of one source, by the operation's key."""

    def __init__(self, small_state: SmallState) -> None:
        """Nothing is read yet."""
        self._small_state = small_state

    def get(self, key: str) -> Unanswered:
        """What is known; of an upload that was never noted, nothing, so the worst is taken."""
        return self._all().get(key, Unanswered())

    def note(self, key: str, now: Unanswered) -> None:
        """How far it can have come from now on."""
        self._keep({**self._all(), key: now})

    def forget(self, key: str) -> None:
        """It is known what became of it."""
        noted = self._all()
        if noted.pop(key, None) is not None:
            self._keep(noted)

    def _all(self) -> dict[str, Unanswered]:
        noted = self._small_state.get(NOTE)
        try:
            return msgspec.convert(noted, dict[str, Unanswered]) if noted else {}
        except msgspec.ValidationError:
            return {}

    def _keep(self, noted: dict[str, Unanswered]) -> None:
        self._small_state.put(NOTE, msgspec.to_builtins(noted))
