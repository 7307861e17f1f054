"""A mirror is of one library: that of another is not taken over unless somebody says so."""

import json
from pathlib import Path

import pytest

from photofs.assembly import House
from photofs.model.mirror import MARKER_NAME
from tests.support.household import Household

HERS, HIS = "1@N01", "2@N02"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty folder for a mirror."""
    folder = tmp_path / "nas"
    folder.mkdir()
    return folder


def with_library(household: Household, name: str, account: str | None) -> Household:
    """A catalog that knows nothing but an account of Flickr, or (None) an export, by that name."""
    house = House(household.environ)
    for each in house.paths.catalog.parent.glob("catalog.db*"):
        each.unlink()
    with house.catalog() as catalog:
        provider = "takeout" if account is None else "flickr"
        catalog.add_library(name, provider, {}, account=account)
    return household


def marked(root: Path) -> tuple[str, int]:
    """The library that the marker names, and how many accounts."""
    told = json.loads((root / MARKER_NAME).read_bytes())
    return told["library"], len(told["accounts"])


@pytest.mark.parametrize("account", [None, HERS])
def test_regression_the_mirror_of_another_library_is_no_mirror_of_this_one(
    household: Household, root: Path, account: str | None
) -> None:
    """Another catalog's mirror is refused, and stays as it is, unless its library is named."""
    with_library(household, "flickr", account).run("mirror", "add", "flickr", root)
    before = (root / MARKER_NAME).read_bytes()
    home = with_library(household, "google", None)
    told = home.run("mirror", "add", "google", root, code=15)
    assert "is the mirror of another library: flickr" in told
    assert f"photofs mirror add google {root} --was flickr" in told
    home.run("mirror", "add", "google", root, "--was", "picasa", code=15)
    assert [path.name for path in root.iterdir()] == [MARKER_NAME]
    assert (root / MARKER_NAME).read_bytes() == before
    assert home.ask("mirror", "status") == []
    home.run("mirror", "add", "google", root, "--was", "flickr")
    assert marked(root) == ("google", 0)
    with_library(household, "google", None).run("mirror", "add", "google", root)


def test_regression_the_mirror_of_another_account_is_no_mirror_of_this_one(
    household: Household, root: Path
) -> None:
    """Two people's accounts at one service bear the same name in their catalogs."""
    with_library(household, "flickr", HERS).run("mirror", "add", "flickr", root)
    home = with_library(household, "flickr", HIS)
    assert "flickr of another account" in home.run("mirror", "add", "flickr", root, code=15)
    assert home.ask("mirror", "status") == []


def test_an_account_finds_its_mirror_under_any_name(household: Household, root: Path) -> None:
    """A catalog made anew may call the library otherwise; the marker names it as it is then."""
    with_library(household, "flickr", HERS).run("mirror", "add", "flickr", root)
    assert HERS.encode() not in (root / MARKER_NAME).read_bytes()
    with_library(household, "hers", HERS).run("mirror", "add", "hers", root)
    assert marked(root) == ("hers", 1)


def test_a_mirror_of_an_older_photofs_is_known_by_its_name(
    household: Household, root: Path
) -> None:
    """Its marker tells no account; the account that takes it over is noted."""
    with_library(household, "flickr", HERS).run("mirror", "add", "flickr", root)
    marker = root / MARKER_NAME
    told = json.loads(marker.read_bytes())
    del told["accounts"]
    marker.unlink()
    marker.write_text(json.dumps(told))
    with_library(household, "flickr", HERS).run("mirror", "add", "flickr", root)
    assert marked(root) == ("flickr", 1)


def test_what_is_no_mirror_is_not_taken_over(household: Household, root: Path) -> None:
    """`--was` at an empty folder is a mistake: the disk may not be mounted there."""
    home = with_library(household, "flickr", HERS)
    assert "is no mirror" in home.run("mirror", "add", "flickr", root, "--was", "old", code=15)
    assert list(root.iterdir()) == []
