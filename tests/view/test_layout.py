"""Where a photo stands: the path table, row by row, and its promises for every photo."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.model.capture_time import Granularity
from photofs.model.dates_template import USUAL_DATES
from photofs.model.folder import FolderKind
from photofs.model.naming import album_path
from photofs.providers.port import Folders
from photofs.view.layout import (
    TABLE,
    FolderPath,
    Placed,
    Step,
    album_in,
    collected,
    date_steps,
    places,
    top_folders,
)

ALL = frozenset(Folders)
ROME = album_in(("Rome",), "a1")
DAY_ONE = album_in(("Trips", "Rome", "Day 1"), "a2")
IN_ITALY = collected((("Europe", "c1"), ("Italy", "c2")), ("Rome", "a1"))

PLAIN = Placed(
    local_date=date(2019, 7, 12),
    favorite=False,
    archived=False,
    trashed=False,
    owned=True,
    video=False,
    albums=(),
)
PHOTOS = st.builds(
    Placed,
    local_date=st.none() | st.dates(),
    favorite=st.booleans(),
    archived=st.booleans(),
    trashed=st.booleans(),
    owned=st.booleans(),
    video=st.booleans(),
    albums=st.lists(st.sampled_from([ROME, DAY_ONE, IN_ITALY])).map(tuple),
    granularity=st.sampled_from(Granularity),
)
ABILITIES = st.frozensets(st.sampled_from(sorted(Folders)))
TEMPLATES = st.sampled_from(
    [USUAL_DATES, "{year}", "{year}-{month}", "{year}/{month}/{day}", "{day}.{month}.{year}"]
)


def spelt(path: FolderPath) -> str:
    """The path as a user sees it."""
    return "/".join(step.name for step in path)


def shown(photo: Placed, folders: frozenset[str] = ALL, dates: str = USUAL_DATES) -> set[str]:
    """All folders that a photo stands in, as a user sees them."""
    return {spelt(path) for path in places(photo, folders, dates)}


@pytest.mark.parametrize(
    ("photo", "expected"),
    [
        (PLAIN, {"Dates/2019/2019-07", "Unsorted"}),
        (PLAIN._replace(local_date=None), {"Dates/Unknown", "Unsorted"}),
        (PLAIN._replace(favorite=True), {"Dates/2019/2019-07", "Unsorted", "Favorites"}),
        (PLAIN._replace(archived=True), {"Dates/2019/2019-07", "Unsorted", "Archive"}),
        (PLAIN._replace(video=True), {"Dates/2019/2019-07", "Unsorted", "Videos"}),
        (PLAIN._replace(albums=(ROME,)), {"Dates/2019/2019-07", "Albums/Rome"}),
        (
            PLAIN._replace(albums=(ROME, DAY_ONE, IN_ITALY)),
            {
                "Dates/2019/2019-07",
                "Albums/Rome",
                "Albums/Trips/Rome/Day 1",
                "Collections/Europe/Italy/Rome",
            },
        ),
        (PLAIN._replace(trashed=True, favorite=True, albums=(ROME,)), {"Trash"}),
        (PLAIN._replace(owned=False, favorite=True), {"Favorites"}),
        (PLAIN._replace(owned=False, favorite=True, video=True), {"Favorites"}),
        (PLAIN._replace(owned=False, albums=(ROME,)), {"Albums/Rome"}),
    ],
)
def test_examples_of_places(photo: Placed, expected: set[str]) -> None:
    """What a photo is decides the folders that it stands in."""
    assert shown(photo) == expected


def test_folders_that_a_library_cannot_have_hold_nothing() -> None:
    """Without the ability there is no such folder; a trashed photo still has its place."""
    everything = PLAIN._replace(favorite=True, archived=True, video=True, albums=(ROME, IN_ITALY))
    assert shown(everything, frozenset()) == {"Dates/2019/2019-07", "Albums/Rome"}
    assert shown(everything._replace(trashed=True), frozenset()) == {"Trash"}


@given(PHOTOS, ABILITIES, TEMPLATES)
def test_dates_holds_each_own_photo_exactly_once(
    photo: Placed, folders: frozenset[str], dates: str
) -> None:
    """Copying Dates copies each own photo that is not in the trash once, and no other."""
    found = [path for path in places(photo, folders, dates) if path[0].kind is FolderKind.DATES]
    assert len(found) == (1 if photo.owned and not photo.trashed else 0)
    assert all(len(path) > 1 for path in found)


@given(PHOTOS, ABILITIES, TEMPLATES)
def test_promises_of_the_table(photo: Placed, folders: frozenset[str], dates: str) -> None:
    """No place twice; trash alone for the trashed; unsorted only without albums."""
    found = places(photo, folders, dates)
    kinds = [path[0].kind for path in found]
    assert len(set(found)) == len(found)
    assert not photo.trashed or kinds == [FolderKind.TRASH]
    assert (FolderKind.UNSORTED in kinds) == (
        photo.owned and not photo.trashed and not photo.albums
    )
    assert bool(found) or not photo.owned
    standing = top_folders(folders | {"Trash"})
    assert all(path[0] in standing for path in found)


@pytest.mark.parametrize(
    ("granularity", "template", "expected"),
    [
        (Granularity.SECOND, USUAL_DATES, "2019/2019-07"),
        (Granularity.MONTH, USUAL_DATES, "2019/2019-07"),
        (Granularity.YEAR, USUAL_DATES, "2019"),
        (Granularity.CIRCA, USUAL_DATES, "2019"),
        (Granularity.SECOND, "{year}/{month}/{day}", "2019/07/12"),
        (Granularity.MONTH, "{year}/{month}/{day}", "2019/07"),
        (Granularity.SECOND, "{year}-{month}-{day}", "2019-07-12"),
        (Granularity.MONTH, "{year}-{month}-{day}", "2019-07"),
        (Granularity.YEAR, "{year}-{month}-{day}", "2019"),
        (Granularity.YEAR, "{month}/{year}", "2019"),
    ],
)
def test_dates_go_as_deep_as_they_are_known(
    granularity: Granularity, template: str, expected: str
) -> None:
    """A step that asks for more than is known is left out; never is a month made up."""
    steps = date_steps(date(2019, 7, 12), granularity, template)
    assert spelt(steps) == expected
    assert steps[-1].key == expected
    assert {step.kind for step in steps} == {FolderKind.DATE}


def test_early_years_keep_four_digits() -> None:
    """The folders of old dates sort by name, too."""
    assert spelt(date_steps(date(33, 4, 3), Granularity.SECOND, USUAL_DATES)) == "0033/0033-04"


def test_top_folders_follow_the_abilities() -> None:
    """Albums, Dates and Unsorted always; the others where the service knows such a thing."""
    assert [step.name for step in top_folders(frozenset())] == ["Albums", "Dates", "Unsorted"]
    assert [step.name for step in top_folders(ALL)] == [row.name for row in TABLE]
    with_trash = [step.name for step in top_folders(frozenset({"Trash"}))]
    assert with_trash == ["Albums", "Dates", "Unsorted", "Trash"]


def test_every_ability_has_its_row() -> None:
    """No folder that a provider can ask for is missing from the table."""
    assert {row.asked for row in TABLE if row.asked} == {folder.value for folder in Folders}


@given(st.text(max_size=40), st.text(max_size=40))
def test_albums_of_one_shelf_share_it(first: str, second: str) -> None:
    """Shelves go by their folded path: "TRIPS / A" and "trips / B" stand together."""
    one = album_in(album_path(f"Trips / {first}"), "1")
    other = album_in(album_path(f"TRIPS / {second}"), "2")
    if one[1].kind is other[1].kind is FolderKind.SHELF:
        assert one[1].key == other[1].key
    assert one[0] == other[0] == Step(FolderKind.ALBUMS, "Albums", "")
    assert one[-1].kind is FolderKind.ALBUM
