"""A library that is removed while it holds what its service does not have."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from photofs.emulators.google import Account, google_in_thread
from photofs.emulators.pictures import make_jpeg
from tests.support.google_library import add_google
from tests.support.household import Household, shell

pytestmark = pytest.mark.mount

NOTE = b"only here"
PHOTO = make_jpeg(7, width=64, height=48, taken=datetime(2019, 7, 10, 12, 0, 0))  # noqa: DTZ001 - as cameras write it


def on_disk(household: Household, data: bytes) -> list[Path]:
    """The files of the household's own folder that have these bytes."""
    files = [path for path in household.home.rglob("*") if path.is_file()]
    return [path for path in files if path.read_bytes() == data]


@pytest.fixture
def unsent(household: Household) -> Iterator[Household]:
    """A household with a photo moved in and a text, and no agent has worked yet."""
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text('[tree]\ntimezone = "UTC"\n[writing]\ngrace = 0.1\nquiet = 0.2\n')
    with google_in_thread(Account()) as google:
        add_google(household, google)
        household.scanned()
        with household.mounted() as point:
            album = point / "google" / "Albums" / "A"
            album.mkdir()
            (album / "notes.txt").write_bytes(NOTE)
            outside = household.folder / "IMG_7.jpg"
            outside.write_bytes(PHOTO)
            shell("mv", outside, album)
        yield household
        add_google(household, google)
        household.scanned()
        (household.folder / "other.jpg").write_bytes(make_jpeg(8, width=64, height=48))
        with household.mounted(agent=True) as point:
            (point / "google" / "Albums" / "B").mkdir()
            shell("cp", household.folder / "other.jpg", point / "google" / "Albums" / "B")
            household.until_done()  # so a file was judged, and what is over was swept away
        assert on_disk(household, NOTE)
        assert on_disk(household, PHOTO)


def test_a_library_with_unsent_files_is_removed_only_on_purpose(unsent: Household) -> None:
    """Plain --yes is refused with counts; told so, it goes, and no later agent deletes a file."""
    refused = unsent.run("library", "remove", "google", "--yes", code=None)
    assert "google has 2 files" in refused
    assert "change" in refused
    assert "nothing was changed" in refused
    assert [row["name"] for row in unsent.ask("library", "list")] == ["google"]
    told = unsent.ask("library", "remove", "google", "--yes", "--with-unsent")
    assert told["unsent"]["files"] == 2
    assert unsent.ask("queue")["operations"] == []
