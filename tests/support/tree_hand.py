"""The product's own parts under a test's clock: verbs, judging, sending and scanning as they are.

Wishing, judge, sender, scan and Flickr provider are the real ones, over HTTP on loopback, in one
event loop with the emulated account; only the clocks are the test's. So that thousands of verbs and
rounds of sending take seconds, and come out the same each time.
"""

import errno
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import trio

from agent.judging import Judge
from agent.outbox import Outbox
from agent.scanning import scan
from agent.sending import Sender
from photofs.assembly import HOME_VARIABLE, House
from photofs.catalog.check import check
from photofs.catalog.sqlite import Catalog
from photofs.catalog.under_way import UnderWay
from photofs.emulators.flickr.account import Account
from photofs.emulators.flickr.emulator import Emulator
from photofs.emulators.flickr.habits import Habits
from photofs.emulators.flickr.serving import serve_flickr
from photofs.filing.filing import Filing
from photofs.fuse.errnos import answer_for
from photofs.metadata.timezone import offset_of_zone, zone_of_position
from photofs.model.errors import PhotofsError
from photofs.model.moment import Moment
from photofs.model.node import row_id
from photofs.model.spot import Spot
from photofs.model.wish import Asker
from photofs.wishing.planning import Policy
from photofs.wishing.wishing import Wishing
from tests.support.logins import config_of, log_in
from tests.support.tree_model import Refusal

GRACE_S = 30
HOUR_S = 3661


class Clock:
    """The test's time: years ago, so that it is behind the machine's own."""

    def __init__(self) -> None:
        """A moment of 2021."""
        self.now_s = 1_620_000_000.0

    def now_ns(self) -> int:
        """Nanoseconds since 1970."""
        return int(self.now_s * 1e9)

    def moment(self) -> Moment:
        """By both clocks."""
        return Moment(self.now_ns(), "the one start", self.now_ns())


class ClockedHouse(House):
    """A house whose wishes and scans go by the test's clock."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """All below that folder."""
        super().__init__({**os.environ, HOME_VARIABLE: str(folder)})
        self.clock = clock

    def filing(self, catalog: Catalog) -> Filing:
        """By the test's clock."""
        return Filing(
            catalog,
            dates_template=self.settings.tree.dates,
            default_zone="UTC",
            zone_of_position=zone_of_position,
            offset_of_zone=offset_of_zone,
            now=self.clock.moment,
        )

    def wishing(self, catalog: Catalog) -> Wishing:
        """By the test's clock, and nothing is ever held."""
        policy = Policy(grace_ns=GRACE_S * 10**9, held_after=10**6)
        return Wishing(catalog, self.filing(catalog), policy, self.clock.now_ns)


