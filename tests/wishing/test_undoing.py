"""Undo: of what was not sent, of what was done, of very much, cut short, and of what cannot be."""

import time
from pathlib import Path
from statistics import median

import pytest

from photofs.model.errors import Refused
from photofs.model.operation import Event
from photofs.wishing import undoing
from photofs.wishing.undoing import Undoing, Undone, UndoRun
from tests.support.filed import album, photo
from tests.support.wished import SHELL, Wished, whole

DAY = "Dates/2019/2019-07"


def undo(wished: Wished, action: int | None = None) -> Undone:
    """Undo that action, or the latest; `check` finds nothing."""
    number = action or wished.catalog.actions(1)[0].action_id
    undone = wished.wishing.undo(number, SHELL)
    assert wished.filed.problems() == []
    return undone


def later(wished: Wished) -> None:
    """A minute passes, so that what follows is another action."""
    wished.filed.now_ns += 60 * 10**9


def test_an_album_removed_at_the_service_is_made_anew(wished: Wished) -> None:
    """Another album of the same title, with the same photos in the same order."""
    wished.filed.scan(album("x", "Trip", "b", "a"), full=False)
    old = wished.filed.ino("Albums/Trip/")
    for name in ("a", "b"):
        wished.unlink(f"Albums/Trip/{name}.jpg")
    wished.rmdir("Albums/Trip")
    removal = next(
        row for row in wished.catalog.open_operations() if row.wish.verb == "remove album"
    )
    wished.send(removal)
    later(wished)
    assert undo(wished).left == ()
    assert wished.files() >= {"Albums/Trip/a.jpg", "Albums/Trip/b.jpg"}
    assert wished.filed.ino("Albums/Trip/") != old
    made, *joins = wished.catalog.open_operations()
    assert made.wish.verb == "make album"
    assert [row.wish.photo for row in joins] == [
        wished.filed.photo_id("b"),
        wished.filed.photo_id("a"),
    ]
    assert {row.wish.album for row in joins} == {made.wish.album}


def test_photos_that_left_an_album_before_stay_out_of_the_one_made_anew(wished: Wished) -> None:
    """What another action took out of it is not put into it by the undo."""
    wished.unlink("Albums/Trip/b.jpg")
    later(wished)
    wished.unlink("Albums/Trip/a.jpg")
    wished.rmdir("Albums/Trip")
    rows = wished.catalog.open_operations()
    wished.send(rows[-1])
    undo(wished)
    assert "Albums/Trip/a.jpg" in wished.files()
    assert "Albums/Trip/b.jpg" not in wished.files()


def test_a_done_upload_goes_to_trash(wished: Wished) -> None:
    """Nothing is deleted at the service; undoing the undo brings it back."""
    wished.write("Albums/Trip/new.jpg")
    wished.judge(whole("n"), "Albums/Trip/new.jpg")
    upload, join = wished.catalog.open_operations()
    wished.uploaded(upload, "77")
    wished.send(join)
    later(wished)
    undone = undo(wished)
    assert (undone.cancelled, undone.wished_back, undone.left) == (0, 2, ())
    assert [path for path in wished.files() if "new" in path] == ["Trash/new.jpg"]
    later(wished)
    undo(wished, undone.action)
    assert "Albums/Trip/new.jpg" in wished.files()


@pytest.mark.parametrize("sent", [False, True])
def test_albums_made_and_renamed_are_undone(wished: Wished, *, sent: bool) -> None:
    """Whether it was sent or not, the old title and the old albums are back."""
    shown = wished.filed.tree()
    wished.rename("Albums/Trip", "Albums/Voyage")
    wished.mkdir("Albums/New")
    if sent:
        wished.send_all()
    later(wished)
    assert undo(wished).left == ()
    assert wished.filed.tree() == shown


def test_regression_an_undo_that_is_cut_after_each_step_objects_to_nothing(wished: Wished) -> None:
    """What it has wished back itself is no change that somebody made since."""
    shown = wished.filed.tree()
    wished.rename("Albums/Trip/a.jpg", "Albums/Trip/Sea.jpg")
    wished.rename("Albums/Trip", "Albums/Voyage")
    wished.mkdir("Albums/New")
    wished.send_all()
    later(wished)
    run = undoing.begin(wished.catalog, wished.catalog.actions(1)[0].action_id, SHELL)
    library = wished.catalog.library("L").library_id
    more = True
    while more:
        with wished.wishing.change():
            more = Undoing(wished.wishing.desk(library), run, slice_s=0).step()
    assert (run.outcome().wished_back, run.outcome().left) == (2, ())
    assert wished.filed.tree() == shown
    assert wished.filed.problems() == []


def test_regression_each_step_of_an_undo_takes_something_back(wished: Wished) -> None:
    """Also of files that nobody judged yet, where to ask for them takes as long as a step may."""
    for number in range(5):
        wished.write(f"Unsorted/x{number}.txt")
    run = undoing.begin(wished.catalog, wished.catalog.actions(1)[0].action_id, SHELL)
    library = wished.catalog.library("L").library_id
    more, steps = True, 0
    while more and steps < 10:
        steps += 1
        with wished.wishing.change():
            more = Undoing(wished.wishing.desk(library), run, slice_s=0).step()
    assert (run.outcome().cancelled, more) == (5, False)
    assert {f"Trash/x{number}.txt" for number in range(5)} <= wished.files()
    assert wished.filed.problems() == []


