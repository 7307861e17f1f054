"""Folders that were opened are remembered, and asked for one by one as well as all at once."""

import dataclasses
from collections import Counter

import pytest

from photofs.catalog.opened_rows import AwaitedFolder, OpenedFolder
from photofs.catalog.thumbnail_rows import WantedThumbnail
from photofs.model.node import row_id
from photofs.model.thumbnail import ThumbnailSize
from tests.support.filed import Filed, album, photo

HERE = b"/home/ada/photos"
SIZES = (ThumbnailSize.NORMAL, ThumbnailSize.LARGE)
MANY = 10_001


@pytest.fixture
def filed(stocked: Filed) -> Filed:
    """Two photos, both of them in an album."""
    stocked.scan(photo("a", size=10), photo("b"), album("x", "Trip", "a", "b"), full=False)
    return stocked


def wanted(filed: Filed) -> list[WantedThumbnail]:
    """Everywhere, in both sizes."""
    return filed.catalog.wanted_thumbnails(HERE, SIZES, everywhere=True, limit=1000)


def in_parts(filed: Filed, folder: int, most: int) -> list[WantedThumbnail]:
    """What is wanted in a folder, asked for bit by bit."""
    found: list[WantedThumbnail] = []
    while part := filed.catalog.wanted_in(
        HERE, SIZES, folder, found[-1].row.entry if found else 0, most
    ):
        found += part
    return found


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_folder_by_folder_the_same_is_wanted_as_at_once(filed: Filed, most: int) -> None:
    """Whatever fits into one answer, no size of a photo is left out or told of twice."""
    whole = wanted(filed)
    lacking = filed.catalog.folders_lacking(HERE, SIZES, everywhere=True)
    assert {folder for folder, _ in lacking} == {each.row.folder for each in whole}
    found = [each for folder, _ in lacking for each in in_parts(filed, folder, most)]
    assert Counter(each.row for each in found) == Counter(each.row for each in whole)


def test_folder_by_folder_the_same_is_stale_as_at_once(filed: Filed) -> None:
    """And nothing that shows a photo as it is."""
    catalog = filed.catalog
    rows = [each.row._replace(taken=100) for each in wanted(filed)]
    catalog.thumbnails_made(rows)
    folders = {row.folder for row in rows}
    assert catalog.folders_lacking(HERE, SIZES, everywhere=True) == []
    assert not any(catalog.stale_in(HERE, folder, 99) for folder in folders)
    filed.scan(dataclasses.replace(photo("a", size=10), content_key="2"), full=False)
    stale = [row for folder in folders for row in catalog.stale_in(HERE, folder, 99)]
    assert Counter(stale) == Counter(catalog.stale_thumbnails(99))
    assert {row.path.rpartition("/")[2] for row in stale} == {"a.jpg"}


def test_who_waits_is_told_until_all_is_drawn(filed: Filed) -> None:
    """With the program, and how many photos; what nobody opened is told of nowhere."""
    catalog = filed.catalog
    trip = row_id(filed.ino("Albums/Trip/"))
    assert catalog.awaited_folders(HERE, "normal", 9) == []
    catalog.note_all_opened([OpenedFolder(trip, 5, "thunar")])
    assert catalog.awaited_folders(HERE, "normal", 9) == [
        AwaitedFolder("/L/Albums/Trip", 5, "thunar", 2, 0)
    ]
    (first, *_) = in_parts(filed, trip, 100)
    catalog.thumbnails_made([first.row])
    assert catalog.awaited_folders(HERE, "normal", 9)[0].pictured == 1
    catalog.thumbnails_made([each.row for each in wanted(filed)])
    assert catalog.awaited_folders(HERE, "normal", 9) == []


def test_the_folders_that_were_opened_last_are_remembered(filed: Filed) -> None:
    """Ten thousand: the one that nobody opened for longest is let go."""
    opened = [OpenedFolder(folder, folder, "ls") for folder in range(1, MANY + 1)]
    filed.catalog.note_all_opened(opened)
    kept = filed.catalog.lately_opened(MANY + 1)
    assert kept == opened[:0:-1]
