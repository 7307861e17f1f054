"""The notes of what was told, and the streams through tgz parts."""

import gzip
import os
import random
import zlib
from pathlib import Path

import pytest
import trio

from photofs.model.errors import Corrupt
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Media
from photofs.providers.archives.gzip_stream import GzipStream, Mark, Marks
from photofs.providers.archives.member import Member, Packing
from photofs.providers.archives.sameness import Sameness
from photofs.providers.archives.told import Note, Told
from tests.support.provider_tools import StateInMemory


def seen(number: int) -> PhotoSeen:
    """A photo."""
    return PhotoSeen(
        remote_id=f"file-{number}", media=Media.PICTURE, content_key="k", ref="r", as_of_ns=1
    )


def tell(state: StateInMemory, *numbers: int, ended: bool = True) -> list[str]:
    """Tell these photos and what is missing; the ids of the missing. Unless ended, as if killed."""
    told = Told(state)
    notes: list[Note] = []
    for number in numbers:
        notes += told.add(seen(number))
    missing = list(told.missing())
    for one in missing:
        notes += told.add(one)
    notes += told.end()
    for note in notes if ended else notes[:-1]:
        state.put(note.key, note.value)
    assert all(one.missing for one in missing)
    return [one.remote_id for one in missing]


def test_what_was_told_is_missed() -> None:
    """What is not told again is missing from then on, until it is told again."""
    state = StateInMemory()
    assert tell(state, 1, 2, 3) == []
    assert tell(state, 1, 3) == ["file-2"]
    assert tell(state, 1) == ["file-3", "file-2"]
    assert tell(state, 1, 2, 3) == []


def test_a_killed_scan_leaves_the_notes_whole() -> None:
    """Notes of a scan that did not end count for nothing, and hurt none of those before."""
    state = StateInMemory()
    tell(state, 1, 2)
    tell(state, 1, ended=False)
    tell(state, 3, ended=False)
    assert tell(state, 1) == ["file-2"]


def test_notes_that_cannot_be_read() -> None:
    """Notes of another kind are taken as none."""
    for value in (None, 7, "x", [1], ["a", "b"], [0, 1], {"a": 1}):
        state = StateInMemory()
        state.put("told", value)
        state.put("told-0-1", "no such thing")
        assert tell(state, 1) == []


@pytest.fixture
def plain() -> bytes:
    """20 MB that do not pack, as photos do not."""
    return random.Random(7).randbytes(20_000_000)


def opened(path: Path) -> int:
    """A descriptor of it."""
    return os.open(path, os.O_RDONLY)


def test_marks_bring_a_stream_near(tmp_path: Path, plain: bytes) -> None:
    """A part that was read through can be entered near any place, with the right bytes."""
    path = tmp_path / "part.tgz"
    path.write_bytes(gzip.compress(plain, 1))
    marks = Marks()
    first = GzipStream(opened(path), marks)
    first.skip(len(plain))
    assert first.read(1) == b""
    first.close()
    for at in (19_000_001, 9_500_000, 17, 12_000_000):
        stream = GzipStream(opened(path), marks, near=at)
        assert at - (9 << 20) < stream.position <= at
        stream.skip(at - stream.position)
        assert stream.read(100) == plain[at : at + 100]
        stream.close()
    late = GzipStream(opened(path), marks, near=19_000_001)
    assert late.position > 8 << 20
    late.close()


@pytest.mark.parametrize("what", ["skip", "checksum"])
async def test_p26_who_is_cancelled_waits_for_no_long_way_through_an_archive(
    tmp_path: Path, plain: bytes, what: str
) -> None:
    """The thread that skips in a tgz, or works a checksum out, ends at its next chunk."""
    path = tmp_path / "part.tgz"
    path.write_bytes(gzip.compress(plain, 1))
    stream = GzipStream(opened(path), Marks())
    size = path.stat().st_size
    file = Member("", "", path.name, size, size, None, Packing.FILE, path.stat().st_mtime_ns)
    went_on: list[str] = []

    def go(scope: trio.CancelScope) -> None:
        trio.from_thread.run_sync(scope.cancel)
        if what == "skip":
            stream.skip(len(plain))
        else:
            Sameness(tmp_path, [file], None).crc(file)
        went_on.append(what)

    with trio.CancelScope() as scope:
        await trio.to_thread.run_sync(go, scope)
    assert scope.cancelled_caught
    assert not went_on
    assert stream.position == 0
    stream.skip(len(plain) - 9)  # nothing was lost of its place
    assert stream.read(9) == plain[-9:]
    stream.close()


def test_a_cut_stream(tmp_path: Path) -> None:
    """A gzip stream that is cut gives what is there, then Corrupt."""
    path = tmp_path / "part.tgz"
    path.write_bytes(gzip.compress(b"a" * 100_000 + os.urandom(1000))[:-300])
    stream = GzipStream(opened(path), Marks())
    with pytest.raises(Corrupt, match="cut short"):
        stream.skip(200_000)
    assert stream.position >= 100_000
    stream.close()


def test_marks_stay_few() -> None:
    """However long a part is, at most 64 marks are kept, spread over it."""
    marks = Marks()
    state = zlib.decompressobj()
    for position in range(0, 50 << 30, 1 << 20):
        if marks.due(position):
            marks.add(Mark(position, position // 2, state))
    for at in (1 << 30, 25 << 30, 49 << 30):
        mark = marks.before(at)
        assert mark is not None
        assert at - mark.position <= 1 << 30
