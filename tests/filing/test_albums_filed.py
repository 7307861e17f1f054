"""Albums and collections as folders: what comes, moves and goes with them."""

import pytest

from photofs.model.errors import Refused
from photofs.model.observation import AlbumGone, CollectionSeen
from tests.support.filed import HOUR_NS, Filed, album, photo


def collection(remote_id: str, *albums: str, parent: str | None = None) -> CollectionSeen:
    """A collection titled by its id in capitals."""
    return CollectionSeen(
        remote_id=remote_id, title=remote_id.upper(), parent=parent, albums=albums
    )


def test_members_may_be_told_of_before_their_photos(filed: Filed) -> None:
    """An album names photos that come later; they join it then, as one inode each."""
    filed.scan(album("x", "Trip", "a", "b"), photo("b"), photo("a"))
    tree = filed.tree()
    assert tree["Albums/Trip/a.jpg"] == tree["Dates/2019/2019-07/a.jpg"]
    assert not any(path.startswith("Unsorted/") for path in filed.files())


def test_leaving_the_last_album_leads_back_to_unsorted(filed: Filed) -> None:
    """A photo that left its album is in no album, and says so."""
    filed.scan(photo("a"), album("x", "Trip", "a"))
    filed.scan(album("x", "Trip", count=0))
    assert filed.files() == {"Dates/2019/2019-07/a.jpg", "Unsorted/a.jpg"}
    assert filed.catalog.photo(filed.photo_id("a")).albums == ()
    assert "Albums/Trip/" in filed.tree()


def test_equal_titles_are_numbered_and_stay_so(filed: Filed) -> None:
    """The second "Trip" is "Trip (2)", also after another listing order."""
    one, two = album("x", "Trip", "a"), album("y", "trip", "b")
    filed.scan(photo("a"), photo("b"), one, two)
    before = filed.tree()
    assert {"Albums/Trip/a.jpg", "Albums/trip (2)/b.jpg"} <= before.keys()
    filed.scan(two, one)
    assert filed.tree() == before


def test_a_renamed_album_keeps_its_inode(filed: Filed) -> None:
    """The folder is renamed, not made anew; photos in it are not touched."""
    filed.scan(photo("a"), album("x", "Trip", "a"))
    before = filed.tree()
    filed.scan(album("x", "Journey", "a"))
    after = filed.tree()
    assert after["Albums/Journey/"] == before["Albums/Trip/"]
    assert "Albums/Trip/" not in after


def test_a_nested_title_moves_the_same_folder(filed: Filed) -> None:
    """Trip becomes "2019 / Trip" and back: its folder moves, the upper step comes and goes."""
    filed.scan(photo("a"), album("x", "Trip", "a"))
    before = filed.tree()
    filed.scan(album("x", "2019 / Trip", "a"))
    assert filed.ino("Albums/2019/Trip/") == before["Albums/Trip/"]
    filed.scan(album("x", "Trip", "a"))
    assert filed.tree() == before


def test_a_removed_album_leaves_its_photos(filed: Filed) -> None:
    """The service says that an album is no more: its folder goes, its photos stay."""
    filed.scan(photo("a"), album("x", "Trip", "a"))
    filed.scan(AlbumGone(remote_id="x"), AlbumGone(remote_id="unknown"))
    assert "Albums/Trip/" not in filed.tree()
    assert "Unsorted/a.jpg" in filed.files()
    filed.scan(album("x", "Trip", "a"))
    assert "Albums/Trip/a.jpg" in filed.files()


def test_an_incomplete_list_of_members_removes_none(filed: Filed) -> None:
    """An export part that is not there takes no photo out of an album."""
    filed.scan(photo("a"), photo("b"), album("x", "Trip", "a"))
    filed.scan(album("x", "Trip", "b", members_complete=False))
    assert {"Albums/Trip/a.jpg", "Albums/Trip/b.jpg"} <= filed.files()


def test_an_older_export_neither_renames_nor_empties_an_album(filed: Filed) -> None:
    """Only members are taken from an older word on an album."""
    filed.live = False
    filed.scan(photo("a"), photo("b"), album("x", "New", "a", as_of_ns=10))
    filed.scan(album("x", "Old", "b", as_of_ns=5))
    assert {"Albums/New/a.jpg", "Albums/New/b.jpg"} <= filed.files()


def test_an_album_not_told_of_twice_goes(filed: Filed) -> None:
    """One complete full scan without it is not enough; two are. Its photos stay."""
    stays = album("y", "Home")
    filed.scan(photo("a"), album("x", "Trip", "a"), stays, inventory=["a"])
    filed.scan(photo("a"), stays, inventory=["a"])
    assert "Albums/Trip/a.jpg" in filed.files()
    filed.scan(photo("a"), stays, inventory=["a"])
    assert "Albums/Trip/" not in filed.tree()
    assert "Unsorted/a.jpg" in filed.files()


def test_p11_albums_that_are_not_listed_twice_in_a_minute_stay(filed: Filed) -> None:
    """A list that is wrong now is likely to be wrong in a minute too; collections alike."""
    stays = (photo("a"), album("y", "Home"), collection("d", "y"))
    filed.scan(*stays, album("x", "Trip", "a"), collection("c", "x"), inventory=["a"])
    filed.scan(*stays, inventory=["a"])
    filed.wait(60 * 10**9 - 24 * HOUR_NS)
    filed.scan(*stays, inventory=["a"])
    assert {"Albums/Trip/a.jpg", "Collections/C/Trip/a.jpg"} <= filed.files()
    filed.scan(*stays, inventory=["a"])
    assert not any("/Trip" in path for path in filed.tree())
    assert not any(path.startswith("Collections/C/") for path in filed.tree())


