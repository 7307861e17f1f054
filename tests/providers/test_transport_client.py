"""The client survives being left, in any number and at any moment."""

import itertools
import logging
import random
import time

import pytest
import trio
import trio.testing

from photofs.model.errors import RemoteError, Temporary, TimedOut
from photofs.model.photo import Media
from photofs.providers.transport.client import Client, open_client
from photofs.providers.transport.hosts import HostRule
from photofs.providers.transport.retrying import Retrying, Throttled, retry_after_of
from photofs.providers.transport.stream import Wanted, open_stream
from tests.support.tiny_http import Asked, TinyServer, file_answer, tiny_server

PICTURE = b"\xff\xd8\xff\xe0" + bytes(4000)


async def serve_slowly(asked: Asked, stream: trio.SocketStream) -> None:
    """A file in two halves, a moment after being asked and a moment between them."""
    whole = file_answer(asked, PICTURE)
    await trio.sleep(random.random() * 0.002)
    await stream.send_all(whole[:2000])
    await trio.sleep(random.random() * 0.002)
    await stream.send_all(whole[2000:])


async def whole(client: Client, server: TinyServer) -> bytes:
    """The file's bytes."""
    async with open_stream(client, Wanted(f"{server.base}/x", Media.PICTURE)) as stream:
        return b"".join([chunk async for chunk in stream])


async def test_a_thousand_cancelled_streams_leave_the_pool_usable() -> None:
    """1000 requests cancelled at random moments, then as many at once as the pool holds."""
    async with tiny_server(serve_slowly) as server:
        hosts = HostRule(names=frozenset({server.netloc}), plain=True)
        async with open_client(hosts, read_timeout=30) as client:
            gate = trio.CapacityLimiter(25)

            async def leave_early() -> None:
                async with gate:
                    with trio.move_on_after(random.random() * 0.01):
                        await whole(client, server)

            async with trio.open_nursery() as nursery:
                for _ in range(1000):
                    nursery.start_soon(leave_early)
            right: list[bytes] = []

            async def keep() -> None:
                right.append(await whole(client, server))

            with trio.fail_after(60):
                async with trio.open_nursery() as nursery:
                    for _ in range(40):
                        nursery.start_soon(keep)
            assert right == [PICTURE] * 40


async def test_leaving_does_not_wait_for_a_silent_host() -> None:
    """Who is cancelled leaves at once; closing the client cuts the request off."""

    async def silent(asked: Asked, stream: trio.SocketStream) -> None:
        del asked, stream
        await trio.sleep_forever()

    begun = time.monotonic()
    async with tiny_server(silent) as server:
        hosts = HostRule(names=frozenset({server.netloc}), plain=True)
        async with open_client(hosts, read_timeout=60) as client:
            with trio.move_on_after(0.05):
                await whole(client, server)
    assert time.monotonic() - begun < 50


async def test_errors_of_callers_pass_unwrapped() -> None:
    """What is raised within the client's block comes out as it is, in no group."""
    with pytest.raises(Temporary):
        async with open_client(HostRule(), read_timeout=1):
            raise Temporary("of the caller")


async def test_addresses_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A photo's address opens the photo: it is in no log and no error, even at DEBUG."""
    caplog.set_level(logging.DEBUG)

    async def page(asked: Asked, stream: trio.SocketStream) -> None:
        await stream.send_all(file_answer(asked, b"<html>", Content_Type="text/html"))

    async with tiny_server(page) as server:
        hosts = HostRule(names=frozenset({server.netloc}), plain=True)
        async with open_client(hosts, read_timeout=30) as client:
            url = f"{server.base}/static/1/2_c0ffee5ec2e7_o.jpg"
            for wanted in (url, url.replace("127.0.0.1", "127.0.0.2")):
                with pytest.raises(RemoteError) as caught:
                    async with open_stream(client, Wanted(wanted, Media.PICTURE)):
                        pass
                assert "c0ffee" not in str(caught.value)
    assert "c0ffee" not in caplog.text


ALLOWED = HostRule(
    names=frozenset({"127.0.0.1:8080", "localhost:8080"}),
    domains=frozenset({"flickr.com"}),
    plain=True,
)


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("https://flickr.com/x", True),
        ("https://www.flickr.com/photos", True),
        ("https://WWW.Flickr.COM/photos", True),
        ("https://flickr.com:443/x", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://localhost:8080/x", True),
        ("http://www.flickr.com/x", False),
        ("https://flickr.com:8443/x", False),
        ("https://flickr.com.evil.org/x", False),
        ("https://notflickr.com/x", False),
        ("https://user:pass@flickr.com/x", False),
        ("https://flickr.com@evil.org/x", False),
        ("http://127.0.0.1:8081/x", False),
        ("ftp://flickr.com/x", False),
        ("nowhere", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_only_the_services_hosts(url: str, right: bool) -> None:  # noqa: FBT001 - a table
    """An address counts as the service's only by scheme, host and port together."""
    assert ALLOWED.allows(url) is right


async def test_temporary_errors_are_tried_again(autojump_clock: trio.testing.MockClock) -> None:
    """Five tries, waits that double with jitter; the last error is raised."""
    del autojump_clock
    tried: list[float] = []

    async def call() -> str:
        tried.append(trio.current_time())
        raise Temporary("not now")

    with pytest.raises(Temporary, match="not now"):
        await Retrying(draw=lambda: 1.0).run(call, "a test")
    waits = [later - earlier for earlier, later in itertools.pairwise(tried)]
    assert waits == pytest.approx([0.5, 1.0, 2.0, 4.0])


async def test_retry_after_is_honoured(autojump_clock: trio.testing.MockClock) -> None:
    """No try comes before the service's Retry-After; one beyond the deadline is not waited for."""
    del autojump_clock
    tried: list[float] = []

    async def call() -> str:
        tried.append(trio.current_time())
        if len(tried) == 1:
            raise Throttled("slow down", retry_after=20.0)
        if len(tried) == 2:
            raise Throttled("slow down", retry_after=50.0)
        return "done"

    with pytest.raises(Throttled):
        await Retrying(deadline=60).run(call, "a test")
    assert tried[1] - tried[0] >= 20
    assert len(tried) == 2


async def test_the_deadline_ends_a_try(autojump_clock: trio.testing.MockClock) -> None:
    """A try that hangs ends as TimedOut at the deadline."""
    del autojump_clock
    with pytest.raises(TimedOut):
        await Retrying(deadline=3).run(trio.sleep_forever, "a test")


async def test_the_deadline_names_what_was_met_before(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """The last trouble is in the sentence, for nobody else will tell of it."""
    del autojump_clock
    tried = 0

    async def call() -> None:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise Throttled("the service asks us to slow down")
        await trio.sleep_forever()

    with pytest.raises(TimedOut, match="longer than 3 s: the service asks us to slow down"):
        await Retrying(deadline=3).run(call, "a test")


async def test_other_errors_are_not_tried_again() -> None:
    """What is not Temporary is raised at once."""
    tried = 0

    async def call() -> str:
        nonlocal tried
        tried += 1
        raise RemoteError("no")

    with pytest.raises(RemoteError):
        await Retrying().run(call, "a test")
    assert tried == 1


def test_retry_after_is_read_with_care() -> None:
    """Only plain seconds count, at most an hour."""
    told = {"5": 5.0, " 7": 7.0, "": None, "-1": None, "1e9": None, "9" * 30: 3600.0}
    assert {text: retry_after_of(text) for text in told} == told
    assert retry_after_of(None) is None
    assert retry_after_of("Wed, 21 Oct 2026 07:28:00 GMT") is None
