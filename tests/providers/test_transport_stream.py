"""What came over HTTP is the file, or an error; never something else that looks like it."""

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import pytest
import trio
import trio.testing

from photofs.model.errors import RemoteError, Temporary, TimedOut, Unreachable
from photofs.model.observation import ContentHash, HashKind
from photofs.model.photo import Media
from photofs.model.span import Span
from photofs.providers.transport.client import Client, open_client
from photofs.providers.transport.connection import Answer
from photofs.providers.transport.hosts import HostRule
from photofs.providers.transport.retrying import Throttled
from photofs.providers.transport.stream import HttpStream, Missing, Wanted, open_stream
from tests.support.tiny_http import Asked, TinyServer, answer, file_answer, tiny_server

PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
JPEG = {"Content-Type": "image/jpeg"}


@asynccontextmanager
async def serving(
    reply: bytes, *, then_close: bool = True, read_timeout: float = 30.0
) -> AsyncIterator[tuple[TinyServer, Client]]:
    """A server with always the same answer, and a client of it."""

    async def handler(asked: Asked, stream: trio.SocketStream) -> None:
        del asked
        await stream.send_all(reply)
        if then_close:
            await stream.aclose()

    async with tiny_server(handler) as server, client_of(server, read_timeout) as client:
        yield server, client


@asynccontextmanager
async def client_of(server: TinyServer, read_timeout: float = 30.0) -> AsyncIterator[Client]:
    """A client that may ask this server."""
    hosts = HostRule(names=frozenset({server.netloc}), plain=True)
    async with open_client(hosts, read_timeout=read_timeout) as client:
        yield client


async def read(client: Client, wanted: Wanted) -> tuple[HttpStream, bytes]:
    """The stream and all that it gave."""
    async with open_stream(client, wanted) as stream:
        return stream, b"".join([chunk async for chunk in stream])


async def fetch(reply: bytes, span: Span | None = None, media: Media = Media.PICTURE) -> bytes:
    """What reading that one answer gives."""
    async with serving(reply) as (server, client):
        return (await read(client, Wanted(f"{server.base}/x", media, span)))[1]


async def test_a_range_is_honoured() -> None:
    """206 with the right Content-Range gives that part, its start and the whole length."""

    async def handler(asked: Asked, stream: trio.SocketStream) -> None:
        await stream.send_all(file_answer(asked, PICTURE, ETag='"v1"'))

    async with tiny_server(handler) as server, client_of(server) as client:
        wanted = Wanted(f"{server.base}/x", Media.PICTURE, Span(100, 300))
        stream, data = await read(client, wanted)
    assert (stream.start, stream.total, stream.validator) == (100, len(PICTURE), '"v1"')
    assert data == PICTURE[100:300]


async def test_a_host_that_ignores_the_range_starts_at_zero() -> None:
    """200 for a wished-for range begins at 0 and ends where the span ends."""
    reply = answer("200 OK", {**JPEG, "Content-Length": str(len(PICTURE))}, PICTURE)
    async with serving(reply) as (server, client):
        stream, data = await read(client, Wanted(server.base, Media.PICTURE, Span(100, 300)))
    assert (stream.start, stream.total) == (0, len(PICTURE))
    assert data == PICTURE[:300]


async def test_no_length_means_no_total() -> None:
    """A chunked answer gives all its bytes, and no total."""
    body = b"%x\r\n" % len(PICTURE) + PICTURE + b"\r\n0\r\n\r\n"
    reply = answer("200 OK", {**JPEG, "Transfer-Encoding": "chunked"}, body)
    async with serving(reply) as (server, client):
        stream, data = await read(client, Wanted(server.base, Media.PICTURE))
    assert stream.total is None
    assert data == PICTURE


SHORT = {
    "shorter than announced": answer("200 OK", {**JPEG, "Content-Length": "9999999"}, PICTURE),
    "chunked and cut": answer(
        "200 OK", {**JPEG, "Transfer-Encoding": "chunked"}, b"ff\r\n" + PICTURE[:255] + b"\r\n"
    ),
    "nothing at all": answer("200 OK", {**JPEG, "Connection": "close"}),
    "nothing, as announced": answer("200 OK", {**JPEG, "Content-Length": "0"}),
    "the end of nothing": answer(
        "416 Range Not Satisfiable", {"Content-Range": "bytes */0", "Content-Length": "0"}
    ),
    "no answer": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
}


@pytest.mark.parametrize("reply", SHORT.values(), ids=SHORT.keys())
async def test_a_short_body_is_temporary(reply: bytes) -> None:
    """P16: fewer bytes than announced, or none, never pass for the whole file."""
    with pytest.raises(Temporary):
        await fetch(reply)


