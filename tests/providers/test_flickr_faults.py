"""What goes wrong at Flickr ends in the right bytes or a clear error, and never in an absence."""

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
import trio
from trio.testing import MockClock as Clock

from photofs.emulators.flickr import faults as bad
from photofs.emulators.hosting import faults as net
from photofs.emulators.hosting.originals import Random
from photofs.model.errors import Gone, PhotofsError, Temporary, Unauthorised
from photofs.model.observation import AlbumGone, Inventory, Observation, PhotoGone, ScanEnd
from photofs.model.span import Span
from photofs.model.verdict import Verdict
from photofs.providers.flickr.line import Line
from photofs.providers.port import Provider
from tests.support.flickr_library import (
    Emulated,
    Small,
    emulated,
    photos,
    read,
    scan,
    small_account,
)
from tests.support.provider_tools import FreePacer
from tests.support.tiny_http import Asked, tiny_server

LIST = "flickr.people.getPhotos"
LISTS = (LIST, "flickr.photosets.getList", "flickr.photosets.getPhotos", "flickr.favorites.getList")


@pytest.fixture
def small() -> Small:
    """A small account of every kind of thing."""
    return small_account()


@pytest.fixture
def service(small: Small) -> Iterator[Emulated]:
    """It, served."""
    with emulated(small.account) as service:
        yield service


@pytest.fixture
def hurry(hurry: Clock, service: Emulated) -> Clock:
    """The clock by which our waits cost nothing; a host may be silent for 40 of its seconds."""
    service.tools = replace(service.tools, read_timeout=40.0)
    return hurry


@pytest.fixture
def api_hurry(autojump_clock: Clock, service: Emulated) -> Clock:
    """The same for what only goes through flickrapi, whose limits on silence are in real time."""
    service.tools = replace(service.tools, read_timeout=1.5)
    return autojump_clock


def verdicts(service: Emulated) -> list[Verdict]:
    """What the pacer was told."""
    pacer = service.tools.pacer
    assert isinstance(pacer, FreePacer)
    return pacer.verdicts


PASSING: dict[str, net.Effect] = {
    "429": bad.too_many(),
    "429 with a time": bad.too_many(2),
    "500": net.server_error(500),
    "502": net.server_error(502),
    "504": net.server_error(504),
    "201": bad.unavailable(),
    "201 as broken JSON": bad.unavailable_as_broken_json(),
    "a page": net.html_page(),
    "nothing": net.Answer(status=200, kind="application/json"),
    "a list": net.Answer(status=200, body=b"[1]", kind="application/json"),
    "no verdict": net.Answer(status=200, body=b'{"photos": {}}', kind="application/json"),
    "no total": net.Answer(status=200, body=b'{"stat": "ok"}', kind="application/json"),
    "stalled": net.Line(wait=math.inf),
    "stalled within": net.Line(stall_after=100),
    "cut before": net.Line(cut_after=-1),
    "cut within": net.Line(cut_after=100),
    "reset": net.Line(cut_after=100, reset=True),
    "empty page": bad.Page(lie="empty"),
}


async def test_passing_trouble_is_overcome(
    service: Emulated, small: Small, api_hurry: Clock
) -> None:
    """Trouble that passes, of every kind, leaves no trace in what a scan tells."""
    del api_hurry
    waiting = list(PASSING.items())
    async with service.provider() as provider:
        while waiting:
            planned = [
                (name, service.emulator.faults.add(effect, where))
                for (name, effect), where in zip(waiting, LISTS, strict=False)
            ]
            del waiting[: len(planned)]
            seen = await scan(provider)
            assert [one for one in seen if isinstance(one, Inventory)]
            assert set(small.bytes_of) <= set(photos(seen))
            assert [name for name, fault in planned if fault.hits != 1] == []


async def told_before_an_error(provider: Provider) -> list[Observation]:
    """What a scan tells before it ends with Temporary."""
    seen: list[Observation] = []
    try:
        async for one in provider.changes(None):
            seen.append(one)  # noqa: PERF401 - what came before the error counts
    except Temporary:
        return seen
    pytest.fail("the scan ended as if all were well")


async def test_lasting_trouble_is_no_absence(service: Emulated, api_hurry: Clock) -> None:
    """P11: trouble that stays ends the scan with Temporary; nothing is told to be gone."""
    del api_hurry
    async with service.provider() as provider:
        for name, effect in PASSING.items():
            service.emulator.faults.clear()
            service.emulator.faults.add(effect, LIST, times=None)
            for one in await told_before_an_error(provider):
                assert not isinstance(one, Inventory | ScanEnd | AlbumGone | PhotoGone), name


