"""What scans of a Google account tell, with how few calls, and what they never conclude."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from trio.testing import MockClock

from photofs.emulators.google import CLIENT_ID, Refusal
from photofs.emulators.google.errors import ApiError
from photofs.emulators.hosting import faults as net
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.errors import Temporary
from photofs.model.observation import (
    AlbumGone,
    AlbumSeen,
    Checkpoint,
    Inventory,
    Observation,
    PhotoSeen,
    ScanEnd,
)
from photofs.model.photo import Fidelity, Media, PixelSize
from photofs.providers.google.records import number, photo_seen
from photofs.providers.port import Provider, Tools
from tests.support.google_library import (
    TAKEN,
    Emulated,
    Uploads,
    emulated,
    emulated_for,
    picture,
    uploads,
)

HOUR = 3600
DAY = 24 * HOUR


class Clock:
    """The provider's clock, which a test sets."""

    def __init__(self) -> None:
        """Some day in 2026."""
        self.now = 1_790_000_000

    def __call__(self) -> int:
        """Nanoseconds since 1970."""
        return self.now * 10**9


@pytest.fixture
def clock() -> Clock:
    """Of the provider."""
    return Clock()


@pytest.fixture
def made() -> Uploads:
    """What was uploaded."""
    return uploads()


@pytest.fixture
def service(made: Uploads, clock: Clock) -> Iterator[Emulated]:
    """It, served."""
    with emulated(made.account) as service:
        service.tools = clocked(service, clock)
        yield service


def clocked(service: Emulated, clock: Clock) -> Tools:
    """The service's tools with that clock."""
    return replace(service.tools, now_ns=clock)


async def scan(provider: Provider, cursor: str | None = None) -> list[Observation]:
    """All that a scan yields."""
    return [one async for one in provider.changes(cursor)]


async def told_before_an_error(provider: Provider) -> list[Observation]:
    """What a scan tells before it ends with Temporary."""
    seen: list[Observation] = []
    try:
        async for one in provider.changes(None):
            seen.append(one)  # noqa: PERF401 - what came before the error counts
    except Temporary:
        return seen
    pytest.fail("the scan ended as if all were well")


def photos(seen: list[Observation]) -> dict[str, PhotoSeen]:
    """The photos of a scan by id, each told once."""
    told = [one for one in seen if isinstance(one, PhotoSeen)]
    found = {one.remote_id: one for one in told}
    assert len(found) == len(told)
    return found


def albums(seen: list[Observation]) -> list[AlbumSeen]:
    """The albums of a scan."""
    return [one for one in seen if isinstance(one, AlbumSeen)]


def end_of(seen: list[Observation]) -> ScanEnd:
    """A scan's end."""
    end = seen[-1]
    assert isinstance(end, ScanEnd)
    return end


def inventory_of(seen: list[Observation]) -> frozenset[str] | None:
    """All ids, if the scan told them."""
    found = [one for one in seen if isinstance(one, Inventory)]
    assert all(not one.counted and not one.albums_counted for one in found)
    return found[0].remote_ids if found else None


async def test_what_is_told_of_a_picture(service: Emulated, made: Uploads) -> None:
    """Name, text, moment, size, favourite; no title; no original, and why."""
    async with service.provider() as provider:
        told = photos(await scan(provider))
    first, second = (told[item.id] for item in made.pictures[:2])
    assert (first.file_name, first.extension, first.title) == ("IMG_0000.jpg", "jpg", None)
    assert first.description == "At the sea"
    assert first.taken == TakenFact(by=TakenBy.SERVICE, instant=TAKEN.replace(tzinfo=UTC))
    assert first.pixels == PixelSize(64, 48)
    assert (first.media, first.fidelity) == (Media.PICTURE, Fidelity.RECOMPRESSED)
    assert "position" in first.fidelity_note
    assert (first.favorite, second.favorite) == (False, True)
    assert (first.size, first.archived, first.trashed, first.owned) == (None, None, None, True)
    assert first.page_url is not None


async def test_what_is_told_of_a_video(service: Emulated, made: Uploads) -> None:
    """What comes is an MP4 whatever was uploaded, and that is said."""
    async with service.provider() as provider:
        video = photos(await scan(provider))[made.videos[0].id]
    assert (video.media, video.extension, video.file_name) == (Media.VIDEO, "mp4", "MOV_0001.MOV")
    assert "conversion" in video.fidelity_note


