"""Libraries for the stories: a Takeout, a Flickr export, and a live (emulated) Flickr account."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from photofs.emulators.flickr.darkroom import Darkroom
from photofs.emulators.flickr.demo import demo_account
from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.serving import flickr_in_thread
from photofs.emulators.flickr.state import Photo
from photofs.emulators.flickr_export import Export, ExportedAlbum, ExportedPhoto, write_zips
from photofs.emulators.google import Emulator as Google
from photofs.emulators.google import google_in_thread
from photofs.emulators.hosting.blobs import Blob
from photofs.emulators.hosting.faults import Faults
from photofs.emulators.takeout.demo import demo_account as demo_takeout_account
from photofs.emulators.takeout.demo import demo_takeout
from tests.support.google_library import Uploads, uploads
from tests.support.household import Household
from tests.support.logins import add_flickr

ZONE = "Europe/Lisbon"
"""The configured zone of the stories' households: not the machine's, and with summer time."""

ZONE_AT = {
    (39, -9): "Europe/Lisbon",
    (36, 140): "Asia/Tokyo",
    (35, 136): "Asia/Tokyo",
    (-12, -77): "America/Lima",
    (28, 85): "Asia/Kathmandu",
    (28, 87): "Asia/Kathmandu",
    (41, -74): "America/New_York",
    (53, 13): "Europe/Berlin",
    (-37, 175): "Pacific/Auckland",
}
"""The zones of the places where the demo's photos were taken, by whole degrees; from an atlas."""


@dataclass
class StoryLibrary:
    """A library in a household, and the truth about it, known from elsewhere than from photofs.

    `hashes`: SHA-256 of all bytes that may be shown; `hashes_in_dates`: of those in Dates/;
    `instants`: capture time (unix seconds) of those whose date is beyond doubt.
    """

    household: Household
    name: str
    hashes: set[str] = field(default_factory=set)
    hashes_in_dates: set[str] = field(default_factory=set)
    instants: dict[str, int] = field(default_factory=dict)


@pytest.fixture
def household(tmp_path: Path) -> Household:
    """A new user's home with a time zone of its own."""
    household = Household(tmp_path)
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[tree]\ntimezone = "{ZONE}"\n')
    return household


@pytest.fixture
def flickr_faults() -> Faults:
    """The plan of faults of the emulated account; empty until a story adds to it."""
    return Faults()


@pytest.fixture
def flickr(flickr_faults: Faults) -> Iterator[Emulator]:
    """The demo's account, served on loopback."""
    with flickr_in_thread(demo_account(), faults=flickr_faults) as emulator:
        yield emulator


@pytest.fixture
def live_flickr(household: Household, flickr: Emulator) -> StoryLibrary:
    """The emulated account as a scanned library."""
    add_flickr(household, flickr)
    household.scanned("flickr")
    library = StoryLibrary(household, "flickr")
    darkroom = Darkroom(flickr.account.vault)
    for photo in flickr.account.state.photos.values():
        sha256 = _sha256(_obtainable(darkroom, photo))
        library.hashes.add(sha256)
        if photo.owner == flickr.account.nsid:
            library.hashes_in_dates.add(sha256)
            library.instants[sha256] = _instant(photo)
    return library


@pytest.fixture
def takeout(household: Household) -> StoryLibrary:
    """The demo's Takeout: a full export in four zips and an incremental one, sidecars apart."""
    folder = household.folder / "takeout"
    demo_takeout(folder)
    household.run("library", "add", "takeout", folder, "--name", "google")
    library = StoryLibrary(household, "google")
    for item in demo_takeout_account().items:
        sha256 = hashlib.sha256(item.data).hexdigest()
        parts = {sha256} | {_hash_of(part) for part in (item.edited, item.motion) if part}
        library.hashes |= parts
        if not item.trashed:
            library.hashes_in_dates |= parts
            if item.taken is not None and item.sidecar:
                library.instants[sha256] = int(item.taken.timestamp())
    return library


def _hash_of(part: bytes | tuple[str, bytes]) -> str:
    """Of an edited copy, or of a moving part with its extension."""
    return hashlib.sha256(part if isinstance(part, bytes) else part[1]).hexdigest()


@pytest.fixture
def flickr_export(household: Household) -> StoryLibrary:
    """The same account as "Request my Flickr data" would give it: metadata zip and media zips."""
    account = demo_account()
    darkroom = Darkroom(account.vault)
    library = StoryLibrary(household, "flickr")
    photos = []
    for photo in account.stream():
        blob = darkroom.original(photo)
        photos.append(_exported(photo, blob.read(0, blob.size)))
        library.hashes.add(_sha256(blob))
        if not photo.taken_unknown:
            library.instants[_sha256(blob)] = _instant(photo)
    library.hashes_in_dates = library.hashes
    albums = [
        ExportedAlbum(album_id=album.id, title=album.title, photos=tuple(album.photos))
        for album in account.state.albums
    ]
    folder = household.folder / "export"
    folder.mkdir()
    write_zips(Export(photos=photos, albums=albums, files_a_zip=15), folder)
    household.run("library", "add", "flickr-export", folder)
    return library


def _exported(photo: Photo, data: bytes) -> ExportedPhoto:
    """A photo as the export has it: naive time, no word on whether it is known."""
    place = photo.place
    return ExportedPhoto(
        photo_id=photo.id,
        data=data,
        extension=photo.format,
        title=photo.title,
        secret=photo.original_secret,
        taken=photo.taken,
        position=None if place is None else (place.latitude, place.longitude),
        tags=tuple(tag.raw for tag in photo.tags),
        video=photo.media == "video",
    )


def _obtainable(darkroom: Darkroom, photo: Photo) -> Blob:
    """The original; of a video the best transcode, for its original is lost (flickr.md 3.3)."""
    if photo.media == "video":
        return darkroom.transcode(photo, "1080p")[0]
    return darkroom.original(photo)


def _sha256(blob: Blob) -> str:
    return hashlib.sha256(blob.read(0, blob.size)).hexdigest()


def _instant(photo: Photo) -> int:
    """The rule of docs/SEMANTICS.md, worked out with zoneinfo alone."""
    if photo.taken_unknown:
        return photo.uploaded
    zone = ZONE
    if photo.place is not None:
        zone = ZONE_AT[round(photo.place.latitude), round(photo.place.longitude)]
    local = datetime.fromisoformat(photo.taken).replace(tzinfo=ZoneInfo(zone))
    return int(local.timestamp())


@pytest.fixture(params=["takeout", "flickr_export", "live_flickr"])
def library(request: pytest.FixtureRequest) -> StoryLibrary:
    """Each of the three in turn."""
    chosen: StoryLibrary = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture
def made() -> Uploads:
    """A Google account: five uploads of our client, and two photos of a phone, without dates."""
    return uploads()


@pytest.fixture
def google(made: Uploads) -> Iterator[Google]:
    """It, served on loopback; the Picker's page is asked about every second."""
    with google_in_thread(made.account) as emulator:
        emulator.habits.picker_poll = 1.0
        yield emulator