@pytest.mark.parametrize("lie", ["empty", "repeat"])
async def test_lying_pages_of_every_list(lie: str, service: Emulated, api_hurry: Clock) -> None:
    """A page that lies once is asked for again, in whichever list."""
    del api_hurry
    for where in ("flickr.photosets.getList", "flickr.photosets.getPhotos", "flickr.favorites.*"):
        service.emulator.faults.add(bad.Page(lie="empty" if lie == "empty" else "repeat"), where)
    async with service.provider() as provider:
        seen = await scan(provider)
    assert isinstance(seen[-1], ScanEnd)
    assert [one for one in seen if isinstance(one, Inventory)]


async def test_throttling_is_told_to_the_pacer(service: Emulated, api_hurry: Clock) -> None:
    """429 of the API is THROTTLED for the pacer, 502 is FAILED."""
    del api_hurry
    service.emulator.faults.add(bad.too_many(), LIST)
    service.emulator.faults.add(net.server_error(), "flickr.photosets.getList")
    async with service.provider() as provider:
        await scan(provider)
    assert verdicts(service).count(Verdict.THROTTLED) == 1
    assert verdicts(service).count(Verdict.FAILED) == 1


async def test_p22_a_revoked_token_is_unauthorised(service: Emulated, small: Small) -> None:
    """P22: a login that was taken back is named at once, with the command that renews it."""
    small.account.revoke(service.token)
    async with service.provider() as provider:
        with pytest.raises(Unauthorised) as caught:
            await scan(provider)
    assert "photofs login flickr" in str(caught.value)
    assert service.emulator.ledger.history[-1].status == 401


async def test_p23_a_refused_clock_is_called_so(service: Emulated) -> None:
    """P23: a time stamp that Flickr refuses is named as a matter of the clock."""
    service.emulator.faults.add(bad.clock_refused())
    async with service.provider() as provider:
        with pytest.raises(Unauthorised, match="clock"):
            await scan(provider)


async def test_p22_a_login_that_fails_by_code_is_unauthorised(service: Emulated) -> None:
    """Code 98 means the same as a rejected token."""
    service.emulator.faults.add(bad.login_failed())
    async with service.provider() as provider:
        with pytest.raises(Unauthorised):
            await scan(provider)


async def test_no_line_is_temporary(service: Emulated, hurry: Clock) -> None:
    """An address where nobody listens is Temporary, for scans and for bytes."""
    del hurry
    async with service.provider() as provider:
        ref = next(iter(photos(await scan(provider)).values())).ref
    netloc = service.emulator.url.removeprefix("http://")
    dead = ref.replace(netloc, "127.0.0.1:9")
    async with service.provider(endpoint="http://127.0.0.1:9") as provider:
        with pytest.raises(Temporary):
            await scan(provider)
        with pytest.raises(Temporary):
            await read(provider, dead)


# The static host


async def refs(provider: Provider) -> dict[str, str]:
    """The refs of a scan by id."""
    return {remote_id: seen.ref for remote_id, seen in photos(await scan(provider)).items()}


STATIC: dict[str, net.Effect] = {
    "404": bad.not_found(),
    "a page": net.html_page(),
    "429": bad.too_many(),
    "502": net.server_error(),
    "403": net.Answer(status=403),
    "stalled": net.Line(wait=math.inf),
    "cut before": net.Line(cut_after=-1),
}


async def test_passing_trouble_of_the_host_of_bytes(
    service: Emulated, small: Small, hurry: Clock
) -> None:
    """P15: what passes, 404 and HTML with 200 included, ends in the right bytes."""
    del hurry
    photo = small.pictures[0]
    async with service.provider() as provider:
        ref = (await refs(provider))[photo.id]
        for name, effect in STATIC.items():
            times = 1 if name == "stalled" else 2
            fault = service.emulator.faults.add(effect, "static", times=times)
            assert await read(provider, ref) == small.bytes_of[photo.id], name
            assert fault.hits == times, name


async def test_lasting_trouble_of_the_host_of_bytes(
    service: Emulated, small: Small, hurry: Clock
) -> None:
    """What stays is Temporary, and not Gone as long as the API names the photo."""
    del hurry
    async with service.provider() as provider:
        ref = (await refs(provider))[small.pictures[0].id]
        for effect in STATIC.values():
            service.emulator.faults.clear()
            service.emulator.faults.add(effect, "static", times=None)
            with pytest.raises(Temporary):
                await read(provider, ref)


