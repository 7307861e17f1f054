"""Scans of an emulated account: all of it, what changed, what is gone, and at what cost."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from photofs.emulators.flickr import Account, synthetic_account
from photofs.emulators.flickr.faults import Fails
from photofs.emulators.hosting.faults import Answer
from photofs.emulators.hosting.originals import Painted
from photofs.model.capture_time import TakenBy
from photofs.model.errors import RemoteError, Unauthorised
from photofs.model.observation import (
    AlbumGone,
    AlbumSeen,
    CollectionSeen,
    Inventory,
    Observation,
    Progress,
    ScanEnd,
)
from photofs.model.photo import Fidelity, Media, Position
from photofs.providers.flickr import cursor as cursors
from tests.support.flickr_library import (
    BEGAN,
    OTHER,
    Emulated,
    Small,
    cursor_of,
    emulated,
    emulated_for,
    photos,
    scan,
    small_account,
)

PICTURE = Painted(kind="jpg", seed=1, width=64, height=48)
HOUR = 3600


@pytest.fixture
def small() -> Small:
    """A small account of every kind of thing."""
    return small_account()


@pytest.fixture
def service(small: Small) -> Iterator[Emulated]:
    """It, served."""
    with emulated(small.account) as service:
        yield service


def albums(seen: list[Observation]) -> dict[str, AlbumSeen]:
    """The albums of a scan by title."""
    return {one.title: one for one in seen if isinstance(one, AlbumSeen)}


def inventories(seen: list[Observation]) -> list[frozenset[str]]:
    """The inventories of a scan."""
    return [one.remote_ids for one in seen if isinstance(one, Inventory)]


def is_quiet(seen: list[Observation]) -> bool:
    """Whether a scan told of nothing but its progress and its end."""
    return all(isinstance(one, Progress | ScanEnd) for one in seen)


async def test_a_full_scan_tells_everything(service: Emulated, small: Small) -> None:
    """Photos with their facts, albums in order, collections, favourites, and the inventory."""
    async with service.provider() as provider:
        seen = await scan(provider)
    told = photos(seen)
    first = told[small.pictures[0].id]
    assert first.taken is not None
    assert first.taken.local == datetime(2019, 7, 10, 18, 30, 0)  # noqa: DTZ001 - wall time
    assert first.position == Position(54.5, 18.55)
    assert (first.title, first.extension, first.fidelity) == ("Sea 0", "jpg", Fidelity.ORIGINAL)
    assert first.uploaded_ns == BEGAN * 10**9
    assert told[small.pictures[1].id].owned
    assert set(told[small.pictures[2].id].tags) == {"holiday", "twowords"}
    assert told[small.pictures[3].id].taken is None
    video = told[small.video.id]
    assert (video.media, video.fidelity) == (Media.VIDEO, Fidelity.RECOMPRESSED)
    order = [small.pictures[2].id, small.pictures[0].id, small.pictures[1].id]
    assert list(albums(seen)["Sea"].members) == order
    assert inventories(seen) == [frozenset(told)]
    assert isinstance(seen[-1], ScanEnd)


async def test_collections_keep_their_nesting(service: Emulated, small: Small) -> None:
    """Collections name their parents and the albums in them."""
    async with service.provider() as provider:
        seen = await scan(provider)
    told = {one.title: one for one in seen if isinstance(one, CollectionSeen)}
    ids = {title: album.remote_id for title, album in albums(seen).items()}
    assert told["Outer"].parent is None
    assert told["Inner"].parent == told["Outer"].remote_id
    assert told["Outer"].albums == (ids["Sea"],)
    assert told["Inner"].albums == (ids["Films / short"],)
    assert len(small.account.state.collections) == 1


async def test_favourites_belong_to_others(service: Emulated, small: Small) -> None:
    """Favourites are other people's; where the original is held back, a preview stands in."""
    async with service.provider() as provider:
        told = photos(await scan(provider))
    open_one, closed_one = (told[photo.id] for photo in small.favorites)
    assert not open_one.owned
    assert open_one.favorite
    assert open_one.page_url == f"{service.emulator.url}/photos/{OTHER}/{open_one.remote_id}/"
    assert open_one.fidelity is Fidelity.ORIGINAL
    assert closed_one.fidelity is Fidelity.PREVIEW
    assert closed_one.fidelity_note


