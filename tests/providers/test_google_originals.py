"""The bytes that Google gives: by addresses of the hour, and never taken for what they are not."""

from collections.abc import AsyncIterator, Iterator

import pytest
import trio
from trio.testing import MockClock

from photofs.emulators.google import Refusal
from photofs.emulators.google.errors import invalid
from photofs.emulators.google.state import Item
from photofs.emulators.hosting import faults as net
from photofs.model.errors import Gone, NotFound, Temporary
from photofs.model.span import Span
from photofs.providers.port import Provider
from tests.support.google_library import Emulated, Uploads, emulated, ref_to, uploads
from tests.support.waiting import wait_until

BATCH = "mediaItems.batchGet"


@pytest.fixture
def made() -> Uploads:
    """What was uploaded."""
    return uploads()


@pytest.fixture
def service(made: Uploads) -> Iterator[Emulated]:
    """It, served."""
    with emulated(made.account) as service:
        yield service


@pytest.fixture
async def provider(service: Emulated) -> AsyncIterator[Provider]:
    """The provider, logged in."""
    async with service.provider() as provider:
        yield provider


async def read(provider: Provider, item: Item, span: Span | None = None) -> bytes:
    """The bytes of a photo."""
    async with provider.open_original(ref_to(item), span) as stream:
        return b"".join([chunk async for chunk in stream])


