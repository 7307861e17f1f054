"""`photofs hand browser` before any photo is touched: what it wants first, and how one signs in."""

import os
import stat
from pathlib import Path

import pytest

from photofs.assembly import House
from photofs.cli.hand_browser import STOPPED_AT
from tests.support.household import Household

EMAIL = "ada@example.org"
SIGN_IN = """#!/bin/sh
echo "$@" > {told}
exit {status}
"""


class Signing:
    """A household with a Google account, whose browser is a script that notes its arguments."""

    def __init__(self, household: Household, folder: Path) -> None:
        """Nobody has signed in."""
        self.household, self.told = household, folder / "told"
        self.program = folder / "chromium"
        self.set()
        self.ends_with(0)
        self.house = House(household.environ)
        with self.house.catalog() as catalog:
            config = {"email": EMAIL, "client_id": "1-x"}
            catalog.add_library("google", "google", config, account=EMAIL)
        self.profile = self.house.paths.browser / EMAIL

    def set(self, **settings: str) -> None:
        """These settings of [google], and the browser."""
        config = self.household.home / "config" / "config.toml"
        config.parent.mkdir(exist_ok=True)
        lines = [f'{key} = "{value}"' for key, value in settings.items()]
        config.write_text("\n".join(["[google]", f'browser = "{self.program}"', *lines]))

    def ends_with(self, status: int) -> None:
        """How the browser ends."""
        self.program.write_text(SIGN_IN.format(told=self.told, status=status))
        self.program.chmod(0o700)

    def stopped_at(self, profile: Path, why: str) -> None:
        """As if a dry run in that profile had stopped there."""
        with self.house.catalog() as catalog:
            (source,) = catalog.sources()
        with self.house.small_state(source.source_id) as state:
            state.put(STOPPED_AT, [str(profile), why])

    def signed_in(self) -> None:
        """As if somebody had."""
        (self.profile / "Default").mkdir(parents=True)


@pytest.fixture
def signing(tmp_path: Path) -> Signing:
    """That household."""
    return Signing(Household(tmp_path), tmp_path)


def test_one_signs_in_by_oneself(signing: Signing) -> None:
    """In an ordinary window of a profile that is closed to others; no program drives it."""
    said = signing.household.run("hand", "browser", "--sign-in")
    assert "--dry-run" in said
    told = signing.told.read_text().split()
    assert f"--user-data-dir={signing.profile}" in told
    assert told[-1] == "https://photos.google.com"
    assert not [each for each in told if "remote-debugging" in each or "automation" in each]
    assert stat.S_IMODE(signing.profile.stat().st_mode) == 0o700


def test_a_window_that_cannot_be_opened_is_told(signing: Signing) -> None:
    """Such as without a desktop."""
    signing.ends_with(1)
    assert "it needs a desktop" in signing.household.run("hand", "browser", "--sign-in", code=78)


def test_first_one_signs_in_then_looks_then_acts(signing: Signing) -> None:
    """Each step is refused before the one that must come first."""
    assert "--sign-in" in signing.household.run("hand", "browser", "--dry-run", code=15)
    signing.signed_in()
    assert "the first run must be a dry one" in signing.household.run("hand", "browser", code=15)
    told = signing.household.ask("hand", "browser", "--dry-run")
    nothing = {"counts": {}, "stopped": "", "errands": [], "without_page": 0}
    assert told == {"library": "google", **nothing}
    assert "must be a dry one" in signing.household.run("hand", "browser", code=15), "it saw none"


def test_a_dry_run_that_stopped_is_told_as_that(signing: Signing) -> None:
    """Not as if there had been none: what it stopped at is said again; in that profile alone."""
    signing.signed_in()
    signing.stopped_at(signing.profile, "a.jpg: a captcha")
    told = signing.household.run("hand", "browser", code=15)
    assert "did not find all its photos, and stopped: a.jpg: a captcha" in told
    assert "--dry-run" in told
    signing.stopped_at(signing.profile / "another", "a.jpg: a captcha")
    assert "must be a dry one" in signing.household.run("hand", "browser", code=15)


def test_a_profile_in_use_is_refused(signing: Signing) -> None:
    """Two browsers would spoil it."""
    signing.profile.mkdir(parents=True)
    (signing.profile / "SingletonLock").symlink_to("elsewhere.example-1")
    said = signing.household.run("hand", "browser", "--sign-in", code=5)
    assert "close that browser" in said


def test_a_profile_of_ones_own_is_not_signed_in_to(signing: Signing, tmp_path: Path) -> None:
    """That is done in one's own browser; it must be a profile at all."""
    own = tmp_path / "own"
    signing.set(profile=str(own))
    assert "is no profile folder" in signing.household.run("hand", "browser", "--sign-in", code=4)
    (own / "Default").mkdir(parents=True)
    assert "in your own browser" in signing.household.run("hand", "browser", "--sign-in", code=15)
    assert "must be a dry one" in signing.household.run("hand", "browser", code=15)


def test_it_can_be_turned_off(signing: Signing) -> None:
    """`google.hand = "none"` is no hand at all."""
    signing.set(hand="none")
    signing.signed_in()
    assert 'google.hand is "none"' in signing.household.run("hand", "browser", code=15)


def test_there_must_be_an_account_and_a_browser(signing: Signing) -> None:
    """Each is said, with what to do."""
    assert "photofs login google" in signing.household.run("hand", "browser", "other", code=4)
    signing.program.unlink()
    assert "there is no program" in signing.household.run("hand", "browser", code=78)
    config = signing.household.home / "config" / "config.toml"
    config.write_text("")
    signing.household.environ["PATH"] = os.devnull
    assert "apt install chromium" in signing.household.run("hand", "browser", code=4)


@pytest.mark.parametrize("line", ["pause = -1.0", "per_run = 0", "per_day = 0"])
def test_senseless_limits_are_refused(signing: Signing, line: str) -> None:
    """Before anything is opened."""
    config = signing.household.home / "config" / "config.toml"
    config.write_text(f"[google]\n{line}\n")
    assert "google.pause" in signing.household.run("hand", "browser", code=78)
