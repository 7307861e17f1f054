"""`photofs library list`: what is known, and what is guessed."""

from pathlib import Path

from tests.support.filed import photo
from tests.support.household import Household
from tests.support.wished import Wished


def test_regression_the_size_of_what_nobody_read_is_called_an_estimate(tmp_path: Path) -> None:
    """Of a service that tells no lengths; once all are known there is no word of it."""
    household = Household(tmp_path)
    (household.home / "state").mkdir()
    wished = Wished(household.home / "state" / "catalog.db")
    wished.filed.scan(photo("a", size=2_000_000), photo("b"))
    told = household.run("library", "list")
    assert " ~" in told
    assert "~: an estimate" in told
    (library,) = household.ask("library", "list")
    assert (library["photos"], library["size_exact"]) == (2, False)
    wished.catalog.sealed(wished.filed.photo_id("b"), "1", "b" * 64, 3_000_000)
    told = household.run("library", "list")
    assert "5.0 MB" in told
    assert "~" not in told
    wished.catalog.close()
