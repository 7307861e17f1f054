"""Output that nobody reads any more, as into `| head`."""

import os
from pathlib import Path
from subprocess import PIPE

from photofs.emulators.takeout import demo_takeout
from tests.support.household import PATIENCE, Household


def test_a_scan_whose_reader_is_gone_ends_without_a_traceback(tmp_path: Path) -> None:
    """The status says that not all was told."""
    household = Household(tmp_path)
    demo_takeout(household.folder / "takeout")
    household.run("library", "add", "takeout", "--no-scan", household.folder / "takeout")
    reading, writing = os.pipe()
    os.close(reading)
    process = household.start("scan", stdout=writing, stderr=PIPE)
    os.close(writing)
    told = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 1
    assert "Traceback" not in told
    assert "BrokenPipe" not in told
