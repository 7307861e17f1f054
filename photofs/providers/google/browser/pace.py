"""How fast the hand goes: a pause between two photos, never twice the same, and so many a day."""

import random
from typing import Final

import trio

from photofs.model.errors import Busy, Quota
from photofs.providers.port import Pacer

HAND: Final = "google-hand"
"""The pacer's key, with the account behind it."""

JITTER: Final = 0.5
"""A pause is up to so much longer than the setting says."""

STOPPED: Final = "stopped by Ctrl-C; what was begun is noted"
_AGAIN: Final = 0.5
"""Seconds until a pacer that others write just now is asked again."""


class Pace:
    """Lets errands go one by one. Places are kept in the catalog, so a restart gains none."""

    def __init__(self, pacer: Pacer, account: str, dice: random.Random) -> None:
        """The `dice` make the pauses uneven."""
        self._pacer, self._key, self._dice = pacer, f"{HAND} {account}", dice
        self._stopped = trio.Event()
        self._why = ""

    def stop(self, why: str) -> None:
        """Let no further one go."""
        self._why = self._why or why
        self._stopped.set()

    async def before(self) -> str:
        """Wait for the next one's place; why there is none any more, else ""."""
        await trio.lowlevel.checkpoint()
        if self._why:
            return self._why
        try:
            wait = await self._reserve()
        except Quota as error:
            return f"no more of the setting google.per_day for today: {error.remedy}"
        with trio.move_on_after(wait * (1 + self._dice.uniform(0, JITTER))):
            await self._stopped.wait()
        return self._why

    async def _reserve(self) -> float:
        while True:
            try:
                return self._pacer.reserve(self._key, person=False)
            except Busy:
                await trio.sleep(_AGAIN)
