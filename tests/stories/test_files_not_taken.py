"""What a service or its account will not take: it stays in the folder, marked, and is not lost."""

import io
import os
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from photofs.assembly import House
from photofs.emulators.flickr import Account, Habits, flickr_in_thread
from photofs.emulators.flickr.synthetic import synthetic_account
from photofs.emulators.hosting.originals import Random
from photofs.emulators.pictures import make_jpeg
from tests.support.household import Household, shell
from tests.support.logins import add_flickr, log_in
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.mount, pytest.mark.timeout(600)]

PICTURE = make_jpeg("a picture", width=64, height=48)
FINE = make_jpeg("a smaller one", width=16, height=16)
MOST = len(PICTURE) - 1


@pytest.fixture
def household(tmp_path: Path) -> Household:
    """A home in which files are looked at and sent soon."""
    household = Household(tmp_path)
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[writing]\nquiet = 0.3\ngrace = 0.5\n")
    return household


def state_of(path: Path) -> str:
    """What the attribute tells of a file."""
    return os.getxattr(path, "user.photofs.state").decode()


def is_failed(path: Path) -> bool:
    """Whether it is marked as what could not be sent."""
    return state_of(path).startswith("failed: ")


def is_local(path: Path) -> bool:
    """Whether it is a file that is never sent."""
    return state_of(path) == "local"


def small_picture(kind: str) -> bytes:
    """A picture in a format of Pillow's."""
    written = io.BytesIO()
    Image.new("RGB", (16, 16)).save(written, kind)
    return written.getvalue()


class NotTaken(NamedTuple):
    """A file that Flickr does not take, why, and what is told to do."""

    name: str
    data: bytes
    why: str
    remedy: str


NOT_TAKEN = (
    NotTaken("big.jpg", PICTURE, "up to 200 MB", "copy a smaller one"),
    NotTaken("rare.jp2", small_picture("JPEG2000"), "this kind of file", "copy it as JPEG"),
    NotTaken("none.jpg", b"hello", "no picture and no video", ""),
    NotTaken("cut.jpg", PICTURE[:-200], "cut", ""),
)


def test_p6_what_is_not_taken_stays_marked_with_its_reason(household: Household) -> None:
    """The reason by attribute, queue and status; the bytes here; what came with it goes on."""
    with flickr_in_thread(Account(), habits=Habits(max_photo=MOST)) as emulator:
        add_flickr(household, emulator, perms="write")
        household.scanned("flickr")
        with household.mounted(agent=True) as point:
            album = point / "flickr" / "Albums" / "Mixed"
            album.mkdir()
            for each in NOT_TAKEN:
                (album / each.name).write_bytes(each.data)
            (album / "fine.jpg").write_bytes(FINE)
            for each in NOT_TAKEN:
                path = album / each.name
                wait_until(partial(is_failed, path))
                assert each.why in state_of(path)
                assert path.read_bytes() == each.data
            told = household.run("queue")
            for each in NOT_TAKEN:
                assert each.name in told
                assert each.remedy in told
            assert "4 files not sent, kept on this disk" in household.run("status")
            household.until_done(stuck=4)
            names = {each.name for each in NOT_TAKEN}
            assert {path.name for path in album.iterdir()} == names | {"fine.jpg"}
        assert [photo.title for photo in emulator.account.stream()] == ["fine"]
        assert [len(each.photos) for each in emulator.account.state.albums] == [1]


LEFT_BY_DESKTOPS = (
    *(".directory", ".hidden", ".nomedia", ".trackerignore", ".xdg-volume-info"),
    *(
        ".DS_Store",
        "._fine.jpg",
        "Thumbs.db",
        "desktop.ini",
        ".fuse_hidden0001",
        ".goutputstream-1",
    ),
)


def test_what_desktops_leave_in_folders_is_never_sent(household: Household) -> None:
    """Not even where a whole picture is in it: it stays in the folder, on this disk alone."""
    with flickr_in_thread(Account()) as emulator:
        add_flickr(household, emulator, perms="write")
        household.scanned("flickr")
        with household.mounted(agent=True) as point:
            album = point / "flickr" / "Albums" / "Mixed"
            album.mkdir()
            for name in LEFT_BY_DESKTOPS:
                (album / name).write_bytes(PICTURE)
            (album / "fine.jpg").write_bytes(FINE)
            for name in LEFT_BY_DESKTOPS:
                wait_until(partial(is_local, album / name))
            household.until_done()
            assert all((album / name).read_bytes() == PICTURE for name in LEFT_BY_DESKTOPS)
        assert [photo.title for photo in emulator.account.stream()] == ["fine"]


def test_p6_a_full_account_keeps_files_waiting_and_says_so(household: Household) -> None:
    """Nothing is refused to the program, all of it is here; once there is room it is sent."""
    account = Account()
    account.state.pro = False
    account.state.upload_limit = 1
    account.add_photo(Random(kind="jpg", seed=1, size=5000), title="the first one")
    with flickr_in_thread(account) as emulator:
        add_flickr(household, emulator, perms="write")
        household.scanned("flickr")
        with household.mounted(agent=True) as point:
            path = point / "flickr" / "Unsorted" / "more.jpg"
            path.write_bytes(PICTURE)
            wait_until(lambda: "account is full" in household.run("status"))
            assert "delete some there, or go Pro" in household.run("status")
            assert state_of(path) == "pending"
            assert path.read_bytes() == PICTURE
            household.run("umount", "--no-wait", point)
        account.state.upload_limit = 1000
        with household.mounted(agent=True) as point:
            assert (point / "flickr" / "Unsorted" / "more.jpg").read_bytes() == PICTURE
            household.until_done()
            assert "account is full" not in household.run("status")
        assert [photo.title for photo in account.stream()].count("more") == 1


def test_p22_a_login_that_was_taken_back_keeps_files_waiting_and_says_so(
    household: Household,
) -> None:
    """Copying goes on; with a new login what waited is sent, once."""
    account = Account()
    with flickr_in_thread(account) as emulator:
        add_flickr(household, emulator, perms="write")
        household.scanned("flickr")
        for token in [*account.state.tokens]:
            account.revoke(token)
        with household.mounted(agent=True) as point:
            path = point / "flickr" / "Unsorted" / "late.jpg"
            path.write_bytes(PICTURE)
            wait_until(lambda: "photofs login flickr" in household.run("status"))
            assert state_of(path) == "pending"
            assert path.read_bytes() == PICTURE
            household.run("umount", "--no-wait", point)
        log_in(House(household.environ).secrets(), account, "write")
        with household.mounted(agent=True):
            household.until_done()
        assert [photo.title for photo in account.stream()] == ["late"]


def test_p22_without_leave_to_write_nothing_is_accepted(household: Household) -> None:
    """EROFS for each program at once, and the log says how leave is given."""
    with flickr_in_thread(synthetic_account(2, 1, 1)) as emulator:
        add_flickr(household, emulator, perms="read")
        household.scanned("flickr")
        with household.mounted(agent=True) as point:
            library = point / "flickr"
            (album,) = (library / "Albums").iterdir()
            told = [
                shell("cp", __file__, library / "Unsorted", code=1),
                shell("rsync", "-a", __file__, f"{album}/", code=23),
                shell("mkdir", library / "Albums" / "New", code=1),
                shell("rm", "-f", next(album.iterdir()), code=1),
            ]
            assert all("Read-only file system" in each for each in told)
        assert emulator.calls["upload"] == 0