async def test_no_address_is_kept(service: Emulated) -> None:
    """Neither ref nor page holds a base URL: it lasts an hour, and opens the photo to anybody."""
    async with service.provider() as provider:
        for photo in photos(await scan(provider)).values():
            assert "/bytes/" not in json.dumps([photo.ref, photo.page_url, photo.content_key])


async def test_only_what_the_client_uploaded_is_told(service: Emulated, made: Uploads) -> None:
    """The phone's photos are not among it, and the inventory is that of the client."""
    async with service.provider() as provider:
        seen = await scan(provider)
    assert set(photos(seen)) == {item.id for item in (*made.pictures, *made.videos)}
    assert inventory_of(seen) == frozenset(photos(seen))


async def test_albums_come_in_their_order(service: Emulated, made: Uploads) -> None:
    """With their members in theirs, and as many as the service counts."""
    made.account.add_album("Empty", CLIENT_ID)
    async with service.provider() as provider:
        sea, empty = albums(await scan(provider))
    assert (sea.title, sea.position, sea.count, sea.members_complete) == ("Sea", 0, 3, True)
    assert sea.members == tuple(made.albums[0].content)
    assert (empty.title, empty.position, empty.count, empty.members) == ("Empty", 1, None, ())


@pytest.mark.parametrize("odd", ["short_pages", "empty_pages", "overlap"])
async def test_odd_pages_lose_and_repeat_nothing(odd: str) -> None:
    """Short and empty pages with a token go on, and what overlaps is told once."""
    made = uploads(pictures=230)
    made.account.add_album("All", CLIENT_ID, made.pictures)
    async with emulated_for(made.account) as service:
        setattr(service.emulator.habits, odd, True)
        async with service.provider() as provider:
            seen = await scan(provider)
    assert set(photos(seen)) == {item.id for item in (*made.pictures, *made.videos)}
    sea, everything = albums(seen)
    assert sea.members == tuple(made.albums[0].content)
    assert everything.members == tuple(item.id for item in made.pictures)


async def test_a_list_that_leads_nowhere_ends(service: Emulated) -> None:
    """A page that names itself as the next one is Temporary, and not asked for for ever."""
    body = json.dumps({"mediaItems": [], "nextPageToken": "again"}).encode()
    answer = net.Answer(status=200, body=body, kind="application/json")
    service.emulator.faults.add(answer, "mediaItems.list", times=None)
    async with service.provider() as provider:
        with pytest.raises(Temporary, match="leads nowhere"):
            await scan(provider)
    assert service.calls("mediaItems.list") == 2


async def test_a_full_list_takes_the_fewest_calls() -> None:
    """A call for each 100 photos, 50 albums, and 100 members, and one for the favourites."""
    made = uploads(pictures=999)
    for turn in range(60):
        made.account.add_album(f"Album {turn}", CLIENT_ID, made.pictures[:2])
    made.account.add_album("Large", CLIENT_ID, made.pictures[:250])
    async with emulated_for(made.account) as service:
        async with service.provider() as provider:
            seen = await scan(provider)
        assert len(photos(seen)) == 1000
        assert service.calls("mediaItems.list") == 10
        assert service.calls("albums.list") == 2
        assert service.calls("mediaItems.search") == 1 + 61 + 3
        assert service.api_calls == 10 + 2 + 65


async def test_a_scan_in_between_takes_three_calls(service: Emulated, clock: Clock) -> None:
    """If nothing has changed: the albums, the favourites, the newest photos; and it says little."""
    async with service.provider() as provider:
        cursor = end_of(await scan(provider)).cursor
        service.emulator.ledger.clear()
        clock.now += HOUR // 2
        seen = await scan(provider, cursor)
    assert service.api_calls == 3
    assert not end_of(seen).full
    assert albums(seen) == []
    assert inventory_of(seen) is None