PAGE = b"<!DOCTYPE html><html><body>Sign in to the hotel's network</body></html>"
PAGES = {
    "said to be HTML": answer("200 OK", {"Content-Type": "text/html; charset=utf-8"}, PAGE),
    "said to be a picture": answer("200 OK", JPEG, PAGE),
    "said to be nothing": answer("200 OK", {}, b"\r\n  <html>"),
    "an API failure": answer("200 OK", {"Content-Type": "application/json"}, b'{"stat":"fail"}'),
    "a failure as picture": answer("200 OK", JPEG, b'{"stat":"fail","code":201}'),
}


@pytest.mark.parametrize("reply", PAGES.values(), ids=PAGES.keys())
async def test_p15_a_page_is_never_the_picture(reply: bytes) -> None:
    """P15: HTML with status 200 is an error, whatever type it claims."""
    with pytest.raises(Temporary):
        await fetch(reply)


def partial(told: str, body: bytes, length: str | None = None) -> bytes:
    """A 206 that says what is given."""
    headers = {**JPEG, "Content-Range": told, "Content-Length": length or str(len(body))}
    return answer("206 Partial Content", headers, body)


LIES = {
    "another part": partial("bytes 0-199/10244", PICTURE[:200]),
    "less than asked": partial("bytes 100-149/10244", PICTURE[100:150]),
    "no part named": partial("", PICTURE[100:300]),
    "backwards": partial("bytes 100-99/10244", b""),
    "length disagrees": partial("bytes 100-299/10244", PICTURE[100:310]),
    "a list of parts": answer("206 Partial Content", JPEG, PICTURE[100:300]),
    "packed": answer("200 OK", {**JPEG, "Content-Encoding": "gzip"}, b"\x1f\x8b"),
}


@pytest.mark.parametrize("reply", LIES.values(), ids=LIES.keys())
async def test_another_part_than_asked_is_temporary(reply: bytes) -> None:
    """P15: bytes from elsewhere in the file never stand in for those asked for."""
    with pytest.raises(Temporary):
        await fetch(reply, Span(100, 300))


async def test_a_part_that_was_not_asked_for_is_temporary() -> None:
    """206 without a wish for a range is not taken for the file."""
    with pytest.raises(Temporary):
        await fetch(partial("bytes 0-199/10244", PICTURE[:200]))


async def test_beyond_the_end_tells_the_length() -> None:
    """416 gives no bytes and the true length, so that the caller sees that the file changed."""
    reply = answer(
        "416 Range Not Satisfiable", {"Content-Range": "bytes */50", "Content-Length": "0"}
    )
    async with serving(reply) as (server, client):
        stream, data = await read(client, Wanted(server.base, Media.PICTURE, Span(100, 300)))
    assert (stream.start, stream.total, data) == (50, 50, b"")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_refused_file_is_missing(status: int) -> None:
    """Statuses that may mean "gone" are told apart, for the provider to look again."""
    with pytest.raises(Missing):
        await fetch(answer(f"{status} X", {"Content-Length": "0"}))


async def test_throttling_tells_when_to_come_back() -> None:
    """429 is Throttled, with Retry-After where the host says it."""
    for header, told in ((" 17 ", 17.0), ("soon", None), ("99999999999999999999", 3600.0)):
        headers = {"Retry-After": header, "Content-Length": "0"}
        with pytest.raises(Throttled) as caught:
            await fetch(answer("429 Too Many Requests", headers))
        assert caught.value.retry_after == told


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 418, 204])
async def test_other_statuses_are_temporary(status: int) -> None:
    """Server trouble and surprises are Temporary, and never Missing."""
    with pytest.raises(Temporary) as caught:
        await fetch(answer(f"{status} X", {"Content-Length": "0"}))
    assert not isinstance(caught.value, Missing)


async def test_a_silent_host_times_out() -> None:
    """A host that falls silent, before or within the file, is TimedOut within the set time."""
    begun = answer("200 OK", {**JPEG, "Content-Length": "999"}, b"\xff\xd8\xff")
    for reply in (b"", begun):
        async with serving(reply, then_close=False, read_timeout=0.05) as (server, client):
            with pytest.raises(TimedOut), trio.fail_after(60):
                await read(client, Wanted(server.base, Media.PICTURE))


async def test_no_listener_is_unreachable() -> None:
    """A refused connection is Unreachable."""
    async with serving(b"") as (server, _client):
        pass
    async with client_of(server) as client:
        with pytest.raises(Unreachable):
            await read(client, Wanted(server.base, Media.PICTURE))