@pytest.mark.parametrize("person", [True, False])
async def test_a_removed_photo_is_gone(
    service: Emulated,
    small: Small,
    person: bool,  # noqa: FBT001 - parametrised
    hurry: Clock,
) -> None:
    """Refused by the host and unknown to the API, it is Gone."""
    del hurry
    photo = small.pictures[0]
    async with service.provider() as provider:
        ref = (await refs(provider))[photo.id]
        small.account.remove_photo(photo.id)
        with pytest.raises(Gone):
            async with provider.open_original(ref, None, person=person):
                pass


async def test_a_changed_secret_is_followed(service: Emulated, small: Small, hurry: Clock) -> None:
    """A photo whose address changed is read at the new one, and calls itself another version."""
    del hurry
    photo = small.pictures[0]
    async with service.provider() as provider:
        ref = (await refs(provider))[photo.id]
        async with provider.open_original(ref, Span(0, 10)) as stream:
            before = stream.validator
        photo.original_secret = "0123456789"
        small.account.changed()
        async with provider.open_original(ref, Span(10, 20)) as stream:
            assert stream.validator is not None
            assert before is not None
            # The first word names the address, for a host need not name a version at all.
            words = [name.split(" ")[0] for name in (before, stream.validator)]
            assert len(set(words)) == 2
            assert [len(word) for word in words] == [8, 8]
        assert await read(provider, ref) == small.bytes_of[photo.id]
        assert service.calls("flickr.photos.getSizes") == 1
        told = photos(await scan(provider))[photo.id]
    assert told.ref != ref


async def test_an_original_that_is_held_back_now_is_gone(
    service: Emulated, small: Small, hurry: Clock
) -> None:
    """An account that is Pro no more: its originals are Gone, and the next scan says previews."""
    del hurry
    photo = small.pictures[0]
    async with service.provider() as provider:
        ref = (await refs(provider))[photo.id]
        small.account.state.pro = False
        small.account.changed()
        with pytest.raises(Gone):
            await read(provider, ref)


async def resumed(provider: Provider, ref: str, size: int) -> bytes:
    """The whole file, going on after each break from where it broke."""
    got = bytearray()
    version: str | None = None
    while len(got) < size:
        try:
            async with provider.open_original(ref, Span(len(got), size)) as stream:
                assert stream.start == len(got)
                assert version in (None, stream.validator)
                version = stream.validator
                async for chunk in stream:
                    got += chunk
        except Temporary:
            continue
    return bytes(got)


async def test_a_dropping_line_fetches_no_byte_twice(
    service: Emulated, small: Small, hurry: Clock
) -> None:
    """A line that drops every 300 KB ends with the right bytes, each sent once."""
    del hurry, small
    size = 2_000_000
    photo = service.account.add_photo(
        Random(seed=7, size=size, kind="jpg"), taken="2020-01-01 00:00:00"
    )
    async with service.provider() as provider:
        ref = (await refs(provider))[photo.id]
        whole = await read(provider, ref)
        assert len(whole) == size
        service.emulator.ledger.clear()
        fault = service.emulator.faults.add(net.Line(cut_after=300_000), "static", times=None)
        assert await resumed(provider, ref, size) == whole
    (path,) = service.emulator.ledger.served
    assert fault.hits >= 6
    assert service.emulator.ledger.bytes_repeated(path) == 0


async def test_videos_come_as_their_best_conversion(
    service: Emulated, small: Small, hurry: Clock
) -> None:
    """Without the original, the best conversion is read, by one API call, with its hash."""
    del hurry
    async with service.provider() as provider:
        ref = (await refs(provider))[small.video.id]
        first = await read(provider, ref)
        async with provider.open_original(ref, Span(8, 20)) as stream:
            assert stream.start == 8
            assert stream.total == len(first)
            assert stream.hash is not None
            assert b"".join([chunk async for chunk in stream]) == first[8:20]
    assert service.calls("flickr.photos.getSizes") == 1
    assert any("/1080p/" in path or "/1080p." in path for path in service.emulator.ledger.served)


