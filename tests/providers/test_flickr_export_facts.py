"""What is believed of photo_<id>.json and albums.json, and what of broken ones."""

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.emulators.flickr_export import ExportedPhoto, sidecar
from photofs.model.photo import Position
from photofs.providers.flickr_export.albums import read_albums
from photofs.providers.flickr_export.sidecar import Sidecar, read_sidecar

PHOTO = ExportedPhoto(
    photo_id="51234567890",
    data=None,
    title='Tom & "Jerry" <3',
    description="a\nb",
    position=(41.890251, -12.492373),
    tags=("Roma 2019", "a&b"),
)


def facts(**changes: object) -> Sidecar:
    """A real-looking sidecar with some fields changed, read."""
    told = read_sidecar(json.dumps({**sidecar(PHOTO), **changes}).encode())
    assert told is not None
    return told


def test_the_usual_facts() -> None:
    """Texts are unescaped, numbers are numbers, times are what they are."""
    told = facts()
    assert told.title == 'Tom & "Jerry" <3'
    assert told.description == "a\nb"
    assert told.taken == datetime(2019, 7, 1, 12, 0)  # noqa: DTZ001 - wall time
    assert told.uploaded_ns == 1_562_141_730 * 10**9
    assert told.position == Position(41.890251, -12.492373)
    assert told.tags == ("Roma 2019", "a&b")
    assert told.page_url == "https://www.flickr.com/photos/me/51234567890/"


@pytest.mark.parametrize(
    ("geo", "position"),
    [
        ([], None),
        ({}, None),
        (None, None),
        ("", None),
        (
            [{"latitude": "41890251", "longitude": "12492373", "accuracy": "16"}],
            (41.890251, 12.492373),
        ),
        ({"latitude": 41890251, "longitude": 12492373}, (41.890251, 12.492373)),
        ({"latitude": "41.890251", "longitude": 12.492373}, (41.890251, 12.492373)),
        ({"latitude": "-1", "longitude": "0"}, (-0.000001, 0.0)),
        ({"latitude": "91000000", "longitude": "0"}, None),
        ({"latitude": "nan", "longitude": "0"}, None),
        ({"latitude": float("nan"), "longitude": float("nan")}, None),
        ({"latitude": "0", "longitude": "inf"}, None),
        ({"latitude": "9" * 400, "longitude": "0"}, None),
        ({"latitude": True, "longitude": "0"}, None),
        ({"latitude": "9" * 5000, "longitude": "0"}, None),
    ],
)
def test_the_shapes_of_geo(geo: object, position: tuple[float, float] | None) -> None:
    """An object, a list of one, or nothing; whole millionths or degrees with a point."""
    told = facts(geo=geo).position
    assert told == (None if position is None else Position(*position))


@pytest.mark.parametrize(
    "date",
    [
        "0000-00-00 00:00:00",
        "",
        None,
        5,
        "2019-02-30 00:00:00",
        "2019-07-01",
        "2019-07-01T12+05:00:0",
    ],
)
def test_dates_that_are_none(date: object) -> None:
    """Impossible and incomplete dates are unknown, not wrong."""
    assert facts(date_taken=date).taken is None


def test_old_dates_work() -> None:
    """A scan of 1889 is taken in 1889; an upload before 1970 counts backwards."""
    assert facts(date_taken="1889-03-31 12:00:00").taken == datetime(1889, 3, 31, 12)  # noqa: DTZ001 - wall time
    assert facts(date_imported="1969-12-31 23:59:59").uploaded_ns == -(10**9)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(sidecar(PHOTO))), JSON)
def test_any_field_may_be_anything(field: str, value: object) -> None:
    """One field of any type leaves the others as they are."""
    told = facts(**{field: value})
    if field not in {"name", "title"}:
        assert told.title == 'Tom & "Jerry" <3'
    if field != "date_taken":
        assert told.taken is not None


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """No bytes break the readers."""
    read_sidecar(data)
    read_albums(data)


def test_deep_nesting_is_refused() -> None:
    """A file made of brackets is no sidecar, and no crash."""
    assert read_sidecar(b'{"name":' + b"[" * 200_000) is None


def album(**changes: object) -> dict[str, Any]:
    """One album of albums.json."""
    usual = {"id": "72", "title": "Rome &amp; back", "photos": ["3", "1", 2], "photo_count": "3"}
    return {**usual, **changes}


def read(*albums: object) -> list[Any]:
    """The albums of an albums.json."""
    found = read_albums(json.dumps({"albums": albums}).encode())
    assert found is not None
    return found


def test_albums_keep_their_order() -> None:
    """Members stand in the album's order, as texts, each once."""
    (told,) = read(album(photos=["3", "1", 2, "3"], photo_count="3"))
    assert told.photos == ("3", "1", "2")
    assert told.title == "Rome & back"
    assert not told.held_back


def test_synthetic_albums_are_none() -> None:
    """Flickr's "not in an album N" is no album; one that only begins so is."""
    told = read(
        album(title="not in an album 1"),
        album(title="Not in an album"),
        album(title="Not in an album yet"),
    )
    assert [one.title for one in told] == ["Not in an album yet"]


def test_albums_that_hold_back_are_marked() -> None:
    """An album whose count is above its list, or that lists the id 0, is not complete."""
    assert read(album(photo_count="4"))[0].held_back
    assert read(album(photos=["3", "0", "1"]))[0].held_back


def test_albums_without_an_id_are_left_out() -> None:
    """What cannot be told apart is not told."""
    assert read(album(id=None), album(id=""), "none", 5) == []
    assert read_albums(b'{"albums": {}}') is None
