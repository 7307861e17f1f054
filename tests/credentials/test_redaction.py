"""No secret and no control character leaves by a log line."""

import io
import json
import logging
import string
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from photofs.credentials import open_secrets, redaction
from photofs.credentials.redaction import escape, redact

TOKENS = st.text(string.ascii_letters + string.digits + "-_.~", min_size=10, max_size=40)
HEX = st.text("0123456789abcdef", min_size=10, max_size=16)

SHAPES: tuple[Callable[[str], str], ...] = (
    lambda it: f"GET https://x/services/rest/?method=flickr.test&oauth_token={it}&page=2",
    lambda it: f"oauth_token=1&oauth_token_secret={it}&user_nsid=1%40N00",
    lambda it: "Authorization: OAuth " + f'oauth_nonce="1", oauth_signature="{quote(it)}"',
    lambda it: f"headers {{'Authorization': 'Bearer {it}', 'Accept': '*/*'}}",
    lambda it: f"headers [(b'authorization', b'Bearer {it}')]",
    lambda it: f"Cookie: session={it}; other=1",
    lambda it: f"Set-Cookie: cookie_session={it}; Path=/",
    lambda it: json.dumps({"access_token": it, "expires_in": 3600}),
    lambda it: json.dumps({"refresh_token": it}, indent=1),
    lambda it: repr({"client_secret": it, "a": 1}),
    lambda it: f"login failed: Token(oauth_token_secret={it!r})",
    lambda it: f'<photoid secret="{it}" originalsecret="{it}">1</photoid>',
    lambda it: f"https://127.0.0.1:40000/callback?state=1a2b3c&oauth_verifier={it}",
    lambda it: f"https://127.0.0.1:40000/callback?code={it}x&scope=a",
    lambda it: "debug_sbs=" + quote("POST&" + quote(urlencode({"oauth_token": it, "z": 1}))),
    lambda it: "POST&http%3A%2F%2Fx&" + quote(urlencode({"oauth_token": it, "z": 1})),
    lambda it: f"https://live.staticflickr.com/video/1/abcdef0123/720p.mp4?s={it}",
    lambda it: f"api_key={it}&api_sig={it}",
    lambda it: f"https://me:{it}@example.org/path",
    lambda it: f"oauth_token: {it}1",
    lambda it: f"renewed to ya29.{it}, for an hour",
    lambda it: f"the client's secret is GOCSPX-{it.replace('~', '').replace('.', '')}x",
    lambda it: f"GET https://lh3.googleusercontent.com/lr/{it}=d answered 403",
    lambda it: (
        f"POST https://photoslibrary.googleapis.com/v1/uploads?upload_id={it}&upload_protocol=x"
    ),
)


class Log:
    """A logger of its own, with a stream to look at."""

    def __init__(self) -> None:
        self._written = io.StringIO()
        self.logger = logging.Logger("test")  # noqa: LOG001 - one that no other test shares
        self.logger.addHandler(logging.StreamHandler(self._written))
        redaction.install(self.logger)

    @property
    def text(self) -> str:
        """All that was written."""
        return self._written.getvalue()


@pytest.fixture
def log() -> Log:
    """A redacted log."""
    return Log()


@given(TOKENS, st.sampled_from(SHAPES))
def test_no_token_survives(secret: str, shape: Callable[[str], str]) -> None:
    """Whatever token, in every shape in which one travels, is gone from the line."""
    line = shape(secret)
    assume(secret in line or quote(secret) in line)
    log = Log()
    log.logger.error("it failed: %s", line)
    assert secret not in log.text
    assert quote(secret) not in log.text


@given(HEX)
def test_addresses_of_private_photos_are_cut(secret: str) -> None:
    """Flickr's static addresses open private photos: their secrets go, the id stays."""
    for line in (
        f"https://live.staticflickr.com/65535/12345678901_{secret}_o.jpg",
        f"https://live.staticflickr.com/65535/12345678901_{secret}.jpg",
        f"http://127.0.0.1:8080/static/65535/12345678901_{secret}_b_d.jpg",
        f"https://www.flickr.com/photos/me/12345678901/play/orig/{secret}/",
        f"https://live.staticflickr.com/video/12345678901/{secret}/360p.mp4",
    ):
        assert secret not in redact(line)
        assert "12345678901" in redact(line)


