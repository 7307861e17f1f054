"""Bytes that Flickr says it has already, although a new photo is wanted."""

from pathlib import Path

from photofs.emulators.flickr import Habits
from photofs.emulators.pictures import make_jpeg
from tests.support.flickr_writes import able, writes_to, written
from tests.support.uploads import Heard, upload_of

PICTURE = make_jpeg(1, width=64, height=48)


async def test_known_bytes_become_a_new_photo_where_that_is_asked_for(tmp_path: Path) -> None:
    """The photo that has them is about to get others."""
    upload = upload_of(tmp_path, PICTURE, key="b" * 32)._replace(even_if_known=True)
    async with written(Habits()) as service, writes_to(service) as writes:
        first = await able(writes.upload)(upload_of(tmp_path, PICTURE, key="a" * 32), Heard())
        second = await able(writes.upload)(upload, Heard())
        assert not second.known
        assert second.remote_id != first.remote_id
        assert {first.remote_id, second.remote_id} <= service.account.state.photos.keys()
