"""kill -9 of a mount, or of its fetching process, at one system call after the other.

A client copies a small live library out meanwhile, over a line that drops every 100 kB. Whatever
was killed: the next mount goes on, the copy ends right, and no byte that had been noted comes
again. `strace -f` kills whichever process of the mount makes its n-th such call, each time anew.
"""

import os
import random
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from photofs.assembly import House
from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.darkroom import Darkroom
from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.serving import flickr_in_thread
from photofs.emulators.hosting.faults import drop
from photofs.emulators.hosting.originals import Random
from photofs.model.ranges import Ranges
from photofs.model.span import Span
from photofs.originals.port import DraftKey
from tests.support.household import Household, shell
from tests.support.logins import add_flickr

pytestmark = pytest.mark.mount

SIZE = 300_000
DROPS = 100_000
CALLS = (
    "pwrite64", "write", "writev", "fsync", "fdatasync", "rename", "ftruncate", "fchmod",
    "unlink", "flock", "fcntl", "sendto", "mkdir",
)  # fmt: skip
SAMPLE = [("writev", 2), ("pwrite64", 40), ("rename", 1), ("writev", 20)]
"""Of a mount that is not ready yet, of fetching, of sealing, and of the mount's answers."""

WITHIN = 90
"""Seconds in which a mount that is to be killed comes up, is read, or ends."""

RUNS = 10
"""Of rsync until it has nothing left to do; a reader's deadline is short here."""