async def test_free_accounts_show_previews(service: Emulated, small: Small) -> None:
    """Where Flickr holds back originals, the largest size is told, and called a preview."""
    small.account.state.pro = False
    photo = small.pictures[0]
    photo.width, photo.height = 3000, 2000
    small.account.changed()
    async with service.provider() as provider:
        told = photos(await scan(provider))[photo.id]
    assert told.fidelity is Fidelity.PREVIEW
    assert "size l" in told.fidelity_note
    assert told.pixels is not None
    assert told.pixels.width == 1024


async def test_a_second_scan_tells_nothing_new(service: Emulated) -> None:
    """With nothing changed, an incremental scan asks five calls and tells nothing."""
    async with service.provider() as provider:
        cursor = cursor_of(await scan(provider))
        before = service.api_calls
        seen = await scan(provider, cursor)
    assert is_quiet(seen)
    end = seen[-1]
    assert isinstance(end, ScanEnd)
    assert not end.full
    assert service.api_calls - before == 5


async def test_changes_are_told(service: Emulated, small: Small) -> None:
    """New and edited photos, changed albums and new favourites come with the next scan."""
    account = small.account
    async with service.provider() as provider:
        cursor = cursor_of(await scan(provider))
        new = account.add_photo(PICTURE, taken="2021-01-01 00:00:00", title="New")
        small.pictures[0].title = "Renamed"
        account.touch(small.pictures[0])
        sea = account.albums_of(small.pictures[0].id)[0]
        sea.photos.append(new.id)
        sea.updated = account.now()
        liked = account.add_photo(PICTURE, owner=OTHER, uploaded=BEGAN)
        account.state.favorites[liked.id] = account.now()
        account.changed()
        before = service.calls("flickr.photosets.getPhotos")
        seen = await scan(provider, cursor)
        again = await scan(provider, cursor_of(seen))
    told = photos(seen)
    assert set(told) == {new.id, small.pictures[0].id, liked.id}
    assert told[small.pictures[0].id].title == "Renamed"
    assert albums(seen).keys() == {"Sea"}
    assert albums(seen)["Sea"].members[-1] == new.id
    assert service.calls("flickr.photosets.getPhotos") - before == 1
    assert albums(again) == {}


async def test_an_album_that_only_moves_costs_no_call(service: Emulated, small: Small) -> None:
    """A new album pushes the others down; their members are not asked for again, nor forgotten."""
    async with service.provider() as provider:
        cursor = cursor_of(await scan(provider))
        small.account.add_album("Newest", [small.pictures[3].id])
        before = service.calls("flickr.photosets.getPhotos")
        seen = await scan(provider, cursor)
    assert service.calls("flickr.photosets.getPhotos") - before == 1
    told = albums(seen)
    assert told["Newest"].members_complete
    assert not told["Sea"].members_complete
    assert (told["Newest"].position, told["Films / short"].position) == (0, 1)


async def test_a_removed_album_is_confirmed_by_its_id(service: Emulated, small: Small) -> None:
    """An album that the list leaves out is gone only if Flickr says so for its id."""
    async with service.provider() as provider:
        cursor = cursor_of(await scan(provider))
        gone = small.account.albums_of(small.video.id)[0]
        small.account.state.albums.remove(gone)
        small.account.changed()
        seen = await scan(provider, cursor)
    assert [one.remote_id for one in seen if isinstance(one, AlbumGone)] == [gone.id]


