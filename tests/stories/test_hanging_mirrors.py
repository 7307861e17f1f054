"""Mirrors on disks that do not answer, or whose files are huge: others go on, and a stop is one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest
import trio

from agent.mirror_rounds import keep_mirrored
from photofs.assembly import HOME_VARIABLE, House
from photofs.emulators.flickr.emulator import Emulator as Flickr
from photofs.wishing.recognising import MIRROR_NAME
from photofs.wishing.recognising_mirrors import recognise_mirrors
from tests.support.disks import PowerDisk, why_no_mounts
from tests.support.fuse_disks import NTFS, FuseDisk, fuse_disk, why_none
from tests.support.household import PATIENCE, Household
from tests.support.jpegs import jpeg
from tests.support.log_guard import ExpectLog
from tests.support.mirrored import files_of
from tests.support.ruled import Kept

STOP_WITHIN = 20
"""Seconds, of TimeoutStopSec= in the units; after them systemd kills."""

HUGE = 40 << 30
"""Bytes: hashing them takes longer than any stop may."""

LONG_S = 20.0
"""Seconds in which a disk that does not hang answers, however busy the machine is."""

PHOTOS = {f"p{number}.jpg": jpeg(number, 3000) for number in range(3)}


@pytest.fixture
def library(household: Household, tmp_path: Path) -> Household:
    """A household with a library "pictures" of a folder."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, data in PHOTOS.items():
        (folder / name).write_bytes(data)
    household.run("library", "add", "folder", folder)
    return household