async def test_a_scan_in_between_sees_what_a_few_calls_show(
    service: Emulated, made: Uploads, clock: Clock
) -> None:
    """New photos and albums, other members, a favourite that came and one that went."""
    async with service.provider() as provider:
        cursor = end_of(await scan(provider)).cursor
        clock.now += HOUR // 2
        new = picture(made.account, 50)
        made.albums[0].content.append(new.id)
        made.pictures[1].favorite, made.pictures[3].favorite = False, True
        made.account.add_album("New", CLIENT_ID, [new])
        seen = await scan(provider, cursor)
    told = photos(seen)
    assert (told[made.pictures[1].id].favorite, told[made.pictures[3].id].favorite) == (False, True)
    assert new.id in told
    assert {album.title: album.members[-1] for album in albums(seen)} == {
        "Sea": new.id,
        "New": new.id,
    }


async def test_all_is_listed_again_after_a_day(
    service: Emulated, made: Uploads, clock: Clock
) -> None:
    """A change that no mark shows is seen then: two members that changed places."""
    async with service.provider() as provider:
        cursor = end_of(await scan(provider)).cursor
        content = made.albums[0].content
        content[1:3] = [content[2], content[1]]
        clock.now += DAY - 1
        between = await scan(provider, cursor)
        clock.now += 1
        after = await scan(provider, end_of(between).cursor)
    assert (end_of(between).full, end_of(after).full) == (False, True)
    assert albums(after)[0].members == tuple(content)


async def test_what_costs_a_lot_is_listed_less_often(service: Emulated, clock: Clock) -> None:
    """A full scan of 5,000 calls comes every second day: it is half of what a day has."""
    async with service.provider() as provider:
        cursor = json.loads(end_of(await scan(provider)).cursor or "")
        clock.now += DAY
        seen = await scan(provider, json.dumps({**cursor, "calls": 5000}))
        assert not end_of(seen).full
        clock.now += DAY
        seen = await scan(provider, json.dumps({**cursor, "calls": 5000}))
    assert end_of(seen).full


async def test_what_vanished_is_looked_for_again_within_the_hour_and_asked_for(
    service: Emulated, made: Uploads, clock: Clock
) -> None:
    """The inventory lacks it, another one comes an hour later, and the service's word is asked."""
    lost = made.pictures[0]
    async with service.provider() as provider:
        cursor = end_of(await scan(provider)).cursor
        lost.trashed = True
        clock.now += DAY
        first = await scan(provider, cursor)
        assert lost.id not in (inventory_of(first) or {lost.id})
        clock.now += HOUR + 120
        second = await scan(provider, end_of(first).cursor)
        assert lost.id not in (inventory_of(second) or {lost.id})
        clock.now += HOUR + 120
        assert inventory_of(await scan(provider, end_of(second).cursor)) is None
        assert await provider.is_gone(lost.id)
        assert not await provider.is_gone(made.pictures[1].id)


async def test_what_was_archived_is_not_gone(
    service: Emulated, made: Uploads, clock: Clock
) -> None:
    """It is in no list; once it was asked for by itself, inventories hold it, by 50 a call."""
    hidden = made.pictures[3]
    async with service.provider() as provider:
        cursor = end_of(await scan(provider)).cursor
        hidden.archived = True
        clock.now += DAY
        first = await scan(provider, cursor)
        assert hidden.id not in (inventory_of(first) or {hidden.id})
        assert not await provider.is_gone(hidden.id)
        clock.now += DAY
        service.emulator.ledger.clear()
        second = await scan(provider, end_of(first).cursor)
        assert hidden.id in (inventory_of(second) or ())
        assert service.calls("mediaItems.batchGet") == 1
        assert hidden.id in photos(second)


async def test_archived_members_and_favourites_are_told(service: Emulated, made: Uploads) -> None:
    """Albums hold what was archived, and so does the search for favourites."""
    made.pictures[0].archived = made.pictures[1].archived = True
    async with service.provider() as provider:
        seen = await scan(provider)
    assert {made.pictures[0].id, made.pictures[1].id} <= set(photos(seen))
    assert {made.pictures[0].id, made.pictures[1].id} <= (inventory_of(seen) or frozenset())


@pytest.mark.parametrize("word", ["UNAVAILABLE", "PERMISSION_DENIED", "INVALID_ARGUMENT"])
async def test_no_other_refusal_says_that_a_photo_is_gone(
    service: Emulated, made: Uploads, word: str
) -> None:
    """Only NOT_FOUND does."""
    refusal = Refusal(error=ApiError(word, "No."))
    service.emulator.faults.add(refusal, "mediaItems.get", times=1)
    async with service.provider() as provider:
        assert not await provider.is_gone(made.pictures[0].id)