HEX = hashlib.md5(PICTURE, usedforsecurity=False).hexdigest()
BASE64 = base64.b64encode(bytes.fromhex(HEX)).decode()
RIGHT = ContentHash(HashKind.MD5, HEX)
HASHES = {
    "both": ({"ETag": f'"{HEX}"', "Content-MD5": BASE64}, RIGHT),
    "body alone": ({"Content-MD5": BASE64}, RIGHT),
    "tag alone": ({"ETag": f'"{HEX}"'}, RIGHT),
    "in hex": ({"Content-MD5": HEX}, RIGHT),
    "they differ": ({"ETag": f'"{"0" * 32}"', "Content-MD5": BASE64}, None),
    "a photo's tag": ({"ETag": f'"{HEX}.1"'}, None),
    "nonsense": ({"ETag": "x", "Content-MD5": "%%%"}, None),
    "too short": ({"Content-MD5": base64.b64encode(b"short").decode()}, None),
}


@pytest.mark.parametrize(("headers", "right"), HASHES.values(), ids=HASHES.keys())
async def test_hashes_are_read_with_care(
    headers: dict[str, str], right: ContentHash | None
) -> None:
    """A hash is told only where the headers do not contradict each other."""
    reply = answer("200 OK", {"Content-Type": "video/mp4", **headers}, PICTURE)
    async with serving(reply) as (server, client):
        stream, _data = await read(client, Wanted(server.base, Media.VIDEO))
    assert stream.hash == right


async def test_a_parts_md5_is_not_the_files() -> None:
    """Content-MD5 of a 206 may speak of the part and is not used."""
    headers = {"Content-Type": "video/mp4", "Content-Range": "bytes 0-9/100", "Content-MD5": BASE64}
    reply = answer("206 Partial Content", headers, PICTURE[:10])
    async with serving(reply) as (server, client):
        stream, _data = await read(client, Wanted(server.base, Media.VIDEO, Span(0, 10)))
    assert stream.hash is None


async def test_if_range_is_sent() -> None:
    """The validator of an earlier part goes along, so that a changed file comes whole."""

    async def handler(asked: Asked, stream: trio.SocketStream) -> None:
        await stream.send_all(file_answer(asked, PICTURE))

    async with tiny_server(handler) as server, client_of(server) as client:
        await read(client, Wanted(server.base, Media.PICTURE, Span(5, 9), if_range='"v1"'))
    headers = server.asked[0].headers
    assert headers["if-range"] == '"v1"'
    assert headers["accept-encoding"] == "identity"


async def redirecting(target: str) -> tuple[TinyServer, bytes]:
    """What comes of a redirect to that target; {base} is the server itself."""

    async def handler(asked: Asked, stream: trio.SocketStream) -> None:
        if asked.target == "/begin":
            where = target.format(base=server.base)
            reply = answer("302 Found", {"Location": where, "Content-Length": "0"})
        else:
            reply = file_answer(asked, PICTURE)
        await stream.send_all(reply)

    async with tiny_server(handler) as server, client_of(server) as client:
        return server, (await read(client, Wanted(f"{server.base}/begin", Media.PICTURE)))[1]


@pytest.mark.parametrize("target", ["{base}/file", "/file", "file"])
async def test_redirects_within_the_service_are_followed(target: str) -> None:
    """A redirect to one of the service's hosts is followed, without any Authorization."""
    server, data = await redirecting(target)
    assert data == PICTURE
    assert [asked.target for asked in server.asked] == ["/begin", "/file"]
    assert not [asked for asked in server.asked if "authorization" in asked.headers]


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:9/file",
        "https://example.org/",
        "file:///etc/passwd",
        "//evil/",
        "http://[",
    ],
)
async def test_redirects_elsewhere_are_refused(target: str) -> None:
    """A redirect to any other host is not followed, and is not tried again."""
    with pytest.raises(RemoteError) as caught:
        await redirecting(target)
    assert not isinstance(caught.value, Temporary)


async def test_redirects_in_circles_end() -> None:
    """A host that redirects for ever is left after a few steps."""
    with pytest.raises(Temporary):
        await redirecting("{base}/begin")


class Slow(Answer):
    """An answer of 60,000 bytes that come at so many a second."""

    def __init__(self, rate: int) -> None:
        """Nothing has come yet."""
        self.status = 200
        self.headers = {"content-type": "image/jpeg", "content-length": "60000"}
        self._rate = rate

    async def next_chunk(self) -> bytes | None:
        """Those of the next second."""
        await trio.sleep(1)
        return bytes(self._rate)


@pytest.mark.parametrize(("rate", "comes"), [(1000, 30_000), (1200, 60_000)])
async def test_a_host_that_drips_is_left(
    autojump_clock: trio.testing.MockClock, rate: int, comes: int
) -> None:
    """What came is kept; whoever reads asks again, instead of waiting for as long as it likes."""
    del autojump_clock
    came = 0
    with pytest.raises(Temporary, match="slow") if comes < 60_000 else nullcontext():
        async for chunk in HttpStream(Slow(rate), Wanted("http://x", Media.PICTURE)):
            came += len(chunk)
    assert came == comes
