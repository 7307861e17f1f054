"""Listings of photos: paging, extras, filters, search, changes."""

import itertools
import time
from typing import Any

import pytest

from photofs.emulators.flickr import Account, Habits, demo_account, synthetic_account
from photofs.emulators.hosting.originals import Painted
from tests.support.flickr_raw import RawClient, raw_client

SIZES = [
    "sq",
    "t",
    "s",
    "q",
    "m",
    "n",
    "w",
    "z",
    "c",
    "l",
    "h",
    "k",
    "3k",
    "4k",
    "f",
    "5k",
    "6k",
    "o",
]
ALL = "description,license,date_upload,date_taken,last_update,owner_name,path_alias,icon_server,"
ALL += "original_format,o_dims,geo,tags,machine_tags,views,media," + ",".join(
    f"url_{size}" for size in SIZES
)


def ids(page: Any) -> list[str]:  # noqa: ANN401 - JSON
    """The ids of a page of photos."""
    return [photo["id"] for photo in page["photos"]["photo"]]


def account_with_clock(n_photos: int = 0) -> tuple[Account, list[float]]:
    """An account whose clock stands at the number in the list."""
    now = [1_800_000_000.0]
    account = Account(synthetic_account(n_photos).state, clock=lambda: now[0])
    return account, now


async def test_pages_cover_all_photos_once() -> None:
    """All pages together hold every own photo once, newest upload first."""
    account = synthetic_account(1234)
    async with raw_client(account) as client:
        pages = [
            await client.read("flickr.people.getPhotos", user_id="me", per_page=500, page=number)
            for number in (1, 2, 3)
        ]
    seen = [photo for page in pages for photo in ids(page)]
    assert seen == [p.id for p in account.stream()]
    head = pages[0]["photos"]
    assert (head["page"], head["pages"], head["perpage"]) == (1, 3, 500)
    assert int(head["total"]) == 1234


async def test_page_size_has_bounds() -> None:
    """A page has 100 photos unless asked, and never more than 500."""
    async with raw_client(synthetic_account(700)) as client:
        usual = await client.read("flickr.people.getPhotos", user_id="me")
        most = await client.read("flickr.people.getPhotos", user_id="me", per_page=5000)
    assert (len(ids(usual)), len(ids(most))) == (100, 500)


async def test_page_past_the_last() -> None:
    """It is empty, or the last page once more."""
    account = synthetic_account(150)
    seen = {}
    for habit in ("empty", "repeat"):
        async with raw_client(account, habits=Habits(beyond_last=habit)) as client:
            page = await client.read("flickr.people.getPhotos", user_id="me", page=9)
            seen[habit] = ids(page)
    assert seen == {"empty": [], "repeat": [p.id for p in account.stream()[100:]]}


async def test_extras_come_only_if_asked() -> None:
    """Without extras a record has nine fields; each extra adds its own."""
    async with raw_client(demo_account()) as client:
        bare = await client.read("flickr.people.getPhotos", user_id="me")
        full = await client.read("flickr.people.getPhotos", user_id="me", extras=ALL)
        spaced = await client.read(
            "flickr.people.getPhotos", user_id="me", extras="media, date_taken"
        )
    core = {"id", "owner", "secret", "server", "farm", "title", "ispublic", "isfriend", "isfamily"}
    assert set(bare["photos"]["photo"][0]) == core
    photo = full["photos"]["photo"][0]
    expected = {"description", "license", "dateupload", "lastupdate", "datetaken", "ownername"}
    expected |= {"datetakengranularity", "datetakenunknown", "pathalias", "iconserver", "media"}
    expected |= {"originalsecret", "originalformat", "o_width", "o_height", "latitude", "accuracy"}
    expected |= {"tags", "machine_tags", "views", "media_status", "url_o", "url_l", "height_sq"}
    assert expected <= set(photo)
    assert "datetaken" not in spaced["photos"]["photo"][0]
    assert photo["server"] == "65535"
    assert (len(photo["id"]), len(photo["secret"]), photo["farm"]) == (11, 10, 66)


