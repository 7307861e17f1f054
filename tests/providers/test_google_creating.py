"""Items of uploaded bytes at Google: few calls, each file once; one bad thing spoils no other."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trio

from photofs.emulators.google import PROJECT, Account, Habits, Refusal
from photofs.emulators.google.errors import (
    ApiError,
    at_once,
    no_login,
    over_the_day,
    over_the_minute,
)
from photofs.emulators.hosting import faults as net
from photofs.emulators.hosting.faults import Effect, Faults
from photofs.model.errors import Quota, Refused, Temporary
from photofs.model.observation import PhotoSeen
from photofs.providers.google.answers import Record
from photofs.providers.google.batches import Again
from photofs.providers.google.creating import Uploaded as Waiting
from photofs.providers.google.creating import outcomes
from photofs.providers.google.records import photo_seen
from photofs.providers.port import Uploaded
from tests.providers.contract import able
from tests.support.google_library import Emulated, emulated
from tests.support.google_uploads import (
    QUICK,
    calls_of,
    hashes,
    ours,
    pictures,
    sent_hashes,
    upload_all,
    writes_to,
)
from tests.support.uploads import upload_of

CREATE = "mediaItems.batchCreate"
JSON = "application/json; charset=UTF-8"


@pytest.fixture(params=[200, 207])
def habits(request: pytest.FixtureRequest) -> Habits:
    """As documented, and as seen."""
    return Habits(partial_status=request.param)


@pytest.fixture
def service(habits: Habits) -> Iterator[Emulated]:
    """An empty account."""
    with emulated(Account(), faults=Faults(), habits=habits) as service:
        yield service


def ids(told: list[Uploaded | Exception]) -> list[str]:
    """Of uploads that all went well."""
    assert all(isinstance(one, Uploaded) for one in told), told
    return [one.remote_id for one in told if isinstance(one, Uploaded)]


async def test_uploads_wait_for_each_other(service: Emulated, tmp_path: Path) -> None:
    """120 photos at once: 120 requests for their bytes, 3 for their items, 1 for the login."""
    files = pictures(tmp_path, 120)
    calls = calls_of(service)
    async with writes_to(service, **QUICK) as writes:
        made = ids(await upload_all(writes, files))
    assert calls() == 120 + 3 + 1
    assert service.calls(CREATE) == 3
    names = {item.id: item.filename for item in ours(service.account)}
    assert [names[each] for each in made] == [file.name for file in files]


LOST: dict[str, Effect] = {
    "lost": net.lose_answer(),
    "cut before": net.drop(),
    "cut within": net.drop(30, reset=True),
    "denied": net.done_and_denied(502),
    "503": Refusal(error=ApiError("UNAVAILABLE", "The service is currently unavailable.")),
    "500": net.server_error(500),
    "401": Refusal(error=no_login()),
    "a list": net.Answer(status=200, body=b"[1]", kind=JSON, done=True),
    "nothing in it": net.Answer(status=200, body=b"{}", kind=JSON, done=True),
}


@pytest.mark.parametrize("lost", LOST)
async def test_a_lost_answer_makes_nothing_twice(
    service: Emulated, tmp_path: Path, lost: str
) -> None:
    """The call is made again, and names the same items: each file is there once."""
    if lost == "lost":  # the only one that is waited for
        service.tools = replace(service.tools, read_timeout=2.0)
    service.emulator.faults.add(LOST[lost], CREATE)
    files = pictures(tmp_path, 3)
    async with writes_to(service, **QUICK) as writes:
        made = ids(await upload_all(writes, files))
    assert hashes(service.account) == sent_hashes(files)
    assert sorted(made) == sorted(item.id for item in ours(service.account))
    assert service.calls("uploads") == 3
    assert service.calls(CREATE) == 2 or lost == "lost"


async def test_what_became_of_a_lost_batch_is_asked_in_one_call(
    service: Emulated, tmp_path: Path
) -> None:
    """After a death, all of its uploads are found by making the call once more, together."""
    service.emulator.faults.add(net.done_and_denied(502), CREATE, times=4)
    files = pictures(tmp_path, 3)
    async with writes_to(service, **QUICK) as writes:
        told = await upload_all(writes, files)
    assert [type(one) for one in told] == [Temporary] * 3
    found: dict[str, str | None] = {}
    before = service.calls(CREATE)
    async with writes_to(service, **QUICK) as writes, trio.open_nursery() as nursery:

        async def find(place: int) -> None:
            with writes.coming():
                file = files[place]
                found[file.name] = await able(writes.find_upload)(file)

        for place in range(3):
            nursery.start_soon(find, place)
    assert found == {item.filename: item.id for item in ours(service.account)}
    assert (service.calls("uploads"), service.calls(CREATE) - before) == (3, 1)


async def test_one_bad_file_spoils_no_other(service: Emulated, tmp_path: Path) -> None:
    """It is refused, with the service's words; all others are there, after one call."""
    good = pictures(tmp_path, 3)
    bad = upload_of(tmp_path, b"\xff\xd8\xff\xe0 no picture", name="bad.jpg", key="b" * 32)
    async with writes_to(service, **QUICK) as writes:
        told = await upload_all(writes, [good[0], bad, *good[1:]])
    assert isinstance(told.pop(1), Refused)
    assert len(ids(told)) == 3
    assert service.calls(CREATE) == 1


