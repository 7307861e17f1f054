"""What commands tell of Scratch, and what becomes of it with its library."""

import subprocess
from pathlib import Path

import pytest

from photofs.emulators.takeout.demo import demo_takeout
from tests.support.household import Household

pytestmark = pytest.mark.mount


@pytest.fixture
def lived_in(household: Household) -> Household:
    """A household with a library in whose Scratch two names of one file lie."""
    folder = household.folder / "takeout"
    demo_takeout(folder)
    household.run("library", "add", "takeout", folder)
    with household.mounted() as point:
        scratch = point / "google" / "Scratch"
        (scratch / "notes.txt").write_text("hello")
        (scratch / "d").mkdir()
        (scratch / "d" / "b").hardlink_to(scratch / "notes.txt")
        told = household.run("info", scratch / "notes.txt", code=None)
        assert "an ordinary file or folder of this disk" in told
    return household


def kept_in(household: Household) -> Path:
    """Where the first library's Scratch lies."""
    return household.home / "data" / "scratch" / "1"


def test_status_counts_the_files_in_scratch(lived_in: Household) -> None:
    """Each once, with its bytes, for people and for programs."""
    assert "Scratch: 1 file (5 B), on this disk only" in lived_in.run("status")
    (library,) = lived_in.ask("status")["libraries"]
    assert library["scratch"] == {"files": 1, "bytes": 5}


def test_removing_a_library_keeps_its_scratch_and_says_where(lived_in: Household) -> None:
    """And says so before, where it asks."""
    refused = lived_in.run("library", "remove", "google", code=None)
    assert "1 file (5 B) in its Scratch are kept on this disk" in refused
    told = lived_in.run("library", "remove", "google", "--yes")
    assert f"its Scratch is kept: 1 file (5 B) in {kept_in(lived_in)}" in told
    assert (kept_in(lived_in) / "notes.txt").read_text() == "hello"


def test_removing_a_library_with_its_scratch_deletes_the_files(lived_in: Household) -> None:
    """Only when told so; the question names what is deleted."""
    refused = lived_in.run("library", "remove", "google", "--with-scratch", code=None)
    assert "1 file (5 B) in its Scratch are DELETED, and are nowhere else" in refused
    assert (kept_in(lived_in) / "notes.txt").exists()
    told = lived_in.ask("library", "remove", "google", "--with-scratch", "--yes")
    assert told["scratch_kept"] is None
    assert not kept_in(lived_in).exists()


def test_a_read_only_mount_is_so_in_scratch_too(lived_in: Household) -> None:
    """As told on the command line."""
    with lived_in.mounted("--read-only") as point:
        done = subprocess.run(
            ["touch", point / "google" / "Scratch" / "new"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Read-only file system" in done.stderr
