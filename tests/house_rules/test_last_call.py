"""The way in which tests kill a process before its n-th call, held against strace's count."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.support.last_call import LastCall

ROOT = Path(__file__).parents[2]
COUNTED = "fsync,fdatasync,ftruncate,fchmod,rename,link,linkat,unlink,unlinkat,mkdir,pwrite64"
PROGRAM = """
import os, sys, threading
def work(name):
    for turn in range(5):
        fd = os.open(name, os.O_CREAT | os.O_RDWR)
        os.pwrite(fd, b"x", turn)
        os.fsync(fd)
        os.close(fd)
for number in range(3):
    thread = threading.Thread(target=work, args=(f"{sys.argv[1]}/{number}",))
    thread.start()
    thread.join()
"""


def test_no_call_that_strace_counts_is_overlooked(tmp_path: Path) -> None:
    """A program that fetches and seals makes the same calls by both counts, kind by kind."""
    strace = shutil.which("strace")
    if strace is None or subprocess.run([strace, "-qq", "true"], check=False).returncode:
        pytest.skip("strace is not installed, or may not trace here")
    last_call, trace = LastCall(tmp_path / "control"), tmp_path / "trace"
    last_call.watch()
    program = [sys.executable, "-m", "tests.support.draft_writer", str(tmp_path / "root"), "--seal"]
    given = [f"-E{name}={value}" for name, value in last_call.environ.items()]
    command = [strace, "-f", "-qq", "-o", str(trace), "-e", f"trace={COUNTED}", *given, *program]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    traced = Counter(re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.MULTILINE))
    usual = {"ftruncate64": "ftruncate", "pwrite": "pwrite64"}
    made = Counter(usual.get(name, name) for name in last_call.made)
    assert sum(traced.values()) > 20
    assert {name: made[name] for name in traced} == traced


@pytest.mark.parametrize("last", [1, 22, 45])
def test_a_process_ends_before_its_nth_call_whichever_thread_makes_it(
    tmp_path: Path, last: int
) -> None:
    """Three threads make fifteen calls each: what came before is there, and what follows is not."""
    last_call = LastCall(tmp_path / "control")
    last_call.watch(last=last)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    done = subprocess.run(command, env={**os.environ, **last_call.environ}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(last_call.made) == last
    there = [tmp_path / str(number) for number in range(3)]
    lengths = [path.stat().st_size if path.exists() else -1 for path in there]
    assert lengths == {1: [-1, -1, -1], 22: [5, 2, -1], 45: [5, 5, 5]}[last]
