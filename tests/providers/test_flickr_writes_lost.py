"""An upload to Flickr whose answer is lost is found, or certainly not there; never twice."""

import math
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock as Clock

from photofs.emulators.flickr import Habits
from photofs.emulators.flickr import faults as bad
from photofs.emulators.hosting import faults as net
from photofs.emulators.pictures import make_jpeg
from photofs.model.errors import Temporary
from photofs.providers.flickr.sending import Outgoing
from photofs.providers.port import Upload, Writes
from tests.support.flickr_library import Emulated, emulated, small_account
from tests.support.flickr_writes import able, own_photos, tags_of, writes_to
from tests.support.uploads import Heard, long_upload, picture, upload_of

PICTURE = make_jpeg(1, width=64, height=48)
NOW = 1_800_000_000.0


class Time:
    """The service's clock; a test sets it."""

    def __init__(self) -> None:
        """Some day."""
        self.now = NOW

    def __call__(self) -> float:
        """Unix seconds."""
        return self.now


@pytest.fixture
def clock() -> Time:
    """The clock."""
    return Time()


@pytest.fixture(params=[True, False], ids=["dedup", "no dedup"])
def service(request: pytest.FixtureRequest, clock: Time) -> Iterator[Emulated]:
    """A Pro account, at a service that heeds dedup_check or does not."""
    account = small_account().account
    account.clock = clock
    habits = Habits(dedup=request.param, clock_tolerance=None)
    with emulated(account, habits=habits, perms="delete") as service:
        service.tools = replace(service.tools, read_timeout=1.0)
        yield service


async def fails(writes: Writes, upload: Upload) -> None:
    """An upload that ends without anybody knowing what became of it."""
    with pytest.raises(Temporary):
        await able(writes.upload)(upload, Heard())


def copies(service: Emulated, upload: Upload) -> int:
    """How many photos of the account came with this upload."""
    tag = f"photofs:op={upload.key}"
    return sum(tag in tags_of(photo) for photo in service.account.stream())


COMMITTED: dict[str, net.Effect] = {
    "lost": net.lose_answer(),
    "cut before": net.drop(),
    "cut within": net.drop(60, reset=True),
    "truncated": net.truncate(100),
    "502": net.done_and_denied(502),
    "504": net.done_and_denied(504),
    "a page": replace(net.html_page(), done=True),
    "nothing": net.Answer(status=200, done=True),
    "half an answer": net.Answer(
        status=200, body=b'<?xml version="1.0"?><rsp stat="ok"><photoid>12', done=True
    ),
}


@pytest.mark.parametrize("name", COMMITTED)
async def test_an_upload_that_came_is_found(name: str, service: Emulated, tmp_path: Path) -> None:
    """P3, P20: committed and the answer lost in any way: it was sent once, and is found at once."""
    service.emulator.faults.add(COMMITTED[name], "upload")
    upload = upload_of(tmp_path, PICTURE, title="Tram")
    async with writes_to(service) as writes:
        await fails(writes, upload)
        assert service.calls("upload") == 1
        found = await able(writes.find_upload)(upload)
    assert found == own_photos(service)["Tram"].id
    assert service.calls("flickr.photos.search") == 0


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_no_needs_two_looks(
    status: int, service: Emulated, clock: Time, tmp_path: Path
) -> None:
    """All bytes went out and nothing shows: a no counts only when the lists had time to know."""
    service.emulator.faults.add(net.server_error(status), "upload")
    upload = upload_of(tmp_path, PICTURE)
    async with writes_to(service) as writes:
        await fails(writes, upload)
        with pytest.raises(Temporary, match="not known yet") as caught:
            await able(writes.find_upload)(upload)
        assert caught.value.retry_after == 120
        clock.now += 60
        with pytest.raises(Temporary, match="not known yet"):
            await able(writes.find_upload)(upload)
        clock.now += 61
        assert await able(writes.find_upload)(upload) is None
        assert await able(writes.find_upload)(upload) is None
        await able(writes.upload)(upload, Heard())
    assert copies(service, upload) == 1


async def test_a_clock_set_back_only_waits(service: Emulated, clock: Time, tmp_path: Path) -> None:
    """P23: a service's clock that goes back makes the wait longer, never shorter."""
    service.emulator.faults.add(net.server_error(), "upload")
    upload = upload_of(tmp_path, PICTURE)
    async with writes_to(service) as writes:
        await fails(writes, upload)
        for step in (0, -5000, 119):
            clock.now += step
            with pytest.raises(Temporary, match="not known yet"):
                await able(writes.find_upload)(upload)
        clock.now += 1
        assert await able(writes.find_upload)(upload) is None


