"""The times of folders on a real mount, right after their entries changed."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.mounting import Mount, mounted
from tests.support.stocked import Stock, picture, stock
from tests.support.wished import EVERYTHING

pytestmark = pytest.mark.mount


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """A library that can be changed, with a photo in the album Lake and by date."""
    return stock(tmp_path / "stock", {"a.jpg": picture(1, 2000)}, can=EVERYTHING)


@pytest.fixture
def mount(made: Stock) -> Iterator[Mount]:
    """It, mounted."""
    with mounted(made) as served:
        yield served
    assert "Traceback" not in served.log


def moves(folder: Path, change: Callable[[], object]) -> bool:
    """Whether the folder's time is a later one right after the change; both asked of the kernel."""
    before = folder.stat().st_mtime_ns
    change()
    return folder.stat().st_mtime_ns > before


def test_a_verb_moves_the_time_of_its_folder_and_of_others_that_it_changes(mount: Mount) -> None:
    """Whether the kernel learns it from the answer or has to be told."""
    lake, albums, photo = mount.lake, mount.lake.parent, mount.lake / "a.jpg"
    favorites, trash = mount.home / "Favorites", mount.home / "Trash"
    favorite = favorites / "f.jpg"
    assert moves(favorites, lambda: os.link(photo, favorite))
    assert moves(favorites, lambda: favorite.rename(favorites / "g.jpg"))
    assert moves(albums, (albums / "New").mkdir)
    assert moves(albums, (albums / "New").rmdir)
    assert moves(lake, (lake / "n.jpg").touch)
    assert moves(lake, (lake / "n.jpg").unlink)
    assert moves(trash, lambda: photo.rename(trash / "a.jpg"))
    assert moves(lake, lambda: (trash / "a.jpg").rename(photo))
