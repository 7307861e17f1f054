"""A capture time in the copy that is sent: all else in it is as it was."""

import io
from datetime import datetime, timedelta

import pytest
from PIL import ExifTags, Image

from photofs.emulators.pictures import make_jpeg, make_png
from photofs.metadata.exif import read_exif
from photofs.model.capture_time import Granularity, TakenBy, TakenFact
from photofs.providers.google.stamping import AS_IT_IS, stamped

TAKEN = datetime(987, 2, 3, 4, 5, 6)  # noqa: DTZ001 - wall time
FACT = TakenFact(by=TakenBy.USER, local=TAKEN)
BARE = make_jpeg(1, width=64, height=48)


def copy_of(data: bytes, fact: TakenFact = FACT, head: int = 128 * 1024) -> bytes:
    """What is sent of it."""
    splice = stamped(data[:head], fact)
    return splice.head + data[splice.skip :]


def pixels(data: bytes) -> bytes:
    """What is to be seen."""
    with Image.open(io.BytesIO(data)) as picture:
        return picture.tobytes()


def test_a_picture_without_exif_gets_a_block() -> None:
    """The date stands in it, and every other byte is where it was behind it."""
    sent = copy_of(BARE, TakenFact(by=TakenBy.USER, local=TAKEN, offset=timedelta(hours=-3.5)))
    facts = read_exif(sent)
    assert facts is not None
    assert facts.taken is not None
    assert (facts.taken.local, facts.taken.offset) == (TAKEN, timedelta(hours=-3.5))
    assert sent.endswith(BARE[2:])
    assert pixels(sent) == pixels(BARE)


def test_what_exif_tells_already_stays() -> None:
    """Place, title, camera and orientation are kept beside the new date."""
    data = make_jpeg(1, width=64, height=48, position=(38.7, -9.1), title="Tram")
    with Image.open(io.BytesIO(data)) as picture:
        exif = picture.getexif()
        exif[ExifTags.Base.Orientation] = 6
        written = io.BytesIO()
        picture.save(written, "JPEG", quality="keep", exif=exif)
    before = read_exif(written.getvalue())
    sent = copy_of(written.getvalue())
    after = read_exif(sent)
    assert before is not None
    assert after is not None
    assert before.taken is None
    assert after.taken is not None
    assert after.taken.local == TAKEN
    assert (after.position, after.orientation) == (before.position, 6)
    with Image.open(io.BytesIO(sent)) as picture:
        assert picture.getexif()[ExifTags.Base.ImageDescription] == "Tram"
    assert pixels(sent) == pixels(written.getvalue())


@pytest.mark.parametrize(
    ("data", "fact"),
    [
        (make_png(1), FACT),
        (BARE, TakenFact(by=TakenBy.USER, local=TAKEN, granularity=Granularity.YEAR)),
        (b"\xff\xd8\xff\xe1\x00\x20Exif\0\0 nothing that can be read", FACT),
        (b"\xff\xd8\xff\xe1\xff\xffExif\0\0" + b"x" * 100, FACT),
        (b"", FACT),
    ],
    ids=["a PNG", "a year", "broken EXIF", "EXIF longer than the head", "nothing"],
)
def test_what_cannot_be_dated_goes_as_it_is(data: bytes, fact: TakenFact) -> None:
    """Another format, a date that is not exact, a block that nobody can read."""
    assert stamped(data, fact) == AS_IT_IS
