"""Copied in again what was deleted at Flickr a moment ago: the service has it, or it waits."""

import time
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from photofs.emulators.flickr import Account, flickr_in_thread
from photofs.emulators.flickr import faults as bad
from photofs.emulators.flickr.darkroom import Darkroom
from photofs.emulators.flickr.emulator import Emulator as Flickr
from photofs.emulators.pictures import make_jpeg
from tests.support.household import PATIENCE, Household
from tests.support.logins import add_flickr

pytestmark = [pytest.mark.mount, pytest.mark.timeout(600)]

TAKEN = datetime(2019, 7, 12, 18, 30, 5)  # noqa: DTZ001 - wall time, as in EXIF
ASKED = "flickr.photos.getInfo"
QUICK = '[tree]\ntimezone = "UTC"\n[writing]\ngrace = 0.2\nquiet = 0.2\n'


def picture(number: int) -> bytes:
    """One of some pictures."""
    return make_jpeg(number, width=32, height=24, taken=TAKEN.replace(minute=number))


@pytest.fixture
def flickr() -> Iterator[Flickr]:
    """An account with an album of three photos."""
    account = Account()
    ids = []
    for number in range(3):
        stored, _ = account.store(picture(number))
        taken = TAKEN.replace(minute=number).isoformat(" ")
        told = {"taken": taken, "title": f"{number:02}", "width": 32, "height": 24}
        ids.append(account.add_photo(stored, format="jpg", **told).id)  # type: ignore[arg-type]
    account.add_album("Lima", ids)
    with flickr_in_thread(account) as emulator:
        yield emulator


def at_flickr(flickr: Flickr) -> list[str]:
    """The hashes of all that the account has."""
    vault = Darkroom(flickr.account.vault)
    blobs = [vault.original(photo) for photo in flickr.account.stream()]
    return sorted(sha256(each.read(0, each.size)).hexdigest() for each in blobs)


def begun(household: Household, flickr: Flickr) -> None:
    """The account is a library that was listed."""
    (household.home / "config").mkdir(exist_ok=True)
    (household.home / "config" / "config.toml").write_text(QUICK)
    add_flickr(household, flickr, perms="write")
    household.run("scan")


def read_all(point: Path) -> None:
    """So that their bytes are known here."""
    for number in range(3):
        assert (point / f"flickr/Albums/Lima/{number:02}.jpg").read_bytes() == picture(number)


def delete_first(flickr: Flickr) -> None:
    """The album's first photo, on Flickr's own pages."""
    flickr.account.remove_photo(flickr.account.state.albums[0].photos[0])


ALL = sorted(sha256(picture(each)).hexdigest() for each in range(3))


@pytest.mark.parametrize("place", ["Unsorted/again.jpg", "Albums/Lima/00.jpg"])
def test_regression_a_copy_of_what_was_just_deleted_at_flickr_is_uploaded(
    household: Household, flickr: Flickr, place: str
) -> None:
    """No scan has noticed yet that it went: the service is asked before the copy counts as it."""
    begun(household, flickr)
    with household.mounted(agent=True) as point:
        read_all(point)
        delete_first(flickr)
        (point / "flickr" / place).write_bytes(picture(0))
        household.until_done()
        assert (point / "flickr" / place).read_bytes() == picture(0)
    assert at_flickr(flickr) == ALL


def test_copies_wait_while_flickr_cannot_say_and_are_sent_once(
    household: Household, flickr: Flickr
) -> None:
    """Nothing is taken for there, nor sent, till it does; two copies of what went are one photo."""
    begun(household, flickr)
    flickr.faults.add(bad.Fails(code=2, message="Denied"), ASKED, times=None)
    with household.mounted(agent=True) as point:
        read_all(point)
        delete_first(flickr)
        for name, number in (("a", 0), ("b", 0), ("c", 1)):
            (point / "flickr" / "Unsorted" / f"{name}.jpg").write_bytes(picture(number))
        until = time.monotonic() + PATIENCE
        while not flickr.calls[ASKED]:
            assert time.monotonic() < until
            time.sleep(0.05)
        # the answer is in the log once it was taken in, and nothing was made of it
        log = household.home / "state" / "mount.log"
        while "does not say whether" not in log.read_text():
            assert time.monotonic() < until
            time.sleep(0.05)
        assert len(at_flickr(flickr)) == 2
        assert flickr.calls["upload"] == 0
        household.run("umount", "--no-wait", point)
    flickr.faults.clear()
    with household.mounted(agent=True) as point:
        household.until_done()
        for name, number in (("a", 0), ("b", 0), ("c", 1)):
            assert (point / "flickr" / "Unsorted" / f"{name}.jpg").exists() == (number == 0)
    assert at_flickr(flickr) == ALL