def test_what_was_changed_again_since_is_left_alone(wished: Wished) -> None:
    """Undo takes back one change, and says which later one it did not touch."""
    wished.rename("Albums/Trip/a.jpg", "Albums/Trip/one.jpg")
    first = wished.catalog.actions(1)[0].action_id
    wished.send_all()
    later(wished)
    wished.rename("Albums/Trip/one.jpg", "Albums/Trip/two.jpg")
    undone = undo(wished, first)
    assert undone.left == ("retitle: its title was changed again since",)
    assert "Albums/Trip/two.jpg" in wished.files()


def test_what_is_being_sent_is_undone_once_it_is_done(wished: Wished) -> None:
    """The first undo says so; a second one of the same action takes it back."""
    wished.link("Albums/Trip/a.jpg", "Albums/Home/a.jpg")
    wished.link("Albums/Trip/b.jpg", "Albums/Home/b.jpg")
    first, _ = wished.catalog.open_operations()
    action = wished.catalog.actions(1)[0].action_id
    for event in (Event.CLAIM, Event.SEND):
        wished.catalog.happen(first.operation_id, event, wished.filed.now_ns)
    assert undo(wished, action).left == ("join: it is being sent; undo it again once it is done",)
    with wished.wishing.change():
        row = wished.catalog.operation(first.operation_id)
        wished.wishing.outcomes(row.wish.library).confirm(row)
    assert undo(wished, action).wished_back == 1
    assert not {"Albums/Home/a.jpg", "Albums/Home/b.jpg"} & wished.files()
    with pytest.raises(Refused, match="undone before"):
        undo(wished, action)


def test_what_undo_wishes_is_not_held(wished: Wished) -> None:
    """Sixty joins that were done are sixty removals now; who undid them has just asked for that."""
    wished.filed.scan(*(photo(f"p{n}", favorite=False) for n in range(60)), full=False)
    for number in range(60):
        ino = wished.filed.ino(f"{DAY}/p{number}.jpg")
        wished.wishing.link(ino, wished.spot(f"Albums/Home/p{number}.jpg"), SHELL)
    wished.send_all()
    later(wished)
    assert undo(wished).wished_back == 60
    rows = wished.catalog.open_operations()
    assert {(row.wish.verb, row.state.value) for row in rows} == {("leave", "planned")}
    assert {row.wish.not_before_ns - row.planned_ns for row in rows} == {30 * 10**9}


@pytest.mark.parametrize("sent", [False, True])
def test_an_undo_that_was_killed_is_completed_by_another(wished: Wished, *, sent: bool) -> None:
    """After any number of its steps, the same undo goes on; nothing is wished back twice."""
    wished.filed.scan(*(photo(f"p{n}", favorite=False) for n in range(20)))
    shown = wished.files()
    for number in range(20):
        wished.wishing.unlink(wished.spot(f"{DAY}/p{number}.jpg"), SHELL)
    if sent:
        wished.send_all()
    action = wished.catalog.actions(1)[0].action_id
    for steps in (1, 7):
        _undo_a_little(wished, action, steps)
        assert wished.filed.problems() == []
    undone = undo(wished, action)
    assert undone.cancelled + undone.wished_back == 12
    assert wished.files() == shown
    assert len(wished.catalog.open_operations()) == (20 if sent else 0)


def _undo_a_little(wished: Wished, action: int, operations: int) -> None:
    """As an undo that is killed after so many operations: each slice holds one."""
    run = undoing.begin(wished.catalog, action, SHELL)
    done = 0
    while done < operations:
        done += _one(wished, run)


def _one(wished: Wished, run: UndoRun) -> int:
    """One transaction that holds one operation."""
    before = run.cancelled + run.wished
    with wished.wishing.change():
        Undoing(wished.wishing.desk(wished.catalog.library("L").library_id), run, slice_s=0).step()
    return run.cancelled + run.wished - before


def test_very_much_is_undone_in_small_transactions(tmp_path: Path) -> None:
    """Held by the guard and back within seconds; nobody else waits longer than a moment.

    Counted is the processor's time, for a disk that is slow to sync is no fault of ours.
    """
    wished = Wished(tmp_path / "big.db")
    count = 500
    wished.filed.scan(*(photo(f"p{n}", favorite=False) for n in range(count)))
    shown, spot = wished.files(), wished.spot(f"{DAY}/p.jpg")
    for number in range(count):
        wished.wishing.unlink(spot._replace(name=f"p{number}.jpg"), SHELL)
    run = undoing.begin(wished.catalog, wished.catalog.actions(1)[0].action_id, SHELL)
    library = wished.catalog.library("L").library_id
    lasted: list[float] = []
    more = True
    while more:
        began = time.thread_time()
        with wished.wishing.change():
            more = Undoing(wished.wishing.desk(library), run).step()
        lasted.append(time.thread_time() - began)
    assert run.outcome().cancelled == count
    assert median(lasted) < 0.05
    assert wished.files() == shown
    wished.catalog.close()
