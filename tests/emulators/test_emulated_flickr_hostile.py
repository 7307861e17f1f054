"""Requests that make no sense get an answer, and the emulated Flickr lives on."""

from urllib.parse import urlencode

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from photofs.emulators.flickr import Account, demo_account, serve_flickr
from photofs.emulators.flickr.emulator import METHODS, Emulator
from photofs.emulators.flickr.sizes import original_url
from photofs.emulators.hosting.request import Request
from photofs.emulators.pictures import make_jpeg
from tests.support.flickr_raw import oauth, raw_client, signed

TARGETS = (
    "/",
    "//[",
    "/static/",
    "/static/65535/x_y.jpg",
    "/video/1/2/3.mp4?s=%ff",
    "/photos/a/1/play/orig/b/",
    "/services/oauth/nothing",
    "/services/rest/?method",
    "/services/upload/?oauth_token",
    "/services/oauth/authorize?oauth_token=&perms=all",
    "/%2e%2e/%2e%2e/etc/passwd",
)


async def spoken(url: str, data: bytes) -> bytes:
    """The first bytes that come back for raw bytes."""
    stream = await trio.open_tcp_stream("127.0.0.1", int(url.rpartition(":")[2]))
    async with stream:
        with trio.fail_after(30):
            await stream.send_all(data)
            return await stream.receive_some()


@pytest.mark.parametrize("verb", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize("target", TARGETS)
async def test_strange_targets_are_answered(verb: str, target: str) -> None:
    """No path breaks anything; none is answered by HTTP 500."""
    async with serve_flickr(demo_account()) as emulator:
        said = f"{verb} {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        answer = await spoken(emulator.url, said)
    assert answer.startswith(b"HTTP/1.1 ")
    assert not answer.startswith(b"HTTP/1.1 500")


async def test_client_that_waits_for_100_continue() -> None:
    """A client that asks before it sends a body is told to go on."""
    async with serve_flickr(demo_account()) as emulator:
        said = (
            b"POST /services/upload/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
            b"Expect: 100-continue\r\n\r\n"
        )
        answer = await spoken(emulator.url, said)
    assert answer.startswith(b"HTTP/1.1 100 ")


NAMES = (
    *("user_id", "photo_id", "photoset_id", "page", "per_page", "extras", "min_date", "dates"),
    *("privacy_filter", "min_taken_date", "max_upload_date", "photo_ids", "tags", "tag_id", "text"),
    *("sort", "collection_id", "lat", "lon", "date_taken", "date_posted", "degrees", "is_public"),
    *("primary_photo_id", "title", "photoset_ids", "machine_tags", "taken_dates", "tickets"),
)
VALUES = st.text(max_size=12) | st.integers().map(str) | st.sampled_from(["me", ",", "0000-00-00"])


@given(
    method=st.sampled_from(sorted(METHODS)),
    arguments=st.dictionaries(st.sampled_from(NAMES), VALUES),
    form=st.sampled_from(["json", "rest"]),
)
async def test_no_arguments_break_a_method(
    method: str, arguments: dict[str, str], form: str
) -> None:
    """Whatever the arguments, a method answers under HTTP 200."""
    account = demo_account()
    token = account.grant("delete")
    emulator = Emulator(account, "http://x")
    plain = {"method": method, "format": form, "photo_id": account.stream()[0].id, **arguments}
    pairs = signed("POST", "http://x/services/rest", {**plain, **oauth(token.token)}, token.secret)
    headers = {"host": "x", "content-type": "application/x-www-form-urlencoded"}
    body = urlencode(pairs).encode()
    response, _ = await emulator.answer(Request("POST", "/services/rest", headers, body))
    assert response.status == 200


async def test_upload_that_is_broken_inside_has_a_preview_all_the_same() -> None:
    """A JPEG that ends half-way is taken as it is, and its preview is some picture."""
    broken = make_jpeg(1, width=640, height=480)[:5000]
    async with raw_client(Account()) as client:
        await client.send_file(broken)
        photo = client.emulator.account.stream()[0]
        file = await client.http.get(original_url(client.emulator.url, photo))
        page = await client.read("flickr.people.getPhotos", user_id="me", extras="url_s")
        preview = await client.http.get(page["photos"]["photo"][0]["url_s"])
    assert file.content == broken
    assert preview.content[:2] == b"\xff\xd8"
