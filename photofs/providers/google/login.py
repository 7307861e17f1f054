"""Logging in: OAuth 2.0 with the user's own client, PKCE and state (google.md 2.3), in three steps.

`begin` makes an address at which the account's owner says yes; the browser brings a code back to a
port of this machine, or the owner pastes the address that it was sent to; `finish` makes a login of
it. `login` is all three. Keeping the login, and refusing another account's, is the caller's.
"""

import base64
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from photofs.model.errors import Bug, Refused, Temporary
from photofs.providers.google import oauth
from photofs.providers.google.account import IDENTITY, PICK, READ, Stored
from photofs.providers.google.answers import LOGIN_AGAIN, OauthRefused
from photofs.providers.google.endpoint import GOOGLE, Endpoint
from photofs.providers.google.line import Line
from photofs.providers.google.oauth import Client
from photofs.providers.transport.loopback import (
    GIVEN,
    NOT_GIVEN,
    NOT_OURS,
    TIME_LIMIT,
    Judged,
    Query,
    open_loopback,
    query_of,
    same,
)

READ_TIMEOUT = 30.0

PASTES = 5
"""How often an address may be pasted before the command ends."""

FIRST_PORT, PORTS = 49152, 16384
"""The ports that nobody owns (RFC 6335): of a redirect that is pasted, where nobody listens."""

NO_ADDRESS = (
    "This is not the address to which the browser was sent: it begins with http://127.0.0.1:"
    " and holds state= and code=. Copy all of it."
)
OTHER_LOGIN = "This address is of another login. Open the address above, and paste what follows it."

AskAddress = Callable[[str], Awaitable[str]]


@dataclass(frozen=True, slots=True, repr=False)
class Pending:
    """A login that waits for the account's owner to open `url` and say yes.

    `state` is what the browser must bring back, `verifier` what proves that we asked.
    """

    url: str
    state: str
    verifier: str
    redirect: str
    scopes: frozenset[str]
    client: Client
    endpoint: Endpoint


@dataclass(frozen=True, slots=True, repr=False)
class Login:
    """What came of it: whose account it is, and what to keep in the store of secrets.

    `lacking`: scopes that were asked for and not granted. `lifetime`: seconds until the login ends,
    None where Google does not say.
    """

    email: str
    stored: Stored
    lacking: frozenset[str]
    lifetime: float | None


def begin(
    client: Client, scopes: Iterable[str], redirect: str, endpoint: Endpoint = GOOGLE
) -> Pending:
    """A login to ask for; no network is used."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    asked = frozenset(scopes)
    query = {
        "client_id": client.client_id,
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": " ".join([*IDENTITY, *sorted(asked)]),
        "state": state,
        "code_challenge": challenge.rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",
    }
    url = f"{endpoint.authorize}?{urlencode(query)}"
    return Pending(url, state, verifier, redirect, asked, client, endpoint)


async def finish(pending: Pending, code: str) -> Login:
    """The login for a code, which is good once.

    Raises Unauthorised, Temporary, or Refused if nothing of use was granted.
    """
    line = Line(READ_TIMEOUT)
    try:
        granted = await oauth.exchange(
            line,
            pending.endpoint,
            pending.client,
            code=code,
            redirect=pending.redirect,
            verifier=pending.verifier,
        )
    finally:
        line.close()
    return _login(pending, granted)


def _login(pending: Pending, granted: oauth.Granted) -> Login:
    if not granted.scopes & {READ, PICK}:
        raise Refused(
            "Google was asked for photos, and none of its boxes was ticked",
            safe="nothing was changed",
            remedy=f"{LOGIN_AGAIN}, and tick all boxes on Google's page",
        )
    if granted.refresh_token is None or granted.email is None:
        what = "a lasting login" if granted.refresh_token is None else "whose account it is"
        raise Temporary(f"Google did not give {what}", remedy=LOGIN_AGAIN)
    stored = Stored(
        client_id=pending.client.client_id,
        client_secret=pending.client.secret,
        refresh_token=granted.refresh_token,
        scopes=sorted(granted.scopes),
        email=granted.email,
        subject=granted.subject or "",
    )
    lacking = pending.scopes - granted.scopes
    return Login(granted.email, stored, lacking, granted.login_lifetime)


async def login(
    client: Client,
    scopes: Iterable[str],
    *,
    show: Callable[[str], object],
    ask_address: AskAddress | None = None,
    endpoint: Endpoint = GOOGLE,
    time_limit: float = TIME_LIMIT,
) -> Login:
    """All steps: `show` gets the address to open; with `ask_address` the owner pastes the answer.

    `ask_address` gets what was wrong with the address before, "" at first; it is asked `PASTES`
    times. Raises what the steps raise, and TimedOut if nobody comes back within `time_limit` s.
    """
    if ask_address is not None:
        port = FIRST_PORT + secrets.randbelow(PORTS)
        pending = begin(client, scopes, f"http://127.0.0.1:{port}/", endpoint)
        show(pending.url)
        return await finish(pending, await _pasted(pending, ask_address))
    async with open_loopback() as loopback:
        pending = begin(client, scopes, loopback.url, endpoint)
        show(pending.url)
        code = await loopback.wait(lambda query: judge(pending, query), time_limit)
        return await finish(pending, code)


def judge(pending: Pending, query: Query) -> Judged:
    """What the browser brings: a code for this login, a refusal of it, or something else."""
    if not same(query.get("state", ""), pending.state):
        return NOT_OURS
    if code := query.get("code"):
        return Judged("200 OK", GIVEN, code)
    word = query.get("error", "access_denied")
    refused = OauthRefused(word)
    outcome = Refused(refused.what, safe="nothing was changed", remedy=refused.remedy)
    return NOT_GIVEN._replace(outcome=outcome)


async def _pasted(pending: Pending, ask_address: AskAddress) -> str:
    """The code in the address that the owner pastes; Refused if they said no there."""
    wrong = ""
    for left in reversed(range(PASTES)):
        query = _query_in(await ask_address(wrong))
        judged = NOT_OURS if query is None else judge(pending, query)
        if isinstance(judged.outcome, Refused):
            raise judged.outcome
        if judged.outcome is not None:
            return judged.outcome
        wrong = NO_ADDRESS if query is None else OTHER_LOGIN
        if not left:
            raise Refused(wrong, safe="nothing was changed", remedy=LOGIN_AGAIN)
    raise Bug("a login by hand ended without an outcome")


def _query_in(address: str) -> Query | None:
    """What stands behind the path of a pasted address; None if it is none."""
    try:
        query = query_of(urlsplit(address.strip().strip("'\"")).query)
    except ValueError:
        return None
    return query if "state" in query else None