async def test_an_album_list_that_forgets_is_not_believed(service: Emulated, small: Small) -> None:
    """P11: an album missing from the list that Flickr still knows by id stays, and is kept."""
    body = {"photosets": {"page": 1, "pages": 1, "perpage": 500, "total": 0, "photoset": []}}
    lie = Answer(
        status=200, body=json.dumps({**body, "stat": "ok"}).encode(), kind="application/json"
    )
    async with service.provider() as provider:
        cursor = cursor_of(await scan(provider))
        service.emulator.faults.add(lie, "flickr.photosets.getList")
        seen = await scan(provider, cursor)
    assert not [one for one in seen if isinstance(one, AlbumGone)]
    kept = cursors.decode(cursor_of(seen), small.account.nsid)
    assert kept is not None
    assert len(kept.albums) == 2


async def test_many_removed_albums_are_found_in_steps(service: Emulated, small: Small) -> None:
    """Only a few removed albums are confirmed in one scan; the others in the next ones."""
    for number in range(5):
        small.account.add_album(f"More {number}", [small.pictures[0].id])
    async with service.provider() as provider:
        cursor = cursor_of(await scan(provider))
        del small.account.state.albums[:5]
        small.account.changed()
        found: list[int] = []
        for _ in range(3):
            seen = await scan(provider, cursor)
            found.append(sum(isinstance(one, AlbumGone) for one in seen))
            cursor = cursor_of(seen)
    assert found == [3, 2, 0]


def aged(cursor: str, user: str, hours: float) -> str:
    """The cursor as if the last sweep had been so many hours earlier."""
    read = cursors.decode(cursor, user)
    assert read is not None
    read.swept -= int(hours * HOUR)
    return cursors.encode(read)


async def test_a_deletion_is_found_by_the_sweep(service: Emulated, small: Small) -> None:
    """P11: a deleted photo is missing from two inventories, at least an hour apart."""
    user = small.account.nsid
    async with service.provider() as provider:
        cursor = cursor_of(await scan(provider))
        small.account.remove_photo(small.pictures[0].id)
        early = await scan(provider, cursor)
        assert inventories(early) == []
        first = await scan(provider, aged(cursor_of(early), user, 25))
        assert small.pictures[0].id not in inventories(first)[0]
        assert small.pictures[1].id in inventories(first)[0]
        soon = await scan(provider, aged(cursor_of(first), user, 0.9))
        assert inventories(soon) == []
        second = await scan(provider, aged(cursor_of(first), user, 1.1))
        assert inventories(second) == inventories(first)
        third = await scan(provider, aged(cursor_of(second), user, 25))
    assert inventories(third) == []


async def test_equal_counts_cost_one_call(service: Emulated, small: Small) -> None:
    """A sweep that is due is done by one count, as long as that count agrees."""
    user = small.account.nsid
    async with service.provider() as provider:
        cursor = cursor_of(await scan(provider))
        small.account.add_photo(PICTURE)
        seen = await scan(provider, cursor)
        before = service.api_calls
        swept = await scan(provider, aged(cursor_of(seen), user, 25))
    assert inventories(swept) == []
    assert service.api_calls - before == 6


async def test_equal_counts_do_not_suffice_for_ever(service: Emulated, small: Small) -> None:
    """Once in several sweep intervals the ids are looked through even if the count agrees."""
    async with service.provider(sweep_hours=1) as provider:
        read = cursors.decode(cursor_of(await scan(provider)), small.account.nsid)
        assert read is not None
        read.swept, read.forced = read.swept - 2 * HOUR, read.forced - 8 * HOUR
        seen = await scan(provider, cursors.encode(read))
    assert len(inventories(seen)) == 1


async def test_an_unfavoured_photo_leaves_the_inventory(service: Emulated, small: Small) -> None:
    """A favourite that was taken back is missing from the next sweep's inventory."""
    async with service.provider() as provider:
        cursor = cursor_of(await scan(provider))
        del small.account.state.favorites[small.favorites[0].id]
        small.account.changed()
        seen = await scan(provider, cursor)
        swept = await scan(provider, aged(cursor_of(seen), small.account.nsid, 25))
    assert small.favorites[0].id not in inventories(swept)[0]
    assert small.favorites[1].id in inventories(swept)[0]


