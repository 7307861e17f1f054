"""A program of the tests that is killed by -9 at a system call, in a process of its own."""

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.support.last_call import LastCall
from tests.support.stocked import Stock

ROOT: Final = Path(__file__).parents[2]

PATIENCE: Final = 300
"""Seconds that a program may take on a busy machine, each of its calls counted."""


def killed_at(program: str, made: Stock, nth: int) -> list[str]:
    """Kill that module of tests.support before that call (0: never); the calls that it made."""
    command = [sys.executable, "-m", f"tests.support.{program}", str(made.root)]
    environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    return run_killed(command, environ, made.root.parent / "control", nth)


def run_killed(
    command: Sequence[str], environ: Mapping[str, str], control: Path, nth: int
) -> list[str]:
    """Kill a command before that call, unless it ends first (0: never); the calls that it made."""
    last_call = LastCall(control)
    last_call.watch(last=nth)
    done = subprocess.run(
        list(command),
        cwd=ROOT,
        env={**environ, **last_call.environ},
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    calls = last_call.made
    last_call.close()
    return calls
