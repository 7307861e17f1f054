"""The three steps of a login: request token, the owner's consent in a browser, access token."""

from dataclasses import dataclass
from html import escape
from typing import get_args
from urllib.parse import urlencode, urlsplit

from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.habits import Habits
from photofs.emulators.flickr.oauth import Checker, Problem, all_pairs
from photofs.emulators.flickr.state import Perms
from photofs.emulators.flickr.words import hex_word
from photofs.emulators.hosting.request import Request, Response, text_response

HTML = "text/html; charset=utf-8"


@dataclass
class Wish:
    """A request token; `perms` are set once the owner has agreed; `wrong` codes came for it."""

    token: str
    secret: str
    callback: str
    api_key: str
    verifier: str = ""
    perms: Perms | None = None
    wrong: int = 0


class Login:
    """The paths under /services/oauth/."""

    def __init__(self, account: Account, checker: Checker, habits: Habits) -> None:
        """Logins to one account."""
        self._account = account
        self._habits = habits
        self._checker = checker
        self._wishes: dict[str, Wish] = {}

    def answer(self, request: Request) -> Response:
        """Answer one of the three steps; raises Problem."""
        steps = {
            "request_token": self._request_token,
            "authorize": self._authorize,
            "access_token": self._access_token,
        }
        step = steps.get(request.path.strip("/").rpartition("/")[2])
        return step(request) if step else text_response(404, "")

    def _request_token(self, request: Request) -> Response:
        given = self._checker.check(request, "", "oauth_callback")
        number = f"{int(hex_word(56), 16):017d}"[-17:]
        wish = Wish(
            token=f"{number}-{hex_word(64)}",
            secret=hex_word(64),
            callback=given["oauth_callback"],
            api_key=given["oauth_consumer_key"],
        )
        self._wishes[wish.token] = wish
        return _form(
            oauth_callback_confirmed="true", oauth_token=wish.token, oauth_token_secret=wish.secret
        )

    def _authorize(self, request: Request) -> Response:
        given = request.arguments
        wish = self._wishes.get(given.get("oauth_token", ""))
        perms = next((p for p in get_args(Perms) if p == given.get("perms")), None)
        if wish is None or perms is None:
            return _page("Oops! This authorisation cannot be made out.", status=400)
        if request.verb != "POST":
            return _page(_consent_form(wish, perms))
        if given.get("answer") != "approve":
            del self._wishes[wish.token]
            return _page("You did not authorise the application.")
        return self._approve(wish, perms)

    def _approve(self, wish: Wish, perms: Perms) -> Response:
        wish.perms = perms
        if wish.callback == "oob":
            digits = f"{int(hex_word(32), 16) % 10**9:09d}"
            wish.verifier = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
            return _page(f'Type this code: <b id="code">{wish.verifier}</b>')
        wish.verifier = hex_word(64)
        query = urlencode({"oauth_token": wish.token, "oauth_verifier": wish.verifier})
        join = "&" if urlsplit(wish.callback).query else "?"
        target = f"{wish.callback}{join}{query}"
        return text_response(302, "", HTML, ("Location", target))

    def _access_token(self, request: Request) -> Response:
        wish = self._wishes.get(dict(all_pairs(request)).get("oauth_token", ""))
        if wish is None:
            raise Problem(401, "token_rejected")
        given = self._checker.check(request, wish.secret, "oauth_token", "oauth_verifier")
        if wish.api_key != given["oauth_consumer_key"]:
            raise Problem(401, "token_rejected")
        if wish.perms is None or given["oauth_verifier"] != wish.verifier:
            wish.wrong += 1
            if wish.wrong > self._habits.wrong_codes:
                del self._wishes[wish.token]
            raise Problem(401, "verifier_invalid" if wish.perms else "permission_unknown")
        del self._wishes[wish.token]
        token = self._account.grant(wish.perms, wish.api_key)
        me = self._account.state.me
        return _form(
            fullname=me.realname,
            oauth_token=token.token,
            oauth_token_secret=token.secret,
            user_nsid=me.nsid,
            username=me.username,
        )


def _form(**pairs: str) -> Response:
    return text_response(200, urlencode(pairs))


def _page(inside: str, status: int = 200) -> Response:
    page = f"<!doctype html><html><head><title>Flickr, emulated</title></head><body>{inside}"
    return text_response(status, page + "</body></html>", HTML)


def _consent_form(wish: Wish, perms: Perms) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in (("oauth_token", wish.token), ("perms", perms))
    )
    return (
        f"<p>An application asks to {perms} your photos.</p>"
        f'<form method="post" action="/services/oauth/authorize">{hidden}'
        '<button name="answer" value="approve">OK, I\'ll authorise it</button>'
        '<button name="answer" value="deny">No thanks</button></form>'
    )
