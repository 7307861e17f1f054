"""Uploads to the emulated Google: raw, and resumable from any byte that it has."""

import os
from pathlib import Path

import httpx2
import pytest
import trio

from photofs.emulators.google import Account, Habits
from photofs.emulators.google.state import State
from photofs.emulators.hosting.faults import Deaf, Faults, lose_answer
from photofs.emulators.hosting.vault import load_state
from photofs.emulators.pictures import make_jpeg
from tests.support.google_raw import GoogleClient, error_of, google_client

STEP = 256 * 1024
DATA = make_jpeg("big", width=64, height=48, taken=None) + os.urandom(3 * STEP)


async def start(client: GoogleClient, size: int, mime: str = "image/jpeg") -> httpx2.Response:
    """Announce an upload."""
    headers = {
        **client.login,
        "X-Goog-Upload-Command": "start",
        "X-Goog-Upload-Content-Type": mime,
        "X-Goog-Upload-Protocol": "resumable",
        "X-Goog-Upload-Raw-Size": str(size),
    }
    return await client.http.post(f"{client.emulator.url}/v1/uploads", headers=headers)


async def opened(client: GoogleClient, size: int = len(DATA)) -> str:
    """The address of a new upload."""
    answer = await start(client, size)
    assert answer.headers["x-goog-upload-status"] == "active"
    assert answer.headers["x-goog-upload-chunk-granularity"] == str(STEP)
    return answer.headers["x-goog-upload-url"]


async def send(
    client: GoogleClient, url: str, command: str, data: bytes = b"", offset: int = 0
) -> httpx2.Response:
    """A command of an upload."""
    headers = {
        **client.login,
        "X-Goog-Upload-Command": command,
        "X-Goog-Upload-Offset": str(offset),
    }
    return await client.http.post(url, content=data, headers=headers)


def status(answer: httpx2.Response) -> tuple[str | None, str | None]:
    """What an upload's answer says of it."""
    told = answer.headers
    return told.get("x-goog-upload-status"), told.get("x-goog-upload-size-received")


async def test_bytes_in_chunks_become_an_item() -> None:
    """Whole steps, and a last chunk of any length; the token is good for batchCreate."""
    async with google_client() as client:
        url = await opened(client)
        first = await send(client, url, "upload", DATA[: 2 * STEP])
        last = await send(client, url, "upload, finalize", DATA[2 * STEP :], 2 * STEP)
        (result,) = await client.create((last.text, "big.jpg"))
        blob = client.emulator.account.state.items[result["mediaItem"]["id"]].sha256
        data = client.emulator.account.vault.get(blob)
    assert status(first) == ("active", str(2 * STEP))
    assert status(last)[0] == "final"
    assert data.read(0, data.size) == DATA


async def test_a_broken_chunk_keeps_its_whole_steps() -> None:
    """After a break the query tells how much has arrived, and the rest is enough."""
    faults = Faults()
    async with google_client(faults=faults) as client:
        url = await opened(client)
        faults.add(Deaf(after=STEP + 1000, reset=True), "uploads")
        with pytest.raises(httpx2.TransportError):
            await send(client, url, "upload, finalize", DATA)
        asked = await send(client, url, "query")
        here = int(status(asked)[1] or 0)
        last = await send(client, url, "upload, finalize", DATA[here:], here)
    assert status(asked)[0] == "active"
    assert here >= STEP
    assert here % STEP == 0
    assert status(last)[0] == "final"


async def test_an_answer_that_is_lost_is_told_again() -> None:
    """The upload was carried out: the query says final, and another finalize gives the token."""
    faults = Faults()
    async with google_client(faults=faults) as client:
        url = await opened(client)
        faults.add(lose_answer(), "uploads")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(send, client, url, "upload, finalize", DATA)
            while not client.emulator.account.state.tokens:  # noqa: ASYNC110 - the service says nothing
                await trio.sleep(0.01)
            nursery.cancel_scope.cancel()
        asked = await send(client, url, "query")
        again = await send(client, url, "upload, finalize", b"", len(DATA))
        (result,) = await client.create((again.text, "big.jpg"))
    assert status(asked) == ("final", str(len(DATA)))
    assert result["mediaItem"]["filename"] == "big.jpg"