def waiting(number: int, *, size: int = 1000, certain: bool = True) -> Waiting:
    """Bytes that are there."""
    return Waiting(f"k{number}", f"t{number}", f"{number}.jpg", f"s{number}", size, certain)


def result(number: int, code: int = 0, message: str = "Success") -> dict[str, object]:
    """What an answer says of one."""
    told: dict[str, object] = {"uploadToken": f"t{number}", "status": {"message": message}}
    if code:
        return {**told, "status": {"code": code, "message": message}}
    return {**told, "mediaItem": {"id": f"i{number}"}}


FULL = "Failed: There was an error while trying to create this media item."


@pytest.mark.parametrize(
    ("code", "message", "means"),
    [
        (3, "BAD_IMAGE: There was an error while trying to create this media item.", Refused),
        (3, FULL, Quota),
        (6, "Failed: ALREADY_EXISTS", Again),
        (13, "Failed: INTERNAL", Again),
        (14, "Failed: UNAVAILABLE", Again),
        (7, "Failed: PERMISSION_DENIED", Refused),
    ],
)
def test_each_item_has_a_word_of_its_own(code: int, message: str, means: type) -> None:
    """What goes again, what is refused, and what may be an account without room."""
    first, second = outcomes([waiting(1), waiting(2)], [result(2, code, message), result(1)])
    assert first == {"id": "i1"}
    assert type(second) is means


def test_an_answer_that_leaves_one_out_is_no_refusal_of_it() -> None:
    """It goes again."""
    first, second = outcomes([waiting(1), waiting(2)], [result(1)])
    assert first == {"id": "i1"}
    assert isinstance(second, Again)


@pytest.mark.parametrize(
    ("size", "certain", "means"),
    [(1000, True, Refused), (999, True, Quota), (999, False, Refused)],
    ids=["as long", "shorter", "an odd kind"],
)
def test_a_full_account_is_told_from_a_bad_file(*, size: int, certain: bool, means: type) -> None:
    """If one as long found room after it, or its kind is none that Google names, it is the file."""
    some = [waiting(1, certain=certain), waiting(2, size=size)]
    told = outcomes(some, [result(1, 3, FULL), result(2)])
    assert type(told[0]) is means
    (alone,) = outcomes([waiting(1)], [result(1, 3, FULL)])
    assert type(alone) is Quota


