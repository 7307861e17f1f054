"""Listing a large folder on a real mount: made ready in advance, and right all the same."""

import os
from pathlib import Path

import pytest

from tests.support.mounting import mounted
from tests.support.stocked import Stock, file_photos, seen_photo, stock
from tests.support.waiting import wait_until

pytestmark = pytest.mark.mount

NAMES = [f"{number:04}.jpg" for number in range(1000)]
AHEAD = 900
"""Beyond what one request takes, within what is made ready for the next."""


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """A thousand photos in one album; nobody reads their bytes."""
    made = stock(tmp_path / "stock", {})
    refile(made, {})
    return made


def refile(made: Stock, sizes: dict[str, int]) -> None:
    """As a scan would, with another size for some."""
    seen = [
        seen_photo(name, sizes.get(name, 5), key="2" if name in sizes else "1") for name in NAMES
    ]
    with made.open_catalog() as catalog:
        file_photos(catalog, 1, seen)


def test_a_change_amid_a_listing_is_not_undone_by_what_was_made_ready(made: Stock) -> None:
    """The kernel keeps what it is given for an hour; what it learnt meanwhile stays."""
    with mounted(made) as mount, os.scandir(mount.lake) as listing:
        names = [next(listing).name]
        changed = mount.lake / NAMES[AHEAD]
        assert changed.stat().st_size == 5  # kept by the kernel until it is told of the change
        refile(made, {changed.name: 9})
        wait_until(lambda: changed.stat().st_size == 9)
        names += [entry.name for entry in listing]
        assert names == NAMES
        assert changed.stat().st_size == 9


def test_a_listing_begins_again_anywhere(made: Stock) -> None:
    """After rewinddir, and after a seek back into what was given already, each name comes once."""
    with mounted(made) as mount:
        folder = os.open(mount.lake, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for _ in range(2):
                os.lseek(folder, 0, os.SEEK_SET)
                assert sorted(os.listdir(folder)) == NAMES  # noqa: PTH208 - of a descriptor
        finally:
            os.close(folder)
        assert (mount.lake / NAMES[-1]).stat().st_size == 5


def test_two_who_list_at_once_do_not_mix(made: Stock) -> None:
    """Each has its own place, though what is made ready comes from one pool."""
    with (
        mounted(made) as mount,
        os.scandir(mount.lake) as one,
        os.scandir(mount.lake) as other,
    ):
        pairs = list(zip(one, other, strict=True))
        assert [(entry.name, twin.name) for entry, twin in pairs] == [(n, n) for n in NAMES]
        inos = [entry.stat().st_ino for entry, _ in pairs]
        assert inos == [twin.inode() for _, twin in pairs]
        assert len({*inos}) == len(NAMES)
