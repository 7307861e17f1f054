"""Picking from a Google library: sessions, fetching within the hour, and the folder of picks."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from photofs.emulators.google import CLIENT_ID, Refusal
from photofs.emulators.google.errors import ApiError
from photofs.emulators.google.picker import pick
from photofs.emulators.google.state import Item
from photofs.emulators.hosting import faults as net
from photofs.model.errors import Busy, Gone, Misconfigured, Temporary
from photofs.model.observation import HashKind, PhotoSeen, ScanEnd
from photofs.model.photo import Fidelity
from photofs.providers.google import picker
from photofs.providers.google.account import login_of
from photofs.providers.google.api import Api, open_api
from photofs.providers.google.discovery import Service
from photofs.providers.google.endpoint import endpoint_at
from photofs.providers.google.picked import open_provider
from photofs.providers.google.picker import seconds
from photofs.providers.google.picking import Picking, Taken
from photofs.providers.google.picks import Picks
from photofs.providers.port import Provider
from photofs.providers.transport.client import open_client
from tests.providers.contract import Expected, ProviderContract
from tests.support.content_hash import hash_of
from tests.support.google_library import Emulated, Uploads, emulated, uploads
from tests.support.provider_tools import make_tools


@pytest.fixture
def made() -> Uploads:
    """What the owner has: here it does not matter who uploaded it."""
    return uploads()


@pytest.fixture
def service(made: Uploads) -> Iterator[Emulated]:
    """It, served."""
    with emulated(made.account) as service:
        yield service


@pytest.fixture
def picks(tmp_path: Path) -> Picks:
    """The folder."""
    folder = Picks(tmp_path / "picked")
    folder.make()
    return folder


@asynccontextmanager
async def asking(service: Emulated) -> AsyncIterator[Api]:
    """The Picker's calls."""
    stored = login_of(service.tools.secrets, service.account.state.email, CLIENT_ID)
    endpoint = endpoint_at(service.emulator.url)
    timeout = service.tools.read_timeout
    async with open_api(endpoint, stored, service.tools.pacer, timeout, Service.PICKER) as api:
        yield api


async def take(service: Emulated, picks: Picks, items: list[Item]) -> tuple[Taken, str]:
    """What came of picking these, and the session."""
    async with asking(service) as api:
        session = await picker.open_session(api)
        pick(service.account, session.session_id, items)
        return await fetch(service, picks, session.session_id), session.session_id


async def fetch(service: Emulated, picks: Picks, session: str) -> Taken:
    """What comes of a session in which was picked."""
    hosts = endpoint_at(service.emulator.url).hosts
    async with asking(service) as api, open_client(hosts, read_timeout=30.0) as client:
        return await Picking(api, client, picks, lambda _here: None).take(session)


@asynccontextmanager
async def provider_of(picks: Picks) -> AsyncIterator[Provider]:
    """The folder as a source."""
    async with open_provider({"folder": str(picks.folder)}, make_tools()) as provider:
        yield provider


class TestPicked(ProviderContract):
    """The suite on a folder of picks: pictures and a video."""

    @pytest.fixture
    async def provider(
        self, service: Emulated, made: Uploads, picks: Picks
    ) -> AsyncIterator[Provider]:
        """The provider, after everything was picked."""
        taken, _session = await take(service, picks, [*made.pictures, *made.videos])
        assert taken.whole
        async with provider_of(picks) as provider:
            yield provider

    @pytest.fixture
    def expected(self, provider: Provider, made: Uploads, picks: Picks) -> Expected:
        """The bytes that the service gave."""
        del provider
        given = {item.filename: made.given(item) for item in (*made.pictures, *made.videos)}
        return {one.item: given[one.file_name] for one in picks.all()}

    async def test_albums_name_photos_that_were_told(self, provider: Provider) -> None:
        """The Picker tells no albums, and so there are none."""
        assert [one async for one in provider.changes(None) if not hasattr(one, "members")]


