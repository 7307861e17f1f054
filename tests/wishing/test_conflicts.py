"""docs/SEMANTICS.md "Conflicts": a service's change meets a wish that is not sent yet."""

import re
from pathlib import Path

import pytest

from photofs.model.incoming import Stage
from photofs.model.node import row_id
from photofs.model.observation import AlbumGone, PhotoGone
from photofs.model.operation import State
from photofs.model.photo import Fidelity
from tests.support.filed import album, photo
from tests.support.wished import SHELL, Wished, whole

TEXT = (Path(__file__).parents[2] / "docs" / "SEMANTICS.md").read_text(encoding="utf-8")
DAY = "Dates/2019/2019-07"


def said(wished: Wished) -> list[str]:
    """All that the log notes of what was overruled, and why wishes were given up."""
    rows = [
        row
        for action in wished.catalog.actions(99)
        for row in wished.catalog.of_action(action.action_id)
    ]
    notes = [each.answer for row in rows for each in wished.catalog.exchanges(row.operation_id)]
    return notes + [row.reason for row in rows if row.state is State.GAVE_UP]


def delete_at_the_service(wished: Wished, remote_id: str) -> None:
    """Two complete inventories, a day apart, do not hold the photo."""
    for _ in range(2):
        wished.filed.scan(inventory=[each for each in "abcd" if each != remote_id], full=False)


def test_another_fact_comes_in_beside_the_wish(wished: Wished) -> None:
    """The service's new tags are shown together with the title that is wished here."""
    wished.rename("Albums/Trip/a.jpg", "Albums/Trip/Sea.jpg")
    wished.filed.scan(photo("a", favorite=False, tags=("new",)), full=False)
    row = wished.catalog.photo(wished.filed.photo_id("a"))
    assert (row.title, row.tags) == ("Sea", ("new",))
    assert said(wished) == []


def test_the_same_fact_changed_on_both_sides_is_as_wished_here(wished: Wished) -> None:
    """The wish is shown and sent; the service's title is in the log, once."""
    wished.rename("Albums/Trip/a.jpg", "Albums/Trip/Sea.jpg")
    for day in (1, 2):
        told = photo("a", favorite=False, title="Ocean", tags=(str(day),))
        wished.filed.scan(told, full=False)
    assert wished.catalog.photo(wished.filed.photo_id("a")).title == "Sea"
    assert wished.open_verbs() == ["retitle"]
    assert said(wished) == ["meanwhile the service had another title: 'Ocean'; overruled"]


def test_an_album_renamed_on_both_sides_is_called_as_wished_here(wished: Wished) -> None:
    """The other title is in the log."""
    wished.rename("Albums/Trip", "Albums/Voyage")
    for _ in range(2):
        wished.filed.scan(album("x", "Journey", "a", "b"), full=False)
    assert "Albums/Voyage/a.jpg" in wished.files()
    assert said(wished) == ["meanwhile the service had another title: 'Journey'; overruled"]


def test_an_album_renamed_there_after_here_is_called_as_there(wished: Wished) -> None:
    """A listing from before ours was sent changes nothing; a later title is the service's."""
    wished.rename("Albums/Trip", "Albums/Voyage")
    wished.send_all()
    wished.filed.scan(album("x", "Trip", "a", "b"), full=False)
    assert "Albums/Voyage/a.jpg" in wished.files()
    wished.filed.scan(album("x", "Journey", "a", "b"), full=False)
    assert "Albums/Journey/a.jpg" in wished.files()
    assert said(wished) == []


def test_an_album_removed_there_ends_the_wishes_for_it(wished: Wished) -> None:
    """The photo stays where else it is; the log says why."""
    wished.link(f"{DAY}/d.jpg", "Albums/Trip/d.jpg")
    for _ in range(2):
        wished.filed.scan(album("y", "Home", "d"), inventory=["a", "b", "c", "d"], full=True)
    assert "Albums/Trip/" not in wished.filed.tree()
    assert wished.open_verbs() == []
    assert said(wished) == ["the service no longer has the album"]
    assert "Albums/Home/d.jpg" in wished.files()


