"""What somebody else gives a photo at the service, at the worst moment, is never lost for ours."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from trio.testing import MockClock

from photofs.emulators.pictures import make_jpeg
from photofs.model.incoming import Stage
from photofs.model.span import Span
from photofs.originals.port import Room
from photofs.providers.port import Sent, Upload, Uploaded
from photofs.wishing.deleting import Proven, to_delete
from tests.support.fake_service import FakeOriginal, FakeService
from tests.support.filed import album
from tests.support.posted import Posted
from tests.support.wished import SHELL

OLD = make_jpeg(1, width=64, height=48)
NEW = make_jpeg(2, width=64, height=48)
THEIRS = make_jpeg(3, width=64, height=48)
PATH = "Albums/Trip/p.jpg"


@dataclass
class Shared(FakeService):
    """An account in which somebody else works, too; it knows bytes by their hashes."""

    while_it_is_fetched: bool = False
    knows: dict[str, str] = field(default_factory=dict)

    def give(self, remote_id: str, data: bytes | None) -> None:
        """Somebody gives a photo other bytes; None: changes who may see it, so only its version."""
        there = self.photos[remote_id]
        there.version += 10
        there.data = there.data if data is None else data
        there.seen = replace(there.seen, content_key=str(there.version))

    def _upload(self, upload: Upload, sent: Sent) -> Uploaded:
        if upload.sha256 in self.knows and not upload.even_if_known:
            return Uploaded(self.knows[upload.sha256], known=True)
        return super()._upload(upload, sent)

    @asynccontextmanager
    async def open_original(
        self, ref: str, span: Span | None, *, person: bool = True
    ) -> AsyncIterator[FakeOriginal]:
        """All of its bytes; right after them others come, if so planned."""
        async with super().open_original(ref, span, person=person) as stream:
            yield stream
        if self.while_it_is_fetched:
            self.while_it_is_fetched = False
            self.give(ref, THEIRS)


@pytest.fixture
def service() -> Shared:
    """It, empty."""
    return Shared()


@pytest.fixture
def posted(tmp_path: Path, service: Shared) -> Posted:
    """A library of it."""
    return Posted(tmp_path, service)


def hash_of(data: bytes) -> str:
    """The name of these bytes in the store."""
    return hashlib.sha256(data).hexdigest()


def with_old(posted: Posted) -> str:
    """One photo that the service has, in an album; its id."""
    remote_id = posted.service.add(OLD, "", file_name="p.jpg")
    posted.service.albums["a0"] = ("Trip", [remote_id])
    posted.filed.scan(posted.service.photos[remote_id].seen, album("a0", "Trip", remote_id))
    return remote_id


async def overwritten(posted: Posted) -> None:
    """`cp new p.jpg`, judged, and its grace over."""
    posted.write(PATH, NEW)
    await posted.judged()
    posted.filed.now_ns += 40 * 10**9


def told_again(posted: Posted, remote_id: str) -> None:
    """A scan tells of the photo as it is at the service now."""
    seen = posted.service.photos[remote_id].seen
    posted.filed.scan(seen, album("a0", "Trip", remote_id), full=False)


def read_before(posted: Posted) -> None:
    """The old bytes were fetched to be read, and lie in Kept."""
    path = posted.folder / "old"
    path.write_bytes(OLD)
    kept = posted.store.kept_path(hash_of(OLD))
    kept.parent.mkdir(parents=True, exist_ok=True)
    path.rename(kept)
    posted.catalog.note_original(hash_of(OLD), len(OLD), 1)
    posted.catalog.sealed(posted.photo_at(PATH), "1", hash_of(OLD), len(OLD))


def is_marked(posted: Posted) -> bool:
    """Whether the new bytes are kept here alone, with the reason."""
    row = posted.catalog.incoming(posted.photo_at(PATH))
    kept = posted.store.has_sealed(hash_of(NEW)) is Room.KEPT
    return row is not None and row.stage is Stage.FAILED and "meanwhile" in row.why and kept


async def test_p7_bytes_that_come_while_the_old_ones_are_fetched_are_not_replaced(
    posted: Posted, service: Shared, autojump_clock: MockClock
) -> None:
    """P7: only bytes that are sealed here are replaced, and those nobody here has seen."""
    del autojump_clock
    remote_id = with_old(posted)
    await overwritten(posted)
    service.while_it_is_fetched = True
    await posted.send()
    assert service.photos[remote_id].data == THEIRS
    assert is_marked(posted), posted.states()


@pytest.mark.parametrize("theirs", [THEIRS, None], ids=["other bytes", "other privacy"])
async def test_p5_another_version_is_no_proof_that_a_replacement_came(
    theirs: bytes | None, posted: Posted, service: Shared, autojump_clock: MockClock
) -> None:
    """P5, P20: a request was lost, and the photo changed otherwise: ours stay in Kept, marked."""
    del autojump_clock
    remote_id = with_old(posted)
    await overwritten(posted)
    service.plan("replace", "down")
    await posted.once()
    assert posted.states() == ["replace: unsure"]
    service.give(remote_id, theirs)
    await posted.send()
    assert service.photos[remote_id].data == (theirs or OLD)
    assert is_marked(posted), posted.states()


async def test_p20_a_replacement_that_came_is_known_by_its_bytes(
    posted: Posted, service: Shared, autojump_clock: MockClock
) -> None:
    """P20: its answer was lost, and the photo's version changed once more since: it is done."""
    del autojump_clock
    remote_id = with_old(posted)
    await overwritten(posted)
    service.plan("replace", "lost")
    await posted.once()
    service.give(remote_id, None)
    await posted.send()
    assert posted.states() == ["replace: done"]
    assert service.calls["replace"] == 1


