"""The client: sends one request, follows redirects within the service's hosts, gives the answer."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urljoin

import trio

from photofs.model.errors import RemoteError
from photofs.providers.transport.connection import (
    Address,
    Answer,
    Connection,
    Origin,
    Stale,
    connect,
    read_address,
)
from photofs.providers.transport.hosts import HostRule
from photofs.providers.transport.trouble import of_host

MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CONNECTIONS = 16
AGENT = "photofs"

IDLE = 30.0
"""Seconds for which a connection stays open for the next request; hosts allow 60 and more."""


class Client:
    """Made by `open_client`; many tasks may ask at once. Whoever is cancelled cuts off the line."""

    def __init__(self, hosts: HostRule, tls: ssl.SSLContext, silence: float) -> None:
        self._hosts = hosts
        self._tls = tls
        self._silence = silence
        self._idle: list[Connection] = []
        self._asking: set[Connection] = set()
        self._places = trio.Semaphore(CONNECTIONS)

    @asynccontextmanager
    async def get(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[Answer]:
        """The answer to a GET, its body not read yet.

        Raises Unreachable, TimedOut, or Temporary; RemoteError if an address leads elsewhere.
        """
        try:
            self._places.acquire_nowait()  # `acquire` lets all other tasks run before it returns
        except trio.WouldBlock:
            await self._places.acquire()
        try:
            for _ in range(MAX_REDIRECTS + 1):
                if not self._hosts.allows(url):
                    raise RemoteError(
                        "the service names an address that is not one of its own",
                        safe="what is on this disk can be read",
                        remedy="if it lasts, please report it",
                    )
                async with self._asked(read_address(url), headers) as answer:
                    target = answer.headers.get("location")
                    if answer.status not in REDIRECTS or target is None:
                        yield answer
                        return
                url = _joined(url, target)
            raise of_host("the service sends us in circles")
        finally:
            self._places.release()

    @asynccontextmanager
    async def _asked(self, address: Address, headers: Mapping[str, str]) -> AsyncIterator[Answer]:
        """One answer; its connection is kept if all of it was read, else closed."""
        connection, answer = await self._ask(address, headers)
        try:
            yield answer
        finally:
            await self._let_go(connection)

    async def _ask(self, address: Address, headers: Mapping[str, str]) -> tuple[Connection, Answer]:
        """Ask over a connection that is open, else over a new one."""
        while (connection := await self._take_idle(address.origin)) is not None:
            try:
                return connection, await self._ask_over(connection, address, headers)
            except Stale:
                continue
        connection = await connect(address.origin, self._tls, self._silence)
        return connection, await self._ask_over(connection, address, headers)

    async def _ask_over(
        self, connection: Connection, address: Address, headers: Mapping[str, str]
    ) -> Answer:
        """Ask over this connection, which is closed if no answer comes."""
        self._asking.add(connection)
        try:
            return await connection.get(address, headers)
        except BaseException:
            await self._close(connection)
            raise

    async def _take_idle(self, origin: Origin) -> Connection | None:
        """The connection to that host that was used last; those that grew old are closed."""
        oldest = trio.current_time() - IDLE
        for connection in [*self._idle]:
            if connection.idle_since < oldest or not connection.is_open:
                self._idle.remove(connection)
                await self._close(connection)
        for connection in reversed(self._idle):
            if connection.origin == origin:
                self._idle.remove(connection)
                return connection
        return None

    async def _let_go(self, connection: Connection) -> None:
        """Keep the connection for the next request, or close it."""
        if not connection.make_ready():
            await self._close(connection)
            return
        self._asking.discard(connection)
        connection.idle_since = trio.current_time()
        self._idle.append(connection)

    async def _close(self, connection: Connection) -> None:
        self._asking.discard(connection)
        with trio.CancelScope(shield=True):
            await connection.close()

    async def close(self) -> None:
        """Cut off what is on its way, and close all connections."""
        for connection in [*self._idle, *self._asking]:
            await self._close(connection)
        self._idle.clear()


def _tls() -> ssl.SSLContext:
    """Certificates are checked against the system's, or those that SSL_CERT_FILE or _DIR name."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError:
        return ""


@asynccontextmanager
async def open_client(hosts: HostRule, *, read_timeout: float) -> AsyncIterator[Client]:
    """A client with connections of its own; proxies of the environment are not used.

    `read_timeout` in seconds is how long a connection may be silent. At the end, requests that are
    still on their way are cut off.
    """
    client = Client(hosts, _tls(), read_timeout)
    try:
        yield client
    finally:
        await client.close()
