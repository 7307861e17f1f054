"""Albums of equal title that several sources of a library tell: one folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.model.observation import AlbumGone, PhotoSeen
from tests.support.filed import album, photo
from tests.support.several import Several


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Several]:
    """An export, and an account that can be changed."""
    several = Several(tmp_path / "catalog.db")
    several.catalog.set_writes(several.ids[1], ["join", "leave", "make_album"])
    yield several
    several.catalog.close()


def one(remote_id: str, **facts: object) -> PhotoSeen:
    """A photo that others may have, too, by its page."""
    return photo(remote_id, content_key=remote_id, **{"page_url": remote_id, **facts})


def albums(library: Several) -> set[str]:
    """All that stands below Albums."""
    return {path for path in library.tree() if path.startswith("Albums/") and path != "Albums/"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_equal_titles_are_one_folder(library: Several, order: tuple[int, int]) -> None:
    """With the photos of both, each once; that of the source that can be changed leads."""
    told = (
        (one("a"), one("b", page_url="p"), album("x", "Lima", "a", "b")),
        (
            one("c"),
            one("d", page_url="p", file_name="b.jpg"),
            album("y", "Lima", "c", "d"),
            album("z", "Rom", "c"),
        ),
    )
    for source in order:
        library.tell(source, *told[source])
    assert albums(library) == {
        "Albums/Lima/",
        "Albums/Lima/a.jpg",
        "Albums/Lima/b.jpg",
        "Albums/Lima/c.jpg",
        "Albums/Rom/",
        "Albums/Rom/c.jpg",
    }
    assert library.catalog.counts(1).albums == 2
    folder = library.catalog.folder_facts(library.ino("Albums/Lima/") // 2)
    assert folder is not None
    assert library.catalog.source_of_album(folder.album or 0) == library.ids[1]


def test_a_folder_keeps_its_number_when_another_album_leads(library: Several) -> None:
    """The export's was there first; the account's takes its folder over, and gives it back."""
    library.tell(0, one("a"), album("x", "Lima", "a"))
    ino = library.ino("Albums/Lima/")
    library.tell(1, one("c"), album("y", "Lima", "c"))
    assert library.ino("Albums/Lima/") == ino
    library.tell(1, AlbumGone(remote_id="y"), full=False)
    assert albums(library) == {"Albums/Lima/", "Albums/Lima/a.jpg"}
    assert library.ino("Albums/Lima/") == ino


def test_another_title_at_one_source_parts_them(library: Several) -> None:
    """Each in its folder; equal again, one."""
    library.tell(0, one("a"), album("x", "Lima", "a"))
    library.tell(1, one("c"), album("y", "Lima", "c"))
    library.tell(1, album("y", "Peru", "c"), full=False)
    assert albums(library) == {
        "Albums/Lima/",
        "Albums/Lima/a.jpg",
        "Albums/Peru/",
        "Albums/Peru/c.jpg",
    }
    library.tell(1, album("y", "Lima", "c"), full=False)
    assert albums(library) == {"Albums/Lima/", "Albums/Lima/a.jpg", "Albums/Lima/c.jpg"}


def test_two_of_one_title_at_one_source_are_in_doubt(library: Several) -> None:
    """Which of them would be the other source's? Each has its own folder then."""
    library.tell(0, one("a"), album("x", "Lima", "a"))
    library.tell(1, one("c"), album("y", "Lima", "c"))
    library.tell(1, album("z", "Lima"), full=False)
    folders = {path for path in albums(library) if path.endswith("/")}
    assert len(folders) == 3
    library.tell(1, AlbumGone(remote_id="z"), full=False)
    assert {path for path in albums(library) if path.endswith("/")} == {"Albums/Lima/"}
