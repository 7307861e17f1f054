"""Random wishes and random faults: the service ends with what the tree shows, each photo once."""

import hashlib
import random
from pathlib import Path

import pytest
from trio.testing import MockClock

from photofs.emulators.pictures import make_jpeg
from photofs.model.errors import PhotofsError
from photofs.model.node import row_id
from tests.support.fake_service import FakeService
from tests.support.posted import Posted

PICTURES = tuple(make_jpeg(number, width=32, height=24) for number in range(6))
TROUBLES = ("lost", "down", "killed", "stopped", "throttled", "")
CALLS = (
    "upload",
    "find_upload",
    "look",
    "join",
    "leave",
    "make_album",
    "rename_album",
    "favorite",
    "set_title",
    "replace",
    "open_original",
    "remove_album",
)
ALBUMS = ("One", "Two")


class Storm:
    """A library in a storm; the dice decide what is wished next."""

    def __init__(self, posted: Posted, dice: random.Random) -> None:
        """Two albums, of which the service knows none."""
        self.posted, self.dice = posted, dice
        for name in ALBUMS:
            posted.wished.mkdir(f"Albums/{name}")
        self.written = 0

    async def step(self) -> None:
        """One wish, one fault, or a moment of sending; a refusal changes nothing."""
        act = self.dice.choice(
            [
                self.copy,
                self.link,
                self.unlink,
                self.favorite,
                self.rename,
                self.trouble,
                self.send,
                self.judge,
                self.overwrite,
            ]
        )
        try:
            await act()
        except PhotofsError:
            assert self.posted.filed.problems() == []

    async def copy(self) -> None:
        """`cp picture Albums/x/`."""
        self.written += 1
        data = self.dice.choice(PICTURES)
        folder = self.dice.choice(["Unsorted", "Albums/One", "Albums/Two"])
        self.posted.write(f"{folder}/c{self.written}.jpg", data)

    async def overwrite(self) -> None:
        """`cp picture x.jpg` over what stands there."""
        path = self.pick("Albums/")
        if path:
            self.posted.write(path, self.dice.choice(PICTURES))

    async def link(self) -> None:
        """`ln x Albums/y/`."""
        path = self.pick("")
        if path:
            self.written += 1
            self.posted.wished.link(path, f"Albums/{self.dice.choice(ALBUMS)}/l{self.written}.jpg")

    async def unlink(self) -> None:
        """`rm Albums/x/y`."""
        path = self.pick("Albums/")
        if path:
            self.posted.wished.unlink(path)

    async def favorite(self) -> None:
        """`ln x Favorites/`, or away again."""
        path = self.pick("Favorites/")
        if path and self.dice.random() < 0.5:
            self.posted.wished.unlink(path)
        elif path := self.pick("Albums/"):
            self.written += 1
            self.posted.wished.link(path, f"Favorites/f{self.written}.jpg")

    async def rename(self) -> None:
        """`mv x other name`."""
        path = self.pick("Albums/")
        if path:
            self.written += 1
            folder = path.rpartition("/")[0]
            self.posted.wished.rename(path, f"{folder}/r{self.written}.jpg")

    async def trouble(self) -> None:
        """Something will go wrong."""
        self.posted.service.plan(self.dice.choice(CALLS), self.dice.choice(TROUBLES))

    async def send(self) -> None:
        """Time passes, and what is due is sent."""
        self.posted.filed.now_ns += self.dice.choice([1, 20, 60]) * 10**9
        await self.posted.send(tries=2)

    async def judge(self) -> None:
        """What was written becomes quiet."""
        await self.posted.judged()

    def pick(self, folder: str) -> str:
        """A path in a folder, or none."""
        paths = sorted(each for each in self.posted.filed.files() if each.startswith(folder))
        return self.dice.choice(paths) if paths else ""

    async def settle(self) -> None:
        """The storm is over: all is judged, and sent."""
        for waiting in self.posted.service.trouble.values():
            waiting.clear()
        for _ in range(6):
            await self.posted.judged()
            self.posted.filed.now_ns += 60 * 10**9
            await self.posted.send()
            left = {row.wish.verb for row in self.posted.catalog.open_operations()}
            # an album that nothing joined is not made where there are no empty ones
            if left <= {"make album"} and not self.posted.catalog.quiet_incoming(2**62, 1):
                return
        raise AssertionError(self.posted.states())

    def check(self) -> None:
        """The service has each photo that the tree shows, once, in its albums, with its mark."""
        catalog, service = self.posted.catalog, self.posted.service
        shown = {
            row_id(ino): path
            for path, ino in self.posted.filed.tree().items()
            if not path.endswith("/")
        }
        local = {photo for photo in shown if catalog.incoming(photo) is not None}
        there: dict[str, int] = {}
        for photo in shown.keys() - local:
            origin = catalog.first_observation(photo)
            assert origin is not None, shown[photo]
            there[origin[1]] = photo
        assert set(there) == set(service.photos)
        keys = [each.key for each in service.photos.values() if each.key]
        assert len(keys) == len(set(keys))
        for remote_id, photo in there.items():
            facts = catalog.photo_facts(photo)
            digest = hashlib.sha256(service.photos[remote_id].data).hexdigest()
            assert digest == facts.sha256, (remote_id, photo, digest, facts)
            assert bool(service.photos[remote_id].seen.favorite) == bool(facts.favorite)
            if not facts.trashed:
                mine = {catalog.album_by_id(each).title for each in catalog.albums_of(photo)}
                assert {name for name in ALBUMS if remote_id in service.members(name)} == mine
        for data in service.photos.values():
            assert data.data in PICTURES


async def storm(seed: int, steps: int, folder: Path) -> None:
    """One storm."""
    posted = Posted(folder, FakeService())
    try:
        made = Storm(posted, random.Random(seed))
        for _ in range(steps):
            await made.step()
        await made.settle()
        made.check()
    finally:
        posted.catalog.close()


@pytest.mark.parametrize("seed", range(12))
async def test_p3_a_storm_ends_with_what_was_wished(
    seed: int, tmp_path: Path, autojump_clock: MockClock
) -> None:
    """P3, P7, P20, P21: forty wishes among lost answers, kills and refusals; nothing twice."""
    del autojump_clock
    await storm(seed, 40, tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(100, 300))
async def test_p3_many_storms(seed: int, tmp_path: Path, autojump_clock: MockClock) -> None:
    """The same, longer and more often."""
    del autojump_clock
    await storm(seed, 150, tmp_path)
