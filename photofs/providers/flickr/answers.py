"""Reading what the API answers: its JSON, its failures, and the ways in which it breaks both.

Failures come with status 200 and stat="fail"; OAuth's come as 400 or 401 with a form-encoded text;
in trouble there is HTML, XML where JSON was asked for, or JSON with a comma too many (flickr.md 1).
"""

import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qs

from photofs.model.errors import RemoteError, Temporary, Unauthorised
from photofs.providers.flickr.line import BadStatus
from photofs.providers.transport.retrying import Throttled, retry_after_of

Record = Mapping[str, object]

LOGIN_AGAIN = "photofs login flickr"
KEPT = "what is cached stays readable"
CALLBACK = re.compile(rb"\A\s*jsonFlickrApi\((.*)\)\s*;?\s*\Z", re.DOTALL)
JSON_FAIL = re.compile(r'"stat"\s*:\s*"fail"')
JSON_CODE = re.compile(r'"code"\s*:\s*"?(\d{1,6})')
XML_FAIL = re.compile(r'<rsp\b[^>]*\bstat="fail"')
XML_CODE = re.compile(r'<err\b[^>]*\bcode="(\d{1,6})"')

SLOW_DOWN = 429
OAUTH_STATUS = frozenset({400, 401})
# 0 and 201: the service is not available; 105: likewise; 106: a write failed.
PASSING = frozenset({0, 105, 106, 201})
REFUSED_CODES: dict[int, tuple[str, str]] = {
    95: ("Flickr wants an encrypted line", "use the service's https address"),
    96: ("Flickr does not accept the API secret", f"{LOGIN_AGAIN}, with the key's right secret"),
    97: ("Flickr does not accept the API secret", f"{LOGIN_AGAIN}, with the key's right secret"),
    98: ("the login to Flickr is not valid any more", LOGIN_AGAIN),
    99: ("the login to Flickr does not allow this", f"{LOGIN_AGAIN} --allow write (or delete)"),
    100: ("Flickr does not accept the API key", f"{LOGIN_AGAIN}, with a valid key"),
}
CLOCK = (
    "Flickr does not accept this machine's clock, which seems to be wrong",
    "set the clock (timedatectl set-ntp true), then try again",
)
OAUTH_PROBLEMS: dict[str, tuple[str, str]] = {
    "timestamp_refused": CLOCK,
    "signature_invalid": REFUSED_CODES[96],
    "consumer_key_unknown": REFUSED_CODES[100],
    "consumer_key_rejected": REFUSED_CODES[100],
    "permission_denied": REFUSED_CODES[99],
    "verifier_invalid": ("Flickr does not accept the code", LOGIN_AGAIN),
}
WRONG_CODE = frozenset({"verifier_invalid", "permission_unknown"})
"""At a login: the code is not the one that Flickr shows, or nobody has said yes yet."""
REQUEST_OVER = frozenset({"token_rejected", "token_used", "token_expired", "token_revoked"})
"""At a login: its address is good for no further try."""


class Failure(RemoteError):
    """The API says no to this very call; `code` means what the method's page says."""

    def __init__(self, code: int) -> None:
        """The service's own message is left out: it can name anything."""
        super().__init__(f"Flickr refused a request (code {code})")
        self.code = code


class OauthRefused(Unauthorised):
    """OAuth says no; `problem` is its word for why."""

    def __init__(self, problem: str) -> None:
        """Our sentence for it; the word itself is kept, and not told."""
        what, remedy = OAUTH_PROBLEMS.get(problem, REFUSED_CODES[98])
        super().__init__(what, safe=KEPT, remedy=remedy)
        self.problem = problem


def read_answer(body: bytes) -> Record:
    """The answer's payload; raises Failure, Unauthorised or Temporary."""
    bare = CALLBACK.match(body)
    text = (bare[1] if bare else body).decode("utf-8", "replace")
    try:
        answer: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _broken(text) from error
    if not isinstance(answer, dict):
        raise _garbled()
    if answer.get("stat") == "fail":
        raise failure(_code(str(answer.get("code"))))
    if answer.get("stat") != "ok":
        raise _garbled()
    return answer


def _code(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0


def _broken(text: str) -> RemoteError:
    """What an answer says that is no JSON; a failure's code may still be readable in it."""
    head = text[:4096]
    for fails, code in ((JSON_FAIL, JSON_CODE), (XML_FAIL, XML_CODE)):
        if fails.search(head) and (found := code.search(head)):
            return failure(int(found[1]))
    return _garbled()


def _garbled() -> Temporary:
    return Temporary("Flickr's answer cannot be understood", safe=KEPT)


def failure(code: int) -> RemoteError:
    """Our error for a failure code of the REST API."""
    if code in PASSING:
        return Temporary("Flickr says that it is not available now", safe=KEPT)
    if code in REFUSED_CODES:
        what, remedy = REFUSED_CODES[code]
        return Unauthorised(what, safe=KEPT, remedy=remedy)
    return Failure(code)


def bad_status(error: BadStatus) -> RemoteError:
    """Our error for an answer other than 200."""
    retry_after = retry_after_of(error.retry_after)
    if error.status == SLOW_DOWN:
        return Throttled("Flickr asks us to slow down", safe=KEPT, retry_after=retry_after)
    problem = parse_qs(error.body.strip()).get("oauth_problem", [""])[0]
    if error.status in OAUTH_STATUS and problem:
        return oauth_problem(problem)
    what = f"Flickr has trouble of its own (status {error.status})"
    return Temporary(what, safe=KEPT, retry_after=retry_after)


def oauth_problem(problem: str) -> RemoteError:
    """Our error for an oauth_problem."""
    if problem == "nonce_used":
        return Temporary("Flickr took a request for a repetition", safe=KEPT)
    return OauthRefused(problem)
