"""Bytes go to Google once each way: in one request, or by a session that goes on from its byte."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from photofs.emulators.google import Account, Refusal
from photofs.emulators.google.errors import ApiError, no_login
from photofs.emulators.hosting import faults as net
from photofs.emulators.hosting.faults import Deaf, Effect, Faults
from photofs.emulators.pictures import make_jpeg, make_png
from photofs.model.capture_time import Granularity, TakenBy, TakenFact
from photofs.model.errors import Refused, Temporary, Unauthorised
from photofs.model.photo import Media
from photofs.providers.google.kinds import MOST_BYTES
from photofs.providers.port import Upload
from tests.providers.contract import able
from tests.support.google_library import Emulated, emulated
from tests.support.google_uploads import (
    BY_SESSION,
    QUICK,
    calls_of,
    hashes,
    ours,
    pictures,
    sent_hashes,
    writes_to,
)
from tests.support.uploads import Heard, picture, upload_of

STEP = 256 * 1024
SIZE = 3 * STEP + 1000
SEED = 20261121


@pytest.fixture
def service() -> Iterator[Emulated]:
    """An empty account, and a line that may be as bad as it likes."""
    with emulated(Account(), faults=Faults(seed=SEED)) as service:
        yield service


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    """A file of some steps of the service's."""
    return upload_of(tmp_path, picture(1, SIZE))


async def sent(service: Emulated, upload: Upload, **config: object) -> str:
    """Upload it; its id."""
    async with writes_to(service, **{**QUICK, **config}) as writes:
        return (await able(writes.upload)(upload, Heard())).remote_id


def taken_in(service: Emulated) -> int:
    """Requests that brought bytes, or asked about them."""
    return service.calls("uploads")


async def test_a_short_file_takes_one_request(service: Emulated, tmp_path: Path) -> None:
    """Its bytes in one, its item in another: the least there can be."""
    (small,) = pictures(tmp_path, 1)
    calls = calls_of(service)
    heard = Heard()
    async with writes_to(service, **QUICK) as writes:
        uploaded = await able(writes.upload)(small, heard)
    (item,) = ours(service.account)
    assert (uploaded.remote_id, item.filename) == (item.id, small.name)
    assert uploaded.shown is not None
    assert uploaded.shown.file_name == small.name
    assert (taken_in(service), service.api_calls, calls()) == (1, 1, 3)  # and one for the login
    assert heard.words[-1] == small.size
    assert hashes(service.account) == sent_hashes([small])


async def test_a_long_file_goes_by_a_session(service: Emulated, upload: Upload) -> None:
    """It is announced, and sent whole in the next request."""
    await sent(service, upload, **BY_SESSION)
    assert taken_in(service) == 2
    assert hashes(service.account) == sent_hashes([upload])


@pytest.mark.parametrize("after", random.Random(SEED).sample(range(SIZE), 3))
async def test_a_broken_line_goes_on_from_the_byte(
    service: Emulated, upload: Upload, after: int
) -> None:
    """What has arrived is not sent again: it is asked how much that is."""
    await goes_on_after(service, upload, after)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(16))
async def test_a_line_broken_at_any_byte_goes_on(
    service: Emulated, upload: Upload, part: int
) -> None:
    """The same for all of its lengths by a prime step; in parts, for time."""
    for after in range(part * 61, SIZE, 16 * 61 * 31):
        service.account.state.items.clear()
        await goes_on_after(service, upload._replace(key=f"{after:032x}"), after)


async def goes_on_after(service: Emulated, upload: Upload, after: int) -> None:
    """Break the line after so many bytes, once."""
    before = taken_in(service)
    service.emulator.faults.clear()
    service.emulator.faults.add(Deaf(after=after, reset=True), "uploads", skip=1)
    await sent(service, upload, **BY_SESSION)
    assert taken_in(service) - before == 3  # start, query, rest; what broke off is not counted
    assert hashes(service.account) == sent_hashes([upload])


async def test_silence_is_not_waited_out(service: Emulated, upload: Upload) -> None:
    """A service that reads no more is left, and asked how much it has."""
    service.tools = replace(service.tools, read_timeout=1.0)
    service.emulator.faults.add(Deaf(after=STEP + 1), "uploads", skip=1)
    await sent(service, upload, **BY_SESSION)
    assert hashes(service.account) == sent_hashes([upload])


