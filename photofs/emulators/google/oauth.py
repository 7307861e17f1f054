"""OAuth 2.0 for installed apps as Google does it: consent, codes with PKCE, tokens, revocation."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode, urlsplit

from photofs.emulators.google.account import Account
from photofs.emulators.google.errors import json_response, no_login
from photofs.emulators.google.habits import Habits
from photofs.emulators.google.state import SCOPE, App, Grant
from photofs.emulators.hosting.request import Request, Response, text_response

HTML = "text/html; charset=utf-8"
CODE_LIFETIME = 600.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
IN_FULL = {"email": SCOPE + "userinfo.email", "profile": SCOPE + "userinfo.profile"}
"""Scopes that are granted under a longer name than they are asked for."""


@dataclass
class Code:
    """What an authorization code stands for, once."""

    client_id: str
    redirect: str
    challenge: str
    scopes: list[str]
    offline: bool
    ends: float


class TokenError(Exception):
    """The token endpoint refuses."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        """As RFC 6749, 5.2 has it."""
        super().__init__(description)
        self.response = json_response(
            {"error": error, "error_description": description}, status=status
        )


@dataclass(frozen=True)
class Caller:
    """Whose call it is, and what they may."""

    app: App
    scopes: frozenset[str]


class OAuth:
    """The paths /o/oauth2/v2/auth, /token and /revoke, and who an access token belongs to."""

    def __init__(self, account: Account, habits: Habits) -> None:
        """Logins to one account."""
        self._account = account
        self._habits = habits
        self._codes: dict[str, Code] = {}

    def caller(self, request: Request) -> Caller:
        """Who asks; ApiError 401 if nobody that is known."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        access = self._account.state.accesses.get(token) if kind.lower() == "bearer" else None
        if access is None or access.ends <= self._account.clock():
            raise no_login()
        grant = self._account.state.grants[access.refresh]
        if self._has_ended(grant):
            raise no_login()
        return Caller(self._account.state.apps[grant.client_id], frozenset(grant.scopes))

    def _has_ended(self, grant: Grant) -> bool:
        app = self._account.state.apps[grant.client_id]
        aged = self._account.clock() - grant.made >= self._habits.testing_lifetime
        return grant.revoked or (app.testing and aged)

    # Consent

    def authorize(self, request: Request) -> Response:
        """The consent page, and what follows once it was answered."""
        asked = request.arguments
        if asked.get("client_id") not in self._account.state.apps:
            return _page(401, "Error 401: invalid_client. The OAuth client was not found.")
        if objection := _objection(asked):
            return _page(400, f"Error 400: {objection}")
        redirect = asked["redirect_uri"]
        match asked.get("agree"):
            case "yes":
                return self._agreed(asked, redirect)
            case "no":
                return _redirected(redirect, asked, {"error": "access_denied"})
        return _page(200, _consent(asked))

    def _agreed(self, asked: dict[str, str], redirect: str) -> Response:
        ticked = [s for s in asked["scope"].split() if s not in self._habits.unticked]
        scopes = [IN_FULL.get(scope, scope) for scope in ticked]
        code = f"4/0{secrets.token_urlsafe(48)}"
        self._codes[code] = Code(
            client_id=asked["client_id"],
            redirect=redirect,
            challenge=asked.get("code_challenge", ""),
            scopes=scopes,
            offline=asked.get("access_type") == "offline" and asked.get("prompt") == "consent",
            ends=self._account.clock() + CODE_LIFETIME,
        )
        return _redirected(redirect, asked, {"code": code, "scope": " ".join(scopes)})

    # Tokens

    def token(self, request: Request) -> Response:
        """Exchange a code, or renew."""
        given = dict(request.form)
        try:
            app = self._app(given)
            match given.get("grant_type"):
                case "authorization_code":
                    return self._exchange(app, given)
                case "refresh_token":
                    return self._renew(app, given)
        except TokenError as error:
            return error.response
        return TokenError("unsupported_grant_type", "Invalid grant_type").response

    def _app(self, given: dict[str, str]) -> App:
        app = self._account.state.apps.get(given.get("client_id", ""))
        if app is None:
            raise TokenError("invalid_client", "The OAuth client was not found.", 401)
        if given.get("client_secret") != app.secret:
            raise TokenError("invalid_client", "Unauthorized", 401)
        return app

    def _exchange(self, app: App, given: dict[str, str]) -> Response:
        code = self._codes.pop(given.get("code", ""), None)
        if code is None or code.client_id != app.client_id or code.ends <= self._account.clock():
            raise TokenError("invalid_grant", "Malformed auth code.")
        if given.get("redirect_uri") != code.redirect:
            raise TokenError("redirect_uri_mismatch", "Bad Request")
        if code.challenge and code.challenge != challenge_of(given.get("code_verifier", "")):
            raise TokenError("invalid_grant", "Invalid code verifier.")
        grant = self._account.grant(code.scopes, app.client_id)
        return self._granted(grant, with_refresh=code.offline)

    def _renew(self, app: App, given: dict[str, str]) -> Response:
        grant = self._account.state.grants.get(given.get("refresh_token", ""))
        if grant is None or grant.client_id != app.client_id:
            raise TokenError("invalid_grant", "Bad Request")
        if self._has_ended(grant):
            raise TokenError("invalid_grant", "Token has been expired or revoked.")
        return self._granted(grant, with_refresh=False)

    def _granted(self, grant: Grant, *, with_refresh: bool) -> Response:
        access = self._account.access(grant, self._habits.access_lifetime)
        answer: dict[str, object] = {
            "access_token": access.token,
            "expires_in": int(self._habits.access_lifetime),
            "scope": " ".join(grant.scopes),
            "token_type": "Bearer",
        }
        if "openid" in grant.scopes:
            state = self._account.state
            answer["id_token"] = _id_token(grant, state.email, state.subject)
        if with_refresh:
            answer["refresh_token"] = grant.refresh
            if self._account.state.apps[grant.client_id].testing and self._habits.tells_login_end:
                answer["refresh_token_expires_in"] = int(self._habits.testing_lifetime)
        return json_response(answer)

    def revoke(self, request: Request) -> Response:
        """Give a token back."""
        token = request.arguments.get("token", "")
        access = self._account.state.accesses.get(token)
        grant = self._account.state.grants.get(access.refresh if access else token)
        if grant is None or grant.revoked:
            return TokenError("invalid_token", "Token expired or revoked").response
        self._account.revoke(grant)
        return json_response({})


