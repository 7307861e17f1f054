"""The machine's clocks."""

import time
from functools import cache
from pathlib import Path

from photofs.model.moment import Moment

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def now() -> Moment:
    """The moment that it is, by both clocks."""
    return Moment(time.time_ns(), _boot_id(), time.clock_gettime_ns(time.CLOCK_BOOTTIME))


@cache
def _boot_id() -> str:
    """Differs with every start of the machine; "" where it cannot be read."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
