"""What mkdir, rmdir and mv mean for albums."""

import pytest

from photofs.model.errors import Exists, NotEmpty, Refused
from photofs.model.observation import AlbumGone
from photofs.model.operation import Event
from photofs.wishing.album_wishes import AlbumWishes
from photofs.wishing.standing import standing_at
from tests.support.filed import album, photo
from tests.support.wished import SHELL, Wished, whole

DAY = "Dates/2019/2019-07"


def test_a_new_album_stands_at_once_and_takes_photos(wished: Wished) -> None:
    """mkdir makes it, ln fills it, and a scan that does not know it does not take it away."""
    wished.mkdir("Albums/New Year")
    wished.link("Albums/Trip/a.jpg", "Albums/New Year/a.jpg")
    wished.filed.scan(
        photo("a", favorite=False), album("x", "Trip", "a", "b"), album("y", "Home", "d")
    )
    assert "Albums/New Year/a.jpg" in wished.files()
    assert wished.open_verbs() == ["make album", "join"]


def test_a_new_album_keeps_its_folder_once_the_service_has_it(wished: Wished) -> None:
    """The folder's inode number is the same before and after, also through a scan."""
    ino = wished.mkdir("Albums/New")
    wished.link("Albums/Trip/a.jpg", "Albums/New/a.jpg")
    (row, _) = wished.catalog.open_operations()
    with wished.wishing.change():
        wished.catalog.set_album_remote_id(row.wish.album or 0, "z")
    wished.send_all()
    wished.filed.scan(album("z", "New", "a"), full=False)
    assert wished.filed.ino("Albums/New/") == ino
    assert "Albums/New/a.jpg" in wished.files()


def test_undo_of_a_new_album_takes_the_folder_away(wished: Wished) -> None:
    """Its photos are where they were before."""
    shown = wished.files()
    wished.mkdir("Albums/New")
    wished.rename("Albums/Trip/a.jpg", "Albums/New/a.jpg")
    wished.wishing.undo(wished.catalog.actions(1)[0].action_id, SHELL)
    assert wished.files() == shown
    assert "Albums/New/" not in wished.filed.tree()
    assert wished.filed.problems() == []


def test_an_album_with_photos_is_not_removed_by_rmdir(wished: Wished) -> None:
    """`rmdir Albums/*` takes away what is empty, as everywhere."""
    with pytest.raises(NotEmpty):
        wished.rmdir("Albums/Trip")
    assert wished.open_verbs() == []


def test_rm_r_of_an_album_sends_one_removal(wished: Wished) -> None:
    """Photos that left it within the grace leave with it; they stay in Dates and Unsorted."""
    for name in ("a", "b"):
        wished.unlink(f"Albums/Trip/{name}.jpg")
    wished.rmdir("Albums/Trip")
    later = wished.filed.now_ns + 10**12
    claimable = wished.catalog.claimable(wished.filed.source_id, later, 99, bytes_too=False)
    assert [row.wish.verb for row in claimable] == ["remove album"]
    wished.send(claimable[0])
    assert wished.open_verbs() == []
    assert wished.files() >= {"Unsorted/a.jpg", "Unsorted/b.jpg"}


def test_rm_r_of_a_new_album_takes_back_its_wishes_in_small_steps(wished: Wished) -> None:
    """Cut short after any of them it is an empty album as before; then nothing is to be sent."""
    wished.mkdir("Albums/New")
    for name in ("a", "b", "d"):
        wished.link(f"{DAY}/{name}.jpg", f"Albums/New/{name}.jpg")
        wished.unlink(f"Albums/New/{name}.jpg")
    wished.link(f"{DAY}/a.jpg", "Albums/New/a.jpg")
    wished.unlink("Albums/New/a.jpg")
    steps, spot, library = 0, wished.spot("Albums/New"), wished.catalog.library("L").library_id
    more = True
    while more:
        steps += 1
        assert "Albums/New/" in wished.filed.tree()
        assert wished.open_verbs()[0] == "make album"
        with wished.wishing.change():
            albums = AlbumWishes(wished.wishing.desk(library))
            more = albums.remove(standing_at(wished.catalog, spot), SHELL, 0.0)
        assert wished.filed.problems() == []
    assert steps == 4
    assert "Albums/New/" not in wished.filed.tree()
    assert wished.open_verbs() == []


def test_rm_rf_of_small_albums_is_held_as_a_whole(wished: Wished) -> None:
    """Many albums of few photos each: what leaves them counts, so that no album is removed."""
    for number in range(8):
        names = [f"p{number}{each}" for each in range(8)]
        wished.filed.scan(
            *(photo(name, favorite=False) for name in names),
            album(f"n{number}", f"N{number}", *names),
        )
    for number in range(8):
        for each in range(8):
            wished.wishing.unlink(wished.spot(f"Albums/N{number}/p{number}{each}.jpg"), SHELL)
        wished.rmdir(f"Albums/N{number}")
    assert {row.state.value for row in wished.catalog.open_operations()} == {"held"}


