"""OAuth 2.0 for installed apps: codes and refresh tokens into access tokens (google.md 2.3)."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar
from urllib.parse import urlencode

import trio

from photofs.providers.google.answers import KEPT, Record, garbled, oauth_refusal, read_record
from photofs.providers.google.endpoint import Endpoint
from photofs.providers.google.line import FORM, Line
from photofs.providers.transport.session import translated

OK = 200

Answer = TypeVar("Answer")


class Client(NamedTuple):
    """The user's own OAuth client, of the desktop kind."""

    client_id: str
    secret: str

    def __repr__(self) -> str:
        """Nothing of its secret, for tracebacks and logs."""
        return "Client(...)"


class Granted(NamedTuple):
    """What the token endpoint gave. `lifetime` and `login_lifetime` are in seconds.

    `refresh_token` comes with a new login only; `login_lifetime` where the login has an end that
    is known; `email` where the scopes "openid email" were granted, `subject` (OpenID Connect's name
    of the account, which stays when the address changes) where "openid" was.
    """

    access_token: str
    lifetime: float
    scopes: frozenset[str]
    refresh_token: str | None = None
    login_lifetime: float | None = None
    email: str | None = None
    subject: str | None = None

    def __repr__(self) -> str:
        """Nothing of it, for tracebacks and logs."""
        return "Granted(...)"


async def in_thread(
    call: Callable[[], Answer], limiter: trio.CapacityLimiter | None = None
) -> Answer:
    """What `call` gives in a thread: who is cancelled leaves at once, and that ends by itself."""
    return await trio.to_thread.run_sync(
        lambda: translated(call, "Google", KEPT), abandon_on_cancel=True, limiter=limiter
    )


async def exchange(
    line: Line, endpoint: Endpoint, client: Client, *, code: str, redirect: str, verifier: str
) -> Granted:
    """Tokens for a code, once: it is used up by the first try."""
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "code_verifier": verifier,
    }
    return _granted(await _ask(line, endpoint.token, {**fields, **_of(client)}))


async def renew(line: Line, endpoint: Endpoint, client: Client, refresh_token: str) -> Granted:
    """Another access token. Raises OauthRefused, Temporary."""
    fields = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return _granted(await _ask(line, endpoint.token, {**fields, **_of(client)}))


async def revoke(line: Line, endpoint: Endpoint, token: str) -> None:
    """Give a login back at the service. Raises OauthRefused, Temporary."""
    await _ask(line, endpoint.revoke, {"token": token})


def _of(client: Client) -> dict[str, str]:
    return {"client_id": client.client_id, "client_secret": client.secret}


async def _ask(line: Line, url: str, fields: Mapping[str, str]) -> Record:
    """The answer to a form; an empty one is fine."""
    body = urlencode(fields).encode()
    reply = await in_thread(lambda: line.ask("POST", url, body, {"content-type": FORM}))
    if reply.status != OK:
        raise oauth_refusal(reply.status, reply.headers, reply.body)
    try:
        return read_record(json.loads(reply.body or b"{}"))
    except (ValueError, RecursionError) as error:
        raise garbled() from error


def _granted(answer: Record) -> Granted:
    token, scopes = answer.get("access_token"), answer.get("scope")
    if not isinstance(token, str) or not token:
        raise garbled()
    refresh = answer.get("refresh_token")
    claims = _claims_in(answer.get("id_token"))
    return Granted(
        token,
        _seconds(answer.get("expires_in")) or 0.0,
        frozenset(scopes.split()) if isinstance(scopes, str) else frozenset(),
        refresh if isinstance(refresh, str) else None,
        _seconds(answer.get("refresh_token_expires_in")),
        _text(claims, "email"),
        _text(claims, "sub"),
    )


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None


def _claims_in(id_token: object) -> Record:
    """Whose account it is.

    No signature is checked: it came from the service itself by TLS (OpenID Connect Core 3.1.3.7).
    """
    if not isinstance(id_token, str) or id_token.count(".") != 2:  # noqa: PLR2004 - a JWT has 3 parts
        return {}
    claims = id_token.split(".")[1]
    try:
        told: object = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _text(claims: Record, name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and value else None
