"""Facts in the head of a copy: all else in it is as it was."""

import io
import json
import struct
import subprocess
from datetime import datetime, timedelta

import piexif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from photofs.emulators.pictures import make_jpeg, make_png
from photofs.metadata.exif import read_exif
from photofs.metadata.stamping import has_exif, stamp_head
from photofs.model.capture_time import Granularity, TakenBy, TakenFact
from photofs.model.photo import Position
from photofs.model.splice import AS_IT_IS, Stamp

TAKEN = datetime(987, 2, 3, 4, 5, 6)  # noqa: DTZ001 - wall time
FACT = TakenFact(by=TakenBy.USER, local=TAKEN)
BARE = make_jpeg(1, width=64, height=48)


def copy_of(data: bytes, fact: TakenFact = FACT, head: int = 128 * 1024) -> bytes:
    """What is sent of it."""
    splice = stamp_head(data[:head], Stamp(fact))
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
    assert BARE[2:4] == b"\xff\xe0"
    jfif = 4 + int.from_bytes(BARE[4:6])
    assert sent.startswith(BARE[:jfif])
    assert sent.endswith(BARE[jfif:])
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
    assert stamp_head(data, Stamp(fact)) == AS_IT_IS


PLACE = Position(-33.85678901, 151.2152345)


def test_place_and_description() -> None:
    """They stand in the block as exiftool and Pillow read it, to less than a millimetre."""
    splice = stamp_head(BARE, Stamp(FACT, PLACE, "Süden\nund Osten"))
    sent = splice.head + BARE[splice.skip :]
    assert len(sent) == len(BARE) + splice.grows
    facts = read_exif(sent)
    assert facts is not None
    assert facts.position is not None
    assert facts.position.latitude == pytest.approx(PLACE.latitude, abs=1e-9)
    assert facts.position.longitude == pytest.approx(PLACE.longitude, abs=1e-9)
    (told,) = json.loads(exiftool("-j", "-n", "-validate", "-warning", "-a", sent))
    assert told["Validate"].split()[0] == "0"
    told = json.loads(exiftool("-j", "-n", "-G1", sent))[0]
    assert told["IFD0:ImageDescription"] == "Süden\nund Osten"
    assert told["ExifIFD:DateTimeOriginal"] == "0987:02:03 04:05:06"
    assert told["GPS:GPSLatitudeRef"] == "S"


@pytest.mark.parametrize("order", ["<", ">"])
def test_no_byte_of_a_block_moves(order: str) -> None:
    """Maker notes, thumbnail and fields of the maker's own stay at their offsets."""
    block = block_with_notes(order)
    data = b"\xff\xd8\xff\xe1" + (len(block) + 8).to_bytes(2) + b"Exif\0\0" + block + BARE[2:]
    splice = stamp_head(data, Stamp(FACT, PLACE))
    after = splice.head[12:]
    assert after[:4] == block[:4]
    assert after[8 : len(block)] == block[8:]
    facts = read_exif(splice.head + data[splice.skip :])
    assert facts is not None
    assert facts.taken is not None
    assert facts.taken.local == TAKEN
    assert facts.position is not None
    before, now = (piexif_of(each) for each in (block, after))
    assert now["0th"][0x010F] == b"Maker"
    assert now["Exif"][0x927C] == before["Exif"][0x927C] == b"notes of the maker"
    assert now["1st"] == before["1st"] == {0x0103: 6}


def piexif_of(block: bytes) -> dict[str, dict[int, object]]:
    """What another reader finds in a block."""
    found: dict[str, dict[int, object]] = piexif.load(b"Exif\0\0" + block)
    return found


def block_with_notes(order: str) -> bytes:
    """A block with a maker, maker notes, and a second directory."""
    parts = struct.pack(f"{order}2sHL", b"II" if order == "<" else b"MM", 42, 8)
    parts += struct.pack(f"{order}HHHLLHHLLL", 2, 0x010F, 2, 6, 56, 0x8769, 4, 1, 62, 38)
    parts += struct.pack(f"{order}HHHLHxxL", 1, 0x0103, 3, 1, 6, 0)
    assert len(parts) == 56
    parts += b"Maker\0"
    parts += struct.pack(f"{order}HHHLLL", 1, 0x927C, 7, 18, 80, 0)
    assert len(parts) == 80
    return parts + b"notes of the maker"


def test_an_index_of_pictures_before_the_block_stays_right() -> None:
    """A block behind an index that counts from its own place is not made longer."""
    index = b"\xff\xe2\x00\x06MPF\0"
    block = block_with_notes("<")
    exif = b"\xff\xe1" + (len(block) + 8).to_bytes(2) + b"Exif\0\0" + block
    assert stamp_head(b"\xff\xd8" + index + exif + BARE[2:], Stamp(FACT)) == AS_IT_IS
    assert stamp_head(b"\xff\xd8" + exif + index + BARE[2:], Stamp(FACT)) != AS_IT_IS
    assert stamp_head(b"\xff\xd8" + index + BARE[2:], Stamp(FACT)) != AS_IT_IS


def test_a_head_that_may_hide_a_block() -> None:
    """Where the picture does not begin within the head, nobody knows, and nothing is written."""
    far = b"\xff\xd8" + (b"\xff\xe2\xff\xff" + bytes(65533)) * 3 + BARE[2:]
    assert has_exif(far[: 128 * 1024])
    assert stamp_head(far[: 128 * 1024], Stamp(FACT)) == AS_IT_IS
    assert not has_exif(far)
    assert stamp_head(far, Stamp(FACT)) != AS_IT_IS


@given(st.data())
def test_damaged_blocks_never_raise(data: st.DataObject) -> None:
    """Whatever stands in a block, it is stamped or left as it is."""
    block = bytearray(block_with_notes(data.draw(st.sampled_from("<>"))))
    for _ in range(data.draw(st.integers(1, 4))):
        block[data.draw(st.integers(0, len(block) - 1))] = data.draw(st.integers(0, 255))
    length = (len(block) + 8).to_bytes(2)
    picture = b"\xff\xd8\xff\xe1" + length + b"Exif\0\0" + bytes(block) + BARE[2:]
    splice = stamp_head(picture, Stamp(FACT, PLACE))
    if splice != AS_IT_IS:
        facts = read_exif(splice.head + picture[splice.skip :])
        assert facts is not None
        assert facts.taken is not None
        assert facts.taken.local == TAKEN


def exiftool(*words: str | bytes) -> str:
    """The real program's answer on a picture, which comes last."""
    *arguments, picture = words
    assert isinstance(picture, bytes)
    done = subprocess.run(
        ["exiftool", *arguments, "-"], input=picture, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()
