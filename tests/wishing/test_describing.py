"""Tags, description and capture time: wished, shown over what is told, undone, sent back alike."""

import pytest

from photofs.catalog.photo_writes import PhotoFacts
from photofs.catalog.port import PhotoRow
from photofs.model.errors import Refused
from photofs.model.judgement import Other
from photofs.model.node import row_id
from photofs.model.user_date import taken_by_user
from tests.support.filed import photo
from tests.support.wished import SHELL, Wished, whole

DAY = "Dates/2019/2019-07"


def set_attribute(wished: Wished, path: str, name: str, value: str | None) -> None:
    """`setfattr`; `check` finds nothing."""
    wished.wishing.set_attribute(wished.filed.ino(path), name, value, SHELL)
    assert wished.filed.problems() == []


def row(wished: Wished, remote_id: str) -> PhotoRow:
    """All that is shown of a photo."""
    return wished.catalog.photo(wished.filed.photo_id(remote_id))


def facts(wished: Wished, remote_id: str) -> PhotoFacts:
    """A photo's facts."""
    return wished.catalog.photo_facts(wished.filed.photo_id(remote_id))


def test_tags_and_description_are_shown_at_once_and_through_a_scan(wished: Wished) -> None:
    """A scan that tells others changes nothing of what is wished; undo shows them."""
    set_attribute(wished, "Albums/Trip/a.jpg", "user.xdg.tags", "sea, summer ,sea")
    set_attribute(wished, "Albums/Trip/a.jpg", "user.xdg.comment", "By the sea.")
    wished.filed.scan(photo("a", favorite=False, tags=("old",), description="Old."), full=False)
    assert (row(wished, "a").tags, row(wished, "a").description) == (
        ("sea", "summer"),
        "By the sea.",
    )
    assert wished.open_verbs() == ["tag", "describe"]
    wished.wishing.undo(wished.catalog.actions(1)[0].action_id, SHELL)
    assert (row(wished, "a").tags, row(wished, "a").description) == (("old",), "Old.")


def test_texts_that_were_sent_are_undone_by_the_old_ones(wished: Wished) -> None:
    """The wish back is about what was there before."""
    wished.filed.scan(photo("a", favorite=False, description="Old."), full=False)
    set_attribute(wished, "Albums/Trip/a.jpg", "user.xdg.comment", None)
    wished.send_all()
    assert row(wished, "a").description is None
    undone = wished.wishing.undo(wished.catalog.actions(1)[0].action_id, SHELL)
    assert (undone.wished_back, undone.left) == (1, ())
    assert row(wished, "a").description == "Old."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("user.xdg.tags", "one,two"),
        ("user.xdg.comment", "A long st…"),
        ("user.photofs.taken", "2019-07-21T12:30:15; service, zone by setting"),
    ],
)
def test_writing_back_what_was_read_wishes_nothing(wished: Wished, name: str, value: str) -> None:
    """rsync -X and cp -a write back what they read, shortened texts included."""
    told = photo("a", favorite=False, tags=("one", "two"), description="A long story.")
    wished.filed.scan(told, full=False)
    set_attribute(wished, "Albums/Trip/a.jpg", name, value)
    assert wished.open_verbs() == []


def test_a_date_moves_the_photo_and_back(wished: Wished) -> None:
    """It stands in the folder of its new date, a scan leaves it there, undo takes it back."""
    shown, before = wished.files(), facts(wished, "a")
    set_attribute(wished, f"{DAY}/a.jpg", "user.photofs.taken", "2001-02-03 04:05:06")
    assert "Dates/2001/2001-02/a.jpg" in wished.files()
    wished.filed.scan(photo("a", favorite=False), full=False)
    assert facts(wished, "a").taken_local == "2001-02-03T04:05:06"
    wished.wishing.undo(wished.catalog.actions(1)[0].action_id, SHELL)
    assert wished.files() == shown
    assert facts(wished, "a")._replace(ctime_ns=0) == before._replace(ctime_ns=0)
    assert wished.filed.problems() == []


def test_a_date_is_reset_to_what_the_source_tells(wished: Wished) -> None:
    """What was not sent is taken back, and a time that a copying program set is forgotten."""
    number = wished.filed.photo_id("a")
    told = facts(wished, "a").mtime_ns
    with wished.wishing.change():
        wished.catalog.set_given_mtime(number, 5)
    wished.wishing.set_taken(number, taken_by_user("2001-02"), SHELL)
    assert f"{DAY}/a.jpg" not in wished.files()
    with wished.wishing.change():
        wished.catalog.set_given_mtime(number, 5)
    assert wished.wishing.reset_taken(number) == 2
    assert facts(wished, "a").mtime_ns == told
    assert f"{DAY}/a.jpg" in wished.files()
    assert wished.open_verbs() == []


def test_a_file_just_written_takes_its_tags_along(wished: Wished) -> None:
    """cp -a sets them before the file is judged: they follow the upload, or end with the file."""
    for name in ("new.jpg", "notes.txt"):
        wished.write(f"Albums/Trip/{name}")
        set_attribute(wished, f"Albums/Trip/{name}", "user.xdg.tags", "sea")
        set_attribute(wished, f"Albums/Trip/{name}", "user.photofs.taken", "2001-02-03")
    wished.judge(whole("n"), "Albums/Trip/new.jpg")
    wished.judge(Other("a text"), "Albums/Trip/notes.txt")
    assert sorted(wished.open_verbs()) == ["date", "join", "tag", "upload"]
    assert "Dates/2001/2001-02/new.jpg" in wished.files()
    (upload,) = wished.catalog.claimable(wished.filed.source_id, 2 * 10**18, 9, bytes_too=True)
    wished.uploaded(upload, "77")
    assert row(wished, "77").tags == ("sea",)
    with pytest.raises(Refused, match="a text"):
        set_attribute(wished, "Albums/Trip/notes.txt", "user.xdg.tags", "land")


def test_what_cannot_be_described_is_refused(wished: Wished) -> None:
    """Others' photos, what lies in Trash, other names, no date; nothing changes."""
    wished.unlink(f"{DAY}/d.jpg")
    for path, name, value in (
        ("Favorites/c.jpg", "user.xdg.tags", "mine"),
        ("Trash/d.jpg", "user.xdg.comment", "gone"),
        ("Albums/Trip/a.jpg", "user.photofs.id", "7"),
        ("Albums/Trip/a.jpg", "user.photofs.taken", "yesterday"),
        ("Albums/Trip/a.jpg", "user.photofs.taken", "2019-02-30"),
        ("Albums/Trip/a.jpg", "user.photofs.taken", None),
    ):
        with pytest.raises(Refused):
            set_attribute(wished, path, name, value)
    assert wished.open_verbs() == ["trash"]
    assert row_id(wished.filed.ino("Trash/d.jpg")) == wished.filed.photo_id("d")
