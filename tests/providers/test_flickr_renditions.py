"""Small pictures from Flickr: one request each, no original, no call of the API where it can be."""

import io
from collections.abc import AsyncIterator, Iterator

import pytest
from PIL import ExifTags, Image
from trio.testing import MockClock

from photofs.emulators.flickr import Account
from photofs.emulators.flickr.faults import not_found, too_many
from photofs.emulators.flickr.state import Photo
from photofs.emulators.flickr.words import new_secret
from photofs.emulators.hosting import faults as net
from photofs.emulators.hosting.ledger import FileKind
from photofs.emulators.hosting.originals import Random
from photofs.emulators.pictures import landscape, make_jpeg
from photofs.model.errors import Corrupt, Gone, NotFound, RemoteError, Temporary
from photofs.model.verdict import Verdict
from photofs.providers.flickr.records import Ref, ref_of
from photofs.providers.flickr.small_sizes import Small
from photofs.providers.port import Provider
from tests.support.flickr_library import BEGAN, Emulated, emulated, photos, scan
from tests.support.provider_tools import FreePacer

WIDE = (1500, 1000)
SIZES = "flickr.photos.getSizes"


def add(account: Account, data: bytes, size: tuple[int, int], *, public: bool = True) -> Photo:
    """One more photo of the owner's."""
    stored, _digest = account.store(data)
    width, height = size
    return account.add_photo(stored, width=width, height=height, uploaded=BEGAN, public=public)


def held_sideways() -> bytes:
    """A picture of 1000 x 1500 pixels that was stored lying, as its EXIF tells."""
    target = io.BytesIO()
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    landscape("sideways", WIDE).save(target, "JPEG", exif=exif)
    return target.getvalue()


@pytest.fixture
def account() -> Account:
    """One without photos."""
    return Account()


@pytest.fixture
def service(account: Account) -> Iterator[Emulated]:
    """It, served."""
    with emulated(account) as service:
        yield service


@pytest.fixture
async def provider(service: Emulated) -> AsyncIterator[Provider]:
    """The provider, logged in."""
    async with service.provider() as provider:
        yield provider


async def ref_to(provider: Provider, photo: Photo) -> str:
    """As a scan gives it."""
    return photos(await scan(provider))[photo.id].ref


async def small(provider: Provider, ref: str, pixels: int) -> tuple[int, int]:
    """The size of the small picture; that it can be decoded is seen, too."""
    assert provider.abilities.renditions is not None
    with Image.open(io.BytesIO(await provider.abilities.renditions.get(ref, pixels))) as picture:
        assert picture.format == "JPEG"
        picture.load()
        return picture.size


def asked(service: Emulated) -> tuple[int, int, int]:
    """Requests for small pictures, for originals, and calls for addresses."""
    files = service.emulator.ledger.files
    return files[FileKind.RENDITION], files[FileKind.ORIGINAL], service.calls(SIZES)


async def test_each_size_is_the_smallest_that_is_enough(
    service: Emulated, account: Account, provider: Provider
) -> None:
    """One request for each, none for the original, no call."""
    ref = await ref_to(provider, add(account, make_jpeg(1, width=1500, height=1000), WIDE))
    edges = [max(await small(provider, ref, pixels)) for pixels in (100, 128, 256, 512, 1024, 4000)]
    assert edges == [100, 240, 320, 640, 1024, 1024]
    assert asked(service) == (6, 0, 0)


async def test_a_small_photo_is_asked_for_in_a_size_that_it_has(
    service: Emulated, account: Account, provider: Provider
) -> None:
    """A size that is larger than the photo does not exist, and is not asked for."""
    ref = await ref_to(provider, add(account, make_jpeg(1, width=450, height=300), (450, 300)))
    assert await small(provider, ref, 1024) == (400, 267)
    assert asked(service) == (1, 0, 0)


async def test_a_rotated_photo_comes_upright(account: Account, provider: Provider) -> None:
    """Flickr has turned it, and tells nothing of that in the small picture."""
    ref = await ref_to(provider, add(account, held_sideways(), (1000, 1500)))
    assert await small(provider, ref, 256) == (213, 320)


async def test_a_private_photo_and_a_video_have_them(
    service: Emulated, account: Account, provider: Provider
) -> None:
    """The secret in the address is enough; of a video it is the poster."""
    private = add(account, make_jpeg(1, width=1500, height=1000), WIDE, public=False)
    film = account.add_photo(
        Random(seed=5, size=60_000), media="video", format="mp4", uploaded=BEGAN
    )
    seen = photos(await scan(provider))
    assert max(await small(provider, seen[private.id].ref, 256)) == 320
    assert max(await small(provider, seen[film.id].ref, 256)) == 320
    assert asked(service) == (2, 0, 0)


async def test_an_outdated_secret_costs_one_call(
    service: Emulated, account: Account, provider: Provider
) -> None:
    """Rotated or made private since the scan, a photo has other addresses."""
    photo = add(account, make_jpeg(1, width=1500, height=1000), WIDE)
    ref = await ref_to(provider, photo)
    photo.secret = new_secret()
    assert max(await small(provider, ref, 256)) == 320
    assert asked(service) == (2, 0, 1)


