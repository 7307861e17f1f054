"""Flickr's records are read whatever types they come in; what makes no sense is left out."""

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.model.capture_time import Granularity
from photofs.model.errors import RemoteError, Temporary, Unauthorised
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Fidelity, Media, Position
from photofs.providers.flickr.answers import Failure, oauth_problem, read_answer
from photofs.providers.flickr.cursor import decode
from photofs.providers.flickr.endpoint import FLICKR
from photofs.providers.flickr.records import photo_seen, ref_of
from photofs.providers.flickr.values import granularity, local_time, number, position, text

RECORD = {
    "id": "52041239",
    "owner": "12@N03",
    "secret": "aaaaaaaaaa",
    "server": "65535",
    "title": "Sea",
    "media": "photo",
    "originalsecret": "bbbbbbbbbb",
    "originalformat": "png",
}


def seen(**facts: object) -> PhotoSeen:
    """What RECORD with some facts changed says."""
    told = photo_seen({**RECORD, **facts}, FLICKR, 1, owned=True)
    assert told is not None
    return told


def test_numbers_may_be_quoted_or_wrapped() -> None:
    """A number counts as such in every form that was seen in real answers."""
    given_right = {"2": 2, " 7": 7, "0": 0, "1.0": 1}
    assert {value: number(value) for value in given_right} == given_right
    assert number(5) == 5
    assert number({"_content": "12"}) == 12
    nothings: list[object] = [None, "", "many", {}, [], {"_content": None}, "9" * 40, "nan", "inf"]
    assert [number(nothing) for nothing in nothings] == [None] * len(nothings)


def test_texts_may_be_wrapped() -> None:
    """A text is the same bare or wrapped; half a surrogate pair is made harmless."""
    assert text("x") == text({"_content": "x"}) == "x"
    assert text("") is text(None) is text([]) is text({}) is None
    assert text("a\ud800b") == "a?b"


def test_dates_that_are_none() -> None:
    """Year 0 and nonsense are no dates; a month or day of 0 is the first."""
    assert local_time("2004-04-00 00:00:00") == datetime(2004, 4, 1)  # noqa: DTZ001 - wall time
    assert local_time("1899-12-31") == datetime(1899, 12, 31)  # noqa: DTZ001 - wall time
    for nothing in ("0000-00-00 00:00:00", "2004-13-01 00:00:00", "soon", "", None, "2004"):
        assert local_time(nothing) is None


def test_granularities_between_the_named() -> None:
    """0..10 are taken, quoted or not; each means the named one below it."""
    assert granularity("0") is granularity(3) is granularity(None) is Granularity.SECOND
    assert granularity("4") is granularity(5) is Granularity.MONTH
    assert granularity(6) is Granularity.YEAR
    assert granularity("8") is granularity(10) is Granularity.CIRCA


def test_positions() -> None:
    """0, 0 is a place only with an accuracy; beyond the poles there is none."""
    assert position({"latitude": "54.5", "longitude": 18, "accuracy": "16"}) == Position(54.5, 18)
    assert position({"latitude": 0, "longitude": 0, "accuracy": 0}) is None
    assert position({"latitude": "0", "longitude": "0", "accuracy": 3}) == Position(0, 0)
    for wrong in ("91", "nan", "here"):
        assert position({"latitude": wrong, "longitude": 1, "accuracy": 1}) is None


def test_originals_by_their_parts_or_their_address() -> None:
    """The original's address is made of secret and format, or taken as it is told."""
    made = ref_of(seen().ref)
    assert made is not None
    assert made.url == "https://live.staticflickr.com/65535/52041239_bbbbbbbbbb_o.png"
    told = ref_of(seen(url_o="https://live.staticflickr.com/1/2_3_o.png").ref)
    assert told is not None
    assert told.url == "https://live.staticflickr.com/1/2_3_o.png"
    assert seen().extension == "png"
    assert seen().fidelity is Fidelity.ORIGINAL


