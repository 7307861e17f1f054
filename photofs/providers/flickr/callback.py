"""Where the browser comes back to after the account's owner has said yes to a Flickr login.

Besides what transport/loopback.py demands: a path that nobody can guess, and our request token.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from photofs.model.errors import Refused
from photofs.providers.transport.loopback import (
    NOT_GIVEN,
    NOT_OURS,
    TIME_LIMIT,
    Judged,
    Loopback,
    Query,
    open_loopback,
    same,
)


class Callback:
    """Made by `open_callback`; `url` is what the service sends the browser back to."""

    def __init__(self, loopback: Loopback) -> None:
        self._loopback = loopback

    @property
    def url(self) -> str:
        """The whole address."""
        return self._loopback.url

    async def verifier(self, token: str, time_limit: float = TIME_LIMIT) -> str:
        """What the browser brings for the request token; Refused if the owner said no.

        Raises TimedOut.
        """

        def judge(query: Query) -> Judged:
            given, verifier = query.get("oauth_token", ""), query.get("oauth_verifier", "")
            if given and not same(given, token):
                return NOT_OURS
            if given and verifier:
                return Judged("200 OK", "photofs may now read this account.", verifier)
            refused = Refused("the permission was not given", remedy="photofs login flickr")
            return NOT_GIVEN._replace(outcome=refused)

        return await self._loopback.wait(judge, time_limit)


@asynccontextmanager
async def open_callback() -> AsyncIterator[Callback]:
    """A port of our own for one login."""
    async with open_loopback(f"/{secrets.token_urlsafe(24)}") as loopback:
        yield Callback(loopback)
