"""`photofs status`: what it says of a source."""

from pathlib import Path

import pytest

from photofs.cli.status import SourceStatus, login_words, when_scanned
from photofs.emulators.takeout import demo_takeout
from tests.support.household import Household


@pytest.mark.parametrize(
    ("scanned", "listed", "told"),
    [
        (None, None, "never scanned"),
        (5, None, "scanned 5 s ago"),
        (300, 300, "scanned 5 minutes ago"),
        (300, 7_200, "scanned 5 minutes ago, completely 2 hours ago"),
    ],
)
def test_the_last_complete_listing_is_told(
    scanned: int | None, listed: int | None, told: str
) -> None:
    """Only a complete one finds deletions, so it is named where the last scan was none."""
    assert when_scanned(SourceStatus("flickr", "ada", scanned, listed, "")) == told


def test_both_ages_are_in_the_json(tmp_path: Path) -> None:
    """A source that was never scanned has none, one that was scanned has both."""
    household = Household(tmp_path)
    demo_takeout(tmp_path / "takeout")
    household.run("library", "add", "takeout", tmp_path / "takeout", "--no-scan")
    (source,) = household.ask("status")["libraries"][0]["sources"]
    assert source["scanned_seconds_ago"] is source["listed_seconds_ago"] is None
    household.run("scan")
    (source,) = household.ask("status")["libraries"][0]["sources"]
    assert 0 <= source["scanned_seconds_ago"] <= source["listed_seconds_ago"] < 90


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (-5, "has ended by itself: `photofs login google`"),
        (3600, "ends today"),
        (86_400, "ends in 1 day:"),
        (6.5 * 86_400, "ends in 6 days:"),
    ],
)
def test_the_end_of_a_login_is_told_in_days(left: float, words: str) -> None:
    """Before it comes, and after, with the command that helps."""
    source = SourceStatus("google", "ada@example.org", 0, 0, "", int(left))
    assert words in login_words(source)
    assert "photofs login google" in login_words(source)
