"""The stories' short way to a command: what is forked does what a started program does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.household import PATIENCE, Household
from tests.support.warm_start import can_warm, run_warm


@pytest.mark.parametrize(
    "arguments",
    [
        ["library", "list", "--json"],
        ["--help"],
        ["nonsense"],
        ["info", "here"],
        ["library", "add", "takeout", "\udcff"],
        ["mount", "nowhere"],
    ],
    ids=" ".join,
)
def test_it_says_and_ends_as_a_started_program(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Output, errors and exit status are the same, from any folder and with any bytes in a name."""
    environ = Household(tmp_path).environ
    monkeypatch.chdir(tmp_path)
    started = subprocess.run(
        [sys.executable, "-m", "photofs", *arguments],
        env={**environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    forked = run_warm(arguments, environ, PATIENCE)
    told = (forked.returncode, forked.stdout, forked.stderr)
    assert told == (started.returncode, started.stdout, started.stderr)


def test_what_does_not_end_is_killed(tmp_path: Path) -> None:
    """After its time, as subprocess.run would."""
    os.mkfifo(tmp_path / "secret")
    arguments = ["login", "flickr", "--key", "k", "--secret-file", str(tmp_path / "secret")]
    with pytest.raises(subprocess.TimeoutExpired):
        run_warm(arguments, Household(tmp_path).environ, 3)


def test_what_counts_at_an_interpreters_start_is_started() -> None:
    """Another locale, another clock, settings for Python: these are read only at a start."""
    assert can_warm({**os.environ, "HOME": "/nowhere"})
    assert not can_warm({**os.environ, "LC_ALL": "de_DE.ISO-8859-1"})
    assert not can_warm({**os.environ, "PYTHONWARNINGS": "error"})
    assert not can_warm({**os.environ, "LD_PRELOAD": "/nowhere/another_day.so"})
    assert not can_warm({**os.environ, "COLD_STARTS": "1"})