def test_an_album_that_went_as_it_was_emptied_here_is_made_anew(wished: Wished) -> None:
    """Its folder stays, with what is put there; without anything put there it goes."""
    for name in ("a", "b"):
        wished.unlink(f"Albums/Trip/{name}.jpg")
    wished.unlink("Albums/Home/d.jpg")
    wished.send_all()
    folder = wished.filed.ino("Albums/Trip/")
    wished.link(f"{DAY}/d.jpg", "Albums/Trip/d.jpg")
    gone = [AlbumGone(remote_id=each) for each in ("x", "y")]
    wished.filed.scan(*gone, full=False)
    assert wished.open_verbs() == ["join", "make album"]
    assert wished.filed.ino("Albums/Trip/") == folder
    assert "Albums/Trip/d.jpg" in wished.files()
    assert "Albums/Home/" not in wished.filed.tree()
    assert said(wished) == []


@pytest.mark.parametrize("dear", ["pinned", "changed", "in Trash", "not"])
def test_a_photo_deleted_there_goes_to_trash_if_it_is_dear(wished: Wished, dear: str) -> None:
    """Pinned, just being changed, or in Trash already, and whole here; any other one just goes."""
    number = wished.filed.photo_id("a")
    wished.catalog.sealed(number, "1", "e" * 64, 10)
    if dear == "pinned":
        wished.catalog.set_pinned(number, pinned=True)
    elif dear == "changed":
        wished.rename("Albums/Trip/a.jpg", "Albums/Home/a.jpg")
    elif dear == "in Trash":
        wished.unlink(f"{DAY}/a.jpg")
    delete_at_the_service(wished, "a")
    shown = [path for path in wished.files() if path.endswith("a.jpg")]
    assert shown == ([] if dear == "not" else ["Trash/a.jpg"])
    assert wished.open_verbs() == []
    assert ("e" * 64 in wished.catalog.pinned_hashes()) == (dear != "not")


def sent_otherwise(wished: Wished, fidelity: Fidelity = Fidelity.RECOMPRESSED) -> int:
    """n.jpg was uploaded into Trip by a program; what the service gives back are other bytes."""
    wished.write("Albums/Trip/n.jpg")
    wished.judge(whole("a1"), "Albums/Trip/n.jpg")
    (upload,) = (row for row in wished.catalog.open_operations() if row.wish.verb == "upload")
    number = wished.uploaded(upload, "n", content_key="n1", fidelity=fidelity)
    for row in wished.catalog.open_operations():
        wished.send(row)
    return number


def tell_other_bytes(wished: Wished, key: str) -> None:
    """A scan: somebody edited n.jpg at the service."""
    told = {"file_name": None, "extension": "jpg", "title": "n", "fidelity": Fidelity.RECOMPRESSED}
    wished.filed.scan(photo("n", content_key=key, **told), full=False)


def test_other_bytes_there_leave_what_was_sent_in_trash(wished: Wished) -> None:
    """Nobody else has it; each further version of the service's own is none of ours."""
    number = sent_otherwise(wished)
    for key in ("n2", "n3"):
        tell_other_bytes(wished, key)
        old = [path for path in wished.files() if path.startswith("Trash/Replaced/")]
        assert old == ["Trash/Replaced/n.jpg"]
    kept = row_id(wished.filed.ino("Trash/Replaced/n.jpg"))
    assert wished.catalog.photo(kept).sha256 == "a1".ljust(64, "0")
    assert wished.catalog.photo(number).sha256 is None
    assert wished.stage("Trash/Replaced/n.jpg") is Stage.LOCAL


