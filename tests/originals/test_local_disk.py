"""The store on a local disk: drafts, sealing, rooms, verifying."""

import hashlib
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from photofs.model.errors import Bug, Busy, Corrupt, NotFound, StoreError
from photofs.model.observation import ContentHash, HashKind
from photofs.model.span import Span
from photofs.originals.draft import draft_files
from photofs.originals.local_disk import LocalDisk, boot_id
from photofs.originals.port import DraftKey, OriginalStore, Room, Sealed

KEY = DraftKey(7, "etag-1")
BYTES = bytes(range(256)) * 40
SHA256 = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The Kept room."""
    return tmp_path / "data" / "kept"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """The Cache room."""
    return tmp_path / "cache" / "originals"


@pytest.fixture
def store(kept: Path, cache: Path) -> LocalDisk:
    """A store with ample room."""
    return LocalDisk(kept, cache, limit=1 << 30, min_free=0)


@pytest.fixture
def part(cache: Path) -> Path:
    """Where the draft of KEY lies."""
    return draft_files(cache / "drafts", KEY).part


@pytest.fixture
def log(cache: Path) -> Path:
    """Where its log lies."""
    return draft_files(cache / "drafts", KEY).log


def put(store: LocalDisk, data: bytes = BYTES, key: DraftKey = KEY) -> Sealed:
    """Seal an original."""
    draft = store.open_draft(key, len(data))
    draft.write(0, data)
    return draft.seal(None)


def read(store: LocalDisk, sha256: str) -> bytes | None:
    """All bytes of a sealed original."""
    fd = store.open_sealed(sha256)
    if fd is None:
        return None
    with open(fd, "rb") as file:  # noqa: PTH123 - a descriptor is no path
        return file.read()


def rot(path: Path) -> None:
    """Change one byte of a sealed file, keeping its length."""
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[5] ^= 1
    path.write_bytes(data)


def test_it_is_a_store_of_originals(store: LocalDisk) -> None:
    """The class keeps the port's contract as far as types can tell."""
    port: OriginalStore = store
    assert port.usage().cache == 0


def test_what_was_written_is_sealed_under_its_hash(store: LocalDisk, cache: Path) -> None:
    """A whole draft becomes a read-only file by its SHA-256, in folders closed to others."""
    assert put(store) == Sealed(SHA256, len(BYTES), Room.CACHE)

    path = cache / SHA256[:2] / SHA256
    assert store.sealed_path(SHA256) == path
    assert store.has_sealed(SHA256) is Room.CACHE
    assert read(store, SHA256) == BYTES
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    folders = [cache, cache / SHA256[:2], cache / "drafts"]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    assert list((cache / "drafts").iterdir()) == []
    assert list(store.sealed()) == [Sealed(SHA256, len(BYTES), Room.CACHE)]


def test_p16_a_download_has_a_temporary_name_until_it_is_checked(
    store: LocalDisk, cache: Path, part: Path
) -> None:
    """Until seal, nothing lies under a sealed name; a draft with a gap is never sealed."""
    draft = store.open_draft(KEY, len(BYTES))
    draft.write(100, BYTES[100:])
    with pytest.raises(Corrupt, match="100 bytes have not arrived"):
        draft.seal(None)

    assert part.exists()
    assert list(store.sealed()) == []
    assert store.open_sealed(SHA256) is None
    draft.write(0, BYTES[:100])
    draft.seal(None)
    assert [path.name for path in cache.rglob("*") if path.is_file()] == [SHA256]


def test_p16_a_length_that_is_not_known_cannot_be_checked(store: LocalDisk) -> None:
    """Without a length there is no sealing, and the draft stays."""
    with closing(store.open_draft(KEY, None)) as draft:
        draft.write(0, BYTES)
        with pytest.raises(Corrupt, match="length is not known"):
            draft.seal(None)
        draft.set_size(len(BYTES))
        assert draft.seal(None).sha256 == SHA256