@pytest.mark.parametrize(
    ("command", "data", "offset", "expected"),
    [
        ("upload", DATA[:1000], 0, 400),
        ("upload", b"", 0, 400),
        ("upload", DATA[:STEP], STEP, 412),
        ("upload, finalize", DATA[:STEP], 0, 400),
        ("upload, finalize", DATA + b"more", 0, 400),
        ("dance", b"", 0, 400),
    ],
)
async def test_a_chunk_that_does_not_fit_is_refused(
    command: str, data: bytes, offset: int, expected: int
) -> None:
    """No whole step, not the next byte, another length than announced."""
    async with google_client() as client:
        url = await opened(client)
        answer = await send(client, url, command, data, offset)
    assert answer.status_code == expected
    assert client.emulator.account.state.tokens == {}


async def test_a_cancelled_upload_takes_nothing_more() -> None:
    """And says so."""
    async with google_client() as client:
        url = await opened(client)
        await send(client, url, "cancel")
        asked = await send(client, url, "query")
        answer = await send(client, url, "upload, finalize", DATA)
    assert status(asked)[0] == "cancelled"
    assert answer.status_code == 412


async def test_an_upload_s_address_and_token_grow_old() -> None:
    """A session lives seven days, a token one."""
    moment = [1_700_000_000.0]
    async with google_client(Account(clock=lambda: moment[0])) as client:
        grant = next(iter(client.emulator.account.state.grants.values()))
        url, token = await opened(client), await client.upload(DATA)
        moment[0] += 86_400
        client.token = client.emulator.account.access(grant).token
        wish = {"newMediaItems": [{"simpleMediaItem": {"uploadToken": token}}]}
        old = await client.ask("POST", "/v1/mediaItems:batchCreate", wish)
        assert status(await send(client, url, "query"))[0] == "active"
        moment[0] += 6 * 86_400
        client.token = client.emulator.account.access(grant).token
        gone = await send(client, url, "query")
    assert error_of(old)[:2] == (400, "INVALID_ARGUMENT")
    assert gone.status_code == 404


@pytest.mark.parametrize(
    ("size", "mime", "habits", "expected"),
    [
        (0, "image/jpeg", Habits(), 400),
        (1001, "image/jpeg", Habits(max_photo=1000), 400),
        (1001, "video/mp4", Habits(max_photo=1000), 200),
        (2001, "video/mp4", Habits(max_video=2000), 400),
    ],
)
async def test_what_is_empty_or_too_large_is_refused_at_once(
    size: int, mime: str, habits: Habits, expected: int
) -> None:
    """A video may be larger than a photo."""
    async with google_client(habits=habits) as client:
        answer = await start(client, size, mime)
    assert answer.status_code == expected


async def test_raw_uploads_need_their_headers() -> None:
    """Without the protocol, or with another type of content, nothing is taken."""
    async with google_client() as client:
        url = f"{client.emulator.url}/v1/uploads"
        octets = {"Content-Type": "application/octet-stream"}
        raw = {"X-Goog-Upload-Protocol": "raw"}
        answers = [
            await client.http.post(url, content=DATA, headers={**client.login, **octets}),
            await client.http.post(url, content=DATA, headers={**client.login, **raw}),
            await client.http.post(url, content=b"", headers={**client.login, **octets, **raw}),
        ]
    assert [answer.status_code for answer in answers] == [400, 400, 400]


async def test_a_restart_loses_what_was_not_whole(tmp_path: Path) -> None:
    """An upload goes on from its first byte; what had become an item is there."""
    async with google_client(Account(folder=tmp_path)) as client:
        url = await opened(client)
        await send(client, url, "upload", DATA[:STEP])
        item = await client.put(DATA, "big.jpg")
    path = url.removeprefix(client.emulator.url)
    async with google_client(Account(load_state(tmp_path, State), folder=tmp_path)) as client:
        asked = await send(client, client.emulator.url + path, "query")
        shown = await client.told("GET", f"/v1/mediaItems/{item['id']}")
    assert status(asked) == ("active", "0")
    assert shown["filename"] == "big.jpg"
