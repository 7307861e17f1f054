"""A photo that is overwritten: its old bytes are never lost, whatever happens while it is sent."""

import hashlib
from dataclasses import replace

import pytest
from trio.testing import MockClock

from photofs.emulators.pictures import make_jpeg
from photofs.model.incoming import Stage
from photofs.model.photo import Fidelity
from photofs.originals.port import Room
from tests.support.filed import album
from tests.support.posted import Posted

OLD = make_jpeg(1, width=64, height=48)
NEW = make_jpeg(2, width=64, height=48)
PATH = "Albums/Trip/p.jpg"


def hash_of(data: bytes) -> str:
    """The name of these bytes in the store."""
    return hashlib.sha256(data).hexdigest()


def with_old(posted: Posted, **facts: object) -> None:
    """One photo that the service has, a favorite in an album."""
    remote_id = posted.service.add(OLD, "", file_name="p.jpg", favorite=True, **facts)
    posted.service.albums["a0"] = ("Trip", [remote_id])
    posted.filed.scan(posted.service.photos[remote_id].seen, album("a0", "Trip", remote_id))


async def overwrite(posted: Posted, data: bytes = NEW) -> None:
    """`cp new p.jpg`, judged, and its grace over."""
    posted.write(PATH, data)
    await posted.judged()
    posted.filed.now_ns += 40 * 10**9


async def test_p7_the_old_original_is_sealed_here_before_it_is_replaced(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P7: fetched whole, kept, read again; then replaced; then it stands in Trash/Replaced."""
    del autojump_clock
    with_old(posted)
    ino = posted.filed.ino(PATH)
    await overwrite(posted)
    await posted.send()
    assert posted.states() == ["replace: done"]
    assert posted.service.photos["r1"].data == NEW
    assert list(posted.service.photos) == ["r1"]
    assert posted.filed.ino(PATH) == ino
    assert posted.store.has_sealed(hash_of(OLD)) is Room.KEPT
    assert posted.wished.stage("Trash/Replaced/p.jpg") is Stage.LOCAL
    old = posted.catalog.photo_facts(posted.photo_at("Trash/Replaced/p.jpg"))
    assert (old.sha256, old.size) == (hash_of(OLD), len(OLD))
    posted.filed.scan(posted.service.photos["r1"].seen, album("a0", "Trip", "r1"))
    assert posted.catalog.photo_facts(posted.photo_at(PATH)).sha256 == hash_of(NEW)


async def test_regression_bytes_that_were_never_sent_are_not_taken_for_the_old_original(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P7: judged, and written over again before they were sent; what the service had is kept."""
    del autojump_clock
    with_old(posted)
    posted.write(PATH, make_jpeg(77, width=64, height=48))
    await posted.judged()
    await overwrite(posted)
    await posted.send()
    assert posted.service.photos["r1"].data == NEW
    assert posted.store.has_sealed(hash_of(OLD)) is Room.KEPT
    old = posted.catalog.photo_facts(posted.photo_at("Trash/Replaced/p.jpg"))
    assert old.sha256 == hash_of(OLD)


@pytest.mark.parametrize("trouble", ["lost", "killed", "down", "stopped", "throttled"])
async def test_p7_a_replacement_converges(
    trouble: str, posted: Posted, autojump_clock: MockClock
) -> None:
    """P7, P20: also if the answer is lost, or the look after it; the old bytes stand there once."""
    del autojump_clock
    with_old(posted)
    posted.service.plan("replace", trouble)
    posted.service.plan("look", "", "", trouble)
    posted.service.plan("open_original", "down")
    await overwrite(posted)
    await posted.send()
    assert posted.states() == ["replace: done"]
    assert posted.service.photos["r1"].data == NEW
    assert {each for each in posted.filed.files() if each.startswith("Trash")} == {
        "Trash/Replaced/p.jpg"
    }


@pytest.mark.parametrize("why", ["gone", "preview"])
async def test_p8_what_cannot_be_had_is_not_replaced(
    why: str, posted: Posted, autojump_clock: MockClock
) -> None:
    """P8: no proof of the old original: the new bytes go up as a photo of their own instead."""
    del autojump_clock
    with_old(posted, **({"fidelity": Fidelity.PREVIEW} if why == "preview" else {}))
    posted.service.plan("open_original", *(["gone"] if why == "gone" else []))
    ino = posted.filed.ino(PATH)
    await overwrite(posted)
    await posted.send()
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    assert posted.service.photos["r1"].data == OLD
    assert posted.service.photos["r2"].data == NEW
    assert posted.service.calls["replace"] == 0
    assert posted.filed.ino(PATH) == ino
    assert "r2" in posted.service.members("Trip")
    assert posted.service.photos["r2"].seen.favorite is True
    assert "Trash/p.jpg" in posted.filed.files()
    assert posted.is_over()


async def test_a_service_that_replaces_nothing_gets_a_new_photo_in_its_place(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P7: same inode, albums, favorite; the old photo lies in Trash, nothing of it is deleted."""
    del autojump_clock
    posted.service.without |= {"replace"}
    posted.catalog.set_writes(posted.filed.source_id, ("upload", "join", "favorite", "look"))
    with_old(posted)
    posted.service.plan("upload", "killed")
    ino = posted.filed.ino(PATH)
    await overwrite(posted)
    await posted.send()
    posted.filed.now_ns += 40 * 10**9
    await posted.send()
    assert posted.is_over(), posted.states()
    assert sorted(posted.at_service()) == sorted([hash_of(OLD), hash_of(NEW)])
    assert posted.filed.ino(PATH) == ino
    assert posted.service.calls["upload"] == 1
    assert posted.service.calls["delete"] == 0
    assert "Trash/p.jpg" in posted.filed.files()


async def test_a_photo_changed_at_the_service_meanwhile_is_not_overwritten(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P24: both copies stay: the service's there, ours here, marked, with what to do."""
    del autojump_clock
    with_old(posted)
    await overwrite(posted)
    there = posted.service.photos["r1"]
    there.data, there.seen = b"other", replace(there.seen, content_key="7")
    await posted.send()
    assert there.data == b"other"
    row = posted.catalog.incoming(posted.photo_at(PATH))
    assert row is not None
    assert row.stage is Stage.FAILED
    assert "meanwhile" in row.why
    assert posted.store.has_sealed(hash_of(NEW)) is Room.KEPT


async def test_a_replacement_that_the_service_refuses_is_kept_here(
    posted: Posted, autojump_clock: MockClock
) -> None:
    """P6: the old bytes stay there, the new ones here, with the reason."""
    del autojump_clock
    with_old(posted)
    posted.service.plan("replace", "no")
    await overwrite(posted)
    await posted.send()
    assert posted.service.photos["r1"].data == OLD
    row = posted.catalog.incoming(posted.photo_at(PATH))
    assert row is not None
    assert (row.stage, row.why) == (Stage.FAILED, "the service will not do that")