def test_other_bytes_on_both_sides_leave_what_was_sent_in_trash(wished: Wished) -> None:
    """Those that a program wrote meanwhile are shown; the former ones stand in Trash, too."""
    sent_otherwise(wished)
    wished.write("Albums/Trip/n.jpg")
    wished.judge(whole("b2"), "Albums/Trip/n.jpg")
    tell_other_bytes(wished, "n2")
    kept = row_id(wished.filed.ino("Trash/Replaced/n.jpg"))
    assert wished.catalog.photo(kept).sha256 == "a1".ljust(64, "0")
    shown = row_id(wished.filed.ino("Albums/Trip/n.jpg"))
    assert wished.catalog.photo(shown).sha256 == "b2".ljust(64, "0")


@pytest.mark.parametrize("how", ["alone", "under others", "given back"])
def test_what_was_sent_to_a_service_that_gives_it_not_back_is_dear(
    wished: Wished, how: str
) -> None:
    """Deleted there it stands in Trash; under bytes that wait for it, in Trash/Replaced.

    What a service gives back as it was sent just goes: a copy here is no reason to keep it.
    """
    lossy = how != "given back"
    number = sent_otherwise(wished, Fidelity.RECOMPRESSED if lossy else Fidelity.ORIGINAL)
    if how == "under others":
        wished.write("Albums/Trip/n.jpg")
        wished.judge(whole("b2"), "Albums/Trip/n.jpg")
    wished.filed.scan(PhotoGone(remote_id="n"), full=False)
    assert wished.open_verbs() == (["upload"] if how == "under others" else [])
    path = "Trash/Replaced/n.jpg" if how == "under others" else "Trash/n.jpg"
    assert (path in wished.files()) is lossy
    if lossy:
        found = row_id(wished.filed.ino(path))
        assert (found == number) is (how == "alone")
        assert wished.catalog.photo(found).sha256 == "a1".ljust(64, "0")


@pytest.mark.parametrize("dear", ["pinned", "in Trash", "restored"])
@pytest.mark.parametrize("listed_only", [True, False])
def test_a_photo_that_is_back_there_leaves_trash(
    wished: Wished, *, dear: str, listed_only: bool
) -> None:
    """It lay there only because the service had it no more; what the user put there stays."""
    number = wished.filed.photo_id("a")
    wished.catalog.sealed(number, "1", "e" * 64, 10)
    wished.catalog.set_pinned(number, pinned=True)
    if dear != "pinned":
        wished.unlink(f"{DAY}/a.jpg")
    if dear == "restored":
        wished.rename("Trash/a.jpg", f"{DAY}/a.jpg")
    before = wished.files()
    delete_at_the_service(wished, "a")
    assert "Trash/a.jpg" in wished.files()
    told = [] if listed_only else [photo("a", favorite=False)]
    wished.filed.scan(*told, inventory="abcd" if listed_only else None, full=False)
    assert wished.files() == before


def test_what_the_service_has_no_longer_is_restored_by_an_upload(wished: Wished) -> None:
    """From the original kept here; once it is there, it is the service's photo again."""
    number = wished.filed.photo_id("a")
    wished.catalog.sealed(number, "1", "e" * 64, 10)
    wished.catalog.set_pinned(number, pinned=True)
    delete_at_the_service(wished, "a")
    wished.rename("Trash/a.jpg", f"{DAY}/a.jpg")
    (upload,) = wished.catalog.claimable(wished.filed.source_id, 2 * 10**18, 9, bytes_too=True)
    assert upload.wish.details["sha256"] == "e" * 64
    assert upload.wish.details["again"] is True
    assert upload.wish.details["taken"] == {
        "by": "user",
        "granularity": 0,
        "local": "2019-07-21T12:30:15",
    }
    assert "e" * 64 in wished.catalog.only_here()
    wished.uploaded(upload, "new")
    assert wished.filed.photo_id("new") == number
    assert f"{DAY}/a.jpg" in wished.files()


