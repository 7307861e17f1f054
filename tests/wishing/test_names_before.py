"""Photos of one title that go and come back: each has the name that it had, for a copy knows it."""

from datetime import datetime

import pytest

from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.discard import TrashSpot
from photofs.model.observation import PhotoSeen
from tests.support.filed import album, photo
from tests.support.wished import SHELL, Wished

DAY = "Dates/2020/2020-02"
TAKEN = TakenFact(by=TakenBy.SERVICE, local=datetime(2020, 2, 3, 4, 5, 6))  # noqa: DTZ001 - naive wall time


def titled(remote_id: str, title: str) -> PhotoSeen:
    """A favorite of that month, without a file name of its own."""
    more = {"title": title, "file_name": None, "extension": "jpg", "favorite": True}
    return photo(remote_id, taken=TAKEN, **more)


@pytest.fixture
def twins(wished: Wished) -> Wished:
    """Two photos of one title, in one album, of one month."""
    wished.filed.scan(
        titled("p", "Birthday"),
        titled("q", "Birthday"),
        album("z", "Party", "p", "q"),
        full=False,
    )
    return wished


def photos(wished: Wished) -> dict[str, int]:
    """Every name of each photo; folders that were made anew are others."""
    return {path: ino for path, ino in wished.filed.tree().items() if not path.endswith("/")}


def named(wished: Wished, folder: str) -> dict[str, int]:
    """Whose the names of the two in a folder are."""
    return {path: ino for path, ino in photos(wished).items() if path.startswith(f"{folder}/B")}


@pytest.mark.parametrize("sent", [False, True])
@pytest.mark.parametrize("by_trash", [False, True])
@pytest.mark.parametrize("folder", [DAY, "Albums/Party", "Favorites"])
@pytest.mark.parametrize("order", [1, -1])
def test_regression_photos_of_one_title_do_not_exchange_their_names(
    twins: Wished, folder: str, order: int, *, sent: bool, by_trash: bool
) -> None:
    """Undo takes the last one back first; by `rm`, or by a file manager's trash, sent or not."""
    before = named(twins, folder)
    everywhere = photos(twins)
    assert len(before) == 2
    for path in sorted(before)[::order]:
        if by_trash:
            spot = TrashSpot(1000, path.rpartition("/")[2].encode())
            twins.wishing.discarding.put(twins.spot(path), spot, SHELL)
        else:
            twins.unlink(path)
    assert named(twins, folder) == {}
    if sent:
        twins.send_all()
    twins.wishing.undo(twins.catalog.actions(1)[0].action_id, SHELL)
    assert twins.filed.problems() == []
    assert named(twins, folder) == before
    assert photos(twins) == everywhere


def test_regression_one_photo_of_two_comes_back_by_its_own_name(twins: Wished) -> None:
    """`photofs trash restore` of one alone: the name of the other stays free for it."""
    before = named(twins, DAY)
    first, second = sorted(before)
    for path in (first, second):
        twins.unlink(path)
    twins.wishing.restore([before[second] // 2], SHELL)
    assert named(twins, DAY) == {second: before[second]}


def test_a_name_that_is_taken_by_now_is_not_given_back(twins: Wished) -> None:
    """Nothing is in its way: it gets another one."""
    before = named(twins, DAY)
    first, second = sorted(before)
    twins.unlink(first)
    twins.unlink(second)
    twins.wishing.restore([before[first] // 2], SHELL)
    twins.rename(first, second)
    twins.wishing.restore([before[second] // 2], SHELL)
    after = named(twins, DAY)
    assert after[second] == before[first]
    assert set(after.values()) == set(before.values())


def test_a_name_that_a_program_gives_stays(twins: Wished) -> None:
    """`mv` out of Trash to another name is asked for that very name."""
    twins.filed.scan(titled("r", "Cake"), full=False)  # so that the month's folder stays
    before = named(twins, DAY)
    _, second = sorted(before)
    for path in sorted(before):
        twins.unlink(path)
    (there,) = (path for path, ino in named(twins, "Trash").items() if ino == before[second])
    twins.rename(there, f"{DAY}/Birthday.jpg")
    assert named(twins, DAY) == {f"{DAY}/Birthday.jpg": before[second]}


def test_a_photo_that_has_another_title_by_now_is_named_by_that(twins: Wished) -> None:
    """Its service gave it one while it lay in Trash."""
    before = named(twins, DAY)
    _, second = sorted(before)
    twins.unlink(second)
    remote_id = twins.catalog.remote_id_of(before[second] // 2)
    twins.filed.scan(titled(remote_id, "Party"), full=False)
    twins.wishing.restore([before[second] // 2], SHELL)
    assert twins.filed.ino(f"{DAY}/Party.jpg") == before[second]
