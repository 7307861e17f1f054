"""A process, told from any later one of the same number."""

import os
import re
import time
from pathlib import Path
from typing import NamedTuple, Self

PROCESSES = Path("/proc")

_STARTED = 19
"""The place of the start time among the fields after the name (proc_pid_stat(5), field 22)."""

_PARENT = 1
"""That of the parent's number (field 4)."""

_TICKS = os.sysconf("SC_CLK_TCK")
_GENERATIONS = 8

_DEAD = frozenset({"Z", "X"})

_HOSTS = re.compile(
    r"(python|perl|ruby)[0-9.]*|node(js)?|gjs(-console)?|java|(ba|da|k|z)?sh|kio(worker|slave5?)"
    r"|kdeinit[0-9]?"
)
"""Names of programs that run what their first argument names."""

_CODE = re.compile(rb"-[A-Za-z]{0,3}[ceE]|--eval|--print")
"""After these stands the code itself (`bash -lc`, `perl -ne`), and in it what nobody may log."""

_NAME_BYTES = 255
"""No file has a longer name (NAME_MAX)."""


class Process(NamedTuple):
    """Its number, and when it was started, in clock ticks since the machine was."""

    pid: int
    started: int

    @classmethod
    def this(cls) -> Self:
        """The process that asks."""
        return cls.of(os.getpid())

    @classmethod
    def of(cls, pid: int) -> Self:
        """The one that has that number now; OSError if none has."""
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


class Program(NamedTuple):
    """A program that is running: its number, its name, and for how long.

    `pid` is that of the first of its processes, if it made others of itself (`rsync` has three).
    """

    pid: int
    name: str
    age_ns: int


def program_of(thread: int) -> Program:
    """The program that a thread belongs to; with no name if that cannot be told. About 60 us.

    FUSE tells the number of the thread, not that of its process.
    """
    try:
        own = _stat(_process_of(thread))
    except (OSError, ValueError):
        return Program(thread, "", 0)
    first, above = own, _stat_or_none(own.parent)
    for _ in range(_GENERATIONS):
        if above is None or above.name != own.name:
            break
        first, above = above, _stat_or_none(above.parent)
    now_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    return Program(first.pid, own.name, max(0, now_ns - own.started * 10**9 // _TICKS))


class Caller(NamedTuple):
    """A program by all that it may be called, the most telling name first, and who started it.

    `parent` is the process above the first of that name: what a shell's loop starts anew for each
    file has one.
    """

    names: tuple[str, ...]
    parent: int

    @property
    def shown(self) -> str:
        """What people are told that it is called: one line, whatever is in the name."""
        return "".join(each if each.isprintable() else "?" for each in self.names[0])


def caller_of(thread: int) -> Caller | None:
    """The program that a thread belongs to; None if that cannot be told. About 0.1 ms.

    What runs scripts or modules of others (`python3 x.py`, KDE's `kioworker .../thumbnail.so`) is
    called by theirs, too.
    """
    try:
        first = own = _stat(_process_of(thread))
        words = (PROCESSES / str(own.pid) / "cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    for _ in range(_GENERATIONS):
        above = _stat_or_none(first.parent)
        if above is None or above.name != own.name:
            break
        first = above
    called = [own.name, readable(words[0].rpartition(b"/")[2])]
    if _HOSTS.fullmatch(own.name):
        called[:0] = _guest(words[1:])
    return Caller(tuple(dict.fromkeys(filter(None, called))), first.parent)


def _guest(words: list[bytes]) -> list[str]:
    """What an interpreter runs, by its arguments; nothing if they are the code itself."""
    for word in words:
        if _CODE.fullmatch(word):
            break
        if word and not word.startswith(b"-"):
            name = word.rpartition(b"/")[2]
            return [readable(name)] if len(name) <= _NAME_BYTES else []
    return []


def readable(name: bytes) -> str:
    """A program's name as text that can be written down, whatever its bytes are.

    Others are compared with it and logged: half a character would end whoever does that.
    """
    return name.decode("utf-8", "replace")


class _Stat(NamedTuple):
    """What is used of proc_pid_stat(5)."""

    pid: int
    name: str
    parent: int
    started: int


def _stat(pid: int) -> _Stat:
    text = (PROCESSES / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    before, _, after = text.rpartition(")")
    fields = after.split()
    return _Stat(pid, before.partition("(")[2], int(fields[_PARENT]), int(fields[_STARTED]))


def _stat_or_none(pid: int) -> _Stat | None:
    """None if it has ended, or is nobody's business."""
    try:
        return _stat(pid)
    except (OSError, ValueError):
        return None


def _process_of(thread: int) -> int:
    status = (PROCESSES / str(thread) / "status").read_bytes()
    return int(status.partition(b"\nTgid:")[2].partition(b"\n")[0])


def _fields(pid: int) -> list[str]:
    """State and what follows; the name before it may hold anything."""
    text = (PROCESSES / str(pid) / "stat").read_text(encoding="latin-1")
    return text.rpartition(")")[2].split()
