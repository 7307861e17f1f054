"""A process, told from any later one of the same number."""

import os
from pathlib import Path
from typing import NamedTuple, Self

PROCESSES = Path("/proc")

_STARTED = 19
"""The place of the start time among the fields after the name (proc_pid_stat(5), field 22)."""

_DEAD = frozenset({"Z", "X"})


class Process(NamedTuple):
    """Its number, and when it was started, in clock ticks since the machine was."""

    pid: int
    started: int

    @classmethod
    def this(cls) -> Self:
        """The process that asks."""
        pid = os.getpid()
        return cls(pid, int(_fields(pid)[_STARTED]))

    @property
    def lives(self) -> bool:
        """Whether it still runs.

        One whose first thread was killed does not, though another thread waits in the kernel and
        so keeps all of its descriptors open: that is a mount that hangs.
        """
        try:
            fields = _fields(self.pid)
        except OSError:
            return False
        return fields[0] not in _DEAD and int(fields[_STARTED]) == self.started


def _fields(pid: int) -> list[str]:
    """State and what follows; the name before it may hold anything."""
    text = (PROCESSES / str(pid) / "stat").read_text(encoding="latin-1")
    return text.rpartition(")")[2].split()
