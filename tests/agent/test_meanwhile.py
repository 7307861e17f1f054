"""What was changed there, or here, before a wish came to be sent; found by random walks."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from trio.testing import MockClock

from photofs.emulators.pictures import make_jpeg
from photofs.model.observation import AlbumGone
from photofs.model.operation import State
from photofs.providers.port import Sent, Upload, Uploaded
from tests.support.fake_service import FakeService
from tests.support.filed import album
from tests.support.posted import Posted
from tests.support.wished import SHELL


@dataclass
class Particular(FakeService):
    """Knows bytes by their hashes, each as a photo's; albums go with their last photo."""

    knows: dict[str, str] = field(default_factory=dict)

    def _upload(self, upload: Upload, sent: Sent) -> Uploaded:
        if upload.sha256 in self.knows and not upload.even_if_known:
            return Uploaded(self.knows[upload.sha256], known=True)
        return super()._upload(upload, sent)

    def _leave(self, remote_id: str, photos: Sequence[str]) -> None:
        super()._leave(remote_id, photos)
        if not self.albums[remote_id][1]:
            del self.albums[remote_id]


@pytest.fixture
def service() -> Particular:
    """It, empty."""
    return Particular()


@pytest.fixture
def posted(tmp_path: Path, service: Particular) -> Posted:
    """A library of it."""
    return Posted(tmp_path, service)


OLD = make_jpeg(1, width=64, height=48)
NEW = make_jpeg(2, width=64, height=48)
PATH = "Albums/Trip/p.jpg"
DAY = "Dates/2019/2019-07"


def with_one(posted: Posted, **facts: object) -> str:
    """One photo in an album, which a scan has told of; its id."""
    usual = {"file_name": None, "title": "p", "extension": "jpg", "favorite": False}
    remote_id = posted.service.add(OLD, "", **{**usual, **facts})
    posted.service.albums["a0"] = ("Trip", [remote_id])
    posted.filed.scan(posted.service.photos[remote_id].seen, album("a0", "Trip", remote_id))
    return remote_id


async def judged_and_due(posted: Posted) -> None:
    """What was written is looked at, and its grace is over."""
    await posted.judged()
    posted.filed.now_ns += 40 * 10**9


