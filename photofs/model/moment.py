"""When something was, by two clocks, and how long ago that surely is.

The wall clock can be set, and be wrong by years. The clock that runs since the machine started
(CLOCK_BOOTTIME, which counts sleep too) cannot, but tells nothing across a restart.
"""

from typing import NamedTuple


class Moment(NamedTuple):
    """`wall_ns` since 1970-01-01 UTC; `boot_ns` since the machine's start that `boot` names.

    `boot` is "" where nobody knows.
    """

    wall_ns: int
    boot: str = ""
    boot_ns: int = 0


def between_ns(earlier: Moment, later: Moment) -> int:
    """How many nanoseconds passed at least; below 0 if the clocks contradict each other.

    Within one run of the machine its own clock counts alone. What was before the machine started is
    at least as long ago as that; longer, by the wall clock, only if that puts it before the start.
    """
    if not earlier.boot or not later.boot:
        return later.wall_ns - earlier.wall_ns
    if earlier.boot == later.boot:
        return later.boot_ns - earlier.boot_ns
    return max(later.boot_ns, later.wall_ns - earlier.wall_ns)
