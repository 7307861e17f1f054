"""A bucket of bytes that processes share: a file with one number, under a lock of the kernel's."""

import fcntl
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from photofs.model.bandwidth import Timetable
from photofs.model.errors import StoreError

LONGEST: Final = 60.0
"""Seconds that anybody waits; what lies further ahead is of a slower hour, or of an older start."""

_MOMENT: Final = struct.Struct("<d")


def boot_clock() -> float:
    """Seconds since the machine was started: the same for all processes, whatever the date is."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class SharedBucket:
    """Bytes pass one after the other, at a rate; the file holds when the last of them will have."""

    def __init__(
        self,
        path: Path,
        timetable: Timetable,
        clock: Callable[[], float] = boot_clock,
        wall: Callable[[], time.struct_time] = time.localtime,
    ) -> None:
        """At the rate that the timetable has for the hour, by the machine's zone. StoreError."""
        self._timetable = timetable
        self._clock = clock
        self._wall = wall
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"{path} cannot be opened: {error.strerror}",
                remedy="check the folder and its permissions",
            ) from error

    def take(self, count: int) -> float:
        """So many bytes have passed; seconds to wait before the next ones. Some 10 us."""
        today = self._wall()
        rate = self._timetable.rate(today.tm_wday, today.tm_hour * 60 + today.tm_min)
        if rate is None:
            return 0.0
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        try:
            now = self._clock()
            noted = os.pread(self._fd, _MOMENT.size, 0)
            last = _MOMENT.unpack(noted)[0] if len(noted) == _MOMENT.size else now
            last = last if last >= 0 else now  # rubbish may be no number at all
            free = min(max(last, now), now + LONGEST) + count / rate
            os.pwrite(self._fd, _MOMENT.pack(free), 0)
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)
        return min(free - now, LONGEST)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)
