"""The agent's small decisions: who works, what is due, how progress is told."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.due import is_due, spread
from agent.progress import PlainProgress
from photofs.catalog.port import SourceRow
from photofs.kernel.lock import hold
from photofs.model.errors import Busy, StoreError
from photofs.model.observation import Progress

SECOND = 10**9


def source(scan_ns: int | None) -> SourceRow:
    """A source that was scanned then."""
    return SourceRow(1, 1, "takeout", None, {}, None, None, scan_ns, "")


@pytest.mark.parametrize(
    ("scanned_s", "now_s", "due"),
    [(None, 0, True), (100, 150, False), (100, 160, True), (100, 50, True)],
)
def test_a_source_is_due_by_age(scanned_s: int | None, now_s: int, *, due: bool) -> None:
    """Never scanned, too long ago, or (the clock was set back) in the future: due."""
    row = source(None if scanned_s is None else scanned_s * SECOND)
    assert is_due(row.scan_ns, 60.0, now_s * SECOND) is due


def test_only_one_holds_a_lock(tmp_path: Path) -> None:
    """The second is told that somebody else is at it, and may have it afterwards."""
    lock = tmp_path / "locks" / "scan-1"
    with hold(lock, "a scan is going on"):
        second = hold(lock, "a scan is going on")
        with pytest.raises(Busy, match="a scan is going on"):
            second.__enter__()
    with hold(lock, "a scan is going on"):
        assert lock.exists()


def test_a_lock_that_cannot_be_made_is_our_error(tmp_path: Path) -> None:
    """A file where the folder should be ends in a sentence."""
    (tmp_path / "locks").write_text("")
    with pytest.raises(StoreError), hold(tmp_path / "locks" / "scan-1", "a scan is going on"):
        pytest.fail("held")


def test_progress_in_a_log_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    """Hundreds of tellings within ten seconds make one line, with count, rate and time left."""
    ticks = itertools.count(0.0, 0.1)
    progress = PlainProgress("google", clock=lambda: next(ticks))
    for done in range(150):
        progress.tell(Progress(done=done, total=1000, unit="members"))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "of 1,000 members" in lines[0]
    assert "s left" in lines[0]


def test_an_agent_whose_catalog_cannot_be_used_says_so_and_stays(tmp_path: Path) -> None:
    """One sentence, no traceback: it tries again later, and ends when it is told to."""
    catalog = tmp_path / "state" / "catalog.db"
    catalog.parent.mkdir()
    catalog.write_bytes(b"no catalog at all, but long enough to be taken for one" * 100)
    with subprocess.Popen(
        [sys.executable, "-m", "agent", "serve"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PHOTOFS_HOME": str(tmp_path)},
        text=True,
    ) as process:
        assert process.stderr is not None
        assert "nothing is scanned just now" in process.stderr.readline()
        assert process.poll() is None
        _, more = process.communicate(timeout=120)
    assert more == ""
    assert process.returncode == 0


def test_many_machines_do_not_ask_at_the_same_time() -> None:
    """The time between two scans differs by up to a tenth, evenly, and is the same when asked."""
    ends = [1_800_000_000_000_000_000 + number * 7_919_000 for number in range(2000)]
    waits = [spread(1800.0, end) for end in ends]
    assert waits == [spread(1800.0, end) for end in ends]
    assert 1620.0 <= min(waits) < 1630.0
    assert 1970.0 < max(waits) < 1980.0
    assert 1790.0 < sum(waits) / len(waits) < 1810.0
