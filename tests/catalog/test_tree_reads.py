"""What the view reads: names, attributes, listings, changes."""

import pytest

from photofs.catalog.check import check
from photofs.model.folder import FolderKind
from photofs.model.node import ROOT_INO, Node, photo_ino, row_id
from photofs.model.observation import PhotoGone
from photofs.view.tree import Tree
from tests.support.filed import Filed, album, photo


def unsorted_of(filed: Filed) -> int:
    """The folder id of Unsorted."""
    node = filed.catalog.child(filed.catalog.library("L").folder_id, "Unsorted")
    assert node is not None
    return row_id(node.ino)


def test_the_root_holds_the_libraries(stocked: Filed) -> None:
    """Folder 0 is inode 1, counts its folders, and lists them by name."""
    root = stocked.catalog.node(ROOT_INO)
    assert root is not None
    assert (root.ino, root.folder, root.links) == (1, True, 3)
    (entry,) = stocked.catalog.entries(0, 0, 10)
    assert entry.name == "L"
    assert stocked.catalog.child(0, "L") == stocked.catalog.node(entry.ino)


def test_a_photo_is_the_same_node_by_name_and_by_number(stocked: Filed) -> None:
    """child, node and entries agree on every attribute."""
    folder = unsorted_of(stocked)
    (entry,) = stocked.catalog.entries(folder, 0, 10)
    node = stocked.catalog.child(folder, "b.jpg")
    assert node == stocked.catalog.node(entry.ino) == Node(*entry[2:])
    assert node is not None
    assert not node.folder
    assert not node.exact


def test_only_the_exact_name_is_found(stocked: Filed) -> None:
    """Names that are equal with case folded clash, but do not stand for each other."""
    folder = unsorted_of(stocked)
    assert stocked.catalog.child(folder, "B.jpg") is None
    assert stocked.catalog.child(folder, "nothing") is None
    assert stocked.catalog.child(999_999, "b.jpg") is None
    assert stocked.catalog.child(folder, "\udcff") is None


def test_a_photo_is_named_by_its_place_in_dates(stocked: Filed) -> None:
    """Where it stands for sure; one that stands nowhere has no path."""
    number = stocked.photo_id("b")
    path = stocked.catalog.path_of(number)
    node = Tree(stocked.catalog).resolve(path.split("/"))
    assert (node.ino, path.split("/")[1]) == (photo_ino(number), "Dates")
    stocked.scan(PhotoGone(remote_id="b"), full=False)
    assert stocked.catalog.path_of(number) == stocked.catalog.path_of(999_999) == ""


def test_unknown_numbers_have_no_node(stocked: Filed) -> None:
    """An inode number that nobody gave out stands for nothing."""
    assert stocked.catalog.node(photo_ino(999_999)) is None
    assert stocked.catalog.node(999_998) is None


def test_a_photo_that_is_gone_is_a_node_without_links(stocked: Filed) -> None:
    """A handle that is still open can be asked; no name leads there."""
    number = stocked.photo_id("b")
    stocked.scan(PhotoGone(remote_id="b"), full=False)
    node = stocked.catalog.node(photo_ino(number))
    assert node is not None
    assert node.links == 0


def test_listing_in_pages_gives_each_entry_once(stocked: Filed) -> None:
    """Cookies grow; a page begins after the last one, also if entries went in between."""
    stocked.scan(*[photo(f"n{number}") for number in range(25)])
    folder, seen, after = unsorted_of(stocked), list[str](), 0
    while page := stocked.catalog.entries(folder, after, 7):
        assert [entry.cookie for entry in page] == sorted(entry.cookie for entry in page)
        seen += [entry.name for entry in page]
        after = page[-1].cookie
        if len(seen) == 7:
            stocked.scan(PhotoGone(remote_id=seen[0][:-4]), full=False)
    assert sorted(seen) == sorted({"b.jpg", *(f"n{number}.jpg" for number in range(25))})


def test_an_entrys_cookie_is_never_used_again(stocked: Filed) -> None:
    """A name that comes after another one went is listed after all that were there."""
    folder = unsorted_of(stocked)
    stocked.scan(photo("d"))
    last = stocked.catalog.entries(folder, 0, 10)[-1].cookie
    stocked.scan(PhotoGone(remote_id="d"), full=False)
    stocked.scan(photo("e"))
    assert stocked.catalog.entries(folder, 0, 10)[-1].cookie > last


def test_parents_lead_to_the_root(stocked: Filed) -> None:
    """Each folder knows the one above it; the root has none."""
    folder = unsorted_of(stocked)
    library = stocked.catalog.parent(folder)
    assert library == stocked.catalog.library("L").folder_id
    assert stocked.catalog.parent(library) == 0
    assert stocked.catalog.parent(0) is None
    assert stocked.catalog.parent(999_999) is None


def test_totals_follow_photos_and_sizes(stocked: Filed) -> None:
    """Counters for statfs move with sizes learnt and photos gone."""
    before = stocked.catalog.totals()
    assert before[0] == 3
    stocked.catalog.size_learnt(stocked.photo_id("b"), "1", 1)
    stocked.scan(PhotoGone(remote_id="a"), full=False)
    photos, size = stocked.catalog.totals()
    assert photos == 2
    assert size < before[1]
    assert list(check(stocked.catalog)) == []


@pytest.mark.parametrize(
    ("second", "names"),
    [
        (photo("a", size=10, file_name="z.jpg"), {"a.jpg", "z.jpg"}),
        (album("x", "Way", "a"), {"Trip", "Way"}),
        (photo("n"), {"n.jpg"}),
        (PhotoGone(remote_id="b"), {"b.jpg"}),
    ],
)
def test_changed_names_are_told(stocked: Filed, second: object, names: set[str]) -> None:
    """Every name that came, went or changed is in a change row, with its folder's number."""
    mark = stocked.catalog.last_change()
    stocked.scan(second, full=False)  # type: ignore[arg-type]
    changes = stocked.catalog.changes_since(mark, 1000)
    assert {change.name for change in changes if change.name is not None} == names
    assert all(change.parent_ino for change in changes if change.name is not None)
    assert [change.sequence for change in changes] == list(range(mark + 1, mark + 1 + len(changes)))


def test_changed_attributes_are_told(stocked: Filed) -> None:
    """A size that was learnt is a change of that inode, not of its content."""
    mark = stocked.catalog.last_change()
    number = stocked.photo_id("b")
    stocked.catalog.size_learnt(number, "1", 7)
    (change,) = stocked.catalog.changes_since(mark, 10)
    assert (change.ino, change.name, change.content) == (photo_ino(number), None, False)


def test_old_changes_are_trimmed_and_the_gap_shows(stocked: Filed) -> None:
    """Who was away for too long sees numbers that do not follow on his own."""
    last = stocked.catalog.last_change()
    with stocked.catalog.database.transaction():
        stocked.catalog.trim_changes(keep=3)
    changes = stocked.catalog.changes_since(0, 1000)
    assert [change.sequence for change in changes] == [last - 2, last - 1, last]


def test_folder_kinds_are_those_of_the_model(stocked: Filed) -> None:
    """The catalog's words for folders are the model's."""
    kinds = stocked.catalog.database.all("SELECT DISTINCT kind FROM folder")
    assert {FolderKind(kind) for (kind,) in kinds} >= {FolderKind.ROOT, FolderKind.ALBUM}
