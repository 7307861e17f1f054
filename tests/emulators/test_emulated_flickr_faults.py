"""Each planned fault is seen to happen."""

import json
import time
import xml.etree.ElementTree as ET
from urllib.parse import urlsplit

import httpx2
import pytest
import trio

from photofs.emulators.flickr import Account, Fault, Faults, synthetic_account
from photofs.emulators.flickr import faults as wrong
from photofs.emulators.flickr.sizes import original_url
from photofs.emulators.flickr.state import Photo
from photofs.emulators.hosting import faults as net
from photofs.emulators.hosting.originals import Random
from photofs.emulators.pictures import make_jpeg
from tests.support.flickr_raw import RawClient, raw_client

SIZE = 1_000_000


def account_with_noise() -> tuple[Account, Photo]:
    """An account with one photo of a million known bytes."""
    account = Account()
    return account, account.add_photo(Random(5, SIZE, "jpg"), taken="2020-01-01 00:00:00")


async def received(client: RawClient, url: str, start: int = 0) -> tuple[bytes, bool]:
    """What arrives of a file before the line breaks, and whether it came whole."""
    data = bytearray()
    headers = {"range": f"bytes={start}-"}
    try:
        async with client.http.stream("GET", url, headers=headers) as answer:
            async for chunk in answer.aiter_raw():
                data += chunk
    except (httpx2.RemoteProtocolError, httpx2.ReadError):
        return bytes(data), False
    return bytes(data), True


@pytest.mark.parametrize(
    ("effect", "status", "body"),
    [
        (net.server_error(500), 500, b"<html><body><h1>500</h1></body></html>"),
        (net.server_error(504), 504, b"<html><body><h1>504</h1></body></html>"),
        (wrong.token_rejected(), 401, b"oauth_problem=token_rejected"),
        (wrong.clock_refused(), 401, b"oauth_problem=timestamp_refused"),
        (wrong.not_found(), 404, b""),
        (net.html_page(), 200, b"<html><body>We'll be right back.</body></html>"),
    ],
)
async def test_answers_in_place_of_the_real_one(
    effect: net.Answer, status: int, body: bytes
) -> None:
    """The planned answer comes once, with nothing done, then the real one."""
    account = synthetic_account(2)
    photo = account.stream()[0]
    async with raw_client(account) as client:
        client.emulator.faults.add(effect)
        answer = await client.post("flickr.photos.delete", photo_id=photo.id)
        kept = photo.id in account.state.photos
        good = await client.write("flickr.photos.delete", photo_id=photo.id)
    assert (answer.status_code, answer.content, kept) == (status, body, True)
    assert (good["stat"], photo.id in account.state.photos) == ("ok", False)


async def test_too_many_with_and_without_a_time_to_wait() -> None:
    """429 is 117 bytes of HTML; Retry-After comes only if planned."""
    async with raw_client(synthetic_account(1)) as client:
        client.emulator.faults.add(wrong.too_many())
        client.emulator.faults.add(wrong.too_many(7))
        bare = await client.get("flickr.test.echo")
        timed = await client.get("flickr.test.echo")
    assert (bare.status_code, len(bare.content), bare.headers["content-type"][:9]) == (
        429,
        117,
        "text/html",
    )
    assert "retry-after" not in bare.headers
    assert timed.headers["retry-after"] == "7"


async def test_unavailable_in_both_forms_and_broken() -> None:
    """Code 201 comes as asked for, or as JSON with a comma too many though XML was asked for."""
    async with raw_client(synthetic_account(1)) as client:
        for effect in (
            wrong.unavailable(),
            wrong.unavailable(),
            wrong.unavailable_as_broken_json(),
        ):
            client.emulator.faults.add(effect)
        as_json = await client.read("flickr.test.echo")
        as_xml = await client.get("flickr.test.echo", format="rest")
        broken = await client.get("flickr.test.echo", format="rest")
    assert as_json["code"] == 201
    assert ET.fromstring(as_xml.content)[0].get("code") == "201"  # noqa: S314 - our own text
    assert '"code":201,' in broken.text
    with pytest.raises(json.JSONDecodeError):
        broken.json()


async def test_login_failed_as_an_api_error() -> None:
    """Code 98 comes under HTTP 200."""
    async with raw_client(synthetic_account(1)) as client:
        client.emulator.faults.add(wrong.login_failed())
        answer = await client.get("flickr.test.login")
    assert (answer.status_code, answer.json()["code"]) == (200, 98)


