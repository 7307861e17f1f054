"""What Google's noes mean: the APIs' error envelope and OAuth's, as errors of ours (google.md 2.4).

The service's own words are kept where a caller must tell one refusal from another, and are not
told to people: they can name anything.
"""

import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

from photofs.model.errors import Quota, RemoteError, Temporary, Unauthorised
from photofs.providers.google.endpoint import PACIFIC
from photofs.providers.transport.retrying import Throttled, retry_after_of

Record = Mapping[str, object]

LOGIN_AGAIN = "photofs login google"
KEPT = "what is cached stays readable, and nothing was changed at Google"
CONSOLE = "https://console.cloud.google.com/apis/library/{api}.googleapis.com"
PUBLISH = (
    "if its consent screen is in testing, logins end after 7 days: publish the app ("
    "https://console.cloud.google.com/auth/audience, Publish app), then log in again"
)

UNAUTHENTICATED = 401
FORBIDDEN = 403
SLOW_DOWN = 429
SERVER_TROUBLE = 500
TIMED_OUT = 408

HOUR = 3600.0
"""Seconds; who must wait longer waits for the day's end, and is told so."""

CLOSE_BY = 60.0
"""Seconds; a wait that ends so close to the day's end was begun for it."""

CALM_DOWN = 30.0
"""Seconds until another write after one too many (google.md 2.4)."""


class Failure(RemoteError):
    """The API says no to this very call.

    `status` is the envelope's word ("NOT_FOUND", "INVALID_ARGUMENT" ...), "" if it has none;
    `message` is the service's own, for telling refusals apart.
    """

    def __init__(self, status: str, message: str = "", code: int = 0) -> None:
        """The text names the status alone."""
        super().__init__(f"Google refused a request ({status or f'HTTP {code}'})", safe=KEPT)
        self.status = status
        self.message = message

    @property
    def not_there(self) -> bool:
        """Whether it says that there is no such thing."""
        return self.status == "NOT_FOUND"


class NoLogin(RemoteError):
    """The access token is not accepted: it has ended, or was taken back."""


def read_record(content: object) -> Record:
    """The JSON object of an answer; Temporary if it is none."""
    if not isinstance(content, dict):
        raise garbled()
    return content


def garbled() -> Temporary:
    """An answer that says nothing we know."""
    return Temporary("Google's answer cannot be understood", safe=KEPT)


def refusal(status: int, headers: Mapping[str, str], body: bytes, now_s: float) -> RemoteError:
    """Our error for an answer other than 2xx; `now_s` is the time, in unix seconds."""
    error = _envelope(body)
    message, word = _text(error, "message"), _text(error, "status")
    retry_after = retry_after_of(headers.get("retry-after"))
    if status == UNAUTHENTICATED:
        return NoLogin("Google does not accept the login", safe=KEPT, remedy=LOGIN_AGAIN)
    if status == SLOW_DOWN:
        return _too_much(message, error, retry_after, now_s)
    if status >= SERVER_TROUBLE or status == TIMED_OUT:
        what = f"Google has trouble of its own (status {status})"
        return Temporary(what, safe=KEPT, retry_after=retry_after)
    if status == FORBIDDEN:
        return _forbidden(message, word, error)
    return Failure(word, message, status)


def _envelope(body: bytes) -> Record:
    try:
        answer: object = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else {}


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _details(error: Record) -> Iterator[Record]:
    """The objects of an envelope's details."""
    details = error.get("details")
    yield from (
        (one for one in details if isinstance(one, dict)) if isinstance(details, list) else ()
    )


def _reasons(error: Record) -> set[str]:
    """All words for why: those of the details, and those of the older form."""
    errors = error.get("errors")
    older = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    return {_text(one, "reason") for one in (*_details(error), *older)}


def _limits(error: Record) -> set[str]:
    """The names of the quotas that were used up."""
    told = (one.get("metadata") for one in _details(error))
    return {_text(one, "quota_limit") for one in told if isinstance(one, dict)}


def _too_much(
    message: str, error: Record, retry_after: float | None, now_s: float
) -> Temporary | Quota:
    limits = _limits(error)
    if "per day" in message or any(limit.endswith("PerDay") for limit in limits):
        return used_up(seconds_to_reset(now_s), now_s)
    if "rite request" in message or any("Write" in limit for limit in limits):
        retry_after = max(retry_after or 0.0, CALM_DOWN)
    return Throttled("Google asks us to slow down", safe=KEPT, retry_after=retry_after)


