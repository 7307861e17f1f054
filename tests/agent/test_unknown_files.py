"""Files that programs wrote, and of which the catalog of today knows nothing."""

import re
import shutil
from pathlib import Path

from agent.judging import Judge
from photofs.catalog.sqlite import open_catalog
from photofs.emulators.pictures import make_jpeg
from tests.support.log_guard import ExpectLog
from tests.support.posted import Posted
from tests.support.wished import EVERYTHING, Wished

SEA = make_jpeg(1, width=64, height=48)
LAKE = make_jpeg(2, width=64, height=48)
UNKNOWN = "unknown to the catalog"


def files(posted: Posted) -> list[bytes]:
    """What lies in kept/written."""
    return sorted(each.read_bytes() for each in posted.store.written.folder.iterdir())


async def test_regression_files_of_a_lost_catalog_are_not_swept_away(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """P18: what was not sent yet, or never is, may be nowhere else: it stays, and one is told."""
    posted = Posted(tmp_path)
    posted.write("Unsorted/sea.jpg", SEA)
    posted.write("Unsorted/notes.txt", b"notes")
    posted.catalog.close()
    (tmp_path / "catalog.db").unlink()
    expect_log(f"2 files are {UNKNOWN}.*{re.escape(str(posted.store.written.folder))}")
    after = Posted(tmp_path)
    after.write("Unsorted/lake.jpg", LAKE)
    await after.judged()
    await after.judge.sweep()
    assert files(after) == sorted([SEA, b"notes"])
    assert len(expect_log.records) == 1


async def test_regression_files_written_since_a_backup_of_the_catalog_are_not_swept_away(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """P18: an older catalog removes what it knew and does not need; what came after it stays."""
    posted = Posted(tmp_path)
    ino = posted.write("Unsorted/sea.jpg", SEA)
    posted.wished.unlink("Unsorted/sea.jpg")
    posted.catalog.database.run("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(tmp_path / "catalog.db", tmp_path / "backup.db")
    assert posted.write("Unsorted/lake.jpg", LAKE) > ino
    assert files(posted) == sorted([SEA, LAKE])
    expect_log(f"1 file is {UNKNOWN}")
    with open_catalog(tmp_path / "backup.db") as older:
        wishing = Wished(tmp_path / "other.db", can=EVERYTHING).wishing
        judge = Judge(older, wishing, posted.store, quiet_s=5.0, now_ns=lambda: 0)
        assert await judge.sweep() == 1
    assert files(posted) == [LAKE]