async def test_an_album_is_gone_only_by_the_service_s_word(
    service: Emulated, made: Uploads, clock: Clock
) -> None:
    """One that the list leaves out is asked for by its id; if it is there, nothing is concluded."""
    kept, removed = made.albums[0], made.account.add_album("Gone", CLIENT_ID)
    async with service.provider() as provider:
        cursor = end_of(await scan(provider)).cursor
        del made.account.state.albums[removed.id]
        body = net.Answer(status=200, body=b'{"albums": []}', kind="application/json")
        service.emulator.faults.add(body, "albums.list")
        clock.now += HOUR // 2
        seen = await scan(provider, cursor)
        assert [one.remote_id for one in seen if isinstance(one, AlbumGone)] == [removed.id]
        clock.now += HOUR // 2
        again = await scan(provider, end_of(seen).cursor)
    assert not [one for one in again if isinstance(one, AlbumGone)]
    assert kept.id not in [album.remote_id for album in albums(again)]


async def test_an_album_that_the_list_has_is_not_gone_by_a_search(
    service: Emulated, made: Uploads
) -> None:
    """What two answers tell otherwise of it is asked for by its id, and told by the next scan."""
    refusal = Refusal(error=ApiError("NOT_FOUND", "No such album."))
    # the first search is for the favourites
    fault = service.emulator.faults.add(refusal, "mediaItems.search", skip=1)
    async with service.provider() as provider:
        seen = await scan(provider)
        assert fault.hits == 1
        assert not [one for one in seen if isinstance(one, AlbumGone)]
        again = await scan(provider, end_of(seen).cursor)
    told = {album.remote_id for album in (*albums(seen), *albums(again))}
    assert told == {album.id for album in made.albums}


async def test_a_scan_that_was_cut_short_goes_on_where_it_was(clock: Clock) -> None:
    """From the last checkpoint's page; in parts it is no inventory, and the next one is."""
    made = uploads(pictures=1500)
    async with emulated_for(made.account) as service:
        service.tools = clocked(service, clock)
        async with service.provider() as provider:
            service.emulator.faults.add(net.drop(), "mediaItems.list", skip=13, times=None)
            seen = await told_before_an_error(provider)
            checkpoint = [one for one in seen if isinstance(one, Checkpoint)][-1]
            service.emulator.faults.clear()
            service.emulator.ledger.clear()
            rest = await scan(provider, checkpoint.cursor)
            assert service.calls("mediaItems.list") == 6
            assert end_of(rest).full
            assert inventory_of(rest) is None
            assert set(photos(seen)) | set(photos(rest)) == {
                item.id for item in (*made.pictures, *made.videos)
            }
            clock.now += DAY
            assert inventory_of(await scan(provider, end_of(rest).cursor)) is not None


async def test_a_page_that_is_good_no_more_means_the_list_s_top(service: Emulated) -> None:
    """A checkpoint whose token the service refuses costs the calls again, and no photo."""
    async with service.provider() as provider:
        cursor = json.loads(end_of(await scan(provider)).cursor or "")
        halfway = {"page": "stale", "told": 100, "since": 1_790_000_000}
        seen = await scan(provider, json.dumps({**cursor, "halfway": halfway}))
    assert len(photos(seen)) == 5


async def test_another_client_s_cursor_is_none(service: Emulated) -> None:
    """What one client listed says nothing of what another one sees."""
    async with service.provider() as provider:
        cursor = json.loads(end_of(await scan(provider)).cursor or "")
        other = {**cursor, "login": "ada@example.org another-client"}
        assert end_of(await scan(provider, json.dumps(other))).full


async def test_lost_notes_cost_calls_only(service: Emulated, made: Uploads, clock: Clock) -> None:
    """Without the note of the favourites all of them are told anew."""
    async with service.provider() as provider:
        cursor = end_of(await scan(provider)).cursor
        service.tools.small_state.put("favorites", None)
        service.tools.small_state.put("unlisted", {"no": "list"})
        clock.now += HOUR // 2
        assert photos(await scan(provider, cursor))[made.pictures[1].id].favorite


