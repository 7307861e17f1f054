"""What ln, rm and mv mean for photos, shown at once, undone, sent, and overruled by no scan."""

import pytest

from photofs.model.errors import Across, Exists, PhotofsError, ReadOnly, Refused
from photofs.model.wish import Asker
from tests.support.filed import Filed, album, photo
from tests.support.wished import SHELL, Wished, whole

DAY = "Dates/2019/2019-07"


def rescan(wished: Wished) -> None:
    """A complete scan that tells what the service told at first."""
    wished.filed.scan(
        photo("a", favorite=False),
        photo("b", favorite=False),
        photo("c", owned=False, favorite=True),
        photo("d", favorite=False),
        album("x", "Trip", "a", "b"),
        album("y", "Home", "d"),
    )


def test_a_link_into_an_album_joins_it(wished: Wished) -> None:
    """`ln` shows the photo in both albums at once, under the name given, with one link more."""
    before = wished.links("Albums/Trip/a.jpg")
    wished.link("Albums/Trip/a.jpg", "Albums/Home/Other Name.JPG")
    assert wished.links("Albums/Home/Other Name.JPG") == before + 1
    assert wished.open_verbs() == ["join"]


def test_a_wish_outlives_a_scan_that_does_not_know_it(wished: Wished) -> None:
    """A scan that still tells the old state changes nothing of what is wished."""
    wished.link("Albums/Trip/a.jpg", "Albums/Home/a.jpg")
    wished.unlink("Albums/Trip/b.jpg")
    shown = wished.files()
    rescan(wished)
    assert wished.files() == shown


def test_what_was_done_stays_while_an_older_listing_is_filed(wished: Wished) -> None:
    """A scan that began before the service did it does not show the old state again."""
    with wished.filed.run() as run:
        wished.unlink("Albums/Trip/b.jpg")
        wished.send_all()
        run.file(
            [photo("a", favorite=False), photo("b", favorite=False), album("x", "Trip", "a", "b")]
        )
        run.finish(None, full=True)
    assert "Albums/Trip/b.jpg" not in wished.files()


def test_rm_from_an_album_leaves_it(wished: Wished) -> None:
    """The photo stays in Dates, and comes to Unsorted if it is in no other album."""
    wished.unlink("Albums/Trip/a.jpg")
    assert wished.files() >= {f"{DAY}/a.jpg", "Unsorted/a.jpg"}
    assert "Albums/Trip/a.jpg" not in wished.files()
    assert wished.open_verbs() == ["leave"]


@pytest.mark.parametrize("path", [f"{DAY}/a.jpg", "Unsorted/a.jpg"])
def test_rm_from_dates_or_unsorted_trashes(wished: Wished, path: str) -> None:
    """The photo stands in Trash alone, and undo brings it back to all its places."""
    wished.unlink("Albums/Trip/a.jpg")
    wished.send_all()
    shown = wished.files()
    wished.filed.now_ns += 10**11
    wished.unlink(path)
    assert {each for each in wished.files() if each.endswith("a.jpg")} == {"Trash/a.jpg"}
    action = wished.catalog.actions(1)[0]
    undone = wished.wishing.undo(action.action_id, SHELL)
    assert (undone.cancelled, undone.wished_back, undone.left) == (1, 0, ())
    assert wished.files() == shown
    assert wished.filed.problems() == []


def test_a_move_between_albums_leaves_one_and_joins_the_other(wished: Wished) -> None:
    """P14: one action of two wishes; undone with one command, sent or not."""
    shown = wished.files()
    wished.rename("Albums/Trip/a.jpg", "Albums/Home/a.jpg")
    assert wished.open_verbs() == ["leave", "join"]
    (action,) = wished.catalog.actions(9)
    wished.send_all()
    undone = wished.wishing.undo(action.action_id, SHELL)
    assert (undone.cancelled, undone.wished_back, undone.left) == (0, 2, ())
    assert wished.files() == shown
    assert wished.filed.problems() == []


def test_a_move_from_dates_into_an_album_joins_and_stays(wished: Wished) -> None:
    """The photo is seen in Dates again at once."""
    wished.rename(f"{DAY}/a.jpg", "Albums/Home/a.jpg")
    assert wished.files() >= {f"{DAY}/a.jpg", "Albums/Home/a.jpg", "Albums/Trip/a.jpg"}


def test_a_favorite_is_marked_and_unmarked(wished: Wished) -> None:
    """mv into Favorites marks, rm from there unmarks; the photo stays everywhere else."""
    wished.rename("Albums/Trip/a.jpg", "Favorites/a.jpg")
    assert wished.files() >= {"Favorites/a.jpg", "Albums/Trip/a.jpg", f"{DAY}/a.jpg"}
    wished.send_all()
    rescan(wished)
    wished.unlink("Favorites/a.jpg")
    assert "Favorites/a.jpg" not in wished.files()
    assert wished.open_verbs() == ["unfavorite"]


