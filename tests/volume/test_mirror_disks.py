"""Mirrors' disks that hang, or are others than the cache's: nobody waits for them for long."""

import errno
import queue
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from photofs.kernel.mount_table import SameDisk, is_attached
from photofs.model.errors import NotAttached
from photofs.volume import mirror_copies, unsure_disk
from photofs.volume.mirror_copies import MirrorCopies
from photofs.volume.unsure_disk import AT_ONCE, PATIENCE, REST, UnsureDisk
from tests.support.mirrored import add_mirror, run_once
from tests.support.stocked import Stock, picture, stock

DATA = picture(7, 100_000)


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """One photo."""
    return stock(tmp_path / "home", {"a.jpg": DATA})


def mount_table(tmp_path: Path, mounts: Sequence[tuple[str, Path | str]]) -> Path:
    """A kernel's list with these devices at these points, in that order."""
    table = tmp_path / "mountinfo"
    lines = [
        f"{number} 1 {device} / {str(point).replace(' ', chr(92) + '040')} rw - ext4 /dev/x rw\n"
        for number, (device, point) in enumerate(mounts, 20)
    ]
    table.write_text("".join(lines))
    return table


def found_in_place(made: Stock, disk: SameDisk) -> bool:
    """Whether a mount would read the photo's file in the mirror itself."""
    with made.open_catalog() as catalog:
        (copy,) = catalog.copies(1, 0, 9)
        fd = MirrorCopies(catalog).find_on(disk, copy.sha256)
    if fd is None:
        return False
    with open(fd, "rb") as file:  # noqa: PTH123 - a descriptor
        assert file.read() == DATA
    return True


async def test_a_mirror_on_the_caches_disk_is_read_in_place(made: Stock, tmp_path: Path) -> None:
    """The real list of mounts tells that both are on one disk."""
    await run_once(made, add_mirror(made, tmp_path / "nas"))
    assert found_in_place(made, SameDisk(tmp_path))


async def test_a_mount_never_looks_at_another_disk(made: Stock, tmp_path: Path) -> None:
    """What the list of mounts calls another disk is not touched: it may hang."""
    await run_once(made, add_mirror(made, tmp_path / "nas"))
    table = mount_table(tmp_path, [("8:1", "/"), ("0:50", tmp_path / "nas")])
    assert not found_in_place(made, SameDisk(tmp_path / "home", table))


async def test_a_disk_that_is_mounted_later_is_seen(made: Stock, tmp_path: Path) -> None:
    """The list is read anew for each file."""
    await run_once(made, add_mirror(made, tmp_path / "nas"))
    disk = SameDisk(tmp_path / "home", mount_table(tmp_path, [("8:1", "/")]))
    assert found_in_place(made, disk)
    mount_table(tmp_path, [("8:1", "/"), ("0:50", tmp_path / "nas" / "2019")])
    assert not found_in_place(made, disk)


@pytest.mark.parametrize(
    ("mounts", "same"),
    [
        ([("8:1", "/")], True),
        ([("8:1", "/"), ("8:2", "/mnt/my disk")], False),
        ([("8:1", "/"), ("8:2", "/mnt/my disk/2019")], True),
        ([("8:1", "/"), ("8:2", "/mnt/my")], True),
        ([("8:1", "/"), ("8:2", "/mnt"), ("8:1", "/mnt/my disk")], True),
        ([("8:1", "/"), ("8:1", "/mnt/my disk"), ("8:2", "/mnt")], False),
        ([("8:2", "/mnt/my disk"), ("8:1", "/")], False),
        ([("8:1", "/home")], False),
        ([], False),
    ],
)
def test_the_list_of_mounts_tells_which_disk(
    tmp_path: Path, mounts: list[tuple[str, Path | str]], *, same: bool
) -> None:
    """By whole names of a path, the latest mount on top; a doubt counts as another disk."""
    disk = SameDisk(Path("/home/cache"), mount_table(tmp_path, mounts))
    assert disk.holds("/mnt/my disk/a.jpg") is same


def test_without_a_list_no_disk_is_the_same(tmp_path: Path) -> None:
    """Where /proc cannot be read nothing is concluded."""
    assert not SameDisk(tmp_path, tmp_path / "none").holds(str(tmp_path))


class Hanging:
    """A disk that answers nobody until it is let go."""

    def __init__(self) -> None:
        """It hangs."""
        self._let_go = threading.Event()
        self.begun = threading.Semaphore(0)
        self.dropped: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.asked = 0

    def question(self) -> str:
        """In a thread."""
        self.asked += 1
        self.begun.release()
        self._let_go.wait(120)
        return "late"

    def let_go(self) -> None:
        """It answers."""
        self._let_go.set()


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    """A disk that answers at the end of the test."""
    made = Hanging()
    yield made
    made.let_go()


