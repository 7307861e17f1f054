"""Files that programs put between photos, and that are none: no number of photos counts them."""

from pathlib import Path

import pytest

from photofs.model.discard import TrashSpot
from photofs.model.judgement import Broken, Other
from photofs.model.photo import Fidelity
from tests.support.filed import photo
from tests.support.household import Household
from tests.support.wished import SHELL, Wished, whole


@pytest.fixture
def household(tmp_path: Path) -> Household:
    """A library of one photo, a text between it, and a picture that broke off."""
    made = Household(tmp_path)
    (made.home / "state").mkdir()
    wished = Wished(made.home / "state" / "catalog.db")
    wished.filed.scan(photo("a", favorite=False))
    for name, judgement in (("notes.txt", Other("", 10)), ("cut.jpg", Broken("cut", 10))):
        wished.write(f"Unsorted/{name}")
        wished.judge(judgement, f"Unsorted/{name}")
    wished.catalog.close()
    return made


def test_regression_a_text_is_counted_as_no_photo_and_named(household: Household) -> None:
    """Status says how many photos there are, and which file stays here."""
    told = household.run("status")
    assert "L: 2 photos in" in told
    assert "1 file (such as L/Unsorted/notes.txt)" in told
    (library,) = household.ask("status")["libraries"]
    assert (library["counts"]["photos"], library["work"]["local"]) == (2, 1)


def test_bytes_that_a_photo_had_before_are_no_text(household: Household) -> None:
    """Status counts what stands in Trash/Replaced apart: it is a photo's, and not sent."""
    former = "kept on this disk only, with bytes that photos had before: 1 file (in Trash/Replaced"
    assert former not in household.run("status")
    wished = Wished(household.home / "state" / "catalog.db")
    for name in ("m", "n"):  # of two files for one photo the latter is shown
        wished.write(f"Unsorted/{name}.jpg")
        wished.judge(whole(name), f"Unsorted/{name}.jpg")
        upload = next(row for row in wished.catalog.open_operations() if row.wish.verb == "upload")
        wished.uploaded(upload, "n", content_key="n", fidelity=Fidelity.RECOMPRESSED)
    assert [path for path in wished.files() if path.startswith("Trash/Replaced/")]
    wished.catalog.close()
    assert former in household.run("status")
    (library,) = household.ask("status")["libraries"]
    assert (library["work"]["local"], library["work"]["former"]) == (1, 1)


def test_a_text_in_trash_is_not_the_one_that_is_named(household: Household) -> None:
    """It is not counted there; what stands in a folder is, and is named."""
    wished = Wished(household.home / "state" / "catalog.db")
    wished.write("Unsorted/later.txt")
    wished.judge(Other("", 10), "Unsorted/later.txt")
    spot = TrashSpot(1000, b"notes.txt")
    wished.wishing.discarding.put(wished.spot("Unsorted/notes.txt"), spot, SHELL)
    wished.catalog.close()
    assert "1 file (such as L/Unsorted/later.txt)" in household.run("status")


def test_regression_no_mirror_waits_for_a_text(household: Household, tmp_path: Path) -> None:
    """It is named, and not lacking; a broken picture is, and does not wait to be sent."""
    root = tmp_path / "nas"
    root.mkdir()
    household.run("mirror", "add", "L", root)
    (told,) = household.ask("mirror", "status")
    why = {each["such_as"]: each["why"] for each in told["why_lacking"]}
    assert told["lacking"] == 2, "the photo, and the picture"
    assert why["notes.txt"].startswith("no photo")
    assert "no service takes it" in why["cut.jpg"]  # each reason has its own line
    assert why["a.jpg"] == "not copied yet"


def test_regression_no_rule_looks_at_a_text(household: Household) -> None:
    """`check` names it apart, in the words of status; a broken picture is looked at."""
    config = household.home / "config"
    config.mkdir(exist_ok=True)
    (config / "rules.toml").write_text(
        '[[rule]]\nname = "old"\nlibrary = "L"\nwhen = { older_than = "100 years" }\ndo = "pin"\n'
    )
    told = household.run("rules", "check", "-v")
    kept = "kept on this disk only, for they are no photos or bear a program's temporary name"
    assert f"  {kept}: 1 file\n    L/Unsorted/notes.txt\n" in told
    (rule,) = household.ask("rules", "check")
    assert rule["no_photos"] == ["L/Unsorted/notes.txt"]
    assert sum(rule["left"].values()) == 2
    assert not any("notes.txt" in path for path in [*rule["photos"], *rule["others"]])
    assert kept not in household.run("rules", "check"), "of each rule anew: only who asks is told"
