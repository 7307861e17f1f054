"""Small pictures from Google: addresses by fifties, a request for bytes each, and no original."""

import io
from collections.abc import AsyncIterator, Iterator

import pytest
from PIL import ExifTags, Image
from trio.testing import MockClock

from photofs.emulators.google import CLIENT_ID, Account
from photofs.emulators.google.state import Item
from photofs.emulators.hosting import faults as net
from photofs.emulators.hosting.ledger import FileKind
from photofs.emulators.pictures import landscape, make_jpeg
from photofs.model.errors import Corrupt, Gone, Temporary
from photofs.model.verdict import Verdict
from photofs.providers.port import Provider
from tests.support.google_library import Emulated, Uploads, emulated, picture, ref_to, uploads
from tests.support.provider_tools import FreePacer

BATCH = "mediaItems.batchGet"


@pytest.fixture
def made() -> Uploads:
    """What was uploaded."""
    return uploads()


@pytest.fixture
def service(made: Uploads) -> Iterator[Emulated]:
    """It, served."""
    with emulated(made.account) as service:
        yield service


@pytest.fixture
async def provider(service: Emulated) -> AsyncIterator[Provider]:
    """The provider, logged in."""
    async with service.provider() as provider:
        yield provider


def large(account: Account, *, orientation: int | None = None) -> Item:
    """An upload of 1500 x 1000 pixels, as they are stored."""
    target, exif = io.BytesIO(), Image.Exif()
    if orientation is not None:
        exif[ExifTags.Base.Orientation] = orientation
    landscape("large", (1500, 1000)).save(target, "JPEG", exif=exif)
    return account.add_item(target.getvalue(), "large.jpg", CLIENT_ID)


async def small(provider: Provider, item: Item, pixels: int) -> tuple[int, int]:
    """The size of the small picture; that it can be decoded is seen, too."""
    renditions = provider.abilities.renditions
    assert renditions is not None
    with Image.open(io.BytesIO(await renditions.get(ref_to(item), pixels))) as picture:
        assert picture.format == "JPEG"
        picture.load()
        return picture.size


def asked(service: Emulated) -> tuple[int, int, int]:
    """Requests for small pictures, for downloads, and calls for addresses."""
    files = service.emulator.ledger.files
    return files[FileKind.RENDITION], files[FileKind.ORIGINAL], service.calls(BATCH)


async def test_the_very_size_is_asked_for(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """One request for bytes each, none for what is downloaded."""
    item = large(made.account)
    sizes = [await small(provider, item, pixels) for pixels in (128, 256, 1024)]
    assert sizes == [(128, 85), (256, 171), (1024, 683)]
    assert asked(service) == (3, 0, 1)


async def test_fifty_addresses_come_by_one_call(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """For those that are expected, and again for none of them while the addresses hold."""
    items = [picture(made.account, number) for number in range(60)][:50]
    renditions = provider.abilities.renditions
    assert renditions is not None
    assert renditions.expect is not None
    assert renditions.together == len(items)
    await renditions.expect([ref_to(item) for item in items])
    await renditions.expect([ref_to(item) for item in items])
    for item in items:
        assert await small(provider, item, 32) == (32, 24)
    assert asked(service) == (50, 0, 1)
    assert service.api_calls == 1


async def test_a_rotated_photo_comes_upright(made: Uploads, provider: Provider) -> None:
    """Google has turned it."""
    assert await small(provider, large(made.account, orientation=6), 256) == (171, 256)


async def test_a_video_has_a_still_without_a_mark(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """The film itself is not asked for."""
    assert max(await small(provider, made.videos[0], 256)) == 256
    (path,) = [call.path for call in service.emulator.ledger.history if call.name == "bytes"]
    assert path.endswith("=w256-h256-no")
    assert asked(service) == (1, 0, 1)


async def test_an_address_that_ended_is_renewed_once(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """The host says 403 with a page; the next address gives the picture."""
    item, clock = made.pictures[0], service.account.clock
    await small(provider, item, 32)
    service.account.clock = lambda: clock() + 2 * 3600
    await small(provider, item, 32)
    assert asked(service) == (3, 0, 2)


async def test_what_the_host_refuses_is_none_now(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """Though each 404 has a picture in it."""
    error = net.Answer(status=404, kind="image/jpeg", body=make_jpeg(1, width=300, height=300))
    service.emulator.faults.add(error, "bytes", times=None)
    with pytest.raises(Gone):
        await small(provider, made.pictures[0], 32)
    assert asked(service) == (2, 0, 2)


async def test_a_photo_that_is_gone_is_said_to_be(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """By the API; no address is tried."""
    item = made.pictures[0]
    del made.account.state.items[item.id]
    with pytest.raises(Gone):
        await small(provider, item, 32)
    assert asked(service) == (0, 0, 1)


async def test_something_else_than_a_jpeg_is_no_picture(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """Whatever it is called."""
    wrong = net.Answer(status=200, kind="image/jpeg", body=b"RIFF....WEBP")
    service.emulator.faults.add(wrong, "bytes", times=None)
    with pytest.raises(Corrupt):
        await small(provider, made.pictures[0], 32)


async def test_throttling_is_told_to_the_pacer_and_waited_for(
    service: Emulated, made: Uploads, provider: Provider, hurry: MockClock
) -> None:
    """Once or twice it is asked again; then it is said when to come back."""
    del hurry
    pacer = service.tools.pacer
    assert isinstance(pacer, FreePacer)
    service.emulator.faults.add(net.Answer(status=429), "bytes", times=1)
    await small(provider, made.pictures[0], 32)
    assert pacer.verdicts[-2:] == [Verdict.THROTTLED, Verdict.FINE]
    service.emulator.faults.add(net.Answer(status=429), "bytes", times=None)
    with pytest.raises(Temporary) as caught:
        await small(provider, made.pictures[0], 32)
    assert caught.value.retry_after
    assert pacer.verdicts[-3:] == [Verdict.THROTTLED] * 3


async def test_a_login_that_ended_is_made_anew(
    service: Emulated, made: Uploads, provider: Provider
) -> None:
    """The address that was refused is not blamed for longer than that."""
    await small(provider, made.pictures[0], 32)
    service.emulator.faults.add(net.Answer(status=401), "bytes", times=1)
    assert await small(provider, made.pictures[0], 32) == (32, 24)
