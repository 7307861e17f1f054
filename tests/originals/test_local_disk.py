"""The store on a local disk: sealing, rooms, verifying."""

import hashlib
import os
import stat
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from photofs.model.errors import Bug, Corrupt, NotFound
from photofs.model.observation import ContentHash, HashKind
from photofs.model.span import Span
from photofs.originals.local_disk import LocalDisk, boot_id
from photofs.originals.port import DraftKey, OriginalStore, Room, Sealed
from tests.support.originals import BYTES, KEY, SHA256, put, read, rot


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


def test_a_sealed_file_removed_by_hand_is_just_not_there(store: LocalDisk, cache: Path) -> None:
    """No error: it can be sealed again."""
    put(store)
    (cache / SHA256[:2] / SHA256).unlink()
    (cache / SHA256[:2]).rmdir()
    assert store.open_sealed(SHA256) is None
    assert store.has_sealed(SHA256) is None
    assert store.sealed_status(SHA256) is None
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


def test_the_boot_id_is_the_kernels() -> None:
    """It is the same within one run of the kernel."""
    assert boot_id() == boot_id()
    assert len(boot_id()) == 36
