"""Drafts: one writer, readers in any process, and what others do to the files."""

import os
import stat
from contextlib import closing
from pathlib import Path

import pytest

from photofs.model.errors import Busy, Corrupt, StoreError
from photofs.model.observation import ContentHash, HashKind
from photofs.model.span import Span
from photofs.originals.local_disk import LocalDisk
from photofs.originals.port import DraftKey
from tests.support.originals import BYTES, KEY, SHA256, read


def test_a_draft_goes_on_where_it_stopped(store: LocalDisk) -> None:
    """Size, version and ranges are there for the next opener; other content keys see nothing."""
    with closing(store.open_draft(KEY, len(BYTES))) as draft:
        draft.set_validator('W/"a\nb"\u2028')
        draft.write(1000, BYTES[1000:2000])
        draft.write(0, BYTES[:10])

    with closing(store.open_draft(KEY, None)) as again:
        assert again.size == len(BYTES)
        assert again.validator == 'W/"a\nb"\u2028'
        assert again.missing(Span(0, 2500)) == [Span(10, 1000), Span(2000, 2500)]
    with closing(store.open_draft(DraftKey(7, "etag-2"), None)) as other:
        assert other.size is None
        assert other.missing(Span(0, 9)) == [Span(0, 9)]


def test_a_draft_has_one_writer(store: LocalDisk, kept: Path, cache: Path) -> None:
    """A second writer is Busy, also through another store; after close it may go on."""
    with closing(store.open_draft(KEY, None)) as draft:
        draft.write(0, b"x")
        other = LocalDisk(kept, cache, limit=1, min_free=0)
        with pytest.raises(Busy, match="another process"):
            other.open_draft(KEY, None)
    with closing(store.open_draft(KEY, None)) as again:
        assert again.missing(Span(0, 1)) == []


def test_a_length_is_told_once(store: LocalDisk) -> None:
    """A second, other length, or bytes beyond the length, are Corrupt; the same is fine."""
    with closing(store.open_draft(KEY, 100)) as draft:
        draft.set_size(100)
        with pytest.raises(Corrupt, match="told 100 before"):
            draft.set_size(99)
        with pytest.raises(Corrupt, match="more bytes came"):
            draft.write(90, b"x" * 11)
    with closing(store.open_draft(DraftKey(1, ""), None)) as draft:
        draft.write(0, b"x" * 11)
        with pytest.raises(Corrupt, match="more than the 10 bytes"):
            draft.set_size(10)


@pytest.mark.parametrize("size", [5, 50, 500])
def test_another_length_begins_the_draft_anew(store: LocalDisk, size: int) -> None:
    """A draft that was begun for another length, or holds more, is of another version."""
    with closing(store.open_draft(KEY, 40)) as draft:
        draft.write(0, b"x" * 40)
    with closing(store.open_draft(KEY, size)) as draft:
        assert draft.size == size
        assert draft.missing(Span(0, 5)) == [Span(0, 5)]


def test_a_reader_sees_what_arrives(store: LocalDisk) -> None:
    """Another descriptor sees ranges after refresh, only then, and the right bytes."""
    assert store.read_draft(KEY) is None
    with closing(store.open_draft(KEY, None)) as draft:
        reader = store.read_draft(KEY)
        assert reader is not None
        with closing(reader):
            draft.write(5, b"hello")
            draft.set_size(10)
            assert not reader.has(Span(5, 10))
            reader.refresh()
            assert reader.has(Span(5, 10))
            assert not reader.has(Span(4, 10))
            assert reader.size == 10
            assert os.pread(reader.fileno(), 5, 5) == b"hello"


def test_a_reader_lives_on_when_the_draft_is_sealed(store: LocalDisk) -> None:
    """Its descriptor shows the sealed bytes and all ranges; a new reader finds no draft."""
    draft = store.open_draft(KEY, len(BYTES))
    reader = store.read_draft(KEY)
    assert reader is not None
    with closing(reader):
        draft.write(0, BYTES)
        draft.seal(None)
        reader.refresh()
        reader.refresh()
        assert reader.has(Span(0, len(BYTES)))
        assert os.pread(reader.fileno(), len(BYTES), 0) == BYTES
        assert not os.fstat(reader.fileno()).st_mode & stat.S_IWUSR
    assert store.read_draft(KEY) is None


def test_p15_a_reader_of_a_version_that_went_is_told(store: LocalDisk) -> None:
    """After reset a reader that was shown bytes gets Corrupt, and its descriptor keeps them."""
    with closing(store.open_draft(KEY, 9)) as draft:
        draft.set_validator("one")
        draft.write(0, b"version-1")
        reader = store.read_draft(KEY)
        assert reader is not None
        with closing(reader):
            draft.reset()
            assert (draft.size, draft.validator) == (None, None)
            assert draft.missing(Span(0, 9)) == [Span(0, 9)]
            draft.write(0, b"version-2")
            assert os.pread(reader.fileno(), 9, 0) == b"version-1"
            with pytest.raises(Corrupt, match="changed at the source"):
                reader.refresh()


