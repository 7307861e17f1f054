"""The demo's Google library: of three sources, merged, and written into as a live one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.emulators.google.state import State
from photofs.emulators.hosting.vault import load_state
from photofs.emulators.pictures import make_jpeg
from tests.support.household import Household, shell

pytestmark = pytest.mark.mount


@pytest.fixture
def household(tmp_path: Path) -> Iterator[Household]:
    """A new user's home, in which the demo is mounted with its agent."""
    household = Household(tmp_path)
    del household.environ["PHOTOFS_HOME"]
    point = tmp_path / "photos"
    point.mkdir()
    household.run("mount", "--demo", "--daemon", point)
    try:
        yield household
    finally:
        household.run("umount", "--no-wait", point, code=None)
        if os.path.ismount(point):
            shell("fusermount3", "-uz", point)


def service() -> State:
    """The emulated account, as the emulator itself has written it down."""
    state = load_state(Path.home() / ".cache" / "photofs" / "demo" / "google", State)
    assert state is not None
    return state


def test_the_demos_google_is_one_library_of_three_sources(household: Household) -> None:
    """What two of them have is one file with the Takeout's bytes, and each has some of its own."""
    google = household.folder / "photos" / "google"
    album = google / "Albums" / "Sydney"
    merged = household.run("info", album / "fireworks 🎆🎇✨.jpg")
    assert "merged with that of takeout" in merged
    assert len([each for each in album.iterdir() if each.name.startswith("IMG_0001")]) == 3
    (picked,) = (google / "Dates").rglob("panorama.jpg")
    assert "merged with that of takeout" in household.run("info", picked)
    fidelity = ("getfattr", "-n", "user.photofs.fidelity", "--only-values")
    assert shell(*fidelity, picked).startswith("original")
    uploaded = google / "Albums" / "Lofoten"
    names = sorted(path.name for path in uploaded.iterdir())
    assert names == sorted(["Reine.jpg", "Hamnøy.jpg", "Boat.mp4", "Å.jpg"])
    assert shell(*fidelity, uploaded / "Reine.jpg").startswith("recompressed")
    phone = [path.name for path in (google / "Dates" / "2026" / "2026-09").iterdir()]
    assert sorted(phone) == ["PXL_20260901_081511.jpg", "PXL_20260901_082030.jpg"]


def test_what_is_copied_into_the_demos_google_is_uploaded(household: Household) -> None:
    """To the emulated account, into its album; and the next demo puts the one before aside."""
    mine = make_jpeg("mine", width=64, height=48)
    (household.folder / "mine.jpg").write_bytes(mine)
    album = household.folder / "photos" / "google" / "Albums" / "Lofoten"
    shell("cp", household.folder / "mine.jpg", album)
    household.until_done()
    there = service()
    (item,) = [each for each in there.items.values() if each.filename == "mine.jpg"]
    (lofoten,) = [each for each in there.albums.values() if each.title == "Lofoten"]
    assert lofoten.content[-1] == item.id
    assert (album / "mine.jpg").read_bytes() == mine