def test_mv_to_trash_and_back(wished: Wished) -> None:
    """The way back restores albums, date and favorite, by a move anywhere sensible."""
    shown = wished.files()
    wished.rename("Albums/Trip/a.jpg", "Trash/a.jpg")
    assert "Albums/Trip/a.jpg" not in wished.files()
    wished.rename("Trash/a.jpg", f"{DAY}/a.jpg")
    assert wished.files() == shown


def test_a_new_name_in_the_same_folder_is_a_title(wished: Wished) -> None:
    """The name given stays byte for byte in that folder."""
    wished.rename("Albums/Trip/a.jpg", "Albums/Trip/Sunset  at sea.JPG")
    assert "Albums/Trip/Sunset  at sea.JPG" in wished.files()
    (row,) = wished.catalog.open_operations()
    assert (row.wish.verb, row.wish.details["title"]) == ("retitle", "Sunset  at sea")
    wished.wishing.undo(wished.catalog.actions(1)[0].action_id, SHELL)
    assert wished.filed.problems() == []


def test_others_photos_may_only_leave_favorites(wished: Wished) -> None:
    """Everything else is refused and changes nothing."""
    shown = wished.files()
    for new in ("Albums/Home/c.jpg", "Trash/c.jpg"):
        with pytest.raises(Refused):
            wished.rename("Favorites/c.jpg", new)
    assert (wished.files(), wished.open_verbs()) == (shown, [])
    wished.unlink("Favorites/c.jpg")
    assert wished.open_verbs() == ["unfavorite"]


def test_a_second_name_in_one_album_is_only_a_name(wished: Wished) -> None:
    """It is shown and counted, and taking one of the two away sends nothing."""
    wished.link("Albums/Trip/a.jpg", "Albums/Trip/same.jpg")
    assert wished.links("Albums/Trip/a.jpg") == wished.links("Albums/Trip/same.jpg")
    wished.unlink("Albums/Trip/a.jpg")
    assert "Albums/Trip/same.jpg" in wished.files()
    assert wished.open_verbs() == []


def test_an_archive_refuses_every_verb(wished: Wished) -> None:
    """ReadOnly, with what to do instead, and nothing changed."""
    wished.catalog.set_writes(wished.filed.source_id, ())
    shown = wished.files()
    for verb in (
        lambda: wished.link("Albums/Trip/a.jpg", "Albums/Home/a.jpg"),
        lambda: wished.unlink("Albums/Trip/a.jpg"),
        lambda: wished.rename("Albums/Trip/a.jpg", "Albums/Home/a.jpg"),
        lambda: wished.rename("Albums/Trip/a.jpg", "Albums/Trip/b2.jpg"),
        lambda: wished.mkdir("Albums/New"),
    ):
        with pytest.raises(ReadOnly, match="archive"):
            verb()
    assert wished.files() == shown


def test_rm_of_everything_is_held_and_undone_at_once(wished: Wished) -> None:
    """The fifty-first removal of a burst holds all of them; one undo brings everything back."""
    wished.filed.scan(*(photo(f"p{n}", favorite=False) for n in range(120)))
    shown = wished.files()
    for path in sorted(each for each in shown if each.startswith("Dates/")):
        wished.wishing.unlink(wished.spot(path), SHELL)
    states = {row.state.value for row in wished.catalog.open_operations()}
    assert states == {"held"}
    (action,) = wished.catalog.actions(9)
    undone = wished.wishing.undo(action.action_id, SHELL)
    assert undone.left == ()
    assert wished.files() == shown
    assert wished.filed.problems() == []


def test_fifty_removals_wait_only_for_their_grace(wished: Wished) -> None:
    """The guard lets fifty pass; each may be sent thirty seconds after it was wished."""
    wished.filed.scan(*(photo(f"p{n}", favorite=False) for n in range(60)))
    for number in range(50):
        wished.wishing.unlink(wished.spot(f"{DAY}/p{number}.jpg"), SHELL)
    rows = wished.catalog.open_operations()
    assert {row.state.value for row in rows} == {"planned"}
    source, now = wished.filed.source_id, wished.filed.now_ns
    assert wished.catalog.claimable(source, now + 29 * 10**9, 99, bytes_too=False) == []
    assert len(wished.catalog.claimable(source, now + 30 * 10**9, 99, bytes_too=False)) == 50


def test_two_programs_make_two_actions(wished: Wished) -> None:
    """What one program does at a time is undone without what another one did."""
    wished.link("Albums/Trip/a.jpg", "Albums/Home/a.jpg", Asker(1, "ln"))
    wished.link("Albums/Trip/b.jpg", "Albums/Home/b.jpg", Asker(2, "ln"))
    first = wished.catalog.actions(9)[-1]
    wished.wishing.undo(first.action_id, SHELL)
    assert "Albums/Home/a.jpg" not in wished.files()
    assert "Albums/Home/b.jpg" in wished.files()


