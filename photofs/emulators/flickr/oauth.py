"""OAuth 1.0a with HMAC-SHA1 (RFC 5849) as the service checks it.

The signature is over the URL exactly as requested and every parameter: of the query, of the
Authorization header, of a form body, and (against the RFC) of a multipart body but for its file.
A failure is not an API error: it is HTTP 400 or 401 with `oauth_problem=...` as plain text.
"""

import hashlib
import hmac
import re
from base64 import b64encode
from typing import NamedTuple
from urllib.parse import quote, unquote

from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.habits import Habits
from photofs.emulators.flickr.state import Perms
from photofs.emulators.hosting.request import Pairs, Request, Response, text_response

_HEADER_PAIR = re.compile(r'\s*([^\s=,]+)="([^"]*)"\s*(?:,|$)')
ALWAYS_NEEDED = (
    "oauth_consumer_key",
    "oauth_signature_method",
    "oauth_signature",
    "oauth_timestamp",
    "oauth_nonce",
)


class Caller(NamedTuple):
    """Who asks: `nsid` and `perms` are None for a call that is not signed by a user's token."""

    api_key: str
    nsid: str | None = None
    perms: Perms | None = None
    token: str = ""


class Problem(Exception):
    """The signature, or something of it, is refused."""

    def __init__(self, status: int, problem: str, **more: str) -> None:
        """HTTP status, the problem's name and further parameters of the body."""
        super().__init__(problem)
        self.status = status
        self.text = "&".join([f"oauth_problem={problem}", *(f"{k}={v}" for k, v in more.items())])

    @property
    def response(self) -> Response:
        """What the client is told."""
        return text_response(self.status, self.text)


def encode(text: str) -> str:
    """Percent-encoding of RFC 5849 section 3.6."""
    return quote(text, safe="-._~")


def base_string(verb: str, url: str, parameters: Pairs) -> str:
    """The text that is signed; `parameters` decoded, in any order, without oauth_signature."""
    pairs = sorted((encode(key), encode(value)) for key, value in parameters)
    joined = "&".join(f"{key}={value}" for key, value in pairs)
    return f"{verb.upper()}&{encode(url)}&{encode(joined)}"


def signature(base: str, consumer_secret: str, token_secret: str = "") -> str:
    """The HMAC-SHA1 signature of a base string, in base64."""
    key = f"{encode(consumer_secret)}&{encode(token_secret)}".encode()
    return b64encode(hmac.new(key, base.encode(), hashlib.sha1).digest()).decode()


def header_pairs(header: str) -> Pairs:
    """The parameters of an `Authorization: OAuth ...` header, decoded, `realm` left out."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "oauth":
        return []
    found = [(unquote(key), unquote(value)) for key, value in _HEADER_PAIR.findall(rest)]
    return [pair for pair in found if pair[0] != "realm"]


def all_pairs(request: Request) -> Pairs:
    """Every parameter that counts for the signature, and the signature itself."""
    return header_pairs(request.headers.get("authorization", "")) + request.query + request.form


def is_signed(request: Request) -> bool:
    """Whether the request carries anything of OAuth."""
    return any(key.startswith("oauth_") for key, _ in all_pairs(request))


class Checker:
    """Checks signatures; remembers the nonces it has seen."""

    def __init__(self, account: Account, habits: Habits) -> None:
        """Check against the account's keys and tokens."""
        self._account = account
        self._habits = habits
        self._nonces: set[tuple[str, str, str, str]] = set()

    def check_user(self, request: Request) -> Caller:
        """The user on whose behalf the request is signed; raises Problem."""
        given = dict(all_pairs(request))
        self._need(given, (*ALWAYS_NEEDED, "oauth_token"))
        self._consumer(given)
        token = self._account.state.tokens.get(given["oauth_token"])
        if token is None or token.api_key != given["oauth_consumer_key"]:
            raise Problem(401, "token_rejected")
        self.check(request, token.secret)
        return Caller(token.api_key, self._account.nsid, token.perms, token.token)

    def check(self, request: Request, token_secret: str, *needed: str) -> dict[str, str]:
        """The request's parameters, if it is signed with the consumer's and this secret."""
        pairs = all_pairs(request)
        given = dict(pairs)
        self._need(given, (*ALWAYS_NEEDED, *needed))
        consumer_secret = self._consumer(given)
        self._moment(given["oauth_timestamp"])
        signed = [pair for pair in pairs if pair[0] != "oauth_signature"]
        base = base_string(request.verb, request.base_url, signed)
        expected = signature(base, consumer_secret, token_secret)
        if not hmac.compare_digest(expected.encode(), given["oauth_signature"].encode()):
            raise Problem(401, "signature_invalid", debug_sbs=base)
        self._once(given)
        return given

    def _need(self, given: dict[str, str], names: tuple[str, ...]) -> None:
        absent = [name for name in names if name not in given]
        if absent:
            raise Problem(400, "parameter_absent", oauth_parameters_absent="%26".join(absent))
        if given["oauth_signature_method"] != "HMAC-SHA1":
            raise Problem(400, "signature_method_rejected")
        if given.get("oauth_version", "1.0") != "1.0":
            raise Problem(400, "version_rejected")

    def _consumer(self, given: dict[str, str]) -> str:
        secret = self._account.state.keys.get(given["oauth_consumer_key"])
        if secret is None:
            raise Problem(401, "consumer_key_unknown")
        return secret

    def _moment(self, timestamp: str) -> None:
        tolerance = self._habits.clock_tolerance
        if not timestamp.isdecimal():
            raise Problem(400, "parameter_rejected", oauth_parameters_rejected="oauth_timestamp")
        if tolerance is not None and abs(self._account.clock() - int(timestamp)) > tolerance:
            raise Problem(401, "timestamp_refused")

    def _once(self, given: dict[str, str]) -> None:
        used = (
            given["oauth_consumer_key"],
            given.get("oauth_token", ""),
            given["oauth_timestamp"],
            given["oauth_nonce"],
        )
        if self._habits.check_nonces and used in self._nonces:
            raise Problem(401, "nonce_used")
        self._nonces.add(used)