@pytest.fixture
def nas(tmp_path: Path) -> Iterator[FuseDisk]:
    """A disk that can stop to answer."""
    if why_none(NTFS):
        pytest.skip(why_none(NTFS))
    with fuse_disk(NTFS, tmp_path / "nas") as disk:
        yield disk


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@contextmanager
def program(household: Household, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """The agent's program with that verb."""
    with subprocess.Popen(
        [sys.executable, "-m", "agent", *arguments],
        env=household.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def stopped(process: "subprocess.Popen[str]") -> str:
    """What it said, once SIGTERM has ended it in time."""
    process.send_signal(signal.SIGTERM)
    return process.communicate(timeout=STOP_WITHIN)[1]


def add_mirror(household: Household, root: Path) -> None:
    """A mirror of the library."""
    root.mkdir(exist_ok=True)
    household.run("mirror", "add", "pictures", root)


@pytest.mark.soak
def test_p26_a_stop_ends_the_hashing_of_a_huge_file(library: Household, tmp_path: Path) -> None:
    """SIGTERM ends verifying by itself, in a sentence, in the midst of a file."""
    add_mirror(library, tmp_path / "mirror")
    library.run("mirror", "run")
    huge = next((tmp_path / "mirror").rglob("p0.jpg"))
    huge.chmod(0o600)
    os.truncate(huge, HUGE)
    with program(library, "verify") as process:
        until(lambda: str(huge) in opened_by(process.pid))
        told = stopped(process)
    assert told.endswith("photofs: stopped; the next one goes on from here\n")
    assert "did not end" not in told
    with House({HOME_VARIABLE: str(library.home)}).catalog() as catalog:
        (row,) = catalog.mirrors()
        assert catalog.bad_copies(row.mirror_id) == []


def opened_by(pid: int) -> set[str]:
    """The files that a process has open."""
    found = set()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(str(each.readlink()))
        except FileNotFoundError:
            continue
    return found


@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts() or "mounts")
def test_p26_a_stop_ends_the_copying_of_a_huge_file(library: Household, tmp_path: Path) -> None:
    """SIGTERM ends an agent that copies for minutes, and nothing of the copy stays."""
    disk = PowerDisk(tmp_path / "disk", size=HUGE)
    disk.mount()
    with ExitStack() as stack:
        stack.callback(disk.pull)
        library.run("cache", "warm", "pictures")
        sealed = next(path for path in library.home.rglob("*") if len(path.name) == 64)
        sealed.chmod(0o600)
        os.truncate(sealed, HUGE // 2)
        add_mirror(library, disk.root)
        with program(library, "serve", "--until-signal") as agent:
            until(lambda: any(size > 32 << 20 for size in temporary(disk.root)))
            told = stopped(agent)
            assert agent.returncode == 0
        assert "did not end" not in told
        assert temporary(disk.root) == []


def temporary(root: Path) -> list[int]:
    """The lengths of files that are not whole yet."""
    found = []
    for path in root.rglob(".photofs-*.tmp"):
        try:
            found.append(path.stat().st_size)
        except FileNotFoundError:
            continue
    return found


@pytest.mark.mount
def test_p26_a_stop_ends_though_a_disk_hangs(library: Household, nas: FuseDisk) -> None:
    """What cannot be ended is left alone, told of, and begun again by the next run."""
    root = nas.root / "mirror"
    add_mirror(library, root)
    nas.hang()
    for verb, status in (("mirror", 130), ("verify", 130)):
        with program(library, verb) as process:
            until(partial(hangs, process.pid))
            told = stopped(process)
            assert process.returncode == status
            assert "a disk that does not answer" in told
    nas.answer()
    (ran,) = library.ask("mirror", "run")
    assert (ran["photos"], ran["lacking"]) == (len(PHOTOS), 0)


@pytest.mark.mount
def test_p26_a_rule_waits_for_no_disk_that_hangs(
    household: Household, flickr: Flickr, nas: FuseDisk
) -> None:
    """An armed rule asks its mirror beside all else: a stop of the agent is one."""
    root = nas.root / "mirror"
    root.mkdir()
    kept = Kept(household, flickr, root)
    kept.write(text=kept.rule + "most = 1\n")
    kept.check()
    household.run("rules", "run", "tokyo")
    kept.check()
    household.run("rules", "arm", "tokyo")
    household.run("scan")
    with House(household.environ).catalog() as catalog:
        catalog.note_rule(catalog.rule("tokyo")._replace(run_ns=1))
        (mirror,) = catalog.mirrors()
        catalog.note_mirror_run(mirror.mirror_id, time.time_ns())  # so that the rule alone asks
    nas.hang()
    with program(household, "serve", "--until-signal") as agent:
        until(partial(hangs, agent.pid))
        stopped(agent)
        assert agent.returncode == 0


@pytest.mark.mount
def test_p26_a_library_waits_for_no_folder_that_hangs(household: Household, nas: FuseDisk) -> None:
    """The agent looks at what it reads from beside all else: a stop of it is one."""
    folder = nas.root / "pictures"
    folder.mkdir()
    (folder / "p.jpg").write_bytes(PHOTOS["p0.jpg"])
    household.run("library", "add", "folder", folder)
    nas.hang()
    with program(household, "serve", "--until-signal") as agent:
        until(partial(hangs, agent.pid))
        stopped(agent)
        assert agent.returncode == 0


def hangs(pid: int) -> bool:
    """Whether a thread of it waits for the file system in another process."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        try:
            if "fuse" in (thread / "wchan").read_text() or "request_wait" in (
                (thread / "stack").read_text()
            ):
                return True
        except OSError:
            continue
    return False


@pytest.mark.mount
def test_p18_a_mirror_that_hangs_keeps_no_other_from_being_asked(
    library: Household, nas: FuseDisk, tmp_path: Path
) -> None:
    """Of the other one it is found out that another catalog has worked on it."""
    good = tmp_path / "mirror"
    for root in (nas.root / "mirror", good):
        add_mirror(library, root)
    library.run("mirror", "run")
    (good / MIRROR_NAME).unlink()
    (good / MIRROR_NAME).write_text("of another catalog\n")
    nas.hang()
    with House({HOME_VARIABLE: str(library.home)}).catalog() as catalog:
        recognise_mirrors(catalog, 1, LONG_S)
        assert str(good) in catalog.doubt()
    nas.answer()


@pytest.mark.mount
async def test_a_disk_that_hangs_holds_no_other_mirror_up(
    library: Household, nas: FuseDisk, tmp_path: Path, expect_log: ExpectLog
) -> None:
    """The other one becomes complete; it is told which does not answer; back, it goes on later."""
    hung, good = nas.root / "mirror", tmp_path / "mirror"
    for root in (hung, good):
        await trio.to_thread.run_sync(add_mirror, library, root)
    expect_log("does not answer")
    house = House({HOME_VARIABLE: str(library.home)})
    nas.hang()
    with house.catalog() as catalog:

        def trouble() -> str:
            (row,) = (row for row in catalog.mirrors() if row.root == str(hung))
            return row.trouble

        async with trio.open_nursery() as nursery:
            nursery.start_soon(keep_mirrored, house, catalog, 1.0)
            complete = partial(until, lambda: len(files_of(good)) == len(PHOTOS))
            await trio.to_thread.run_sync(complete)
            assert "does not answer" in trouble()
            nas.answer()
            nursery.cancel_scope.cancel()
    assert sorted(files_of(good).values()) == sorted(PHOTOS.values())
    (ran,) = await trio.to_thread.run_sync(library.ask, "mirror", "run", hung)
    assert (ran["photos"], ran["lacking"]) == (len(PHOTOS), 0)
    with house.catalog() as catalog:
        assert [row.trouble for row in catalog.mirrors()] == ["", ""]
