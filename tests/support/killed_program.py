"""A program of the tests that is killed by -9 at a system call, in a process of its own."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.support.last_call import LastCall
from tests.support.stocked import Stock

ROOT: Final = Path(__file__).parents[2]


def killed_at(program: str, made: Stock, nth: int) -> list[str]:
    """Kill that module of tests.support before that call (0: never); the calls that it made."""
    last_call = LastCall(made.root.parent / "control")
    last_call.watch(last=nth)
    done = subprocess.run(
        [sys.executable, "-m", f"tests.support.{program}", str(made.root)],
        cwd=ROOT,
        env=last_call.environ | {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    calls = last_call.made
    last_call.close()
    return calls
