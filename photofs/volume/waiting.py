"""Every wait has a deadline, and all of them end when the volume is being closed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import trio

from photofs.model.errors import Temporary, TimedOut

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds after which a program that waits gets an error."""

    open: float = 60.0
    read: float = 120.0


class Waiting:
    """All waits of a volume."""

    def __init__(self) -> None:
        """Nobody waits."""
        self._scopes: set[trio.CancelScope] = set()
        self._stopped = False

    async def within(self, seconds: float, wait: Callable[[], Awaitable[R]]) -> R:
        """What `wait` gives; TimedOut after so many seconds, Temporary if all is being stopped."""
        if not self._stopped:
            with trio.move_on_after(seconds) as scope:
                self._scopes.add(scope)
                try:
                    return await wait()
                finally:
                    self._scopes.discard(scope)
        if self._stopped:
            raise Temporary("the mount is being closed", remedy="mount it again")
        raise TimedOut(
            f"the photo's bytes did not come within {seconds:g} seconds",
            safe="what has arrived is kept, and the next try goes on from there",
            remedy="see `photofs status`",
        )

    def stop(self) -> None:
        """End all waits, and let none begin."""
        self._stopped = True
        for scope in [*self._scopes]:
            scope.cancel()
