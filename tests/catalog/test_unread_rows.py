"""Which photos of a source have bytes that nobody here has read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photofs.model.likeness import UnreadPhoto
from photofs.model.photo import Fidelity, Media, PixelSize
from tests.support.filed import photo
from tests.support.wished import Wished, whole

LESSER = Fidelity.PREVIEW


@pytest.fixture
def wished(tmp_path: Path) -> Iterator[Wished]:
    """A library of one source."""
    made = Wished(tmp_path / "catalog.db")
    yield made
    made.catalog.close()


def unread(wished: Wished) -> dict[str, UnreadPhoto]:
    """Them, by id."""
    (library,) = wished.catalog.libraries()
    rows = wished.catalog.unread(library.library_id, wished.filed.source_id)
    return {each.remote_id: each for each in rows}


def test_what_is_known_of_them_is_told(wished: Wished) -> None:
    """Names, second, pixels and exact length, as far as the source or a request has told them."""
    wished.filed.scan(
        photo("a", title="Harbour", pixels=PixelSize(4, 3)),
        photo("b", taken=None, file_name=None, size=12),
        photo("film", media=Media.VIDEO, fidelity=Fidelity.RECOMPRESSED),
    )
    told = unread(wished)
    assert told["a"] == UnreadPhoto(
        photo_id=wished.filed.photo_id("a"),
        remote_id="a",
        media=Media.PICTURE,
        names=("Harbour", "a.jpg", "a.jpg"),
        taken_local="2019-07-21T12:30:15",
        pixels=PixelSize(4, 3),
    )
    assert (told["b"].taken_local, told["b"].size) == (None, 12)
    assert (told["film"].media, told["film"].original) == (Media.VIDEO, False)


def test_what_was_read_is_none_of_them(wished: Wished) -> None:
    """But what a service made of the original proves nothing of that, read or not."""
    catalog = wished.catalog
    wished.filed.scan(
        *(photo(each) for each in "abc"), photo("d", owned=False), photo("e", fidelity=LESSER)
    )
    assert set(unread(wished)) == {"a", "b", "c", "e"}
    for each in "ae":
        catalog.sealed(wished.filed.photo_id(each), "1", each * 64, 10)
    assert set(unread(wished)) == {"b", "c", "e"}
    catalog.set_binned(wished.filed.photo_id("b"), 10**18)
    assert set(unread(wished)) == {"b", "c", "e"}
    wished.filed.scan(photo("a", content_key="2"))
    assert set(unread(wished)) == {"a", "b", "c", "e"}


def test_what_was_sent_from_here_is_known(wished: Wished) -> None:
    """Its bytes are those that were sent, also where the service gives others back."""
    wished.filed.scan(photo("a"))
    wished.write("Unsorted/new.jpg")
    wished.judge(whole("n"), "Unsorted/new.jpg")
    assert set(unread(wished)) == {"a"}
    (row,) = wished.catalog.open_operations()
    wished.uploaded(row, "new", fidelity=LESSER)
    assert set(unread(wished)) == {"a"}


def test_a_record_that_cannot_be_read_stops_nobody(wished: Wished) -> None:
    """A damaged one tells nothing of pixels and fidelity; the others are told of as ever."""
    wished.filed.scan(photo("a"), photo("b", pixels=PixelSize(4, 3)))
    catalog = wished.catalog
    with catalog.database.transaction():
        catalog.database.run("UPDATE observation SET seen = '{' WHERE remote_id = 'b'")
    told = unread(wished)
    assert (set(told), told["b"].pixels) == ({"a", "b"}, None)
