"""The line under flickrapi: requests, with limits of ours on time and size, and silent.

flickrapi (2.4.0) calls `post` on its session and nothing else. An answer other than 200 is raised
from here as `BadStatus`, before flickrapi would log its body (which can hold tokens) and lose the
status and Retry-After. Endpoints and session are set on the instance, never on flickrapi's classes:
two accounts in one process do not disturb each other.
"""

import logging
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple, Protocol

import flickrapi
from flickrapi.auth import FlickrAccessToken
from requests.auth import AuthBase

from photofs.providers.flickr.endpoint import Endpoint
from photofs.providers.transport.session import (
    CONNECT_TIMEOUT,
    PIECE,
    open_session,
    read_body,
)

# These write requests, tokens and signatures to the log at lower levels.
for _talkative in ("flickrapi", "requests_oauthlib", "oauthlib", "urllib3"):
    logging.getLogger(_talkative).setLevel(logging.CRITICAL + 1)

OK = 200

STALL_LIMIT = 60.0
"""Seconds, at most, in which a block of an upload must have gone out: 20 kbit/s manage that."""

ANSWER_PATIENCE = 4
"""How much longer than other calls an upload's answer may take: the picture is worked on first."""


class Account(NamedTuple):
    """The user's own key, and the token that the account's owner gave to it."""

    key: str
    secret: str
    token: str
    token_secret: str

    def __repr__(self) -> str:
        """Nothing of it, for tracebacks and logs."""
        return "Account(...)"


class BadStatus(Exception):
    """An answer that is not 200; `body` is its beginning."""

    def __init__(self, status: int, retry_after: str | None, body: str) -> None:
        """Keep what tells why; the text names the status alone."""
        super().__init__(f"status {status}")
        self.status = status
        self.retry_after = retry_after
        self.body = body


class Reply(NamedTuple):
    """What flickrapi needs of an answer."""

    status_code: int
    content: bytes


class Caller(Protocol):
    """What we use of a flickrapi.FlickrAPI, which has no types of its own."""

    def do_flickr_call(self, _method_name: str, **arguments: object) -> bytes:
        """The answer's body."""
        ...

    def upload(self, filename: str, fileobj: object, **arguments: object) -> bytes:
        """The answer's body; the file is sent as a stream."""
        ...

    def replace(self, filename: str, photo_id: str, fileobj: object, **arguments: object) -> bytes:
        """The same for other bytes of a photo."""
        ...


class Line:
    """What flickrapi takes for its session. One for each account; threads may share it."""

    def __init__(self, read_timeout: float) -> None:
        """Nothing is connected yet."""
        self._timeouts = (min(CONNECT_TIMEOUT, read_timeout), read_timeout)
        self._upload_timeouts = (min(STALL_LIMIT, 2 * read_timeout), ANSWER_PATIENCE * read_timeout)
        self._session = open_session()
        self.server_time: float | None = None

    def post(
        self,
        url: str,
        data: object = None,
        auth: AuthBase | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: object = None,
    ) -> Reply:
        """The answer to a signed POST; raises BadStatus, TooMuch, requests' and urllib3's.

        An upload comes with its `headers`, and gets the time that sending takes.
        """
        del timeout
        with self._session.post(
            url,
            data=data,  # type: ignore[arg-type] # a dict of str or a stream, made by flickrapi
            auth=auth,
            headers=headers,
            timeout=self._timeouts if headers is None else self._upload_timeouts,
            stream=True,
            allow_redirects=False,
        ) as response:
            body = read_body(response.raw)
        self._note_time(response.headers.get("date"))
        if response.status_code != OK:
            raise BadStatus(
                response.status_code,
                response.headers.get("retry-after"),
                body[:PIECE].decode("utf-8", "replace"),
            )
        return Reply(OK, body)

    def _note_time(self, date: str | None) -> None:
        try:
            self.server_time = None if date is None else parsedate_to_datetime(date).timestamp()
        except (ValueError, OverflowError):
            self.server_time = None

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()


def flickrapi_on(line: Line, endpoint: Endpoint, key: str, secret: str) -> flickrapi.FlickrAPI:
    """A flickrapi that speaks through our line, and keeps no token anywhere."""
    api = flickrapi.FlickrAPI(key, secret, format="json", store_token=False)
    api.REST_URL = endpoint.rest
    api.UPLOAD_URL = endpoint.upload
    api.REPLACE_URL = endpoint.replace
    api.flickr_oauth.session = line
    api.flickr_oauth.REQUEST_TOKEN_URL = endpoint.request_token
    api.flickr_oauth.AUTHORIZE_URL = endpoint.authorize
    api.flickr_oauth.ACCESS_TOKEN_URL = endpoint.access_token
    return api


def caller_for(line: Line, endpoint: Endpoint, account: Account) -> Caller:
    """The account's calls through flickrapi."""
    api = flickrapi_on(line, endpoint, account.key, account.secret)
    # The level is only what flickrapi would compare in the parts of it that we do not use.
    token = FlickrAccessToken(account.token, account.token_secret, "read")
    api.flickr_oauth.token = api.token_cache.token = token
    caller: Caller = api
    return caller
