"""The mount process stays light, and its real fetching process works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from photofs.assembly import HOME_VARIABLE
from photofs.fetcher.parent import open_child_fetching
from photofs.model.errors import NotFound

HEAVY = ("httpx2", "requests", "flickrapi", "googleapiclient", "numpy", "PIL", "rich", "tzfpy")

CODE = f"""
import sys
import photofs.catalog.sqlite, photofs.fetcher.parent, photofs.fuse.mount
import photofs.originals.local_disk, photofs.view.tree, photofs.volume.volume
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""


def test_the_mount_process_carries_no_network_or_picture_library() -> None:
    """A busy or big mount process makes every read slower."""
    assert subprocess.check_output([sys.executable, "-c", CODE], text=True).split() == []


async def test_the_real_fetching_process_starts_and_answers(tmp_path: Path) -> None:
    """`python -m photofs.fetcher` over a home of its own: an empty catalog has no photo 7."""
    environ = {**os.environ, HOME_VARIABLE: str(tmp_path / "home")}
    async with open_child_fetching(environ=environ) as fetching:
        with trio.fail_after(60), pytest.raises(NotFound):
            await fetching.size(7)