def test_numbers_are_read_from_text_and_nothing_else() -> None:
    """64-bit numbers come as text; what is none counts as not told."""
    assert [number(one) for one in ("4032", 12, 0)] == [4032, 12, 0]
    strange = ("-1", "4 032", "", "9" * 30, True, None, 1.5)
    assert [number(one) for one in strange] == [None] * len(strange)


@pytest.mark.parametrize(
    ("told", "instant"),
    [
        ("2019-07-12T18:30:05Z", datetime(2019, 7, 12, 18, 30, 5, tzinfo=UTC)),
        ("2019-07-12T18:30:05.123456789Z", datetime(2019, 7, 12, 18, 30, 5, 123456, tzinfo=UTC)),
        ("2019-07-12T18:30:05", None),
        ("0000-00-00T00:00:00Z", None),
        ("9999-12-31T23:59:59-10:00", None),
        ("soon", None),
        (12, None),
    ],
)
def test_moments_are_taken_only_where_they_are_instants(
    told: object, instant: datetime | None
) -> None:
    """Anything else means that nobody knows."""
    record = {"id": "x", "mediaMetadata": {"creationTime": told}}
    seen = photo_seen(record, 10**18, favorite=None)
    assert seen is not None
    assert (seen.taken.instant if seen.taken else None) == instant


@pytest.mark.parametrize(
    "record",
    [{}, {"id": ""}, {"id": 7}, {"id": None}],
)
def test_a_record_without_an_id_is_left_out(record: dict[str, object]) -> None:
    """It cannot be told apart from others."""
    assert photo_seen(record, 10**18, favorite=None) is None


@pytest.mark.parametrize(
    ("mime", "name", "extension"),
    [
        ("image/heic", "a.HEIC", "heic"),
        ("image/jpeg", "a.JPEG", "jpg"),
        ("image/png", "a.png", "png"),
        ("image/x-adobe-dng", "a.dng", ""),
        ("video/quicktime", "a.mov", "mp4"),
        ("", "a.jpg", ""),
    ],
)
def test_the_extension_is_that_of_what_comes(mime: str, name: str, extension: str) -> None:
    """Of what the service does not name plainly nothing is claimed."""
    record = {"id": "x", "mimeType": mime, "filename": name}
    seen = photo_seen(record, 10**18, favorite=None)
    assert seen is not None
    assert (seen.extension, seen.file_name) == (extension, name)


def test_another_size_is_another_version() -> None:
    """A picture that was cropped on Google's pages has other bytes under the same id."""

    def key(width: str) -> str:
        metadata = {"width": width, "height": "48"}
        seen = photo_seen({"id": "x", "mediaMetadata": metadata}, 10**18, favorite=None)
        assert seen is not None
        return seen.content_key

    assert key("64") == key("64") != key("60")


async def test_that_no_photo_is_a_favourite_any_more_is_told_twice(
    service: Emulated, made: Uploads, clock: Clock
) -> None:
    """One empty answer changes nothing; two do."""
    async with service.provider() as provider:
        cursor = end_of(await scan(provider)).cursor
        clock.now += HOUR // 2
        empty = net.Answer(status=200, body=b"{}", kind="application/json")
        service.emulator.faults.add(empty, "mediaItems.search")
        seen = await scan(provider, cursor)
        assert photos(seen)[made.pictures[1].id].favorite
        made.pictures[1].favorite = False
        seen = await scan(provider, end_of(seen).cursor)
    assert not photos(seen)[made.pictures[1].id].favorite


@pytest.mark.parametrize(
    "where", ["mediaItems.list", "albums.list", "mediaItems.search", "mediaItems.batchGet"]
)
async def test_a_list_that_breaks_off_is_no_inventory(
    service: Emulated, where: str, hurry: MockClock
) -> None:
    """Whichever of the lists fails for good, the scan ends without one, and without its end."""
    del hurry
    service.tools.small_state.put("unlisted", ["AKCnXU" + "x" * 60])
    service.emulator.faults.add(net.server_error(503), where, times=None)
    async with service.provider() as provider:
        seen = await told_before_an_error(provider)
    assert not [one for one in seen if isinstance(one, Inventory | ScanEnd | AlbumGone)]