def test_a_video_stays_the_same_bytes_once_it_is_converted() -> None:
    """Its size in pixels is told only then; that of a picture is a part of its version."""
    film: dict[str, object] = {"id": "i1", "mimeType": "video/mp4", "mediaMetadata": {"video": {}}}
    converted = {**film, "mediaMetadata": {"width": "640", "height": "480", "video": {}}}
    keys = [_seen(one).content_key for one in (film, converted)]
    assert keys[0] == keys[1]
    drawn = {**film, "mimeType": "image/jpeg", "mediaMetadata": {"photo": {}}}
    larger = {**drawn, "mediaMetadata": {"width": "640", "height": "480", "photo": {}}}
    assert _seen(drawn).content_key != _seen(larger).content_key


def _seen(record: Record) -> PhotoSeen:
    seen = photo_seen(record, 1, favorite=None)
    assert seen is not None
    return seen


async def test_a_full_account_gives_nothing_up(service: Emulated, tmp_path: Path) -> None:
    """What found room is there; the rest goes later, and its bytes are not sent again."""
    files = pictures(tmp_path, 4)
    service.account.state.storage_left = files[0].size + files[1].size + 10
    async with writes_to(service, **QUICK) as writes:
        told = await upload_all(writes, files)
        assert {type(one) for one in told} == {Uploaded, Quota}
        service.account.state.storage_left = None
        left = [file for file, one in zip(files, told, strict=True) if isinstance(one, Quota)]
        assert len(ids(await upload_all(writes, left))) == len(left)
    assert service.calls("uploads") == 4
    assert hashes(service.account) == sent_hashes(files)


async def test_the_same_bytes_twice_are_one_item(service: Emulated, tmp_path: Path) -> None:
    """Two files with the same bytes name the same item, and neither fails."""
    one, other = pictures(tmp_path, 2)
    other = other._replace(path=one.path, sha256=one.sha256, size=one.size)
    async with writes_to(service, **QUICK) as writes:
        first, second = ids(await upload_all(writes, [one, other]))
    assert first == second
    assert len(ours(service.account)) == 1


async def test_a_token_that_google_forgot_is_found_and_replaced(
    service: Emulated, tmp_path: Path
) -> None:
    """The whole call is refused for it; its bytes are sent again, and no others."""
    service.emulator.faults.add(net.server_error(500), CREATE, times=4)
    files = pictures(tmp_path, 8)
    async with writes_to(service, **QUICK) as writes:
        await upload_all(writes, files)
        tokens = service.account.state.tokens
        tokens.pop(next(iter(tokens)))
        before = service.calls(CREATE)
        assert len(ids(await upload_all(writes, files))) == 8
    assert service.calls("uploads") == 9
    assert service.calls(CREATE) - before <= 8
    assert hashes(service.account) == sent_hashes(files)


@pytest.mark.parametrize(
    "error", [at_once(), over_the_minute(PROJECT, 30)], ids=["at once", "minute"]
)
async def test_too_many_writes_are_waited_out(
    service: Emulated, tmp_path: Path, error: ApiError, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moment later the same call goes well; the bytes are not sent again."""
    monkeypatch.setattr("photofs.providers.google.answers.CALM_DOWN", 0.1)
    service.emulator.faults.add(Refusal(error=error), CREATE)
    files = pictures(tmp_path, 3)
    async with writes_to(service, **QUICK) as writes:
        assert len(ids(await upload_all(writes, files))) == 3
    assert (service.calls("uploads"), service.calls(CREATE)) == (3, 2)


@pytest.mark.parametrize("where", ["uploads", CREATE])
async def test_a_used_up_day_stops_at_once(service: Emulated, tmp_path: Path, where: str) -> None:
    """Quota with the time of the next day; afterwards nothing is sent again that is there."""
    fault = service.emulator.faults.add(
        Refusal(error=over_the_day(PROJECT, 10_000)), where, times=None
    )
    files = pictures(tmp_path, 3)
    async with writes_to(service, **QUICK) as writes:
        told = await upload_all(writes, files)
        assert [type(one) for one in told] == [Quota] * 3
        assert all((one.retry_after or 0) > 0 for one in told if isinstance(one, Quota))
        assert fault.hits <= 3
        service.emulator.faults.clear()
        assert len(ids(await upload_all(writes, files))) == 3
    assert service.calls("uploads") == (3 if where == CREATE else 3 + fault.hits)