@pytest.mark.parametrize("spoilt", ["", "{}", "null", "[]", '{"version":1}', "\ud800", "{" * 5000])
async def test_a_spoilt_cursor_means_a_full_scan(service: Emulated, spoilt: str) -> None:
    """Whatever is no cursor of this account starts a full scan."""
    async with service.provider() as provider:
        seen = await scan(provider, spoilt)
    end = seen[-1]
    assert isinstance(end, ScanEnd)
    assert end.full


async def test_anothers_cursor_means_a_full_scan(service: Emulated, small: Small) -> None:
    """A cursor of another account or version is not gone on from."""
    async with service.provider() as provider:
        read = cursors.decode(cursor_of(await scan(provider)), small.account.nsid)
        assert read is not None
        read.user = OTHER
        seen = await scan(provider, cursors.encode(read))
    end = seen[-1]
    assert isinstance(end, ScanEnd)
    assert end.full


async def test_p12_another_accounts_login_is_refused(service: Emulated, small: Small) -> None:
    """P12: if the login turns out to be another account's, nothing is told at all."""
    async with service.provider() as provider:
        small.account.state.me.nsid = "99999999@N99"
        small.account.changed()
        with pytest.raises(Unauthorised) as caught:
            await scan(provider)
    assert "photofs login flickr" in str(caught.value)


def least_calls(account: Account) -> int:
    """The fewest calls that can list the account: pages of 500, members of each album, three lists.

    One each for albums (per 500), collections and favourites (per 500).
    """
    own = len(account.stream())
    pages = math.ceil(own / 500) + math.ceil(len(account.state.albums) / 500)
    members = sum(math.ceil(len(album.photos) / 500) for album in account.state.albums)
    return pages + members + 1 + max(1, math.ceil(len(account.state.favorites) / 500))


async def assert_frugal(n_photos: int, n_albums: int) -> None:
    """A full scan of so large an account costs at most 1.05 times the least; changes little."""
    account = synthetic_account(n_photos, n_albums)
    async with emulated_for(account) as service:
        service.tools = replace(service.tools, read_timeout=30.0)
        async with service.provider() as provider:
            seen = await scan(provider)
            assert service.api_calls <= 1.05 * least_calls(account)
            assert len(photos(seen)) == len(account.stream()) + len(account.state.favorites)
            assert len(inventories(seen)) == 1
            before = service.api_calls
            quiet = await scan(provider, cursor_of(seen))
            calls_for_nothing = service.api_calls - before
            stream = account.stream()
            for photo in stream[:6]:
                photo.title += "!"
                account.touch(photo)
            for _ in range(4):
                account.add_photo(PICTURE, taken="2020-02-02 02:02:02")
            before = service.api_calls
            changed = await scan(provider, cursor_of(quiet))
            assert service.api_calls - before <= calls_for_nothing + 5
    assert len(photos(changed)) >= 10


async def test_scans_are_frugal() -> None:
    """3,000 photos in 25 albums: at most 1.05 times the least calls; 10 changes: 5 more at most."""
    await assert_frugal(3_000, 25)


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_scans_of_large_accounts_are_frugal() -> None:
    """100,000 photos in 500 albums: as above."""
    await assert_frugal(100_000, 500)


async def test_titles_tell_dates_that_flickr_does_not_know(service: Emulated, small: Small) -> None:
    """Where Flickr only knows the upload time, a date in the title counts, and is called so."""
    photo = small.account.add_photo(PICTURE, title="IMG_20150612_101112")
    async with service.provider() as provider:
        told = photos(await scan(provider))[photo.id]
    assert told.taken is not None
    assert told.taken.by is TakenBy.TITLE


