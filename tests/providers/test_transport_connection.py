"""Connections are used again where they can be, and only there; TLS is checked."""

import datetime as dt
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from photofs.model.errors import RemoteError, Unreachable
from photofs.providers.transport.client import IDLE, Client, open_client
from photofs.providers.transport.connection import read_address
from photofs.providers.transport.hosts import HostRule
from photofs.providers.transport.line import RECEIVE
from tests.support.tiny_http import Asked, TinyServer, answer, file_answer, tiny_server

BODY = b"\xff\xd8\xff\xe0" + bytes(4000)


@asynccontextmanager
async def client_of(server: TinyServer) -> AsyncIterator[Client]:
    """A client that may ask this server."""
    hosts = HostRule(names=frozenset({server.netloc}), plain=True)
    async with open_client(hosts, read_timeout=60) as client:
        yield client


async def read(client: Client, url: str) -> bytes:
    """The whole body."""
    data = b""
    async with client.get(url, {}) as told:
        while chunk := await told.next_chunk():
            data += chunk
    return data


class Host:
    """Answers with BODY, and remembers over which connection it was asked."""

    def __init__(self) -> None:
        self.over: list[trio.SocketStream] = []

    async def __call__(self, asked: Asked, stream: trio.SocketStream) -> None:
        """Answer."""
        self.over.append(stream)
        await stream.send_all(file_answer(asked, BODY))


async def test_a_connection_is_used_again() -> None:
    """What was read to its end leaves its connection to the next request."""
    host = Host()
    async with tiny_server(host) as server, client_of(server) as client:
        for _ in range(3):
            assert await read(client, server.base) == BODY
    assert len(set(map(id, host.over))) == 1


async def test_a_body_of_which_all_came_leaves_its_connection() -> None:
    """Who takes every byte need not ask for the end besides."""
    host = Host()
    async with tiny_server(host) as server, client_of(server) as client:
        for _ in range(2):
            async with client.get(server.base, {}) as told:
                came = 0
                while came < len(BODY):
                    came += len(await told.next_chunk() or b"")
    assert len(set(map(id, host.over))) == 1


async def test_an_answer_left_half_way_is_cut_off() -> None:
    """The rest of an answer that nobody wants is not waited for, nor taken for the next answer."""
    over: list[trio.SocketStream] = []

    async def halting(asked: Asked, stream: trio.SocketStream) -> None:
        over.append(stream)
        whole = file_answer(asked, BODY)
        await stream.send_all(whole if len(over) > 1 else whole[:1000])

    async with tiny_server(halting) as server, client_of(server) as client:
        async with client.get(server.base, {}) as told:
            assert await told.next_chunk()
        assert await read(client, server.base) == BODY
    assert over[0] is not over[1]


@pytest.mark.parametrize("told_before", [True, False], ids=["told before", "told by the request"])
async def test_a_connection_that_the_host_gave_up_is_replaced(told_before: bool) -> None:  # noqa: FBT001 - a table
    """A host may close an idle connection at any time: the request goes out over another one."""
    closed = trio.Event()
    over: list[trio.SocketStream] = []

    async def leaving(asked: Asked, stream: trio.SocketStream) -> None:
        over.append(stream)
        if stream is over[0] and len(over) > 1:
            await stream.aclose()
            return
        await stream.send_all(file_answer(asked, BODY))
        if told_before and len(over) == 1:
            await stream.send_all(answer("408 Request Timeout", {"Content-Length": "0"}))
            await stream.aclose()
            closed.set()

    async with tiny_server(leaving) as server, client_of(server) as client:
        for _ in range(2):
            assert await read(client, server.base) == BODY
            if told_before:
                await closed.wait()
    assert len(over) == (2 if told_before else 3)


async def test_an_old_connection_is_not_used(mock_clock: trio.testing.MockClock) -> None:
    """A connection that was idle for half a minute is closed: its host may be about to."""
    host = Host()
    async with tiny_server(host) as server, client_of(server) as client:
        await read(client, server.base)
        mock_clock.jump(IDLE + 1)
        await read(client, server.base)
    assert host.over[0] is not host.over[1]


