"""A mirror of an account over a line that breaks all the time, whose runs are killed: complete."""

import hashlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.mirror_copying import FETCHES
from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.darkroom import Darkroom
from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.serving import flickr_in_thread
from photofs.emulators.hosting.faults import drop
from photofs.emulators.hosting.originals import Random
from tests.support.household import Household
from tests.support.logins import add_flickr
from tests.support.mirrored import check_sums, files_of

PHOTOS = 300
LARGEST = 80_000
KILLS = 4


def account_of(photos: int) -> Account:
    """An account with so many pictures of 20 to 80 kB."""
    account = Account()
    for number in range(photos):
        size = 20_000 + number * (LARGEST - 20_000) // photos
        account.add_photo(
            Random(kind="jpg", seed=number, size=size),
            taken=f"20{10 + number % 10}-0{1 + number % 9}-05 10:00:00",
            title=f"Photo {number}",
        )
    return account


def hashes(emulator: Emulator) -> list[str]:
    """What the account has."""
    darkroom = Darkroom(emulator.account.vault)
    blobs = [darkroom.original(photo) for photo in emulator.account.stream()]
    return sorted(hashlib.sha256(blob.read(0, blob.size)).hexdigest() for blob in blobs)


def killed_after(household: Household, root: Path, files: int) -> None:
    """A run that is killed once there are so many files."""
    command = [sys.executable, "-m", "agent", "mirror"]
    with subprocess.Popen(
        command, env=household.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        until = time.monotonic() + 120
        while len(list(root.glob("2*/*/*.jpg"))) < files and process.poll() is None:
            assert time.monotonic() < until, "the mirror does not grow"
            time.sleep(0.01)
        process.kill()


@pytest.mark.timeout(500)
def test_a_mirror_over_a_line_that_fails_is_complete(household: Household, tmp_path: Path) -> None:
    """Every 45 kB the line breaks, and four runs are killed: each original is there once.

    What was in flight when a run was killed may come again, and nothing else.
    """
    root = tmp_path / "nas"
    root.mkdir()
    with flickr_in_thread(account_of(PHOTOS)) as emulator:
        add_flickr(household, emulator)
        household.scanned()
        household.run("mirror", "add", "flickr", root)
        emulator.faults.add(drop(45_000), "/static/*", times=None)
        for kill in range(KILLS):
            killed_after(household, root, 40 * (kill + 1))
        (ran,) = household.ask("mirror", "run")
        served = [path for path in emulator.ledger.served if path.startswith("/static/")]
        repeated = sum(emulator.ledger.bytes_repeated(path) for path in served)
        wanted = hashes(emulator)
    assert (ran["ok"], ran["photos"], ran["lacking"]) == (True, PHOTOS, 0)
    found = [hashlib.sha256(data).hexdigest() for data in files_of(root).values()]
    assert sorted(found) == wanted
    assert check_sums(root) == PHOTOS
    assert repeated <= KILLS * FETCHES * LARGEST