async def test_what_shows_itself_late_is_found(
    service: Emulated, clock: Time, tmp_path: Path
) -> None:
    """P3: a ticket that was lost, behind which the photo appears half an hour later: no second."""
    service.emulator.habits.ticket_delay = 1800
    service.emulator.faults.add(net.lose_answer(), "upload")
    upload = upload_of(tmp_path, PICTURE, title="Tram")
    async with writes_to(service, later_from=1) as writes:
        await fails(writes, upload)
        for _minute in range(0, 1800, 300):
            with pytest.raises(Temporary, match="not known yet"):
                await able(writes.find_upload)(upload)
            clock.now += 300
        assert await able(writes.find_upload)(upload) == own_photos(service)["Tram"].id


async def test_what_never_went_out_whole_is_not_there(
    service: Emulated, hurry: Clock, tmp_path: Path
) -> None:
    """A service that stops listening, or hangs up, mid-upload has nothing: known at once."""
    del hurry
    data = picture(3, 12_000_000)
    for number, effect in enumerate((net.Deaf(after=200_000), net.Deaf(after=9, reset=True))):
        service.emulator.faults.add(effect, "upload")
        upload = upload_of(tmp_path, data, key=f"{number:032x}")
        heard = Heard()
        async with writes_to(service) as writes:
            with pytest.raises(Temporary):
                await able(writes.upload)(upload, heard)
            assert max(heard.words, default=0) < len(data)
            assert await able(writes.find_upload)(upload) is None
    assert len(own_photos(service)) == 5


@pytest.mark.parametrize(("code", "is_sure"), [(105, True), (201, True), (3, False), (106, False)])
async def test_refusals_that_pass(
    code: int, service: Emulated, tmp_path: Path, *, is_sure: bool
) -> None:
    """That it is not available means that nothing was done; an unexplained failure need not."""
    service.emulator.faults.add(bad.Fails(code=code, message="no"), "upload")
    upload = upload_of(tmp_path, PICTURE)
    async with writes_to(service) as writes:
        await fails(writes, upload)
        if is_sure:
            assert await able(writes.find_upload)(upload) is None
        else:
            with pytest.raises(Temporary, match="not known yet"):
                await able(writes.find_upload)(upload)


async def test_no_line_at_all(service: Emulated, tmp_path: Path) -> None:
    """Without a line nothing is sent; when it is back, that is known at once."""
    upload = upload_of(tmp_path, PICTURE)
    async with writes_to(service) as writes:
        await able(writes.look)("1")
        service.emulator.faults.add(net.drop(), "flickr.*", times=None)
        service.emulator.faults.add(net.Deaf(after=-1, reset=True), "upload")
        await fails(writes, upload_of(tmp_path, picture(3, 5_000_000)))
        service.emulator.faults.clear()
        assert await able(writes.find_upload)(upload) is None


async def test_a_cancelled_upload_ends(service: Emulated, tmp_path: Path) -> None:
    """Cancelling leaves at once, ends the sending, and the provider works on."""
    upload = upload_of(tmp_path, PICTURE)
    async with writes_to(service) as writes:
        with trio.CancelScope() as scope:
            await able(writes.upload)(long_upload(tmp_path), lambda _sent: scope.cancel())
        assert scope.cancelled_caught
        assert await able(writes.find_upload)(upload) is None
        await able(writes.upload)(upload, Heard())
    assert copies(service, upload) == 1


async def test_a_cancelled_sender_reads_no_more(tmp_path: Path) -> None:
    """The thread that a cancelled upload leaves behind gets not one more block to send."""
    upload = upload_of(tmp_path, PICTURE)
    left, tried = threading.Event(), trio.Event()
    got: list[bytes] = []

    def send() -> None:
        with upload.path.open("rb") as file:
            outgoing = Outgoing(file, upload, Heard(), lambda: got.append(b"the last"))
            got.append(outgoing.read(100))
            trio.from_thread.run_sync(scope.cancel)
            left.wait()
            try:
                got.append(outgoing.read())
            finally:
                token.run_sync_soon(tried.set)

    token = trio.lowlevel.current_trio_token()
    with trio.CancelScope() as scope:
        await trio.to_thread.run_sync(send, abandon_on_cancel=True)
    left.set()
    await tried.wait()
    assert got == [PICTURE[:100]]


async def test_notes_outlive_a_crash(service: Emulated, clock: Time, tmp_path: Path) -> None:
    """P3: after a restart the notes still say how far an upload came, and how long it is missed."""
    service.emulator.faults.add(net.server_error(), "upload")
    upload = upload_of(tmp_path, PICTURE)
    async with writes_to(service) as writes:
        await fails(writes, upload)
    async with writes_to(service) as writes:
        with pytest.raises(Temporary):
            await able(writes.find_upload)(upload)
    clock.now += 121
    async with writes_to(service) as writes:
        assert await able(writes.find_upload)(upload) is None


