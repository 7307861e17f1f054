"""The one door to Flickr's REST calls: paced, tried again, bounded in time, errors ours.

flickrapi blocks, so that each call runs in a thread; who is cancelled leaves at once, and the
thread ends by itself within the line's time limits, its answer dropped. Only what does no harm when
it comes twice is tried again: reads, and changes of one fact. Uploads are sent once.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import trio
from flickrapi import FlickrError

from photofs.model.errors import RemoteError, Temporary
from photofs.model.verdict import Verdict
from photofs.providers.flickr.answers import KEPT, Record, bad_status, read_answer
from photofs.providers.flickr.endpoint import Endpoint
from photofs.providers.flickr.line import Account, BadStatus, Caller, Line, caller_for
from photofs.providers.port import Pacer
from photofs.providers.transport import pace, session
from photofs.providers.transport.pace import tell, verdict_of
from photofs.providers.transport.retrying import Retrying

THREADS = 4
FOR_PEOPLE = Retrying(deadline=60.0)
FOR_SCANS = Retrying(deadline=600.0, longest_wait=60.0)
FOR_CHANGES = Retrying(tries=4, deadline=120.0)
ONCE = Retrying(tries=1, deadline=120.0)
UPLOADS = 4
"""Threads for uploads; they are others than those for calls, which take seconds and not hours."""

Answer = TypeVar("Answer")
Check = Callable[[Record], None]


class Api:
    """The calls of one account; made by `open_api`."""

    def __init__(self, line: Line, caller: Caller, pacer: Pacer, pace_key: str) -> None:
        self._line = line
        self._caller = caller
        self._pacer = pacer
        self._pace_key = pace_key
        self._limiter = trio.CapacityLimiter(THREADS)
        self._uploads = trio.CapacityLimiter(UPLOADS)

    @property
    def server_time(self) -> float | None:
        """The service's clock at the last answer, in unix seconds, if it told."""
        return self._line.server_time

    async def call(
        self, method: str, arguments: Record, *, person: bool = False, check: Check | None = None
    ) -> Record:
        """The answer's payload. `check` may raise Temporary if it is not plausible: asked again.

        Raises Failure (the call itself is refused), Temporary, Unauthorised, Quota.
        """
        policy = FOR_PEOPLE if person else FOR_SCANS

        async def once() -> Record:
            await wait_for_place(self._pacer, self._pace_key, policy, person=person)
            return await self._once(method, arguments, check)

        return await policy.run(once, "a request to Flickr")

    async def change(self, method: str, arguments: Record, *, again: bool = True) -> Record:
        """The answer to a call that changes something; after trouble once more only if `again`.

        Raises as `call` does. After Temporary nobody knows whether it was done.
        """
        policy = FOR_CHANGES if again else ONCE

        async def once() -> Record:
            await wait_for_place(self._pacer, self._pace_key, policy, person=False)
            return await self._once(method, arguments, None)

        return await policy.run(once, "a change at Flickr")

    async def send(
        self, work: Callable[[Caller], bytes], read: Callable[[bytes], Answer]
    ) -> Answer:
        """What `read` makes of the answer to an upload, which `work` sends, once, in a thread.

        Raises what `read` and `work` raise, and as `call` does. `work` may be abandoned in its
        thread, and should look there whether it was (trio.from_thread.check_cancelled).
        """
        await wait_for_place(self._pacer, self._pace_key, FOR_SCANS, person=False)

        async def once() -> Answer:
            return read(
                await trio.to_thread.run_sync(
                    lambda: translated(lambda: work(self._caller)),
                    abandon_on_cancel=True,
                    limiter=self._uploads,
                )
            )

        return await self._reported(once)

    async def _once(self, method: str, arguments: Record, check: Check | None) -> Record:
        async def once() -> Record:
            answer = read_answer(await self._in_thread(method, arguments))
            if check is not None:
                check(answer)
            return answer

        return await self._reported(once)

    async def _reported(self, call: Callable[[], Awaitable[Answer]]) -> Answer:
        """What the call gives; the pacer hears how it went."""
        try:
            answer = await call()
        except Temporary as error:
            tell(self._pacer, self._pace_key, verdict_of(error), error.retry_after)
            raise
        except RemoteError:
            tell(self._pacer, self._pace_key, Verdict.FINE)
            raise
        tell(self._pacer, self._pace_key, Verdict.FINE)
        return answer

    async def _in_thread(self, method: str, arguments: Record) -> bytes:
        return await trio.to_thread.run_sync(
            lambda: translated(lambda: self._caller.do_flickr_call(method, **arguments)),
            abandon_on_cancel=True,
            limiter=self._limiter,
        )


def translated(call: Callable[[], Answer]) -> Answer:
    """What `call` gives; the foreign errors of flickrapi, requests and urllib3 become ours."""
    try:
        return session.translated(call, "Flickr", KEPT)
    except BadStatus as error:
        raise bad_status(error) from error
    except (FlickrError, KeyError, ValueError) as error:
        raise Temporary("Flickr's answer cannot be understood", safe=KEPT) from error


async def wait_for_place(pacer: Pacer, key: str, policy: Retrying, *, person: bool) -> None:
    """Wait for the next free place of the key; see transport.pace."""
    await pace.wait_for_place(pacer, key, policy, person=person, service="Flickr")


@asynccontextmanager
async def open_api(
    endpoint: Endpoint, account: Account, pacer: Pacer, read_timeout: float
) -> AsyncIterator[Api]:
    """The calls of an account, for the length of a block."""
    line = Line(read_timeout)
    try:
        yield Api(line, caller_for(line, endpoint, account), pacer, endpoint.api_key)
    finally:
        line.close()
