"""The emulated Flickr as flickrapi sees it: another's signer, parser and multipart writer."""

import io
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import flickrapi
import flickrapi.auth
import httpx2
import pytest

from photofs.emulators.flickr import (
    API_KEY,
    API_SECRET,
    Emulator,
    demo_account,
    flickr_in_thread,
)
from photofs.emulators.flickr.sizes import original_url
from photofs.emulators.pictures import make_jpeg


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """The demo account, where flickrapi looks for the service."""
    with flickr_in_thread(demo_account()) as running:
        services = running.url + "/services"
        monkeypatch.setattr(flickrapi.FlickrAPI, "REST_URL", services + "/rest/")
        monkeypatch.setattr(flickrapi.FlickrAPI, "UPLOAD_URL", services + "/upload/")
        steps = flickrapi.auth.OAuthFlickrInterface
        for name in ("request_token", "authorize", "access_token"):
            monkeypatch.setattr(steps, f"{name.upper()}_URL", f"{services}/oauth/{name}")
        yield running
        steps.session.close()


def test_login_read_and_upload(emulator: Emulator) -> None:
    """Logging in by code, listing albums and uploading work with a client that is not ours."""
    flickr = flickrapi.FlickrAPI(API_KEY, API_SECRET, store_token=False, format="etree")
    flickr.get_request_token("oob")
    page = flickr.auth_url("write")
    wish = dict(parse_qsl(urlsplit(page).query))
    consent = {**wish, "answer": "approve"}
    told = httpx2.post(page.partition("?")[0], data=consent, trust_env=False, timeout=60).text
    code = re.search(r'id="code">([^<]+)', told)
    assert code
    flickr.get_access_token(code[1])
    albums = flickr.photosets.getList()
    assert [a.find("title").text for a in albums[0]][1] == "Japan / Tokyo"
    data = make_jpeg(99)
    title = "Ä & ü + ~*'()"
    flickr.upload("x.jpg", fileobj=io.BytesIO(data), title=title, tags='"a b" c', is_public="0")
    photo = emulator.account.stream()[0]
    assert (photo.title, [t.raw for t in photo.tags], photo.public) == (title, ["a b", "c"], False)
    file = httpx2.get(original_url(emulator.url, photo), trust_env=False, timeout=60)
    assert file.content == data