@dataclass
class World:
    """A scanned library to be copied for each death, and the truth about it, by name."""

    emulator: Emulator
    home: Path
    truth: dict[str, bytes]
    keys: dict[str, DraftKey]

    def household(self, folder: Path) -> Household:
        """One that nobody has mounted yet."""
        shutil.copytree(self.home, folder / "home")
        return Household(folder)

    def noted(self, household: Household) -> dict[str, Ranges]:
        """What has arrived of each photo and is noted."""
        store = House(household.environ).store()
        noted = {}
        for name, key in self.keys.items():
            reader = store.read_draft(key)
            if reader is not None:
                with closing(reader):
                    noted[name] = reader.present
        return noted

    def served(self, name: str) -> list[Span]:
        """Which stretches of a photo the service has sent since the ledger was cleared."""
        photo = next(one for one in self.emulator.account.stream() if f"{one.title}.jpg" == name)
        ledger = self.emulator.ledger.served
        paths = [path for path in ledger if photo.id in path]
        return [Span(start, stop) for path in paths for start, stop in ledger[path]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three pictures on a line that drops."""
    account = Account()
    for number in range(3):
        picture = Random(kind="jpg", seed=number, size=SIZE)
        account.add_photo(picture, taken="2020-05-05 10:00:00", title=f"Photo {number}")
    with flickr_in_thread(account) as emulator:
        household = Household(tmp_path_factory.mktemp("world"))
        config = household.home / "config" / "config.toml"
        config.parent.mkdir()
        config.write_text("[network]\nread_timeout = 1.0\nopen_deadline = 4\nread_deadline = 4\n")
        add_flickr(household, emulator)
        household.scanned()
        emulator.faults.add(drop(DROPS), "/static/*", times=None)
        darkroom = Darkroom(account.vault)
        truth = {f"{it.title}.jpg": darkroom.original(it).read(0, SIZE) for it in account.stream()}
        yield World(emulator, household.home, truth, keys_of(household))


def keys_of(household: Household) -> dict[str, DraftKey]:
    """Under which key each photo is fetched, by the name in Dates."""
    keys = {}
    with House(household.environ).catalog() as catalog:
        for photo_id in catalog.unsized(1, 0, 10):
            key = catalog.origins(photo_id)[0].seen.content_key
            keys[Path(catalog.path_of(photo_id)).name] = DraftKey(photo_id, key)
    return keys


@pytest.fixture(scope="module")
def strace() -> str:
    """The path of strace, or a skip that says why."""
    path = shutil.which("strace")
    if path is None:
        pytest.skip("strace is not installed: system calls cannot be made to kill")
    if subprocess.run([path, "true"], capture_output=True, check=False).returncode:
        pytest.skip("strace may not trace here")
    return path


def copy_out(point: Path, copy: Path) -> str:
    """One run of rsync; what it did or complained of."""
    source = f"{point / 'flickr' / 'Dates'}/"
    return shell("timeout", "60", "rsync", "-ai", source, f"{copy}/", code=None)


def copy_and_die(strace: str, household: Household, copy: Path, call: str, nth: int) -> bool:
    """Copy out of a mount that is killed there; False if it makes fewer such calls."""
    point, trace = household.folder / "photos", household.folder / "trace"
    point.mkdir()
    command = [strace, "-f", "-q", "-o", str(trace), "-e", f"trace={call}"]
    command += ["-e", f"inject={call}:signal=KILL:when={nth}"]
    mount = subprocess.Popen(
        [*command, sys.executable, "-m", "photofs", "mount", "--no-agent", str(point)],
        env=household.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert mount.stdout is not None
    try:
        readable, _, _ = select.select([mount.stdout], [], [], WITHIN)
        assert readable, f"{call} {nth}: the mount neither came up nor ended"
        if not mount.stdout.readline():
            return mount.wait(WITHIN) == -signal.SIGKILL
        for _ in range(RUNS):
            done = goes_well("rsync", "-ai", f"{point / 'flickr' / 'Dates'}/", f"{copy}/")
            if done or not goes_well("ls", point):
                break
        return not goes_well("ls", point) or "killed by SIGKILL" in trace.read_text()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(mount.pid, signal.SIGKILL)
        mount.wait(WITHIN)
        mount.stdout.close()


def goes_well(*command: str | Path) -> bool:
    """Whether a program on a dying mount does; TimeoutExpired if it hangs.

    It is not killed then, for a program that waits for a mount can only be ended by ending that.
    """
    quiet = subprocess.DEVNULL
    return subprocess.Popen([*command], stdout=quiet, stderr=quiet).wait(WITHIN) == 0


def survives(world: World, strace: str, folder: Path, call: str, nth: int) -> bool:
    """One death and what comes after it; False if nothing was killed."""
    folder.mkdir(parents=True)
    household, copy = world.household(folder), folder / "copy"
    killed = copy_and_die(strace, household, copy, call, nth)
    noted = world.noted(household)
    world.emulator.ledger.clear()
    with household.mounted() as point:
        for _ in range(RUNS):
            if copy_out(point, copy) == "":
                break
        else:
            pytest.fail(f"{call} {nth}: not done after {RUNS} runs")
    copied = {path.name: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert copied == world.truth, (call, nth)
    for name, ranges in noted.items():
        again = [span for span in world.served(name) for has in ranges if overlap(span, has)]
        assert again == [], (call, nth, name, list(ranges))
    assert "nothing is wrong" in household.run("check", "--read")
    return killed


def overlap(one: Span, other: Span) -> bool:
    """Whether they have a byte in common."""
    return max(one.start, other.start) < min(one.stop, other.stop)


@pytest.mark.parametrize(("call", "nth"), SAMPLE)
def test_p16_a_mount_killed_at_a_system_call_goes_on(
    world: World, strace: str, tmp_path: Path, call: str, nth: int
) -> None:
    """Some of the moments."""
    assert survives(world, strace, tmp_path / "one", call, nth), "it makes fewer such calls now"


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("call", CALLS)
def test_p16_a_mount_killed_at_every_system_call_goes_on(
    world: World, strace: str, tmp_path: Path, call: str
) -> None:
    """All of the first moments of each kind, and some of the later ones."""
    dice = random.Random(call)
    nth = 1
    while survives(world, strace, tmp_path / str(nth), call, nth):
        shutil.rmtree(tmp_path / str(nth))
        nth += 1 if nth < 30 else dice.randint(1, 10)
