"""The access token of the moment: renewed before it ends, and when the service refuses it."""

from collections.abc import Callable

import trio

from photofs.providers.google import oauth
from photofs.providers.google.account import Stored
from photofs.providers.google.answers import OauthRefused
from photofs.providers.google.endpoint import Endpoint
from photofs.providers.google.line import Line
from photofs.providers.transport.retrying import Retrying

FOR_PEOPLE = Retrying(deadline=60.0)

EARLY = 60.0
"""Seconds before its end from which on a token is not used any more."""


class Tokens:
    """One login's; tasks may ask at once, and only one of them renews. Nothing is kept on disk."""

    def __init__(
        self, line: Line, endpoint: Endpoint, stored: Stored, reread: Callable[[], Stored]
    ) -> None:
        """There is no access token yet.

        `reread`, in a thread, gives the login as it is now: somebody may have logged in again.
        """
        self._line = line
        self._endpoint = endpoint
        self._stored = stored
        self._reread = reread
        self._renewing = trio.Lock()
        self._token: str | None = None
        self._ends = 0.0

    @property
    def client_id(self) -> str:
        """Of the user's own OAuth client."""
        return self._stored.client_id

    async def current(self) -> str:
        """A token that is good now. Raises Unauthorised if the login has ended, Temporary."""
        async with self._renewing:
            if self._token is None or trio.current_time() >= self._ends:
                granted = await FOR_PEOPLE.run(self._renew, "renewing the login to Google")
                self._token = granted.access_token
                self._ends = trio.current_time() + granted.lifetime - EARLY
            return self._token

    def spoil(self, token: str) -> None:
        """The service refused this one: the next is another."""
        if token == self._token:
            self._token = None

    async def _renew(self) -> oauth.Granted:
        try:
            return await self._renewed_by(self._stored)
        except OauthRefused:
            now = await trio.to_thread.run_sync(self._reread, abandon_on_cancel=True)
            if now.refresh_token == self._stored.refresh_token:
                raise
            self._stored = now
        return await self._renewed_by(now)

    async def _renewed_by(self, stored: Stored) -> oauth.Granted:
        return await oauth.renew(self._line, self._endpoint, stored.client, stored.refresh_token)
