"""Which photos are worth a look before a file is sent."""

import pytest

from photofs.model.likeness import Sought, UnreadPhoto, UnreadPhotos, may_be
from photofs.model.photo import Media, PixelSize

NOON = "2019-07-12T12:00:00"
EVE = "2019-07-12T19:00:00"


def unread(number: int = 1, **facts: object) -> UnreadPhoto:
    """A photo with bytes that nobody has read."""
    given = {"remote_id": f"r{number}", "media": Media.PICTURE, "names": (), **facts}
    return UnreadPhoto(photo_id=number, **given)  # type: ignore[arg-type] # fields by name


def sought(**facts: object) -> Sought:
    """A file."""
    given = {"media": Media.PICTURE, "size": 10, "names": ("Harbour.JPG",), **facts}
    return Sought(**given)  # type: ignore[arg-type] # fields by name


@pytest.mark.parametrize(
    ("photo", "file"),
    [
        (unread(names=("harbour",)), sought()),
        (unread(names=("HARBOUR.jpeg",), taken_local=EVE), sought(taken_local=frozenset({NOON}))),
        (unread(taken_local=NOON), sought(taken_local=frozenset({EVE, NOON}))),
        (unread(remote_id="7", names=("x",)), sought(remote_id="7")),
        (unread(names=("Cafe\u0301",)), sought(names=("caf\u00e9.jpg",))),
    ],
)
def test_a_name_a_second_or_the_id_makes_a_look_worth_it(photo: UnreadPhoto, file: Sought) -> None:
    """Each by itself, whatever else was changed at the service."""
    assert UnreadPhotos([photo]).like(file) == [photo]


@pytest.mark.parametrize(
    "photo",
    [
        unread(names=("Harbour 2",), taken_local=EVE),
        unread(names=("Harbour",), media=Media.VIDEO),
        unread(names=("Harbour",), size=11),
        unread(names=("Harbour",), pixels=PixelSize(30, 40)),
        unread(names=("Harbour",), taken_local=EVE, original=False),
    ],
)
def test_what_tells_two_apart_counts(photo: UnreadPhoto) -> None:
    """Another medium, length or size in pixels; another date where bytes tell nothing."""
    file = sought(pixels=PixelSize(40, 20), taken_local=frozenset({NOON}))
    assert UnreadPhotos([photo]).like(file) == []


def test_size_and_pixels_of_a_preview_tell_nothing() -> None:
    """A picture that was turned upright is the same one, and a smaller rendition may be."""
    file = sought(pixels=PixelSize(40, 20))
    assert may_be(file, unread(size=10, pixels=PixelSize(20, 40)))
    assert may_be(file, unread(size=5, pixels=PixelSize(10, 5), original=False))


def test_the_likeliest_comes_first() -> None:
    """The id before both facts, these before one of them; each once."""
    photos = [
        unread(1, names=("Harbour",)),
        unread(2, taken_local=NOON),
        unread(3, names=("Harbour",), taken_local=NOON),
        unread(4, remote_id="id", names=("y",)),
    ]
    file = sought(remote_id="id", taken_local=frozenset({NOON}))
    all_of_them = UnreadPhotos(photos)
    assert [each.photo_id for each in all_of_them.like(file)] == [4, 3, 2, 1]
    assert all_of_them.number == 4
