"""Taken out of Trash while its service is deleting it for good: it is there all the same."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from trio.testing import MockClock

from photofs.emulators.pictures import make_jpeg
from photofs.model.observation import PhotoSeen
from photofs.originals.port import Room
from photofs.wishing.deleting import Proven, to_delete
from tests.support.fake_service import FakeService
from tests.support.filed import album
from tests.support.posted import Posted
from tests.support.wished import SHELL

DATA, OTHER = make_jpeg(1, width=64, height=48), make_jpeg(2, width=64, height=48)
HASH = hashlib.sha256(DATA).hexdigest()
NAMES = {"Albums/Trip/p.jpg", "Dates/Unknown/p.jpg", "Favorites/p.jpg"}


@dataclass
class Meanwhile(FakeService):
    """Somebody does something while it is asked for a photo, or deletes one."""

    looking: list[Callable[[], object]] = field(default_factory=list)
    deleting: list[Callable[[], object]] = field(default_factory=list)

    def _look(self, remote_id: str) -> PhotoSeen | None:
        for each in self.looking:
            each()
        self.looking.clear()
        return super()._look(remote_id)

    def _delete(self, remote_id: str) -> None:
        for each in self.deleting:
            each()
        super()._delete(remote_id)


@pytest.fixture
def service() -> Meanwhile:
    """An album with one photo, a favorite with tags and a description."""
    service = Meanwhile()
    added = service.add(
        DATA, file_name="p.jpg", favorite=True, tags=("sea",), description="in winter"
    )
    service.albums["a0"] = ("Trip", [added])
    return service


@pytest.fixture
async def posted(tmp_path: Path, service: Meanwhile, autojump_clock: MockClock) -> Posted:
    """It is in Trash, its original in Kept, and its deletion is about to be sent."""
    del autojump_clock
    posted = Posted(tmp_path, service)
    posted.filed.scan(service.photos["r1"].seen, album("a0", "Trip", "r1"))
    kept = posted.store.kept_path(HASH)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(DATA)
    posted.catalog.note_original(HASH, len(DATA), 1)
    posted.catalog.sealed(posted.photo_at("Albums/Trip/p.jpg"), "1", HASH, len(DATA))
    posted.wished.unlink("Dates/Unknown/p.jpg")
    await sent(posted)
    proven = to_delete(posted.catalog, 1)
    assert isinstance(proven, Proven), proven
    assert posted.wished.wishing.delete([proven], SHELL, "there") == [proven]
    return posted


async def sent(posted: Posted, tries: int = 20) -> None:
    """The grace is over, and all is sent that can be."""
    posted.filed.now_ns += 40 * 10**9
    await posted.send(tries)


def restore(posted: Posted) -> None:
    """`photofs trash restore`."""
    assert posted.wished.wishing.restore([1], SHELL) == 1


def check_there_once(posted: Posted) -> None:
    """At the service under its new id, with all that was told of it; here by its old names."""
    assert posted.at_service() == [HASH]
    seen = posted.service.photos["r2"].seen
    assert (seen.favorite, seen.tags, seen.description) == (True, ("sea",), "in winter")
    assert "r2" in posted.service.members("Trip")
    assert posted.filed.files() == NAMES
    assert posted.catalog.is_buried(posted.filed.source_id, "r1")
    assert posted.is_over(), posted.states()
    assert posted.filed.problems() == []


async def test_regression_what_is_restored_while_its_service_is_asked_is_not_deleted(
    posted: Posted, service: Meanwhile
) -> None:
    """P13: the proof must hold at the moment at which the deletion begins, not seconds before."""
    service.looking.append(lambda: restore(posted))
    await sent(posted)
    assert service.calls["delete"] == 0
    assert "delete: gave up" in posted.states()
    assert (posted.at_service(), posted.filed.files()) == ([HASH], NAMES)


async def test_regression_what_is_restored_while_it_is_deleted_is_uploaded_anew(
    posted: Posted, service: Meanwhile
) -> None:
    """The request is on its way: the photo was gone from the tree, and from the service."""
    service.deleting.append(lambda: restore(posted))
    await sent(posted)
    check_there_once(posted)


@pytest.mark.parametrize("trouble", [[], ["down", "down"]], ids=["", "and the line is down"])
async def test_regression_what_is_restored_after_a_lost_answer_is_uploaded_anew(
    trouble: list[str], posted: Posted, service: Meanwhile
) -> None:
    """Nobody knows whether it was deleted: the service is asked, before the tree shows it for long.

    Told as "not deleted" it went with the next listings.
    """
    service.plan("delete", "lost")
    await sent(posted, tries=1)
    assert service.photos == {}
    restore(posted)
    service.plan("look", *trouble)
    await sent(posted)
    check_there_once(posted)


async def test_what_a_lost_answer_did_not_delete_stays(posted: Posted, service: Meanwhile) -> None:
    """The request was lost, not the answer: the service has the photo, and nothing is sent."""
    service.plan("delete", "down")
    await sent(posted, tries=1)
    restore(posted)
    await sent(posted)
    assert "delete: gave up" in posted.states()
    assert list(service.photos) == ["r1"]
    assert posted.filed.files() == NAMES


async def test_other_bytes_written_while_it_is_deleted_are_uploaded(
    posted: Posted, service: Meanwhile
) -> None:
    """Restored and edited at once: what was written last is what its service gets."""

    def edited() -> None:
        restore(posted)
        posted.write("Albums/Trip/p.jpg", OTHER)

    service.deleting.append(edited)
    await sent(posted, tries=1)
    await posted.judged()
    await sent(posted)
    assert posted.at_service() == [hashlib.sha256(OTHER).hexdigest()]
    assert posted.store.has_sealed(HASH) is Room.KEPT
    assert "Albums/Trip/p.jpg" in posted.filed.files()