def test_names_that_are_taken_or_across_libraries_are_refused(wished: Wished) -> None:
    """EEXIST and EXDEV, and nothing changes."""
    other = wished.catalog.add_library("M", "service", {})
    wished.catalog.set_writes(wished.catalog.sources(other.library_id)[0].source_id, ["join"])
    with pytest.raises(Exists):
        wished.link("Albums/Trip/a.jpg", "Albums/Trip/b.jpg")
    entry = wished.catalog.child(other.folder_id, "Unsorted")
    assert entry is None
    with pytest.raises((Across, PhotofsError)):
        wished.wishing.link(
            wished.filed.ino("Albums/Trip/a.jpg"),
            wished.spot("Albums/Home/q.jpg")._replace(folder_ino=other.folder_id * 2),
            SHELL,
        )
    assert Filed.problems(wished.filed) == []


def test_what_lies_in_trash_is_linked_nowhere(wished: Wished) -> None:
    """It would stand nowhere else, and the program would have been told that it does."""
    wished.unlink(f"{DAY}/a.jpg")
    before = wished.files()
    with pytest.raises(Refused, match="in Trash"):
        wished.link("Trash/a.jpg", "Albums/Home/a.jpg")
    assert wished.files() == before
    assert wished.open_verbs() == ["trash"]


def test_what_a_listing_took_out_again_is_out_once_the_join_is_settled(wished: Wished) -> None:
    """The listing was made after the join was done: it knows better, and so it is shown at once."""
    wished.link(f"{DAY}/d.jpg", "Albums/Trip/d.jpg")
    wished.send_all()
    wished.filed.scan(album("x", "Trip", "a", "b"), full=False)
    assert "Albums/Trip/d.jpg" in wished.files()
    with wished.wishing.change():
        library = wished.catalog.library("L").library_id
        outcomes = wished.wishing.outcomes(library)
        assert outcomes.settle(wished.filed.source_id, wished.filed.now_ns + 1) == 1
    assert "Albums/Trip/d.jpg" not in wished.files()
    assert wished.filed.problems() == []


def test_what_the_service_changed_after_a_wish_was_done_is_shown_once_it_is_settled(
    wished: Wished,
) -> None:
    """The title and the mark that a scan told meanwhile, which no later scan will find new."""
    wished.rename("Albums/Trip/a.jpg", "Albums/Trip/Sea.jpg")
    wished.rename("Albums/Trip/Sea.jpg", "Favorites/Sea.jpg")
    wished.send_all()
    told = photo("a", file_name=None, extension="jpg", title="Ocean", favorite=False)
    wished.filed.scan(told, full=False)
    with wished.wishing.change():
        outcomes = wished.wishing.outcomes(wished.catalog.library("L").library_id)
        assert outcomes.settle(wished.filed.source_id, wished.filed.now_ns + 1) == 2
    assert "Albums/Trip/Ocean.jpg" in wished.files()
    assert not [path for path in wished.files() if path.startswith("Favorites/Sea")]
    assert wished.filed.problems() == []


def test_a_photo_that_is_moved_out_of_trash_has_the_name_that_was_asked_for(
    wished: Wished,
) -> None:
    """Also in an album that it was not in before."""
    wished.unlink(f"{DAY}/a.jpg")
    wished.rename("Trash/a.jpg", "Albums/Home/Back.jpg")
    assert {"Albums/Home/Back.jpg", "Albums/Trip/a.jpg", f"{DAY}/a.jpg"} <= wished.files()


def test_regression_mv_from_trash_into_favorites_gives_the_name_asked_for(wished: Wished) -> None:
    """Also to a photo that was no favorite before."""
    wished.unlink(f"{DAY}/a.jpg")
    wished.rename("Trash/a.jpg", "Favorites/Back.jpg")
    assert {"Favorites/Back.jpg", "Albums/Trip/a.jpg", f"{DAY}/a.jpg"} <= wished.files()
    assert "Favorites/a.jpg" not in wished.files()


def test_regression_what_left_an_album_before_it_was_sent_does_not_join_it_out_of_trash(
    wished: Wished,
) -> None:
    """What was put off when it went to Trash is wished again: it is in one, out of the other."""
    wished.write("Albums/Trip/n.jpg")
    wished.link("Albums/Trip/n.jpg", "Albums/Home/n.jpg")
    wished.judge(whole("n"), "Albums/Trip/n.jpg")
    wished.unlink("Albums/Trip/n.jpg")
    wished.unlink(f"{DAY}/n.jpg")
    wished.wishing.restore([wished.filed.ino("Trash/n.jpg") // 2], SHELL)
    assert "Albums/Home/n.jpg" in wished.files()
    assert "Albums/Trip/n.jpg" not in wished.files()
