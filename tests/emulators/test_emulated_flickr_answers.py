"""The forms of answers: XML and JSON from one model, errors, quirks."""

import json
import xml.etree.ElementTree as ET

import pytest

from photofs.emulators.flickr import API_KEY, Habits, demo_account, synthetic_account
from photofs.emulators.flickr.render import Renderer
from tests.support.flickr_raw import raw_client

EXTRAS = "description,date_taken,geo,o_dims,url_s,url_o,original_format,tags,media,views"


def test_one_model_two_forms() -> None:
    """Plain values are attributes and keys, text is an element or `_content`, lists repeat."""
    model: dict[str, object] = {
        "a": {"id": "1", "none": None, "t": {"_content": "x < y"}, "b": [{"n": 1}, {"n": 2}]},
    }
    renderer = Renderer(jitter=False, seed=1)
    shown = renderer.ok(model, {})
    xml = ET.fromstring(shown.body.read(0, shown.end))  # noqa: S314 - our own text
    assert (xml.tag, xml.attrib) == ("rsp", {"stat": "ok"})
    assert [child.tag for child in xml[0]] == ["t", "b", "b"]
    assert (xml[0].attrib, xml[0][0].text) == ({"id": "1"}, "x < y")
    shown = renderer.ok(model, {"format": "json", "nojsoncallback": "1"})
    assert json.loads(shown.body.read(0, shown.end)) == {**model, "stat": "ok"}


async def test_json_escapes_slashes_and_is_wrapped() -> None:
    """JSON has every slash and everything beyond ASCII escaped, and a wrapper unless refused."""
    async with raw_client(demo_account()) as client:
        plain = await client.get("flickr.photosets.getList")
        wrapped = await client.get("flickr.photosets.getList", nojsoncallback="0")
    assert "Japan \\/ Tokyo" in plain.text
    assert plain.text.isascii()
    assert "Lisbon \\ud83c" in plain.text
    assert wrapped.text.startswith("jsonFlickrApi({")
    assert wrapped.text.endswith("})")


async def test_headers_of_an_answer() -> None:
    """Answers are chunked without a length, and compressed for who can read that."""
    async with raw_client(demo_account()) as client:
        answer = await client.get("flickr.people.getPhotos", user_id="me")
        plain = await client.get("flickr.people.getPhotos", user_id="me", format="rest")
    assert answer.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in answer.headers
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "application/json"
    assert plain.headers["content-type"] == "text/xml; charset=utf-8"
    assert plain.text.startswith('<?xml version="1.0" encoding="utf-8" ?>\n<rsp stat="ok">')


async def test_errors_come_with_http_200() -> None:
    """API errors are told in the body, in the form asked for."""
    async with raw_client(demo_account()) as client:
        answer = await client.get("flickr.photos.getInfo", photo_id="1")
        xml = await client.get("flickr.photos.getInfo", photo_id='<"1">', format="rest")
    expected = {"stat": "fail", "code": 1, "message": 'Photo "1" not found (invalid ID)'}
    assert (answer.status_code, answer.json()) == (200, expected)
    error = ET.fromstring(xml.content)[0]  # noqa: S314 - our own text
    assert (error.tag, error.get("code")) == ("err", "1")
    assert error.get("msg") == 'Photo "<"1">" not found (invalid ID)'


async def test_unknown_method_and_format() -> None:
    """An unknown method is 112, an unknown format 111."""
    async with raw_client(demo_account()) as client:
        method = await client.read("flickr.photos.frobnicate")
        form = await client.get("flickr.test.echo", format="yaml")
    assert method["code"] == 112
    assert 'code="111"' in form.text


async def test_echo_gives_arguments_back() -> None:
    """test.echo wraps every argument."""
    async with raw_client(demo_account(), perms=None) as client:
        answer = await client.read("flickr.test.echo", word="a/b")
    assert answer["word"] == {"_content": "a/b"}
    assert answer["api_key"] == {"_content": API_KEY}


async def test_number_types_vary_within_a_page() -> None:
    """Some numbers come as text in some places; their value is the same."""
    async with raw_client(demo_account()) as client:
        page = await client.read("flickr.people.getPhotos", user_id="me", extras=EXTRAS)
    photos = page["photos"]["photo"]
    for key in ("datetakenunknown", "o_width", "height_s", "width_o"):
        kinds = {type(photo[key]) for photo in photos}
        assert kinds == {int, str}, key
    for key, kind in (("ispublic", int), ("farm", int), ("id", str), ("views", str)):
        assert {type(photo[key]) for photo in photos} == {kind}
    assert {type(p["latitude"]) for p in photos} == {int, float}


async def test_number_types_hold_still_if_told() -> None:
    """Without jitter, numbers are numbers."""
    async with raw_client(demo_account(), habits=Habits(jitter=False)) as client:
        page = await client.read("flickr.people.getPhotos", user_id="me", extras=EXTRAS)
    assert {type(photo["height_s"]) for photo in page["photos"]["photo"]} == {int}


async def test_description_is_wrapped_and_title_is_not() -> None:
    """In list records the title is plain and the description wrapped."""
    async with raw_client(demo_account()) as client:
        page = await client.read("flickr.people.getPhotos", user_id="me", extras="description")
    photo = page["photos"]["photo"][0]
    assert isinstance(photo["title"], str)
    assert photo["description"] == {"_content": ""}


@pytest.mark.parametrize("form", ["json", "rest"])
async def test_control_characters_do_not_break_the_form(form: str) -> None:
    """A title with a NUL, an RTL mark and half a surrogate's worth of emoji can be read."""
    account = synthetic_account(1)
    account.stream()[0].title = "a\x00b\u202e \U0001f468\u200d\U0001f467 </photo>"
    async with raw_client(account) as client:
        answer = await client.get("flickr.people.getPhotos", user_id="me", format=form)
    if form == "json":
        title = answer.json()["photos"]["photo"][0]["title"]
        assert title == account.stream()[0].title
    else:
        photo = ET.fromstring(answer.content)[0][0]  # noqa: S314 - our own text
        assert photo.get("title") == account.stream()[0].title.replace("\x00", "")
