"""An HTTP server of a few lines for tests of the transport: each answer is written byte by byte."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trio

Handler = Callable[["Asked", trio.SocketStream], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """One request: its first line's target, and its headers in lower case."""

    target: str
    headers: dict[str, str]
    body: bytes = b""

    def span(self, length: int) -> tuple[int, int] | None:
        """The range asked for, cut to a file of that length."""
        wanted = self.headers.get("range")
        if wanted is None:
            return None
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        return int(first), min(int(last) + 1, length)


@dataclass
class TinyServer:
    """Where it listens, and what it was asked."""

    base: str
    netloc: str
    asked: list[Asked] = field(default_factory=list)


@asynccontextmanager
async def tiny_server(handler: Handler) -> AsyncIterator[TinyServer]:
    """Serve on a free port of 127.0.0.1; a handler that returns leaves the connection open."""
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    netloc = f"127.0.0.1:{listener.socket.getsockname()[1]}"
    server = TinyServer(f"http://{netloc}", netloc)

    async def serve(stream: trio.SocketStream) -> None:
        buffer = b""
        try:
            while (read := await _read(stream, buffer)) is not None:
                asked, buffer = read
                server.asked.append(asked)
                await handler(asked, stream)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return

    scope, done = trio.CancelScope(), trio.Event()

    async def run() -> None:
        with scope:
            await trio.serve_listeners(serve, [listener])
        done.set()

    # A nursery here would wrap what the test raises into a group.
    trio.lowlevel.spawn_system_task(run)
    try:
        yield server
    finally:
        scope.cancel()
        with trio.CancelScope(shield=True):
            await done.wait()


async def _read(stream: trio.SocketStream, buffer: bytes) -> tuple[Asked, bytes] | None:
    while b"\r\n\r\n" not in buffer:
        piece = await stream.receive_some(65536)
        if not piece:
            return None
        buffer += piece
    head, _, buffer = buffer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {key.lower(): value.strip() for key, _, value in (x.partition(":") for x in lines)}
    length = int(headers.get("content-length", "0"))
    while len(buffer) < length:
        buffer += await stream.receive_some(65536)
    return Asked(first.split(" ")[1], headers, buffer[:length]), buffer[length:]


def answer(status: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A whole answer; Content-Length only if `headers` has it."""
    lines = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def file_answer(asked: Asked, data: bytes, **headers: str) -> bytes:
    """What a well-behaved host of files says."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    kind = {"Content-Type": "image/jpeg", **named}
    span = asked.span(len(data))
    if span is None:
        return answer("200 OK", {**kind, "Content-Length": str(len(data))}, data)
    part = data[span[0] : span[1]]
    told = f"bytes {span[0]}-{span[1] - 1}/{len(data)}"
    length = str(len(part))
    return answer(
        "206 Partial Content", {**kind, "Content-Range": told, "Content-Length": length}, part
    )
