"""The client: sends one request, follows redirects within the service's hosts, gives the answer."""

import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin

import httpcore2
import httpx2
import trio

from photofs.model.errors import RemoteError, Temporary, TimedOut, Unreachable
from photofs.providers.transport.hosts import HostRule

# Both would write addresses to the log, and a photo's address is all that one needs to read it.
for _talkative in ("httpx2", "httpcore2"):
    logging.getLogger(_talkative).setLevel(logging.CRITICAL + 1)

# A read from the socket costs some 90 us of Python, whatever it brings: with 64 KiB, httpx2's own,
# 100 MB take 0.15 s of processor, with 256 KiB 0.08 s (measured with 2.16.2). Of the whole process,
# as it is a figure of the class; only the size of pieces depends on it.
httpcore2.AsyncHTTP11Connection.READ_NUM_BYTES = 1 << 18

MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CONNECT_TIMEOUT = 10.0
CONNECTIONS = 16
AGENT = "photofs"


@dataclass(eq=False, slots=True)
class _Sending:
    """One request on its way, and whether somebody still waits for it."""

    request: httpx2.Request
    done: trio.Event = field(default_factory=trio.Event)
    response: httpx2.Response | None = None
    error: Exception | None = None
    abandoned: bool = False


class Client:
    """Made by `open_client`; many tasks may ask at once."""

    def __init__(self, http: httpx2.AsyncClient, hosts: HostRule) -> None:
        self._http = http
        self._hosts = hosts
        self._on_their_way: set[_Sending] = set()
        # Who waits here can be cancelled for nothing; in httpx2's own queue a request stays.
        self._places = trio.Semaphore(CONNECTIONS)

    @asynccontextmanager
    async def get(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[httpx2.Response]:
        """The answer to a GET, its body not read yet; the body loop may be cancelled.

        Raises Unreachable, TimedOut, or Temporary; RemoteError if an address leads elsewhere.
        """
        response = await self._follow(url, headers)
        try:
            yield response
        finally:
            await self._let_go(response)

    async def _follow(self, url: str, headers: Mapping[str, str]) -> httpx2.Response:
        for _ in range(MAX_REDIRECTS + 1):
            if not self._hosts.allows(url):
                raise RemoteError("the service names an address that is not one of its own")
            response = await self._send(httpx2.Request("GET", url, headers=dict(headers)))
            target = response.headers.get("location")
            if response.status_code not in REDIRECTS or target is None:
                return response
            await self._let_go(response)
            url = _joined(url, target)
        raise Temporary("the service sends us in circles")

    async def _send(self, request: httpx2.Request) -> httpx2.Response:
        """Hand the request to a shielded task; who is cancelled here leaves it the cleaning up."""
        request.extensions["timeout"] = self._http.timeout.as_dict()
        sending = _Sending(request)
        await self._places.acquire()
        self._on_their_way.add(sending)
        # A nursery of ours would wrap whatever our callers raise into a group; `close` waits.
        trio.lowlevel.spawn_system_task(self._carry, sending)
        try:
            await sending.done.wait()
        except trio.Cancelled:
            sending.abandoned = True
            if sending.response is not None:
                await self._let_go(sending.response)
            raise
        if sending.response is None:
            raise _ours(sending.error) from sending.error
        return sending.response

    async def _carry(self, sending: _Sending) -> None:
        with trio.CancelScope(shield=True):
            try:
                response = await self._http.send(sending.request, stream=True)
            except Exception as error:  # noqa: BLE001 - handed to the waiter, who translates it
                self._places.release()
                sending.error = error
            else:
                if sending.abandoned:
                    await self._let_go(response)
                else:
                    sending.response = response
            self._on_their_way.discard(sending)
            sending.done.set()

    async def _let_go(self, response: httpx2.Response) -> None:
        try:
            await _close(response)
        finally:
            self._places.release()

    async def close(self) -> None:
        """Cut off what is on its way, and wait until nothing is."""
        with trio.CancelScope(shield=True):
            await self._http.aclose()
            for sending in tuple(self._on_their_way):
                await sending.done.wait()


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError:
        return ""


def _ours(error: Exception | None) -> RemoteError:
    match error:
        case httpx2.ConnectError() | httpx2.ProxyError():
            return Unreachable("the service cannot be reached")
        case httpx2.TimeoutException():
            return TimedOut("the service did not answer in time")
        case httpx2.TransportError():
            return Temporary("the line to the service broke")
        case _:
            return RemoteError("the service's address cannot be used")


async def _close(response: httpx2.Response) -> None:
    with trio.CancelScope(shield=True), contextlib.suppress(httpx2.HTTPError):
        await response.aclose()


class Body:
    """A body's bytes as they come over the line, to be closed in any case."""

    def __init__(self, response: httpx2.Response) -> None:
        """Nothing is read yet."""
        self._response = response
        self._raw = response.aiter_raw()

    async def next_chunk(self) -> bytes | None:
        """The next bytes, None at the end; Temporary if the line breaks or ends too early."""
        try:
            async for chunk in self._raw:
                if chunk:
                    return chunk
        except httpx2.TimeoutException as error:
            raise TimedOut("the service fell silent in the middle of a file") from error
        except httpx2.HTTPError as error:
            raise Temporary("the line broke in the middle of a file") from error
        return None

    async def aclose(self) -> None:
        """Close the line, then let httpx2's own generators run into that.

        One of those (AsyncResponseStream's, 2.16.2) does not close the one within it, so that
        leaving them half-way makes trio warn of a generator that nobody closed.
        """
        await _close(self._response)
        with trio.CancelScope(shield=True), contextlib.suppress(httpx2.HTTPError, RuntimeError):
            async for _ in self._raw:
                pass


@asynccontextmanager
async def open_client(
    hosts: HostRule, *, read_timeout: float, proxy: str | None = None
) -> AsyncIterator[Client]:
    """A client with a pool of its own. Proxies of the environment are not used, `proxy` is.

    `read_timeout` in seconds is how long a connection may be silent. At the end, requests that are
    still on their way are cut off.
    """
    http = httpx2.AsyncClient(
        # The environment's certificate settings count, its proxies and .netrc do not.
        verify=httpx2.create_ssl_context(),
        trust_env=False,
        proxy=proxy,
        timeout=httpx2.Timeout(read_timeout, connect=min(CONNECT_TIMEOUT, read_timeout)),
        limits=httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
    )
    client = Client(http, hosts)
    try:
        yield client
    finally:
        await client.close()
