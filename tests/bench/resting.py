"""What an agent costs that has nothing to do, as its unit runs it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from photofs.assembly import HOME_VARIABLE
from tests.bench.dataset import catalogued
from tests.bench.figures import Line, bounded
from tests.bench.place import Place

PHOTOS = 100_000
MOST_MB = 120.0
MOST_OF_A_CORE = 0.5
"""Percent."""

SETTLED = 30.0
WATCHED = 60.0
"""Seconds."""


def run(place: Place) -> Iterator[Line]:
    """Resident MB, and the share of a core over a minute."""
    home = catalogued(place.root, PHOTOS)
    with subprocess.Popen(
        [sys.executable, "-m", "agent", "serve", "--until-signal"],
        env={**os.environ, HOME_VARIABLE: str(home)},
        stderr=subprocess.DEVNULL,
    ) as agent:
        try:
            time.sleep(SETTLED)
            before = _seconds(agent.pid)
            time.sleep(WATCHED)
            share = (_seconds(agent.pid) - before) / WATCHED * 100
            held = _resident(agent.pid)
        finally:
            agent.terminate()
    yield bounded(f"agent at rest, {PHOTOS:,} photos", held, "MB", below=MOST_MB)
    yield bounded("... of a core", share, "%", below=MOST_OF_A_CORE)


def _seconds(pid: int) -> float:
    """Processor time that it has used (proc_pid_stat(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="latin-1").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) * 1024 / 1e6
