"""Single photos at Flickr: texts, tags, dates, favorites, their end, and how they look."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from trio.testing import MockClock as Clock

from photofs.emulators.flickr import faults as bad
from photofs.emulators.hosting import faults as net
from photofs.model.capture_time import Granularity, TakenBy, TakenFact
from photofs.model.errors import Gone, Refused, Temporary
from photofs.model.observation import PhotoSeen
from tests.support.flickr_library import (
    Emulated,
    cursor_of,
    emulated,
    photos,
    scan,
    small_account,
)
from tests.support.flickr_writes import able, own_photos, tags_of, writes_to

OP = "photofs:op=0123456789abcdef0123456789abcdef"


def wall(*numbers: int) -> datetime:
    """A naive local time."""
    return datetime(*numbers)  # type: ignore[arg-type] # noqa: DTZ001 - wall time, no zone


@pytest.fixture
def service() -> Iterator[Emulated]:
    """A Pro account that may be written to."""
    with emulated(small_account().account, perms="delete") as service:
        service.tools = replace(service.tools, read_timeout=2.0)
        yield service


async def test_texts(service: Emulated) -> None:
    """Title and description are set apart from each other, odd letters and emptiness included."""
    photo = own_photos(service)["Sea 0"]
    async with writes_to(service) as writes:
        await able(writes.set_title)(photo.id, "Möwe & 🐘 <x>")
        await able(writes.set_description)(photo.id, "two\nlines")
        assert (photo.title, photo.description) == ("Möwe & 🐘 <x>", "two\nlines")
        await able(writes.set_description)(photo.id, "")
        await able(writes.set_title)(photo.id, "")
        assert (photo.title, photo.description) == ("", "")
        for change in (writes.set_title, writes.set_description):
            with pytest.raises(Gone, match="no such photo"):
                await able(change)("1", "x")


async def test_tags_keep_ours_and_their_form(service: Emulated) -> None:
    """All shown tags are replaced; ours stay, and one named in its listed form is not rewritten."""
    photo = own_photos(service)["Sea 2"]
    service.account.tag(photo, OP, "photofs:favorite=true", "dc:subject=Sea View")
    async with writes_to(service) as writes:
        set_tags = able(writes.set_tags)
        wished = ["twowords", "New Tag", "dc:subject=seaview", "photofs:op=stolen", ' "q" ', ""]
        await set_tags(photo.id, wished)
        kept = ["Two Words", "New Tag", "dc:subject=Sea View", "q", OP, "photofs:favorite=true"]
        assert sorted(tags_of(photo)) == sorted(kept)
        calls = service.calls("flickr.photos.setTags")
        await set_tags(photo.id, ["newtag", "q", "Two Words", "dc:subject=Sea View"])
        assert service.calls("flickr.photos.setTags") == calls
        await set_tags(photo.id, [])
        assert tags_of(photo) == [OP, "photofs:favorite=true"]
        with pytest.raises(Gone, match="no such photo"):
            await set_tags("1", [])
        with pytest.raises(Refused, match="75 tags"):
            await set_tags(photo.id, [f"tag {n}" for n in range(80)])


@pytest.mark.parametrize(
    ("taken", "text", "granularity"),
    [
        (
            TakenFact(by=TakenBy.SERVICE, local=wall(2019, 7, 12, 18, 30, 5)),
            "2019-07-12 18:30:05",
            0,
        ),
        (
            TakenFact(by=TakenBy.SERVICE, local=wall(1980, 6, 1), granularity=Granularity.MONTH),
            "1980-06-01 00:00:00",
            4,
        ),
        (
            TakenFact(
                by=TakenBy.EXIF,
                local=wall(1931, 1, 1, 0, 0, 0, 999),
                granularity=Granularity.CIRCA,
            ),
            "1931-01-01 00:00:00",
            8,
        ),
        (
            TakenFact(
                by=TakenBy.SERVICE,
                instant=datetime(2019, 7, 12, 16, 30, tzinfo=UTC),
                offset=timedelta(hours=2),
            ),
            "2019-07-12 18:30:00",
            0,
        ),
    ],
)
async def test_dates(taken: TakenFact, text: str, granularity: int, service: Emulated) -> None:
    """The wall time is kept as it is, with its granularity, and told back by a look."""
    photo = own_photos(service)["Sea 3"]
    async with writes_to(service) as writes:
        await able(writes.set_taken)(photo.id, taken)
        seen = await able(writes.look)(photo.id)
    assert (photo.taken, photo.granularity, photo.taken_unknown) == (text, granularity, False)
    assert seen is not None
    assert seen.taken is not None
    assert str(seen.taken.local) == text
    assert seen.taken.granularity == granularity


async def test_dates_that_cannot_be_kept(service: Emulated) -> None:
    """The far past, the future, and instants without a zone are refused; nothing is changed."""
    photo = own_photos(service)["Sea 0"]
    before = photo.taken
    bare = TakenFact(by=TakenBy.SERVICE, instant=datetime(2019, 7, 12, tzinfo=UTC))
    async with writes_to(service) as writes:
        for year in (1700, 2200):
            taken = TakenFact(by=TakenBy.SERVICE, local=wall(year, 1, 1))
            with pytest.raises(Refused, match="1825"):
                await able(writes.set_taken)(photo.id, taken)
        with pytest.raises(Refused, match="wall time"):
            await able(writes.set_taken)(photo.id, bare)
        local = TakenFact(by=TakenBy.SERVICE, local=wall(2019, 1, 1))
        with pytest.raises(Gone):
            await able(writes.set_taken)("1", local)
    assert photo.taken == before


async def test_favorites_of_others(service: Emulated) -> None:
    """Others' photos are marked and unmarked at the service, twice without harm."""
    hers = next(iter(service.account.state.favorites))
    async with writes_to(service) as writes:
        favorite = able(writes.favorite)
        for _time in range(2):
            await favorite(hers, False, False)
        assert hers not in service.account.state.favorites
        seen = await able(writes.look)(hers)
        assert seen is not None
        assert (seen.favorite, seen.owned) == (False, False)
        for _time in range(2):
            await favorite(hers, True, False)
        assert hers in service.account.state.favorites
        with pytest.raises(Gone):
            await favorite("1", True, False)
        with pytest.raises(Refused, match="own photos"):
            await favorite(own_photos(service)["Sea 0"].id, True, False)


