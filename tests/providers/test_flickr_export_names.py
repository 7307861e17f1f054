"""Which photo a file of a Flickr export is, told by its name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.emulators.flickr_export import ExportedPhoto, Naming, file_name
from photofs.model.photo import Media
from photofs.providers.flickr_export.media_name import read_name

KNOWN = frozenset({"123456", "4711471147", "51234567890"})


@pytest.mark.parametrize(
    ("name", "photo_id", "slug"),
    [
        ("rome-at-night_51234567890_o.jpg", "51234567890", "rome-at-night"),
        ("51234567890_0f1e2d3c4b_o.jpg", "51234567890", ""),
        ("IMG_1234_51234567890_o.jpg", "51234567890", "IMG_1234"),
        ("video_51234567890.mp4", "51234567890", "video"),
        ("das-meer_51234567890.MOV", "51234567890", "das-meer"),
        ("51234567890_o.png", "51234567890", ""),
        ("51234567890_o", "51234567890", ""),
        ("東京-夜_51234567890_o.JPG", "51234567890", "東京-夜"),
        # a secret of nothing but digits, that is no id
        ("51234567890_0123456789_o.jpg", "51234567890", ""),
        # and one that is, by chance, another photo's id: the last one wins
        ("51234567890_4711471147_o.jpg", "4711471147", "51234567890"),
        # a title that ends in digits
        ("20190701_51234567890_o.jpg", "51234567890", "20190701"),
        ("123456_51234567890_o.jpg", "51234567890", "123456"),
    ],
)
def test_known_ids_are_found(name: str, photo_id: str, slug: str) -> None:
    """The rightmost number that the export knows as an id is the photo's."""
    told = read_name(name, KNOWN)
    assert (told.photo_id, told.slug, told.guessed) == (photo_id, slug, "")


@pytest.mark.parametrize(
    ("name", "photo_id"),
    [
        ("rome_987654321_o.jpg", "987654321"),
        ("987654321_0123456789_o.jpg", "987654321"),
        ("987654321_abcdef0123_o.jpg", "987654321"),
        ("IMG_1234.jpg", None),
        ("holiday.jpg", None),
        ("_o.jpg", None),
        ("", None),
        ("...", None),
    ],
)
def test_unknown_ids_are_guessed_and_said_so(name: str, photo_id: str | None) -> None:
    """Without a photo_<id>.json the likeliest number is taken, marked as a guess."""
    told = read_name(name, KNOWN)
    assert told.photo_id == photo_id
    assert bool(told.guessed) == (photo_id is not None)


def test_kinds_by_extension() -> None:
    """A name shows picture, video, or leaves it open."""
    assert read_name("a_123456_o.JPG", KNOWN).media is Media.PICTURE
    assert read_name("a_123456.mp4", KNOWN).media is Media.VIDEO
    assert read_name("a_123456_o", KNOWN).media is None
    assert read_name("a_123456_o.txt", KNOWN).media is None


@given(
    photo_id=st.integers(100_000, 10**11).map(str),
    title=st.text(max_size=40),
    secret=st.from_regex(r"[0-9a-f]{10}", fullmatch=True),
    naming=st.sampled_from(Naming),
    video=st.booleans(),
)
def test_every_name_that_flickr_makes_is_read(
    photo_id: str, title: str, secret: str, naming: Naming, *, video: bool
) -> None:
    """Whatever the title and the secret, the id comes out, given that the export knows it."""
    if secret == photo_id:
        return
    extension = "mp4" if video else "jpg"
    photo = ExportedPhoto(
        photo_id=photo_id,
        data=None,
        title=title,
        secret=secret,
        naming=naming,
        video=video,
        extension=extension,
    )
    told = read_name(file_name(photo), {photo_id})
    assert told.photo_id == photo_id
    assert told.guessed == ""


@given(st.text(max_size=80))
def test_no_name_breaks_it(name: str) -> None:
    """Any text at all has a reading."""
    told = read_name(name, KNOWN)
    assert told.photo_id is None or told.photo_id in name
