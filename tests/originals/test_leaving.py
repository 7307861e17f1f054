"""Originals on their way out of Kept are out of it, and either removed or put back."""

from pathlib import Path

import pytest

from photofs.originals.local_disk import LocalDisk
from photofs.originals.port import Room
from tests.support.originals import BYTES, SHA256, put, read


@pytest.fixture
def store(tmp_path: Path) -> LocalDisk:
    """A store with one original in Kept."""
    made = LocalDisk(tmp_path / "kept", tmp_path / "cache", limit=10**9, min_free=0)
    put(made)
    made.keep(SHA256)
    return made


def test_what_leaves_is_in_no_room_and_can_be_put_back(store: LocalDisk) -> None:
    """Whoever asks meanwhile finds nothing; put back it is as it was."""
    assert store.leaving.names() == frozenset()
    assert store.leaving.take(SHA256)
    assert (store.has_sealed(SHA256), store.leaving.names()) == (None, frozenset([SHA256]))
    assert not store.leaving.take(SHA256)
    store.leaving.put_back(SHA256)
    store.leaving.put_back(SHA256)
    assert (store.has_sealed(SHA256), read(store, SHA256)) == (Room.KEPT, BYTES)
    assert store.leaving.names() == frozenset()


def test_what_is_removed_is_gone(store: LocalDisk) -> None:
    """Only what was taken out of Kept before, and once."""
    assert not store.leaving.remove(SHA256)
    assert store.has_sealed(SHA256) is Room.KEPT
    store.leaving.take(SHA256)
    assert store.leaving.remove(SHA256)
    assert not store.leaving.remove(SHA256)
    assert store.has_sealed(SHA256) is None


def test_what_is_sealed_meanwhile_is_a_file_of_its_own(store: LocalDisk) -> None:
    """The same bytes, written and sealed after the old file was taken out, stay when that goes."""
    store.leaving.take(SHA256)
    path = store.written.folder / "7-x"
    path.parent.mkdir(parents=True)
    path.write_bytes(BYTES)
    assert store.written.seal("7-x").sha256 == SHA256
    assert store.leaving.remove(SHA256)
    assert read(store, SHA256) == BYTES
