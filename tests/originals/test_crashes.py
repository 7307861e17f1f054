"""Kill -9 at any moment, power cuts, full disks: what had arrived is right, or not counted."""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from photofs.model.errors import Busy, Full, StoreError
from photofs.model.span import Span
from photofs.originals.port import DraftKey
from tests.support.disks import PowerDisk, small_disk, why_no_mounts
from tests.support.draft_writer import (
    CHUNKS,
    EXPECTED,
    KEY,
    ORIGINAL,
    chunk_span,
    store_at,
)

ROOT = Path(__file__).parents[2]
CALLS = ("pwrite64", "write", "ftruncate", "rename", "fsync", "fchmod", "unlink", "flock", "mkdir")
SEED = 20261121


def writer(root: Path, *more: str) -> list[str]:
    """The command of the program that fetches into a store."""
    return [sys.executable, "-m", "tests.support.draft_writer", str(root), *more]


def check_and_finish(root: Path, told: list[int], boot: str | None = None) -> None:
    """Nothing wrong is there, nothing told is missing, and fetching can be finished."""
    store = store_at(root, boot)
    assert store.verify_all() == []
    if store.has_sealed(EXPECTED.digest):
        return
    reader = store.read_draft(KEY)
    if reader is not None:
        with closing(reader):
            for span in reader.present:
                there = os.pread(reader.fileno(), span.length, span.start)
                assert there == ORIGINAL[span.start : span.stop]
    draft = store.open_draft(KEY, len(ORIGINAL))
    assert [index for index in told if draft.missing(chunk_span(index))] == []
    for gap in draft.missing(Span(0, len(ORIGINAL))):
        draft.write(gap.start, ORIGINAL[gap.start : gap.stop])
    assert draft.seal(EXPECTED).sha256 == EXPECTED.digest
    assert store.verify_all() == []


def kill_after(root: Path, lines: int, seed: int) -> list[int]:
    """Kill -9 the program when it has told so many chunks; what it told."""
    command = writer(root, "--seed", str(seed))
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(lines)]
        with pytest.raises(Busy):
            store_at(root).open_draft(KEY, None)
        process.kill()
    return told


@pytest.mark.parametrize("lines", random.Random(SEED).sample(range(1, CHUNKS + 1), 4))
def test_kill_9_forgets_no_byte_that_was_told(tmp_path: Path, lines: int) -> None:
    """While the writer lives others are Busy; killed, it leaves all that it told, unlocked."""
    told = kill_after(tmp_path, lines, seed=lines)
    check_and_finish(tmp_path, told)


def test_kill_9_again_and_again_still_ends(tmp_path: Path) -> None:
    """Each run goes on where the one before was killed."""
    told: set[int] = set()
    for seed in range(3):
        told.update(kill_after(tmp_path, 3, seed))
    check_and_finish(tmp_path, sorted(told))


@pytest.fixture
def strace() -> str:
    """The path of strace, or a skip that says why."""
    path = shutil.which("strace")
    if path is None:
        pytest.skip("strace is not installed: system calls cannot be made to kill")
    usable = subprocess.run([path, "true"], capture_output=True, check=False)
    if usable.returncode:
        pytest.skip("strace may not trace here")
    return path


def killed_at(strace: str, root: Path, call: str, nth: int) -> bool:
    """Kill the program at the n-th such system call; False if it makes fewer."""
    inject = f"inject={call}:signal=KILL:when={nth}"
    command = [strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject]
    finished = subprocess.run(
        [*command, *writer(root, "--seal")], cwd=ROOT, capture_output=True, check=False
    )
    assert finished.returncode in {0, -signal.SIGKILL}, finished.stderr.decode()
    return finished.returncode != 0


@pytest.mark.parametrize(
    ("call", "nth"),
    [
        ("pwrite64", 5),
        ("write", 9),
        ("rename", 1),
        ("fsync", 1),
        ("fchmod", 1),
        ("write", 1),
        ("fsync", 3),
        ("unlink", 1),
    ],
)
def test_p16_kill_9_at_a_system_call_leaves_a_sound_store(
    tmp_path: Path, strace: str, call: str, nth: int
) -> None:
    """Some of the moments: whatever is under a sealed name is whole, and the rest goes on."""
    assert killed_at(strace, tmp_path, call, nth)
    check_and_finish(tmp_path, [])


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_p16_kill_9_at_every_system_call_leaves_a_sound_store(tmp_path: Path, strace: str) -> None:
    """All of the moments."""
    moments = 0
    for call in CALLS:
        nth = 1
        while killed_at(strace, tmp_path / call / str(nth), call, nth):
            check_and_finish(tmp_path / call / str(nth), [])
            nth += 1
        moments += nth - 1
    assert moments > 40, "the sweep met too few system calls to prove anything"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[PowerDisk]:
    """A disk whose power can be cut, or a skip that says why."""
    if why := why_no_mounts():
        pytest.skip(why)
    power = PowerDisk(tmp_path / "power")
    power.mount()
    try:
        yield power
    finally:
        power.unmount()