async def test_an_address_serves_for_a_while(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """Reading the same photo again costs a download and no call."""
    for _time in range(3):
        assert await read(provider, made.pictures[0]) == made.given(made.pictures[0])
    assert (service.calls(BATCH), service.calls("bytes")) == (1, 3)


async def test_an_address_that_ended_is_renewed_once(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """The host says 403 with a page; the next address gives the bytes."""
    item, clock = made.pictures[0], service.account.clock
    await read(provider, item)
    service.account.clock = lambda: clock() + 2 * 3600
    assert await read(provider, item) == made.given(item)
    assert (service.calls(BATCH), service.calls("bytes")) == (2, 3)


async def test_an_old_address_is_not_tried(
    service: Emulated, made: Uploads, provider: Provider, hurry: MockClock
) -> None:
    """After fifty minutes another one is asked for at once."""
    del hurry
    await read(provider, made.pictures[0])
    await trio.sleep(3001)
    await read(provider, made.pictures[0])
    assert (service.calls(BATCH), service.calls("bytes")) == (2, 2)


async def test_a_host_that_refuses_for_good_is_temporary(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """The API names the photo, so it is not gone; two addresses are tried."""
    page = net.Answer(status=403, body=b"<html><h1>403.</h1></html>")
    service.emulator.faults.add(page, "bytes", times=None)
    with pytest.raises(Temporary, match="does not hand out"):
        await read(provider, made.pictures[0])
    assert (service.calls(BATCH), service.calls("bytes")) == (2, 2)


async def test_a_photo_is_gone_only_by_its_id(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """When the API says so of it; then the scan is named, and what is cached stays."""
    made.pictures[0].trashed = True
    with pytest.raises(Gone) as caught:
        await read(provider, made.pictures[0])
    assert "photofs scan" in caught.value.remedy
    assert service.calls("bytes") == 0


async def test_a_picture_for_an_error_is_no_photo(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """404 comes with a picture, which is never taken for the photo's."""
    picture = net.Answer(status=404, body=b"\xff\xd8\xff\xe0" + bytes(500), kind="image/jpeg")
    service.emulator.faults.add(picture, "bytes", times=1)
    assert await read(provider, made.pictures[0]) == made.given(made.pictures[0])


async def test_an_access_token_that_ended_is_renewed(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """The host of the bytes asks for the login, too."""
    await read(provider, made.pictures[0])
    service.account.state.accesses.clear()
    assert await read(provider, made.pictures[0]) == made.given(made.pictures[0])


@pytest.mark.parametrize("ranges", ["part", "whole", "no length"])
async def test_hosts_may_ignore_ranges_and_lengths(
    service: Emulated, made: Uploads, provider: Provider, ranges: str
) -> None:
    """What comes is the right bytes from where the stream says; the length may not be known."""
    setattr(service.emulator.habits, "ranges", ranges)  # noqa: B010 - a literal's type
    right = made.given(made.pictures[0])
    async with provider.open_original(ref_to(made.pictures[0]), Span(100, 200)) as stream:
        got = b"".join([chunk async for chunk in stream])
        assert stream.start == (100 if ranges == "part" else 0)
        assert stream.total == (None if ranges == "no length" else len(right))
    assert got == right[stream.start : 200]


async def test_a_video_in_work_is_waited_for(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """It is Temporary without a try at its bytes, asked about each time, and read once ready."""
    video = made.videos[0]
    video.polls = 2
    for _time in range(2):
        with pytest.raises(Temporary, match="still works"):
            await read(provider, video)
    assert service.calls("bytes") == 0
    assert await read(provider, video) == made.given(video)


async def test_a_video_that_failed_names_the_takeout(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """Google gives none of it, now or later; a Takeout does."""
    made.videos[0].failed = True
    with pytest.raises(Gone) as caught:
        await read(provider, made.videos[0])
    assert "Takeout" in caught.value.remedy
    assert service.calls("bytes") == 0


async def test_many_photos_share_their_calls(
    service: Emulated, provider: Provider, made: Uploads
) -> None:
    """Forty that are opened at once take two calls: the first one's, and one for all others."""
    many = uploads(pictures=40)
    made.account.state.items.update(many.account.state.items)
    service.account.vault = many.account.vault
    got: dict[str, bytes] = {}

    async def fetch(item: Item) -> None:
        got[item.id] = await read(provider, item)

    async with trio.open_nursery() as nursery:
        for item in many.pictures:
            nursery.start_soon(fetch, item)
    assert got == {item.id: many.given(item) for item in many.pictures}
    assert service.calls(BATCH) <= 3


async def test_an_asker_who_leaves_keeps_nobody_waiting(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """Cancelled while its call is under way, it leaves the others their turn."""
    service.emulator.faults.add(net.stall(0.5), BATCH)

    async with trio.open_nursery() as nursery:
        leaving = trio.CancelScope()

        async def leave_early() -> None:
            with leaving:
                await read(provider, made.pictures[0])

        nursery.start_soon(leave_early)
        await trio.to_thread.run_sync(wait_until, lambda: service.calls(BATCH) > 0)
        leaving.cancel()
        assert await read(provider, made.pictures[1]) == made.given(made.pictures[1])


async def test_passing_trouble_of_the_host_is_overcome(
    service: Emulated, made: Uploads, hurry: MockClock
) -> None:
    """Too many requests, its own trouble, a page for the photo: asked again, the bytes come."""
    del hurry
    for effect in (net.Answer(status=429), net.server_error(503), net.html_page()):
        service.emulator.faults.add(effect, "bytes")
    async with service.provider() as provider:
        assert await read(provider, made.pictures[0]) == made.given(made.pictures[0])


async def test_an_address_of_somebody_else_is_not_asked(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """The access token goes to the service's own hosts alone."""
    item = made.pictures[0]
    body = (
        b'{"mediaItemResults": [{"mediaItem": {"id": "%s", "baseUrl": "https://evil.example/x"}}]}'
        % item.id.encode()
    )
    answer = net.Answer(status=200, body=body, kind="application/json")
    service.emulator.faults.add(answer, BATCH, times=None)
    with pytest.raises(Temporary, match="none of its own"):
        await read(provider, item)


@pytest.mark.parametrize("code", [13, 14, 4, 8, 7, None])
async def test_trouble_with_one_item_of_a_batch_is_passing(
    service: Emulated, made: Uploads, provider: Provider, code: int | None
) -> None:
    """INTERNAL and the like say nothing of whether the photo is there."""
    status = b"{}" if code is None else b'{"status": {"code": %d}}' % code
    body = b'{"mediaItemResults": [%s]}' % status
    service.emulator.faults.add(net.Answer(status=200, body=body, kind="application/json"), BATCH)
    with pytest.raises(Temporary):
        await read(provider, made.pictures[0])
    assert service.calls("mediaItems.get") == 0
    assert await read(provider, made.pictures[0]) == made.given(made.pictures[0])


async def test_a_ref_of_another_provider_is_not_found(provider: Provider) -> None:
    """It is none of ours, and nothing is asked."""
    with pytest.raises(NotFound):
        async with provider.open_original('{"id":"1","size":"o","url":"","version":""}', None):
            pass


async def test_the_photos_of_a_day_take_two_calls(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """Read one after the other: one for the first, one for all others; each its download."""
    for item in made.pictures:
        item.created = "2019-07-12T08:00:00Z"
    for _time in range(2):
        for item in made.pictures:
            assert await read(provider, item) == made.given(item)
    assert (service.calls(BATCH), service.calls("mediaItems.search")) == (1, 1)
    assert service.calls("bytes") == 8


async def test_a_photo_that_the_day_does_not_hold_is_asked_for_itself(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """Without a capture date the service finds it by no day; the day is not searched again."""
    for item in made.pictures:
        item.created, item.dated = "2019-07-12T08:00:00Z", False
    for item in made.pictures:
        assert await read(provider, item) == made.given(item)
    assert (service.calls(BATCH), service.calls("mediaItems.search")) == (4, 1)


async def test_a_refused_search_for_a_day_costs_nobody_a_photo(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """Then each is asked for by itself."""
    for item in made.pictures:
        item.created = "2019-07-12T08:00:00Z"
    service.emulator.faults.add(Refusal(error=invalid("No.")), "mediaItems.search", times=None)
    for item in made.pictures:
        assert await read(provider, item) == made.given(item)
    assert (service.calls(BATCH), service.calls("mediaItems.search")) == (4, 1)
