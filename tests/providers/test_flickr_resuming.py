"""A full scan that is cut short goes on where it was, whatever the account did meanwhile."""

import random
from contextlib import aclosing

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from photofs.emulators.flickr import Account, synthetic_account
from photofs.emulators.hosting.originals import Painted
from photofs.model.observation import (
    AlbumSeen,
    Checkpoint,
    Inventory,
    Observation,
    PhotoSeen,
    Progress,
    ScanEnd,
)
from photofs.providers.flickr import cursor as cursors
from photofs.providers.flickr.cursor import Told
from photofs.providers.flickr.reach import Reach
from photofs.providers.port import Provider
from tests.support.flickr_library import Emulated, cursor_of, emulated_for, photos, scan

PICTURE = Painted(kind="jpg", seed=1, width=64, height=48)
LIST = "flickr.people.getPhotos"
MEMBERS = "flickr.photosets.getPhotos"
FAVORITES = "flickr.favorites.getList"


async def part(
    provider: Provider, cursor: str | None, checkpoints: int
) -> tuple[list[Observation], str | None]:
    """A scan that is cut at the checkpoint of that number: what stays of it, and its cursor.

    The whole scan if it has fewer; the cursor is then that of its end.
    """
    kept: list[Observation] = []
    async with aclosing(provider.changes(cursor)) as seen:  # type: ignore[type-var]
        async for one in seen:
            kept.append(one)
            if isinstance(one, Checkpoint):
                cursor, checkpoints = one.cursor, checkpoints - 1
            if isinstance(one, ScanEnd):
                cursor = one.cursor
            if not checkpoints:
                break
    return kept, cursor


async def in_parts(provider: Provider, checkpoints: int) -> list[Observation]:
    """A full scan, cut again and again after so many checkpoints, until it comes to its end."""
    told: list[Observation] = []
    cursor: str | None = None
    while not (told and isinstance(told[-1], ScanEnd)):
        more, cursor = await part(provider, cursor, checkpoints)
        told += more
    return told


def rich_account() -> Account:
    """Six pages of photos, 45 albums, three pages of favourites."""
    return synthetic_account(2_700, 45, favorites=1_100)


