"""Answers of Google that lack a fact: none of them tells of other bytes, date, name or kind."""

from pathlib import Path

import pytest
import trio

from agent.scanning import scan
from photofs.catalog.check import check
from photofs.catalog.photo_writes import PhotoFacts
from photofs.emulators.google import Habits
from photofs.emulators.hosting.originals import Stored
from photofs.emulators.pictures import make_jpeg
from photofs.model.incoming import Stage
from tests.support.clocked_house import AtOnce
from tests.support.google_home import GoogleHome, google_home

UNTOLD = {
    "sizes": frozenset({"width", "height"}),
    "one side": frozenset({"width"}),
    "metadata": frozenset({"mediaMetadata"}),
    "type": frozenset({"mimeType"}),
    "date": frozenset({"creationTime"}),
    "name": frozenset({"filename"}),
    "nearly all": frozenset({"mediaMetadata", "mimeType", "filename", "productUrl"}),
}


def scan_all(made: GoogleHome) -> None:
    """A full scan."""
    house = AtOnce(made.house.environ)
    with house.catalog() as catalog:
        (source,) = catalog.sources()
        trio.run(lambda: scan(house, catalog, source, lambda _: None, full=True))
        assert [str(each) for each in check(catalog)] == []


def shown(made: GoogleHome) -> list[tuple[PhotoFacts, set[str]]]:
    """All photos, with their names; that nothing was put into Trash."""
    with made.house.catalog() as catalog:
        assert catalog.incoming_in(Stage.LOCAL) == []
        rows = catalog.database.all("SELECT id FROM photo WHERE gone = 0 ORDER BY id")
        return [
            (
                catalog.photo_facts(number)._replace(content_key=""),
                {f"{each.kind} {each.name}" for each in catalog.names_of(number)},
            )
            for (number,) in rows
        ]


@pytest.mark.parametrize("what", UNTOLD)
def test_a_fact_that_one_answer_lacks_tells_no_change(tmp_path: Path, what: str) -> None:
    """The sent originals go on being shown, with date, name and ctime, then and afterwards."""
    habits = Habits()
    with google_home(tmp_path / "home", 2, habits=habits) as made:
        made.finish()
        scan_all(made)
        before = shown(made)
        for untold in (UNTOLD[what], frozenset[str](), UNTOLD[what]):
            habits.untold = untold
            scan_all(made)
            assert shown(made) == before


@pytest.mark.parametrize("what", UNTOLD)
def test_an_upload_that_is_answered_in_part_stays_what_was_sent(tmp_path: Path, what: str) -> None:
    """What its answer lacked the next scans tell: that are not other bytes either."""
    habits = Habits(untold=UNTOLD[what])
    with google_home(tmp_path / "home", 2, habits=habits) as made:
        made.finish()
        sent = [facts.sha256 for facts, _ in shown(made)]
        assert None not in sent
        for untold in (UNTOLD[what], frozenset[str]()):
            habits.untold = untold
            scan_all(made)
            assert [facts.sha256 for facts, _ in shown(made)] == sent


def test_a_crop_is_seen_though_an_answer_before_it_lacked_the_size(tmp_path: Path) -> None:
    """That nothing was told for once makes nobody blind: the former original goes to Trash."""
    habits = Habits(untold=UNTOLD["sizes"])
    with google_home(tmp_path / "home", 1, habits=habits) as made:
        made.finish()
        habits.untold = frozenset()
        scan_all(made)
        item, account = made.items[0], made.emulator.account
        data = make_jpeg("cropped", width=40, height=40)
        item.sha256 = account.store(data)
        item.original = Stored(sha256=item.sha256)
        item.width, item.height = 40, 40
        account.changed()
        habits.untold = UNTOLD["sizes"]
        scan_all(made)
        assert len(shown(made)) == 1
        habits.untold = frozenset()
        scan_all(made)
        with made.house.catalog() as catalog:
            assert len(catalog.incoming_in(Stage.LOCAL)) == 1
