"""When the agent's scheduled work is due, and how schedules move apart from each other."""

import random
from typing import Final

JITTER: Final = 0.1
"""The share by which a schedule moves, so that not all machines ask a service at once."""


def is_due(last_ns: int | None, every: float, now_ns: int) -> bool:
    """Whether it was never done, or not for `every` seconds (a clock set back counts)."""
    if last_ns is None:
        return True
    age = (now_ns - last_ns) / 1e9
    return age >= every or age < 0


def spread(every: float, last_ns: int | None) -> float:
    """Seconds between two scans, a tenth more or less.

    So many machines, begun by one power cut or at one full hour, soon ask a service at other times.
    It hangs on when the last scan ended, to the millionth of a second: an agent that is begun anew
    works out the same.
    """
    share = ((last_ns or 0) // 1000 % 1_000_000) / 1_000_000
    return every * (1 - JITTER + 2 * JITTER * share)


def own_share() -> float:
    """By what this process stretches a schedule of its own: a tenth more or less."""
    return random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
