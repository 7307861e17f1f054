"""Methods that change photos and albums, and the service's strictness about them."""

import pytest

from photofs.emulators.flickr import Account, Habits, demo_account, synthetic_account
from photofs.emulators.flickr.sizes import original_url
from photofs.emulators.flickr.state import Photo
from tests.support.flickr_raw import RawClient, raw_client


def own(account: Account, number: int = 0) -> Photo:
    """One of the account's photos."""
    return account.stream()[number]


async def code(client: RawClient, method: str, **arguments: object) -> int | None:
    """The error code of a call, None if it went well."""
    answer = await client.write(method, **arguments)
    return None if answer["stat"] == "ok" else int(answer["code"])


async def test_void_success_is_bare() -> None:
    """A write that has nothing to say answers stat ok alone."""
    account = demo_account()
    async with raw_client(account) as client:
        answer = await client.write("flickr.photos.setTags", photo_id=own(account).id, tags="a")
        xml = await client.post("flickr.photos.setTags", photo_id=own(account).id, format="rest")
    assert answer == {"stat": "ok"}
    assert 'stat="ok"' in xml.text


async def test_delete_is_for_good() -> None:
    """A deleted photo is in no list, no album and on no host; twice is code 1."""
    account = demo_account()
    album = account.state.albums[0]
    photo = account.state.photos[album.primary]
    async with raw_client(account) as client:
        url = original_url(client.emulator.url, photo)
        first = await code(client, "flickr.photos.delete", photo_id=photo.id)
        second = await code(client, "flickr.photos.delete", photo_id=photo.id)
        file = await client.http.get(url)
    assert (first, second, file.status_code) == (None, 1, 404)
    assert photo.id not in album.photos
    assert album.primary == album.photos[0]


async def test_deleting_the_last_photo_of_an_album_deletes_the_album() -> None:
    """There are no empty albums."""
    account = synthetic_account(3, 1)
    album = account.state.albums[0]
    async with raw_client(account) as client:
        for photo in list(album.photos):
            await client.write("flickr.photosets.removePhoto", photoset_id=album.id, photo_id=photo)
        gone = await code(client, "flickr.photosets.getInfo", photoset_id=album.id)
    assert (account.state.albums, gone) == ([], 1)
    assert len(account.stream()) == 3


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, 2),
        ({"date_taken_granularity": "11"}, 3),
        ({"date_posted": "tomorrow"}, 4),
        ({"date_posted": "9999999999"}, 4),
        ({"date_taken": "14.6.2019"}, 5),
        ({"date_taken": "2019-02-30 00:00:00"}, 5),
        ({"date_taken": "2999-01-01 00:00:00"}, 6),
        ({"date_taken": "1212-01-01 00:00:00"}, 6),
        ({"date_taken": "2019-06-14 09:12:31"}, None),
        ({"date_taken": "2004-04", "date_taken_granularity": "4"}, None),
    ],
)
async def test_set_dates_is_strict(arguments: dict[str, str], expected: int | None) -> None:
    """Each argument has its own code; nothing changes unless all are good."""
    account = demo_account()
    photo = own(account)
    before = photo.taken
    async with raw_client(account) as client:
        got = await code(client, "flickr.photos.setDates", photo_id=photo.id, **arguments)
        unknown = await code(client, "flickr.photos.setDates", photo_id="1", date_taken="2004")
    assert (got, unknown) == (expected, 1)
    assert (photo.taken == before) == (expected is not None)
    assert (photo.granularity == 4) == ("2004" in arguments.get("date_taken", ""))


async def test_posted_date_is_parsed_up_to_its_first_letter() -> None:
    """A date_posted that is no number counts as the number that it begins with."""
    account = demo_account()
    photo = own(account)
    async with raw_client(account) as client:
        await client.write("flickr.photos.setDates", photo_id=photo.id, date_posted="2013-10-05")
    assert photo.uploaded == 2013


