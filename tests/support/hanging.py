"""A mount that was killed in the worst moment, on which everybody hangs."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photofs.kernel.connection import abort, connection_at
from tests.support.mounting import Mount, mounted
from tests.support.stocked import picture, stock
from tests.support.wished import EVERYTHING

MAKER = """
import os, sys
try:
    os.mkdir(sys.argv[1])
except OSError as error:
    sys.exit(error.errno)
"""

LOOKS = 20
"""A thread that is seen asleep so often, each 0.01 s, is not waiting for a disk."""


def asleep(pid: int) -> set[str]:
    """The threads that wait in the kernel, whatever signal comes."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return {each.name for each in threads if state_of(each) == "D"}


def state_of(thread: Path) -> str:
    """The kernel's letter for what it does; nothing if it has ended meanwhile."""
    try:
        return (thread / "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def until_asleep_for_good(pid: int) -> None:
    """Return once one thread is so at every look."""
    until, looks, threads = time.monotonic() + 60, 0, asleep(pid)
    while looks < LOOKS:
        assert time.monotonic() < until
        time.sleep(0.01)
        threads &= asleep(pid)
        looks += 1
        if not threads:
            looks, threads = 0, asleep(pid)


@contextmanager
def killed_while_stuck(
    folder: Path, *flags: str
) -> Iterator[tuple[Mount, "subprocess.Popen[bytes]"]]:
    """A mount that was killed in the worst moment, and a program that waits in it."""
    made = stock(folder / "stock", {"a.jpg": picture(1, 50_000)}, can=EVERYTHING)
    with mounted(made, *flags) as mount:
        connection = connection_at(str(mount.point))
        assert connection is not None
        program = [sys.executable, "-c", MAKER, str(mount.home / "Albums" / "stuck")]
        maker = subprocess.Popen(program)
        try:
            until_asleep_for_good(mount.process.pid)
            mount.process.kill()
            yield mount, maker
        finally:
            abort(connection)
            maker.kill()
            maker.wait(30)
            mount.process.kill()
            mount.process.wait(30)
