"""`bwlimit` counts what really goes over the line, in whichever process that is."""

import subprocess
from pathlib import Path

import pytest

from tests.stories.conftest import StoryLibrary
from tests.support import sending_home
from tests.support.household import PATIENCE, Household

LIMIT = '[network]\nbwlimit = "00:00,50M 12:00,60M"\n'
PEOPLE = "bwlimit_people = true\n"


def counted(home: Path) -> int:
    """How long the note is of when the last bytes will have passed: none were counted if empty."""
    note = home / "state" / "bwlimit"
    return note.stat().st_size if note.exists() else 0


def set_limit(household: Household, more: str = "") -> None:
    """Into the household's settings."""
    (household.home / "config" / "config.toml").write_text(LIMIT + more)


@pytest.mark.parametrize(("more", "note"), [("", 0), (PEOPLE, 8)])
def test_what_a_person_waits_for_counts_if_asked_to(
    live_flickr: StoryLibrary, more: str, note: int
) -> None:
    """`photofs pin` fetches at once; with bwlimit_people it pays for its bytes."""
    household = live_flickr.household
    set_limit(household, more)
    household.run("pin", "flickr/Unsorted")
    assert counted(household.home) == note


def test_an_upload_counts(tmp_path: Path) -> None:
    """The program that sends pays for each block, and sends all of it."""
    with sending_home.home(tmp_path, lose=False) as home:
        (tmp_path / "config" / "config.toml").write_text(
            LIMIT + "read_timeout = 1.0\n[writing]\ngrace = 0.0\nquiet = 0.0\n"
        )
        assert counted(tmp_path) == 0
        subprocess.run(home.command(3600), check=True, timeout=PATIENCE, cwd=sending_home.ROOT)
        assert counted(tmp_path) == 8
        assert len(home.emulator.account.stream()) == len(sending_home.FILES)


def test_a_limit_that_is_none_is_refused_with_its_name(tmp_path: Path) -> None:
    """78, and the key."""
    household = Household(tmp_path)
    config = household.home / "config" / "config.toml"
    config.parent.mkdir()
    config.write_text('[network]\nbwlimit = "08:00,fast"\n')
    told = household.run("status", code=78)
    assert "network.bwlimit" in told
