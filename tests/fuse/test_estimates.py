"""Estimated lengths on a real mount: the kernel keeps none of them.

That the kernel is told of each change would not be enough: it is told within half a second, and who
copies a photo asks for its length at once after opening it, and takes no byte beyond that.
"""

import os
from pathlib import Path

import pytest

from tests.support.mounting import mounted
from tests.support.stocked import picture, stock

pytestmark = pytest.mark.mount

LENGTH = 5_000_000
"""More than any estimate, so that to believe one is to copy too little."""


@pytest.mark.parametrize("listed", [False, True], ids=["looked up", "listed"])
def test_p15_a_length_is_exact_once_a_photo_is_open_however_it_was_told_before(
    tmp_path: Path,
    listed: bool,  # noqa: FBT001 - pytest's
) -> None:
    """An estimate that was told a moment ago is not told again by the photo that is open."""
    originals = {f"{number}.jpg": picture(number, LENGTH) for number in range(3)}
    made = stock(tmp_path / "stock", originals, sizes_told=False)
    with mounted(made, "--child") as mount:
        for name in originals:
            if listed:
                with os.scandir(mount.lake) as listing:
                    before = {entry.name: entry.stat().st_size for entry in listing}[name]
            else:
                before = (mount.lake / name).stat().st_size
            with (mount.lake / name).open("rb") as file:
                after = os.fstat(file.fileno()).st_size
            assert before < after == LENGTH