@pytest.mark.parametrize("scanned", [True, False])
async def test_p5_bytes_that_the_service_only_says_to_know_are_uploaded(
    scanned: bool,  # noqa: FBT001 - a parameter of the test
    posted: Posted,
    service: Shared,
    autojump_clock: MockClock,
) -> None:
    """P5: the photo that it names has others by now: a copy of the former ones is not given up."""
    del autojump_clock
    remote_id = with_old(posted) if scanned else service.add(OLD, "", file_name="p.jpg")
    service.knows[hash_of(OLD)] = remote_id
    service.give(remote_id, THEIRS)
    posted.write("Unsorted/copy.jpg", OLD)
    await posted.judged()
    await posted.send()
    assert posted.at_service() == sorted([hash_of(OLD), hash_of(THEIRS)])
    assert posted.is_over()


async def test_bytes_that_the_service_knows_and_shows_are_sent_once(
    posted: Posted, service: Shared, autojump_clock: MockClock
) -> None:
    """The photo that it names is fetched, and has them: the names given go to that one."""
    del autojump_clock
    service.knows[hash_of(OLD)] = with_old(posted)
    ino = posted.filed.ino(PATH)
    posted.write("Favorites/copy.jpg", OLD)
    await posted.judged()
    await posted.send()
    assert posted.at_service() == [hash_of(OLD)]
    assert posted.filed.ino("Favorites/copy.jpg") == ino


async def deletion(posted: Posted) -> str:
    """A photo in Trash, its original in Kept, its deletion wished; its id at the service."""
    remote_id = with_old(posted)
    photo = posted.photo_at(PATH)
    read_before(posted)
    posted.wished.unlink(next(path for path in posted.filed.files() if path.startswith("Dates/")))
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    proven = to_delete(posted.catalog, photo)
    assert isinstance(proven, Proven), proven
    assert posted.wished.wishing.delete([proven], SHELL, "there") == [proven]
    posted.filed.now_ns += 40 * 10**9
    return remote_id


