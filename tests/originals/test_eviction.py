"""Making room: least recently used first, within the limit and the disk's minimum."""

import hashlib
import os
import random
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofs.model.errors import Full
from photofs.originals.local_disk import LocalDisk
from photofs.originals.port import DraftKey, Room

PAGE = 4096
NONE: frozenset[str] = frozenset()


class Clock:
    """A clock that ticks with each look."""

    def __init__(self) -> None:
        self.now = 1_600_000_000_000_000_000

    def __call__(self) -> int:
        """The next second."""
        self.now += 1_000_000_000
        return self.now


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., LocalDisk]:
    """Makes stores over the same two rooms."""

    def made(limit: int, min_free: int = 0) -> LocalDisk:
        rooms = tmp_path / "kept", tmp_path / "cache"
        return LocalDisk(*rooms, limit=limit, min_free=min_free, now_ns=Clock())

    return made


def put(store: LocalDisk, seed: int, pages: int = 1) -> str:
    """Seal an original of so many pages, and use it; its hash."""
    data = random.Random(seed).randbytes(pages * PAGE)
    draft = store.open_draft(DraftKey(seed, ""), len(data))
    draft.write(0, data)
    sha256 = draft.seal(None).sha256
    use(store, sha256)
    return sha256


def use(store: LocalDisk, sha256: str) -> None:
    """Open it once, as a reader does."""
    fd = store.open_sealed(sha256)
    if fd is not None:
        os.close(fd)


def here(store: LocalDisk) -> set[str]:
    """The hashes in the Cache."""
    return {sealed.sha256 for sealed in store.sealed() if sealed.room is Room.CACHE}


def test_nothing_goes_while_all_fits(make: Callable[..., LocalDisk]) -> None:
    """With room enough make_room frees nothing."""
    store = make(100 * PAGE)
    put(store, 1)
    assert store.make_room(50 * PAGE, NONE) == 0
    assert len(here(store)) == 1


def test_the_least_recently_used_goes_first(make: Callable[..., LocalDisk]) -> None:
    """Opening a file saves it; no more goes than must."""
    store = make(4 * PAGE)
    first, second, third = (put(store, seed) for seed in (1, 2, 3))
    use(store, first)
    assert store.make_room(2 * PAGE, NONE) == PAGE
    assert here(store) == {first, third}
    assert store.make_room(3 * PAGE, NONE) == PAGE
    assert here(store) == {first}
    assert second not in here(store)


def test_only_an_opening_within_a_second_is_not_noted(tmp_path: Path) -> None:
    """The time of use is that of the last opening, to the second."""
    now = [1_600_000_000_000_000_000]
    rooms = tmp_path / "kept", tmp_path / "cache"
    store = LocalDisk(*rooms, limit=PAGE, min_free=0, now_ns=lambda: now[0])
    sha256 = put(store, 1)
    path = store.sealed_path(sha256)
    assert path is not None
    begun = now[0]
    for later, noted in ((900_000_000, 0), (1_100_000_000, 1_100_000_000)):
        now[0] = begun + later
        use(store, sha256)
        assert path.stat().st_atime_ns == begun + noted


def test_pinned_originals_stay(make: Callable[..., LocalDisk]) -> None:
    """A pinned file stays though it is the oldest; if only such are left, it is Full."""
    store = make(3 * PAGE)
    old, new = put(store, 1), put(store, 2)
    store.make_room(2 * PAGE, frozenset({old}))
    assert here(store) == {old}
    with pytest.raises(Full, match="limit of 12,288 bytes"):
        store.make_room(3 * PAGE, frozenset({old}))
    assert here(store) == {old}
    assert new not in here(store)


def test_what_can_never_fit_costs_nobody_a_place(make: Callable[..., LocalDisk]) -> None:
    """Asked for more than the limit, nothing is evicted before the refusal."""
    store = make(10 * PAGE)
    put(store, 1)
    with pytest.raises(Full):
        store.make_room(11 * PAGE, NONE)
    assert len(here(store)) == 1


