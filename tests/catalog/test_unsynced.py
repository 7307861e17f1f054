"""What need not be durable yet, and what makes it so."""

import re
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
CHECKPOINTS = """
import os, sys
from pathlib import Path
from photofs.catalog.sqlite import open_catalog
with open_catalog(Path(sys.argv[1])) as catalog:
    catalog.database.connection.wal_autocheckpoint(1)
    os.access("/unsynced", 0)
    with catalog.database.unsynced():
        catalog.add_library("A")
    os.access("/end", 0)
"""


def calls_of(code: str, folder: Path) -> str:
    """What that program, with a catalog in the folder, writes and syncs, by strace."""
    path = shutil.which("strace")
    if path is None:
        pytest.skip("strace is not installed: system calls cannot be seen")
    log = folder / "calls"
    calls = "trace=pwrite64,fdatasync,fsync,access,faccessat,faccessat2"
    program = [sys.executable, "-c", code, str(folder / "catalog.db")]
    command = [path, "-y", "-s", "0", "-o", str(log), "-e", calls]
    done = subprocess.run([*command, *program], cwd=ROOT, capture_output=True, check=False)
    if b"Operation not permitted" in done.stderr:
        pytest.skip("strace may not trace here")
    assert done.returncode == 0, done.stderr.decode()
    return log.read_text()


def test_what_is_committed_unsynced_is_synced_by_the_next_commit(tmp_path: Path) -> None:
    """No wait for the disk within the block; the next commit waits for the log that holds both."""
    told = calls_of(COMMITS, tmp_path)
    within, after = told.split("/unsynced")[1].split("/end")[0].split("/synced")
    assert "sync(" not in within
    assert re.search(r"sync\(\d+<[^>]*-wal>", after)


def test_a_checkpoint_after_an_unsynced_commit_is_synced_before_and_after(tmp_path: Path) -> None:
    """The log is on the disk before the catalog is written, and the catalog before the log goes."""
    told = calls_of(CHECKPOINTS, tmp_path).split("/unsynced")[1].split("/end")[0]
    call = re.compile(r"^(pwrite64|fdatasync|fsync)\(\d+<[^>]*catalog\.db(-wal)?>", re.MULTILINE)
    calls = call.findall(told)
    order = ["sync " * ("sync" in name) + (log or "catalog") for name, log in calls]
    once = [one for one, before in zip(order, ["", *order], strict=False) if one != before]
    assert once == ["-wal", "sync -wal", "catalog", "sync catalog"]


def test_commits_are_durable_again_after_an_error(catalog: Catalog) -> None:
    """However the block ends."""
    with pytest.raises(NotFound), catalog.database.unsynced():
        raise NotFound("nothing")
    assert catalog.database.connection.pragma("synchronous") == FULL