@pytest.mark.parametrize("trouble", ["", "down", "no"])
async def test_p8_a_photo_that_got_other_bytes_since_the_last_scan_is_not_deleted(
    trouble: str, posted: Posted, service: Shared, autojump_clock: MockClock
) -> None:
    """P8: the service is asked right before, and as long as it does not tell, nothing is sent."""
    del autojump_clock
    remote_id = await deletion(posted)
    service.give(remote_id, THEIRS)
    service.plan("look", trouble)
    await posted.send()
    assert service.calls["delete"] == 0
    assert service.photos[remote_id].data == THEIRS
    assert posted.states()[-1] == "delete: gave up"


async def test_p8_a_photo_that_the_service_does_not_show_is_not_deleted(
    posted: Posted, service: Shared, autojump_clock: MockClock
) -> None:
    """P8: that it is not there proves nothing of what is; scans find out what became of it."""
    del autojump_clock
    remote_id = await deletion(posted)
    hidden = service.photos.pop(remote_id)
    await posted.send()
    service.photos[remote_id] = hidden
    assert service.calls["delete"] == 0
    assert posted.states()[-1] == "delete: gave up"
    assert not posted.catalog.is_buried(posted.filed.source_id, remote_id)


async def test_p13_a_deletion_whose_answer_was_lost_is_done(
    posted: Posted, service: Shared, autojump_clock: MockClock
) -> None:
    """P13: after it was sent, that the photo is not there is what was wished."""
    del autojump_clock
    remote_id = await deletion(posted)
    service.plan("delete", "lost")
    await posted.send()
    assert posted.states()[-1] == "delete: done"
    assert posted.catalog.is_buried(posted.filed.source_id, remote_id)


async def test_p7_bytes_that_a_scan_told_of_meanwhile_are_sealed_before_ours_replace_them(
    posted: Posted, service: Shared, autojump_clock: MockClock
) -> None:
    """P7: those that were read here before prove nothing about those that are there now."""
    del autojump_clock
    remote_id = with_old(posted)
    read_before(posted)
    await overwritten(posted)
    service.give(remote_id, THEIRS)
    told_again(posted, remote_id)
    await posted.send()
    assert service.photos[remote_id].data == NEW
    assert posted.store.has_sealed(hash_of(THEIRS)) is Room.KEPT
    aside = posted.catalog.photo_facts(posted.photo_at("Trash/Replaced/p.jpg"))
    assert aside.sha256 == hash_of(THEIRS)


async def test_p15_bytes_that_are_taken_back_give_way_to_those_that_a_scan_told_of(
    posted: Posted, service: Shared, autojump_clock: MockClock
) -> None:
    """P8, P15: not to the ones that were read here before; and those prove no deletion."""
    del autojump_clock
    remote_id = with_old(posted)
    read_before(posted)
    await overwritten(posted)
    service.give(remote_id, THEIRS)
    told_again(posted, remote_id)
    (wish,) = posted.catalog.open_operations()
    with posted.wished.wishing.change():
        assert posted.wished.wishing.outcomes(wish.wish.library).cancel([wish], "undo")
    facts = posted.catalog.photo_facts(posted.photo_at(PATH))
    assert facts.content_key == service.photos[remote_id].seen.content_key
    assert facts.sha256 is None


async def test_p7_old_bytes_stand_in_trash_though_a_scan_saw_the_new_ones_first(
    posted: Posted, service: Shared, autojump_clock: MockClock
) -> None:
    """P7: the answer to the replacement was lost, and a scan was faster than the question."""
    del autojump_clock
    remote_id = with_old(posted)
    read_before(posted)
    await overwritten(posted)
    service.plan("replace", "lost")
    await posted.once()
    told_again(posted, remote_id)
    await posted.send()
    assert posted.states() == ["replace: done"]
    aside = posted.catalog.photo_facts(posted.photo_at("Trash/Replaced/p.jpg"))
    assert aside.sha256 == hash_of(OLD)
