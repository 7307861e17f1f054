"""Where a browser comes back to at the end of a login: a port on this machine.

RFC 8252 7.3 and 8.3: bound to 127.0.0.1 and a free port, one path, the Host header checked, a
static page for an answer, closed after five minutes. What the query must hold to count, such as a
token that nobody can guess, is the service's affair: `Judge` says.
"""

import hmac
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import trio

from photofs.model.errors import Refused, TimedOut

TIME_LIMIT = 300.0
"""Seconds that the owner has for saying yes."""

REQUEST_LIMIT = 8192
REQUEST_SECONDS = 10.0
ADDRESS = "127.0.0.1"

PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>photofs</title>"
    "<p>{}<p>This window can be closed; photofs goes on in the terminal.</html>"
)
HEADERS = (
    "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n"
    "Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n"
    "Content-Security-Policy: default-src 'none'\r\nConnection: close\r\n"
)

Query = Mapping[str, str]
"""What came behind the path, the first value of each name."""


class Judged(NamedTuple):
    """The page's status and sentence; what ends the wait, None if it goes on."""

    status: str
    sentence: str
    outcome: str | Refused | None = None


NOT_OURS = Judged("400 Bad Request", "This login is not the one that photofs waits for.")
GIVEN = "photofs may now use this account."
NOT_GIVEN = Judged(
    "200 OK", "photofs was not given the permission.", Refused("the permission was not given")
)

Judge = Callable[[Query], Judged]


class Request(NamedTuple):
    """What of a request matters here."""

    verb: str
    path: str
    host: str
    query: dict[str, str]


class Loopback:
    """Made by `open_loopback`; `url` is what the service sends the browser back to."""

    def __init__(self, listener: trio.SocketListener, path: str) -> None:
        self._listener = listener
        port: int = listener.socket.getsockname()[1]
        self._host = f"{ADDRESS}:{port}"
        self._path = path
        self._judge: Judge = lambda _query: NOT_OURS
        self._outcome: str | Refused | None = None
        self._came = trio.Event()

    @property
    def url(self) -> str:
        """The whole address."""
        return f"http://{self._host}{self._path}"

    async def wait(self, judge: Judge, time_limit: float = TIME_LIMIT) -> str:
        """What the judge makes of what the browser brings; Refused if it says so.

        Anything else that knocks (favicons, guesses, other logins) is sent away and changes
        nothing. Raises TimedOut.
        """
        self._judge = judge
        with trio.move_on_after(time_limit):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(trio.serve_listeners, self._serve, [self._listener])
                await self._came.wait()
                nursery.cancel_scope.cancel()
        if isinstance(self._outcome, Refused):
            raise self._outcome
        if self._outcome is None:
            raise TimedOut("nobody came back from the browser", remedy="log in again")
        return self._outcome

    async def _serve(self, stream: trio.SocketStream) -> None:
        with trio.move_on_after(REQUEST_SECONDS):
            try:
                status, sentence = self._answer(_parsed(await _head(stream)))
                body = PAGE.format(sentence).encode()
                length = f"Content-Length: {len(body)}\r\n\r\n"
                await stream.send_all(f"HTTP/1.1 {status}\r\n{HEADERS}{length}".encode() + body)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return
            finally:
                if self._outcome is not None:
                    self._came.set()

    def _answer(self, request: Request | None) -> tuple[str, str]:
        if request is None or request.host != self._host or request.verb != "GET":
            return "400 Bad Request", "This is not for photofs."
        if not same(request.path, self._path) or self._outcome is not None:
            return "404 Not Found", "There is nothing here."
        judged = self._judge(request.query)
        self._outcome = judged.outcome
        return judged.status, judged.sentence


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, without telling by the time it takes how far they are."""
    return hmac.compare_digest(one.encode(), other.encode())


def query_of(text: str) -> dict[str, str]:
    """The first value of each name in a query; ValueError if it is none."""
    return {name: values[0] for name, values in parse_qs(text, max_num_fields=16).items()}


async def _head(stream: trio.SocketStream) -> bytes:
    """A request's head, at most REQUEST_LIMIT bytes of it."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < REQUEST_LIMIT:
        piece = await stream.receive_some(REQUEST_LIMIT)
        if not piece:
            break
        head += piece
    return head


def _parsed(head: bytes) -> Request | None:
    """The request in a head; None if it is none."""
    first, *lines = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    words = first.split(" ")
    hosts = [line.partition(":")[2].strip() for line in lines if line.lower().startswith("host:")]
    if len(words) != 3 or len(hosts) != 1:  # noqa: PLR2004 - verb, target, version
        return None
    try:
        target = urlsplit(words[1])
        query = query_of(target.query)
    except ValueError:
        return None
    return Request(words[0], target.path, hosts[0].lower(), query)


@asynccontextmanager
async def open_loopback(path: str = "/") -> AsyncIterator[Loopback]:
    """A port of our own for one login."""
    (listener,) = await trio.open_tcp_listeners(0, host=ADDRESS)
    async with listener:
        yield Loopback(listener, path)
