"""A Takeout's zip comes into the folder where it was unpacked before."""

from pathlib import Path

import pytest

from photofs.emulators.takeout.export import write_tree, write_zip
from photofs.emulators.takeout.languages import ENGLISH
from photofs.emulators.takeout.layout import Layout
from tests.support.household import Household
from tests.support.takeout_worlds import MADE, account, item

pytestmark = [pytest.mark.mount, pytest.mark.timeout(600)]


def shown(point: Path) -> list[bytes]:
    """The bytes of all photos by date, sorted."""
    return sorted(path.read_bytes() for path in (point / "google/Dates").rglob("*.jpg"))


def test_a_zip_beside_an_edited_file_shows_both(tmp_path: Path) -> None:
    """The original of the zip and the edited file are in the tree, at each scan from then on."""
    files = list(Layout(account(item("a.jpg", 1), item("b.jpg", 2)), ENGLISH, True, MADE).files())
    originals = [file.data for file in files if file.path.endswith(".jpg")]
    folder = tmp_path / "export"
    (edited,) = write_tree(folder, files, MADE).rglob("a.jpg")
    edited.write_bytes(edited.read_bytes() + b" edited")
    household = Household(tmp_path / "house")
    household.run("library", "add", "takeout", folder)
    write_zip(folder / "takeout-20260304T050607Z-3-001.zip", files, MADE)
    for _scan in range(2):
        household.run("scan", "--full")
        with household.mounted() as point:
            assert shown(point) == sorted([*originals, edited.read_bytes()])
