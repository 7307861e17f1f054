"""Movie headers: dates and places wherever they stand, and boxes that lie."""

# ruff: noqa: DTZ001 - wall times are naive, and are what is tested

import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.metadata.video import MAX_BOXES, VideoFacts, read_iso6709, read_video
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.photo import Position

INSTANT = datetime(2019, 7, 12, 18, 30, 5, tzinfo=UTC)
SINCE_1904 = int(INSTANT.timestamp()) + 2_082_844_800
FTYP = b"\0\0\0\x14ftypisom\0\0\0\0isom"


def box(name: bytes, content: bytes = b"", *, long: bool = False) -> bytes:
    """A box with a 32 or 64 bit length."""
    if long:
        return struct.pack(">L4sQ", 1, name, len(content) + 16) + content
    return struct.pack(">L4s", len(content) + 8, name) + content


def mvhd(seconds: int, version: int = 0) -> bytes:
    """A movie header created so many seconds after 1904."""
    code = ">B3xQQ80x" if version else ">B3xLL80x"
    return box(b"mvhd", struct.pack(code, version, seconds, seconds))


def data(text: str) -> bytes:
    """A value in an item list."""
    return box(b"data", b"\0\0\0\1\0\0\0\0" + text.encode())


def keyed(values: dict[str, str], lead: bytes = b"") -> bytes:
    """Apple's `meta` with these keys and values; `lead` is an ISO file's version and flags."""
    keys = b"".join(struct.pack(">L4s", len(k) + 8, b"mdta") + k.encode() for k in values)
    items = b"".join(
        box(struct.pack(">L", number), data(text))
        for number, text in enumerate(values.values(), start=1)
    )
    listed = box(b"keys", struct.pack(">LL", 0, len(values)) + keys)
    return box(b"meta", lead + box(b"hdlr", b"\0" * 24) + listed + box(b"ilst", items))


def user_text(name: bytes, text: str) -> bytes:
    """A text of QuickTime's user data."""
    return box(name, struct.pack(">HH", len(text), 0x15C7) + text.encode())


def facts(movie: bytes) -> VideoFacts | None:
    """What is read of a movie that lies in memory."""
    return read_video(lambda offset, length: movie[offset : offset + length], len(movie))


def taken(movie: bytes) -> TakenFact | None:
    """When it was taken."""
    found = facts(movie)
    assert found is not None
    return found.taken


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("at_end", [False, True])
def test_the_header_time_is_an_instant(version: int, long: bool, at_end: bool) -> None:  # noqa: FBT001 - examples
    """mvhd of both versions, boxes of both lengths, moov before or after the media."""
    moov = box(b"moov", mvhd(SINCE_1904, version), long=long)
    media = box(b"mdat", b"\0" * 500, long=long)
    movie = FTYP + (media + moov if at_end else moov + media)
    assert taken(movie) == TakenFact(by=TakenBy.VIDEO, instant=INSTANT)


@pytest.mark.parametrize("seconds", [0, 1, 2_082_844_800, 2**64 - 1])
def test_header_times_that_are_none(seconds: int) -> None:
    """Unset, counted from another epoch, or beyond the calendar: not used."""
    assert taken(FTYP + box(b"moov", mvhd(seconds, version=1))) is None


@pytest.mark.parametrize("lead", [b"", b"\0\0\0\0"])
def test_apples_date_has_an_offset(lead: bytes) -> None:
    """`creationdate` wins over mvhd; `location` tells the place, in QuickTime and ISO files."""
    meta = keyed(
        {
            "com.apple.quicktime.make": "Apple",
            "com.apple.quicktime.creationdate": "2019-07-12T20:30:05+0200",
            "com.apple.quicktime.location.ISO6709": "+52.5163+013.3777+034.500/",
        },
        lead,
    )
    found = facts(FTYP + box(b"moov", mvhd(SINCE_1904) + meta))
    assert found is not None
    assert found.taken == TakenFact(
        by=TakenBy.VIDEO, local=datetime(2019, 7, 12, 20, 30, 5), offset=timedelta(hours=2)
    )
    assert found.position == Position(52.5163, 13.3777)


def test_meta_without_keys_or_values_tells_nothing() -> None:
    """Half of Apple's metadata is none; the header's time counts."""
    for part in (box(b"keys", b"\0" * 8), box(b"ilst")):
        meta = box(b"meta", box(b"hdlr", b"\0" * 24) + part)
        found = taken(FTYP + box(b"moov", mvhd(SINCE_1904) + meta))
        assert found == TakenFact(by=TakenBy.VIDEO, instant=INSTANT)