async def test_favorites_of_one_s_own(service: Emulated) -> None:
    """Own photos are marked by a tag that scans read as a favorite and nobody sees among tags."""
    photo = own_photos(service)["Sea 2"]
    service.account.tag(photo, OP)
    shown = ("holiday", "twowords")
    async with service.provider() as provider:
        first = await scan(provider)
        assert photos(first)[photo.id].favorite is False
        writes = provider.abilities.writes
        assert writes is not None
        favorite = able(writes.favorite)
        for _time in range(2):
            await favorite(photo.id, True, True)
        assert tags_of(photo).count("photofs:favorite=true") == 1
        second = await scan(provider, cursor_of(first))
        assert photos(second)[photo.id].favorite is True
        assert photos(second)[photo.id].tags == shown
        for _time in range(2):
            await favorite(photo.id, False, True)
        third = await scan(provider, cursor_of(second))
        assert photos(third)[photo.id].favorite is False
        with pytest.raises(Gone):
            await favorite("1", False, True)
    assert tags_of(photo) == ["holiday", "Two Words", OP]
    assert photo.id not in service.account.state.favorites


async def test_own_favorites_switched_off(service: Emulated) -> None:
    """With writing.favorite_tag off no tag is made, which is told; others' photos are no matter."""
    service.tools = replace(service.tools, favorite_tag=False)
    photo, hers = own_photos(service)["Sea 0"], next(iter(service.account.state.favorites))
    async with writes_to(service) as writes:
        for on in (True, False):
            with pytest.raises(Refused, match="favorite_tag"):
                await able(writes.favorite)(photo.id, on, True)
        await able(writes.favorite)(hers, False, False)
    assert tags_of(photo) == []


async def test_a_photo_is_deleted(service: Emulated) -> None:
    """For good; once more is no error; a look says that it is gone."""
    photo = own_photos(service)["Sea 0"]
    async with writes_to(service) as writes:
        for _time in range(2):
            await able(writes.delete)(photo.id)
        assert await able(writes.look)(photo.id) is None
    assert "Sea 0" not in own_photos(service)
    assert len(own_photos(service)) == 4


