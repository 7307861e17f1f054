"""A verb's turn is its transaction alone; who fetched or synced before it looks again in it."""

import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import trio

from photofs.model.choke import CHOKED, CHOKED_FOR
from photofs.model.spot import Spot
from photofs.model.wish import Asker
from photofs.originals.local_disk import LocalDisk
from photofs.originals.written import WrittenFiles
from photofs.view.tree import Tree
from photofs.volume.fetching import Arrival, Fetching
from photofs.volume.intake import Intake
from photofs.volume.volume import Volume
from photofs.volume.writer import Writer
from photofs.volume.writing import Writing
from tests.support.log_guard import ExpectLog
from tests.support.stocked import Stock, engine_over, ino_of, picture, read_all, stock
from tests.support.wished import EVERYTHING

SHELL = Asker(4711, "bash")
PHOTO = picture(1, 50_000)
PATH = "Albums/Lake/a.jpg"
PATIENCE = 60
REPLACED = "its original was replaced at the source"
"""What the engine makes of a length in the catalog that is not the source's any more."""


class SlowLine:
    """Fetching whose originals come whole only once they may."""

    def __init__(self, line: Fetching) -> None:
        self._line = line
        self.asked = trio.Event()
        self.may = trio.Event()

    async def size(self, photo_id: int) -> int:
        """At once."""
        return await self._line.size(photo_id)

    async def ensure(self, photo_id: int, span: object, draft: int | None = None) -> Arrival:
        """Nobody reads before it is whole."""
        raise NotImplementedError

    async def whole(self, photo_id: int) -> Arrival:
        """Late."""
        self.asked.set()
        await self.may.wait()
        return await self._line.whole(photo_id)


class SlowDisk(WrittenFiles):
    """The store's files, which are synced only once they may be."""

    def __init__(self, store: LocalDisk) -> None:
        vars(self).update(vars(store.written))
        self.syncing = threading.Event()
        self.may = threading.Event()
        self.may.set()

    async def began(self) -> None:
        """Return once something is being synced."""
        await trio.to_thread.run_sync(self.syncing.wait)

    def sync(self, fd: int, *, name_too: bool) -> None:
        """Late."""
        self.syncing.set()
        self.may.wait()
        super().sync(fd, name_too=name_too)


class SlowStore(NamedTuple):
    """A store with such a disk."""

    store: LocalDisk
    written: SlowDisk

    def keep(self, sha256: str) -> None:
        """As the store does."""
        self.store.keep(sha256)


class World(NamedTuple):
    """A volume that is written to, and what is slow about it."""

    volume: Volume
    writing: Writing
    line: SlowLine
    disk: SlowDisk
    writer: Writer
    turn: trio.Lock

    def spot(self, path: str) -> Spot:
        """Where a path below the library leads."""
        folder, _, name = path.rpartition("/")
        return Spot(ino_of(self.volume, folder), name)

    async def close(self, number: int) -> None:
        """As a program does."""
        await self.writing.files.flush(number)
        self.volume.release(number)


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """The photo a.jpg in an album, not here yet; each turn is taken within a lock."""
    made: Stock = stock(folder / "stock", {"a.jpg": PHOTO}, can=EVERYTHING)
    async with engine_over(made) as (engine, catalog):
        line, store = SlowLine(engine), made.store()
        disk = SlowDisk(store)
        volume = Volume(Tree(catalog), catalog, store, line)
        with made.open_catalog() as other:
            writer = Writer(made.wishing(other))
            writing = Writing(volume, SlowStore(store, disk), writer)
            turn = trio.Lock()

            def around(_asked: tuple[Spot, ...], _told: int) -> AbstractAsyncContextManager[None]:
                return turn

            writing.surround(around)
            yield World(volume, writing, line, disk, writer, turn)
            volume.close()


