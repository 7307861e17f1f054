"""A disk without room: the reader is told so, nothing is lost, and with room all goes on.

The disks are small file systems of their own; what runs on them are the real processes.
"""

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from photofs.emulators.flickr import synthetic_account
from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.darkroom import Darkroom
from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.serving import flickr_in_thread
from photofs.emulators.hosting.faults import drip
from photofs.emulators.hosting.originals import Random
from photofs.model.errors import Full
from photofs.model.exit_codes import exit_code
from tests.support.disks import fill, small_disk, why_no_mounts
from tests.support.household import Household
from tests.support.logins import add_flickr

SIZE = 3_000_000
PHOTOS = 600
"""More than one page of the listing; their catalog takes more than the room that is left."""

NO_PHOTOS = "no room for photos"
NO_NOTES = "no room for notes"

PutDisk = Callable[[str], Path]


@pytest.fixture
def put_disk(tmp_path: Path) -> Iterator[PutDisk]:
    """Puts a disk of 16 MiB in place of a folder of the household; skips where that cannot be."""
    if why := why_no_mounts():
        pytest.skip(why)
    with ExitStack() as disks:

        def put(name: str) -> Path:
            folder = tmp_path / name
            folder.parent.mkdir(exist_ok=True)
            return disks.enter_context(small_disk(folder, 16 << 20))

        yield put


def household_in(folder: Path) -> Household:
    """A home whose disk may be filled to its last byte, and whose lines are given up soon."""
    household = Household(folder)
    config = household.home / "config" / "config.toml"
    config.parent.mkdir()
    config.write_text(
        '[cache]\nmin_free = "0"\n'
        "[network]\nread_timeout = 1.0\nopen_deadline = 60.0\nread_deadline = 60.0\n"
    )
    return household


def two_photos() -> Account:
    """An account with two pictures, of four megabytes and of three."""
    account = Account()
    for number, size in enumerate((SIZE + 1_000_000, SIZE)):
        picture = Random(kind="jpg", seed=number, size=size)
        account.add_photo(picture, taken="2020-05-05 10:00:00", title=f"Photo {number}")
    return account


def files(point: Path) -> tuple[Path, Path]:
    """Where the two pictures are shown."""
    folder = point / "flickr" / "Dates" / "2020" / "2020-05"
    return folder / "Photo 0.jpg", folder / "Photo 1.jpg"


def truth(emulator: Emulator, path: Path) -> bytes:
    """The original's bytes."""
    photo = next(photo for photo in emulator.account.stream() if photo.title == path.stem)
    blob = Darkroom(emulator.account.vault).original(photo)
    return blob.read(0, blob.size)


def errno_of_reading(path: Path) -> int | None:
    """With which errno reading a file to its end fails; None if it does not."""
    try:
        path.read_bytes()
    except OSError as error:
        return error.errno
    return None


def read_on(fd: int) -> tuple[bytes, int | None]:
    """What can still be read of an open file, and the errno that ended it; None at its end."""
    read = b""
    try:
        while piece := os.read(fd, 100_000):
            read += piece
    except OSError as error:
        return read, error.errno
    return read, None


def read_at_last(path: Path) -> bytes:
    """The file's bytes, once its last failure is no longer remembered (a second)."""
    until = time.monotonic() + 180
    while errno_of_reading(path) is not None:
        assert time.monotonic() < until, "it never worked again"
    return path.read_bytes()


