"""Logging in: OAuth 1.0a with the user's own key (flickr.md 1.3), in three steps.

`begin` gets an address at which the account's owner says yes, the owner brings back a verifier (by
a `Callback`, or by hand), `finish` makes a login of it. `login` is all three. Keeping the login,
and refusing another account's, is the caller's.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import flickrapi
import trio

from photofs.model.errors import Bug, Misconfigured, Refused, Temporary, Unauthorised
from photofs.providers.flickr.account import PERMISSIONS, Stored
from photofs.providers.flickr.answers import (
    LOGIN_AGAIN,
    REQUEST_OVER,
    WRONG_CODE,
    OauthRefused,
    Record,
    read_answer,
)
from photofs.providers.flickr.api import FOR_PEOPLE, translated
from photofs.providers.flickr.callback import Callback, open_callback
from photofs.providers.flickr.endpoint import FLICKR, Endpoint
from photofs.providers.flickr.line import Line, flickrapi_on
from photofs.providers.flickr.values import text
from photofs.providers.transport.loopback import TIME_LIMIT

BY_HAND = "oob"
"""The callback of a login whose code is typed in: "out of band"."""

READ_TIMEOUT = 30.0

CODES = 5
"""How often a code may be typed in before the command ends."""

AGAIN = "Flickr does not accept this code. Say yes on its page, and type in the code shown there."
ANEW = "Flickr accepts no more codes for the address before. Open the new one, and say yes there."

Answer = TypeVar("Answer")
AskCode = Callable[[str], Awaitable[str]]


@dataclass(frozen=True, slots=True, repr=False)
class Pending:
    """A login that waits for the account's owner to open `url` and say yes.

    `token` is what the browser must bring back together with the verifier.
    """

    url: str
    token: str
    permissions: str
    key: str
    secret: str
    api: flickrapi.FlickrAPI
    line: Line

    def close(self) -> None:
        """Give the connections back; `finish` does it too."""
        self.line.close()


@dataclass(frozen=True, slots=True, repr=False)
class Login:
    """What came of it: whose account it is, and what to keep in the store of secrets."""

    user: str
    username: str
    permissions: str
    stored: Stored


async def begin(
    key: str,
    secret: str,
    *,
    endpoint: Endpoint = FLICKR,
    callback: str = BY_HAND,
    permissions: str = "read",
) -> Pending:
    """Ask for a request token. Raises Unauthorised (key, secret or clock), Temporary."""
    if permissions not in PERMISSIONS:
        raise Misconfigured(f"permissions are one of {', '.join(PERMISSIONS)}")
    line = Line(READ_TIMEOUT)
    api = flickrapi_on(line, endpoint, key.strip(), secret.strip())

    async def once() -> str:
        return await _in_thread(lambda: _request_token(api, callback, permissions))

    try:
        url = await FOR_PEOPLE.run(once, "asking Flickr for a login")
    except BaseException:
        line.close()
        raise
    token: str = api.flickr_oauth.resource_owner_key
    return Pending(url, token, permissions, key.strip(), secret.strip(), api, line)


async def finish(pending: Pending, verifier: str) -> Login:
    """The login. Raises Unauthorised if the code is wrong, Refused if too little was allowed."""
    try:
        return await _exchange(pending, verifier)
    finally:
        pending.close()


async def _exchange(pending: Pending, verifier: str) -> Login:
    # Once only: a verifier is used up by the first try, whether or not its answer arrives.
    await _in_thread(lambda: pending.api.get_access_token(_as_shown(verifier)))

    async def once() -> Record:
        return await _in_thread(lambda: read_answer(_check_token(pending.api)))

    return _login(pending, await FOR_PEOPLE.run(once, "asking Flickr what the login allows"))


def _as_shown(verifier: str) -> str:
    """A code of nine digits as Flickr shows it, 123-456-789; anything else as it came."""
    bare = re.sub(r"[\s-]", "", verifier)
    if re.fullmatch(r"[0-9]{9}", bare):
        return f"{bare[:3]}-{bare[3:6]}-{bare[6:]}"
    return verifier.strip()


async def login(
    key: str,
    secret: str,
    *,
    show: Callable[[str], object],
    ask_code: AskCode | None = None,
    endpoint: Endpoint = FLICKR,
    permissions: str = "read",
    time_limit: float = TIME_LIMIT,
) -> Login:
    """All steps: `show` gets the address to open; with `ask_code` the owner types the code in.

    `ask_code` gets what was wrong with the code before, "" at first. After a wrong one it is asked
    again, `CODES` times in all; if the address is good for no further try, `show` gets a new one.
    Raises what the steps raise, and TimedOut if nobody comes back within `time_limit` seconds.
    """
    if ask_code is not None:
        return await _by_hand(
            lambda: begin(key, secret, endpoint=endpoint, permissions=permissions), show, ask_code
        )
    async with open_callback() as callback:
        pending = await begin(
            key, secret, endpoint=endpoint, permissions=permissions, callback=callback.url
        )
        show(pending.url)
        return await finish(pending, await wait_for_callback(callback, pending, time_limit))


async def _by_hand(
    begin_one: Callable[[], Awaitable[Pending]], show: Callable[[str], object], ask_code: AskCode
) -> Login:
    """A login whose code is typed in, and perhaps mistyped.

    Whether a request token outlives a wrong verifier is not known of Flickr; both is provided for.
    """
    pending: Pending | None = None
    wrong = ""
    try:
        for left in reversed(range(CODES)):
            if pending is None:
                pending = await begin_one()
                show(pending.url)
            code = await ask_code(wrong)
            try:
                return await _exchange(pending, code)
            except OauthRefused as error:
                if not left or error.problem not in WRONG_CODE | REQUEST_OVER:
                    raise
                wrong = AGAIN if error.problem in WRONG_CODE else ANEW
                if error.problem in REQUEST_OVER:
                    pending.close()
                    pending = None
    finally:
        if pending is not None:
            pending.close()
    raise Bug("a login by hand ended without an outcome")


async def wait_for_callback(
    callback: Callback, pending: Pending, time_limit: float = TIME_LIMIT
) -> str:
    """The verifier that the browser brings; the pending login is closed if none comes."""
    try:
        return await callback.verifier(pending.token, time_limit)
    except BaseException:
        pending.close()
        raise


def _request_token(api: flickrapi.FlickrAPI, callback: str, permissions: str) -> str:
    api.get_request_token(oauth_callback=callback)
    url: str = api.auth_url(perms=permissions)
    return url


def _check_token(api: flickrapi.FlickrAPI) -> bytes:
    body: bytes = api.do_flickr_call("flickr.auth.oauth.checkToken")
    return body


async def _in_thread(call: Callable[[], Answer]) -> Answer:
    return await trio.to_thread.run_sync(lambda: translated(call), abandon_on_cancel=True)


def _login(pending: Pending, checked: Record) -> Login:
    token = pending.api.token_cache.token
    granted = _granted(checked)
    if PERMISSIONS.index(granted) < PERMISSIONS.index(pending.permissions):
        raise Refused(
            f'Flickr was asked for "{pending.permissions}" and the owner allowed "{granted}"',
            remedy=LOGIN_AGAIN,
        )
    if not token.user_nsid:
        raise Temporary("Flickr did not say whose account it is", remedy=LOGIN_AGAIN)
    stored = Stored(
        key=pending.key,
        secret=pending.secret,
        token=token.token,
        token_secret=token.token_secret,
        permissions=granted,
        username=token.username,
    )
    return Login(token.user_nsid, token.username, granted, stored)


def _granted(checked: Record) -> str:
    oauth = checked.get("oauth")
    granted = text(oauth.get("perms")) if isinstance(oauth, dict) else None
    if granted not in PERMISSIONS:
        raise Unauthorised("Flickr does not say what the login allows", remedy=LOGIN_AGAIN)
    return granted
