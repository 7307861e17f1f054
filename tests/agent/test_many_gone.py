"""An account of which Google calls nearly all, or all, no more: what goes, and what is told."""

from pathlib import Path

import pytest
import trio

from agent.scanning import scan
from photofs.catalog.check import check
from photofs.model.errors import Refused
from tests.support.clocked_house import AtOnce
from tests.support.google_home import GoogleHome, google_home

NUMBER = 20


def scan_all(made: GoogleHome) -> None:
    """A full scan by a filing that takes no hour between two of them."""
    house = AtOnce(made.house.environ)
    with house.catalog() as catalog:
        (source,) = catalog.sources()
        catalog.set_config(source.source_id, {**source.config, "sweep_hours": 0})
        trio.run(lambda: scan(house, catalog, source, lambda _: None, full=True))
        assert [str(each) for each in check(catalog)] == []


def standing(made: GoogleHome) -> tuple[int, int]:
    """How many photos stand by date, and how many originals stand in Trash."""
    with made.house.catalog() as catalog:
        shown = [
            number
            for (number,) in catalog.database.all("SELECT id FROM photo")
            if any(each.kind == "date" for each in catalog.names_of(number))
        ]
        trash = [catalog.photo_facts(number) for number, *_ in catalog.in_trash()]
        assert all(facts.sha256 in catalog.only_here() for facts in trash)
        return len(shown), len(trash)


def test_nineteen_of_twenty_stand_in_trash(tmp_path: Path) -> None:
    """Google said so of each by itself, and they are fewer than are asked about: none is lost."""
    with google_home(tmp_path / "home", NUMBER) as made:
        made.finish()
        items = made.items
        for item in items[1:]:
            item.trashed = True
        scan_all(made)
        assert standing(made) == (NUMBER, 0)
        scan_all(made)
        assert standing(made) == (1, NUMBER - 1)
        for item in items[1:]:
            item.trashed = False
        scan_all(made)
        assert standing(made) == (NUMBER, 0)


def test_of_all_twenty_none_goes_unasked(tmp_path: Path) -> None:
    """They may be another client's, or the account may be in trouble: `photofs status` tells it."""
    with google_home(tmp_path / "home", NUMBER) as made:
        made.finish()
        for item in made.items:
            item.trashed = True
        scan_all(made)
        with pytest.raises(Refused, match="20 of 20 photos"):
            scan_all(made)
        assert standing(made) == (NUMBER, 0)
        assert "they are no more" in made.trouble