@pytest.mark.parametrize("checkpoints", [1, 2, 5])
async def test_a_scan_in_parts_tells_all_and_asks_little_twice(checkpoints: int) -> None:
    """Every photo, album and favourite; of each part's calls only the lists and a page again."""
    account = rich_account()
    async with emulated_for(account) as service, service.provider() as provider:
        whole = await scan(provider)
        least = service.emulator.calls.copy()
        seen = await in_parts(provider, checkpoints)
        again = {name: service.calls(name) - 2 * count for name, count in least.items()}
    assert set(photos(seen)) == set(photos(whole))
    albums = [one.remote_id for one in seen if isinstance(one, AlbumSeen)]
    assert len(albums) == len(set(albums)) == 45
    parts = -(-(6 + 45 + 3) // checkpoints)
    assert again[LIST] <= parts
    assert again[MEMBERS] == 0
    assert again[FAVORITES] <= parts


async def test_a_cut_loses_only_what_came_after_the_checkpoint() -> None:
    """Cut in the middle of the albums: the one that was under way is asked for again, no photo."""
    account = rich_account()
    async with emulated_for(account) as service, service.provider() as provider:
        kept: str | None = None
        async with aclosing(provider.changes(None)) as seen:  # type: ignore[type-var]
            async for one in seen:
                if isinstance(one, Checkpoint):
                    kept = one.cursor
                if service.calls(MEMBERS) == 35:
                    break
        before = service.calls(LIST), service.calls(MEMBERS)
        rest = await scan(provider, kept)
        after = service.calls(LIST), service.calls(MEMBERS)
    assert after[0] == before[0]
    assert after[1] - before[1] == 45 - 34
    assert not any(one.owned for one in photos(rest).values())


async def test_p11_a_scan_in_parts_is_no_inventory() -> None:
    """Its parts were true at different times; the first sweep that is due lists all ids."""
    account = rich_account()
    async with emulated_for(account) as service, service.provider() as provider:
        _, cursor = await part(provider, None, 3)
        seen = await scan(provider, cursor)
        assert not [one for one in seen if isinstance(one, Inventory)]
        end = seen[-1]
        assert isinstance(end, ScanEnd)
        assert end.full
        later = cursors.decode(end.cursor, account.nsid)
        assert later is not None
        assert later.halfway is None
        later.swept -= 25 * 3600
        swept = await scan(provider, cursors.encode(later))
    (inventory,) = [one for one in swept if isinstance(one, Inventory)]
    assert inventory.counted
    assert len(inventory.remote_ids) == 3_800


async def test_what_changed_meanwhile_comes_with_the_next_scan() -> None:
    """New, edited and moved photos, told before or not: after the next scan nothing is missing."""
    account = rich_account()
    async with emulated_for(account) as service, service.provider() as provider:
        first, cursor = await part(provider, None, 3)
        stream = account.stream()
        account.add_photo(PICTURE, title="new")
        told, untold = stream[10], stream[-10]
        told.title = untold.title = "edited"
        account.touch(told)
        account.touch(untold)
        up = stream[-20]
        up.uploaded = stream[5].uploaded
        account.touch(up)
        account.remove_photo(stream[20].id)
        account.remove_photo(stream[-30].id)
        rest = await scan(provider, cursor)
        more = await scan(provider, cursor_of(rest))
    last_word = photos(first) | photos(rest) | photos(more)
    for photo in account.stream():
        assert last_word[photo.id].title == (photo.title or None)


async def test_a_photo_that_a_deletion_pulled_past_the_edge_is_told() -> None:
    """Deleted between two pages, cut two pages later: what slipped past comes with the rest."""
    account = synthetic_account(2_700)
    async with emulated_for(account) as service, service.provider() as provider:
        stream = [photo.id for photo in account.stream()]
        kept: dict[str, PhotoSeen] = {}
        cursor, pages = None, 0
        async with aclosing(provider.changes(None)) as seen:  # type: ignore[type-var]
            async for one in seen:
                if isinstance(one, PhotoSeen):
                    kept[one.remote_id] = one
                if isinstance(one, Checkpoint):
                    cursor = one.cursor
                if isinstance(one, Progress):
                    pages += 1
                    if pages == 2:
                        removed = account.stream()[7].id
                        account.remove_photo(removed)
                if pages == 4:
                    break
        assert stream[1000] not in kept, "it slipped past"
        rest = await scan(provider, cursor)
    assert set(stream) - {removed} <= set(kept) | set(photos(rest))


async def doubted(service: Emulated, provider: Provider, above: int) -> tuple[int, str]:
    """Calls of the listing after a cut at which so many more photos were told; and the cursor."""
    _, cursor = await part(provider, None, 3)
    read = cursors.decode(cursor, service.account.nsid)
    assert read is not None
    assert read.halfway is not None
    told = read.halfway.photos
    lying = Told(low=told.low, above=told.above + above, again=told.again)
    read.halfway = cursors.Halfway(photos=lying)
    before = service.calls(LIST)
    rest, cursor = await part(provider, cursors.encode(read), 1)
    assert rest
    assert cursor is not None
    return service.calls(LIST) - before, cursor


async def test_a_part_with_a_hole_is_told_anew_once() -> None:
    """If Flickr counts more of it than were told, the list is read from its top, and not again."""
    account = synthetic_account(2_700)
    async with emulated_for(account) as service, service.provider() as provider:
        fine, _ = await doubted(service, provider, 0)
        fewer, _ = await doubted(service, provider, 1)
        assert (fine, fewer) == (2, 2), "a count, a page"
        _, cursor = await doubted(service, provider, -1)
        read = cursors.decode(cursor, account.nsid)
        assert read is not None
        assert read.halfway is not None
        assert read.halfway.photos.again
        stream = account.stream()
        assert read.halfway.photos.low == stream[499].uploaded
        service.emulator.habits.unlisted = frozenset({stream[3].id})
        before = service.calls(LIST)
        await part(provider, cursor, 1)
        assert service.calls(LIST) - before == 1


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_a_large_scan_in_parts_costs_little_more() -> None:
    """100,000 photos in 100 albums of two pages, cut every 40 checkpoints: 5 calls a cut more."""
    account = synthetic_account(100_000, 100)
    async with emulated_for(account) as service, service.provider() as provider:
        seen = await in_parts(provider, 40)
        calls = service.api_calls
    assert len(photos(seen)) == 100_000
    parts = -(-(200 + 100 + 3) // 40)
    assert calls <= 200 + 2 * 100 + 3 + parts * 5


def record(number: int, when: int) -> dict[str, object]:
    """A list record."""
    return {"id": str(number), "dateupload": str(when)}


def watch(reach: Reach, *pages: list[tuple[int, int]], gap_at: int | None = None) -> Told:
    """What was told after these pages of (id, moment), a gap before the one of that number."""
    for number, page in enumerate(pages):
        reach.take([record(*one) for one in page], gap=number == gap_at)
    return reach.told


def reach(begun: Told | None = None, until: int = 10**9) -> Reach:
    """One that reads our records."""
    return Reach(begun or Told(), until, lambda one: int(str(one["dateupload"])))


def test_the_reach_is_the_oldest_moment_and_who_is_above_it() -> None:
    """Those of the last moment, and of the second after it, may come again and are not counted."""
    told = watch(reach(), [(9, 90), (8, 80), (7, 71)], [(6, 71), (5, 70), (4, 70)])
    assert told == Told(low=70, above=2)
    assert watch(reach(told), [(6, 71), (7, 71), (5, 70), (3, 60)]) == Told(low=60, above=5)


def test_the_reach_ends_before_a_gap() -> None:
    """What comes after a fallen total counts for nothing; a second pass takes it further."""
    one = reach()
    assert watch(one, [(9, 90), (8, 80)], [(6, 60)], gap_at=1) == Told(low=80, above=1)
    one.begin_pass()
    assert watch(one, [(9, 90), (8, 80), (7, 70)]) == Told(low=70, above=2)


def test_what_an_upload_pushed_down_breaks_no_order() -> None:
    """The head of the next page may be the tail of the one before."""
    assert watch(reach(), [(9, 90), (8, 80)], [(8, 80), (7, 70)]) == Told(low=70, above=2)


def test_a_list_out_of_order_has_no_reach() -> None:
    """If something newer stands further down, no moment says where to go on: from the top."""
    assert watch(reach(), [(9, 90), (8, 80)], [(7, 85), (6, 60)]) == Told(again=True)


def test_what_is_too_new_is_not_counted() -> None:
    """The service's own count may not know of it yet."""
    assert watch(reach(until=85), [(9, 90), (8, 80), (7, 70)]) == Told(low=70, above=1)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_whatever_happens_between_the_parts_nothing_is_missing(seed: int) -> None:
    """Random cuts, uploads, deletions and edits: after one more scan the last word is right."""
    dice = random.Random(seed)

    async def run() -> None:
        account = synthetic_account(1_300, 3, seed=seed)
        async with emulated_for(account) as service, service.provider() as provider:
            told: dict[str, PhotoSeen] = {}
            cursor: str | None = None
            ended = False
            while not ended:
                seen, cursor = await part(provider, cursor, dice.randint(1, 3))
                told |= photos(seen)
                ended = isinstance(seen[-1], ScanEnd)
                for _ in range(dice.randint(0, 3)):
                    meddle(account, dice)
            told |= photos(await scan(provider, cursor))
        assert {photo.id for photo in account.stream()} <= set(told)
        assert {photo.title for photo in account.stream()} <= {
            one.title or "" for one in told.values()
        }

    trio.run(run)


def meddle(account: Account, dice: random.Random) -> None:
    """Something happens to the account."""
    photo = dice.choice(account.stream())
    match dice.randrange(4):
        case 0:
            account.add_photo(PICTURE, title=f"new {dice.random()}")
        case 1:
            account.remove_photo(photo.id)
        case 2:
            photo.title = f"edited {dice.random()}"
            account.touch(photo)
        case _:
            photo.uploaded = dice.choice(account.stream()).uploaded
            account.touch(photo)
