"""The folders of archives are watched: what is put there is taken in once it is whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from agent.watching import QUIET_S, STALLED, Watching
from photofs.catalog.port import SourceRow
from tests.support.waiting import wait_until

A, B = 1, 2
PART: Final = "takeout-20261101T000000Z-001.zip"


class Clock:
    """A time that the test sets."""

    def __init__(self) -> None:
        """At a moment like any other."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The watch's clock."""
    return Clock()


@pytest.fixture
def watching(clock: Clock) -> Iterator[Watching]:
    """It ends with the test."""
    with closing(Watching(clock=clock)) as made:
        yield made


def source(source_id: int, path: Path | None) -> SourceRow:
    """A source that reads from that path, or from none."""
    config = {} if path is None else {"path": str(path)}
    return SourceRow(source_id, 1, "takeout", None, config, None, None, None, "")


def follow(watching: Watching, *sources: SourceRow) -> None:
    """Begin with these; the first look at them is over."""
    watching.follow(sources)
    for each in sources:
        watching.take(each.source_id)


def settles(watching: Watching, clock: Clock, source_id: int = A) -> bool:
    """Whether it is found changed a moment later; what the system has told by then counts.

    If not, almost no time has passed: what the system tells late is not to look stalled.
    """
    now = clock.now
    clock.now += QUIET_S
    if watching.take(source_id):
        return True
    clock.now = now + 0.1
    return False


def test_a_file_that_was_copied_in_counts_once(
    watching: Watching, clock: Clock, tmp_path: Path
) -> None:
    """At the beginning it counts as changed, for nobody watched; then of one copy one time."""
    watching.follow([source(A, tmp_path)])
    assert watching.take(A)
    assert not settles(watching, clock)
    (tmp_path / PART).write_bytes(b"bytes")
    wait_until(lambda: settles(watching, clock))
    assert not settles(watching, clock)


def test_a_folder_is_left_alone_until_it_is_quiet(
    watching: Watching, clock: Clock, tmp_path: Path
) -> None:
    """The parts of an export come one after the other, and are taken in together."""
    follow(watching, source(A, tmp_path))
    (tmp_path / PART).write_bytes(b"bytes")
    wait_until(lambda: settles(watching, clock))
    (tmp_path / "second.zip").write_bytes(b"bytes")
    (tmp_path / "third.zip").write_bytes(b"bytes")
    clock.now += QUIET_S / 2
    assert not watching.take(A)


def test_a_file_that_is_still_written_waits(
    watching: Watching, clock: Clock, tmp_path: Path
) -> None:
    """A download that stalls is no part yet; one that was given up counts after ten minutes."""
    (tmp_path / "second.zip").write_bytes(b"")
    (tmp_path / PART).write_bytes(b"")
    # one watch for both, so that what is told of the second file comes after what of the first one
    follow(watching, source(A, tmp_path / PART), source(B, tmp_path / "second.zip"))
    with (tmp_path / PART).open("wb") as file:
        file.write(b"half")
        file.flush()
        (tmp_path / "second.zip").write_bytes(b"whole")
        wait_until(lambda: settles(watching, clock, B))
        clock.now += STALLED / 2
        assert not watching.take(A)
        file.write(b" the rest")
    wait_until(lambda: settles(watching, clock))
    with (tmp_path / PART).open("ab") as file:
        file.write(b"more")
        file.flush()
        (tmp_path / "second.zip").write_bytes(b"whole, too")
        wait_until(lambda: settles(watching, clock, B))
        clock.now += STALLED
        wait_until(lambda: settles(watching, clock))


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_regression_what_is_moved_in_is_whole(
    watching: Watching, clock: Clock, tmp_path: Path, kind: str
) -> None:
    """`mv` of a part, or of an unpacked tree, counts once it is quiet; it once had to wait."""
    folder, elsewhere = tmp_path / "export", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (elsewhere / PART).write_bytes(b"bytes")
    follow(watching, source(A, folder))
    moved = elsewhere if kind == "folder" else elsewhere / PART
    moved.rename(folder / moved.name)
    wait_until(lambda: settles(watching, clock))
    assert clock.now < 1000.0 + STALLED


def test_times_that_are_set_after_the_close_are_no_writing(
    watching: Watching, clock: Clock, tmp_path: Path
) -> None:
    """As unzip and rsync do it; the folder does not wait as for a download that stalls."""
    (tmp_path / "second.zip").write_bytes(b"")
    (tmp_path / PART).write_bytes(b"")
    follow(watching, source(A, tmp_path / PART), source(B, tmp_path / "second.zip"))
    (tmp_path / PART).write_bytes(b"bytes")
    os.utime(tmp_path / PART, (1e9, 1e9))
    (tmp_path / "second.zip").write_bytes(b"whole")
    wait_until(lambda: settles(watching, clock, B))
    clock.now += QUIET_S
    assert watching.take(A)


def test_reading_changes_nothing(watching: Watching, clock: Clock, tmp_path: Path) -> None:
    """A scan reads every part; it does not call for the next one by that."""
    (tmp_path / PART).write_bytes(b"bytes")
    (tmp_path / "marker").write_bytes(b"")
    follow(watching, source(A, tmp_path / PART), source(B, tmp_path / "marker"))
    assert (tmp_path / PART).read_bytes()
    assert list(tmp_path.iterdir())
    (tmp_path / "marker").write_bytes(b"more")
    wait_until(lambda: settles(watching, clock, B))
    assert not settles(watching, clock, A)


def test_a_disk_that_comes_back_is_looked_at(
    watching: Watching, clock: Clock, tmp_path: Path
) -> None:
    """While the folder is away nothing is told; another one in its place has changed."""
    folder = tmp_path / "export"
    folder.mkdir()
    follow(watching, source(A, folder))
    folder.rename(tmp_path / "away")
    watching.follow([source(A, folder)])
    assert not settles(watching, clock)
    shutil.copytree(tmp_path / "away", folder)
    watching.follow([source(A, folder)])
    assert settles(watching, clock)
    (folder / PART).write_bytes(b"bytes")
    wait_until(lambda: settles(watching, clock))


def test_of_one_archive_only_itself_counts(
    watching: Watching, clock: Clock, tmp_path: Path
) -> None:
    """A source may be a single file; its neighbours are somebody else's."""
    (tmp_path / PART).write_bytes(b"bytes")
    follow(watching, source(A, tmp_path / PART), source(B, tmp_path))
    (tmp_path / "other.zip").write_bytes(b"bytes")
    wait_until(lambda: settles(watching, clock, B))
    assert not settles(watching, clock)
    (tmp_path / PART).write_bytes(b"other bytes")
    wait_until(lambda: settles(watching, clock))


def test_two_libraries_of_one_folder_are_both_told(
    watching: Watching, clock: Clock, tmp_path: Path
) -> None:
    """Also once one of them is removed."""
    follow(watching, source(A, tmp_path), source(B, tmp_path))
    (tmp_path / PART).write_bytes(b"bytes")
    wait_until(lambda: settles(watching, clock, A))
    wait_until(lambda: settles(watching, clock, B))
    watching.follow([source(B, tmp_path)])
    (tmp_path / PART).write_bytes(b"other bytes")
    wait_until(lambda: settles(watching, clock, B))
    assert not settles(watching, clock, A)


def test_sources_without_a_folder_are_none_of_its_business(watching: Watching) -> None:
    """An account has no folder."""
    watching.follow([source(A, None)])
    assert not watching.take(A)
