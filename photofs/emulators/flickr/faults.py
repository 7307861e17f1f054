"""What can go wrong at Flickr alone; the rest is in photofs.emulators.hosting.faults.

- `Fails` is an error in the API's own form (HTTP 200), nothing is done;
- a `Page` falsifies a listing (empty though its total says otherwise, or an earlier page again).
"""

from dataclasses import dataclass
from typing import Literal

from photofs.emulators.hosting.faults import Answer, Effect

TOO_MANY = (
    b"<html><head><title>429 Too Many Requests</title></head>"
    b"<body><h1>429</h1>Slow down and try again later.</body></html>"
)
NOT_NOW = "Sorry, the Flickr API service is not currently available."


@dataclass(frozen=True, kw_only=True)
class Fails(Effect):
    """The call fails with an API error, in the form that was asked for."""

    code: int
    message: str


@dataclass(frozen=True, kw_only=True)
class Page(Effect):
    """A listing lies: `empty`, or `repeat` (the first page whatever page was asked for)."""

    lie: Literal["empty", "repeat"]


def too_many(retry_after: float | None = None) -> Answer:
    """HTTP 429 with its 117 bytes of HTML, with `Retry-After` in seconds if given."""
    more = () if retry_after is None else (("Retry-After", f"{retry_after:g}"),)
    return Answer(status=429, body=TOO_MANY, headers=more)


def unavailable() -> Fails:
    """Code 201, in the form that was asked for."""
    return Fails(code=201, message=NOT_NOW)


def unavailable_as_broken_json() -> Answer:
    """Code 201 as JSON with a comma too many, whatever form was asked for."""
    body = f'{{"stat":"fail","code":201,"message":"{NOT_NOW}",}}'
    return Answer(status=200, body=body.encode(), kind="application/json")


def login_failed() -> Fails:
    """Code 98: the token is not valid (any more)."""
    return Fails(code=98, message="Invalid auth token")


def token_rejected() -> Answer:
    """HTTP 401: the token was revoked."""
    return Answer(status=401, body=b"oauth_problem=token_rejected", kind="text/plain")


def clock_refused() -> Answer:
    """HTTP 401: the client's clock is wrong."""
    return Answer(status=401, body=b"oauth_problem=timestamp_refused", kind="text/plain")


def not_found() -> Answer:
    """HTTP 404 with an empty body, as the static host says it."""
    return Answer(status=404)


def empty_page() -> Page:
    """A listing's page is empty though its total is not 0."""
    return Page(lie="empty")


def repeat_page() -> Page:
    """A listing gives its first page again, under the number asked for."""
    return Page(lie="repeat")
