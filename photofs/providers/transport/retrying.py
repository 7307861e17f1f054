"""What is tried again, and when: only reads, which do no harm when they come twice.

Five tries, waits that double with jitter, never less than the service's Retry-After, and none that
would end after the deadline. The figures are those of a policy tried over years against Flickr
(Flickr-Foundation/flickr-photos-api).
"""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import trio

from photofs.model.errors import Temporary, TimedOut
from photofs.providers.transport.trouble import of_line

Answer = TypeVar("Answer")


class Throttled(Temporary):
    """The service says that it is asked too much."""


@dataclass(frozen=True, slots=True)
class Retrying:
    """The policy; times in seconds. `deadline` bounds all tries and waits together."""

    tries: int = 5
    first_wait: float = 0.5
    longest_wait: float = 30.0
    deadline: float = 60.0
    draw: Callable[[], float] = random.random

    def wait_before(self, attempt: int, retry_after: float | None) -> float:
        """How long to wait before the try of that number (the first repetition is 1)."""
        bare = min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))
        jittered = bare * (0.5 + self.draw() / 2)
        return max(jittered, retry_after or 0.0)

    async def run(self, call: Callable[[], Awaitable[Answer]], what: str) -> Answer:
        """The answer of `call`, tried again after Temporary; the last error if all tries failed.

        Raises TimedOut when the deadline passes within a try; `what` says what was being done.
        """
        ends = trio.current_time() + self.deadline
        met: list[Temporary] = []
        with trio.move_on_at(ends):
            return await self._tries(call, ends, met)
        why = f": {met[-1].what}" if met else ""
        raise of_line(f"{what} took longer than {self.deadline:.0f} s{why}", TimedOut)

    async def _tries(
        self, call: Callable[[], Awaitable[Answer]], ends: float, met: list[Temporary]
    ) -> Answer:
        for attempt in range(1, self.tries):
            try:
                return await call()
            except Temporary as error:
                met.append(error)
                wait = self.wait_before(attempt, error.retry_after)
                if trio.current_time() + wait >= ends:
                    raise
            await trio.sleep(wait)
        return await call()


def retry_after_of(value: str | None) -> float | None:
    """Seconds of a Retry-After header in digits, at most an hour; None if it says none.

    A date in it is not used: the service's clock and ours need not agree.
    """
    if value is None or not value.strip().isdecimal():
        return None
    return float(min(int(value.strip()[:9]), 3600))