async def test_a_session_s_life(service: Emulated, made: Uploads) -> None:
    """Made for 2,000, looked at until Done, listed, closed twice, and then there is none."""
    async with asking(service) as api:
        session = await picker.open_session(api)
        assert (session.done, session.poll) == (False, 5.0)
        assert session.uri.startswith(service.emulator.url)
        assert service.account.state.pickings[session.session_id].most == 2000
        pick(service.account, session.session_id, made.pictures)
        now = await picker.look(api, session.session_id)
        assert now is not None
        assert now.done
        for _time in range(2):
            await picker.close_session(api, session.session_id)
        assert await picker.look(api, session.session_id) is None
    assert service.account.state.pickings == {}


async def test_what_is_told_of_a_pick(service: Emulated, made: Uploads, picks: Picks) -> None:
    """Name, moment, pixels, exact size and hash; that it is no original."""
    await take(service, picks, made.pictures[:1])
    async with provider_of(picks) as provider:
        (seen,) = [one async for one in provider.changes(None) if isinstance(one, PhotoSeen)]
    right = made.given(made.pictures[0])
    assert (seen.file_name, seen.extension, seen.size) == ("IMG_0000.jpg", "jpg", len(right))
    assert seen.hash == hash_of(right, HashKind.SHA256)
    assert seen.taken is not None
    assert seen.fidelity is Fidelity.RECOMPRESSED
    assert (seen.favorite, seen.archived, seen.description) == (None, None, None)


async def test_more_than_a_page_is_fetched_once(service: Emulated, picks: Picks) -> None:
    """All that was picked comes, over short pages; picking some of it again fetches none."""
    many = uploads(pictures=130)
    service.account.state.items.update(many.account.state.items)
    service.account.vault = many.account.vault
    service.emulator.habits.short_pages = service.emulator.habits.overlap = True
    taken, _session = await take(service, picks, many.pictures)
    assert (taken.new, taken.known, taken.whole) == (130, 0, True)
    service.emulator.ledger.clear()
    taken, _session = await take(service, picks, many.pictures[:50])
    assert (taken.new, taken.known, taken.whole) == (0, 50, True)
    assert service.calls("bytes") == 0


async def test_addresses_that_ended_are_listed_anew(
    service: Emulated, made: Uploads, picks: Picks
) -> None:
    """An hour after the list, the session is asked for addresses of now."""
    page = net.Answer(status=403, body=b"<html><h1>403.</h1></html>")
    service.emulator.faults.add(page, "bytes", times=4)
    taken, _session = await take(service, picks, made.pictures)
    assert (taken.new, taken.failed) == (4, {})
    assert service.calls("picker.mediaItems.list") == 2


async def test_what_cannot_be_had_now_is_named_and_fetched_later(
    service: Emulated, made: Uploads, picks: Picks
) -> None:
    """The others are here; the session serves again, without picking."""
    page = net.Answer(status=403, body=b"<html><h1>403.</h1></html>")
    fault = service.emulator.faults.add(page, "bytes", times=None)
    fault.when = lambda hit: made.pictures[0].id in hit.path
    taken, session = await take(service, picks, made.pictures)
    assert (taken.new, set(taken.failed), taken.whole) == (3, {"IMG_0000.jpg"}, False)
    service.emulator.faults.clear()
    taken = await fetch(service, picks, session)
    assert (taken.new, taken.known, taken.whole) == (1, 3, True)


async def test_a_video_in_work_is_waited_for(
    service: Emulated, made: Uploads, picks: Picks
) -> None:
    """It is counted, not asked for, and comes with a later look."""
    made.videos[0].polls = 1
    taken, session = await take(service, picks, made.videos)
    assert (taken.new, taken.waiting, taken.whole) == (0, 1, False)
    assert service.calls("bytes") == 0
    assert (await fetch(service, picks, session)).new == 1


async def test_half_a_file_is_never_taken_for_one(
    service: Emulated, made: Uploads, picks: Picks, hurry: MockClock
) -> None:
    """A line that breaks in the middle: fetched anew, whole."""
    del hurry
    service.emulator.faults.add(net.drop(300), "bytes", times=2)
    taken, _session = await take(service, picks, made.pictures[:1])
    assert taken.new == 1
    assert picks.path_of(next(picks.all()).item).read_bytes() == made.given(made.pictures[0])