async def test_empty_page_with_a_total() -> None:
    """A listing is empty though its total is not; the album list can be, too."""
    async with raw_client(synthetic_account(30, 2)) as client:
        client.emulator.faults.add(wrong.empty_page(), times=2)
        photos = (await client.read("flickr.people.getPhotos", user_id="me"))["photos"]
        albums = (await client.read("flickr.photosets.getList"))["photosets"]
    assert (photos["photo"], int(photos["total"]), photos["pages"]) == ([], 30, 1)
    assert (albums["photoset"], int(albums["total"])) == ([], 2)


async def test_page_repeats() -> None:
    """The second page holds the first one's photos, under its own number."""
    async with raw_client(synthetic_account(300)) as client:
        first = (await client.read("flickr.people.getPhotos", user_id="me"))["photos"]
        client.emulator.faults.add(wrong.repeat_page())
        second = (await client.read("flickr.people.getPhotos", user_id="me", page=2))["photos"]
    assert second["page"] == 2
    assert [p["id"] for p in second["photo"]] == [p["id"] for p in first["photo"]]


@pytest.mark.parametrize("after", [None, 0, 1000])
async def test_stall_for_ever(after: int | None) -> None:
    """Nothing (more) comes until the client gives up."""
    account, photo = account_with_noise()
    async with raw_client(account) as client:
        client.emulator.faults.add(net.stall(after=after))
        url = original_url(client.emulator.url, photo)
        with pytest.raises(httpx2.ReadTimeout):
            await client.http.get(url, timeout=httpx2.Timeout(30, read=1.0))
        served = client.emulator.ledger.bytes_served(urlsplit(url).path)
    assert served == (after or 0)


async def test_stall_for_a_while() -> None:
    """A stall of a fifth of a second takes that long and then all comes."""
    account, photo = account_with_noise()
    async with raw_client(account) as client:
        client.emulator.faults.add(net.stall(0.1))
        client.emulator.faults.add(net.stall(0.1, after=10))
        url = original_url(client.emulator.url, photo)
        for _ in range(2):
            start = time.monotonic()
            answer = await client.http.get(url)
            assert time.monotonic() - start >= 0.1
            assert len(answer.content) == SIZE


async def test_truncated_body() -> None:
    """Fewer bytes come than the length that was announced."""
    account, photo = account_with_noise()
    async with raw_client(account) as client:
        client.emulator.faults.add(net.truncate(1234))
        url = original_url(client.emulator.url, photo)
        data, whole = await received(client, url)
        again, good = await received(client, url)
    assert (len(data), whole, len(again), good) == (1234, False, SIZE, True)


async def test_line_that_drops_every_so_many_bytes() -> None:
    """A client that resumes gets right bytes, and the ledger shows that none came twice."""
    account, photo = account_with_noise()
    async with raw_client(account) as client:
        client.emulator.faults.add(net.drop(300_000), "/static/*", times=None)
        url = original_url(client.emulator.url, photo)
        data, tries = b"", 0
        while len(data) < SIZE:
            data += (await received(client, url, len(data)))[0]
            tries += 1
        ledger = client.emulator.ledger
        path = urlsplit(url).path
        figures = (ledger.bytes_distinct(path), ledger.bytes_repeated(path))
    assert tries == 4
    assert figures == (SIZE, 0)


async def test_dropped_before_the_head_and_by_reset() -> None:
    """A line can end before anything is said, in good order or by reset."""
    async with raw_client(synthetic_account(1)) as client:
        for reset in (False, True):
            client.emulator.faults.add(net.drop(reset=reset))
            with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
                await client.get("flickr.test.echo")


async def test_drip() -> None:
    """A slow line takes as long as its rate says."""
    account, photo = account_with_noise()
    async with raw_client(account) as client:
        client.emulator.faults.add(net.drip(5_000_000))
        start = time.monotonic()
        data, whole = await received(client, original_url(client.emulator.url, photo))
        took = time.monotonic() - start
    assert (len(data), whole) == (SIZE, True)
    assert 0.15 < took < 30


async def test_upload_that_commits_and_then_says_nothing() -> None:
    """The client times out, but the photo is there; dedup_check tells so."""
    account = synthetic_account(0)
    picture = make_jpeg(1)
    async with raw_client(account) as client:
        client.emulator.faults.add(net.lose_answer(), "upload")
        client.http.timeout = httpx2.Timeout(30, read=1.0)
        with pytest.raises(httpx2.ReadTimeout):
            await client.send_file(picture, title="lost")
        client.http.timeout = httpx2.Timeout(30)
        again = await client.send_file(picture, dedup_check="1")
    [photo] = account.stream()
    assert photo.title == "lost"
    assert 'code="9"' in again.text
    assert f"<duplicate_photo_id>{photo.id}</duplicate_photo_id>" in again.text


