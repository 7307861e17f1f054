"""What each system call does in which folder, as docs/SEMANTICS.md lists it, on a real mount."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.calls_in_folders import CALLS, FAR, PHOTO, Place, Unchanged
from tests.support.doc_tables import table
from tests.support.mounting import Mount, mounted
from tests.support.posix_calls import errno_of
from tests.support.stocked import picture, stock
from tests.support.wished import EVERYTHING

pytestmark = pytest.mark.mount


class Ground(NamedTuple):
    """One mount for all cells of the table."""

    mount: Mount

    def place(self, kind: str) -> Place:
        """A folder of a column's kind, with a new file to work on, standing there if it may."""
        home = self.mount.home
        folder = {
            "album": self.mount.lake,
            "Unsorted": home / "Unsorted",
            "Favorites": home / "Favorites",
            "Dates": home / "Dates" / "2019" / "2019-07",
            "Trash": home / "Trash",
            "Albums": home / "Albums",
            "library": home,
            "root": self.mount.point,
            "Scratch": self.mount.scratch,
        }[kind]
        here = folder if kind in WRITABLE else self.mount.lake
        for name in ("file.jpg", "b.jpg"):
            (here / name).write_bytes(PHOTO)
        return Place(folder, here / "file.jpg")


WRITABLE = ("album", "Unsorted", "Favorites", "Scratch")
COLUMNS = {
    "an album, Unsorted, Favorites": ("album", "Unsorted", "Favorites"),
    "Albums": ("Albums",),
    "Dates, Trash, a library": ("Dates", "Trash", "library"),
    "the root": ("root",),
    "Scratch": ("Scratch",),
}
HEADING, *ROWS = table("call")
EXPECTED = {
    (row[0], kind): word
    for row in ROWS
    for heading, word in zip(HEADING[1:-1], row[1:-1], strict=True)
    for kind in COLUMNS[heading]
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A library that can be changed, with a photo; its log names no mistake of ours."""
    made = stock(
        tmp_path_factory.mktemp("calls") / "stock", {"a.jpg": picture(2, 1000)}, can=EVERYTHING
    )
    with mounted(made) as mount:
        yield Ground(mount)
    assert "Traceback" not in mount.log
    assert "ERROR" not in mount.log


def outcome(call: Callable[[Place], object], place: Place) -> str:
    """How the table puts what a call does."""
    try:
        return errno_of(lambda: call(place)) or "done"
    except Unchanged:
        return "no effect"


def test_the_table_lists_these_calls() -> None:
    """Each row is tried, and nothing is tried that is not listed."""
    assert [row[0] for row in ROWS] == [*CALLS]
    assert HEADING[1:-1] == [*COLUMNS]


@pytest.mark.parametrize(("call", "kind"), EXPECTED, ids=lambda value: value.replace("`", ""))
def test_a_call_does_what_the_table_says(
    ground: Ground, call: str, kind: str, tmp_path: Path
) -> None:
    """Done, without effect, or refused with that errno."""
    place = ground.place(kind)
    if kind == "Scratch" and call == TOO_FAR and has_endless_files(tmp_path):
        pytest.skip("the disk below takes a file of any length")
    try:
        assert outcome(CALLS[call], place) == EXPECTED[call, kind]
    finally:
        clear(place)


TOO_FAR = "truncate` beyond what any file holds"


def has_endless_files(folder: Path) -> bool:
    """Whether the disk under this folder takes what ext4 refuses."""
    file = folder / "far"
    file.touch()
    try:
        os.truncate(file, FAR)
    except OSError:
        return False
    return True


LEFT = {"free.jpg", "other.jpg", "file.jpg", "b.jpg", "pipe"}


def clear(place: Place) -> None:
    """Take away what calls have left."""
    for folder in {place.folder, place.file.parent}:
        for path in folder.iterdir():
            if path.name in LEFT:
                path.unlink()
