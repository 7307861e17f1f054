"""One connection to a host: a GET and its answer, one after the other. h11 speaks HTTP/1.1."""

import ssl
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import h11
import trio

from photofs.model.errors import RemoteError, TimedOut, Unreachable
from photofs.providers.transport.line import RECEIVE, Line
from photofs.providers.transport.trouble import of_host, of_line

CONNECT_TIMEOUT = 10.0
LONGEST_HEAD = 100 * 1024
PORTS = {"http": 80, "https": 443}

FIRST = 1 << 16
"""Bytes taken at a time until RECEIVE have come: to copy and write 64 KiB takes 0.1 ms less."""

SHARE = 4
"""The line collects a quarter of what has come of a body: its first bytes are told at once."""

SAFE = "/%:@!$&'()*+,;=~?[]"
"""What stays as it is in an address, besides letters, digits and `-._`."""


class Origin(NamedTuple):
    """Whom to connect to."""

    scheme: str
    host: str
    port: int


class Address(NamedTuple):
    """An address, as it is needed for a request."""

    origin: Origin
    netloc: str
    target: str


class Stale(Exception):
    """The host had closed the connection before it was asked; nothing of an answer has come."""


def read_address(url: str) -> Address:
    """What to connect to and what to ask for; RemoteError if the address cannot be used."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        origin = Origin(parts.scheme, host, parts.port or PORTS[parts.scheme])
    except (ValueError, KeyError) as error:
        raise _unusable() from error
    target = quote(parts.path or "/", SAFE) + (f"?{quote(parts.query, SAFE)}" * bool(parts.query))
    netloc = f"[{host}]" if ":" in host else host
    usual = origin.port == PORTS[origin.scheme]
    return Address(origin, netloc if usual else f"{netloc}:{origin.port}", target)


def _unusable() -> RemoteError:
    return RemoteError(
        "the service's address cannot be used",
        safe="what is on this disk can be read",
        remedy="if it lasts, please report it",
    )


class Answer:
    """Status and headers of an answer, and its body as it comes over the line.

    Names of headers are in lower case; the values of one that came twice are joined by a comma.
    """

    def __init__(self, connection: "Connection", head: h11.Response) -> None:
        self.status = head.status_code
        self.headers: dict[str, str] = {}
        for raw_name, raw_value in head.headers:
            name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
            known = self.headers.get(name)
            self.headers[name] = value if known is None else f"{known}, {value}"
        length = self.headers.get("content-length", "")
        self._left = int(length) if length.isdecimal() else 0
        self._came = 0
        self._connection = connection

    async def next_chunk(self) -> bytes | None:
        """The next bytes, None at the end; Temporary if the line breaks or ends too early."""
        least = min(RECEIVE, self._came // SHARE)
        self._connection.collect(least if 1 < least <= self._left else 1)
        chunk = await self._connection.next_chunk(FIRST if self._came < RECEIVE else RECEIVE)
        if chunk is not None:
            self._came += len(chunk)
            self._left -= len(chunk)
        return chunk


class Connection:
    """An open connection; made by `connect`, closed by whoever sees an error, or leaves early."""

    def __init__(self, origin: Origin, line: Line, stream: trio.abc.Stream, silence: float) -> None:
        """`stream` is the line, or TLS above it; `silence` in seconds is a timeout."""
        self.origin = origin
        self.idle_since = 0.0
        self._line = line
        self._stream = stream
        self._silence = silence
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        self._used = False

    async def get(self, address: Address, headers: Mapping[str, str]) -> Answer:
        """Ask, and read the head of the answer; Stale, Unreachable, TimedOut, or Temporary."""
        try:
            asked = h11.Request(
                method="GET",
                target=address.target,
                headers=[("host", address.netloc), *headers.items()],
            )
            request = (self._http.send(asked) or b"") + (self._http.send(h11.EndOfMessage()) or b"")
        except h11.LocalProtocolError as error:
            raise _unusable() from error
        try:
            with trio.fail_after(self._silence):
                await self._stream.send_all(request)
            head = await self._next_event()
            while isinstance(head, h11.InformationalResponse):
                head = await self._next_event()
        except trio.TooSlowError as error:
            raise of_line("the service did not answer in time", TimedOut) from error
        except (trio.BrokenResourceError, trio.ClosedResourceError, h11.ProtocolError) as error:
            if self._used and not self._http.trailing_data[0]:
                raise Stale from error
            raise of_line("the line to the service broke") from error
        self._used = True
        if not isinstance(head, h11.Response):
            raise of_host("the service gave no answer")
        return Answer(self, head)

    def collect(self, least: int) -> None:
        """See Line."""
        self._line.collect(least)

    async def next_chunk(self, most: int) -> bytes | None:
        """The body's next bytes, None at its end; TimedOut, or Temporary if the line breaks."""
        try:
            event = await self._next_event(most)
        except trio.TooSlowError as error:
            raise of_line("the service fell silent in the middle of a file", TimedOut) from error
        except (trio.BrokenResourceError, trio.ClosedResourceError, h11.ProtocolError) as error:
            raise of_line("the line broke in the middle of a file") from error
        return bytes(event.data) if isinstance(event, h11.Data) else None

    async def _next_event(
        self, most: int = FIRST
    ) -> "h11.Event | type[h11.NEED_DATA | h11.PAUSED]":
        """What comes next; raises trio's and h11's errors."""
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            with trio.fail_after(self._silence):
                self._http.receive_data(bytes(await self._stream.receive_some(most)))

    def make_ready(self) -> bool:
        """Be ready for the next request; False if the answer was left half-way, or was the last."""
        http = self._http
        if http.their_state is h11.SEND_BODY:
            try:
                http.next_event()  # the end of a body of which every byte was read
            except h11.ProtocolError:
                return False
        if not http.our_state is http.their_state is h11.DONE:
            return False
        http.start_next_cycle()
        self.collect(1)
        return True

    @property
    def is_open(self) -> bool:
        """Whether an idle connection can be used again, as far as one can know."""
        return self._line.is_silent

    async def close(self) -> None:
        """Close it at once."""
        await trio.aclose_forcefully(self._stream)


async def connect(origin: Origin, tls: ssl.SSLContext, silence: float) -> Connection:
    """A connection to the host; Unreachable, or TimedOut."""
    try:
        with trio.fail_after(min(CONNECT_TIMEOUT, silence)):
            line = Line(await trio.open_tcp_stream(origin.host, origin.port))
            stream = await _secured(line, tls, origin.host) if origin.scheme == "https" else line
    except trio.TooSlowError as error:
        raise of_line("the service did not answer in time", TimedOut) from error
    except (OSError, trio.BrokenResourceError) as error:
        raise of_line("the service cannot be reached", Unreachable) from error
    return Connection(origin, line, stream, silence)


async def _secured(line: Line, tls: ssl.SSLContext, host: str) -> trio.abc.Stream:
    """TLS over the line, the host's certificate checked."""
    stream = trio.SSLStream(line, tls, server_hostname=host, https_compatible=True)
    try:
        await stream.do_handshake()
    except BaseException:
        await trio.aclose_forcefully(line)
        raise
    return stream