async def test_a_fetch_that_was_left_leaves_nothing_half(
    service: Emulated, made: Uploads, picks: Picks
) -> None:
    """What had come whole is kept; what had not is swept by the next one, and fetched."""
    stalled = service.emulator.faults.add(net.stall(after=200), "bytes", skip=2)
    async with asking(service) as api:
        session = await picker.open_session(api)
    pick(service.account, session.session_id, made.pictures)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(fetch, service, picks, session.session_id)
        while not stalled.hits or len(list(picks.all())) < 3:  # noqa: ASYNC110 - files on a disk
            await trio.sleep(0.01)
        nursery.cancel_scope.cancel()
    assert len(list(picks.folder.glob("*.part"))) == 1
    with picks.filling():
        assert list(picks.folder.glob("*.part")) == []
        taken = await fetch(service, picks, session.session_id)
    assert (taken.new, taken.known, taken.whole) == (1, 3, True)


def test_one_at_a_time_fills_a_folder(picks: Picks) -> None:
    """A second one is told that another is at work, and sweeps nothing."""
    with picks.filling():
        part = picks.part_of("x")
        part.write_bytes(b"half")
        with pytest.raises(Busy), Picks(picks.folder).filling():
            pass
        assert part.exists()
    with Picks(picks.folder).filling():
        assert not part.exists()


def test_the_open_session_is_noted(picks: Picks) -> None:
    """For whoever comes after a crash; damaged notes are none."""
    assert picks.session() is None
    picks.note_session("pick-1")
    assert Picks(picks.folder).session() == "pick-1"
    assert list(picks.all()) == []
    for damaged in (b"{", b'{"session":"\xff"}', b""):
        (picks.folder / "session.json").write_bytes(damaged)
        assert picks.session() is None
    picks.note_session(None)
    picks.note_session(None)


async def test_nothing_new_is_told_once(service: Emulated, made: Uploads, picks: Picks) -> None:
    """A scan from the cursor tells nothing until something was added."""
    await take(service, picks, made.pictures[:1])
    async with provider_of(picks) as provider:
        end = [one async for one in provider.changes(None)][-1]
        assert isinstance(end, ScanEnd)
        again = [one async for one in provider.changes(end.cursor)]
        assert again == [ScanEnd(cursor=end.cursor, full=False)]
        await take(service, picks, made.pictures[1:2])
        assert len([one async for one in provider.changes(end.cursor)]) == 4


async def test_a_file_that_was_taken_away_is_missing(
    service: Emulated, made: Uploads, picks: Picks
) -> None:
    """It is listed as such, and opening it says how to get it back."""
    await take(service, picks, made.pictures[:1])
    one = next(picks.all())
    picks.path_of(one.item).unlink()
    async with provider_of(picks) as provider:
        (seen,) = [each async for each in provider.changes(None) if isinstance(each, PhotoSeen)]
        assert seen.missing
        with pytest.raises(Gone, match="pick it again"):
            async with provider.open_original(seen.ref, None):
                pass
        assert not await provider.is_gone(one.item)


async def test_what_was_taken_away_comes_back_when_it_is_picked_again(
    service: Emulated, made: Uploads, picks: Picks
) -> None:
    """Its facts alone are not the photo: it is fetched anew, and listed as here."""
    await take(service, picks, made.pictures[:1])
    one = next(picks.all())
    picks.path_of(one.item).unlink()
    taken, _session = await take(service, picks, made.pictures[:1])
    assert (taken.new, taken.known) == (1, 0)
    assert picks.path_of(one.item).read_bytes() == made.given(made.pictures[0])
    async with provider_of(picks) as provider:
        (seen,) = [each async for each in provider.changes(None) if isinstance(each, PhotoSeen)]
    assert not seen.missing


