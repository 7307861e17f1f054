"""The demo's export, written by a command for whoever tries photofs."""

import subprocess
import sys
import zipfile
from pathlib import Path


def test_the_command_writes_the_demos_parts(tmp_path: Path) -> None:
    """It names each part that it has written, and each is whole."""
    command = [sys.executable, "-m", "photofs.emulators.takeout", str(tmp_path / "parts")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=180)
    told = [Path(line) for line in done.stdout.splitlines()]
    assert sorted(told) == sorted((tmp_path / "parts").iterdir())
    assert len(told) > 1
    assert all(zipfile.ZipFile(path).testzip() is None for path in told)
