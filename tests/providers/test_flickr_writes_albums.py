"""Albums at Flickr: made once, filled without losing anybody, left, ordered, removed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from trio.testing import MockClock as Clock

from photofs.emulators.flickr import faults as bad
from photofs.emulators.flickr.state import Album
from photofs.emulators.hosting import faults as net
from photofs.model.errors import Bug, Gone, Quota, Refused, Temporary, Unauthorised
from tests.providers.contract import albums
from tests.support.flickr_library import Emulated, emulated, scan, small_account
from tests.support.flickr_writes import able, own_photos, writes_to


@pytest.fixture
def service() -> Iterator[Emulated]:
    """A Pro account that may be written to."""
    with emulated(small_account().account, perms="write") as service:
        service.tools = replace(service.tools, read_timeout=2.0)
        yield service


def album_of(service: Emulated, title: str) -> Album:
    """The album of that title; there is exactly one."""
    (found,) = [album for album in service.account.state.albums if album.title == title]
    return found


def add_photos(service: Emulated, count: int) -> list[str]:
    """So many more photos in the account; their ids."""
    original = own_photos(service)["Sea 0"].original
    return [service.account.add_photo(original, title=f"More {n}").id for n in range(count)]


async def test_an_album_is_made_with_its_first_photo(service: Emulated) -> None:
    """An album begins with a photo; without one it cannot be made."""
    photo = own_photos(service)["Sea 3"].id
    async with writes_to(service) as writes:
        made = await able(writes.make_album)("Hel & Gdynia", photo)
        with pytest.raises(Bug):
            await able(writes.make_album)("Nothing", None)
        with pytest.raises(Gone, match="no such photo"):
            await able(writes.make_album)("Nothing", "1")
        with pytest.raises(Refused, match="title"):
            await able(writes.make_album)("", photo)
    album = album_of(service, "Hel & Gdynia")
    assert (album.id, album.photos) == (made, [photo])


@pytest.mark.parametrize("effect", [net.lose_answer(), net.done_and_denied(), net.drop()])
async def test_an_album_is_made_once(effect: net.Effect, service: Emulated) -> None:
    """P20: an album whose answer was lost is taken for the one that was wished, on the next try."""
    photo = own_photos(service)["Sea 3"].id
    service.emulator.faults.add(effect, "flickr.photosets.create")
    async with writes_to(service) as writes:
        with pytest.raises(Temporary):
            await able(writes.make_album)("Hel", photo)
        assert service.calls("flickr.photosets.create") == 1
        made = await able(writes.make_album)("Hel", photo)
    assert album_of(service, "Hel").id == made


async def test_another_album_of_that_title_is_left_alone(service: Emulated) -> None:
    """An album of that title with other photos is another one."""
    photos = own_photos(service)
    async with writes_to(service) as writes:
        made = await able(writes.make_album)("Sea", photos["Sea 2"].id)
    titled = [album for album in service.account.state.albums if album.title == "Sea"]
    assert len(titled) == 2
    assert next(a for a in titled if a.id == made).photos == [photos["Sea 2"].id]


async def test_too_many_albums(service: Emulated) -> None:
    """An account that can have no more albums says so."""
    service.emulator.faults.add(bad.Fails(code=3, message="no"), "flickr.photosets.create")
    async with writes_to(service) as writes:
        with pytest.raises(Quota, match="no more albums"):
            await able(writes.make_album)("Hel", own_photos(service)["Sea 3"].id)


async def test_texts_of_an_album(service: Emulated) -> None:
    """A new title keeps the description, a new description the title."""
    album = album_of(service, "Sea")
    async with writes_to(service) as writes:
        await able(writes.describe_album)(album.id, 'Waves "and" <wind>')
        await able(writes.rename_album)(album.id, "Ocean / wide")
        assert (album.title, album.description) == ("Ocean / wide", 'Waves "and" <wind>')
        await able(writes.describe_album)(album.id, "")
        assert (album.title, album.description) == ("Ocean / wide", "")
        with pytest.raises(Gone, match="no such album"):
            await able(writes.rename_album)("72157000", "x")
        with pytest.raises(Refused, match="without a title"):
            await able(writes.rename_album)(album.id, "")
        album.title = ""
        with pytest.raises(Temporary):
            await able(writes.describe_album)(album.id, "x")


async def test_an_album_is_removed(service: Emulated) -> None:
    """Its photos stay; doing it once more is no error."""
    album = album_of(service, "Sea")
    async with writes_to(service) as writes:
        await able(writes.remove_album)(album.id)
        await able(writes.remove_album)(album.id)
    assert [one.title for one in service.account.state.albums] == ["Films / short"]
    assert len(own_photos(service)) == 5


async def test_an_album_is_ordered(service: Emulated) -> None:
    """The named come first in their order, the others after them in theirs."""
    photos, album = own_photos(service), album_of(service, "Sea")
    async with writes_to(service) as writes:
        await able(writes.order_album)(album.id, [photos["Sea 1"].id, photos["Sea 0"].id])
        with pytest.raises(Gone, match="no such photo"):
            await able(writes.order_album)(album.id, ["1"])
        with pytest.raises(Gone, match="no such album"):
            await able(writes.order_album)("1", [photos["Sea 1"].id])
    assert album.photos == [photos[name].id for name in ("Sea 1", "Sea 0", "Sea 2")]


async def test_one_photo_joins(service: Emulated) -> None:
    """At the end, once, whether or not it is in it already."""
    photo, album = own_photos(service)["Sea 3"].id, album_of(service, "Sea")
    before = list(album.photos)
    async with writes_to(service) as writes:
        for _time in range(2):
            await able(writes.join)(album.id, [photo])
        with pytest.raises(Gone, match="no such photo"):
            await able(writes.join)(album.id, ["1"])
        with pytest.raises(Gone, match="no such album"):
            await able(writes.join)("1", [photo])
    assert album.photos == [*before, photo]


async def test_many_join_by_few_calls(service: Emulated) -> None:
    """Six hundred photos join by one setting of the whole content, which drops nobody."""
    album, more = album_of(service, "Sea"), add_photos(service, 600)
    before, primary = list(album.photos), album.primary
    async with writes_to(service) as writes:
        await able(writes.join)(album.id, more)
        asked = service.api_calls
        await able(writes.join)(album.id, [*more, before[0]])
    assert (album.photos, album.primary) == ([*before, *more], primary)
    assert asked <= 5
    assert service.calls("flickr.photosets.addPhoto") == 0


async def test_a_list_that_lies_drops_nobody(service: Emulated, hurry: Clock) -> None:
    """P11: where the album's list is shorter than the album counts, photos join one by one."""
    del hurry
    album, more = album_of(service, "Sea"), add_photos(service, 12)
    before = list(album.photos)
    body = '{"stat":"ok","photoset":{"id":"%s","total":1,"pages":1,"page":1,"photo":[{"id":"%s"}]}}'
    lie = net.Answer(
        status=200, body=(body % (album.id, album.primary)).encode(), kind="application/json"
    )
    service.emulator.faults.add(lie, "flickr.photosets.getPhotos", times=None)
    async with writes_to(service) as writes:
        await able(writes.join)(album.id, more)
        assert service.calls("flickr.photosets.editPhotos") == 0
        service.emulator.faults.clear()
        service.emulator.faults.add(bad.empty_page(), "flickr.photosets.getPhotos", times=None)
        with pytest.raises(Temporary):
            await able(writes.join)(album.id, more)
    assert album.photos == [*before, *more]