def _id_token(grant: Grant, email: str, subject: str) -> str:
    """A JWT that says whose account it is (OpenID Connect Core 2), without a true signature."""
    told = {
        "iss": "https://accounts.google.com",
        "aud": grant.client_id,
        "sub": subject,
    }
    if IN_FULL["email"] in grant.scopes:
        told["email"] = email
    parts = ({"alg": "RS256", "typ": "JWT"}, told, "no signature")
    return ".".join(_base64(json.dumps(part).encode()) for part in parts)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a code verifier (RFC 7636, 4.2)."""
    return _base64(hashlib.sha256(verifier.encode("ascii", "replace")).digest())


def _objection(asked: dict[str, str]) -> str | None:
    """What is wrong with a wish for consent."""
    if not _is_loopback(asked.get("redirect_uri", "")):
        return "redirect_uri_mismatch"
    if asked.get("response_type") != "code" or not asked.get("scope"):
        return "invalid_request"
    if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
        return "invalid_request. Only S256 is taken."
    return None


def _is_loopback(redirect: str) -> bool:
    parts = urlsplit(redirect)
    return parts.scheme == "http" and parts.netloc.rpartition(":")[0] in LOOPBACK


def _redirected(redirect: str, asked: dict[str, str], more: dict[str, str]) -> Response:
    state = {"state": asked["state"]} if "state" in asked else {}
    target = f"{redirect}?{urlencode({**state, **more})}"
    return Response(status=302, headers=(("Location", target), ("Content-Type", HTML)))


def _consent(asked: dict[str, str]) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in asked.items()
    )
    ticks = "".join(f"<li>{escape(scope)}</li>" for scope in asked["scope"].split())
    return (
        "<h1>An app wants access to your Google Account</h1>"
        f"<ul>{ticks}</ul><form>{hidden}"
        '<button name="agree" value="yes">Continue</button>'
        '<button name="agree" value="no">Cancel</button></form>'
    )


def _page(status: int, body: str) -> Response:
    return text_response(status, f"<!doctype html><title>Sign in</title>{body}", HTML)
