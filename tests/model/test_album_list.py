"""albums.json: it comes back as it was, and what is none is told from one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.model.album_list import (
    LARGEST,
    AlbumList,
    ListedAlbum,
    ListedCollection,
    ListedPhoto,
    UnknownList,
    read_album_list,
    write_album_list,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FILES = st.lists(TEXTS, max_size=4).map(tuple)
LISTS = st.builds(
    AlbumList,
    library=TEXTS,
    photos=st.lists(
        st.builds(ListedPhoto, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.booleans(), st.booleans()),
        max_size=3,
    ).map(tuple),
    albums=st.lists(st.builds(ListedAlbum, TEXTS, TEXTS, TEXTS, FILES), max_size=3).map(tuple),
    collections=st.lists(st.builds(ListedCollection, TEXTS, TEXTS, TEXTS, FILES), max_size=3).map(
        tuple
    ),
)


@given(LISTS)
def test_a_list_comes_back(told: AlbumList) -> None:
    """Whatever the titles are, reading gives what was written, and it is JSON to all others."""
    data = write_album_list(told)
    assert read_album_list(data) == told
    assert json.loads(data)["library"] == told.library


def test_the_form_that_docs_describe() -> None:
    """The file as it is described: what is not so is left out, members stand in order."""
    told = AlbumList(
        library="flickr",
        photos=(ListedPhoto("2019/2019-07/a.jpg", sha256="12ab", id="4711", favorite=True),),
        albums=(ListedAlbum("Lima", id="72", files=("2019/2019-07/a.jpg",)),),
        collections=(ListedCollection("Peru", id="9", albums=("72",)),),
    )
    assert json.loads(write_album_list(told)) == {
        "format": "photofs albums",
        "version": 1,
        "library": "flickr",
        "photos": [
            {"file": "2019/2019-07/a.jpg", "sha256": "12ab", "id": "4711", "favorite": True}
        ],
        "albums": [{"title": "Lima", "id": "72", "files": ["2019/2019-07/a.jpg"]}],
        "collections": [{"title": "Peru", "id": "9", "albums": ["72"]}],
    }


def test_what_a_later_reader_adds_is_passed_over() -> None:
    """Fields that this version does not know change nothing."""
    told = json.loads(write_album_list(AlbumList("x", albums=(ListedAlbum("A"),))))
    told["more"] = told["albums"][0]["cover"] = 1
    assert read_album_list(json.dumps(told).encode()).albums == (ListedAlbum("A"),)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"format": "photofs albums", "version": 2, "library": "x"}',
        b'{"format": "somebody else\'s", "version": 1, "library": "x"}',
        b'{"format": "photofs albums", "version": 1}',
        b'{"format": "photofs albums", "version": 1, "library": "x", "photos": [{"file": 1}]}',
        b'{"format": "photofs albums", "version": 1, "library": "x", "photos": ' + b"[" * 100_000,
        b" " * (LARGEST + 1),
    ],
)
def test_anything_else_is_told_from_it(data: bytes) -> None:
    """Other files, later versions, broken and hostile ones raise the one error."""
    with pytest.raises(UnknownList):
        read_album_list(data)


@given(st.integers(0, 400), st.binary(max_size=4))
def test_damage_raises_nothing_else(at: int, garbage: bytes) -> None:
    """A list with any bytes replaced is read, or raises the one error."""
    data = write_album_list(AlbumList("x", (ListedPhoto("a"),), (ListedAlbum("A", files=("a",)),)))
    try:
        read_album_list(data[:at] + garbage + data[at + len(garbage) :])
    except UnknownList:
        return
