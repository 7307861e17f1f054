"""Bytes to Google, by its own upload protocol; what comes back is a token for them (google.md 2.9).

Short files go in one request, long ones by a session that goes on from the byte that has arrived,
after a broken line as after a kill -9. Sending bytes twice makes nothing twice.
"""

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import trio

from photofs.model.errors import Quota, Refused, RemoteError, Temporary, Unauthorised
from photofs.model.verdict import Verdict
from photofs.providers.google.answers import KEPT, LOGIN_AGAIN, Failure, NoLogin, garbled, refusal
from photofs.providers.google.api import Api, wait_for_place
from photofs.providers.google.endpoint import key_of
from photofs.providers.google.kinds import NOT_SENT
from photofs.providers.google.line import Reply
from photofs.providers.google.oauth import in_thread
from photofs.providers.google.outgoing import Cargo, opened
from photofs.providers.google.unfinished import Unfinished
from photofs.providers.google.upload_line import UploadLine
from photofs.providers.port import Sent
from photofs.providers.transport.pace import tell, verdict_of
from photofs.providers.transport.retrying import Retrying

RAW_BELOW = 16 * 2**20
"""Bytes from which on a file goes by a session. Nearly all photos are shorter: a session would cost
them two of the day's 10,000 requests instead of one, and what a broken line costs them without one
are 16 s at 1 MB/s."""

AT_ONCE = 4
"""Files on the line at once; each holds a connection and a thread."""

TRIES = 4
"""Requests that fail one after the other, with nothing arriving, before an upload is put off."""

PACE = Retrying(tries=TRIES, first_wait=1.0, deadline=600.0)
LONGEST_WAIT = 60.0
"""Seconds; who is told to wait longer puts the upload off."""

OK, NOT_FOUND, GONE, BAD = 200, 404, 410, 400
MISPLACED = frozenset({409, 412})
STATUS, RECEIVED = "x-goog-upload-status", "x-goog-upload-size-received"
LONGEST_TOKEN = 8192


class _Over(Exception):
    """The session is no more."""


class Answered(NamedTuple):
    """How far a session is: `at` bytes are there; `token`: all of them."""

    at: int
    token: str | None = None