async def test_every_write_bumps_lastupdate() -> None:
    """A photo's lastupdate is the moment of its last write."""
    now = [1_900_000_000.0]
    account = Account(demo_account().state, clock=lambda: now[0])
    photo = own(account)
    writes: list[tuple[str, dict[str, object]]] = [
        ("flickr.photos.setMeta", {"title": "t"}),
        ("flickr.photos.setTags", {"tags": "a"}),
        ("flickr.photos.addTags", {"tags": "b"}),
        ("flickr.photos.setDates", {"date_taken": "2001"}),
        ("flickr.photos.setPerms", {"is_public": 0, "is_friend": 0, "is_family": 0}),
        ("flickr.photos.transform.rotate", {"degrees": 90}),
        ("flickr.photos.geo.setLocation", {"lat": 1, "lon": 2}),
        ("flickr.photos.geo.removeLocation", {}),
    ]
    async with raw_client(account) as client:
        for method, arguments in writes:
            now[0] += 10
            assert await code(client, method, photo_id=photo.id, **arguments) is None, method
            assert photo.updated == int(now[0]), method


async def test_tags() -> None:
    """addTags tells of new ones only; too many change nothing; removeTag wants the tag's id."""
    account = demo_account()
    photo = own(account)
    async with raw_client(account, habits=Habits(max_tags=3)) as client:
        call = {"photo_id": photo.id}
        added = await client.write("flickr.photos.addTags", **call, tags='one "two words"')
        again = await client.write("flickr.photos.addTags", **call, tags="one")
        many = await code(client, "flickr.photos.addTags", **call, tags="x y")
        removed = await code(client, "flickr.photos.removeTag", tag_id=photo.tags[0].id)
        wrong = await code(client, "flickr.photos.removeTag", tag_id="1-2-3")
        too_many = await code(client, "flickr.photos.setTags", **call, tags="a b c d")
    assert [t["raw"] for t in added["tags"]["tag"]] == ["one", "two words"]
    assert [t["_content"] for t in added["tags"]["tag"]] == ["one", "twowords"]
    assert again["tags"] == {"tag": []}
    assert (many, removed, wrong, too_many) == (2, None, 1, 2)
    assert [tag.raw for tag in photo.tags] == ["two words"]


async def test_set_perms_changes_secrets_between_private_and_public() -> None:
    """Old addresses lead nowhere after a photo goes private; friends alone change no secret."""
    account = demo_account()
    photo = own(account)
    async with raw_client(account) as client:
        old = original_url(client.emulator.url, photo)
        same = await client.write(
            "flickr.photos.setPerms", photo_id=photo.id, is_public=1, is_friend=1, is_family=0
        )
        kept = await client.http.get(old)
        answer = await client.write(
            "flickr.photos.setPerms", photo_id=photo.id, is_public=0, is_friend=0, is_family=0
        )
        gone = await client.http.get(old)
        new = await client.http.get(original_url(client.emulator.url, photo))
        missing = await code(client, "flickr.photos.setPerms", photo_id=photo.id, is_public=1)
        perms = await client.read("flickr.photos.getPerms", photo_id=photo.id)
    assert (kept.status_code, gone.status_code, new.status_code) == (200, 404, 200)
    assert answer["photoid"]["_content"] == photo.id
    assert answer["photoid"]["originalsecret"] == photo.original_secret
    assert same["photoid"]["secret"] != answer["photoid"]["secret"]
    assert (missing, int(perms["perms"]["ispublic"])) == (2, 0)


async def test_rotation_leaves_the_original() -> None:
    """Rotating changes secrets and `rotation`, not the original's bytes."""
    account = demo_account()
    photo = own(account)
    async with raw_client(account) as client:
        before = (await client.http.get(original_url(client.emulator.url, photo))).content
        bad = await code(client, "flickr.photos.transform.rotate", photo_id=photo.id, degrees=45)
        await client.write("flickr.photos.transform.rotate", photo_id=photo.id, degrees=270)
        after = (await client.http.get(original_url(client.emulator.url, photo))).content
    assert (bad, photo.rotation, before == after) == (3, 270, True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"lat": "91", "lon": "0"}, 2),
        ({"lat": "0", "lon": "x"}, 3),
        ({"lat": "0", "lon": "0", "accuracy": "17"}, 4),
        ({"lat": "38.70779999", "lon": "-9.1"}, None),
    ],
)
async def test_set_location(arguments: dict[str, str], expected: int | None) -> None:
    """Latitude, longitude and accuracy are checked; six decimals are kept."""
    account = synthetic_account(1)
    photo = own(account)
    photo.place = None
    async with raw_client(account) as client:
        none = await code(client, "flickr.photos.geo.getLocation", photo_id=photo.id)
        got = await code(client, "flickr.photos.geo.setLocation", photo_id=photo.id, **arguments)
        told = await client.read("flickr.photos.geo.getLocation", photo_id=photo.id)
    assert (none, got) == (2, expected)
    if expected is None:
        assert float(told["photo"]["location"]["latitude"]) == 38.7078