async def test_new_bytes_for_a_photo_that_is_found_deleted_are_uploaded(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """No scan has told of the deletion yet: nothing is marked as failed, and the date is kept."""
    del autojump_clock
    with_one(posted, favorite=True)
    ino = posted.filed.ino(PATH)
    shown = posted.catalog.photo_facts(posted.photo_at(PATH)).taken_local
    posted.write(PATH, NEW)
    await judged_and_due(posted)
    posted.service.photos.clear()
    posted.service.albums.clear()
    await posted.send()
    assert posted.states() == ["replace: gave up", "upload: done"]
    (there,) = posted.service.photos.values()
    assert there.data == NEW
    if shown is not None:
        assert there.seen.taken is not None
        assert there.seen.taken.local is not None
        assert there.seen.taken.local.isoformat() == shown
    facts = posted.catalog.photo_facts(posted.photo_at(f"{DAY}/p.jpg" if shown else PATH))
    assert posted.filed.ino(PATH) == ino
    assert not facts.favorite


async def test_bytes_that_the_service_knows_by_a_photo_that_gets_others_are_uploaded(
    posted: Posted, service: Particular, autojump_clock: MockClock
) -> None:
    """A copy of a photo made before that one is overwritten: both are at the service then."""
    del autojump_clock
    remote_id = with_one(posted)
    service.knows[hashlib.sha256(OLD).hexdigest()] = remote_id
    posted.write(PATH, NEW)
    posted.write("Unsorted/copy.jpg", OLD)
    await judged_and_due(posted)
    await posted.send()
    assert sorted(each.data for each in posted.service.photos.values()) == sorted([OLD, NEW])
    assert {"Unsorted/copy.jpg", PATH} <= posted.filed.files()


async def test_what_the_service_changed_of_a_photo_comes_with_its_new_bytes(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """The title that the answer tells is shown, for a scan will find nothing new in it."""
    del autojump_clock
    remote_id = with_one(posted)
    posted.write(PATH, NEW)
    await judged_and_due(posted)
    there = posted.service.photos[remote_id]
    there.seen = replace(there.seen, title="Sea", favorite=True)
    await posted.send()
    posted.filed.scan(posted.service.photos[remote_id].seen, album("a0", "Trip", remote_id))
    assert {"Albums/Trip/Sea.jpg", "Favorites/Sea.jpg"} <= posted.filed.files()


async def test_a_photo_that_went_to_trash_before_it_was_sent_is_restored(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """Trash is a mark here: no answer of the service is needed for it, and it stays."""
    del autojump_clock
    posted.write("Unsorted/n.jpg", NEW)
    await posted.judged()
    photo = posted.photo_at("Unsorted/n.jpg")
    posted.wished.unlink("Unsorted/n.jpg")
    await judged_and_due(posted)
    await posted.send()
    assert posted.states() == ["upload: cancelled", "trash: done"]
    assert posted.service.photos == {}
    assert posted.wished.wishing.restore([photo], SHELL) == 1
    assert "Unsorted/n.jpg" in posted.filed.files()
    await posted.send()
    assert [each.data for each in posted.service.photos.values()] == [NEW]


async def test_what_was_wished_of_a_photo_in_trash_that_was_never_sent_comes_back_with_it(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """Meanwhile nothing waits for its upload, and so nobody waits for that for ever."""
    del autojump_clock
    with_one(posted)
    posted.write("Albums/Trip/n.jpg", NEW)
    await posted.judged()
    posted.wished.link("Albums/Trip/n.jpg", "Favorites/n.jpg")
    posted.wished.rename("Albums/Trip/n.jpg", "Albums/Trip/Sea.jpg")
    photo = posted.photo_at("Albums/Trip/Sea.jpg")
    (by_date,) = [each for each in posted.filed.files() if each.startswith("Dates/Unknown/Sea")]
    posted.wished.unlink(by_date)
    await judged_and_due(posted)
    await posted.send()
    assert posted.is_over(), posted.states()
    assert posted.wished.wishing.restore([photo], SHELL) == 1
    assert {"Albums/Trip/Sea.jpg", "Favorites/Sea.jpg", by_date} <= posted.filed.files()
    await judged_and_due(posted)
    await posted.send()
    assert posted.is_over(), posted.states()
    (there,) = [each for each in posted.service.photos.values() if each.data == NEW]
    assert (there.seen.title, there.seen.favorite) == ("Sea", True)
    assert there.seen.remote_id in posted.service.members("Trip")


@pytest.mark.parametrize("scanned", [False, True])
async def test_an_album_that_was_emptied_here_is_made_anew_for_what_joins_it(
    posted: Posted, autojump_clock: MockClock, *, scanned: bool
) -> None:
    """The service drops it with its last photo; its folder and what is put there stay."""
    del autojump_clock
    remote_id = with_one(posted)
    folder = posted.filed.ino("Albums/Trip/")
    posted.wished.unlink(PATH)
    await judged_and_due(posted)
    await posted.send()
    assert posted.service.albums == {}
    posted.write("Albums/Trip/n.jpg", NEW)
    await posted.judged()
    if scanned:
        seen = posted.service.photos[remote_id].seen
        posted.filed.scan(seen, AlbumGone(remote_id="a0"), full=False)
    await posted.send()
    assert [title for title, _ in posted.service.albums.values()] == ["Trip"]
    (member,) = posted.service.members("Trip")
    assert posted.service.photos[member].data == NEW
    assert posted.filed.ino("Albums/Trip/") == folder
    assert posted.is_over(), posted.states()


async def test_joins_that_a_lost_photo_keeps_from_going_together_go_one_by_one(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """Also if a new sender tries them: the one is given up, the other is in the album."""
    del autojump_clock
    with_one(posted)
    for number in (1, 2):
        posted.write(f"Unsorted/n{number}.jpg", make_jpeg(number + 10, width=64, height=48))
    await posted.judged()
    await posted.send()
    for number in (1, 2):
        posted.wished.link(f"Unsorted/n{number}.jpg", f"Albums/Trip/n{number}.jpg")
    gone, there = sorted(set(posted.service.photos) - {"r1"})
    del posted.service.photos[gone]
    await posted.send(tries=8)
    assert there in posted.service.members("Trip")
    joins = {row.state for row in posted.operations() if row.wish.verb == "join"}
    assert joins == {State.GAVE_UP, State.DONE}  # which of the two was uploaded first is open


async def test_regression_a_title_goes_with_new_bytes_for_a_photo_that_is_found_deleted(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """Whichever of the two wishes finds it out."""
    del autojump_clock
    remote_id = with_one(posted)
    posted.wished.rename(PATH, "Albums/Trip/Sea.jpg")
    posted.write("Albums/Trip/Sea.jpg", NEW)
    await judged_and_due(posted)
    del posted.service.photos[remote_id]
    await posted.send()
    assert posted.is_over(), posted.states()
    (made,) = posted.service.photos.values()
    assert (made.data, made.seen.title) == (NEW, "Sea")
    assert "Albums/Trip/p.jpg" not in posted.filed.files()