def test_kept_originals_neither_count_nor_go(make: Callable[..., LocalDisk]) -> None:
    """Kept lies outside the limit."""
    store = make(2 * PAGE)
    kept = put(store, 1, pages=8)
    store.keep(kept)
    put(store, 2)
    assert store.make_room(2 * PAGE, NONE) == PAGE
    assert store.has_sealed(kept) is Room.KEPT


def test_an_open_file_can_be_evicted(make: Callable[..., LocalDisk]) -> None:
    """Whoever reads it reads on."""
    store = make(PAGE)
    sha256 = put(store, 1)
    fd = store.open_sealed(sha256)
    assert fd is not None
    with open(fd, "rb") as file:  # noqa: PTH123 - a descriptor is no path
        store.make_room(PAGE, NONE)
        assert here(store) == set()
        assert hashlib.sha256(file.read()).hexdigest() == sha256


def test_stale_drafts_go_but_never_one_that_is_written(make: Callable[..., LocalDisk]) -> None:
    """A draft that nobody writes is dropped with its log; a locked one stays whole."""
    store = make(12 * PAGE)
    with closing(store.open_draft(DraftKey(1, ""), None)) as stale:
        stale.write(0, b"x" * 4 * PAGE)
    with closing(store.open_draft(DraftKey(2, ""), None)) as active:
        active.write(0, b"y" * 4 * PAGE)
        with pytest.raises(Full):
            store.make_room(8 * PAGE, NONE)
        store.make_room(6 * PAGE, NONE)
        assert store.read_draft(DraftKey(1, "")) is None
        reader = store.read_draft(DraftKey(2, ""))
        assert reader is not None
        reader.close()
    assert store.usage().drafts <= 5 * PAGE


def test_damaged_files_go_first(make: Callable[..., LocalDisk], tmp_path: Path) -> None:
    """What was set aside makes room before any good file."""
    store = make(4 * PAGE)
    bad, good = put(store, 1), put(store, 2)
    path = store.sealed_path(bad)
    assert path is not None
    path.chmod(0o600)
    path.write_bytes(b"!" * PAGE)
    store.verify(bad)
    store.make_room(3 * PAGE, NONE)
    assert here(store) == {good}
    assert list((tmp_path / "cache" / "aside").iterdir()) == []


def test_the_disks_minimum_is_left_free(make: Callable[..., LocalDisk], tmp_path: Path) -> None:
    """If the disk itself is short, files go although the limit would allow them."""
    store = make(1 << 50)
    put(store, 1, pages=2000)
    free = shutil.disk_usage(tmp_path).free
    with pytest.raises(Full, match="are to stay free"):
        make(1 << 50, min_free=free + (1 << 40)).make_room(PAGE, NONE)
    assert len(here(store)) == 1
    assert make(1 << 50, min_free=0).make_room(PAGE, NONE) == 0


def test_another_process_writing_is_noticed(make: Callable[..., LocalDisk]) -> None:
    """Before anything is evicted the folder itself is asked, not the memory of it."""
    store, other = make(4 * PAGE), make(4 * PAGE)
    put(store, 1)
    assert store.make_room(PAGE, NONE) == 0
    other.clear()
    put(store, 2, pages=3)
    assert store.make_room(PAGE, NONE) == 0
    assert len(here(store)) == 1


def test_clear_leaves_what_is_being_written(make: Callable[..., LocalDisk]) -> None:
    """All else goes, and the bytes freed are told."""
    store = make(100 * PAGE)
    put(store, 1)
    with closing(store.open_draft(DraftKey(2, ""), None)) as active:
        active.write(0, b"y" * PAGE)
        assert store.clear() == PAGE
        assert store.usage().cache == 0
        active.write(PAGE, b"y")
        active.set_size(PAGE + 1)
        assert active.seal(None).size == PAGE + 1