def test_content_keys_follow_the_bytes_and_hide_the_secrets() -> None:
    """Another original secret or format is another key; titles and ordinary secrets are not."""
    same = {seen().content_key, seen(title="x", secret="c", rotation=90).content_key}
    assert len(same) == 1
    others = {seen(originalsecret="x").content_key, seen(originalformat="jpg").content_key}
    assert len(others | same) == 3
    assert "bbbb" not in seen().content_key


def test_videos_are_no_posters() -> None:
    """A video's url_o is a picture: it is neither its bytes nor its size in pixels."""
    told = seen(media="video", url_o="https://live.staticflickr.com/1/2_3_o.jpg", o_width=640)
    assert (told.media, told.extension, told.pixels) == (Media.VIDEO, "mp4", None)
    ref = ref_of(told.ref)
    assert ref is not None
    assert ref.url == ""
    assert told.fidelity_note


def test_the_largest_preview_stands_in() -> None:
    """Without an original, the best size that is named; the usual address if none is."""
    bare = {"originalsecret": None, "originalformat": None}
    best = seen(**bare, url_z="https://x/1_2_z.jpg", url_l="https://x/1_2_b.jpg", width_l="1024")
    ref = ref_of(best.ref)
    assert ref is not None
    assert (ref.size, ref.url) == ("l", "https://x/1_2_b.jpg")
    none = ref_of(seen(**bare).ref)
    assert none is not None
    assert none.url.endswith("/52041239_aaaaaaaaaa_b.jpg")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=10,
)
KEYS = [
    *RECORD,
    *("description", "tags", "datetaken", "datetakengranularity", "datetakenunknown"),
    *("dateupload", "lastupdate", "latitude", "longitude", "accuracy", "o_width", "url_o", "url_l"),
]


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_no_record_is_too_strange(record: dict[str, object]) -> None:
    """Whatever stands in a record, it is read without an error, and can be stored and opened."""
    told = photo_seen(record, FLICKR, 1, owned=True)
    if told is not None:
        assert ref_of(told.ref) is not None
        assert told.remote_id
        (told.title or "").encode()


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_answer_is_too_strange(body: bytes) -> None:
    """Any bytes are read as an answer or end in one of our errors."""
    try:
        read_answer(body)
    except RemoteError:
        return


@given(st.text())
def test_no_cursor_or_ref_is_too_strange(given_text: str) -> None:
    """Any text is read as a cursor and a ref, or is none."""
    decode(given_text, "me")
    ref_of(given_text)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"stat":"fail","code":1,"message":"Photo not found"}', Failure),
        (b'{"stat":"fail","code":"1"}', Failure),
        (b'{"stat":"fail","code":98}', Unauthorised),
        (b'{"stat":"fail","code":201,"message":"Sorry",}', Temporary),
        (b'jsonFlickrApi({"stat":"fail","code":100})', Unauthorised),
        (b'<?xml version="1.0"?><rsp stat="fail"><err code="201" msg="x"/></rsp>', Temporary),
        (b'<rsp stat="fail"><err code="1" msg="x"/></rsp>', Failure),
        (b'<rsp stat="ok"></rsp>', Temporary),
        (b"<html></html>", Temporary),
        (b"\xff\xfe", Temporary),
        (b"[" * 200_000, Temporary),
    ],
)
def test_failures_are_read_in_every_form(body: bytes, kind: type[RemoteError]) -> None:
    """A failure is known by its code, in JSON, broken JSON or XML."""
    with pytest.raises(RemoteError) as caught:
        read_answer(body)
    assert type(caught.value) is kind


def test_wrapped_answers_are_read() -> None:
    """JSON in a function call is unwrapped."""
    assert read_answer(b'jsonFlickrApi({"stat":"ok","a":1})')["a"] == 1


def test_oauth_problems() -> None:
    """Each problem says what helps; one that passes is Temporary, unknown ones mean a new login."""
    assert isinstance(oauth_problem("nonce_used"), Temporary)
    assert "clock" in str(oauth_problem("timestamp_refused"))
    assert "key" in str(oauth_problem("consumer_key_unknown"))
    assert "photofs login flickr" in str(oauth_problem("whatever this is"))
