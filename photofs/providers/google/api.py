"""The one door to Google's API calls: paced, counted, tried again, bounded in time, errors ours.

google-api-python-client blocks, so that each call runs in a thread; who is cancelled leaves at
once, and the thread ends by itself within the line's time limits, its answer dropped. A call whose
access token has ended is made once more under a new one.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio
from googleapiclient.errors import Error as ClientError
from googleapiclient.errors import HttpError

from photofs.model.errors import Quota, RemoteError, Temporary, Unauthorised
from photofs.model.verdict import Verdict
from photofs.providers.google.account import Stored
from photofs.providers.google.answers import (
    KEPT,
    LOGIN_AGAIN,
    NoLogin,
    Record,
    garbled,
    is_for_the_day,
    read_record,
    refusal,
    used_up,
)
from photofs.providers.google.discovery import Service, open_service, request_of
from photofs.providers.google.endpoint import Endpoint, key_of
from photofs.providers.google.line import Http, Line
from photofs.providers.google.oauth import in_thread
from photofs.providers.google.tokens import LoginBook, Tokens
from photofs.providers.port import Pacer
from photofs.providers.transport import pace
from photofs.providers.transport.pace import tell, verdict_of
from photofs.providers.transport.retrying import Retrying, Throttled

THREADS = 4
FOR_PEOPLE = Retrying(deadline=60.0)
FOR_SCANS = Retrying(deadline=600.0, longest_wait=60.0)
FOR_CHANGES = Retrying(tries=4, deadline=120.0)


class Api:
    """The calls of one account to one of the APIs; made by `open_api`.

    `made` counts them, for each is one of the day's.
    """

    def __init__(
        self, service: Service, line: Line, tokens: Tokens, endpoint: Endpoint, pacer: Pacer
    ) -> None:
        library = service is Service.LIBRARY
        root = endpoint.library if library else endpoint.picker
        stem = endpoint.calls_key if library else endpoint.picker_key
        self.tokens = tokens
        self.line = line
        self.made = 0
        self.endpoint = endpoint
        self.pacer = pacer
        self._calls_key = key_of(stem, tokens.client_id)
        self._writes_key = key_of(endpoint.writes_key, tokens.client_id)
        self._client: Any = open_service(service, root, Http(line, ""))
        self._limiter = trio.CapacityLimiter(THREADS)
        self._writing = trio.Lock()

    async def call(self, method: str, arguments: Record, *, person: bool = False) -> Record:
        """The answer to a call that changes nothing, such as "mediaItems.list".

        Raises Failure (the call itself is refused), Temporary, Unauthorised, Quota.
        """
        policy = FOR_PEOPLE if person else FOR_SCANS

        async def once() -> Record:
            return await self._asked(method, arguments, policy, person=person)

        return await policy.run(once, "a request to Google")

    async def change(self, method: str, arguments: Record, *, again: bool = True) -> Record:
        """The answer to a call that changes something; one at a time, as the service wants it.

        After trouble it is made once more only if `again`; after "slow down" always, for then
        nothing was done. Raises as `call` does. After Temporary nobody knows whether it was done.
        """

        async def once() -> Record | Temporary:
            try:
                await wait_for_place(self.pacer, self._writes_key, FOR_CHANGES, person=False)
                return await self._asked(method, arguments, FOR_CHANGES, blame=self._writes_key)
            except Temporary as error:
                if again or isinstance(error, Throttled):
                    raise
                return error

        async with self._writing:
            outcome = await FOR_CHANGES.run(once, "a change at Google")
        if isinstance(outcome, Temporary):
            raise outcome
        return outcome

    async def _asked(
        self,
        method: str,
        arguments: Record,
        policy: Retrying,
        *,
        person: bool = False,
        blame: str | None = None,
    ) -> Record:
        """One call, and once more under a new access token if the first is refused.

        `blame`: the pacer's key that is slowed down if the service asks for it.
        """
        for last in (False, True):
            await wait_for_place(self.pacer, self._calls_key, policy, person=person)
            token = await self.tokens.current()
            self.made += 1
            try:
                return await self._reported(method, arguments, token, blame or self._calls_key)
            except NoLogin as error:
                self.tokens.spoil(token)
                if last:
                    raise Unauthorised(error.what, safe=KEPT, remedy=LOGIN_AGAIN) from error
        raise garbled()

    async def _reported(self, method: str, arguments: Record, token: str, blame: str) -> Record:
        """What the call gives; the pacer hears how it went."""
        try:
            answer = await self._once(method, arguments, token)
        except Quota as error:
            # closed until the day's end, and not slower after that
            tell(self.pacer, self._calls_key, Verdict.FAILED, error.retry_after)
            raise
        except Temporary as error:
            tell(self.pacer, blame, verdict_of(error), error.retry_after)
            raise
        except RemoteError:
            tell(self.pacer, blame, Verdict.FINE)
            raise
        tell(self.pacer, blame, Verdict.FINE)
        return answer

    async def _once(self, method: str, arguments: Record, token: str) -> Record:
        request = request_of(self._client, method, dict(arguments))
        http = Http(self.line, token)

        def execute() -> object:
            return request.execute(http=http, num_retries=0)

        try:
            return read_record(await in_thread(execute, self._limiter))
        except HttpError as error:
            headers = {str(name): str(value) for name, value in error.resp.items()}
            raise refusal(error.resp.status, headers, error.content, time.time()) from error
        except (ClientError, UnicodeError, ValueError, RecursionError) as error:
            raise garbled() from error


async def wait_for_place(pacer: Pacer, key: str, policy: Retrying, *, person: bool) -> None:
    """Wait for the key's next place; a wait until the day's end is Quota. See transport.pace."""
    try:
        await pace.wait_for_place(pacer, key, policy, person=person, service="Google")
    except Temporary as error:
        wait, now = error.retry_after or 0.0, time.time()
        if not is_for_the_day(wait, now):
            raise
        raise used_up(wait, now) from error


@asynccontextmanager
async def open_api(
    endpoint: Endpoint,
    stored: Stored,
    pacer: Pacer,
    read_timeout: float,
    service: Service = Service.LIBRARY,
    *,
    book: LoginBook | None = None,
) -> AsyncIterator[Api]:
    """The calls of an account, for the length of a block. `book`: see Tokens."""
    line = Line(read_timeout)
    tokens = Tokens(line, endpoint, stored, book)
    try:
        yield Api(service, line, tokens, endpoint, pacer)
    finally:
        line.close()