async def test_favorites() -> None:
    """Own photos cannot be favoured, others only once, and only favourites be removed."""
    account = demo_account()
    other = next(p for p in account.state.photos.values() if p.owner != account.nsid)
    async with raw_client(account) as client:

        async def add(photo_id: str) -> int | None:
            return await code(client, "flickr.favorites.add", photo_id=photo_id)

        codes = [await add("1"), await add(own(account).id), await add(other.id)]
        removed = await code(client, "flickr.favorites.remove", photo_id=other.id)
        twice = await code(client, "flickr.favorites.remove", photo_id=other.id)
        codes.append(await add(other.id))
    assert (codes, removed, twice) == ([1, 2, 3, None], None, 1)


async def test_create_album() -> None:
    """A new album needs a title and an own photo, and comes first in order."""
    account = synthetic_account(5, 2)
    async with raw_client(account) as client:

        async def create(**arguments: str) -> int | None:
            return await code(client, "flickr.photosets.create", **arguments)

        photo = own(account).id
        codes = [await create(primary_photo_id=photo), await create(title="A")]
        made = await client.write("flickr.photosets.create", title="A / B", primary_photo_id=photo)
    album = account.state.albums[0]
    assert codes == [1, 2]
    assert (made["photoset"]["id"], album.title, album.photos) == (album.id, "A / B", [photo])


async def test_an_account_may_have_as_many_albums_as_it_can() -> None:
    """One more is refused; the others are as they were."""
    account = synthetic_account(5, 2)
    async with raw_client(account, habits=Habits(max_albums=2)) as client:
        full = await code(
            client, "flickr.photosets.create", title="A", primary_photo_id=own(account).id
        )
    assert (full, len(account.state.albums)) == (3, 2)


async def test_ordering_albums_may_touch_them_all() -> None:
    """All are as if just changed, or none is, as the service has it."""
    for touches in (True, False):
        account = synthetic_account(12, 3)
        before = [album.updated for album in account.state.albums]
        async with raw_client(account, habits=Habits(order_touches=touches)) as client:
            last = account.state.albums[-1].id
            await client.write("flickr.photosets.orderSets", photoset_ids=last)
        changed = [album.updated not in before for album in account.state.albums]
        assert changed == [touches] * 3


async def test_add_to_album() -> None:
    """A photo is added at the end, once, until the album is full."""
    account = synthetic_account(9, 1)
    album = account.state.albums[0]
    loose = [p.id for p in account.stream() if p.id not in album.photos]
    habits = Habits(max_album=len(album.photos) + 1)
    async with raw_client(account, habits=habits) as client:

        async def add(photo_id: str, photoset_id: str = album.id) -> int | None:
            arguments = {"photoset_id": photoset_id, "photo_id": photo_id}
            return await code(client, "flickr.photosets.addPhoto", **arguments)

        codes = [await add(loose[0]), await add(loose[0]), await add("1"), await add(loose[1])]
        codes.append(await add(loose[0], "1"))
    assert codes == [None, 3, 2, 10, 1]
    assert album.photos[-1] == loose[0]


async def test_edit_album_s_photos() -> None:
    """editPhotos sets content and order at once, and checks the list and its primary photo."""
    account = synthetic_account(9, 1)
    album = account.state.albums[0]
    first, second, third = (own(account, n).id for n in range(3))
    async with raw_client(account) as client:

        async def edit(photo_ids: str, primary: str) -> int | None:
            arguments = {"photo_ids": photo_ids, "primary_photo_id": primary}
            return await code(
                client, "flickr.photosets.editPhotos", photoset_id=album.id, **arguments
            )

        codes = [
            await edit("", first),
            await edit(f"{first},1", first),
            await edit(first, "1"),
            await edit(first, second),
            await edit(f"{third},{first},{second}", first),
        ]
    assert codes == [5, 2, 3, 4, None]
    assert (album.photos, album.primary) == ([third, first, second], first)