async def ask_in_vain(disk: UnsureDisk, hanging: Hanging, clock: MockClock) -> None:
    """One question, for which nobody waits longer than patience lasts."""

    async def ask() -> None:
        with pytest.raises(NotAttached):
            await disk.ask(hanging.question, hanging.dropped.put)

    before = hanging.asked
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        await wait_all_tasks_blocked()
        if nursery.child_tasks:
            assert hanging.begun.acquire(timeout=60)
            assert hanging.asked == before + 1
            clock.jump(PATIENCE + 1)


async def test_a_disk_that_hangs_is_left_alone(hanging: Hanging, mock_clock: MockClock) -> None:
    """A minute after each question in vain; for good once all its threads hang; others live."""
    disk = UnsureDisk("/mnt/nas")
    await ask_in_vain(disk, hanging, mock_clock)
    await ask_in_vain(disk, hanging, mock_clock)
    assert hanging.asked == 1
    for _ in range(2 * AT_ONCE):
        mock_clock.jump(REST + 1)
        await ask_in_vain(disk, hanging, mock_clock)
    assert hanging.asked == AT_ONCE
    assert trio.to_thread.current_default_thread_limiter().borrowed_tokens == 0
    assert await trio.to_thread.run_sync(lambda: "another thread") == "another thread"


async def test_what_comes_too_late_is_closed(hanging: Hanging, mock_clock: MockClock) -> None:
    """Nobody takes it, so the thread gives it back; then the disk is asked again."""
    disk = UnsureDisk("/mnt/nas")
    await ask_in_vain(disk, hanging, mock_clock)
    hanging.let_go()
    assert await trio.to_thread.run_sync(lambda: hanging.dropped.get(timeout=60)) == "late"
    mock_clock.jump(REST + 1)
    assert await disk.ask(lambda: "answer", hanging.dropped.put) == "answer"
    assert hanging.dropped.empty()


async def test_more_readers_than_threads_wait_in_line(mock_clock: MockClock) -> None:
    """A disk that answers answers all of them."""
    del mock_clock  # it stands still: nobody's patience ends
    disk = UnsureDisk("/mnt/nas")
    answers: list[int] = []

    async def ask(number: int) -> None:
        answers.append(await disk.ask(lambda: number, answers.remove))

    async with trio.open_nursery() as nursery:
        for number in range(5 * AT_ONCE):
            nursery.start_soon(ask, number)
    assert sorted(answers) == list(range(5 * AT_ONCE))


async def test_what_fails_is_told_as_it_failed(mock_clock: MockClock) -> None:
    """And the disk is not left alone for it: it has answered."""
    del mock_clock
    disk = UnsureDisk("/mnt/nas")

    def fail() -> str:
        raise OSError(errno.EIO, "it failed")

    with pytest.raises(OSError, match="it failed"):
        await disk.ask(fail, list)
    assert await disk.ask(lambda: "answer", list) == "answer"


async def test_a_mirror_that_hangs_stops_no_fetching(
    made: Stock, tmp_path: Path, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty photos are asked of it; other threads of the process still work."""
    await run_once(made, add_mirror(made, tmp_path / "nas"))
    monkeypatch.setattr(unsure_disk, "PATIENCE", 0.01)
    monkeypatch.setattr(unsure_disk, "REST", 0.0)

    def opening(*_: object, **__: object) -> None:
        hanging.question()
        raise NotAttached("it answered too late")

    monkeypatch.setattr(mirror_copies, "open_mirror", opening)
    with made.open_catalog() as catalog:
        (copy,) = catalog.copies(1, 0, 9)
        copies = MirrorCopies(catalog)
        for _ in range(50):
            assert await copies.find(copy.sha256) is None
    assert hanging.asked <= AT_ONCE
    assert await trio.to_thread.run_sync(lambda: "another thread") == "another thread"


def test_a_folder_is_attached_if_it_is_there_or_something_is_mounted_there(tmp_path: Path) -> None:
    """What is not on a disk that is worked with all the time is not looked at: it may hang."""
    home, usb = tmp_path / "home", tmp_path / "usb"
    home.mkdir()
    table = mount_table(tmp_path, [("8:1", "/"), ("8:2", home)])
    own = (Path("/"), home)
    assert is_attached(str(home), own, table)
    assert not is_attached(str(home / "nas"), own, table)
    assert not is_attached(str(usb / "nas"), own, table)
    table = mount_table(tmp_path, [("8:1", "/"), ("8:2", home), ("8:3", usb)])
    assert is_attached(str(usb / "nas"), own, table)
    assert not is_attached(str(home), own, tmp_path / "no list")