def test_free_removes_one(make: Callable[..., LocalDisk]) -> None:
    """The bytes freed are told; a second time there is nothing to free."""
    store = make(100 * PAGE)
    sha256 = put(store, 1)
    assert store.free(sha256) == PAGE
    assert store.free(sha256) == 0


STEP = st.tuples(
    st.sampled_from(
        ["seal", "draft", "room", "use", "pin", "unpin", "keep", "free", "rm", "clear"]
    ),
    st.integers(0, 7),
    st.integers(1, 6),
)


@given(st.lists(STEP, max_size=25), st.integers(1, 20))
@settings(max_examples=40)
def test_the_cache_keeps_its_promises_whatever_happens(
    make: Callable[..., LocalDisk], tmp_path: Path, steps: list[tuple[str, int, int]], limit: int
) -> None:
    """Any steps: after make_room it fits, pinned files stay, Kept is never touched."""
    for room in ("kept", "cache"):
        shutil.rmtree(tmp_path / room, ignore_errors=True)
    store = make(limit * PAGE)
    world = _World(store, limit * PAGE)
    for verb, which, pages in steps:
        getattr(world, verb)(which, pages)
        world.check()


class _World:
    """What a test of random steps knows of the store."""

    def __init__(self, store: LocalDisk, limit: int) -> None:
        self.store, self.limit = store, limit
        self.known: list[str] = []
        self.pinned: set[str] = set()
        self.kept: set[str] = set()

    def _pick(self, which: int) -> str | None:
        return self.known[which % len(self.known)] if self.known else None

    def seal(self, which: int, pages: int) -> None:
        """Fetch an original the way fetching does: room first."""
        if self._made_room(pages):
            self.known.append(put(self.store, which * 10 + pages, pages))

    def draft(self, which: int, pages: int) -> None:
        """Fetch half of one and stop."""
        if self._made_room(pages):
            with closing(self.store.open_draft(DraftKey(1000 + which, ""), None)) as draft:
                draft.write(0, b"d" * pages * PAGE)

    def room(self, _which: int, pages: int) -> None:
        """Ask for room."""
        self._made_room(pages)

    def _made_room(self, pages: int) -> bool:
        before = {sha256 for sha256 in self.pinned if self.store.has_sealed(sha256)}
        try:
            self.store.make_room(pages * PAGE, frozenset(self.pinned))
        except Full:
            return False
        finally:
            assert all(self.store.has_sealed(sha256) for sha256 in before)
        usage = self.store.usage()
        assert usage.cache + usage.drafts + pages * PAGE <= self.limit
        return True

    def use(self, which: int, _pages: int) -> None:
        """Read one."""
        if sha256 := self._pick(which):
            use(self.store, sha256)

    def pin(self, which: int, _pages: int) -> None:
        """Pin one."""
        if sha256 := self._pick(which):
            self.pinned.add(sha256)

    def unpin(self, which: int, _pages: int) -> None:
        """Unpin one."""
        self.pinned.discard(self._pick(which) or "")

    def keep(self, which: int, _pages: int) -> None:
        """Move one to Kept."""
        sha256 = self._pick(which)
        if sha256 and self.store.has_sealed(sha256):
            self.store.keep(sha256)
            self.kept.add(sha256)

    def free(self, which: int, _pages: int) -> None:
        """Free one."""
        if sha256 := self._pick(which):
            self.store.free(sha256)

    def rm(self, which: int, _pages: int) -> None:
        """Remove one by hand."""
        sha256 = self._pick(which)
        path = sha256 and self.store.sealed_path(sha256)
        if path and self.store.has_sealed(path.name) is Room.CACHE:
            path.unlink()

    def clear(self, _which: int, _pages: int) -> None:
        """Empty the Cache."""
        self.store.clear()

    def check(self) -> None:
        """What must always hold."""
        assert all(self.store.has_sealed(sha256) is Room.KEPT for sha256 in self.kept)
