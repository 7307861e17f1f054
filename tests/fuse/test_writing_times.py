"""The times of written files: the last of writing and setting counts, as on any file system."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.volume.drafts import Draft
from tests.support.mounting import Mount, mounted
from tests.support.stocked import Stock, picture, stock
from tests.support.wished import EVERYTHING

pytestmark = pytest.mark.mount

SET_NS = 1_000_000_000_123_456_789
LATER_NS = SET_NS + 10**9


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """A library that can be changed."""
    return stock(tmp_path / "stock", {"a.jpg": picture(1, 50_000)}, can=EVERYTHING)


@pytest.fixture
def mount(made: Stock) -> Iterator[Mount]:
    """It, mounted."""
    with mounted(made) as served:
        yield served


def set_time(path: Path | int, time_ns: int = SET_NS) -> None:
    """As `touch -d` does."""
    os.utime(path, ns=(time_ns, time_ns))


def test_a_time_that_is_set_last_stays(mount: Mount, made: Stock) -> None:
    """Set before the close or after it, to the nanosecond, after a remount too."""
    before, after = mount.lake / "before.jpg", mount.lake / "after.jpg"
    with before.open("wb", buffering=0) as file:
        file.write(b"bytes")
        set_time(file.fileno())
    after.write_bytes(b"bytes")
    set_time(after)
    assert before.stat().st_mtime_ns == after.stat().st_mtime_ns == SET_NS
    mount.stop()
    with mounted(made) as again:
        assert (again.lake / "before.jpg").stat().st_mtime_ns == SET_NS
        assert (again.lake / "after.jpg").stat().st_mtime_ns == SET_NS


@pytest.mark.parametrize("again", [False, True], ids=["same handle", "another one"])
def test_who_writes_after_a_time_was_set_moves_it(
    mount: Mount, made: Stock, *, again: bool
) -> None:
    """To the present; and it is so after a remount."""
    path = mount.lake / "new.jpg"
    with path.open("wb", buffering=0) as file:
        file.write(b"bytes")
        set_time(file.fileno())
        if not again:
            file.write(b"more")
    if again:
        assert path.stat().st_mtime_ns == SET_NS
        with path.open("ab") as file:
            file.write(b"more")
    moved = path.stat().st_mtime_ns
    assert moved > LATER_NS
    mount.stop()
    with mounted(made) as later:
        assert (later.lake / "new.jpg").stat().st_mtime_ns == moved


def test_an_editor_that_restores_the_time_has_the_last_word(mount: Mount) -> None:
    """Set, written, and set again; what is cut to another length moves it, too."""
    path = mount.lake / "new.jpg"
    path.write_bytes(b"bytes")
    set_time(path)
    path.write_bytes(b"others")
    set_time(path, LATER_NS)
    assert path.stat().st_mtime_ns == LATER_NS
    os.truncate(path, 3)
    assert path.stat().st_mtime_ns > LATER_NS


def test_opening_and_closing_moves_no_time(mount: Mount) -> None:
    """Nothing was written."""
    path = mount.lake / "new.jpg"
    path.write_bytes(b"bytes")
    set_time(path)
    with path.open("r+b"):
        pass
    assert path.stat().st_mtime_ns == SET_NS


def test_a_file_that_takes_a_photos_place_brings_its_own_time(mount: Mount) -> None:
    """The time that was once set for the photo counts no more."""
    path, other = mount.lake / "new.jpg", mount.lake / ".new.jpg.tmp"
    path.write_bytes(b"bytes")
    set_time(path)
    other.write_bytes(b"others")
    other.rename(path)
    assert path.stat().st_mtime_ns > LATER_NS


def test_a_disk_of_whole_seconds_makes_no_written_file_of_a_set_time(tmp_path: Path) -> None:
    """What was asked for is told, not what the disk made of it, until the file is written."""
    draft = Draft(1, "1-a")
    path = tmp_path / "file"
    path.write_bytes(b"bytes")
    set_time(path, SET_NS // 10**9 * 10**9)
    with path.open("r+b", buffering=0) as file:
        draft.given = (SET_NS, path.stat().st_mtime_ns)
        assert draft.told(file.fileno()) == (5, SET_NS)
        file.write(b"B")
        assert draft.told(file.fileno())[1] > LATER_NS
