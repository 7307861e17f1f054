"""Albums and descriptions at Google: what the API lets an app change, and how it says no."""

from collections.abc import Iterator
from dataclasses import fields

import pytest

from photofs.emulators.google import CLIENT_ID, Refusal
from photofs.emulators.google.errors import ApiError
from photofs.emulators.google.state import APPEND, EDIT, READ
from photofs.emulators.hosting import faults as net
from photofs.emulators.hosting.faults import Faults
from photofs.model.errors import Gone, Refused, RemoteError, Temporary
from photofs.model.observation import PhotoSeen
from photofs.providers.port import FACTS, Writes
from tests.providers.contract import able, writes_of
from tests.support.google_library import (
    Emulated,
    Uploads,
    emulated,
    emulated_for,
    picture,
    uploads,
)
from tests.support.google_uploads import QUICK, writes_to

CREATE, ADD, REMOVE = (
    "albums.create",
    "albums.batchAddMediaItems",
    "albums.batchRemoveMediaItems",
)


@pytest.fixture
def made() -> Uploads:
    """Four pictures, a film, and the album Sea of three of them."""
    return uploads()


@pytest.fixture
def service(made: Uploads) -> Iterator[Emulated]:
    """The account, served."""
    with emulated(made.account, faults=Faults()) as service:
        yield service


def functions(writes: Writes) -> set[str]:
    """What can be changed."""
    names = {field.name for field in fields(Writes)} - FACTS
    return {name for name in names if getattr(writes, name) is not None}


async def test_what_the_api_cannot_do_is_not_there(service: Emulated) -> None:
    """No deletion, no trash, no favorite, no date, no title, no order, no end of an album."""
    async with writes_to(service, **QUICK) as writes:
        assert functions(writes) == {
            "upload", "find_upload", "make_album", "find_album", "rename_album", "join", "leave",
            "set_description", "look", "look_album", "lost",
        }  # fmt: skip
        assert writes.empty_albums
        assert writes.stamps


async def test_what_is_lost_is_so_by_its_own_id(service: Emulated, made: Uploads) -> None:
    """Fifty in a call; only what Google calls gone of each by itself is lost, and nothing else."""
    ids = [item.id for item in made.pictures]
    made.pictures[1].trashed, made.pictures[2].archived = True, True
    async with writes_to(service, **QUICK) as writes:
        lost = able(writes.lost)
        assert await lost(ids) == {ids[1]}
        assert (service.calls("mediaItems.batchGet"), service.calls("mediaItems.get")) == (1, 1)
        unavailable = Refusal(error=ApiError("PERMISSION_DENIED", "No."))
        service.emulator.faults.add(unavailable, "mediaItems.get", times=1)
        with pytest.raises(RemoteError, match="PERMISSION_DENIED"):
            await lost(ids)
        service.emulator.faults.add(unavailable, "mediaItems.batchGet", times=1)
        with pytest.raises(RemoteError, match="PERMISSION_DENIED"):
            await lost(ids)


async def test_nobody_knows_that_an_upload_is_no_favorite(service: Emulated, made: Uploads) -> None:
    """The last search was before it; so an export's word on the same photo stands until a scan."""
    async with service.provider() as provider:
        told = [seen async for seen in provider.changes(None) if isinstance(seen, PhotoSeen)]
        assert {seen.favorite for seen in told} == {False, True}
        fresh = picture(made.account, 50)
        look = able(writes_of(provider).look)
        seen = [await look(item.id) for item in (made.pictures[1], fresh)]
        assert [each and each.favorite for each in seen] == [True, None]


@pytest.mark.parametrize(
    ("scopes", "lacks"),
    [((APPEND, READ), {"rename_album", "leave", "set_description"}), ((READ, EDIT), None)],
)
async def test_what_was_not_granted_is_not_there(
    made: Uploads, scopes: tuple[str, ...], lacks: set[str] | None
) -> None:
    """Without the scope for it nothing is promised; without that for adding, nothing at all."""
    async with (
        emulated_for(made.account, scopes=scopes) as service,
        service.provider() as provider,
    ):
        writes = provider.abilities.writes
        if lacks is None:
            assert writes is None
        else:
            assert writes is not None
            assert not functions(writes) & lacks