async def test_a_missing_photo_keeps_nobody_out(service: Emulated) -> None:
    """Of many, one of which is no photo any more, the others join; then it is told."""
    album, more = album_of(service, "Sea"), add_photos(service, 12)
    before = list(album.photos)
    async with writes_to(service) as writes:
        with pytest.raises(Gone, match="no such photo"):
            await able(writes.join)(album.id, [*more[:6], "1", *more[6:]])
    assert album.photos == [*before, *more]


async def test_a_full_album(service: Emulated) -> None:
    """An album at the service's limit refuses more, and says what to do."""
    service.emulator.habits.max_album = 3
    album = album_of(service, "Sea")
    async with writes_to(service) as writes:
        with pytest.raises(Refused, match="another album"):
            await able(writes.join)(album.id, [own_photos(service)["Sea 3"].id])


async def test_photos_leave(service: Emulated) -> None:
    """One or several, once more, those that were never in it, are no photos or in no album."""
    photos, album = own_photos(service), album_of(service, "Sea")
    ids = [photos[f"Sea {n}"].id for n in range(4)]
    async with writes_to(service) as writes:
        leave = able(writes.leave)
        for _time in range(2):
            await leave(album.id, [ids[0]])
        await leave(album.id, [ids[3], "1"])
        await leave(album.id, ["1"])
        assert album.photos == [ids[2], ids[1]]
        await leave(album.id, [ids[1], "1", ids[3]])
        assert album.photos == [ids[2]]
        await leave("72157000", ids)
        await leave("72157000", ids[:1])
        await leave(album.id, [])
    assert len(own_photos(service)) == 5