async def test_reorder_and_remove_in_an_album() -> None:
    """A part can be moved to the front; a space after a comma is an unknown photo."""
    account = synthetic_account(9, 1)
    album = account.state.albums[0]
    before = list(album.photos)
    last, middle = before[-1], before[2]
    async with raw_client(account) as client:

        async def call(method: str, photo_ids: str) -> int | None:
            arguments = {"photoset_id": album.id, "photo_ids": photo_ids}
            return await code(client, f"flickr.photosets.{method}", **arguments)

        spaced = await client.write(
            "flickr.photosets.reorderPhotos", photoset_id=album.id, photo_ids=f"{last}, {middle}"
        )
        good = await call("reorderPhotos", f"{last},{middle}")
        order = list(album.photos)
        bad = await call("removePhotos", "1")
        removed = await call("removePhotos", f"{last},{middle}")
        absent = await code(
            client, "flickr.photosets.removePhoto", photoset_id=album.id, photo_id=last
        )
    assert (spaced["code"], spaced["message"]) == (2, 'Photo "" not found (invalid ID)')
    assert (good, bad, removed, absent) == (None, 2, None, 3)
    assert order == [last, middle, *(p for p in before if p not in {last, middle})]
    assert album.photos == [p for p in before if p not in {last, middle}]


async def test_album_s_facts() -> None:
    """Title, description and primary photo change; the update date with them."""
    now = [1_900_000_000.0]
    account = Account(synthetic_account(9, 1).state, clock=lambda: now[0])
    album = account.state.albums[0]
    outside = next(p.id for p in account.stream() if p.id not in album.photos)
    async with raw_client(account) as client:
        here = {"photoset_id": album.id}
        untitled = await code(client, "flickr.photosets.editMeta", **here)
        titled = await code(client, "flickr.photosets.editMeta", **here, title="New")
        other = {**here, "photo_id": outside}
        foreign = await code(client, "flickr.photosets.setPrimaryPhoto", **other)
        inside = {**here, "photo_id": album.photos[-1]}
        primary = await code(client, "flickr.photosets.setPrimaryPhoto", **inside)
    assert (untitled, titled, foreign, primary) == (2, None, 2, None)
    assert (album.title, album.primary, album.updated) == ("New", album.photos[-1], int(now[0]))


async def test_order_and_delete_albums() -> None:
    """Unnamed albums go last by id; deleting an album deletes no photo."""
    account = synthetic_account(12, 4)
    a, b, c, d = (album.id for album in account.state.albums)
    async with raw_client(account) as client:
        unknown = await code(client, "flickr.photosets.orderSets", photoset_ids="1")
        await client.write("flickr.photosets.orderSets", photoset_ids=f"{d},{b}")
        order = [album.id for album in account.state.albums]
        deleted = await code(client, "flickr.photosets.delete", photoset_id=a)
        twice = await code(client, "flickr.photosets.delete", photoset_id=a)
    assert (unknown, order, deleted, twice) == (1, [d, b, a, c], None, 1)
    assert len(account.stream()) == 12


async def test_reads_come_by_post_too() -> None:
    """Reading methods take POST as well."""
    async with raw_client(demo_account()) as client:
        answer = await client.post("flickr.photosets.getList")
    assert answer.json()["stat"] == "ok"


@pytest.mark.parametrize("stays", [True, False])
async def test_an_album_s_last_photo(stays: bool) -> None:  # noqa: FBT001 - a parameter
    """Its removal deletes the album, or leaves an empty one, which all lists can tell."""
    account = synthetic_account(1)
    photo = account.stream()[0]
    account.state.albums.clear()
    album = account.add_album("One", [photo.id])
    async with raw_client(account, habits=Habits(keep_empty_albums=stays)) as client:
        arguments = {"photoset_id": album.id, "photo_id": photo.id}
        assert (await client.write("flickr.photosets.removePhoto", **arguments))["stat"] == "ok"
        listed = await client.read("flickr.photosets.getList", user_id=account.nsid)
        told = await client.read("flickr.photosets.getInfo", photoset_id=album.id)
        members = await client.read("flickr.photosets.getPhotos", photoset_id=album.id)
    assert int(listed["photosets"]["total"]) == int(stays)
    assert told["stat"] == members["stat"] == ("ok" if stays else "fail")
    assert not stays or members["photoset"]["photo"] == []