async def test_p23_facts_hold_for_the_services_moment_and_not_for_ours(
    service: Emulated,
) -> None:
    """A clock of ours that is years ahead dates nothing into the future."""
    ahead = 5 * 365 * 24 * HOUR * 10**9
    begin = service.tools.now_ns
    tools = replace(service.tools, now_ns=lambda: begin() + ahead)
    async with replace(service, tools=tools).provider() as provider:
        seen = await scan(provider)
    assert all(photo.as_of_ns < begin() + ahead // 2 for photo in photos(seen).values())
    assert all(album.as_of_ns < begin() + ahead // 2 for album in albums(seen).values())
    assert photos(seen)


async def test_p11_a_wrong_count_makes_a_listing_that_is_not_counted(
    service: Emulated, small: Small
) -> None:
    """Flickr counts a photo that it does not list: all is told, and said not to be as counted."""
    hidden = small.pictures[1].id
    service.emulator.habits.unlisted = frozenset({hidden})
    async with service.provider() as provider:
        seen = await scan(provider)
        again = await scan(provider, aged(cursor_of(seen), small.account.nsid, 25))
    (inventory,) = [one for one in seen if isinstance(one, Inventory)]
    assert not inventory.counted
    assert inventory.remote_ids == set(photos(seen))
    assert hidden not in inventory.remote_ids
    assert inventories(again) == [], "the count is as wrong as before: nothing was deleted"


async def test_p11_albums_are_counted_by_themselves(service: Emulated, small: Small) -> None:
    """Fewer listed than Flickr counts: that a full scan did not tell of an album says nothing."""
    del small
    listed = [{"id": "1", "title": {"_content": "A"}}]
    body = {"photosets": {"page": 1, "pages": 1, "perpage": 500, "total": 2, "photoset": listed}}
    async with service.provider() as provider:
        (inventory,) = [one for one in await scan(provider) if isinstance(one, Inventory)]
        assert inventory.albums_counted
        lie = Answer(
            status=200, body=json.dumps({**body, "stat": "ok"}).encode(), kind="application/json"
        )
        service.emulator.faults.add(lie, "flickr.photosets.getList", times=None)
        members = {"photoset": {"page": 1, "pages": 1, "perpage": 500, "total": 0, "photo": []}}
        none = Answer(
            status=200, body=json.dumps({**members, "stat": "ok"}).encode(), kind="application/json"
        )
        service.emulator.faults.add(none, "flickr.photosets.getPhotos", times=None)
        (inventory,) = [one for one in await scan(provider) if isinstance(one, Inventory)]
    assert inventory.counted
    assert not inventory.albums_counted


async def test_p11_a_deletion_is_found_where_the_count_is_wrong(
    service: Emulated, small: Small
) -> None:
    """Two listings, neither as counted, leave it out; the second one comes an hour later."""
    user = small.account.nsid
    service.emulator.habits.unlisted = frozenset({small.pictures[1].id})
    async with service.provider() as provider:
        cursor = cursor_of(await scan(provider))
        small.account.remove_photo(small.pictures[0].id)
        first = await scan(provider, aged(cursor, user, 25))
        second = await scan(provider, aged(cursor_of(first), user, 1.1))
    for seen in (first, second):
        (inventory,) = [one for one in seen if isinstance(one, Inventory)]
        assert not inventory.counted
        assert small.pictures[0].id not in inventory.remote_ids
        assert small.pictures[2].id in inventory.remote_ids


async def test_flickrs_own_word_on_one_photo(service: Emulated, small: Small) -> None:
    """Gone is what Flickr knows no more, and a favourite that is none; all else is there."""
    own, removed, (liked, left) = small.pictures[0], small.pictures[1], small.favorites
    small.account.remove_photo(removed.id)
    del small.account.state.favorites[left.id]
    small.account.changed()
    async with service.provider() as provider:
        assert await provider.is_gone(removed.id)
        assert await provider.is_gone(left.id)
        assert not await provider.is_gone(own.id)
        assert not await provider.is_gone(liked.id)
        service.emulator.habits.unlisted = frozenset({own.id})
        assert not await provider.is_gone(own.id)


@pytest.mark.parametrize("code", [2, 98, 99, 100])
async def test_another_refusal_is_no_word_of_a_photo(service: Emulated, code: int) -> None:
    """Only the code that means "no such photo" says so; any other ends in an error."""
    service.emulator.faults.add(Fails(code=code, message="no"), "flickr.photos.getInfo")
    async with service.provider() as provider:
        with pytest.raises(RemoteError):
            await provider.is_gone("1")