@pytest.mark.parametrize("stays", [True, False])
async def test_the_last_photo_leaves(stays: bool, service: Emulated) -> None:  # noqa: FBT001 - a parameter
    """Whether the service keeps the empty album or not: leaving works, again too, and is told."""
    service.emulator.habits.keep_empty_albums = stays
    album = album_of(service, "Films / short")
    async with writes_to(service) as writes:
        for _time in range(2):
            await able(writes.leave)(album.id, list(album.photos) or ["1"])
        seen = await able(writes.look_album)(album.id)
        assert (seen is not None) == stays
        assert seen is None or seen.members == ()
        if stays:
            await able(writes.join)(album.id, [own_photos(service)["Waves"].id])
            assert len(album.photos) == 1
    async with service.provider() as provider:
        await scan(provider)


async def test_many_leave_by_few_calls(service: Emulated) -> None:
    """Six hundred photos leave by two calls."""
    album, more = album_of(service, "Sea"), add_photos(service, 600)
    before = list(album.photos)
    album.photos += more
    async with writes_to(service) as writes:
        await able(writes.leave)(album.id, more)
    assert album.photos == before
    assert service.calls("flickr.photosets.removePhotos") == 2


async def test_an_album_is_told_as_a_scan_tells_it(service: Emulated, hurry: Clock) -> None:
    """Looked at alone, an album is what the scan says; one that is no more is None."""
    del hurry
    async with service.provider() as provider:
        seen = await scan(provider)
        writes = provider.abilities.writes
        assert writes is not None
        for title in ("Sea", "Films / short"):
            album = album_of(service, title)
            (told,) = [one for one in albums(seen) if one.remote_id == album.id]
            looked = await able(writes.look_album)(album.id)
            assert looked is not None
            assert replace(looked, as_of_ns=0) == replace(told, as_of_ns=0)
        assert await able(writes.look_album)("72157000") is None
        none = b'{"stat":"ok","photosets":{"page":1,"pages":1,"total":0,"photoset":[]}}'
        for lie in (net.Answer(status=200, body=none, kind="application/json"), bad.empty_page()):
            service.emulator.faults.clear()
            service.emulator.faults.add(lie, "flickr.photosets.getList", times=None)
            with pytest.raises(Temporary):
                await able(writes.look_album)(album_of(service, "Sea").id)


async def test_reading_logins_change_nothing(service: Emulated) -> None:
    """A token that lost its permission since is told as a login that does not allow it."""
    service.account.state.tokens[service.token].perms = "read"
    async with writes_to(service) as writes:
        with pytest.raises(Unauthorised, match="does not allow"):
            await able(writes.remove_album)(album_of(service, "Sea").id)
    assert album_of(service, "Sea").photos


async def test_passing_trouble_is_overcome(service: Emulated, hurry: Clock) -> None:
    """P21: changes of one fact are tried again after passing trouble, done or not."""
    del hurry
    album, photos = album_of(service, "Sea"), own_photos(service)
    for effect in (
        net.server_error(),
        net.done_and_denied(),
        bad.too_many(),
        bad.unavailable(),
    ):
        async with writes_to(service) as writes:
            service.emulator.faults.add(effect, "flickr.photosets.*Photo*")
            await able(writes.join)(album.id, [photos["Sea 3"].id])
            assert photos["Sea 3"].id in album.photos
            service.emulator.faults.add(effect, "flickr.photosets.*Photo*")
            await able(writes.leave)(album.id, [photos["Sea 3"].id])
            assert photos["Sea 3"].id not in album.photos