def test_rm_r_of_an_album_is_undone(wished: Wished) -> None:
    """Album, order and photos are back, and nothing is sent."""
    shown = wished.files()
    for name in ("a", "b"):
        wished.unlink(f"Albums/Trip/{name}.jpg")
    wished.rmdir("Albums/Trip")
    wished.wishing.undo(wished.catalog.actions(1)[0].action_id, SHELL)
    assert wished.files() == shown
    assert wished.open_verbs() == []
    assert wished.filed.problems() == []


def test_a_removed_album_does_not_come_back_with_a_scan(wished: Wished) -> None:
    """Until the service has removed it, the wish holds."""
    for name in ("a", "b"):
        wished.unlink(f"Albums/Trip/{name}.jpg")
    wished.rmdir("Albums/Trip")
    wished.filed.scan(album("x", "Trip", "a", "b"), album("y", "Home", "d"))
    assert "Albums/Trip/" not in wished.filed.tree()


def test_mv_renames_an_album(wished: Wished) -> None:
    """Its folder keeps its inode number, a scan with the old title keeps the new name."""
    ino = wished.filed.ino("Albums/Trip/")
    wished.rename("Albums/Trip", "Albums/Voyage")
    wished.filed.scan(album("x", "Trip", "a", "b"), album("y", "Home", "d"))
    assert wished.filed.ino("Albums/Voyage/") == ino
    (row,) = wished.catalog.open_operations()
    assert (row.wish.verb, row.wish.details["title"]) == ("rename album", "Voyage")


def test_regression_an_album_that_is_renamed_and_removed_is_both_at_the_service(
    wished: Wished,
) -> None:
    """One after the other: neither waits for the other one for ever."""
    wished.rename("Albums/Home", "Albums/House")
    wished.unlink("Albums/House/d.jpg")
    wished.rmdir("Albums/House")
    sent = []
    while rows := wished.catalog.claimable(wished.filed.source_id, 2 * 10**18, 9, bytes_too=False):
        sent += [row.wish.verb for row in rows[:1]]
        wished.send(rows[0])
    assert sent == ["rename album", "remove album"]
    assert wished.open_verbs() == []


def test_a_rename_that_the_service_refuses_is_shown_as_refused(wished: Wished) -> None:
    """The old name is back."""
    wished.rename("Albums/Trip", "Albums/Voyage")
    (row,) = wished.catalog.open_operations()
    with wished.wishing.change():
        for event in (Event.CLAIM, Event.SEND):
            wished.catalog.happen(row.operation_id, event, wished.filed.now_ns)
        wished.wishing.outcomes(row.wish.library).give_up(row, "no")
    assert "Albums/Trip/a.jpg" in wished.files()
    assert wished.filed.problems() == []


def test_regression_an_album_renamed_twice_in_vain_has_its_first_title_again(
    wished: Wished,
) -> None:
    """Not the one that it had for a while, and here alone."""
    wished.rename("Albums/Trip", "Albums/Voyage")
    wished.rename("Albums/Voyage", "Albums/Journey")
    for row in wished.catalog.open_operations():
        with wished.wishing.change():
            for event in (Event.CLAIM, Event.SEND):
                wished.catalog.happen(row.operation_id, event, wished.filed.now_ns)
            wished.wishing.outcomes(row.wish.library).give_up(row, "no")
    assert "Albums/Trip/a.jpg" in wished.files()
    assert "Albums/Voyage/" not in wished.filed.tree()
    assert wished.filed.problems() == []


def test_regression_no_photo_goes_into_the_folder_of_an_album_that_is_no_more(
    wished: Wished,
) -> None:
    """It stays for a file that nobody has judged yet; `ln` and `mv` say no, and change nothing."""
    wished.write("Albums/Trip/new.jpg")
    wished.filed.scan(AlbumGone(remote_id="x"), full=False)
    before = wished.files()
    assert "Albums/Trip/new.jpg" in before
    with pytest.raises(Refused, match="no more"):
        wished.link("Albums/Home/d.jpg", "Albums/Trip/again.jpg")
    with pytest.raises(Refused, match="no more"):
        wished.rename("Albums/Home/d.jpg", "Albums/Trip/d.jpg")
    assert wished.files() == before
    assert wished.open_verbs() == []
    wished.judge(whole("n"), "Albums/Trip/new.jpg")
    assert "Albums/Trip/" not in wished.filed.tree()
    assert "Unsorted/new.jpg" in wished.files()


def test_names_of_albums_that_cannot_be_are_refused(wished: Wished) -> None:
    """One that is taken, and a folder of photos elsewhere than among the albums."""
    with pytest.raises(Exists):
        wished.mkdir("Albums/Trip")
    with pytest.raises(Exists):
        wished.rename("Albums/Trip", "Albums/Home")
    for path in ("Dates/2030", "Albums/Trip/Inner", "Extra"):
        with pytest.raises(Refused):
            wished.mkdir(path)
    assert wished.open_verbs() == []