async def test_a_scan_of_an_older_version_is_enough(
    service: Emulated, account: Account, provider: Provider
) -> None:
    """Its refs tell of no small sizes: the API does."""
    photo = add(account, make_jpeg(1, width=1500, height=1000), WIDE)
    ref = ref_of(await ref_to(provider, photo))
    assert ref is not None
    old = f'{{"id":"{ref.id}","size":"o","url":"{ref.url}","version":"{ref.version}"}}'
    assert ref_of(old) == Ref(ref.id, ref.size, ref.url, ref.version, Small())
    assert max(await small(provider, old, 512)) == 640
    assert asked(service) == (1, 0, 1)


async def test_what_the_host_refuses_is_none_now(
    service: Emulated, account: Account, provider: Provider
) -> None:
    """404 again under the address that the API names: said, and not asked for in a loop."""
    ref = await ref_to(provider, add(account, make_jpeg(1, width=1500, height=1000), WIDE))
    service.emulator.faults.add(not_found(), "/static/*", times=None)
    with pytest.raises(Gone):
        await small(provider, ref, 256)
    assert asked(service) == (1, 0, 1)


async def test_a_photo_that_is_gone_is_said_to_be(
    account: Account, service: Emulated, provider: Provider
) -> None:
    """By the API, as soon as the host refuses it."""
    photo = add(account, make_jpeg(1, width=1500, height=1000), WIDE)
    ref = await ref_to(provider, photo)
    del account.state.photos[photo.id]
    with pytest.raises(Gone):
        await small(provider, ref, 256)
    assert asked(service) == (1, 0, 1)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (net.Answer(status=200, body=b"GIF89a not now", kind="image/gif"), Corrupt),
        (net.Answer(status=200, body=b"\xff\xd8\xff" * 2_000_000, kind="image/jpeg"), Corrupt),
        (net.Answer(status=200, body=b"<html>sorry</html>", kind="text/html"), Temporary),
        (net.Answer(status=500), Temporary),
    ],
    ids=["a gif", "megabytes", "a page", "trouble"],
)
async def test_garbage_is_never_taken_for_a_picture(
    account: Account,
    service: Emulated,
    provider: Provider,
    hurry: MockClock,
    answer: net.Answer,
    error: type[Exception],
) -> None:
    """Nor asked for more than three times."""
    del hurry
    ref = await ref_to(provider, add(account, make_jpeg(1, width=1500, height=1000), WIDE))
    service.emulator.faults.add(answer, "/static/*", times=None)
    with pytest.raises(error):
        await small(provider, ref, 256)
    assert asked(service)[0] <= 3


async def test_throttling_is_told_to_the_pacer_and_waited_for(
    account: Account, service: Emulated, provider: Provider, hurry: MockClock
) -> None:
    """Once or twice it is asked again; then it is said when to come back."""
    del hurry
    ref = await ref_to(provider, add(account, make_jpeg(1, width=1500, height=1000), WIDE))
    pacer = service.tools.pacer
    assert isinstance(pacer, FreePacer)
    service.emulator.faults.add(too_many(7), "/static/*", times=1)
    assert max(await small(provider, ref, 256)) == 320
    assert pacer.verdicts[-2:] == [Verdict.THROTTLED, Verdict.FINE]
    service.emulator.faults.add(too_many(), "/static/*", times=None)
    with pytest.raises(Temporary) as caught:
        await small(provider, ref, 256)
    assert caught.value.retry_after
    assert pacer.verdicts[-3:] == [Verdict.THROTTLED] * 3


async def test_every_request_waits_for_its_place_behind_people(
    account: Account, service: Emulated, provider: Provider
) -> None:
    """In the line of all that is fetched from the static host."""
    ref = await ref_to(provider, add(account, make_jpeg(1, width=1500, height=1000), WIDE))
    pacer = service.tools.pacer
    assert isinstance(pacer, FreePacer)
    before = len(pacer.reserved)
    await small(provider, ref, 256)
    assert [key.partition(" ")[0] for key in pacer.reserved[before:]] == ["flickr-static"]


async def test_an_address_of_another_host_is_not_followed(
    account: Account, service: Emulated, provider: Provider
) -> None:
    """Whatever a record or a redirect names."""
    ref = await ref_to(provider, add(account, make_jpeg(1, width=1500, height=1000), WIDE))
    elsewhere = net.Answer(status=302, headers=(("Location", "http://example.org/a.jpg"),))
    service.emulator.faults.add(elsewhere, "/static/*", times=None)
    with pytest.raises(RemoteError, match="not one of its own"):
        await small(provider, ref, 256)


async def test_a_ref_of_nobody_is_not_found(provider: Provider) -> None:
    """Nothing is asked for it."""
    with pytest.raises(NotFound):
        await small(provider, '{"item": "4711"}', 256)
