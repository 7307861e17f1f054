"""What commands tell of an upload that is under way."""

from pathlib import Path

from photofs.catalog.under_way import UnderWay
from photofs.cli.uploads_first import STANDSTILL, Standstill, moves
from photofs.model.operation import Event, State
from tests.support.filed import photo
from tests.support.household import Household
from tests.support.wished import SHELL, Wished, whole


def test_the_queue_shows_the_bytes_that_have_gone_out(tmp_path: Path) -> None:
    """While it is sent, and not before; other wishes have no such number."""
    household = Household(tmp_path)
    state = household.home / "state"
    state.mkdir()
    wished = Wished(state / "catalog.db")
    wished.filed.scan()
    wished.write("Unsorted/new.jpg")
    wished.judge(whole("n", 3_000_000), "Unsorted/new.jpg")
    (row,) = wished.catalog.open_operations()
    UnderWay(state / "under-way").note(row.operation_id, 1_500_000)
    assert household.ask("queue")["operations"][0]["sent"] is None
    with wished.wishing.change():
        for event in (Event.CLAIM, Event.SEND):
            wished.catalog.happen(row.operation_id, event, 10**18)
    assert household.ask("queue")["operations"][0]["sent"] == 1_500_000
    assert "being sent: 1.5 MB so far" in household.run("queue")
    wished.catalog.close()


def test_a_slow_upload_is_no_standstill() -> None:
    """As long as bytes go out nobody is sent away; a minute after the last one it is one."""
    now = 0.0
    standstill = Standstill(lambda: now)
    for sent in range(3):
        assert not standstill.lasts(("1 upload", {7: sent}))
        now += STANDSTILL
        assert not standstill.lasts(("1 upload", {7: sent}))
    now += 1
    assert standstill.lasts(("1 upload", {7: 2}))


def test_numbers_grow_and_go(tmp_path: Path) -> None:
    """The last one counts; what has ended is told no more, nor what a killed agent left."""
    notes = UnderWay(tmp_path / "under-way")
    assert notes.sent() == {}
    for sent in (5, 10**12):
        notes.note(1, sent)
    notes.note(2, 3)
    assert UnderWay(tmp_path / "under-way").sent() == {1: 10**12, 2: 3}
    notes.ended(1)
    assert notes.sent() == {2: 3}
    notes.forget()
    notes.ended(2)
    assert notes.sent() == {}


def test_a_disk_that_refuses_the_note_is_no_matter(tmp_path: Path) -> None:
    """A file stands where the folder should: nothing is noted, and nothing raised."""
    (tmp_path / "under-way").write_text("mine")
    notes = UnderWay(tmp_path / "under-way")
    notes.note(1, 1)
    notes.ended(1)
    assert notes.sent() == {}


def test_an_upload_behind_many_held_changes_is_waited_for(tmp_path: Path) -> None:
    """However long the list of what waits for its user, what goes out is on its way."""
    wished = Wished(tmp_path / "catalog.db")
    wished.filed.scan(*(photo(f"p{number}") for number in range(510)))
    for ino in {wished.filed.ino(path) for path in wished.filed.files()}:
        wished.wishing.set_title(ino, "another", SHELL)
    assert {row.state for row in wished.catalog.open_operations()} == {State.HELD}
    assert not moves(wished.catalog)
    wished.write("Unsorted/new.jpg")
    wished.judge(whole("n", 3_000_000), "Unsorted/new.jpg")
    assert moves(wished.catalog)
    wished.catalog.close()