LOST: dict[str, Effect] = {
    "lost": net.lose_answer(),
    "cut before": net.drop(),
    "cut within": net.drop(10, reset=True),
    "truncated": net.truncate(20),
    "denied": net.done_and_denied(502),
    "a page": net.Answer(status=200, body=b"<html>We are back soon</html>", done=True),
    "503": Refusal(error=ApiError("UNAVAILABLE", "The service is currently unavailable.")),
    "409": net.Answer(status=409),
    "429": net.Answer(status=429, headers=(("Retry-After", "1"),)),
}


@pytest.mark.parametrize("config", [QUICK, BY_SESSION], ids=["raw", "session"])
@pytest.mark.parametrize("skip", [0, 1], ids=["first", "second"])
@pytest.mark.parametrize("lost", LOST)
async def test_any_reply_may_be_lost(
    service: Emulated, upload: Upload, lost: str, skip: int, config: dict[str, object]
) -> None:
    """Whatever comes of a request, the file is there once in the end, and no day's quota wasted."""
    if lost == "lost":  # the only one that is waited for
        service.tools = replace(service.tools, read_timeout=2.0)
    service.emulator.faults.add(LOST[lost], "uploads", skip=skip)
    try:
        await sent(service, upload, **config)
    except Refused:  # a 409 has no meaning but within a session
        assert lost == "409"
        return
    assert hashes(service.account) == sent_hashes([upload])
    assert taken_in(service) <= 5 or lost == "lost"


async def test_another_process_goes_on_from_the_byte(service: Emulated, upload: Upload) -> None:
    """What a killed sender left is gone on with, not begun anew."""
    service.emulator.faults.add(Deaf(after=2 * STEP + 5, reset=True), "uploads", skip=1)
    service.emulator.faults.add(net.server_error(500), "uploads", skip=1, times=None)
    with pytest.raises(Temporary):
        await sent(service, upload, **BY_SESSION)
    service.emulator.faults.clear()
    before = taken_in(service)
    heard = Heard()
    async with writes_to(service, **BY_SESSION) as writes:
        assert await able(writes.find_upload)(upload) is None
        await able(writes.upload)(upload, heard)
    assert taken_in(service) - before == 2  # query, rest
    assert len(service.account.state.uploads) == 1
    assert heard.words[0] >= 2 * STEP
    assert hashes(service.account) == sent_hashes([upload])


async def test_a_token_is_kept_until_it_is_used(service: Emulated, upload: Upload) -> None:
    """Bytes that are there are not sent again, though no item could be made of them."""
    service.emulator.faults.add(net.server_error(500), "mediaItems.batchCreate", times=4)
    with pytest.raises(Temporary):
        await sent(service, upload)
    assert await sent(service, upload)
    assert taken_in(service) == 1


@pytest.mark.parametrize("hours", [21, 25])
async def test_an_old_token_is_not_relied_on(service: Emulated, upload: Upload, hours: int) -> None:
    """After a day the service forgets uploads: their bytes go anew, at no call's expense."""
    now = service.account.clock()
    service.emulator.faults.add(net.server_error(500), "mediaItems.batchCreate", times=4)
    service.tools = replace(service.tools, now_ns=lambda: int(now * 1e9))
    with pytest.raises(Temporary):
        await sent(service, upload)
    creations = service.calls("mediaItems.batchCreate")
    later = now + hours * 3600
    service.account.clock = lambda: later
    service.tools = replace(service.tools, now_ns=lambda: int(later * 1e9))
    await sent(service, upload)
    assert service.calls("mediaItems.batchCreate") == creations + 1
    assert hashes(service.account) == sent_hashes([upload])


async def test_an_expired_session_begins_anew(service: Emulated, upload: Upload) -> None:
    """A session that the service does not know any more costs one question."""
    service.emulator.faults.add(Deaf(after=STEP, reset=True), "uploads", skip=1)
    service.emulator.faults.add(net.server_error(500), "uploads", skip=1, times=None)
    with pytest.raises(Temporary):
        await sent(service, upload, **BY_SESSION)
    service.emulator.faults.clear()
    service.account.state.uploads.clear()
    before = taken_in(service)
    await sent(service, upload, **BY_SESSION)
    assert taken_in(service) - before == 3  # query, start, rest
    assert hashes(service.account) == sent_hashes([upload])