def test_user_data_tells_day_and_place() -> None:
    """What Android and older cameras write; a day without an offset is a wall time."""
    udta = box(
        b"udta",
        user_text(b"\xa9day", "2012-03-04 05:06:07") + user_text(b"\xa9xyz", "-33.9+018.4/"),
    )
    found = facts(FTYP + box(b"moov", mvhd(0) + udta))
    assert found is not None
    assert found.taken == TakenFact(by=TakenBy.VIDEO, local=datetime(2012, 3, 4, 5, 6, 7))
    assert found.position == Position(-33.9, 18.4)


def test_item_lists_within_user_data() -> None:
    """iTunes' way; a day in UTC is an instant; a year alone tells no time."""
    for words, expected in (
        ("2019-07-12T18:30:05Z", TakenFact(by=TakenBy.VIDEO, instant=INSTANT)),
        ("2019", None),
    ):
        items = box(b"ilst", box(b"\xa9day", data(words)))
        meta = box(b"meta", b"\0\0\0\0" + box(b"hdlr", b"\0" * 24) + items)
        assert taken(FTYP + box(b"moov", mvhd(0) + box(b"udta", meta + b"\0\0\0\0"))) == expected


@pytest.mark.parametrize(
    ("words", "position"),
    [
        ("+52.5163+013.3777/", Position(52.5163, 13.3777)),
        ("-33.9+018.4+10.0CRSWGS_84/", Position(-33.9, 18.4)),
        ("+1-1", Position(1, -1)),
        ("+00.0000+000.0000/", None),
        ("+91+000/", None),
        ("52.5 13.4", None),
        ("", None),
    ],
)
def test_places_in_words(words: str, position: Position | None) -> None:
    """ISO 6709 in degrees; 0, 0 and what is beyond the poles is no place."""
    assert read_iso6709(words) == position


@pytest.mark.parametrize("movie", [b"", FTYP, FTYP + box(b"mdat", b"x" * 99), b"\xff" * 64])
def test_files_without_moov_have_no_facts(movie: bytes) -> None:
    """No movie, or one cut off before its header."""
    assert facts(movie) is None


@pytest.mark.parametrize("length", [1, 2, 7, 2**31, 2**32 - 1])
def test_lengths_that_lie(length: int) -> None:
    """A box that says it is shorter than its header or longer than its parent ends the walk."""
    moov = bytearray(box(b"moov", mvhd(SINCE_1904)))
    moov[8:12] = struct.pack(">L", length)
    assert taken(FTYP + bytes(moov)) is None
    lying = struct.pack(">L4s", length, b"free")
    assert facts(FTYP + lying + box(b"moov", mvhd(SINCE_1904))) is None


def test_a_last_box_may_reach_to_the_end() -> None:
    """Length 0 means all that follows."""
    assert taken(FTYP + struct.pack(">L4s", 0, b"moov") + mvhd(SINCE_1904)) is not None


def test_a_million_empty_boxes_are_not_all_read() -> None:
    """However many boxes there are, reads are few and small."""
    asked: list[int] = []
    movie = box(b"free") * 100_000

    def read_at(offset: int, length: int) -> bytes:
        asked.append(length)
        return movie[offset : offset + length]

    assert read_video(read_at, len(movie)) is None
    assert len(asked) <= MAX_BOXES
    assert max(asked) <= 16


def test_a_two_gigabyte_movie_is_read_in_a_few_bytes() -> None:
    """The media between the boxes is never asked for."""
    moov = box(b"moov", mvhd(SINCE_1904) + box(b"trak", b"\0" * 50_000) + box(b"udta"))
    size = len(FTYP) + 2**31 + len(moov)
    head = FTYP + struct.pack(">L4sQ", 1, b"mdat", 2**31)
    asked: list[int] = []

    def read_at(offset: int, length: int) -> bytes:
        asked.append(length)
        late = offset - (size - len(moov))
        return moov[late : late + length] if late >= 0 else head[offset : offset + length]

    found = read_video(read_at, size)
    assert found is not None
    assert found.taken == TakenFact(by=TakenBy.VIDEO, instant=INSTANT)
    assert sum(asked) < 1000


SEED = FTYP + box(
    b"moov",
    mvhd(SINCE_1904)
    + keyed({"com.apple.quicktime.creationdate": "2019-07-12T20:30:05+0200"})
    + box(b"udta", user_text(b"\xa9xyz", "-33.9+018.4/")),
)


@given(
    st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.integers(0, 255)), max_size=20),
    st.integers(0, len(SEED)),
)
def test_mutated_movies_never_raise(changes: list[tuple[int, int]], kept: int) -> None:
    """Whatever bytes are changed or cut off, the answer is facts or none."""
    movie = bytearray(SEED)
    for place, value in changes:
        movie[place] = value
    facts(bytes(movie))
    facts(bytes(movie[:kept]))
    read_video(lambda offset, length: bytes(movie[offset : offset + length]), 2**62)