class Hand:
    """Does to the product what the reference model is told as well."""

    def __init__(self, house: ClockedHouse, catalog: Catalog, emulator: Emulator) -> None:
        """A library that was never scanned."""
        self.house, self.catalog, self.emulator = house, catalog, emulator
        self.clock = house.clock
        log_in(house.secrets(), emulator.account, "delete")
        config = {**config_of(emulator), "settle": 0, "settle_later": 0, "sweep_hours": 10**5}
        catalog.add_library("flickr", "flickr", config, account=emulator.account.nsid)
        self.wishing = house.wishing(catalog)
        self.store = house.store()
        self.process = 1000

    # programs

    def copy(self, path: str, data: bytes) -> None:
        """`cp x path`."""
        with self._program("cp") as asker:
            spot = self._spot(path)
            here = self.tree().get(path)
            if here is None:
                written = self.wishing.create(spot, asker)
            else:
                written = self.wishing.overwrite(here, asker).written
            fd = self.store.written.open_for_writing(written.draft, fresh=True)
            os.ftruncate(fd, 0)
            os.pwrite(fd, data, 0)
            self.store.written.sync(fd, name_too=True)
            os.close(fd)
            self.wishing.written(written.ino, len(data), self.clock.now_ns())

    def link(self, path: str, new: str) -> None:
        """`ln path new`; the kernel itself looks whether the name is taken."""
        if new in self.tree():
            raise Refusal("EEXIST")
        with self._program("ln") as asker:
            self.wishing.link(self.tree()[path], self._spot(new), asker)

    def unlink(self, path: str) -> None:
        """`rm path`."""
        with self._program("rm") as asker:
            self.wishing.unlink(self._spot(path), asker)

    def move(self, path: str, new: str) -> None:
        """`mv path new`."""
        with self._program("mv") as asker:
            self.wishing.rename(self._spot(path), self._spot(new), asker)

    def make_album(self, path: str) -> None:
        """`mkdir path`."""
        with self._program("mkdir") as asker:
            self.wishing.mkdir(self._spot(path), asker)

    def remove_album(self, path: str) -> None:
        """`rmdir path`."""
        with self._program("rmdir") as asker:
            self.wishing.rmdir(self._spot(path), asker)

    rename_album = move

    def restore(self, path: str) -> None:
        """`photofs trash restore path`."""
        asker = Asker(0, "photofs trash restore")
        self.wishing.restore([row_id(self.tree()[path])], asker)

    def undo(self) -> tuple[str, ...]:
        """`photofs undo` of the last action; what it left alone."""
        (last,) = self.catalog.actions(1)
        return self.wishing.undo(last.action_id, Asker(0, "photofs undo")).left

    # the agent

    async def judge(self) -> None:
        """What was written becomes quiet, and is looked at."""
        self.clock.now_s += 10
        judge = Judge(self.catalog, self.wishing, self.store, quiet_s=5.0, now_ns=self.clock.now_ns)
        await judge.round()

    async def send(self, rounds: int = 40) -> None:
        """Time passes, and all that can be sent is sent; anew if it was cut short."""
        self.clock.now_s += GRACE_S + 1
        for _ in range(rounds):
            rest = await self.send_once()
            left = {row.wish.verb for row in self.catalog.open_operations()}
            if left <= {"make album"}:
                return
            self.clock.now_s += max(rest, 60.0)
        raise AssertionError(f"it never ends: {self._left()}")

    def _left(self) -> list[str]:
        """What is open, in words."""
        rows = self.catalog.open_operations()
        return [
            f"{row.operation_id} {row.wish.verb} photo {row.wish.photo} album {row.wish.album}:"
            f" {row.state.value} {row.tries} {row.reason}"
            for row in rows
        ]

    async def send_once(self) -> float:
        """One run of a sender; for how long the source is to rest."""
        (source,) = self.catalog.sources()
        async with self.house.open_provider(source) as provider:
            assert provider.abilities.writes is not None
            box = Outbox(
                catalog=self.catalog,
                wishing=self.wishing,
                store=self.store,
                source=source,
                provider=provider,
                writes=provider.abilities.writes,
                under_way=UnderWay(self.house.paths.under_way),
                now_ns=self.clock.now_ns,
            )
            sender = Sender(box)
            await sender.run()
        return sender.rest_s

    async def scan(self, *, full: bool = False) -> None:
        """`photofs scan`, with an hour before a full one."""
        self.clock.now_s += HOUR_S if full else 5
        (source,) = self.catalog.sources()
        with self.house.catalog() as another:  # as the agent has it: what wishes are filed by is
            await scan(self.house, another, source, lambda _progress: None, full=full)

    # what there is

    def tree(self) -> dict[str, int]:
        """Every path below the library with its inode number; folders end with a slash."""
        return tree_of(self.catalog, "flickr")

    def digest(self, inode: int) -> str | None:
        """The hash of a file's bytes, None if only the service has them."""
        photo = row_id(inode)
        draft = self.catalog.draft_of(photo)
        if draft:
            fd = self.store.written.open_for_reading(draft)
            assert fd is not None
            os.close(fd)
            return None
        sha256 = self.catalog.photo_facts(photo).sha256
        if sha256 is not None:
            assert self.store.has_sealed(sha256) is not None, f"{sha256} is not here"
        return sha256

    def problems(self) -> list[str]:
        """What `photofs check` says."""
        return [str(problem) for problem in check(self.catalog)]

    def _spot(self, path: str) -> Spot:
        folder, _, name = path.rpartition("/")
        top = self.catalog.library("flickr").folder_id * 2
        inode = self.tree().get(f"{folder}/") if folder else top
        if inode is None:
            raise Refusal("ENOENT")
        return Spot(inode, name)

    @contextmanager
    def _program(self, name: str) -> Iterator[Asker]:
        """A program of its own, a second after the last; its errno as the mount would say it."""
        self.clock.now_s += 1
        self.process += 1
        try:
            yield Asker(self.process, name)
        except PhotofsError as error:
            raise Refusal(errno.errorcode[answer_for(error).errno]) from error


def tree_of(catalog: Catalog, library: str) -> dict[str, int]:
    """Every path below a library with its inode number; folders end with a slash."""
    return dict(_below(catalog, catalog.library(library).folder_id, ""))


def _below(catalog: Catalog, folder_id: int, path: str) -> Iterator[tuple[str, int]]:
    for entry in catalog.entries(folder_id, 0, 10**6):
        if entry.folder:
            yield f"{path}{entry.name}/", entry.ino
            yield from _below(catalog, row_id(entry.ino), f"{path}{entry.name}/")
        else:
            yield f"{path}{entry.name}", entry.ino


@asynccontextmanager
async def hand_on(folder: Path, account: Account) -> AsyncIterator[Hand]:
    """A home below that folder, on that account, which is served in this event loop."""
    clock = Clock()
    account.clock = lambda: clock.now_s
    house = ClockedHouse(folder, clock)
    async with serve_flickr(account, habits=Habits(clock_tolerance=None)) as emulator:
        with house.catalog() as catalog:
            yield Hand(house, catalog, emulator)
        await trio.lowlevel.checkpoint()
