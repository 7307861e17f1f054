"""Flickr albums copied into Google by `cp -r`, from one folder of the mount to another."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from PIL import ExifTags, Image

from photofs.emulators.flickr import Emulator as Flickr
from photofs.emulators.flickr import flickr_in_thread, synthetic_account
from photofs.emulators.google import Account, Emulator, google_in_thread
from photofs.emulators.google.state import Item
from photofs.emulators.hosting.originals import Painted
from tests.support.album_order import in_album_order
from tests.support.google_library import add_google
from tests.support.household import Household, shell
from tests.support.logins import add_flickr

pytestmark = [pytest.mark.mount, pytest.mark.timeout(900)]

UNDATED = 3
SENDING = ("uploads", "mediaItems.batchCreate", "albums.batchAddMediaItems", "albums.create")


@pytest.fixture
def flickr() -> Iterator[Flickr]:
    """Thirty photos in two albums; each third has no date in its bytes."""
    account = synthetic_account(30, 2)
    for number, photo in enumerate(account.state.photos.values()):
        if number % UNDATED == 0 and isinstance(photo.original, Painted):
            photo.original = msgspec.structs.replace(photo.original, taken=None)
    for album in account.state.albums:  # `cp -r` reads a folder by inode, not by album
        album.photos.reverse()
    with flickr_in_thread(account) as emulator:
        yield emulator


@pytest.fixture
def google() -> Iterator[Emulator]:
    """An empty account."""
    with google_in_thread(Account()) as emulator:
        yield emulator


@pytest.fixture
def home(household: Household, flickr: Flickr, google: Emulator) -> Household:
    """A household with both as libraries, listed."""
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    config.write_text('[tree]\ntimezone = "UTC"\n[writing]\ngrace = 1.0\nquiet = 1.0\n')
    add_flickr(household, flickr)
    add_google(household, google)
    household.scanned()
    return household


def told(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Length, time and bytes of each file, read first: Flickr tells no lengths before."""
    read = {path: path.read_bytes() for path in folder.iterdir()}
    return {
        path.name: (path.stat().st_size, path.stat().st_mtime_ns, data)
        for path, data in read.items()
    }


def at_google(google: Emulator, title: str) -> list[Item]:
    """The photos of an album there, in its order."""
    account = google.account
    (album,) = (one for one in account.state.albums.values() if one.title == title)
    return account.members(album)


def check_item(google: Emulator, item: Item, source: tuple[int, int, bytes]) -> bool:
    """Its date is that of the source, and so are its bytes but for it; whether it was dated."""
    _size, mtime_ns, data = source
    when = datetime.fromtimestamp(mtime_ns // 10**9, UTC)
    assert item.created == f"{when:%Y-%m-%dT%H:%M:%SZ}"
    blob = google.account.vault.get(item.sha256)
    sent = blob.read(0, blob.size)
    if sent == data:
        return False
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(sent)) as after:
        written = after.getexif().get_ifd(ExifTags.IFD.Exif)
        assert written[ExifTags.Base.DateTimeOriginal] == f"{when:%Y:%m:%d %H:%M:%S}"
        assert ExifTags.Base.DateTimeOriginal not in before.getexif().get_ifd(ExifTags.IFD.Exif)
        assert before.tobytes() == after.tobytes()
    return True


def test_albums_go_over_by_cp(home: Household, flickr: Flickr, google: Emulator) -> None:
    """Each photo once, in order, with its date; read back the same; a second copy sends nothing."""
    with home.mounted(agent=True) as photos:
        here, there = photos / "flickr" / "Albums", photos / "google" / "Albums"
        titles = sorted(path.name for path in here.iterdir())
        assert len(titles) == 2
        before = {title: told(here / title) for title in titles}
        shell("cp", "-rp", *(here / title for title in titles), there)
        home.until_done()
        dated = 0
        for title in titles:
            items = at_google(google, title)
            assert [item.filename for item in items] == in_album_order(flickr, here / title)
            dated += sum(check_item(google, item, before[title][item.filename]) for item in items)
        everything = {data for album in before.values() for _size, _time, data in album.values()}
        assert len(google.account.state.items) == len(everything)
        assert dated > 0
        sent = [google.calls[kind] for kind in SENDING]
        home.run("scan")
        for _copy in range(2):
            assert {title: told(there / title) for title in titles} == before
            assert {title: told(here / title) for title in titles} == before
            shell("cp", "-rp", *(here / title for title in titles), there)
            home.until_done()
            shell("rsync", "-a", f"{here}/", there)
            home.until_done()
        assert [google.calls[kind] for kind in SENDING] == sent
        assert sum(name.startswith("/services/upload") for name in flickr.calls) == 0