class Bytes:
    """Sends the bytes of one account."""

    def __init__(
        self, api: Api, line: UploadLine, notes: Unfinished, raw_below: int = RAW_BELOW
    ) -> None:
        """Nothing is sent yet."""
        self._raw_below = raw_below
        self._api = api
        self._line = line
        self._notes = notes
        self._limiter = trio.CapacityLimiter(AT_ONCE)
        self._threads = trio.CapacityLimiter(AT_ONCE)
        self._key = key_of(api.endpoint.calls_key, api.tokens.client_id)

    async def token(self, key: str, cargo: Cargo, sent: Sent) -> str:
        """The token for the bytes of an upload, noted.

        Raises Temporary, Unauthorised, Quota, Refused, Corrupt.
        """
        async with self._limiter:
            if cargo.size < self._raw_below:
                token = await self._raw(cargo, sent)
            else:
                token = await self._by_session(key, cargo, sent)
        self._notes.token(key, cargo.mark, token)
        return token

    async def _raw(self, cargo: Cargo, sent: Sent) -> str:
        headers = {
            "content-type": "application/octet-stream",
            "x-goog-upload-content-type": cargo.mime,
            "x-goog-upload-protocol": "raw",
        }
        url = self._api.endpoint.uploads
        for last in (*[False] * (TRIES - 1), True):
            try:
                return _token(await self._post(url, headers, cargo, 0, sent))
            except Failure as error:
                raise _declined(error) from error
            except Temporary as error:
                if last:
                    raise
                await self._pause(error, 1)
        raise garbled()

    async def _by_session(self, key: str, cargo: Cargo, sent: Sent) -> str:
        noted = self._notes.get(key, cargo.mark)
        session, at, fails = None if noted is None else noted.session, 0, 0
        known = False
        while True:
            try:
                if session is None:
                    session, at, known = await self._start(key, cargo), 0, True
                elif not known:
                    answered = await self._ask(session)
                    if answered.token is not None:
                        return answered.token
                    fails = 0 if answered.at > at else fails
                    at, known = answered.at, True
                return await self._rest(session, cargo, at, sent)
            except _Over:
                session, fails = None, fails + 1
                if fails >= TRIES:
                    raise Temporary("Google lost the upload again and again", safe=KEPT) from None
            except Failure as error:
                raise _declined(error) from error
            except Temporary as error:
                known, fails = False, fails + 1
                if fails >= TRIES:
                    raise
                await self._pause(error, fails)

    async def _start(self, key: str, cargo: Cargo) -> str:
        """A new session's address."""
        headers = {
            "x-goog-upload-command": "start",
            "x-goog-upload-content-type": cargo.mime,
            "x-goog-upload-protocol": "resumable",
            "x-goog-upload-raw-size": str(cargo.size),
        }
        reply = await self._post(self._api.endpoint.uploads, headers)
        session = reply.headers.get("x-goog-upload-url", "")
        if not self._api.endpoint.hosts.allows(session):  # it would be shown the login
            raise Temporary("Google named no place of its own for an upload", safe=KEPT)
        self._notes.session(key, cargo.mark, session)
        return session

    async def _ask(self, session: str) -> Answered:
        """How far it is; _Over if it is no more."""
        if not self._api.endpoint.hosts.allows(session):
            raise _Over
        reply = await self._post(session, {"x-goog-upload-command": "query"})
        status = reply.headers.get(STATUS, "")
        if status == "final":
            # the reply to its last byte was lost; the same command again brings the token
            return Answered(0, _token(await self._post(session, _command("finalize", 0))))
        received = reply.headers.get(RECEIVED, "")
        if status != "active" or not (received.isascii() and received.isdecimal()):
            raise _Over
        return Answered(int(received))

    async def _rest(self, session: str, cargo: Cargo, at: int, sent: Sent) -> str:
        """All that is not there yet, in one request, as the service prefers it."""
        if at > cargo.size:
            raise _Over
        command = _command("upload, finalize" if at < cargo.size else "finalize", at)
        body = (cargo, at, sent) if at < cargo.size else ()
        reply = await self._post(session, command, *body)
        if reply.headers.get(STATUS, "final") != "final":
            raise Temporary("Google has not taken the whole file yet", safe=KEPT)
        return _token(reply)

    async def _pause(self, error: Temporary, fails: int) -> None:
        wait = PACE.wait_before(fails, error.retry_after)
        if wait > LONGEST_WAIT:
            raise error
        await trio.sleep(wait)

    async def _post(
        self,
        url: str,
        headers: Mapping[str, str],
        cargo: Cargo | None = None,
        at: int = 0,
        sent: Sent = lambda _sent: None,
    ) -> Reply:
        """The answer to one request, which is one of the day's; again under a new access token.

        Raises Failure, _Over, Temporary, Unauthorised, Quota, Corrupt.
        """
        for last in (False, True):
            await wait_for_place(self._api.pacer, self._key, PACE, person=False)
            token = await self._api.tokens.current()
            self._api.made += 1
            signed = {**headers, "authorization": f"Bearer {token}"}

            def post(signed: Mapping[str, str] = signed) -> Reply:
                if cargo is None:
                    return self._line.post(url, signed, None)
                with opened(cargo, at, sent) as body:
                    return self._line.post(url, signed, body)

            try:
                reply = await self._told(post, in_session=url != self._api.endpoint.uploads)
            except NoLogin as error:
                self._api.tokens.spoil(token)
                if last:
                    raise Unauthorised(error.what, safe=KEPT, remedy=LOGIN_AGAIN) from error
                continue
            if cargo is not None:
                sent(cargo.length)
            return reply
        raise garbled()

    async def _told(self, post: Callable[[], Reply], *, in_session: bool) -> Reply:
        """What the request gives; the pacer hears how it went."""
        pacer, key = self._api.pacer, self._key
        try:
            reply = _checked(await in_thread(post, self._threads), in_session=in_session)
        except Quota as error:
            tell(pacer, key, Verdict.FAILED, error.retry_after)
            raise
        except Temporary as error:
            tell(pacer, key, verdict_of(error), error.retry_after)
            raise
        except RemoteError:
            tell(pacer, key, Verdict.FINE)
            raise
        tell(pacer, key, Verdict.FINE)
        return reply


def _command(command: str, at: int) -> dict[str, str]:
    return {"x-goog-upload-command": command, "x-goog-upload-offset": str(at)}


def _checked(reply: Reply, *, in_session: bool) -> Reply:
    """The reply if it is a yes; _Over if the session is no more, or is not what we took it for."""
    if reply.status == OK:
        return reply
    if in_session and reply.status in MISPLACED:
        raise Temporary("Google awaits another byte of the upload", safe=KEPT)
    if in_session and reply.status in {BAD, NOT_FOUND, GONE}:
        raise _Over
    raise refusal(reply.status, reply.headers, reply.body, time.time())


def _token(reply: Reply) -> str:
    """The token that a finished upload's answer consists of; Temporary if it is none."""
    try:
        token = reply.body.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise garbled() from error
    if not token or len(token) > LONGEST_TOKEN or not token.isprintable() or " " in token:
        raise garbled()
    return token


def _declined(error: Failure) -> Refused:
    """Google takes no such bytes."""
    said = f': "{error.message}"' if error.message else ""
    return Refused(
        f"Google does not take the file{said}",
        safe=NOT_SENT,
        remedy="look whether it can be opened, and copy it in in another format",
    )
