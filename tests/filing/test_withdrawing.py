"""A source that is taken away from its library, and one that is added again."""

from pathlib import Path

import pytest

from photofs.catalog.journal import Wish
from photofs.model.errors import NotFound, Refused
from tests.support.filed import album, photo
from tests.support.several import Several, sha

SAME = {"hash": sha("a" * 64)}


@pytest.fixture
def several(tmp_path: Path) -> Several:
    """Photos: one that both sources have, one of each alone; an album at each, one of a title."""
    made = Several(tmp_path / "catalog.sqlite")
    made.tell(
        0, photo("both", **SAME), photo("mine"), album("A", "Trip", "both", "mine"), album("B", "B")
    )
    made.tell(1, photo("again", **SAME), photo("other"), album("C", "Trip", "again", "other"))
    assert len(made.groups()) == 3
    return made


def withdraw(several: Several, place: int) -> None:
    """Take a source away; `check` finds nothing."""
    several.filing.withdraw(several.ids[place])
    assert several.problems() == []


def photos_in(tree: dict[str, int]) -> dict[str, int]:
    """The inodes of a tree's files."""
    return {path: ino for path, ino in tree.items() if not path.endswith("/")}


def add_again(several: Several) -> int:
    """Add a source as the first one was added; its number."""
    library = several.catalog.library("L").library_id
    return several.catalog.add_source(library, "service", {}).source_id


@pytest.mark.parametrize("place", [0, 1])
def test_what_others_have_stays_the_same_file(several: Several, place: int) -> None:
    """With its inode and album; what only the source had goes, with its albums."""
    shared, others = several.ino_of(0, "both"), ["mine", "other"]
    alone, stays = (
        several.ino_of(place, others[place]),
        several.ino_of(1 - place, others[1 - place]),
    )
    facts = several.catalog.photo_facts(several.photo_of(0, "both"))
    withdraw(several, place)
    if place == 1:  # what is shown of it was never its word
        assert several.catalog.photo_facts(several.photo_of(0, "both")) == facts
    tree = several.tree()
    assert {shared, stays} <= set(tree.values())
    assert alone not in tree.values()
    in_trip = {ino for path, ino in photos_in(tree).items() if "/Trip/" in path}
    assert in_trip == {shared, stays}
    assert ("Albums/B/" in tree) == (place == 1)
    rows = several.catalog.sources(several.catalog.library("L").library_id)
    assert [row.source_id for row in rows] == [several.ids[1 - place]]


@pytest.mark.parametrize("place", [0, 1])
def test_added_again_it_brings_the_same_photos_back(several: Several, place: int) -> None:
    """The tree, the photos' inodes, and what is merged are as they were."""
    tree, groups = several.tree(), several.groups()
    withdraw(several, place)
    assert several.tree() != tree
    assert add_again(several) == several.ids[place]
    if place == 0:
        first = album("A", "Trip", "both", "mine"), album("B", "B")
        several.tell(0, photo("both", **SAME), photo("mine"), *first)
    else:
        trip = album("C", "Trip", "again", "other")
        several.tell(1, photo("again", **SAME), photo("other"), trip)
    assert photos_in(several.tree()) == photos_in(tree)
    assert several.tree().keys() == tree.keys()
    assert several.groups() == groups


def test_a_change_that_waits_keeps_the_source(several: Several) -> None:
    """Refused, and nothing is changed."""
    tree = several.tree()
    library = several.catalog.library("L").library_id
    number = several.photo_of(0, "mine")
    wish = Wish(library, "retitle", {"title": "x"}, 0, several.ids[0], photo=number)
    several.catalog.plan(wish, now_ns=1)
    with pytest.raises(Refused, match="1 change waits"):
        several.filing.withdraw(several.ids[0])
    assert several.tree() == tree
    assert len(several.catalog.sources(library)) == 2
    withdraw(several, 1)


def test_cut_short_it_is_ended_by_the_next_scan(several: Several) -> None:
    """As if the process had been killed right after the mark."""
    alone = several.ino_of(0, "mine")
    several.catalog.mark_withdrawn(several.ids[0], 1)
    assert alone in several.tree().values()
    several.tell(1, photo("again", **SAME), photo("other"), full=False)
    assert alone not in several.tree().values()
    assert several.problems() == []


def test_a_scan_that_is_going_on_brings_nothing_back(several: Several) -> None:
    """Another process takes the source away: the scan ends with NotFound."""
    other = Several(several.path)
    several.source_id = several.ids[0]
    with several.run() as run:
        run.file([photo("new")])
        other.filing.withdraw(several.ids[0])
        with pytest.raises(NotFound):
            run.file([photo("newer"), photo("mine", title="anew")])
    assert {path for path in several.tree() if "new" in path or "mine" in path} == set()
    assert several.problems() == []