async def test_a_videos_version_does_not_flip(
    service: Emulated, small: Small, hurry: Clock
) -> None:
    """The conversion that was read before is read again, even when the original turns up."""
    del hurry
    async with service.provider() as provider:
        ref = (await refs(provider))[small.video.id]
        async with provider.open_original(ref, Span(0, 10)) as stream:
            version = (stream.validator, stream.total)
    service.emulator.habits.video_originals = True
    async with service.provider() as provider, provider.open_original(ref, Span(10, 20)) as stream:
        assert (stream.validator, stream.total) == version


async def test_an_original_video_is_taken_if_it_is_given(
    service: Emulated, small: Small, hurry: Clock
) -> None:
    """Where Flickr hands out a video's original, it is what is read."""
    del hurry
    service.emulator.habits.video_originals = True
    async with service.provider() as provider:
        data = await read(provider, (await refs(provider))[small.video.id])
    assert len(data) == 60_000


async def test_expired_video_links_are_renewed(
    service: Emulated, small: Small, hurry: Clock
) -> None:
    """A video's final address expires; each opening asks for a fresh one."""
    del hurry
    async with service.provider() as provider:
        ref = (await refs(provider))[small.video.id]
        first = await read(provider, ref)
        fault = service.emulator.faults.add(net.Answer(status=403), "video")
        assert await read(provider, ref) == first
    assert fault.hits == 1


async def test_a_removed_video_is_gone(service: Emulated, small: Small, hurry: Clock) -> None:
    """A video that the API does not know any more is Gone."""
    del hurry
    async with service.provider() as provider:
        ref = (await refs(provider))[small.video.id]
        small.account.remove_photo(small.video.id)
        with pytest.raises(Gone):
            await read(provider, ref)


async def test_a_video_without_any_conversion_is_gone(service: Emulated, small: Small) -> None:
    """A video for which Flickr has only the Flash player is Gone, with a reason."""
    service.emulator.habits.video_pages = ()
    async with service.provider() as provider:
        ref = (await refs(provider))[small.video.id]
        only_flash = (
            b'{"sizes":{"size":[{"label":"Video Player","source":"http://x/","media":"video"}]},'
            b'"stat":"ok"}'
        )
        answer = net.Answer(status=200, body=only_flash, kind="application/json")
        service.emulator.faults.add(answer, "flickr.photos.getSizes")
        with pytest.raises(Gone):
            await read(provider, ref)


async def test_no_secret_is_in_any_error_or_log(
    service: Emulated,
    small: Small,
    hurry: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither key, token nor address of a photo is in an error, its causes, or the log."""
    del hurry
    caplog.set_level("DEBUG")
    photo = small.pictures[0]
    secrets = [photo.original_secret, photo.secret, service.token, small.account.nsid[:8]]
    secrets += [token.secret for token in small.account.state.tokens.values()]
    secrets += [secret for pair in small.account.state.keys.items() for secret in pair]
    texts: list[str] = []
    leak = net.Answer(
        status=401, body=f"oauth_problem=x&debug_sbs=POST&{'&'.join(secrets)}".encode()
    )
    loud = net.Answer(status=500, body=" ".join(secrets).encode())
    async with service.provider() as provider:
        ref = (await refs(provider))[photo.id]
        for effect in (leak, loud, net.html_page(), bad.too_many(), net.Line(cut_after=5)):
            service.emulator.faults.clear()
            service.emulator.faults.add(effect, "*", times=None)
            for ask in (lambda: scan(provider), lambda: read(provider, ref)):
                with pytest.raises(PhotofsError) as caught:
                    await ask()
                texts += _all_texts(caught.value)
    everything = "\n".join([*texts, caplog.text])
    assert len(texts) >= 20
    assert [secret for secret in secrets if secret in everything] == []


def _all_texts(error: BaseException | None) -> list[str]:
    """An error's text and those of all its causes."""
    texts: list[str] = []
    while error is not None:
        texts += [str(error), repr(error)]
        error = error.__cause__ or error.__context__
    return texts


@pytest.mark.parametrize("date", ["Mon, 99999999999999999999 Nov 1995 00:00:00 GMT", "soon", ""])
async def test_p23_a_date_that_no_clock_tells_is_no_date(date: str) -> None:
    """P23: the answer counts all the same, and nothing is known of the service's clock."""

    async def handler(asked: Asked, stream: trio.SocketStream) -> None:
        del asked
        await stream.send_all(
            f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: 2\r\n\r\n{{}}".encode()
        )

    line = Line(5.0)
    async with tiny_server(handler) as server:
        reply = await trio.to_thread.run_sync(line.post, server.base)
    line.close()
    assert (reply.content, line.server_time) == (b"{}", None)
