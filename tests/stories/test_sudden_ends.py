"""A scan or a mount that is told to stop, or killed: the next start goes on, nothing is damaged."""

import errno
import hashlib
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from photofs.emulators.flickr import synthetic_account
from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.darkroom import Darkroom
from photofs.emulators.flickr.serving import flickr_in_thread
from photofs.emulators.hosting.faults import drip, stall
from photofs.emulators.hosting.originals import Random
from tests.support.household import Household, shell
from tests.support.logins import add_flickr
from tests.support.waiting import wait_until

PHOTOS = 600
"""More than one page of the listing."""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda it: it.name)
def test_p26_a_scan_that_ends_early_leaves_all_in_order(
    household: Household, number: signal.Signals
) -> None:
    """In the middle of the listing, politely or not: `check` is clean, the next scan completes."""
    with flickr_in_thread(synthetic_account(PHOTOS)) as emulator:
        add_flickr(household, emulator)
        fault = emulator.faults.add(stall(), "flickr.people.getPhotos", skip=1)
        scan = household.start("scan", start_new_session=True)
        wait_until(lambda: fault.hits > 0)
        os.killpg(scan.pid, number)
        assert scan.wait(120) != 0
        emulator.faults.clear()
        household.run("check")
        household.run("scan")
        assert household.ask("status")["libraries"][0]["counts"]["photos"] == PHOTOS
        household.run("check")


def test_p26_a_scan_takes_its_agent_with_it(household: Household) -> None:
    """SIGTERM to `photofs scan` alone ends the process that does the work, too."""
    with flickr_in_thread(synthetic_account(PHOTOS)) as emulator:
        add_flickr(household, emulator)
        fault = emulator.faults.add(stall(), "flickr.people.getPhotos", skip=1)
        scan = household.start("scan", start_new_session=True)
        wait_until(lambda: fault.hits > 0)
        scan.terminate()
        assert scan.wait(120) != 0
        emulator.faults.clear()
        household.run("scan")


def test_p24_a_second_scan_waits_for_the_one_that_goes_on(household: Household) -> None:
    """It begins when the first has ended, so it has the less to tell; neither is disturbed."""
    with flickr_in_thread(synthetic_account(PHOTOS)) as emulator:
        add_flickr(household, emulator)
        fault = emulator.faults.add(stall(5.0), "flickr.people.getPhotos", skip=1)
        scan = household.start("scan")
        wait_until(lambda: fault.hits > 0)
        (second,) = household.ask("scan")
        assert scan.wait(120) == 0
        assert second["ok"]
        assert second["told"] < PHOTOS, "it went on from where the first one ended"
        assert household.ask("status")["libraries"][0]["counts"]["photos"] == PHOTOS


@pytest.fixture
def point(household: Household) -> Iterator[Path]:
    """A folder to mount on; free again whatever happened."""
    folder = household.folder / "photos"
    folder.mkdir()
    yield folder
    shell("fusermount3", "-uz", folder, code=None)


@pytest.mark.mount
def test_a_mount_killed_while_it_fetches_goes_on_when_it_is_mounted_again(
    household: Household, point: Path
) -> None:
    """kill -9: broken, not empty; then right bytes, most of them not fetched twice; all sound."""
    size = 6_000_000
    account = Account()
    account.add_photo(Random(kind="jpg", seed=7, size=size), taken="2020-05-05 10:00:00", title="A")
    with flickr_in_thread(account) as emulator:
        add_flickr(household, emulator)
        household.scanned()
        emulator.faults.add(drip(2_000_000), "/static/*", times=None)
        household.run("mount", "--daemon", "--no-agent", point)
        path = point / "flickr" / "Dates" / "2020" / "2020-05" / "A.jpg"
        file = os.open(path, os.O_RDONLY)
        got = 0
        while got < size // 2:
            got += len(os.read(file, 100_000))
        os.kill(server_of(household, point), signal.SIGKILL)
        wait_until(lambda: errno_of(point) == errno.ENOTCONN)
        with suppress(OSError):  # a close asks the mount, which is dead
            os.close(file)
        emulator.faults.clear()
        with household.mounted():
            copied = path.read_bytes()
        (photo,) = account.stream()
        truth = Darkroom(account.vault).original(photo).read(0, size)
        assert hashlib.sha256(copied).digest() == hashlib.sha256(truth).digest()
        ledger = emulator.ledger
        assert sum(ledger.bytes_repeated(path) for path in ledger.served) < size // 2
    household.run("check", "--read")
    assert shell("ls", "-A", point) == ""


def server_of(household: Household, point: Path) -> int:
    """The process that serves a mount."""
    mounts = {mount["point"]: mount["pid"] for mount in household.ask("status")["mounts"]}
    return int(mounts[str(point)])


def errno_of(folder: Path) -> int | None:
    """With which errno listing a folder fails; None if it does not."""
    try:
        list(folder.iterdir())
    except OSError as error:
        return error.errno
    return None