@pytest.mark.mount
@pytest.mark.parametrize(
    ("full", "told"),
    [
        ("home/cache", [NO_PHOTOS]),
        ("home/state", [NO_NOTES]),
        ("home", [NO_PHOTOS, NO_NOTES]),
    ],
)
def test_a_read_without_room_fails_with_enospc_and_works_once_there_is_some(
    tmp_path: Path, put_disk: PutDisk, full: str, told: list[str]
) -> None:
    """What is pinned can be read all the time; `status` names the disk; the mount lives on."""
    disk = put_disk(full)
    household = household_in(tmp_path)
    with flickr_in_thread(two_photos()) as emulator:
        add_flickr(household, emulator)
        household.scanned()
        assert household.ask("status")["troubles"] == []
        household.run("pin", "flickr/Dates/2020/2020-05/Photo 0.jpg")
        with household.mounted() as point:
            cached, other = files(point)
            filler = fill(disk)
            assert errno_of_reading(other) == errno.ENOSPC
            assert cached.read_bytes() == truth(emulator, cached)
            troubles = household.ask("status")["troubles"]
            assert [each.partition(" in ")[0] for each in troubles] == told
            assert f"! {troubles[0]}" in household.run("status")
            filler.unlink()
            assert read_at_last(other) == truth(emulator, other)
            assert household.ask("status")["troubles"] == []
        household.run("check", "--read")
    log = (household.home / "state" / "mount.log").read_text()
    assert "Traceback" not in log
    if full == "home/cache":
        assert "more bytes do not fit within the disk" in log


@pytest.mark.mount
def test_a_disk_that_fills_while_a_photo_comes_keeps_what_has_come(
    tmp_path: Path, put_disk: PutDisk
) -> None:
    """The open file answers ENOSPC at its next bytes; with room nothing is fetched twice."""
    disk = put_disk("home/cache")
    household = household_in(tmp_path)
    with flickr_in_thread(two_photos()) as emulator:
        add_flickr(household, emulator)
        household.scanned()
        emulator.faults.add(drip(1_000_000), "/static/*", times=None)
        with household.mounted() as point:
            _, path = files(point)
            with path.open("rb", buffering=0) as file:
                began = file.read(100_000)
                filler = fill(disk)
                more, number = read_on(file.fileno())
                assert number == errno.ENOSPC
                began += more
                assert began == truth(emulator, path)[: len(began)]
                assert len(began) < SIZE
            filler.unlink()
            emulator.faults.clear()
            assert read_at_last(path) == truth(emulator, path)
        ledger = emulator.ledger
        # what was on the line when the disk refused it comes once more
        assert sum(ledger.bytes_repeated(path) for path in ledger.served) < SIZE // 4
        household.run("check", "--read")


@pytest.mark.mount
def test_a_disk_that_others_filled_takes_a_photo_in_place_of_an_older_one(
    tmp_path: Path, put_disk: PutDisk
) -> None:
    """Not a byte is free: what was read before and is not pinned goes."""
    disk = put_disk("home/cache")
    household = household_in(tmp_path)
    with flickr_in_thread(two_photos()) as emulator:
        add_flickr(household, emulator)
        household.scanned()
        household.run("cache", "warm", "flickr/Dates/2020/2020-05/Photo 0.jpg")
        fill(disk)
        with household.mounted() as point:
            older, other = files(point)
            assert other.read_bytes() == truth(emulator, other)
            assert os.getxattr(older, "user.photofs.state") == b"remote"


@pytest.mark.parametrize("left", [0, 500_000])
def test_a_scan_without_room_ends_with_a_sentence_and_the_next_one_completes(
    tmp_path: Path, put_disk: PutDisk, left: int
) -> None:
    """Full from the start, or in the middle of the listing: the catalog is sound all the time."""
    disk = put_disk("home/state")
    household = household_in(tmp_path)
    with flickr_in_thread(synthetic_account(PHOTOS)) as emulator:
        add_flickr(household, emulator)
        filler = fill(disk, left=left)
        assert "no room on the disk" in household.run("scan", code=exit_code(Full("")))
        filler.unlink()
        assert household.ask("status")["libraries"][0]["counts"]["photos"] < PHOTOS
        household.run("check")
        household.run("scan")
        assert household.ask("status")["libraries"][0]["counts"]["photos"] == PHOTOS
        household.run("check")