class Beside(NamedTuple):
    """Something slow, when it has begun, what is to go through meanwhile, and how it goes on."""

    slow: Callable[[], Awaitable[object]]
    began: Callable[[], Awaitable[object]]
    other: Callable[[], Awaitable[object]]
    go_on: Callable[[], None]

    async def run(self, turn: trio.Lock) -> None:
        """The turn is nobody's while it waits."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.slow)
            with trio.fail_after(PATIENCE):
                await self.began()
                assert not turn.locked()
                await self.other()
            self.go_on()


async def test_a_verb_goes_through_while_a_file_is_synced(tmp_path: Path) -> None:
    """However long the disk takes; what was synced is noted afterwards."""
    async with world(tmp_path) as here:
        opened = await here.writing.create(
            here.spot("Albums/Lake/new.jpg"), SHELL, exclusive=True, empty=False
        )
        await here.writing.files.write(opened.number, 0, b"new")
        here.disk.may.clear()
        await Beside(
            lambda: here.writing.files.flush(opened.number),
            here.disk.began,
            lambda: here.writing.mkdir(here.spot("Albums/Other"), SHELL),
            here.disk.may.set,
        ).run(here.turn)
        here.volume.release(opened.number)
        assert here.volume.attributes(ino_of(here.volume, "Albums/Lake/new.jpg")).size == 3


class Clock:
    """Goes on by what a test puts in, between one question and the next."""

    def __init__(self) -> None:
        self.now = 100.0
        self.each_call_takes = 0.0

    def __call__(self) -> float:
        """The time, in seconds."""
        self.now += self.each_call_takes
        return self.now


async def test_writes_go_to_a_thread_while_the_system_makes_writers_wait(tmp_path: Path) -> None:
    """From one that took long on, for a second: else everybody would wait for the disk with it."""
    async with world(tmp_path) as here:
        clock = Clock()
        files = Intake(here.volume, here.disk, here.writer, clock)
        spot = here.spot("Albums/Lake/new.jpg")
        number = (await files.create(spot, SHELL)).number

        async def others_run(offset: int) -> bool:
            ran = trio.Event()

            async def other() -> None:
                ran.set()

            async with trio.open_nursery() as nursery:
                nursery.start_soon(other)
                await files.write(number, offset, b"x")
                return ran.is_set()

        assert not await others_run(0)
        clock.each_call_takes = CHOKED * 2
        assert not await others_run(1)
        clock.each_call_takes = 0
        assert await others_run(2)
        clock.now += CHOKED_FOR
        assert not await others_run(3)
        await here.close(number)
        assert await read_all(here.volume, "Albums/Lake/new.jpg") == b"xxxx"


async def overtaken(here: World, *, closed: bool) -> bytes:
    """A photo is brought in to be written at byte 5; meanwhile a new file takes its place."""
    photo = await here.writing.files.open(ino_of(here.volume, PATH), SHELL, empty=False)
    new: list[int] = []

    async def take_over() -> None:
        spot = here.spot("Albums/Lake/.a.jpg.tmp")
        opened = await here.writing.create(spot, SHELL, exclusive=True, empty=False)
        await here.writing.files.write(opened.number, 0, b"0123456789")
        await here.writing.files.flush(opened.number)
        if closed:
            here.volume.release(opened.number)
        else:
            new.append(opened.number)
        await here.writing.rename(spot, here.spot(PATH), SHELL, replace=True)

    await Beside(
        lambda: here.writing.files.write(photo.number, 5, b"x"),
        here.line.asked.wait,
        take_over,
        here.line.may.set,
    ).run(here.turn)
    for number in new:
        await here.writing.files.write(number, 10, b"more")
        await here.close(number)
    await here.close(photo.number)
    return await read_all(here.volume, PATH)


async def test_regression_bytes_that_came_while_an_original_was_fetched_stay(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """The write goes into the file that took the photo's place, not into the old bytes."""
    expect_log(REPLACED)
    async with world(tmp_path) as here:
        assert await overtaken(here, closed=True) == b"01234x6789"


async def test_regression_a_file_that_took_the_place_meanwhile_is_written_on(
    tmp_path: Path, expect_log: ExpectLog
) -> None:
    """Who has it open goes on, into the same file, and its length is noted."""
    expect_log(REPLACED)
    async with world(tmp_path) as here:
        assert await overtaken(here, closed=False) == b"01234x6789more"
        assert here.volume.attributes(ino_of(here.volume, PATH)).size == 14


async def test_a_photo_is_truncated_as_it_was_fetched_while_others_work(tmp_path: Path) -> None:
    """The fetch has no turn, and the beginning of the original stays."""
    async with world(tmp_path) as here:
        await Beside(
            lambda: here.writing.files.truncate_closed(ino_of(here.volume, PATH), 100, SHELL),
            here.line.asked.wait,
            lambda: here.writing.mkdir(here.spot("Albums/Other"), SHELL),
            here.line.may.set,
        ).run(here.turn)
        assert await read_all(here.volume, PATH) == PHOTO[:100]


async def test_a_file_that_is_displaced_but_stands_elsewhere_is_written_on(tmp_path: Path) -> None:
    """A new file with two names gives way under one of them; its writer is noted all the same."""
    async with world(tmp_path) as here:
        one, two, three = (here.spot(f"Albums/Lake/{name}.jpg") for name in ("one", "two", "three"))
        opened = await here.writing.create(one, SHELL, exclusive=True, empty=False)
        ino = here.volume.opened_by(opened.number)[0]
        await here.writing.link(ino, two, SHELL)
        other = await here.writing.create(three, SHELL, exclusive=True, empty=False)
        await here.close(other.number)
        await here.writing.rename(three, one, SHELL, replace=True)
        await here.writing.files.write(opened.number, 0, b"twelve bytes")
        await here.close(opened.number)
        assert here.volume.lookup(two.folder_ino, two.name).size == 12