async def test_size_that_a_photo_lacks_is_absent() -> None:
    """A photo of 1280 pixels has no 1600; the length of each size's long edge is right."""
    async with raw_client(synthetic_account(1)) as client:
        page = await client.read("flickr.people.getPhotos", user_id="me", extras=ALL)
    photo = page["photos"]["photo"][0]
    assert "url_h" not in photo
    longest = {s: max(int(photo[f"width_{s}"]), int(photo[f"height_{s}"])) for s in "tsmnwzcl"}
    assert longest == dict(zip("tsmnwzcl", (100, 240, 500, 320, 400, 640, 800, 1024), strict=True))
    assert int(photo["width_q"]) == int(photo["height_q"]) == 150
    assert photo["url_m"].endswith(f"/static/65535/{photo['id']}_{photo['secret']}.jpg")
    assert photo["url_l"].endswith("_b.jpg")


async def test_free_account_has_no_originals() -> None:
    """A free account's owner gets neither originals nor sizes above 1024 pixels."""
    account = Account()
    account.state.pro = False
    account.add_photo(Painted("jpg", 1, 3000, 2000), width=3000, height=2000)
    async with raw_client(account) as client:
        page = await client.read("flickr.people.getPhotos", user_id="me", extras=ALL)
        account.state.pro = True
        paid = await client.read("flickr.people.getPhotos", user_id="me", extras=ALL)
    hidden = {"url_o", "originalsecret", "originalformat", "o_width", "url_h", "url_k"}
    assert not hidden & set(page["photos"]["photo"][0])
    assert "url_l" in page["photos"]["photo"][0]
    assert hidden <= set(paid["photos"]["photo"][0])


async def test_private_photos_are_the_owner_s() -> None:
    """Without the owner's token private photos are neither listed nor to be found by id."""
    account = demo_account()
    private = next(p for p in account.stream() if not p.public)
    async with raw_client(account, perms=None) as client:
        page = await client.read("flickr.people.getPhotos", user_id=account.nsid)
        info = await client.read("flickr.photos.getInfo", photo_id=private.id)
        shared = await client.read(
            "flickr.photos.getInfo", photo_id=private.id, secret=private.secret
        )
    assert set(ids(page)) == {p.id for p in account.stream() if p.public}
    assert (info["code"], shared["stat"]) == (1, "ok")


async def test_filters() -> None:
    """Privacy, kind and dates narrow a listing."""
    account = demo_account()
    async with raw_client(account) as client:

        async def found(**arguments: object) -> set[str]:
            page = await client.read(
                "flickr.people.getPhotos", user_id="me", per_page=500, **arguments
            )
            return set(ids(page))

        private = await found(privacy_filter=5)
        late = await found(min_upload_date=account.stream()[2].uploaded)
        spring = await found(
            min_taken_date="2023-04-01 00:00:00", max_taken_date="2023-04-30 23:59:59"
        )
        wrong = await client.read("flickr.people.getPhotos", user_id="99999999@N99")
    photos = account.stream()
    assert private == {p.id for p in photos if not p.public}
    assert late == {p.id for p in photos[:3]}
    assert spring == {p.id for p in photos if p.taken.startswith("2023-04")}
    assert wrong["code"] == 1


async def test_recently_updated_knows_changes_but_no_deletions() -> None:
    """A change moves a photo to the front of recentlyUpdated; a deletion shows nowhere."""
    account, now = account_with_clock(20)
    start = int(now[0])
    now[0] += 10
    changed = account.stream()[7]
    async with raw_client(account) as client:
        account.touch(changed)
        account.remove_photo(account.stream()[0].id)
        page = await client.read("flickr.photos.recentlyUpdated", min_date=start)
        missing = await client.read("flickr.photos.recentlyUpdated")
        bad = await client.read("flickr.photos.recentlyUpdated", min_date="whenever")
    assert ids(page) == [changed.id]
    assert (missing["code"], bad["code"]) == (1, 2)


@pytest.mark.parametrize("method", ["flickr.photos.getNotInSet", "flickr.people.getPhotos"])
async def test_not_in_set(method: str) -> None:
    """getNotInSet lists exactly the photos in no album."""
    account = synthetic_account(90, 4)
    async with raw_client(account) as client:
        page = await client.read(method, user_id="me")
    loose = [p.id for p in account.stream() if p.id not in account.in_albums()]
    assert (ids(page) == loose) == (method == "flickr.photos.getNotInSet")