async def test_a_look_tells_what_a_scan_tells(service: Emulated) -> None:
    """Pictures, private ones, videos and others' photos look alone as they do in a scan."""
    photo = own_photos(service)["Sea 2"]
    service.account.tag(photo, OP)
    photo.description, photo.granularity = "the <sea>", 4
    async with service.provider() as provider:
        told = photos(await scan(provider))
        writes = provider.abilities.writes
        assert writes is not None
        assert len(told) == 7
        for remote_id, seen in told.items():
            looked = await able(writes.look)(remote_id)
            assert looked is not None
            assert _facts(looked) == _facts(seen)
        assert await able(writes.look)("1") is None


async def test_a_look_at_a_free_account(service: Emulated) -> None:
    """Where only previews are given out, a look tells the same preview as a scan."""
    service.account.state.pro = False
    async with service.provider() as provider:
        told = photos(await scan(provider))
        writes = provider.abilities.writes
        assert writes is not None
        for remote_id, seen in told.items():
            looked = await able(writes.look)(remote_id)
            assert looked is not None
            assert _facts(looked) == _facts(seen)


def _facts(seen: PhotoSeen) -> PhotoSeen:
    """All but the moment."""
    return replace(seen, as_of_ns=0)


async def test_trouble_is_no_absence(service: Emulated, hurry: Clock) -> None:
    """P11: a look that fails says so; only the service's own word means that it is not there."""
    del hurry
    photo = own_photos(service)["Sea 0"]
    async with writes_to(service) as writes:
        for effect in (bad.unavailable(), net.html_page(), net.server_error(), net.drop()):
            service.emulator.faults.clear()
            service.emulator.faults.add(effect, "flickr.photos.getInfo", times=None)
            with pytest.raises(Temporary):
                await able(writes.look)(photo.id)


async def test_p8_another_photo_than_the_one_asked_for_tells_nothing(service: Emulated) -> None:
    """P8: what is deleted or replaced by such a look would be a photo that nobody looked at."""
    photo, other = own_photos(service)["Sea 0"], own_photos(service)["Sea 1"]
    body = json.dumps({"stat": "ok", "photo": {"id": other.id, "media": "photo"}}).encode()
    async with writes_to(service) as writes:
        mixed_up = net.Answer(status=200, body=body, kind="application/json")
        service.emulator.faults.add(mixed_up, "flickr.photos.getInfo", times=1)
        with pytest.raises(Temporary, match="something else"):
            await able(writes.look)(photo.id)
        looked = await able(writes.look)(photo.id)
    assert looked is not None
    assert looked.remote_id == photo.id


async def test_passing_trouble_is_overcome(service: Emulated, hurry: Clock) -> None:
    """P21: changes of one fact are tried again after passing trouble, done or not."""
    del hurry
    photo = own_photos(service)["Sea 0"]
    taken = TakenFact(by=TakenBy.SERVICE, local=wall(2001, 2, 3))
    for effect in (
        net.server_error(),
        net.done_and_denied(),
        net.lose_answer(),
        net.drop(),
    ):
        async with writes_to(service) as writes:
            service.emulator.faults.add(effect, "flickr.photos.set*")
            await able(writes.set_title)(photo.id, "x")
            service.emulator.faults.add(effect, "flickr.photos.set*")
            await able(writes.set_tags)(photo.id, ["b"])
            service.emulator.faults.add(effect, "flickr.photos.set*")
            await able(writes.set_taken)(photo.id, taken)
    assert (photo.title, tags_of(photo), photo.taken) == ("x", ["b"], "2001-02-03 00:00:00")


async def test_a_deletion_whose_answer_is_lost(service: Emulated, hurry: Clock) -> None:
    """A deletion done and not answered ends well: the second try finds nothing to delete."""
    del hurry
    service.emulator.faults.add(net.done_and_denied(), "flickr.photos.delete")
    async with writes_to(service) as writes:
        await able(writes.delete)(own_photos(service)["Sea 0"].id)
    assert "Sea 0" not in own_photos(service)
