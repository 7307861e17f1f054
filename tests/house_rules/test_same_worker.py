"""Tests of one group are run by one worker, whatever pytest and xdist make of their names."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.same_worker import group_of

ROOT = Path(__file__).parents[2]
TESTS = """
import os
import pathlib
import pytest

pytestmark = [
    pytest.mark.xdist_group("one at a time"),
]

@pytest.mark.parametrize("number", range(12))
def test_it(number):
    path = pathlib.Path(__file__).with_name("workers")
    with path.open("a") as file:
        file.write(os.environ["PYTEST_XDIST_WORKER"] + "\\n")
"""


def test_a_group_of_two_files_has_one_worker(tmp_path: Path) -> None:
    """Of two workers one gets all of them."""
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    for name in ("test_one.py", "test_two.py"):
        (tmp_path / name).write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup"]
    command += ["-p", "no:cacheprovider", "-p", "tests.support.same_worker", str(tmp_path)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    workers = (tmp_path / "workers").read_text().split()
    assert len(workers) == 24
    assert len(set(workers)) == 1


def test_every_group_is_of_a_whole_file() -> None:
    """The mark stands where it is looked for: in `pytestmark`, and at no test alone."""
    for file in (ROOT / "tests").rglob("test_*.py"):
        marks = re.findall(
            r"^.*mark\.xdist_group\(.*$", file.read_text(encoding="utf-8"), re.MULTILINE
        )
        if file != Path(__file__):
            assert len(marks) == (group_of(file) is not None), file
