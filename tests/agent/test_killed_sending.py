"""Kill -9 of the agent between any two system calls of an upload, at an account that forgets.

The emulated Flickr ignores dedup_check, so that only asking before sending again makes one photo of
one file; some answers are lost on top of it.
"""

import random
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.sending_home import FILES, ROOT, SEED, Home, home

CALLS = ("sendto", "write", "pwrite64", "fsync", "fdatasync", "rename", "connect", "unlink", "link")


@pytest.fixture(scope="module")
def strace() -> str:
    """The path of strace, or a skip that says why."""
    path = shutil.which("strace")
    if path is None:
        pytest.skip("strace is not installed: system calls cannot be made to kill")
    tried = subprocess.run([path, "-qq", "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("strace may not trace here")
    return path


def killed_at(strace: str, made: Home, call: str, nth: int) -> bool:
    """Kill it before the nth such call; False if it came to its end before that."""
    inject = f"inject={call}:signal=KILL:when={nth}"
    command = [strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject]
    done = subprocess.run(
        [*command, *made.command()], cwd=ROOT, capture_output=True, check=False, timeout=120
    )
    assert done.returncode in {0, -signal.SIGKILL, 128 + signal.SIGKILL}, done.stderr
    return done.returncode != 0


def how_often(strace: str, folder: Path) -> dict[str, int]:
    """How often each call is made when nothing is killed."""
    trace = folder.with_suffix(".trace")
    with home(folder, lose=True) as made:
        names = ",".join(CALLS)
        command = [strace, "-f", "-qq", "-o", str(trace), "-e", f"trace={names}"]
        subprocess.run(
            [*command, *made.command()], cwd=ROOT, capture_output=True, check=True, timeout=120
        )
    lines = trace.read_text(errors="replace").splitlines()
    return {call: sum(f" {call}(" in line for line in lines) for call in CALLS}


@pytest.fixture(scope="module")
def moments(strace: str, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int]]:
    """Every call that can be the last one."""
    counted = how_often(strace, tmp_path_factory.mktemp("counted") / "home")
    return [(call, nth) for call in CALLS for nth in range(1, counted[call] + 1)]


def test_p1_p3_files_reach_an_account_that_loses_answers_once(tmp_path: Path) -> None:
    """P3: without any kill: two answers lost, no dedup, and each file is there once."""
    with home(tmp_path / "home", lose=True) as made:
        made.finish()
        made.check()
        assert made.emulator.calls["upload"] == len(FILES)


@pytest.mark.timeout(500)
def test_p3_kill_9_between_two_system_calls(
    strace: str, moments: list[tuple[str, int]], tmp_path: Path
) -> None:
    """P1, P3, P20: a seeded sample of moments."""
    for number, (call, nth) in enumerate(random.Random(SEED).sample(moments, 10)):
        with home(tmp_path / f"home{number}", lose=number % 2 == 0) as made:
            killed_at(strace, made, call, nth)
            made.finish()
            made.check()


@pytest.mark.soak
@pytest.mark.timeout(20_000)
def test_p3_kill_9_between_any_two_system_calls(
    strace: str, moments: list[tuple[str, int]], tmp_path: Path
) -> None:
    """P1, P3, P20: all moments, one after the other, with and without lost answers."""
    for number, (call, nth) in enumerate(moments):
        with home(tmp_path / f"home{number}", lose=number % 2 == 0) as made:
            killed_at(strace, made, call, nth)
            made.finish()
            made.check()
        shutil.rmtree(tmp_path / f"home{number}")
