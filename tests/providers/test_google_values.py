"""Whatever Google's answers hold, what is read of them is ours, or an error of ours."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofs.model.errors import RemoteError
from photofs.model.observation import PhotoSeen
from photofs.providers.google.answers import oauth_refusal, refusal
from photofs.providers.google.picker import seconds
from photofs.providers.google.records import photo_seen, ref_of, status_of

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def some(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    """An object of which any field may be anything, or missing."""
    return st.fixed_dictionaries({}, optional={name: one | ANY for name, one in fields.items()})


KIND = some(status=st.sampled_from(["READY", "PROCESSING", "FAILED"]))
METADATA = some(
    creationTime=st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    width=st.integers().map(str),
    height=st.integers().map(str),
    video=KIND,
    photo=KIND,
)
ITEM = some(
    id=st.text(max_size=20),
    mimeType=st.sampled_from(["image/jpeg", "video/mp4", "image/", "/", ""]),
    filename=st.text(),
    description=st.text(),
    productUrl=st.text(),
    mediaMetadata=METADATA,
)
ERROR = some(
    message=st.sampled_from(["Quota exceeded, per day", "Write requests", "insufficient"]),
    status=st.sampled_from(["NOT_FOUND", "RESOURCE_EXHAUSTED"]),
    errors=st.lists(some(reason=st.text())),
    details=st.lists(some(reason=st.text(), metadata=some(quota_limit=st.text()))),
)


@given(ITEM)
def test_any_item_is_a_photo_or_none(item: dict[str, object]) -> None:
    """It has an id, a key, and a ref that leads back to it; nothing else need be right."""
    seen = photo_seen(item, 10**18, favorite=None)
    assert isinstance(status_of(item), str)
    if seen is None:
        assert not isinstance(item.get("id"), str) or not item["id"]
        return
    assert isinstance(seen, PhotoSeen)
    ref = ref_of(seen.ref)
    assert ref is not None
    assert (ref.item, ref.media) == (seen.remote_id, seen.media)
    assert seen.content_key


@given(ERROR | ANY, st.integers(300, 599))
def test_any_refusal_is_an_error_of_ours(error: object, status: int) -> None:
    """With a sentence, whatever the envelope holds."""
    for body in (json.dumps({"error": error}).encode(), json.dumps(error).encode()):
        for told in (refusal(status, {}, body, 1.79e9), oauth_refusal(status, {}, body)):
            assert isinstance(told, RemoteError)
            assert told.what


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"<html>", b"[" * 100_000, b"null"])
def test_a_refusal_that_is_no_json_is_an_error_of_ours(body: bytes) -> None:
    """Pages of proxies, and worse."""
    for status in (400, 401, 403, 404, 429, 500):
        assert isinstance(refusal(status, {}, body, 1.79e9), RemoteError)
        assert isinstance(oauth_refusal(status, {}, body), RemoteError)


@given(ANY)
def test_any_duration_is_a_number(told: object) -> None:
    """Never below nothing."""
    assert seconds(told, 5.0) >= 0
