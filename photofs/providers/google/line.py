"""The line under google-api-python-client: requests, with limits of ours on time and size.

The client takes anything for its `http` that has httplib2's `request`. Ours is of requests, for
httplib2 (0.x) must not be shared by threads, reads answers of any length, and follows redirects
with the login's header. The client itself builds calls by our discovery documents, and reads JSON.
"""

import logging
from collections.abc import Mapping
from typing import NamedTuple

import httplib2
import requests

from photofs.providers.transport.session import CONNECT_TIMEOUT, open_session, read_body

# They write addresses, and parts of answers, to the log.
for _talkative in ("googleapiclient", "google", "google_auth_httplib2", "urllib3"):
    logging.getLogger(_talkative).setLevel(logging.CRITICAL + 1)

OVERRIDE = "x-http-method-override"
FORM = "application/x-www-form-urlencoded"


class Reply(NamedTuple):
    """An answer; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(
    session: requests.Session,
    verb: str,
    url: str,
    body: object,
    headers: Mapping[str, str],
    timeouts: tuple[float, float],
) -> Reply:
    """The answer to a request; raises TooMuch, requests' and urllib3's errors.

    `body`: bytes, or what is read block by block. `timeouts`: seconds to connect, and of silence.
    """
    with session.request(
        verb,
        url,
        data=body,  # type: ignore[arg-type] # requests takes whatever has `read` and a length
        headers=dict(headers),
        timeout=timeouts,
        stream=True,
        allow_redirects=False,
    ) as response:
        told = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, told, read_body(response.raw))


class Line:
    """One for each account; threads may share it."""

    def __init__(self, read_timeout: float) -> None:
        """Nothing is connected yet."""
        self._timeouts = (min(CONNECT_TIMEOUT, read_timeout), read_timeout)
        self._session = open_session()

    def ask(self, verb: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        """The answer to a request; raises as the function of that name."""
        return ask(self._session, verb, url, body, headers, self._timeouts)

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()


class Http:
    """What a call of the client goes through: the line, under an access token."""

    def __init__(self, line: Line, token: str) -> None:
        """For one call, or more while the token is good."""
        self._line = line
        self._token = token

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_unused: object,
    ) -> tuple[httplib2.Response, bytes]:
        """As httplib2.Http.request."""
        given = {name.lower(): value for name, value in (headers or {}).items()}
        data = body.encode() if isinstance(body, str) else body
        if OVERRIDE in given:
            # The client turns a GET of more than 2048 characters (27 ids) into a POST; whether
            # the service takes that is not known, and the documented form is short enough for it.
            method, uri, data = given.pop(OVERRIDE), f"{uri}?{(data or b'').decode()}", None
            given.pop("content-type", None)
        given.pop("content-length", None)
        given["authorization"] = f"Bearer {self._token}"
        reply = self._line.ask(method, uri, data or None, given)
        return httplib2.Response({**reply.headers, "status": str(reply.status)}), reply.body
