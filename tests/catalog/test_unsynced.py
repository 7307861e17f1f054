"""What need not be durable yet, and what makes it so."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from photofs.catalog.database import FULL
from photofs.catalog.sqlite import Catalog
from photofs.model.errors import NotFound

ROOT = Path(__file__).parents[2]
COMMITS = """
import os, sys
from pathlib import Path
from photofs.catalog.sqlite import open_catalog
with open_catalog(Path(sys.argv[1])) as catalog:
    catalog.add_library("A")
    os.access("/unsynced", 0)
    with catalog.database.unsynced():
        catalog.add_library("B")
    os.access("/synced", 0)
    catalog.add_library("C")
    os.access("/end", 0)
"""


def test_what_is_committed_unsynced_is_synced_by_the_next_commit(tmp_path: Path) -> None:
    """No wait for the disk within the block; the next commit waits for the log that holds both."""
    path = shutil.which("strace")
    if path is None:
        pytest.skip("strace is not installed: system calls cannot be seen")
    log = tmp_path / "calls"
    program = [sys.executable, "-c", COMMITS, str(tmp_path / "catalog.db")]
    command = [
        path,
        "-y",
        "-o",
        str(log),
        "-e",
        "trace=fdatasync,fsync,access,faccessat,faccessat2",
    ]
    done = subprocess.run([*command, *program], cwd=ROOT, capture_output=True, check=False)
    if b"Operation not permitted" in done.stderr:
        pytest.skip("strace may not trace here")
    assert done.returncode == 0, done.stderr.decode()
    told = log.read_text()
    within, after = told.split("/unsynced")[1].split("/end")[0].split("/synced")
    assert "sync(" not in within
    assert "-wal" in after


def test_commits_are_durable_again_after_an_error(catalog: Catalog) -> None:
    """However the block ends."""
    with pytest.raises(NotFound), catalog.database.unsynced():
        raise NotFound("nothing")
    assert catalog.database.connection.pragma("synchronous") == FULL
