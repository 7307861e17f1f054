"""A mirror that is filled over a line that fails all the time, by runs that are killed: proven."""

import hashlib
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from agent.mirror_copying import FETCHES
from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.darkroom import Darkroom
from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.serving import flickr_in_thread
from photofs.emulators.hosting.faults import drop
from photofs.emulators.hosting.originals import Painted
from tests.support.household import Household
from tests.support.logins import add_flickr
from tests.support.mirrored import check_sums, files_of

SEED = 20261123
CUT_AFTER = 700


def account_of(photos: int) -> Account:
    """An account with so many small pictures that are real ones."""
    account = Account()
    for number in range(photos):
        account.add_photo(
            Painted(kind="jpg", seed=number, width=64, height=48),
            taken=f"20{10 + number % 10}-0{1 + number % 9}-05 10:00:00",
            title=f"Photo {number}",
        )
    return account


@contextmanager
def failing(emulator: Emulator, every: float) -> Iterator[None]:
    """Every so many seconds the line breaks for some downloads, in their middle."""
    ended = threading.Event()
    dice = random.Random(SEED)

    def fail() -> None:
        while not ended.wait(dice.uniform(0.5, 1.5) * every):
            emulator.faults.add(drop(CUT_AFTER), "/static/*", times=2 * FETCHES)

    thread = threading.Thread(target=fail)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def run_for(household: Household, seconds: float) -> bool:
    """A run that is killed after so long; whether it came to its end before."""
    command = [sys.executable, "-m", "agent", "mirror"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=household.environ, stdout=quiet, stderr=quiet) as process:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(seconds) == 0
        process.kill()
    return False


def becomes_complete(
    household: Household, root: Path, *, photos: int, every: float, lives: float
) -> None:
    """Runs of so many seconds fill the mirror; all of it is there once, and proven.

    Only what was in flight when a run was killed may have come twice.
    """
    root.mkdir()
    kills = 0
    with flickr_in_thread(account_of(photos)) as emulator:
        add_flickr(household, emulator)
        household.scanned()
        household.run("mirror", "add", "flickr", root)
        with failing(emulator, every):
            while not run_for(household, lives):
                kills += 1
                assert kills < 500, "the mirror does not grow"
                lives *= 1.1  # a slow machine gets further each time
        (ran,) = household.ask("mirror", "run")
        darkroom = Darkroom(emulator.account.vault)
        blobs = [darkroom.original(photo) for photo in emulator.account.stream()]
        wanted = sorted(hashlib.sha256(blob.read(0, blob.size)).hexdigest() for blob in blobs)
        largest = max(blob.size for blob in blobs)
        served = [path for path in emulator.ledger.served if path.startswith("/static/")]
        repeated = sum(emulator.ledger.bytes_repeated(path) for path in served)
    assert (ran["photos"], ran["lacking"], ran["failed"]) == (photos, 0, [])
    assert kills > 0
    assert repeated <= kills * FETCHES * largest
    found = sorted(hashlib.sha256(data).hexdigest() for data in files_of(root).values())
    assert found == wanted
    assert check_sums(root) == photos
    (proof,) = household.ask("mirror", "verify")
    assert (proof["good"], proof["complete"], proof["unknown"]) == (photos, True, 0)
    household.run("check")


@pytest.mark.timeout(500)
def test_two_hundred_photos_become_a_proven_mirror(household: Household, tmp_path: Path) -> None:
    """A small cut of the soak below: breaks ten times a second, kills every few seconds."""
    becomes_complete(household, tmp_path / "nas", photos=200, every=0.1, lives=0.5)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_ten_thousand_photos_become_a_proven_mirror(household: Household, tmp_path: Path) -> None:
    """The line breaks every few seconds, and each minute the run is killed."""
    becomes_complete(household, tmp_path / "nas", photos=10_000, every=3.0, lives=60.0)
