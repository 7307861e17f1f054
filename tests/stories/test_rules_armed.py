"""Armed rules, run by the agent: when they are due, and never beyond what they may."""

from pathlib import Path

import pytest
import trio

from agent.ruling import EVERY_NS, rule_once
from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.emulators.flickr.emulator import Emulator as Flickr
from photofs.emulators.pictures import make_jpeg
from photofs.filing.clock import now
from photofs.model.rule import DAY_NS
from tests.support.household import Household
from tests.support.log_guard import ExpectLog
from tests.support.ruled import Kept


@pytest.fixture
def kept(household: Household, flickr: Flickr, tmp_path: Path) -> Kept:
    """A rule that takes one photo a run, run by hand once, and armed."""
    root = tmp_path / "nas"
    root.mkdir()
    made = Kept(household, flickr, root)
    made.arm("most = 1\n")
    return made


def look(kept: Kept, *, every_ns: int = 0) -> str:
    """One look of the agent; what came of the rule."""
    house = House(kept.household.environ)
    with house.catalog() as catalog:
        trio.run(rule_once, house, catalog, every_ns)
        return catalog.rule("tokyo").told


def make_due(kept: Kept) -> None:
    """As if it had been run before the last scan."""
    with House(kept.household.environ).catalog() as catalog:
        _set_run(catalog, 1)


def _set_run(catalog: Catalog, run_ns: int) -> None:
    catalog.note_rule(catalog.rule("tokyo")._replace(run_ns=run_ns))


def test_an_armed_rule_is_run_after_a_scan(kept: Kept, expect_log: ExpectLog) -> None:
    """Once for each scan, and not more often than once an hour; another text is not run at all."""
    expect_log("the rule tokyo: ")
    assert len(kept.in_trash()) == 1
    look(kept)
    assert len(kept.in_trash()) == 1, "its library was not scanned since"
    kept.household.run("scan")
    look(kept, every_ns=EVERY_NS)
    assert len(kept.in_trash()) == 1, "it was run a moment ago"
    assert look(kept) == "trash: 1"
    assert len(kept.in_trash()) == 2
    kept.write(text=kept.rule + "most = 2\n")
    make_due(kept)
    look(kept)
    assert len(kept.in_trash()) == 2, "this text was never armed"


def test_p23_an_armed_rule_does_nothing_by_a_clock_that_jumped(
    kept: Kept, expect_log: ExpectLog
) -> None:
    """P23: it says so, until its user has armed it again."""
    expect_log("the rule tokyo: ")
    with House(kept.household.environ).catalog() as catalog:
        moment = now()
        catalog.note_rule_clock(moment._replace(wall_ns=moment.wall_ns - 400 * DAY_NS))
    make_due(kept)
    assert "400.0 days" in look(kept)
    assert "400.0 days" in kept.household.run("rules", "run", "tokyo", code=15)
    assert len(kept.in_trash()) == 1
    kept.check()
    kept.household.run("rules", "arm", "tokyo")
    make_due(kept)
    assert look(kept) == "trash: 1"


def test_p8_an_armed_rule_takes_nothing_while_its_mirror_is_away(
    kept: Kept, expect_log: ExpectLog
) -> None:
    """P8: the disk comes back, and it goes on."""
    expect_log("the rule tokyo: ")
    aside = kept.root.rename(kept.root.with_name("aside"))
    make_due(kept)
    assert look(kept) == "trash: 0"
    assert len(kept.in_trash()) == 1
    aside.rename(kept.root)
    make_due(kept)
    assert look(kept) == "trash: 1"


def test_a_rule_is_armed_for_the_sources_that_it_was_seen_with(kept: Kept, tmp_path: Path) -> None:
    """One more source behind the library, or another library of that name, disarms it."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "a.jpg").write_bytes(make_jpeg("a"))
    kept.household.run("library", "add", "folder", pictures, "--to", "flickr")
    (told,) = kept.household.ask("rules", "status")
    assert told["armed"] == "changed since"
    before = len(kept.in_trash())
    make_due(kept)
    look(kept)
    assert len(kept.in_trash()) == before
    assert "not seen yet" in kept.household.run("rules", "run", "tokyo", code=15)