@pytest.mark.parametrize(
    "expected",
    [
        ContentHash(HashKind.SHA256, SHA256),
        ContentHash(HashKind.SHA256, SHA256.upper()),
        ContentHash(HashKind.MD5, hashlib.md5(BYTES).hexdigest()),  # noqa: S324 - a service's
        ContentHash(HashKind.CRC32, f"{zlib.crc32(BYTES):08x}"),
    ],
)
def test_p16_the_declared_hash_is_compared(store: LocalDisk, expected: ContentHash) -> None:
    """Right bytes pass under each kind of hash; one wrong byte does not."""
    draft = store.open_draft(KEY, len(BYTES))
    draft.write(0, BYTES)
    assert draft.seal(expected).sha256 == SHA256

    other = store.open_draft(DraftKey(8, "x"), len(BYTES))
    other.write(0, b"\xff" + BYTES[1:])
    with pytest.raises(Corrupt, match="do not have the"):
        other.seal(expected)
    assert [sealed.sha256 for sealed in store.sealed()] == [SHA256]


def test_p16_wrong_bytes_are_set_aside_and_the_next_opener_begins_anew(
    store: LocalDisk, cache: Path
) -> None:
    """After a hash that does not fit, the bytes lie in aside/ and nothing counts as arrived."""
    draft = store.open_draft(KEY, len(BYTES))
    draft.write(0, BYTES)
    with pytest.raises(Corrupt):
        draft.seal(ContentHash(HashKind.SHA256, "0" * 64))
    draft.close()

    assert [path.suffix for path in (cache / "aside").iterdir()] == [".corrupt"]
    assert store.read_draft(KEY) is None
    with closing(store.open_draft(KEY, None)) as again:
        assert again.size is None
        assert again.missing(Span(0, 10)) == [Span(0, 10)]


def test_only_a_few_damaged_files_are_held(store: LocalDisk, cache: Path) -> None:
    """A source that always sends wrong bytes does not fill the disk with them."""
    for photo_id in range(12):
        draft = store.open_draft(DraftKey(photo_id, "x"), 4)
        draft.write(0, b"abcd")
        with pytest.raises(Corrupt):
            draft.seal(ContentHash(HashKind.CRC32, "00000000"))

    assert len(list((cache / "aside").iterdir())) == 8


def test_an_empty_original_can_be_sealed(store: LocalDisk) -> None:
    """A file of 0 bytes is whole from the beginning."""
    sealed = store.open_draft(KEY, 0).seal(None)
    assert sealed.size == 0
    assert read(store, sealed.sha256) == b""


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


def test_a_sealed_file_removed_by_hand_is_just_not_there(store: LocalDisk, cache: Path) -> None:
    """No error: it can be sealed again."""
    put(store)
    (cache / SHA256[:2] / SHA256).unlink()
    (cache / SHA256[:2]).rmdir()
    assert store.open_sealed(SHA256) is None
    assert store.has_sealed(SHA256) is None
    assert store.sealed_path(SHA256) is None
    assert store.free(SHA256) == 0
    assert put(store).sha256 == SHA256


def test_sealing_the_same_bytes_again_heals_a_damaged_cache_file(store: LocalDisk) -> None:
    """Bytes just verified take the place of those that have the same name."""
    path = store.sealed_path(put(store).sha256)
    assert path is not None
    rot(path)
    put(store, key=DraftKey(8, "other"))
    assert read(store, SHA256) == BYTES


def test_keep_moves_it_out_of_reach_of_eviction(store: LocalDisk, kept: Path) -> None:
    """It lies in Kept alone, read-only; sealing the same bytes again finds them there."""
    put(store)
    store.keep(SHA256)
    store.keep(SHA256)

    path = kept / SHA256[:2] / SHA256
    assert store.sealed_path(SHA256) == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert store.free(SHA256) == 0
    assert put(store, key=DraftKey(9, "")).room is Room.KEPT
    assert store.clear() == 0
    assert read(store, SHA256) == BYTES
    assert store.usage().cache == 0
    assert store.usage().kept >= len(BYTES)


