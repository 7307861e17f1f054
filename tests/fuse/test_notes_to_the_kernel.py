"""What the kernel is told to forget after a verb of the mount, and what it knows by itself."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pyfuse3
import pytest
import trio

from photofs.catalog.sqlite import Catalog
from photofs.fuse.attributes import Attributes
from photofs.fuse.invalidation import Invalidation
from photofs.model.errors import Exists
from photofs.model.spot import Spot
from photofs.volume.volume import Volume
from tests.support.log_guard import ExpectLog
from tests.support.stocked import Stock, ino_of, open_volume, picture, stock
from tests.support.wished import EVERYTHING, SHELL

PATIENCE = 30.0


class Told(NamedTuple):
    """A volume, what tells the kernel of its changes, and which inodes that named so far."""

    made: Stock
    volume: Volume
    invalidation: Invalidation
    inos: list[int]
    writer: Catalog

    def link(self, name: str) -> tuple[int, Spot]:
        """`ln` of a photo into Favorites, as another process does it; its inode, and where."""
        photo = ino_of(self.volume, "Albums/Lake/a.jpg")
        spot = Spot(ino_of(self.volume, "Favorites"), name)
        self.made.wishing(self.writer).link(photo, spot, SHELL)
        return photo, spot

    async def heard_of(self, ino: int) -> None:
        """Return once the kernel was told of it."""
        with trio.fail_after(PATIENCE):
            while ino not in self.inos:  # noqa: ASYNC110 - a thread that knows no trio tells
                await trio.sleep(0.001)


@pytest.fixture
async def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Told]:
    """A library that can be changed, and a kernel that only listens."""
    made = stock(tmp_path / "stock", {"a.jpg": picture(1, 2000)}, can=EVERYTHING)
    inos: list[int] = []
    monkeypatch.setattr(pyfuse3, "invalidate_inode", lambda ino, _only=False: inos.append(ino))
    monkeypatch.setattr(pyfuse3, "invalidate_entry", lambda folder, _name: inos.append(folder))
    async with open_volume(made) as volume, trio.open_nursery() as nursery:
        attributes = Attributes(uid=os.getuid(), gid=os.getgid(), can_change=volume.can_change)
        invalidation = Invalidation(volume, attributes)
        nursery.start_soon(invalidation.watch)
        with made.open_catalog() as writer:
            yield Told(made, volume, invalidation, inos, writer)
        nursery.cancel_scope.cancel()


async def test_what_the_answer_brings_is_not_told_again(told: Told) -> None:
    """Of an `ln` neither the photo nor the folder; of one by another process both, soon."""
    photo = ino_of(told.volume, "Albums/Lake/a.jpg")
    spot = Spot(ino_of(told.volume, "Favorites"), "f.jpg")
    async with told.invalidation.change((spot,), photo):
        told.link("f.jpg")
    assert told.inos == []
    told.link("g.jpg")
    await told.heard_of(photo)
    await told.heard_of(spot.folder_ino)


async def test_a_refused_verb_brings_no_answer(told: Told) -> None:
    """What others changed meanwhile the kernel is told of, the folder of the verb's name too."""
    photo = ino_of(told.volume, "Albums/Lake/a.jpg")
    spot = Spot(ino_of(told.volume, "Favorites"), "f.jpg")

    async def refused() -> None:
        async with told.invalidation.change((spot,), photo):
            told.link("f.jpg")
            raise Exists("it is there already")

    with pytest.raises(Exists):
        await refused()
    await told.heard_of(photo)
    await told.heard_of(spot.folder_ino)


async def test_what_a_verb_changes_elsewhere_is_told(told: Told) -> None:
    """A folder that the request does not name."""
    spot = Spot(ino_of(told.volume, "Favorites"), "f.jpg")
    async with told.invalidation.change((Spot(ino_of(told.volume, "Unsorted"), "x.jpg"),), 0):
        told.link("f.jpg")
    await told.heard_of(spot.folder_ino)


async def test_a_verb_that_is_done_is_not_answered_with_what_ails_the_catalog_since(
    told: Told, expect_log: ExpectLog
) -> None:
    """It is durable; what the kernel could not be told is told once the catalog can be read."""
    expect_log("the catalog cannot be followed just now")
    database = told.writer.database
    photo = ino_of(told.volume, "Albums/Lake/a.jpg")
    spot = Spot(ino_of(told.volume, "Unsorted"), "x.jpg")
    async with told.invalidation.change((spot,), 0):
        told.link("f.jpg")
        database.run("ALTER TABLE change RENAME COLUMN sequence TO away")
    database.run("ALTER TABLE change RENAME COLUMN away TO sequence")
    await told.heard_of(photo)
