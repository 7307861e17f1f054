"""What a command says to a person who answers its question."""

import os
import pty
import subprocess
from pathlib import Path

from tests.support.household import PATIENCE, Household


def test_a_no_says_that_nothing_was_changed(tmp_path: Path) -> None:
    """It ends the command with status 1, and one sentence."""
    ours, theirs = pty.openpty()
    try:
        with Household(tmp_path).start(
            "cache", "clear", stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            os.write(ours, b"n\n")
            _, told = process.communicate(timeout=PATIENCE)
    finally:
        os.close(ours)
        os.close(theirs)
    assert process.returncode == 1
    assert told.endswith("photofs: nothing was changed\n")
