"""Which photos Flickr has no more: its own word about each id, and few requests for many."""

from collections.abc import AsyncIterator

import pytest

from photofs.emulators.flickr import Account, Habits
from photofs.emulators.flickr import faults as bad
from photofs.emulators.hosting.faults import Answer
from photofs.emulators.hosting.originals import Random
from photofs.model.errors import Temporary
from photofs.providers.flickr.presence import ONE_BY_ONE
from tests.support.flickr_library import Emulated, emulated_for
from tests.support.flickr_writes import able, own_photos, writes_to, written

LIST, ONE = "flickr.people.getPhotos", "flickr.photos.getInfo"
SAYS_NOTHING = Answer(status=200, body=b'{"stat": "ok"}', kind="application/json")
MANY = 1_100
"""Photos of a larger account: three pages of its list."""


@pytest.fixture
async def service() -> AsyncIterator[Emulated]:
    """The small account."""
    async with written(Habits()) as service:
        yield service


async def test_each_of_a_few_is_asked_for_by_its_own_id(service: Emulated) -> None:
    """What is there is not lost, private or not; what was deleted is, and nothing is listed."""
    photos = own_photos(service)
    ids = [photos[f"Sea {number}"].id for number in range(4)]
    service.account.remove_photo(ids[2])
    async with writes_to(service) as writes:
        assert await able(writes.lost)([*ids, ids[2]]) == {ids[2]}
    assert (service.calls(LIST), service.calls(ONE)) == (0, 4)


async def test_what_is_no_answer_loses_no_photo(service: Emulated) -> None:
    """Any refusal but that there is none is an error, after which it is asked again."""
    ids = [photo.id for photo in own_photos(service).values()]
    async with writes_to(service) as writes:
        service.emulator.faults.add(bad.Fails(code=2, message="Denied"), ONE)
        with pytest.raises(Temporary, match="does not say"):
            await able(writes.lost)(ids)
        assert await able(writes.lost)(ids) == frozenset()


async def test_regression_an_answer_that_tells_of_nothing_loses_neither_photo_nor_album(
    service: Emulated,
) -> None:
    """All is well, says Flickr, and of what it was asked for not a word: that is no deletion."""
    ids = [photo.id for photo in own_photos(service).values()]
    album = service.account.state.albums.pop(0).id
    service.emulator.faults.add(SAYS_NOTHING, ONE, times=None)
    service.emulator.faults.add(SAYS_NOTHING, "flickr.photosets.getInfo", times=None)
    async with writes_to(service) as writes:
        with pytest.raises(Temporary, match="something else"):
            await able(writes.lost)(ids)
        with pytest.raises(Temporary, match="something else"):
            await able(writes.look)(ids[0])
        with pytest.raises(Temporary, match="something else"):
            await able(writes.look_album)(album)


async def test_of_many_the_list_is_read_and_what_it_lacks_asked_for() -> None:
    """Three requests for a thousand, and one for each of which the list does not tell."""
    account = Account()
    ids = [account.add_photo(Random(seed=1, size=9), title=f"{n}").id for n in range(MANY)]
    async with emulated_for(account, "write") as service:
        gone = {ids[0], ids[700]}
        for each in gone:
            account.remove_photo(each)
        async with writes_to(service) as writes:
            assert await able(writes.lost)(ids) == gone
            assert (service.calls(LIST), service.calls(ONE)) == (3, 2)
            service.emulator.faults.add(bad.empty_page(), LIST)
            assert await able(writes.lost)(ids[: ONE_BY_ONE + 1]) == {ids[0]}
            assert service.calls(LIST) <= 6
            assert service.calls(ONE) <= 2 + ONE_BY_ONE + 1