def fetch_and_cut(disk: PowerDisk, seed: int, boot: str) -> list[int]:
    """Write chunks, sync some, cut the power, boot again; which chunks had been synced."""
    random_ = random.Random(seed)
    store = store_at(disk.root, boot)
    synced: list[int] = []
    draft = store.open_draft(KEY, len(ORIGINAL))
    for index in random_.sample(range(CHUNKS), random_.randint(1, CHUNKS)):
        span = chunk_span(index)
        draft.write(span.start, ORIGINAL[span.start : span.stop])
        if random_.random() < 0.4:
            draft.close()
            draft = store.open_draft(KEY, len(ORIGINAL))
            synced = [at for at in range(CHUNKS) if not draft.missing(chunk_span(at))]
    disk.cut_power()
    draft.abandon()
    disk.unmount()
    disk.mount()
    return synced


@pytest.mark.parametrize("seed", [1, 2])
def test_p15_after_a_power_cut_only_synced_bytes_count(disk: PowerDisk, seed: int) -> None:
    """What was synced is there; what was not is not believed; fetching can be finished."""
    synced = fetch_and_cut(disk, seed, boot="one")
    check_and_finish(disk.root, synced, boot="two")


def test_p16_a_sealed_original_survives_a_power_cut(disk: PowerDisk) -> None:
    """Seal has returned: the file is there, whole, read-only, after the cut."""
    draft = store_at(disk.root).open_draft(KEY, len(ORIGINAL))
    draft.write(0, ORIGINAL)
    draft.seal(EXPECTED)
    disk.cut_power()
    disk.unmount()
    disk.mount()
    store = store_at(disk.root, "two")
    assert store.verify(EXPECTED.digest)
    path = store.sealed_path(EXPECTED.digest)
    assert path is not None
    assert path.stat().st_mode & 0o777 == 0o400


def test_a_kept_original_survives_a_power_cut(disk: PowerDisk) -> None:
    """The same for keep."""
    store = store_at(disk.root)
    draft = store.open_draft(KEY, len(ORIGINAL))
    draft.write(0, ORIGINAL)
    store.keep(draft.seal(EXPECTED).sha256)
    disk.cut_power()
    disk.unmount()
    disk.mount()
    assert store_at(disk.root, "two").verify(EXPECTED.digest)


def test_a_disk_that_fails_is_told_and_nothing_is_sealed(disk: PowerDisk) -> None:
    """Bytes that could not be brought to the disk are never called an original."""
    store = store_at(disk.root)
    draft = store.open_draft(KEY, len(ORIGINAL))
    draft.write(0, ORIGINAL)
    other = store.open_draft(DraftKey(9, ""), None)
    other.write(0, ORIGINAL)
    disk.cut_power()
    with pytest.raises(StoreError, match="the disk failed while"):
        draft.seal(EXPECTED)
    with pytest.raises(StoreError, match="the disk failed while"):
        other.close()
    assert store.has_sealed(EXPECTED.digest) is None
    draft.close()


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_p15_after_any_of_many_power_cuts_only_synced_bytes_count(disk: PowerDisk) -> None:
    """A hundred cuts of one store, each in another kernel run, each time begun anew."""
    for seed in range(100):
        synced = fetch_and_cut(disk, seed, boot=f"{seed}")
        check_and_finish(disk.root, synced, boot=f"{seed} again")
        store_at(disk.root).clear()


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB, or a skip that says why."""
    if why := why_no_mounts():
        pytest.skip(why)
    with small_disk(tmp_path / "tiny", 256 << 10) as folder:
        yield folder


def test_a_full_disk_loses_nothing_that_had_arrived(tiny: Path) -> None:
    """Full is raised, what fitted is noted and right, and after room was made it goes on."""
    store = store_at(tiny)
    filler = tiny / "filler"
    filler.write_bytes(b"f" * (220 << 10))
    with closing(store.open_draft(KEY, len(ORIGINAL))) as draft:
        draft.write(0, ORIGINAL[:9000])
        with pytest.raises(Full, match="no room on the disk"):
            draft.write(9000, ORIGINAL[9000:])
        arrived = draft.present.total
        assert arrived > 9000
    filler.unlink()
    with closing(store.open_draft(KEY, None)) as again:
        assert again.present.total == arrived
    check_and_finish(tiny, [])


def test_the_disks_minimum_is_kept_by_evicting(tiny: Path) -> None:
    """When the disk runs low, old originals go, and the minimum stays free."""
    rooms = tiny / "kept", tiny / "cache"
    store = type(store_at(tiny))(*rooms, limit=1 << 30, min_free=64 << 10)
    sealed = []
    for photo_id in range(8):
        data = random.Random(photo_id).randbytes(32 << 10)
        store.make_room(len(data) + (8 << 10), frozenset())
        draft = store.open_draft(DraftKey(photo_id, ""), len(data))
        draft.write(0, data)
        sealed.append(draft.seal(None).sha256)
        assert store.usage().disk_free >= 64 << 10
    assert store.has_sealed(sealed[-1])
    assert not store.has_sealed(sealed[0])