async def test_small_pieces_are_read_in_large_steps(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """What comes at 160 MB a second is collected, once much of a body has come."""
    pieces, piece = 1024, bytes(1 << 14)
    del autojump_clock

    async def sends(asked: Asked, stream: trio.SocketStream) -> None:
        del asked
        await stream.send_all(answer("200 OK", {"Content-Length": str(pieces * len(piece))}))
        for _ in range(pieces):
            await trio.sleep(1e-4)
            await stream.send_all(piece)

    sizes: list[int] = []
    async with (
        tiny_server(sends) as server,
        client_of(server) as client,
        client.get(server.base, {}) as told,
    ):
        while chunk := await told.next_chunk():
            sizes.append(len(chunk))
    assert sum(sizes) == pieces * len(piece)
    assert len(sizes) < 3 * pieces * len(piece) / RECEIVE


async def test_a_slow_line_is_not_waited_for() -> None:
    """A few bytes of much that is to come are handed on although no more come."""
    seen = trio.Event()
    length = 64 * RECEIVE

    async def sends(asked: Asked, stream: trio.SocketStream) -> None:
        del asked
        await stream.send_all(answer("200 OK", {"Content-Length": str(length)}))
        await stream.send_all(bytes(length // 2))
        await stream.send_all(b"few")
        await seen.wait()
        await stream.send_all(bytes(length - length // 2 - 3))

    async with tiny_server(sends) as server, client_of(server) as client:
        came = 0
        with trio.fail_after(30):
            async with client.get(server.base, {}) as told:
                while chunk := await told.next_chunk():
                    came += len(chunk)
                    if came == length // 2 + 3:
                        seen.set()
    assert came == length


def test_addresses_are_read_with_care() -> None:
    """What goes over the line is an address in ASCII, with a port where it is not the usual one."""
    told = {
        "https://live.staticflickr.com/1/2_x_o.jpg": ("live.staticflickr.com", "/1/2_x_o.jpg"),
        "http://127.0.0.1:8080": ("127.0.0.1:8080", "/"),
        "https://a.org:443/ü b?q=ä%20c&x": ("a.org", "/%C3%BC%20b?q=%C3%A4%20c&x"),
        "http://[::1]:80/x": ("[::1]", "/x"),
    }
    assert {url: read_address(url)[1:] for url in told} == told
    for url in ("https://a.org:99999/", "ftp://a.org/", "https://" + "a" * 70 + ".org/", "nowhere"):
        with pytest.raises(RemoteError):
            read_address(url)


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Files with a certificate for that host, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    whose = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder(whose, whose, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    files[1].write_bytes(private)
    return files


@asynccontextmanager
async def secure_host(certified: tuple[Path, Path], length: int) -> AsyncIterator[int]:
    """A host that sends so many bytes over TLS to each who asks; its port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certified)
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")

    async def serve(stream: trio.SocketStream) -> None:
        secure = trio.SSLStream(stream, context, server_side=True)
        try:
            while await secure.receive_some(65536):
                head = answer("200 OK", {"Content-Length": str(length)})
                await secure.send_all(head + bytes(length))
        except trio.BrokenResourceError:
            await trio.aclose_forcefully(stream)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, serve, [listener])
        yield listener.socket.getsockname()[1]
        nursery.cancel_scope.cancel()


async def read_securely(port: int) -> bytes:
    """Two bodies, read one after the other."""
    hosts = HostRule(names=frozenset({f"localhost:{port}"}))
    async with open_client(hosts, read_timeout=60) as client:
        url = f"https://localhost:{port}/x"
        return await read(client, url) + await read(client, url)


async def test_a_host_that_proves_its_name_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over TLS all bytes come, and the connection serves the next request too."""
    certified = certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(certified[0]))
    length = 20 * RECEIVE + 7
    async with secure_host(certified, length) as port:
        assert await read_securely(port) == bytes(2 * length)


@pytest.mark.parametrize(("name", "trusted"), [("localhost", False), ("other.example", True)])
async def test_a_host_that_cannot_prove_its_name_is_not_read(
    name: str,
    trusted: bool,  # noqa: FBT001 - a table
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A certificate that nobody vouches for, or of another host, ends the connection."""
    certified = certificate(tmp_path, name)
    vouching = certified if trusted else certificate(tmp_path, "someone.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(vouching[0]))
    with pytest.RaisesGroup(Unreachable):
        async with secure_host(certified, 10) as port:
            await read_securely(port)