async def test_a_login_that_ends_in_mid_run_is_renewed_once(
    service: Emulated, tmp_path: Path
) -> None:
    """A 401 costs one request more; a second one is the login's end."""
    first, second = pictures(tmp_path, 2)
    service.emulator.faults.add(Refusal(error=no_login()), "uploads")
    await sent(service, first)
    assert (taken_in(service), service.calls("oauth.token")) == (2, 2)
    service.emulator.faults.add(Refusal(error=no_login()), "uploads", times=None)
    with pytest.raises(Unauthorised):
        await sent(service, second)
    assert taken_in(service) == 4


@pytest.fixture
def other() -> Iterator[Emulated]:
    """Somebody else's service."""
    with emulated(Account()) as other:
        yield other


async def test_an_upload_s_address_must_be_google_s(
    service: Emulated, other: Emulated, upload: Upload
) -> None:
    """The login is shown to no host that an answer names."""
    url = f"{other.emulator.url}/v1/uploads?upload_id=x"
    elsewhere = (("X-Goog-Upload-URL", url), ("X-Goog-Upload-Status", "active"))
    service.emulator.faults.add(net.Answer(status=200, headers=elsewhere), "uploads")
    await sent(service, upload, **BY_SESSION)
    assert taken_in(service) == 3
    assert sum(other.emulator.calls.values()) == 0
    assert hashes(service.account) == sent_hashes([upload])


@pytest.mark.parametrize(
    ("media", "size", "name"),
    [
        (Media.PICTURE, 5, "x.psd"),
        (Media.VIDEO, 5, "x.webm"),
        (Media.PICTURE, MOST_BYTES[Media.PICTURE] + 1, "x.jpg"),
        (Media.VIDEO, MOST_BYTES[Media.VIDEO] + 1, "x.mp4"),
    ],
)
async def test_what_google_never_takes_is_not_sent(
    service: Emulated, tmp_path: Path, media: Media, size: int, name: str
) -> None:
    """Kinds and lengths that are refused for good are refused before a byte goes out."""
    upload = upload_of(tmp_path, b"12345", name=name, media=media)._replace(size=size)
    with pytest.raises(Refused, match="Google Photos takes no"):
        await sent(service, upload)
    assert sum(service.emulator.calls.values()) == 0


TAKEN = datetime(2001, 2, 3, 4, 5, 6)  # noqa: DTZ001 - wall time


async def test_a_picture_without_a_date_gets_one_in_its_copy(
    service: Emulated, tmp_path: Path
) -> None:
    """Google files it at the moment that the tree shows; the file itself is as it was."""
    data = make_jpeg(1, width=64, height=48)
    undated = upload_of(tmp_path, data)._replace(taken=TakenFact(by=TakenBy.USER, local=TAKEN))
    for config in (QUICK, BY_SESSION):
        await sent(service, undated._replace(key=f"{len(config):032x}"), **config)
    (item,) = ours(service.account)
    assert (item.created, item.dated) == ("2001-02-03T04:05:06Z", True)
    assert undated.path.read_bytes() == data
    assert service.account.vault.get(item.sha256).size > len(data)


async def test_a_date_in_the_bytes_stays(service: Emulated, tmp_path: Path) -> None:
    """What a picture tells of itself is not overwritten, nor is a month made into a day."""
    taken = TakenFact(by=TakenBy.USER, local=TAKEN)
    month = TakenFact(by=TakenBy.USER, local=TAKEN, granularity=Granularity.MONTH)
    dated = make_jpeg(1, width=64, height=48, taken=datetime(1999, 9, 9, 9))  # noqa: DTZ001 - wall time
    files = [
        upload_of(tmp_path, dated, key="1" * 32)._replace(taken=taken),
        upload_of(tmp_path, make_jpeg(2, width=64, height=48), key="2" * 32)._replace(taken=month),
        upload_of(tmp_path, make_png(3), name="x.png", key="3" * 32)._replace(taken=taken),
    ]
    for each in files:
        await sent(service, each)
    assert hashes(service.account) == sent_hashes(files)
