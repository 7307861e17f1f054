"""A rule over a Google library, from its run to a newer Takeout and the hand's page."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trio

from agent.ruling import EVERY_NS, rule_once
from photofs.assembly import House
from photofs.emulators.google import Account as Live
from photofs.emulators.google import google_in_thread
from photofs.emulators.pictures import make_jpeg
from photofs.emulators.takeout.account import Account, Item
from photofs.emulators.takeout.export import write_export
from tests.support.google_library import config_of, log_in
from tests.support.household import Household
from tests.support.log_guard import ExpectLog

TAKEN = datetime(2019, 7, 10, 12, 0, tzinfo=UTC)
RULE = """
[[rule]]
name = "archived"
library = "google"
when = { archived = true, favorite = false }
do = "trash"
"""


def export(
    folder: Path, before: timedelta, *, favorite: int | None = None, unarchived: int | None = None
) -> None:
    """A Takeout of that age of three archived photos; one may be a favorite, one archived not."""
    items = [
        Item(
            item_id=f"AF{number}",
            title=f"IMG_{number}.jpg",
            data=make_jpeg(number, width=64, height=48),
            taken=TAKEN,
            archived=number != unarchived,
            favorite=number == favorite,
        )
        for number in range(3)
    ]
    write_export(folder, Account(items=items, albums=[]), datetime.now(UTC) - before)


@pytest.fixture
def home(household: Household, tmp_path: Path) -> Iterator[Household]:
    """Three photos that the rule has put into Trash, by a Takeout of two days ago."""
    config = household.home / "config"
    config.mkdir(exist_ok=True)
    (config / "config.toml").write_text('[tree]\ntimezone = "UTC"\n[writing]\ngrace = 0.0\n')
    (config / "rules.toml").write_text(RULE)
    export(tmp_path / "takeout", timedelta(days=2))
    with google_in_thread(Live()) as google:
        household.run("library", "add", "takeout", tmp_path / "takeout", "--no-scan")
        house = House(household.environ)
        log_in(house.secrets(), google.account)
        with house.catalog() as catalog:
            library = catalog.library("google").library_id
            catalog.add_source(library, "google", config_of(google), account="ada@example.org")
        (tmp_path / "nas").mkdir()
        household.scanned()
        household.run("mirror", "add", "google", tmp_path / "nas")
        household.run("mirror", "run")
        household.run("mirror", "verify")
        household.run("rules", "check")
        assert "3 photos" in household.run("rules", "run", "archived")
        yield household


def test_the_page_has_what_the_newest_takeout_lets_go(home: Household, tmp_path: Path) -> None:
    """A favorite by now, and what is archived no more, come out of Trash; `status` says why."""
    export(tmp_path / "takeout", timedelta(), favorite=0, unarchived=1)
    home.run("scan")
    assert "1 to put into Google's trash" in home.run("hand", "list", "--no-browser")
    page = (home.home / "data" / "errands" / "1.html").read_text(encoding="utf-8")
    assert [f"IMG_{number}.jpg" in page for number in range(3)] == [False, False, True]
    said = home.run("status")
    why = "taken back, for its rule does not mean it any more"
    assert f"google/Dates/2019/2019-07/IMG_0.jpg: {why}: it is a favorite" in said
    assert f"google/Dates/2019/2019-07/IMG_1.jpg: {why}: it is not archived" in said
    home.run("check")


def test_a_rule_that_was_struck_out_takes_nothing(home: Household) -> None:
    """All that it has wished is taken back before the page is written."""
    (home.home / "config" / "rules.toml").write_text("")
    assert "nothing waits for a hand" in home.run("hand", "list", "google", "--no-browser")
    assert "there is no such rule any more" in home.run("status")


def test_the_agent_takes_it_back_by_itself(
    home: Household, tmp_path: Path, expect_log: ExpectLog
) -> None:
    """Nobody has to ask for the page: within seconds of the scan it is out of Trash again."""
    expect_log("IMG_0.jpg is out of Trash again")
    export(tmp_path / "takeout", timedelta(), favorite=0)
    home.run("scan")
    house = House(home.environ)
    with house.catalog() as catalog:
        trio.run(rule_once, house, catalog, EVERY_NS)
    assert len(home.ask("trash", "list")) == 2
