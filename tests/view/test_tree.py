"""Walking the tree: names to nodes, nodes to names, and what is said where there is nothing."""

import pytest

from photofs.model.errors import NotFound
from photofs.model.node import ROOT_INO, folder_ino, photo_ino
from photofs.view.tree import Tree
from tests.support.small_tree import SmallTree

GOOGLE, ALBUMS, ROME = folder_ino(1), folder_ino(2), folder_ino(3)
PHOTO = photo_ino(1)


@pytest.fixture
def tree() -> Tree:
    """One library with one album with one photo."""
    return Tree(
        SmallTree(
            {0: {"google": GOOGLE}, 1: {"Albums": ALBUMS}, 2: {"Rome": ROME}, 3: {"a": PHOTO}}
        )
    )


def test_the_root_is_inode_one(tree: Tree) -> None:
    """The root is a folder and stands where the kernel wants it."""
    assert tree.root.ino == ROOT_INO
    assert tree.root.folder


def test_names_lead_to_nodes(tree: Tree) -> None:
    """From the root down to a photo, step by step."""
    assert tree.lookup(ROOT_INO, "google").ino == GOOGLE
    assert tree.lookup(ROME, "a").ino == PHOTO
    assert not tree.node(PHOTO).folder
    assert [entry.name for entry in tree.entries(ROOT_INO, 0, 10)] == ["google"]
    assert tree.entries(ROOT_INO, 1, 10) == []
    assert tree.totals() == (1, 0)


def test_dots_lead_where_they_should(tree: Tree) -> None:
    """One dot is the folder itself, two the one above, and the root is above itself."""
    assert tree.lookup(ROME, ".").ino == ROME
    assert tree.lookup(ROME, "..").ino == ALBUMS
    assert tree.lookup(GOOGLE, "..").ino == ROOT_INO
    assert tree.lookup(ROOT_INO, "..").ino == ROOT_INO


@pytest.mark.parametrize("name", ["rome", "Paris", ""])
def test_absent_names_are_not_found(tree: Tree, name: str) -> None:
    """Names are exact, and an absent one is NotFound."""
    with pytest.raises(NotFound, match="nothing named"):
        tree.lookup(ALBUMS, name)


def test_nodes_lead_to_paths(tree: Tree) -> None:
    """What the log says of an inode."""
    assert tree.path(ROOT_INO) == ""
    assert tree.path(ROME) == "google/Albums/Rome"
    assert tree.path(PHOTO) == "google/Albums/Rome/a"


def test_a_photo_is_no_folder(tree: Tree) -> None:
    """Nothing stands below a photo, and it has no one parent."""
    with pytest.raises(NotFound, match="below a photo"):
        tree.lookup(PHOTO, "a")
    with pytest.raises(NotFound):
        tree.parent(PHOTO)


def test_what_is_gone_is_not_found(tree: Tree) -> None:
    """An inode that is no longer there is NotFound, itself and as a parent."""
    with pytest.raises(NotFound):
        tree.node(folder_ino(99))
    with pytest.raises(NotFound):
        tree.parent(folder_ino(99))


def test_paths_resolve(tree: Tree) -> None:
    """A path's parts lead to what they name; no parts lead to the root."""
    assert tree.resolve([]).ino == ROOT_INO
    assert tree.resolve(["google", "Albums", "Rome", "a"]).ino == PHOTO


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (["yahoo"], "'yahoo' is not there: no library is named 'yahoo'; name something in"),
        (["google", "Album", "x"], "'google/Album/x' is not there: 'google' holds no 'Album'"),
    ],
)
def test_a_wrong_path_tells_where_it_ends(tree: Tree, parts: list[str], sentence: str) -> None:
    """The message names the first part that is not there."""
    with pytest.raises(NotFound) as caught:
        tree.resolve(parts)
    assert str(caught.value).startswith(sentence)
