"""A whole live account copied out while its service misbehaves at random (from a seed)."""

import hashlib
from pathlib import Path

import pytest

from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.faults import not_found, too_many
from photofs.emulators.hosting.faults import Faults, drop, html_page, server_error, truncate
from tests.stories.conftest import StoryLibrary
from tests.support.household import shell

pytestmark = pytest.mark.mount

TRIES = 12
"""Runs of rsync, as somebody with a bad line would: until it has nothing left to do."""


def add_faults(flickr: Emulator) -> None:
    """Every kind several times, on a third of the requests for bytes until all have struck."""
    for effect, times in (
        (too_many(0.05), 2),
        (server_error(502), 3),
        (drop(4_000), 5),
        (drop(), 3),
        (truncate(9_000), 3),
        (html_page(), 2),
        (not_found(), 1),
    ):
        flickr.faults.add(effect, "/static/*", times=times, chance=0.3)


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 12))]
)
def test_a_copy_over_a_faulty_service_ends_right(
    live_flickr: StoryLibrary, flickr: Emulator, tmp_path: Path, seed: int
) -> None:
    """Right bytes for every photo at the end; never a wrong byte, whatever a run had to give up."""
    household = live_flickr.household
    flickr.faults = Faults(seed=seed)
    add_faults(flickr)
    copy = tmp_path / "copy"
    with household.mounted() as point:
        source = f"{point / 'flickr' / 'Dates'}/"
        for _ in range(TRIES):
            told = shell("rsync", "-aH", "--itemize-changes", source, f"{copy}/", code=None)
            copied = {path for path in copy.rglob("*") if path.is_file()}
            for path in copied:
                assert hashlib.sha256(path.read_bytes()).hexdigest() in live_flickr.hashes, path
            if told == "":
                break
        else:
            pytest.fail(f"not done after {TRIES} runs: {told}")
    found = {hashlib.sha256(path.read_bytes()).hexdigest() for path in copied}
    assert found == live_flickr.hashes_in_dates
    assert sum(fault.hits for fault in flickr.faults.plan) > 10
    assert "nothing is wrong" in household.run("check", "--read")