@pytest.mark.parametrize("name", ["IMG_20190712_183005.jpg", "PXL_20230101_235959123.MP.jpg"])
def test_a_cameras_file_name_stays(name: str) -> None:
    """A day and a time look like Flickr's id and secret, and are none: the log names the photo."""
    assert redact(f"photo 7 (google/Dates/2019/2019-07/{name}): gone").count(name) == 1


def test_a_known_secret_is_cut_wherever_it_stands() -> None:
    """What passed through the store is removed also from the middle of prose or an address."""
    redaction.hide('{"token": "canary+1/2=x", "secret": "canary-three"}')
    for line in ("got canary-three!", "at /a/canary%2B1%2F2%3Dx/b", "canary+1/2=xcanary-three"):
        assert "canary" not in redact(line)


def test_the_names_of_a_known_secrets_fields_stay_known() -> None:
    """After a login passed through the store, another one's fields are still recognised."""
    redaction.hide('{"token_secret": "canary-known", "token": "canary-also"}')
    assert "canary" not in redact("oauth_token_secret=canary-unknown&page=2")


def test_the_store_hides_what_it_gives(tmp_path: Path, log: Log) -> None:
    """A secret put or got is redacted from then on."""
    open_secrets(tmp_path, environ={}).put("one", "canary-4d1f00aa")
    log.logger.warning("what is canary-4d1f00aa doing here")
    assert "canary" not in log.text


def test_tracebacks_are_redacted(log: Log) -> None:
    """A traceback keeps its lines and loses its secrets; arguments of the record are gone."""
    try:
        int("/rest?oauth_token=canary-99aa88bb&page=1\x1b[2J")
    except ValueError:
        log.logger.exception("it failed with %s", {"oauth_token": "canary-99aa88bb"})
    assert "canary" not in log.text
    assert "\x1b" not in log.text
    assert "Traceback (most recent call last):\n" in log.text
    assert "/rest?oauth_token=<removed>&page=1\\x1b[2J" in log.text


def test_children_are_redacted_through_the_handlers(log: Log) -> None:
    """A record of a logger below, which passes only the handlers, is redacted, too."""
    child = logging.Logger("test.below")  # noqa: LOG001 - one that no other test shares
    child.parent = log.logger
    child.warning("secret=%s", "canary-1234")
    assert log.text == "secret=<removed>\n"


def test_a_title_cannot_forge_a_line(log: Log) -> None:
    """Line feeds and escapes of a title are shown, not obeyed."""
    log.logger.warning("renamed to %s", "x\n2026 ERROR all is lost\x1b]0;mine\x07")
    assert log.text == "renamed to x\\n2026 ERROR all is lost\\x1b]0;mine\\x07\n"


def test_a_broken_record_is_still_written(log: Log) -> None:
    """Arguments that do not fit the message are shown, redacted, without an exception."""
    arguments = ("api_key=canary-55",)
    log.logger.warning("one %s two %s", *arguments)
    assert "one %s two %s" in log.text
    assert "canary" not in log.text


def test_installing_twice_is_once() -> None:
    """A second install adds nothing."""
    log = Log()
    redaction.install(log.logger)
    assert len(log.logger.filters) == 1


@pytest.mark.parametrize(
    "line",
    [
        "stat=fail code=201 Sorry, the service is not available",
        'HTTP 404, {"stat": "fail", "code": 98, "message": "Invalid auth token"}',
        "oauth_problem=timestamp_refused",
        "library added: Summer 2019 / Rome (12345678@N00), 4,711 photos",
        "~/photos/me/Dates/2019/2019-07/IMG_1234.jpg is ready",
        "scan took 12.5 s; state is fine",
    ],
)
def test_what_helps_stays(line: str) -> None:
    """Lines without a secret are not touched: a log that says nothing helps nobody."""
    assert escape(redact(line)) == line


@given(st.text())
def test_no_control_character_survives(title: str) -> None:
    """A title cannot move a terminal's cursor, forge a line, or turn reading direction."""
    shown = escape(title)
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u202e\u2066\u200f" for c in shown)
    assert "\n" not in shown