async def test_lost_notes_cost_only_time(service: Emulated, clock: Time, tmp_path: Path) -> None:
    """Without notes an old upload of ours is found all the same, and a no is waited for."""
    upload = upload_of(tmp_path, PICTURE, title="Tram")
    never = upload_of(tmp_path, picture(2, 5000), key="b" * 32)
    async with writes_to(service) as writes:
        await able(writes.upload)(upload, Heard())
        for number in range(600):
            photo = service.account.state.photos[own_photos(service)["Sea 0"].id]
            service.account.add_photo(photo.original, title=f"Later {number}")
        clock.now += 10 * 86_400
        notes: tuple[object, ...] = (None, [], {"a": 1}, {upload.key: {"begun": "x"}})
        for damaged in notes:
            service.tools.small_state.put("uploads", damaged)
            found = await able(writes.find_upload)(upload)
            assert found == own_photos(service)["Tram"].id
        with pytest.raises(Temporary, match="not known yet"):
            await able(writes.find_upload)(never)
        clock.now += 121
        assert await able(writes.find_upload)(never) is None


async def test_only_the_newest_are_looked_through(
    service: Emulated, clock: Time, tmp_path: Path
) -> None:
    """Of a large account only the photos since the upload's begin are listed."""
    del clock
    original = own_photos(service)["Sea 0"].original
    for number in range(1200):
        service.account.add_photo(original, title=f"Old {number}", uploaded=1_500_000_000 + number)
    service.emulator.faults.add(net.lose_answer(), "upload")
    upload = upload_of(tmp_path, PICTURE, title="Tram")
    other = upload_of(tmp_path, picture(2, 5000), key="b" * 32)
    async with writes_to(service) as writes:
        await fails(writes, upload)
        assert await able(writes.find_upload)(upload) == own_photos(service)["Tram"].id
        assert pages_listed(service) == {"1"}
        service.emulator.faults.add(net.server_error(), "upload")
        await fails(writes, other)
        with pytest.raises(Temporary):
            await able(writes.find_upload)(other)
    assert pages_listed(service) == {"1"}


def pages_listed(service: Emulated) -> set[str]:
    """Which pages of the account's photos were asked for, however often."""
    name = "flickr.people.getPhotos"
    calls = [call for call in service.emulator.ledger.history if call.name == name]
    return {call.arguments.get("page", "1") for call in calls}


async def test_trouble_while_looking_is_no_no(
    service: Emulated, hurry: Clock, tmp_path: Path
) -> None:
    """P11, P20: a list that lies or fails while an upload is looked for is never taken for a no."""
    del hurry
    upload = upload_of(tmp_path, PICTURE, title="Tram")
    service.emulator.faults.add(net.lose_answer(), "upload")
    async with writes_to(service) as writes:
        await fails(writes, upload)
        effects = (bad.empty_page(), bad.unavailable(), net.Line(wait=math.inf), bad.too_many())
        for effect in effects:
            fault = service.emulator.faults.add(effect, "flickr.people.getPhotos", times=None)
            with pytest.raises(Temporary):
                await able(writes.find_upload)(upload)
            assert fault.hits
            service.emulator.faults.clear()
        assert await able(writes.find_upload)(upload) == own_photos(service)["Tram"].id


async def test_a_ticket_is_asked_first(
    service: Emulated, hurry: Clock, clock: Time, tmp_path: Path
) -> None:
    """A noted ticket answers: pending is no no, failed is one, unknown means to look further."""
    del hurry
    service.emulator.habits.ticket_delay = 700_000
    upload = upload_of(tmp_path, b"no picture")
    async with writes_to(service, later_from=1, ticket=5, settle_later=0) as writes:
        await fails(writes, upload)
        with pytest.raises(Temporary, match="still working"):
            await able(writes.find_upload)(upload)
        clock.now += 700_001
        assert await able(writes.find_upload)(upload) is None
        other = upload_of(tmp_path, PICTURE, title="Tram", key="b" * 32)
        await fails(writes, other)
        service.account.state.tickets.clear()
        assert await able(writes.find_upload)(other) is None


async def test_four_lost_answers_make_one_photo(
    service: Emulated, clock: Time, tmp_path: Path
) -> None:
    """P3: however often the answer is lost, who asks before each try ends with one photo."""
    upload = upload_of(tmp_path, PICTURE)
    for effect in (
        net.server_error(),
        bad.too_many(),
        net.server_error(503),
        net.lose_answer(),
    ):
        service.emulator.faults.add(effect, "upload")
    tries, found = 0, None
    async with writes_to(service) as writes:
        while found is None:
            tries += 1
            await fails(writes, upload)
            found = await _asked_until_known(writes, upload, clock)
    assert tries == 4
    assert copies(service, upload) == 1


async def _asked_until_known(writes: Writes, upload: Upload, clock: Time) -> str | None:
    for _look in range(10):
        try:
            return await able(writes.find_upload)(upload)
        except Temporary as error:
            clock.now += error.retry_after or 1
    pytest.fail("nobody ever knows")
