"""The access token of the moment: renewed before it ends, and when the service refuses it."""

import logging
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import msgspec
import trio

from photofs.model.errors import PhotofsError, Unauthorised
from photofs.providers.google import oauth
from photofs.providers.google.account import Stored
from photofs.providers.google.answers import KEPT, LOGIN_AGAIN, OauthRefused
from photofs.providers.google.endpoint import Endpoint
from photofs.providers.google.line import Line
from photofs.providers.transport.retrying import Retrying

FOR_PEOPLE = Retrying(deadline=60.0)

log = logging.getLogger(__name__)

EARLY = 60.0
"""Seconds before its end from which on a token is not used any more."""


class LoginBook(NamedTuple):
    """Where the login is kept; both are called in a thread, for a desktop's keyring may ask.

    `reread` gives it as it is now: somebody may have logged in again. `learn` keeps whose it is.
    """

    reread: Callable[[], Stored]
    learn: Callable[[Stored, str], None]


class Tokens:
    """One login's; tasks may ask at once, and only one of them renews. Nothing is kept on disk."""

    def __init__(
        self, line: Line, endpoint: Endpoint, stored: Stored, book: LoginBook | None
    ) -> None:
        """There is no access token yet; without a `book` the login is what it is."""
        self._line = line
        self._endpoint = endpoint
        self._stored = stored
        self._book = book
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
            if self._book is None:
                raise
            now = await trio.to_thread.run_sync(self._book.reread, abandon_on_cancel=True)
            if now.refresh_token == self._stored.refresh_token:
                raise
            self._stored = now
        return await self._renewed_by(now)

    async def _renewed_by(self, stored: Stored) -> oauth.Granted:
        client, token = stored.client, stored.refresh_token
        granted = await oauth.renew(self._line, self._endpoint, client, token)
        if granted.subject is not None:
            await self._heed(stored, granted.subject)
        return granted

    async def _heed(self, stored: Stored, subject: str) -> None:
        """Whose login it is: kept if that was not known, Unauthorised if it is another's."""
        if stored.subject and stored.subject != subject:
            raise Unauthorised(
                f"the login that is kept for the Google account {stored.email} is another one's",
                safe=KEPT,
                remedy=LOGIN_AGAIN,
            )
        if not stored.subject and self._book is not None:
            learn = partial(self._book.learn, stored, subject)
            try:
                await trio.to_thread.run_sync(learn, abandon_on_cancel=True)
            except PhotofsError as error:  # a store that cannot be written: it is told again
                log.info("whose login it is cannot be kept: %s", error)
            self._stored = msgspec.structs.replace(stored, subject=subject)
