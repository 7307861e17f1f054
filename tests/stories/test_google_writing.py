"""An album copied into Google by cp and rsync: sent once, in order, dated; the agent is killed."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photofs.emulators.google import Account, Emulator, google_in_thread
from photofs.emulators.pictures import make_jpeg, make_video
from tests.support.google_library import add_google
from tests.support.household import PATIENCE, Household, shell

pytestmark = pytest.mark.mount

COPIED = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
TAKEN = datetime(2019, 7, 12, 18, 30, 5)  # noqa: DTZ001 - wall time, as in EXIF


@pytest.fixture
def google() -> Iterator[Emulator]:
    """An empty account, served on loopback."""
    with google_in_thread(Account()) as emulator:
        yield emulator


# small pictures for thumbnails count as bytes at the service, and what is sent is counted here
SETTINGS = """
[tree]
timezone = "UTC"
[writing]
grace = 1.0
quiet = 1.0
[thumbnails]
fill = "off"
"""


@pytest.fixture
def home(household: Household, google: Emulator) -> Household:
    """A household with that account as its library, listed."""
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    config.write_text(SETTINGS)
    add_google(household, google)
    household.scanned()
    return household


@pytest.fixture
def trip(tmp_path: Path) -> Path:
    """An album on the disk: dated pictures, one without a date, a film; all of one time."""
    folder = tmp_path / "Trip"
    folder.mkdir()
    for number in range(12):
        taken = None if number == 3 else TAKEN.replace(minute=number)
        data = make_jpeg(number, width=64, height=48, taken=taken)
        (folder / f"IMG_{number:04}.jpg").write_bytes(data)
    (folder / "MOV_0001.mp4").write_bytes(make_video("film", taken=TAKEN, seconds=1.0))
    for path in folder.iterdir():
        os.utime(path, (COPIED.timestamp(), COPIED.timestamp()))
    return folder


def until(holds: Callable[[], object]) -> None:
    """Wait for it."""
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)


def told(folder: Path) -> dict[str, tuple[int, int]]:
    """Length and time of each file, as `ls -l` shows them."""
    stats = {path.name: path.stat() for path in folder.iterdir()}
    return {name: (stat.st_size, stat.st_mtime_ns) for name, stat in stats.items()}


def by_inode(folder: Path) -> list[str]:
    """The names in the order in which `cp -r` reads a folder (coreutils sorts it so)."""
    return [path.name for path in sorted(folder.iterdir(), key=lambda path: path.stat().st_ino)]


def check_there(google: Emulator, copied: list[str]) -> None:
    """Each file once, in the album, in the order of the copy, each at its capture time."""
    account = google.account
    (album,) = account.state.albums.values()
    items = account.members(album)
    assert album.title == "Trip"
    assert [item.filename for item in items] == copied
    assert len(account.state.items) == len(items)
    created = {item.filename: item.created for item in items}
    assert created["IMG_0003.jpg"] == "2001-02-03T04:05:06Z"
    assert created["IMG_0005.jpg"] == "2019-07-12T18:05:05Z"


def test_an_album_copied_by_cp_is_sent_once(home: Household, google: Emulator, trip: Path) -> None:
    """A second `cp -r` and `rsync -a` send nothing, after a scan, too; what is read is ours."""
    with home.mounted(agent=True) as photos:
        albums = photos / "google" / "Albums"
        shell("cp", "-rp", trip, albums)
        home.until_done()
        check_there(google, by_inode(trip))
        assert told(albums / "Trip") == told(trip)
        sent = dict(google.calls)
        assert sent["uploads"] == 13
        assert sent["mediaItems.batchCreate"] <= 2
        home.run("scan")
        assert told(albums / "Trip") == told(trip)
        changed = shell("rsync", "-a", "--itemize-changes", f"{trip}/", albums / "Trip")
        assert changed in {"", ".d..t...... ./\n"}
        shell("cp", "-r", trip, albums)
        home.until_done()
        shell("rsync", "-a", f"{trip}/", albums / "Trip")  # the times that cp took away
        home.until_done()
        shell("diff", "-r", trip, albums / "Trip")
        undated = albums / "Trip" / "IMG_0003.jpg"
        assert undated.read_bytes() == (trip / "IMG_0003.jpg").read_bytes()
        for kind in ("uploads", "mediaItems.batchCreate", "albums.batchAddMediaItems", "bytes"):
            assert google.calls[kind] == sent.get(kind, 0)
    check_there(google, by_inode(trip))


def test_a_killed_agent_sends_nothing_twice(home: Household, google: Emulator, trip: Path) -> None:
    """By rsync; killed between the bytes and what is made of them, and once more after that."""
    with home.mounted(agent=True) as photos:
        shell("rsync", "-a", trip, photos / "google" / "Albums")
        until(lambda: google.calls["uploads"])
        os.kill(first := home.agent(), signal.SIGKILL)
        until(lambda: google.account.state.items)
        os.kill(home.agent(but=first), signal.SIGKILL)
        home.until_done()
        assert told(photos / "google" / "Albums" / "Trip") == told(trip)
    check_there(google, sorted(path.name for path in trip.iterdir()))


def test_what_google_cannot_do_is_refused(home: Household, google: Emulator, trip: Path) -> None:
    """No favorite, no date, no removal of an album; a photo taken out of an album stays."""
    with (home.home / "config" / "config.toml").open("a") as settings:
        settings.write('[google]\nhand = "none"\n')
    with home.mounted(agent=True) as photos:
        root = photos / "google"
        shell("cp", "-rp", trip, root / "Albums")
        home.until_done()
        album = root / "Albums" / "Trip"
        assert "Operation not permitted" in shell(
            "ln", album / "IMG_0000.jpg", root / "Favorites" / "x.jpg", code=1
        )
        refused = home.run("date", "set", album / "IMG_0000.jpg", "2001-02-03", code=None)
        assert "this service cannot change when a photo was taken" in refused
        shell("rm", album / "IMG_0000.jpg")
        home.until_done()
    (there,) = google.account.state.albums.values()
    assert len(there.content) == 12
    assert len(google.account.state.items) == 13
