"""A library of which nothing is on this disk has its thumbnails, and no original is asked for."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from photofs.emulators.flickr import Emulator
from photofs.emulators.flickr.faults import too_many
from photofs.emulators.google import Emulator as Google
from photofs.emulators.hosting import faults as net
from photofs.emulators.hosting.ledger import FileKind, Ledger
from photofs.model.thumbnail import file_uri, uri_digest
from tests.stories.conftest import StoryLibrary
from tests.support.google_library import Uploads, add_google
from tests.support.household import Household
from tests.support.waiting import wait_until

pytestmark = pytest.mark.mount


@pytest.fixture
def cache(household: Household, tmp_path: Path) -> Path:
    """The desktop's folder of thumbnails, a test's own."""
    household.environ["XDG_CACHE_HOME"] = str(tmp_path / "cache")
    return tmp_path / "cache" / "thumbnails"


def drawn(cache: Path, root: Path) -> tuple[int, list[Path]]:
    """How many files below a folder have a whole thumbnail of usual size, and those without."""
    files = [path for path in root.rglob("*") if path.is_file()]
    without = []
    for path in files:
        png = cache / "large" / f"{uri_digest(file_uri(os.fsencode(path)))}.png"
        try:
            with Image.open(png) as picture:
                picture.load()
        except FileNotFoundError:
            without.append(path)
    return len(files) - len(without), without


def originals(ledger: Ledger) -> int:
    """How many were asked for."""
    return ledger.files[FileKind.ORIGINAL]


def fill(household: Household) -> Any:  # noqa: ANN401 - JSON
    """What filling did."""
    return household.ask("thumbnails", "fill")


def test_a_flickr_account_is_drawn_without_an_original(
    household: Household, flickr: Emulator, live_flickr: StoryLibrary, cache: Path
) -> None:
    """Private photos, a video, odd names and favourites with it, with a request for each."""
    flickr.ledger.clear()
    with household.mounted() as point:
        told = fill(household)
        root = point / live_flickr.name
        made, without = drawn(cache, root)
        assert without == []
        assert made > 40
        assert (told["without"], told["away"]) == (0, 0)
        assert fill(household)["made"] == 0
    assert originals(flickr.ledger) == 0
    assert flickr.ledger.files[FileKind.RENDITION] == len(flickr.account.state.photos)
    assert sum(name.startswith("flickr.") for name in flickr.calls) == 0


def test_a_google_account_is_drawn_by_fifties(
    household: Household, google: Google, made: Uploads, cache: Path
) -> None:
    """One call for the addresses of all, a request for bytes each, and no download."""
    add_google(household, google)
    household.run("scan", "google")
    google.ledger.clear()
    with household.mounted() as point:
        assert fill(household)["away"] == 0
        assert drawn(cache, point / "google")[1] == []
    uploads = len(made.pictures) + len(made.videos)
    assert originals(google.ledger) == 0
    assert google.ledger.files[FileKind.RENDITION] == uploads
    assert google.calls["mediaItems.batchGet"] == 1


def test_a_storm_of_429_is_ridden_out(
    household: Household, flickr: Emulator, live_flickr: StoryLibrary, cache: Path
) -> None:
    """A host that throttles gets its pauses; in the end all is drawn, and no original asked for."""
    flickr.ledger.clear()
    for calm in (10, 20):
        flickr.faults.add(too_many(1), "/static/*", skip=calm, times=2)
    with household.mounted() as point:
        wait_until(lambda: fill(household)["away"] == 0)
        assert drawn(cache, point / live_flickr.name)[1] == []
    statuses = [call.status for call in flickr.ledger.history if call.name == "static"]
    assert statuses.count(429) == 4
    assert statuses.count(200) == len(flickr.account.state.photos)
    assert originals(flickr.ledger) == 0


def test_a_killed_fill_goes_on(
    household: Household, flickr: Emulator, live_flickr: StoryLibrary, cache: Path
) -> None:
    """What is there is whole, and what was made is not asked for again."""
    flickr.ledger.clear()
    asked = flickr.ledger.files
    flickr.faults.add(net.Line(wait=0.1), "/static/*", times=None)
    with household.mounted() as point:
        command = [sys.executable, "-m", "agent", "thumbnails", "--", str(point)]
        filling = subprocess.Popen(command, env=household.environ)
        try:
            wait_until(lambda: asked[FileKind.RENDITION] > 12)
        finally:
            filling.send_signal(signal.SIGKILL)
            filling.wait()
        drawn(cache, point / live_flickr.name)
        fill(household)
        assert drawn(cache, point / live_flickr.name)[1] == []
    assert originals(flickr.ledger) == 0
    assert asked[FileKind.RENDITION] < 1.5 * len(flickr.account.state.photos)