async def test_faults_strike_by_count() -> None:
    """A fault lets calls pass first and strikes as often as planned, and only where it fits."""
    plan = Faults([Fault(effect=net.server_error(), where="flickr.test.*", skip=2, times=2)])
    async with raw_client(synthetic_account(1), faults=plan) as client:
        statuses = [(await client.get("flickr.test.echo")).status_code for _ in range(6)]
        other = await client.get("flickr.photosets.getList")
    assert statuses == [200, 200, 502, 502, 200, 200]
    assert (other.status_code, plan.plan[0].hits) == (200, 2)


async def test_faults_strike_by_chance_and_predicate() -> None:
    """A chance is the same for the same seed; a predicate sees verb, path and arguments."""
    seen = []
    for _ in range(2):
        plan = Faults(seed=3)
        plan.add(net.server_error(), chance=0.5, times=None)
        async with raw_client(synthetic_account(1), faults=plan) as client:
            seen.append([(await client.get("flickr.test.echo")).status_code for _ in range(20)])
    assert seen[0] == seen[1]
    assert {200, 502} == set(seen[0])
    late = Fault(effect=net.server_error(), when=lambda hit: hit.arguments.get("page") == "2")
    async with raw_client(synthetic_account(1), faults=Faults([late])) as client:
        pages = [(await client.get("flickr.test.echo", page=page)).status_code for page in (1, 2)]
        client.emulator.faults.clear()
    assert pages == [200, 502]


async def test_ledger_counts_calls() -> None:
    """Calls are counted by method and kind, failed ones too, and no signature is kept."""
    account, photo = account_with_noise()
    async with raw_client(account) as client:
        await client.read("flickr.photosets.getList")
        client.emulator.faults.add(net.server_error())
        await client.get("flickr.photosets.getList")
        await client.http.get(original_url(client.emulator.url, photo))
        calls = client.emulator.calls
        history = list(client.emulator.ledger.history)
    assert calls == {"flickr.photosets.getList": 2, "static": 1}
    assert [call.status for call in history] == [200, 502, 200]
    assert not any(key.startswith("oauth_") for call in history for key in call.arguments)


async def test_line_that_is_no_http_is_refused() -> None:
    """Rubbish on the line gets HTTP 400 and does not harm the service."""
    async with raw_client(synthetic_account(1)) as client:
        port = int(client.emulator.url.rpartition(":")[2])
        stream = await trio.open_tcp_stream("127.0.0.1", port)
        async with stream:
            await stream.send_all(b"HELLO\r\n\r\n")
            answer = await stream.receive_some()
        good = await client.get("flickr.test.echo")
    assert answer.startswith(b"HTTP/1.1 400")
    assert good.status_code == 200


async def test_denied_though_done() -> None:
    """A proxy's 502 comes, and behind it the call was carried out."""
    account = synthetic_account(2)
    photo = account.stream()[0]
    async with raw_client(account) as client:
        client.emulator.faults.add(net.done_and_denied(502), "flickr.photos.delete")
        answer = await client.post("flickr.photos.delete", photo_id=photo.id)
    assert (answer.status_code, photo.id in account.state.photos) == (502, False)


@pytest.mark.parametrize("reset", [True, False])
async def test_ears_that_close_within_an_upload(reset: bool) -> None:  # noqa: FBT001 - a parameter
    """After so many bytes no more is read, and nothing is done; the next upload goes well."""
    account = Account()
    data = make_jpeg(1, width=64, height=48)
    async with raw_client(account) as client:
        client.http.timeout = httpx2.Timeout(30, write=1.0, read=1.0)
        client.emulator.faults.add(net.Deaf(after=1000, reset=reset), "upload")
        with pytest.raises(httpx2.TransportError):
            await client.send_file(data + bytes(20_000_000))
        assert account.stream() == []
        client.http.timeout = httpx2.Timeout(30)
        await client.send_file(data)
    assert len(account.stream()) == 1


async def test_dates_of_answers_are_the_service_s() -> None:
    """The Date of an answer is by the account's clock, whatever this machine's says."""
    account = Account(clock=lambda: 1_120_515_115.0)
    async with raw_client(account) as client:
        answer = await client.get("flickr.test.login")
    assert answer.headers["date"] == "Mon, 04 Jul 2005 22:11:55 GMT"