def test_a_reader_that_was_shown_nothing_follows_a_reset(store: LocalDisk) -> None:
    """It goes over to the new file under the same descriptor number."""
    with closing(store.open_draft(KEY, 9)) as draft:
        reader = store.read_draft(KEY)
        assert reader is not None
        with closing(reader):
            number = reader.fileno()
            draft.reset()
            draft.write(0, b"version-2")
            reader.refresh()
            assert reader.fileno() == number
            assert reader.has(Span(0, 9))
            assert os.pread(number, 9, 0) == b"version-2"


def test_p15_a_reader_of_bytes_that_turn_out_wrong_is_told(store: LocalDisk) -> None:
    """When sealing finds another hash, a reader that was shown the bytes gets Corrupt."""
    draft = store.open_draft(KEY, 4)
    draft.write(0, b"abcd")
    reader = store.read_draft(KEY)
    assert reader is not None
    with closing(reader):
        with pytest.raises(Corrupt):
            draft.seal(ContentHash(HashKind.CRC32, "00000000"))
        assert os.fstat(reader.fileno()).st_mode & stat.S_IWUSR
        with pytest.raises(Corrupt):
            reader.refresh()
        assert not reader.has(Span(0, 4))


def test_a_long_log_is_rewritten_and_readers_follow(store: LocalDisk, log: Path) -> None:
    """20,000 small writes leave a short log; a reader from before knows all of them."""
    with closing(store.open_draft(KEY, 20_000)) as draft:
        reader = store.read_draft(KEY)
        assert reader is not None
        with closing(reader):
            for offset in range(20_000):
                draft.write(offset, b"z")
            reader.refresh()
            assert reader.has(Span(0, 20_000))
    assert log.stat().st_size < 300_000
    with closing(store.open_draft(KEY, None)) as again:
        assert again.missing(Span(0, 20_000)) == []


def test_a_draft_removed_by_hand_is_put_back_by_its_writer(
    store: LocalDisk, cache: Path, part: Path
) -> None:
    """Removing the whole cache under a writer and a reader: both go on, and it can be sealed."""
    draft = store.open_draft(KEY, len(BYTES))
    draft.write(0, BYTES[:5000])
    reader = store.read_draft(KEY)
    assert reader is not None
    with closing(reader):
        for path in sorted(cache.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        cache.rmdir()
        draft.write(5000, BYTES[5000:])
        assert part.exists()
        reader.refresh()
        assert reader.has(Span(0, len(BYTES)))
        assert os.pread(reader.fileno(), len(BYTES), 0) == BYTES
    assert draft.seal(ContentHash(HashKind.SHA256, SHA256)).sha256 == SHA256
    assert read(store, SHA256) == BYTES


def test_a_log_removed_by_hand_is_put_back_by_its_writer(store: LocalDisk, log: Path) -> None:
    """The ranges are written anew at the next write."""
    with closing(store.open_draft(KEY, 8)) as draft:
        draft.write(0, b"aaaa")
        log.unlink()
        draft.write(4, b"bbbb")
        reader = store.read_draft(KEY)
        assert reader is not None
        with closing(reader):
            assert reader.has(Span(0, 8))


@pytest.mark.parametrize("removed", ["part", "log"])
def test_half_a_draft_counts_as_none(store: LocalDisk, part: Path, log: Path, removed: str) -> None:
    """If one of the two files was removed while nobody wrote, nothing counts as arrived."""
    with closing(store.open_draft(KEY, 8)) as draft:
        draft.write(0, b"aaaa")
    (part if removed == "part" else log).unlink()
    with closing(store.open_draft(KEY, 8)) as again:
        assert again.missing(Span(0, 8)) == [Span(0, 8)]


def test_a_symlink_is_never_followed(store: LocalDisk, part: Path, tmp_path: Path) -> None:
    """A link laid in a draft's place is refused, and its target stays as it was."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    part.parent.mkdir(parents=True)
    part.symlink_to(victim)
    with pytest.raises(StoreError):
        store.open_draft(KEY, 9)
    assert victim.read_bytes() == b"mine"


def test_a_read_only_draft_can_be_opened_again(store: LocalDisk, part: Path) -> None:
    """A crash between the mode and the rename leaves a read-only draft: the next one goes on."""
    with closing(store.open_draft(KEY, 4)) as draft:
        draft.write(0, b"abcd")
    part.chmod(0o400)
    assert store.open_draft(KEY, 4).seal(None).size == 4
