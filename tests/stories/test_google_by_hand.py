"""What Google's API cannot do, from `rm` on a mount to a later Takeout that tells otherwise."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from photofs.assembly import House
from photofs.emulators.google import Account as Live
from photofs.emulators.google import Emulator, google_in_thread
from photofs.emulators.pictures import make_jpeg
from photofs.emulators.takeout.account import Account, Album, Item
from photofs.emulators.takeout.export import write_export
from tests.support.google_library import config_of, log_in
from tests.support.household import Household, shell

pytestmark = pytest.mark.mount

MADE = datetime(2024, 1, 1, tzinfo=UTC)
TAKEN = datetime(2019, 7, 10, 12, 0, tzinfo=UTC)
NAMES = tuple(f"IMG_{number}.jpg" for number in range(5))
DAY = Path("google/Dates/2019/2019-07")


def items(*trashed: str) -> list[Item]:
    """What a phone uploaded, some of it in Google's trash."""
    made = []
    for number, name in enumerate(NAMES):
        data = make_jpeg(number, width=64, height=48)
        item = Item(item_id=f"AF1Qip{number}", title=name, data=data, taken=TAKEN)
        made.append(replace(item, trashed=name in trashed))
    return made


def export(folder: Path, made: datetime, shown: list[Item]) -> None:
    """A Takeout of that moment."""
    album = Album(title="Rome", item_ids=["AF1Qip3"])
    write_export(folder, Account(items=shown, albums=[album]), made)


@pytest.fixture
def google() -> Iterator[Emulator]:
    """An account to which no program has uploaded anything."""
    with google_in_thread(Live()) as emulator:
        yield emulator


@pytest.fixture
def home(household: Household, google: Emulator, tmp_path: Path) -> Household:
    """A library of a Takeout and that account, with next to no grace."""
    config = household.home / "config" / "config.toml"
    config.parent.mkdir(exist_ok=True)
    config.write_text('[tree]\ntimezone = "UTC"\n[writing]\ngrace = 0.0\nquiet = 1.0\n')
    export(tmp_path / "takeout", MADE, items())
    household.run("library", "add", "takeout", tmp_path / "takeout", "--no-scan")
    house = House(household.environ)
    log_in(house.secrets(), google.account)
    with house.catalog() as catalog:
        library = catalog.library("google").library_id
        catalog.add_source(library, "google", config_of(google), account="ada@example.org")
    household.scanned()
    return household


def names(folder: Path) -> list[str]:
    """What stands there."""
    return sorted(path.name for path in folder.iterdir())


def page_of(home: Household) -> str:
    """The page of `photofs hand list`."""
    (told,) = home.ask("hand", "list", "--no-browser")
    return Path(told["page"]).read_text(encoding="utf-8")


def numbered(page: str) -> dict[str, str]:
    """The number of each photo on the page."""
    found = re.findall(r"<li value='(\d+)'><a href=\"https://photos.google.com/photo/(\w+)\"", page)
    return {item: number for number, item in found}


def test_what_was_ticked_off_and_not_done_comes_back(home: Household, tmp_path: Path) -> None:
    """rm -> Trash, status, page, done; a new Takeout still has one of three, and that is told."""
    with home.mounted() as photos:
        shell("rm", *(photos / DAY / name for name in NAMES[:3]))
        assert names(photos / "google/Trash") == list(NAMES[:3])
        assert "waits for a hand: 3 to put into Google's trash" in home.run("status")
        state = ("getfattr", "-n", "user.photofs.state", "--only-values")
        assert shell(*state, photos / "google/Trash" / NAMES[0]).startswith("pending")
        page = page_of(home)
        assert list(numbered(page)) == ["AF1Qip0", "AF1Qip1", "AF1Qip2"]
        first = int(numbered(page)["AF1Qip0"])
        home.run("hand", "done", f"{first}-{first + 2}")
        assert "as you said on" in home.run("info", photos / "google/Trash" / NAMES[2])
        home.run("scan", "--full")
        assert names(photos / "google/Trash") == list(NAMES[:3])

        later = datetime.now(UTC) + timedelta(days=2)
        export(tmp_path / "takeout", later, items(*NAMES[:2]))
        home.run("scan")
        assert names(photos / "google/Trash") == list(NAMES[:2])
        assert names(photos / DAY) == list(NAMES[2:])
        told = home.run("status")
        assert f"google/{DAY.relative_to('google')}/{NAMES[2]}: trash: not so, as you said" in told
        assert "waits for a hand" not in told
    home.run("check")


def test_favorites_archive_and_dates(home: Household) -> None:
    """By ln, mv and `photofs date set`; shown at once, each with what is to be pressed."""
    with home.mounted() as photos:
        root = photos / "google"
        shell("ln", photos / DAY / NAMES[0], root / "Favorites")
        shell("mv", root / "Albums/Rome" / NAMES[3], root / "Archive")
        home.run("date", "set", photos / DAY / NAMES[1], "2001-02-03 04:05:06")
        assert names(root / "Favorites") == [NAMES[0]]
        assert names(root / "Archive") == [NAMES[3]]
        assert names(root / "Albums/Rome") == [NAMES[3]]
        assert names(root / "Dates/2001/2001-02") == [NAMES[1]]
        page = page_of(home)
        assert list(numbered(page)) == ["AF1Qip0", "AF1Qip3", "AF1Qip1"]
        assert "press the star" in page
        assert "set the date to 2001-02-03T04:05:06" in page
        home.run("hand", "back", "--all")
        shell("rm", root / "Archive" / NAMES[3], root / "Favorites" / NAMES[0])
        assert names(root / "Archive") == names(root / "Favorites") == []
        assert list(numbered(page_of(home))) == ["AF1Qip1"]
    home.run("check")


def test_the_agent_sends_none_of_it(home: Household, google: Emulator) -> None:
    """Errands keep no umount waiting, and nothing of them reaches the API."""
    with home.mounted(agent=True) as photos:
        shell("rm", photos / DAY / NAMES[0])
        home.until_done()
    assert [name for name in google.calls if "batchRemove" in name or "patch" in name] == []
    assert "waits for a hand: 1" in home.run("status")