async def test_damaged_facts_hide_no_other_pick(
    service: Emulated, made: Uploads, picks: Picks
) -> None:
    """The others are listed; picked again, the photo is fetched anew."""
    await take(service, picks, made.pictures[:2])
    one, other = picks.all()
    (picks.folder / picks.path_of(one.item).name.replace(".bytes", ".json")).write_bytes(
        b'{"item":"\xff"}'
    )
    async with provider_of(picks) as provider:
        seen = [each async for each in provider.changes(None) if isinstance(each, PhotoSeen)]
    assert [each.remote_id for each in seen] == [other.item]
    taken, _session = await take(service, picks, made.pictures[:2])
    assert (taken.new, taken.known) == (1, 1)


async def test_a_video_that_could_not_be_converted_is_not_waited_for(
    service: Emulated, made: Uploads, picks: Picks
) -> None:
    """It is named with why, and leaves nothing in the session that a later run could fetch."""
    made.videos[0].failed = True
    taken, _session = await take(service, picks, [*made.pictures[:1], *made.videos])
    assert (taken.new, taken.waiting, taken.failed) == (1, 0, {})
    assert list(taken.never) == [made.videos[0].filename]
    assert taken.whole


async def test_an_item_that_leads_elsewhere_leaves_the_others_alone(
    service: Emulated, made: Uploads, picks: Picks
) -> None:
    """Its host is not asked, and it is named; the rest is fetched."""
    away = net.Answer(status=302, headers=(("location", "https://elsewhere.example/x"),))
    fault = service.emulator.faults.add(away, "bytes", times=None)
    fault.when = lambda hit: made.pictures[0].id in hit.path
    taken, _session = await take(service, picks, made.pictures)
    assert (taken.new, set(taken.failed)) == (3, {"IMG_0000.jpg"})


@pytest.mark.parametrize("word", ["NOT_FOUND", "PERMISSION_DENIED", "INVALID_ARGUMENT"])
async def test_a_session_that_is_refused_is_over(service: Emulated, word: str) -> None:
    """Whichever word is used for one that has ended, or is another client's."""
    service.emulator.faults.add(Refusal(error=ApiError(word, "No.")), "sessions.get")
    service.emulator.faults.add(Refusal(error=ApiError(word, "No.")), "sessions.delete")
    async with asking(service) as api:
        session = await picker.open_session(api)
        assert await picker.look(api, session.session_id) is None
        await picker.close_session(api, session.session_id)
    assert service.calls("sessions.delete") == 1


async def test_a_session_without_time_left_is_not_live(service: Emulated, made: Uploads) -> None:
    """Nobody can press Done there any more; one that is done has its photos all the same."""
    async with asking(service) as api:
        session = await picker.open_session(api)
        assert session.is_live
        assert not session._replace(timeout=0.0).is_live
        pick(service.account, session.session_id, made.pictures)
        now = await picker.look(api, session.session_id)
    assert now is not None
    assert now._replace(timeout=0.0).is_live


@pytest.mark.parametrize("config", [{}, {"folder": 7}, {"folder": "relative"}])
async def test_a_source_without_a_folder_is_misconfigured(config: dict[str, object]) -> None:
    """With what to do."""
    with pytest.raises(Misconfigured):
        async with open_provider(config, make_tools()):
            pass


async def test_a_session_without_an_address_is_temporary(service: Emulated) -> None:
    """There would be nothing to open."""
    answer = net.Answer(status=200, body=json.dumps({"id": "x"}).encode(), kind="application/json")
    service.emulator.faults.add(answer, "sessions.create")
    async with asking(service) as api:
        with pytest.raises(Temporary):
            await picker.open_session(api)
    assert service.calls("sessions.create") == 1


@pytest.mark.parametrize(
    ("told", "read"), [("5s", 5.0), ("3.5s", 3.5), ("0s", 0.0), ("5", 9.0), ("-1s", 9.0), (5, 9.0)]
)
def test_durations_are_read(told: object, read: float) -> None:
    """What is none means the usual."""
    assert seconds(told, 9.0) == read