def test_keep_copies_between_file_systems(tmp_path: Path) -> None:
    """Kept on another file system: the copy is whole and read-only, nothing else is left."""
    elsewhere = Path("/dev/shm")  # noqa: S108 - another file system that every Linux has
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("the shared memory is not another file system here")
    kept = elsewhere / f"photofs-test-{os.getpid()}"
    try:
        store = LocalDisk(kept, tmp_path / "cache", limit=1 << 30, min_free=0)
        put(store)
        store.keep(SHA256)
        assert [path.name for path in kept.rglob("*") if path.is_file()] == [SHA256]
        assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []
        assert store.has_sealed(SHA256) is Room.KEPT
        assert store.verify(SHA256)
    finally:
        for path in sorted(kept.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        kept.rmdir()


def test_keep_refuses_damaged_bytes(store: LocalDisk) -> None:
    """A rotten Cache file never gets into Kept; it is set aside."""
    path = store.sealed_path(put(store).sha256)
    assert path is not None
    rot(path)
    with pytest.raises(Corrupt, match="was not kept"):
        store.keep(SHA256)
    assert store.has_sealed(SHA256) is None
    with pytest.raises(NotFound):
        store.keep(SHA256)


def test_verify_sets_a_rotten_cache_file_aside(store: LocalDisk) -> None:
    """True for right bytes; False once for a rotten file, which is then fetched anew."""
    path = store.sealed_path(put(store).sha256)
    assert path is not None
    assert store.verify(SHA256)
    rot(path)
    assert not store.verify(SHA256)
    assert store.has_sealed(SHA256) is None
    with pytest.raises(NotFound, match=SHA256):
        store.verify(SHA256)


def test_verify_never_touches_a_rotten_kept_file(store: LocalDisk, kept: Path) -> None:
    """It is reported each time, stays, and a good copy in the Cache is preferred to it."""
    put(store)
    store.keep(SHA256)
    path = kept / SHA256[:2] / SHA256
    rot(path)
    damaged = path.read_bytes()

    assert not store.verify(SHA256)
    assert len(store.verify_all(repair=True)) == 1
    assert "stays as it is" in store.verify_all()[0]
    assert put(store).room is Room.CACHE
    assert path.read_bytes() == damaged
    assert read(store, SHA256) == BYTES


def test_verify_all_only_looks_unless_told_to_repair(store: LocalDisk) -> None:
    """A damaged Cache file is named; with repair it is set aside, and then all is well."""
    path = store.sealed_path(put(store).sha256)
    assert path is not None
    put(store, b"other", DraftKey(8, ""))
    assert store.verify_all() == []
    rot(path)

    assert [SHA256 in line for line in store.verify_all()] == [True]
    assert [SHA256 in line for line in store.verify_all(repair=True)] == [True]
    assert store.verify_all() == []
    assert store.has_sealed(SHA256) is None


def test_strangers_in_the_rooms_are_left_alone(store: LocalDisk, cache: Path) -> None:
    """Files that the store did not make are neither shown nor counted nor removed."""
    put(store)
    stranger = cache / SHA256[:2] / "notes.txt"
    stranger.write_text("mine")
    (cache / "README").write_text("mine")
    assert [sealed.sha256 for sealed in store.sealed()] == [SHA256]
    store.clear()
    assert stranger.exists()


def test_names_that_are_no_hashes_are_our_own_mistake(store: LocalDisk) -> None:
    """No text from elsewhere can become a path."""
    with pytest.raises(Bug):
        store.open_sealed("../../etc/passwd")


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


def test_the_boot_id_is_the_kernels() -> None:
    """It is the same within one run of the kernel."""
    assert boot_id() == boot_id()
    assert len(boot_id()) == 36


@pytest.fixture(autouse=True)
def no_descriptor_left() -> Iterator[None]:
    """Every test gives back the descriptors that it took."""
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count, quickly
    yield
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - as above