@pytest.mark.parametrize("marked", ["told", "wished", "done"])
def test_what_is_restored_by_an_upload_is_no_favorite(wished: Wished, marked: str) -> None:
    """Whoever had marked it, and however far that was: what is uploaded is not marked there."""
    number = wished.filed.photo_id("a")
    wished.catalog.sealed(number, "1", "e" * 64, 10)
    wished.catalog.set_pinned(number, pinned=True)
    if marked == "told":
        wished.filed.scan(photo("a", favorite=True), full=False)
    else:
        wished.link(f"{DAY}/a.jpg", "Favorites/a.jpg")
    if marked == "done":
        wished.send_all()
    assert "Favorites/a.jpg" in wished.files()
    delete_at_the_service(wished, "a")
    wished.rename("Trash/a.jpg", f"{DAY}/a.jpg")
    assert wished.open_verbs() == ["restore", "upload"]
    assert f"{DAY}/a.jpg" in wished.files()
    assert "Favorites/a.jpg" not in wished.files()


def test_new_bytes_for_a_photo_deleted_there_are_uploaded(wished: Wished) -> None:
    """What was to replace it becomes a photo of its own, with title and date; no favorite."""
    wished.rename(f"{DAY}/a.jpg", "Favorites/a.jpg")
    wished.send_all()
    wished.write("Albums/Trip/a.jpg")
    wished.judge(whole("n"), "Albums/Trip/a.jpg")
    assert wished.open_verbs() == ["replace"]
    wished.rename("Albums/Trip/a.jpg", "Albums/Trip/Sea.jpg")
    delete_at_the_service(wished, "a")
    assert wished.open_verbs() == ["upload"]
    assert f"{DAY}/a.jpg" in wished.files()
    assert "Favorites/a.jpg" not in wished.files()
    (upload,) = wished.catalog.open_operations()
    taken = upload.wish.details["taken"]
    assert isinstance(taken, dict)
    assert taken["local"] == "2019-07-21T12:30:15"
    assert upload.wish.details["title"] == "Sea"
    wished.uploaded(upload, "new")
    assert f"{DAY}/a.jpg" in wished.files()
    assert "Favorites/a.jpg" not in wished.files()


def test_new_bytes_in_favorites_for_a_photo_deleted_there_are_marked(wished: Wished) -> None:
    """They stand there when they are looked at: that they are shown there is wished, too."""
    wished.filed.scan(photo("a", favorite=True), full=False)
    wished.write("Favorites/a.jpg")
    delete_at_the_service(wished, "a")
    wished.judge(whole("n"), "Favorites/a.jpg")
    assert "favorite" in wished.open_verbs()
    assert "Favorites/a.jpg" in wished.files()


def test_what_was_taken_out_of_an_album_here_is_not_shown_there_again(wished: Wished) -> None:
    """Its wish to leave is given up, for the photo is no more; its new bytes are in no album."""
    wished.write("Albums/Trip/a.jpg")
    wished.judge(whole("n"), "Albums/Trip/a.jpg")
    wished.unlink("Albums/Trip/a.jpg")
    delete_at_the_service(wished, "a")
    assert wished.open_verbs() == ["upload"]
    assert f"{DAY}/a.jpg" in wished.files()
    assert "Albums/Trip/a.jpg" not in wished.files()


def test_the_same_photo_made_favorite_on_both_sides_is_one_favorite(wished: Wished) -> None:
    """The wish that was made first is sent and harms nothing; a second one is not even made."""
    wished.rename(f"{DAY}/a.jpg", "Favorites/a.jpg")
    wished.filed.scan(photo("a", favorite=True), full=False)
    wished.rename(f"{DAY}/a.jpg", "Favorites/again.jpg")
    assert wished.open_verbs() == ["favorite"]
    wished.wishing.undo(wished.catalog.actions(1)[0].action_id, SHELL)
    assert "Favorites/a.jpg" in wished.files()


def test_every_rule_of_the_document_has_a_test() -> None:
    """Each row of the table in docs/SEMANTICS.md names the test that holds it."""
    section = TEXT.partition("## Conflicts")[2].partition("\n## ")[0]
    named = re.findall(r"`(test_\w+)`", section)
    here = {name for name in globals() if name.startswith("test_")} - {
        "test_every_rule_of_the_document_has_a_test"
    }
    assert set(named) == here
