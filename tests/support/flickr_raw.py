"""A bare client of the emulated Flickr: it signs by RFC 5849 as the tests' authors read it.

It shares no line with the emulator nor with the product's own client, so that neither can hide a
mistake of the other.
"""

import base64
import hashlib
import hmac
import itertools
import time
import urllib.parse
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from photofs.emulators.flickr import API_KEY, API_SECRET, Account, Emulator
from photofs.emulators.flickr.habits import Habits
from photofs.emulators.flickr.serving import serve_flickr
from photofs.emulators.flickr.state import Perms, Token
from photofs.emulators.hosting.faults import Faults

_NUMBERS = itertools.count(1)


def percent(text: str) -> str:
    """RFC 5849 section 3.6, letter by letter."""
    unreserved = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    return "".join(chr(b) if b in unreserved else f"%{b:02X}" for b in text.encode())


def text_to_sign(verb: str, url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """RFC 5849 section 3.4.1."""
    encoded = sorted((percent(k), percent(v)) for k, v in pairs)
    normalised = "&".join(k + "=" + v for k, v in encoded)
    return "&".join((verb, percent(url), percent(normalised)))


def sign(text: str, consumer_secret: str, token_secret: str) -> str:
    """RFC 5849 section 3.4.2."""
    key = percent(consumer_secret) + "&" + percent(token_secret)
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha1)).decode()


def oauth(token: str | None = None, **more: str) -> dict[str, str]:
    """The protocol parameters of one request, without the signature."""
    given = {
        "oauth_consumer_key": API_KEY,
        "oauth_nonce": f"nonce{next(_NUMBERS)}",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(time.time())),
        "oauth_version": "1.0",
        **more,
    }
    return {**given, "oauth_token": token} if token is not None else given


def signed(
    verb: str, url: str, pairs: dict[str, str], token_secret: str = "", secret: str = API_SECRET
) -> dict[str, str]:
    """The parameters with their signature."""
    text = text_to_sign(verb, url, pairs.items())
    return {**pairs, "oauth_signature": sign(text, secret, token_secret)}


def header(pairs: dict[str, str]) -> dict[str, str]:
    """The parameters as an Authorization header."""
    inside = ", ".join(f'{percent(k)}="{percent(v)}"' for k, v in pairs.items())
    return {"Authorization": f'OAuth realm="nobody", {inside}'}


class RawClient:
    """Signed calls to one emulator with one token."""

    def __init__(self, emulator: Emulator, http: httpx2.AsyncClient, token: Token | None) -> None:
        """`token` None: calls go unsigned, with the API key alone."""
        self.emulator = emulator
        self.http = http
        self.token = token

    @property
    def rest(self) -> str:
        """The address of the API."""
        return self.emulator.url + "/services/rest/"

    def pairs(self, url: str, verb: str, plain: dict[str, str]) -> dict[str, str]:
        """Everything to send for a call."""
        if self.token is None:
            return {**plain, "api_key": API_KEY}
        now = str(int(self.emulator.account.clock()))
        protocol = oauth(self.token.token, oauth_timestamp=now)
        return signed(verb, url, {**plain, **protocol}, self.token.secret)

    async def get(self, method: str, **arguments: object) -> httpx2.Response:
        """A call by GET, asking for plain JSON unless told otherwise."""
        return await self.http.get(self.rest, params=self._all("GET", method, arguments))

    async def post(self, method: str, **arguments: object) -> httpx2.Response:
        """A call by POST, all in the form."""
        return await self.http.post(self.rest, data=self._all("POST", method, arguments))

    def _all(self, verb: str, method: str, arguments: dict[str, object]) -> dict[str, str]:
        plain = {"method": method, "format": "json", "nojsoncallback": "1"}
        plain |= {name: str(value) for name, value in arguments.items()}
        return self.pairs(self.rest, verb, plain)

    async def read(self, method: str, **arguments: object) -> Any:  # noqa: ANN401 - JSON
        """The JSON of a call by GET."""
        return (await self.get(method, **arguments)).json()

    async def write(self, method: str, **arguments: object) -> Any:  # noqa: ANN401 - JSON
        """The JSON of a call by POST."""
        return (await self.post(method, **arguments)).json()

    async def send_file(
        self, data: bytes | None, *, path: str = "/services/upload/", **fields: str
    ) -> httpx2.Response:
        """An upload: every field but the file is signed, though the body is multipart."""
        url = self.emulator.url + path
        form = self.pairs(url, "POST", fields)
        files = {} if data is None else {"photo": ("dummy name", data)}
        return await self.http.post(url, data=form, files=files or {"none": ("x", b"")})


@asynccontextmanager
async def raw_client(
    account: Account,
    *,
    perms: Perms | None = "delete",
    faults: Faults | None = None,
    habits: Habits | None = None,
) -> AsyncIterator[RawClient]:
    """An emulator with the account, and a client that may do what `perms` say."""
    async with (
        serve_flickr(account, faults=faults, habits=habits) as emulator,
        httpx2.AsyncClient(timeout=30.0, trust_env=False) as http,
    ):
        token = account.grant(perms) if perms else None
        yield RawClient(emulator, http, token)


def split_url(url: str) -> tuple[str, str]:
    """A URL's path and the last step of it."""
    path = urllib.parse.urlsplit(url).path
    return path, path.rpartition("/")[2]