async def test_counts() -> None:
    """getCounts counts between each two dates, which must ascend."""
    account = synthetic_account(10)
    first, last = account.stream()[-1].uploaded, account.stream()[0].uploaded
    async with raw_client(account) as client:
        good = await client.read("flickr.photos.getCounts", dates=f"{first},{last},{last + 1}")
        bad = await client.read("flickr.photos.getCounts", dates=f"{last},{first}")
    counts = [int(entry["count"]) for entry in good["photocounts"]["photocount"]]
    assert (counts, bad["code"]) == ([9, 1], 1)


async def test_favorites_are_of_others_with_their_date() -> None:
    """favorites.getList gives others' photos, latest favour first."""
    account = demo_account()
    async with raw_client(account) as client:
        page = await client.read("flickr.favorites.getList", extras="owner_name")
    photos = page["photos"]["photo"]
    assert [p["ownername"] for p in photos] == ["eve", "bob", "bob"]
    dates = [int(p["date_faved"]) for p in photos]
    assert dates == sorted(account.state.favorites.values(), reverse=True)


async def test_undated_photo_has_its_upload_in_the_owner_s_zone() -> None:
    """An unknown date is the upload's moment as a clock in the owner's zone showed it."""
    account = Account()
    account.state.zone = "Europe/London"
    account.add_photo(Painted("jpg", 1, 100, 100), uploaded=1_120_515_115)
    async with raw_client(account) as client:
        page = await client.read("flickr.people.getPhotos", user_id="me", extras="date_taken")
    photo = page["photos"]["photo"][0]
    assert photo["datetaken"] == "2005-07-04 23:11:55"
    assert int(photo["datetakenunknown"]) == 1


async def test_search_needs_an_argument() -> None:
    """A search for nothing in particular is code 3."""
    async with raw_client(demo_account()) as client:
        assert (await client.read("flickr.photos.search"))["code"] == 3


async def test_search_finds_by_text_and_tags() -> None:
    """Text, tags and machine tags find what they should."""
    account = synthetic_account(3)
    first, second, _ = account.stream()
    first.title, second.title = "Blue heron", "Grey heron"
    account.tag(first, "New York", "camera:model=X100")
    async with raw_client(account) as client:

        async def found(**arguments: object) -> list[str]:
            return ids(await client.read("flickr.photos.search", user_id="me", **arguments))

        assert await found(text="HERON blue") == [first.id]
        assert await found(tags="newyork,nothing") == [first.id]
        assert await found(tags="newyork,nothing", tag_mode="all") == []
        assert await found(machine_tags="camera:model=x100") == [first.id]
        assert len(await found(text="heron", sort="date-taken-asc")) == 2


async def test_search_repeats_itself_after_4000() -> None:
    """Only the first 4000 results differ; the pages after those repeat."""
    account = synthetic_account(4600)
    async with raw_client(account) as client:
        pages = [
            await client.read("flickr.photos.search", user_id="me", per_page=500, page=number)
            for number in range(1, 11)
        ]
    assert {int(page["photos"]["total"]) for page in pages} == {4600}
    distinct = set(itertools.chain.from_iterable(ids(page) for page in pages))
    assert len(distinct) == 4000
    assert ids(pages[8]) == ids(pages[7])


async def test_search_lags() -> None:
    """A new photo is listed at once, but found only after a while."""
    account, now = account_with_clock(3)
    async with raw_client(account, habits=Habits(search_lag=60)) as client:
        fresh = account.add_photo(Painted("jpg", 1, 10, 10)).id
        listed = await client.read("flickr.people.getPhotos", user_id="me")
        early = await client.read("flickr.photos.search", user_id="me")
        now[0] += 61
        late = await client.read("flickr.photos.search", user_id="me")
    assert [fresh in ids(page) for page in (listed, early, late)] == [True, False, True]


async def _time_of(client: RawClient, page: int) -> float:
    start = time.thread_time()
    await client.read("flickr.people.getPhotos", user_id="me", per_page=500, page=page, extras=ALL)
    return time.thread_time() - start


async def test_large_account_lists_quickly() -> None:
    """A full page of a large account takes no second of the processor, wherever it is."""
    async with raw_client(synthetic_account(10_000, 20)) as client:
        times = [await _time_of(client, page) for page in (1, 10, 20)]
    assert min(times) < 1.0