def used_up(wait: float, now_s: float) -> Quota:
    """That the day's requests are used up, by the service's word; `wait` in seconds from now."""
    anew = datetime.fromtimestamp(now_s + wait, UTC)
    return Quota(
        "Google's limit of requests a day is used up for this project",
        safe=KEPT,
        remedy=f"it goes on by itself; they begin anew at {anew:%Y-%m-%d %H:%M} UTC,"
        f" in {math.ceil(wait / HOUR)} h",
        retry_after=wait,
    )


def is_for_the_day(wait: float, now_s: float) -> bool:
    """Whether who must wait so many seconds waits for the day's end, also in its last hour."""
    return wait >= min(HOUR, seconds_to_reset(now_s) - CLOSE_BY)


def seconds_to_reset(now_s: float) -> float:
    """How long until the day of the quotas ends."""
    there = ZoneInfo(PACIFIC)
    tomorrow = datetime.fromtimestamp(now_s, there).date() + timedelta(days=1)
    return datetime.combine(tomorrow, clock_time(), there).timestamp() - now_s


def _forbidden(message: str, word: str, error: Record) -> RemoteError:
    """403: too small a login, an API that is not switched on, or a thing of another client."""
    reasons = _reasons(error)
    off = {"SERVICE_DISABLED", "accessNotConfigured"} & reasons
    if off or "has not been used in project" in message:
        api = "photospicker" if "icker" in message else "photoslibrary"
        name = {"photospicker": "Picker", "photoslibrary": "Library"}[api]
        return Unauthorised(
            f"the Google Photos {name} API is not enabled in the project of your OAuth client",
            safe=KEPT,
            remedy=f"open {CONSOLE.format(api=api)}, choose that project, press Enable,"
            " and try again after some minutes",
        )
    if (
        "insufficient authentication scopes" in message
        or "ACCESS_TOKEN_SCOPE_INSUFFICIENT" in reasons
    ):
        return Unauthorised(
            "the login to Google does not allow this",
            safe=KEPT,
            remedy=f"{LOGIN_AGAIN}, and tick all boxes on Google's page",
        )
    return Failure(word, message, FORBIDDEN)


_OAUTH: dict[str, tuple[str, str]] = {
    "invalid_grant": (
        "the login to Google has ended: it expired, or was taken back",
        f"{LOGIN_AGAIN}; {PUBLISH}",
    ),
    "invalid_client": (
        "Google does not know this OAuth client (any more), or its secret is another one",
        f"{LOGIN_AGAIN}, with the client's file of today from https://console.cloud.google.com/auth/clients",
    ),
    "admin_policy_enforced": (
        "the organisation of this Google account does not allow the app",
        "ask its administrator, or use another account",
    ),
    "org_internal": (
        "the OAuth client is for members of one organisation only",
        "make the app's audience External in the Google Cloud console",
    ),
    "access_denied": ("the permission was not given", LOGIN_AGAIN),
    "invalid_scope": ("Google does not give one of the permissions asked for", LOGIN_AGAIN),
}
for _alias, _word in (
    ("deleted_client", "invalid_client"),
    ("unauthorized_client", "invalid_client"),
):
    _OAUTH[_alias] = _OAUTH[_word]


class OauthRefused(Unauthorised):
    """OAuth says no; `problem` is its word for why."""

    def __init__(self, problem: str) -> None:
        """Our sentence for it."""
        what, remedy = _OAUTH.get(problem, ("Google refused the login", LOGIN_AGAIN))
        super().__init__(what, safe="what is cached stays readable", remedy=remedy)
        self.problem = problem


def oauth_refusal(status: int, headers: Mapping[str, str], body: bytes) -> RemoteError:
    """Our error for an answer of the token endpoint other than 200 (RFC 6749, 5.2)."""
    if status == SLOW_DOWN or status >= SERVER_TROUBLE:
        what = f"Google has trouble of its own (status {status})"
        return Temporary(what, safe=KEPT, retry_after=retry_after_of(headers.get("retry-after")))
    try:
        answer: object = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    problem = answer.get("error") if isinstance(answer, dict) else None
    return OauthRefused(problem) if isinstance(problem, str) else garbled()