@pytest.mark.parametrize("left", [0, 80], ids=["all", "a fifth"])
def test_p11_too_many_albums_do_not_go_unasked(filed: Filed, left: int) -> None:
    """An empty list, or one that lacks very many, changes nothing until the user says so."""
    albums = [album(f"x{number}", f"A{number}", "a") for number in range(100)]
    filed.scan(photo("a"), *albums, inventory=["a"])
    for _ in range(3):
        with pytest.raises(Refused, match=r"of 100 albums were not.*--accept-removals"):
            filed.scan(photo("a"), *albums[:left], inventory=["a"])
    assert sum(path.startswith("Albums/A") for path in filed.files()) == 100
    for _ in range(2):
        filed.scan(photo("a"), *albums[:left], inventory=["a"], accept_removals=True)
    assert sum(path.startswith("Albums/A") for path in filed.files()) == left


def test_p11_all_collections_do_not_go_unasked(filed: Filed) -> None:
    """An empty tree of collections is not believed."""
    filed.scan(photo("a"), album("x", "Trip", "a"), collection("c", "x"), inventory=["a"])
    with pytest.raises(Refused, match="1 of 1 collections"):
        filed.scan(photo("a"), album("x", "Trip", "a"), inventory=["a"])


def test_p11_an_album_told_empty_keeps_its_photos_until_told_twice(filed: Filed) -> None:
    """An empty list of members counts once told twice apart, or once the count agrees."""
    filed.scan(photo("a"), album("x", "Trip", "a"))
    filed.scan(album("x", "Trip"))
    filed.wait(60 * 10**9 - 24 * HOUR_NS)
    filed.scan(album("x", "Trip", count=1))
    assert "Albums/Trip/a.jpg" in filed.files()
    filed.scan(album("x", "Trip"))
    assert "Albums/Trip/a.jpg" not in filed.files()
    filed.scan(album("x", "Trip", "a"))
    filed.scan(album("x", "Trip"))
    assert "Albums/Trip/a.jpg" in filed.files()
    filed.scan(album("x", "Trip", count=0))
    assert "Albums/Trip/a.jpg" not in filed.files()


def test_an_incremental_scan_takes_no_album_for_gone(filed: Filed) -> None:
    """A scan of changes tells only of changed albums; the others stay for ever."""
    filed.scan(photo("a"), album("x", "Trip", "a"), inventory=["a"])
    for _ in range(3):
        filed.scan(inventory=["a"], full=False)
    assert "Albums/Trip/a.jpg" in filed.files()


def test_an_album_stands_in_its_collections_too(filed: Filed) -> None:
    """A collection shows its albums as folders with the same inodes in them."""
    filed.scan(photo("a"), collection("c", "x"), album("x", "Trip", "a"))
    tree = filed.tree()
    assert tree["Collections/C/Trip/a.jpg"] == tree["Albums/Trip/a.jpg"]
    node = filed.catalog.node(tree["Albums/Trip/a.jpg"])
    assert node is not None
    assert node.links == 3


def test_collections_nest_in_whatever_order_they_come(filed: Filed) -> None:
    """A child told of before its parent moves below it, with its inode."""
    filed.scan(photo("a"), album("x", "Trip", "a"), collection("in", "x", parent="out"))
    before = filed.ino("Collections/IN/")
    filed.scan(collection("out"))
    assert filed.ino("Collections/OUT/IN/") == before
    assert "Collections/OUT/IN/Trip/a.jpg" in filed.files()


def test_an_album_taken_out_of_a_collection_stays_an_album(filed: Filed) -> None:
    """Only the folder below the collection goes."""
    filed.scan(photo("a"), album("x", "Trip", "a"), collection("c", "x"))
    filed.scan(collection("c"))
    assert "Albums/Trip/a.jpg" in filed.files()
    assert not any(path.startswith("Collections/C/Trip") for path in filed.tree())


def test_a_collection_not_told_of_twice_goes_and_leaves_what_it_held(filed: Filed) -> None:
    """Its inner collections move up, its albums stay."""
    one = (photo("a"), album("x", "Trip", "a"), collection("in", "x", parent="out"))
    stays = collection("else")
    filed.scan(*one, stays, collection("out"), inventory=["a"])
    for _ in range(2):
        filed.scan(*one, stays, inventory=["a"])
    assert "Collections/OUT/" not in filed.tree()
    assert "Collections/IN/Trip/a.jpg" in filed.files()


def test_collections_that_hold_each_other_do_not_hang(filed: Filed) -> None:
    """A loop told by a service is cut somewhere, and everything can still be reached."""
    filed.scan(
        photo("a"),
        album("x", "Trip", "a"),
        collection("p", "x", parent="q"),
        collection("q", parent="p"),
        collection("r", parent="r"),
    )
    assert any(path.endswith("/Trip/a.jpg") and "Coll" in path for path in filed.files())


@pytest.mark.parametrize("title", ["", " / ", "a/b", "x" * 300, "\u202e", ".."])
def test_strange_titles_become_folders(filed: Filed, title: str) -> None:
    """Whatever a title is, the album has a folder that can be entered."""
    filed.scan(photo("a"), album("x", title, "a"))
    assert any(path.startswith("Albums/") and path.endswith("/a.jpg") for path in filed.files())


def test_a_member_named_twice_counts_once(filed: Filed) -> None:
    """A service that repeats a page repeats no photo here."""
    filed.scan(photo("a"), album("x", "Trip", "a", "a"))
    assert "Albums/Trip/a.jpg" in filed.files()
