"""Kill -9 of the agent between any two calls of an upload, at an account that forgets.

The emulated Flickr ignores dedup_check, so that only asking before sending again makes one photo of
one file; some answers are lost on top of it.
"""

import random
import shutil
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.last_call import LastCall
from tests.support.sending_home import FILES, ROOT, SEED, Home, home

PARTS = 16


class Way(NamedTuple):
    """Whether answers are lost, and how many agents have ended before the one that is killed."""

    lose: bool
    before: int


WAYS = {"sent": Way(lose=False, before=0), "lost": Way(lose=True, before=0), "asked": Way(True, 1)}


def killed_at(made: Home, nth: int, way: Way) -> list[str]:
    """Kill it before that call, unless it ends first (0: never); the calls that it made."""
    for hours in range(way.before):
        made.run(hours)
    last_call = LastCall(made.folder / "control")
    last_call.watch(last=nth)
    done = subprocess.run(
        made.command(later_s=3600 * way.before),
        cwd=ROOT,
        env={**made.house.environ, **last_call.environ},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    assert (done.returncode != 0) == (0 < nth <= len(last_call.made))
    return last_call.made


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The calls that it makes when nobody kills it, each way."""
    made = {}
    for name, way in WAYS.items():
        with home(tmp_path_factory.mktemp("counted") / "home", lose=way.lose) as counted:
            made[name] = killed_at(counted, 0, way)
    return made


def survives(folder: Path, nth: int, way: Way) -> None:
    """One death; another agent takes over and ends it."""
    with home(folder, lose=way.lose) as made:
        killed_at(made, nth, way)
        made.finish()
        made.check()
    shutil.rmtree(folder)


def test_p1_p3_files_reach_an_account_that_loses_answers_once(tmp_path: Path) -> None:
    """P3: without any kill: two answers lost, no dedup, and each file is there once."""
    with home(tmp_path / "home", lose=True) as made:
        made.finish()
        made.check()
        assert made.emulator.calls["upload"] == len(FILES)


@pytest.mark.timeout(500)
def test_p3_kill_9_between_two_system_calls(calls: dict[str, list[str]], tmp_path: Path) -> None:
    """P1, P3, P20: a seeded sample of moments; every kind of call is among all of them."""
    for name, way in WAYS.items():
        assert {"connect", "send", "pwrite64", "fsync", "fdatasync", "unlink"} <= set(calls[name])
        for nth in random.Random(SEED).sample(range(1, len(calls[name]) + 1), 2):
            survives(tmp_path / f"{name}{nth}", nth, way)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("part", range(PARTS))
def test_p3_kill_9_between_any_two_system_calls(
    calls: dict[str, list[str]], tmp_path: Path, part: int, name: str
) -> None:
    """P1, P3, P20: all moments, while it sends and while it asks; in parts, for time."""
    for nth in range(1 + part, len(calls[name]) + 1, PARTS):
        survives(tmp_path / str(nth), nth, WAYS[name])