async def test_120_photos_join_in_three_calls_and_in_order(
    service: Emulated, made: Uploads
) -> None:
    """At the end of the album; those that are in it stay where they are."""
    more = [picture(made.account, number).id for number in range(100, 220)]
    (album,) = made.albums
    before = list(album.content)
    async with writes_to(service, **QUICK) as writes:
        await able(writes.join)(album.id, [before[1], *more])
        assert album.content == [*before, *more]
        assert service.calls(ADD) == 3


async def test_a_photo_that_is_no_more_keeps_no_other_from_joining(
    service: Emulated, made: Uploads
) -> None:
    """The others join, and Gone tells of it; a batch is refused whole (google.md 2.2)."""
    (album,) = made.albums
    gone = made.pictures[3]
    del made.account.state.items[gone.id]
    fresh = picture(made.account, 50)
    async with writes_to(service, **QUICK) as writes:
        with pytest.raises(Gone):
            await able(writes.join)(album.id, [gone.id, fresh.id])
    assert album.content[-1] == fresh.id


async def test_a_full_album_says_so(service: Emulated, made: Uploads) -> None:
    """Refused, with what to do instead."""
    (album,) = made.albums
    service.emulator.habits.max_album = len(album.content)
    fresh = picture(made.account, 50)
    async with writes_to(service, **QUICK) as writes:
        with pytest.raises(Refused):
            await able(writes.join)(album.id, [fresh.id])


async def test_leaving_heeds_what_is_not_inside(service: Emulated, made: Uploads) -> None:
    """A batch with one that is not in the album is refused whole: the others leave all the same."""
    (album,) = made.albums
    inside, outside = made.pictures[0], made.pictures[1]
    async with writes_to(service, **QUICK) as writes:
        await able(writes.leave)(album.id, [outside.id, inside.id])
        assert inside.id not in album.content
        await able(writes.leave)(album.id, [outside.id, inside.id])
        await able(writes.leave)("nowhere", [inside.id])
    assert len(album.content) == 2


async def test_a_lost_album_is_found_and_no_other(service: Emulated, made: Uploads) -> None:
    """The empty one whose answer was lost; not one that was there before, nor a filled one."""
    async with writes_to(service, **QUICK) as writes:
        make, find = able(writes.make_album), able(writes.find_album)
        assert await find("Sea", None) is None
        told = await make("Empty", None)
        assert await find("Empty", None) == told  # whoever made it may have died right then
        service.emulator.faults.add(net.done_and_denied(502), CREATE)
        with pytest.raises(Temporary):
            await make("Empty", None)
        found = await find("Empty", None)
        assert found is not None
        assert found != told
        assert service.calls(CREATE) == 2
        assert service.calls("albums.list") <= 4
    assert made.account.state.albums[found].owner == CLIENT_ID


async def test_titles_and_descriptions_have_their_lengths(service: Emulated, made: Uploads) -> None:
    """Too long is refused before it is sent; what fits is there."""
    (album,) = made.albums
    async with writes_to(service, **QUICK) as writes:
        for title in ("", "x" * 501):
            with pytest.raises(Refused):
                await able(writes.rename_album)(album.id, title)
        with pytest.raises(Refused):
            await able(writes.set_description)(made.pictures[1].id, "x" * 1000)
        assert service.api_calls == 0
        await able(writes.rename_album)(album.id, "x" * 500)
        await able(writes.set_description)(made.pictures[1].id, "é" * 999)
    assert album.title == "x" * 500
    assert made.pictures[1].description == "é" * 999


@pytest.mark.parametrize(("status", "means"), [("NOT_FOUND", Gone), ("PERMISSION_DENIED", Refused)])
async def test_what_another_app_made_cannot_be_changed(
    service: Emulated, made: Uploads, status: str, means: type[Exception]
) -> None:
    """The service's no is a no for good, and says what to do instead."""
    service.emulator.faults.add(Refusal(error=ApiError(status, "It is not yours.")), "albums.patch")
    (album,) = made.albums
    async with writes_to(service, **QUICK) as writes:
        with pytest.raises(means) as told:
            await able(writes.rename_album)(album.id, "x")
    assert "nothing was changed" in str(told.value)
