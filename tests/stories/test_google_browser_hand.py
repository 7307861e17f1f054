"""Photos trashed on a mount, by the browser at the emulated Google; and what all tell then."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from photofs.assembly import House
from photofs.emulators.google import CLIENT_ID, Account, Emulator, google_in_thread
from photofs.emulators.google.export import takeout_of
from photofs.emulators.google.site_faults import PHOTO, TRASHING, captcha
from photofs.emulators.hosting.faults import lose_answer
from photofs.emulators.pictures import make_jpeg
from photofs.emulators.takeout.export import write_export
from tests.support.chromium import chromium, opened_window
from tests.support.google_library import config_of, log_in
from tests.support.household import PATIENCE, Household, shell

pytestmark = [
    pytest.mark.mount,
    pytest.mark.xdist_group("chromium story"),
]

MADE = datetime(2024, 1, 1, tzinfo=UTC)
TAKEN = datetime(2019, 7, 10, 12, 0, tzinfo=UTC)
NAMES = tuple(f"IMG_{number}.jpg" for number in range(5))
DAY = Path("google/Dates/2019/2019-07")
SETTINGS = """
[tree]
timezone = "UTC"
[writing]
grace = 0.0
quiet = 1.0
[google]
hand = "browser"
pause = 0.1
"""


@pytest.fixture
def google() -> Iterator[Emulator]:
    """Five photos of the phone; the first two were uploaded by photofs."""
    account = Account()
    for number, name in enumerate(NAMES):
        taken = TAKEN + timedelta(minutes=number)
        data = make_jpeg(number, width=64, height=48, taken=taken.replace(tzinfo=None))
        account.add_item(data, name, CLIENT_ID if number < 2 else "")
    with google_in_thread(account) as emulator:
        yield emulator


def dry_run(home: Household, errands: int) -> dict[str, Any]:
    """A dry run once so many errands are there: they come when the grace is over."""
    ends = time.monotonic() + PATIENCE
    while len((dry := home.ask("hand", "browser", "--dry-run"))["errands"]) < errands:
        assert time.monotonic() < ends
        time.sleep(0.1)
    return dict(dry)


@pytest.fixture
def home(household: Household, google: Emulator, tmp_path: Path) -> Household:
    """A library of the account and its Takeout, in whose browser the owner has signed in."""
    chromium()
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    config.write_text(SETTINGS)
    write_export(tmp_path / "takeout", takeout_of(google.account), MADE)
    household.run("library", "add", "takeout", tmp_path / "takeout", "--no-scan")
    house = House(household.environ)
    log_in(house.secrets(), google.account)
    with house.catalog() as catalog:
        library = catalog.library("google").library_id
        email = google.account.state.email
        catalog.add_source(library, "google", config_of(google), account=email)
    household.scanned()
    assert "--sign-in" in household.run("hand", "browser", code=15)
    with opened_window(house.paths.browser / email):
        pass
    return household


def until(holds: Callable[[], object]) -> None:
    """Wait for it."""
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)


def trashed(google: Emulator) -> list[str]:
    """What is in the account's trash."""
    return [item.filename for item in google.account.state.items.values() if item.trashed]


def deeds(google: Emulator) -> list[str]:
    """Which photos the site was asked to trash, each time that it was."""
    names = {item.web_id: item.filename for item in google.account.state.items.values()}
    paths = [call.path for call in google.ledger.history if call.path.endswith("/trash")]
    return [names[path.split("/")[-2]] for path in paths if path.startswith("/photo/")]


def opened(google: Emulator) -> int:
    """How often a photo's page was opened."""
    paths = [call.path for call in google.ledger.history if call.verb == "GET"]
    return sum(path.startswith("/photo/") for path in paths)


def names(folder: Path) -> list[str]:
    """What stands there."""
    return sorted(path.name for path in folder.iterdir())


def test_three_photos_are_trashed(home: Household, google: Emulator, tmp_path: Path) -> None:
    """First dry; killed in the middle of one; then nothing twice, nothing lost, and all agree."""
    three = [NAMES[0], NAMES[1], NAMES[4]]
    with home.mounted() as photos:
        shell("rm", *(photos / DAY / name for name in three))
        assert names(photos / "google/Trash") == three
        assert "--dry-run" in home.run("hand", "browser", code=15)
        dry = dry_run(home, 3)
        assert dry["counts"] == {"would be done": 3}
        assert [each["name"] for each in dry["errands"]] == three
        assert (trashed(google), deeds(google)) == ([], [])

        google.faults.add(lose_answer(), TRASHING)
        with home.start("hand", "browser", "--json") as process:
            until(lambda: trashed(google))
            os.kill(process.pid, signal.SIGKILL)
        google.faults.clear()
        assert "waits for a hand: 3" in home.run("status")

        done = home.ask("hand", "browser")
        assert done["counts"] == {"already so": 1, "done": 2}
        assert sorted(trashed(google)) == three
        assert sorted(deeds(google)) == three, "each was asked for once"
        proof = home.run("info", photos / "google/Trash" / NAMES[4])
        assert "as was seen (done: " in proof
        assert "/trash shows it" in proof
        assert "nothing waits" in home.run("hand", "browser")

        later = datetime.now(UTC) + timedelta(days=2)
        write_export(tmp_path / "takeout", takeout_of(google.account), later)
        home.run("scan", "--full")
        assert names(photos / "google/Trash") == three
        assert names(photos / DAY) == [NAMES[2], NAMES[3]]
        assert "not so" not in home.run("status")
    home.run("check")


def test_a_surprise_ends_the_run(home: Household, google: Emulator) -> None:
    """The first page is a captcha: no other is opened, nothing is done, and the next run goes on.

    Ctrl-C lets the one in hand end, and begins no other.
    """
    with home.mounted() as photos:
        shell("rm", *(photos / DAY / name for name in NAMES[2:]))
        dry_run(home, 3)
        before = opened(google)
        google.faults.add(captcha(), PHOTO)
        told = home.ask("hand", "browser", "-n", "2", code=6)
        assert told["counts"] == {"surprise": 1}
        assert "429" in told["stopped"]
        assert (opened(google), deeds(google)) == (before + 1, [])

        # so long that no other can have begun before the signal is heard
        config = home.home / "config" / "config.toml"
        config.write_text(SETTINGS.replace("pause = 0.1", "pause = 20"))
        with home.start("hand", "browser", "--json", stdout=subprocess.PIPE) as process:
            until(lambda: deeds(google))
            os.kill(process.pid, signal.SIGINT)
            stopped = json.loads(process.communicate(timeout=PATIENCE)[0])
        assert (process.returncode, stopped["counts"]) == (0, {"done": 1})
        assert "Ctrl-C" in stopped["stopped"]
        assert len(trashed(google)) == 1
    assert "waits for a hand: 2" in home.run("status")
