"""The agent fills what was opened first, keeps it right, and leaves alone what it may not touch."""

import io
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import trio
from PIL import Image
from trio.testing import MockClock

from agent.redrawing import Redrawing
from agent.thumbnail_keeping import AGAIN_SECONDS, QUIET_SECONDS, RETRY_SECONDS, ThumbnailKeeping
from photofs.assembly import House
from photofs.catalog.opened_rows import OpenedFolder
from photofs.catalog.sqlite import Catalog
from photofs.kernel.lock import hold
from photofs.model.guard import Told
from photofs.model.node import row_id
from photofs.model.thumbnail import file_uri, uri_digest
from photofs.thumbnails.round_note import RoundNote, read_note
from photofs.view.tree import Tree
from photofs.volume.guard_notes import note_told
from tests.support.disks import fill, small_disk, why_no_mounts
from tests.support.log_guard import ExpectLog
from tests.support.stock_house import stock_house
from tests.support.stocked import Stock, engine_over, stock

HERE = b"/mnt/photos"
LAKE, DATES = "home/Albums/Lake", "home/Dates/2019/2019-07"
NAMES = [f"{number}.jpg" for number in range(4)]
ALL = '[thumbnails]\nfill = "all"\nsizes = ["normal"]\n'
OPENED = '[thumbnails]\nsizes = ["normal"]\n'


def jpeg(colour: int) -> bytes:
    """A small picture in one colour."""
    target = io.BytesIO()
    Image.new("RGB", (30, 20), (colour, 99, 9)).save(target, "JPEG")
    return target.getvalue()


class Desk(NamedTuple):
    """An agent's filling, the catalog as others see it, and what became of it."""

    house: House
    catalog: Catalog
    keeping: ThumbnailKeeping

    @property
    def root(self) -> Path:
        """The desktop's folder."""
        return Path(self.house.environ["XDG_CACHE_HOME"]) / "thumbnails"

    def file(self, path: str, point: bytes = HERE) -> Path:
        """Where a photo's thumbnail lies."""
        return self.root / "normal" / f"{uri_digest(file_uri(point + b'/' + path.encode()))}.png"

    def shown(self, folder: str, point: bytes = HERE) -> list[str]:
        """The photos of a folder that have one."""
        return [name for name in NAMES if self.file(f"{folder}/{name}", point).exists()]

    def made_at(self, folder: str) -> list[int]:
        """When each of a folder was made."""
        return [self.file(f"{folder}/{name}").stat().st_mtime_ns for name in self.shown(folder)]

    def open(self, folder: str, opened_ns: int) -> None:
        """A program opens it in a mount."""
        number = row_id(Tree(self.catalog).resolve(folder.split("/")).ino)
        self.catalog.note_all_opened([OpenedFolder(number, opened_ns, "ls")])

    @property
    def note(self) -> RoundNote:
        """What is told to people."""
        return read_note(self.house.paths.thumbnails_told)


@asynccontextmanager
async def desk(
    root: Path,
    settings: str = OPENED,
    *,
    points: Callable[[], list[bytes]] = lambda: [HERE],
    part: int = 100,
    **environ: str,
) -> AsyncIterator[Desk]:
    """Four photos that are here, in two folders each."""
    made: Stock = stock(root, {name: jpeg(9 * at) for at, name in enumerate(NAMES)})
    async with engine_over(made) as (engine, catalog):
        for photo in range(1, len(NAMES) + 1):
            await engine.whole(photo)
        house = stock_house(made, settings, **environ)
        with house.catalog() as looking:
            yield Desk(house, catalog, ThumbnailKeeping(house, looking, points, part))


async def later(made: Desk, seconds: float = 2 * QUIET_SECONDS) -> None:
    """Some looks, a while after."""
    for _ in range(3):
        await trio.sleep(seconds)
        await made.keeping.look()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the test's photofs lies."""
    return tmp_path / "stock"


async def test_only_what_was_opened_is_filled(root: Path, autojump_clock: MockClock) -> None:
    """Before the agent began, or since; at once, and no other folder."""
    assert autojump_clock.rate == 0
    async with desk(root) as made:
        made.open(LAKE, 1)
        await made.keeping.look()
        assert (made.shown(LAKE), made.shown(DATES)) == (NAMES, [])
        made.open(DATES, 2)
        await made.keeping.look()  # no time has passed
        assert made.shown(DATES) == NAMES
        assert made.note == RoundNote()


async def test_what_is_opened_meanwhile_comes_next(root: Path, autojump_clock: MockClock) -> None:
    """Before the rest of what stands in line; then all others, if all is to be filled."""
    looks = iter(range(99))
    assert autojump_clock.rate == 0

    def points() -> list[bytes]:
        if next(looks) == 3:  # after some parts of the folder that was opened first
            made.open(DATES, 5)
        return [HERE]

    async with desk(root, points=points, part=1) as made:
        made.open(LAKE, 1)
        await made.keeping.look()
        lake, dates = made.made_at(LAKE), made.made_at(DATES)
        assert len(lake) == len(dates) == len(NAMES)
        assert sorted([*lake, *dates]) == [*sorted(lake)[:3], *sorted(dates), *sorted(lake)[3:]]


async def test_everything_is_filled_after_what_was_opened(
    root: Path, autojump_clock: MockClock
) -> None:
    """With fill = "all"."""
    assert autojump_clock.rate == 0
    async with desk(root, ALL) as made:
        for folder in (LAKE, DATES):  # whichever has the lower number
            made.catalog.database.run("DELETE FROM opened")
            made.open(folder, 9)
            other = DATES if folder == LAKE else LAKE
            for name in NAMES:
                for place in (LAKE, DATES):
                    made.file(f"{place}/{name}").unlink(missing_ok=True)
            made.catalog.database.run("DELETE FROM thumbnail")
            await later(made)
            assert made.shown(LAKE) == made.shown(DATES) == NAMES
            assert max(made.made_at(folder)) <= min(made.made_at(other))


async def test_what_changes_is_put_right(root: Path, autojump_clock: MockClock) -> None:
    """Another time, another mount point, a photo that goes; soon, without being opened again."""
    assert autojump_clock.rate == 0
    points = [HERE]
    async with desk(root, points=lambda: [*points]) as made:
        made.open(LAKE, 1)
        await made.keeping.look()
        first = made.file(f"{LAKE}/{NAMES[0]}")
        before = first.read_bytes()
        made.catalog.database.run("UPDATE photo SET mtime_ns = 7000000000 WHERE id = 1")
        await later(made)
        assert b"Thumb::MTime\x007" in first.read_bytes()
        assert first.read_bytes() != before
        points[:] = [b"/elsewhere"]
        await later(made)
        assert made.shown(LAKE, b"/elsewhere") == NAMES
        made.catalog.database.run("DELETE FROM entry WHERE photo = 1")
        await later(made)
        assert made.shown(LAKE, b"/elsewhere") == NAMES[1:]
        assert made.shown(LAKE) == NAMES[1:]


class Heard(Redrawing):
    """Hears which files are to be looked at again."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[str] = []

    async def redraw(self, files: Sequence[Path]) -> int:
        """As a mount that answers has it."""
        self.files += map(str, files)
        return len(files)


async def test_one_redrawing_lasts_for_all_rounds(root: Path, autojump_clock: MockClock) -> None:
    """It remembers from round to round that a mount does not answer."""
    assert autojump_clock.rate == 0
    heard = Heard()
    async with desk(root) as made:
        with made.house.catalog() as looking:
            keeping = ThumbnailKeeping(made.house, looking, lambda: [HERE], redrawing=heard)
            for folder in (LAKE, DATES):
                made.open(folder, 1)
                await keeping.look()
                assert [Path(each).name for each in heard.files] == NAMES
                inside = f"{HERE.decode()}/{folder}"
                assert {str(Path(each).parent) for each in heard.files} == {inside}
                heard.files.clear()


async def test_what_others_removed_is_made_when_opened(
    root: Path, autojump_clock: MockClock
) -> None:
    """A desktop tidies its folder, and users empty it."""
    assert autojump_clock.rate == 0
    async with desk(root) as made:
        made.open(LAKE, 1)
        await made.keeping.look()
        made.file(f"{LAKE}/{NAMES[2]}").unlink()
        await later(made)
        made.open(LAKE, 2)
        await made.keeping.look()
        assert made.shown(LAKE) == NAMES


async def test_what_a_refused_program_removes_is_made_again(
    root: Path, autojump_clock: MockClock
) -> None:
    """tumbler removes what lies there for a file that it was refused, a moment after it was."""
    assert autojump_clock.rate == 0

    class Removing(Heard):
        """As tumbler does, while the file manager is told to look again; of one photo, once."""

        async def redraw(self, files: Sequence[Path]) -> int:
            if files[0].name == NAMES[1] and NAMES[1] not in "".join(self.files):
                made.file(f"{LAKE}/{NAMES[1]}").unlink()
            return await super().redraw(files)

    async with desk(root) as made:
        note_told(made.house.paths.guard_told, [Told("tumblerd", True, 0, 1)])
        made.open(LAKE, 1)
        with made.house.catalog() as looking:
            keeping = ThumbnailKeeping(made.house, looking, lambda: [HERE], redrawing=Removing())
            await keeping.look()
            assert made.shown(LAKE) == [NAMES[0], *NAMES[2:]]
            await keeping.look()
        assert made.shown(LAKE) == NAMES


async def test_a_lower_limit_counts_from_the_next_round(
    root: Path, autojump_clock: MockClock
) -> None:
    """Though nothing is made in that round."""
    assert autojump_clock.rate == 0
    async with desk(root) as made:
        made.open(LAKE, 1)
        await made.keeping.look()
        lower = stock_house(Stock(root), OPENED + 'limit = "1 kB"\n')
        with lower.catalog() as looking:
            keeping = ThumbnailKeeping(lower, looking, lambda: [HERE])
            await keeping.look()
            made.open(LAKE, 2)
            await keeping.look()
        taken = sum(total.taken for total in made.catalog.thumbnail_totals())
        assert 0 < taken <= 1000


async def test_a_mount_that_is_gone_is_filled_no_more(
    root: Path, autojump_clock: MockClock
) -> None:
    """What stood in line for it is let go; nothing of that is trouble."""
    assert autojump_clock.rate == 0
    looks = iter(range(99))
    async with desk(root, points=lambda: [HERE] if next(looks) < 2 else [], part=1) as made:
        made.open(LAKE, 1)
        await made.keeping.look()
        assert 0 < len(made.shown(LAKE)) < len(NAMES)
        assert made.note == RoundNote()


async def test_photos_of_which_nothing_is_to_be_had_are_counted(
    root: Path, autojump_clock: MockClock
) -> None:
    """For `photofs thumbnails status`, until they can be shown."""
    assert autojump_clock.rate == 0
    async with desk(root) as made:
        made.house.store().clear()
        made.open(LAKE, 1)
        await made.keeping.look()
        assert made.shown(LAKE) == []
        assert made.note == RoundNote(away=len(NAMES))


@pytest.mark.parametrize(
    ("settings", "service"),
    [('[thumbnails]\nfill = "off"\n', ""), (ALL, "1")],
)
async def test_where_it_is_off_nothing_is_made(
    root: Path, autojump_clock: MockClock, settings: str, service: str
) -> None:
    """By the user's word, or for the machine's own service; what is of no use goes for all that."""
    assert autojump_clock.rate == 0
    async with desk(root, settings, PHOTOFS_SERVICE=service) as made:
        made.open(LAKE, 1)
        await later(made)
        assert not made.root.exists()
        assert bool(made.note.off) is bool(service)


async def test_a_user_s_own_service_fills(root: Path, autojump_clock: MockClock) -> None:
    """Its manager says whose it is."""
    assert autojump_clock.rate == 0
    async with desk(root, PHOTOFS_SERVICE="1", MANAGERPID="7") as made:
        made.open(LAKE, 1)
        await made.keeping.look()
        assert made.shown(LAKE) == NAMES


async def test_what_is_stale_goes_though_it_is_off(root: Path, autojump_clock: MockClock) -> None:
    """A photo that was removed leaves no picture behind."""
    assert autojump_clock.rate == 0
    async with desk(root) as made:
        made.open(LAKE, 1)
        await made.keeping.look()
        made.catalog.database.run("DELETE FROM entry WHERE photo = 1")
        off = stock_house(Stock(root), '[thumbnails]\nfill = "off"\n')
        with off.catalog() as looking:
            keeping = ThumbnailKeeping(off, looking, lambda: [HERE])
            await keeping.look()
        assert made.shown(LAKE) == NAMES[1:]


async def test_what_was_not_to_be_had_is_looked_for_again(
    root: Path, autojump_clock: MockClock
) -> None:
    """After an hour though nobody has committed anything; not at each look."""
    assert autojump_clock.rate == 0
    async with desk(root) as made:
        originals = [path for path in made.house.paths.originals.rglob("*") if path.is_file()]
        for path in originals:
            path.rename(path.with_name(f"{path.name}.away"))
        made.open(LAKE, 1)
        await later(made)
        assert made.note.away == len(NAMES)
        for path in originals:
            path.with_name(f"{path.name}.away").rename(path)
        await later(made)
        assert made.shown(LAKE) == []
        await later(made, AGAIN_SECONDS / 2)
        assert made.shown(LAKE) == NAMES
        assert made.note.away == 0


async def test_what_a_kill_left_unfinished_goes(root: Path, autojump_clock: MockClock) -> None:
    """When it is an hour old, with the first round; what another one is about to finish stays."""
    assert autojump_clock.rate == 0
    async with desk(root) as made:
        (made.root / "large").mkdir(parents=True)
        old, fresh = (made.root / "large" / f".photofs-{number}.part" for number in range(2))
        old.touch()
        os.utime(old, (1, 1))
        fresh.touch()
        made.open(LAKE, 1)
        await made.keeping.look()
        assert made.shown(LAKE) == NAMES
        assert [path.name for path in (made.root / "large").iterdir()] == [fresh.name]


async def test_a_command_that_is_at_it_is_let_be(root: Path, autojump_clock: MockClock) -> None:
    """Quietly; what it left undone is done afterwards."""
    assert autojump_clock.rate == 0
    async with desk(root) as made:
        made.open(LAKE, 1)
        with hold(made.house.paths.state / "locks" / "thumbnails", "a command fills"):
            await later(made)
            assert made.shown(LAKE) == []
        await later(made)
        assert made.shown(LAKE) == NAMES


def as_file(root: Path) -> None:
    """A file in its place."""
    root.parent.mkdir(parents=True)
    root.write_text("none")


def as_lost_link(root: Path) -> None:
    """A link to what is not there."""
    root.parent.mkdir(parents=True)
    root.symlink_to("/nowhere/at/all")


def as_size_that_is_a_file(root: Path) -> None:
    """One of the four folders is a file."""
    root.mkdir(parents=True)
    (root / "large").write_text("none")


def as_another_s(root: Path) -> None:
    """A folder of another user's, by a link."""
    other = root.parent.parent / "other"
    other.mkdir(parents=True)
    os.chown(other, 12345, 12345)
    root.parent.mkdir(parents=True, exist_ok=True)
    root.symlink_to(other)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (as_file, "is no folder"),
        (as_lost_link, "leads nowhere"),
        (as_size_that_is_a_file, "is no folder"),
        pytest.param(
            as_another_s,
            "somebody else's",
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away"),
        ),
    ],
)
async def test_a_folder_that_is_none_is_told_once(
    root: Path,
    autojump_clock: MockClock,
    expect_log: ExpectLog,
    spoil: Callable[[Path], None],
    why: str,
) -> None:
    """One line, no loop; tried again later, and right once it is mended."""
    assert autojump_clock.rate == 0
    async with desk(root) as made:
        spoil(made.root)
        made.open(LAKE, 1)
        expect_log("no thumbnails are made just now")
        for opened in range(2, 5):
            await made.keeping.look()
            made.open(LAKE, opened)
        assert why in made.note.trouble
        await later(made, RETRY_SECONDS)
        assert len(expect_log.records) == 1  # the same again is no news
        for path in (made.root, made.root / "large"):
            if path.is_symlink() or path.is_file():
                path.unlink()
        await made.keeping.look()
        assert made.shown(LAKE) == []  # not yet
        await later(made, RETRY_SECONDS)
        assert made.shown(LAKE) == NAMES
        assert made.note == RoundNote()


@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts())
async def test_a_full_disk_is_told_once(
    tmp_path: Path, root: Path, autojump_clock: MockClock, expect_log: ExpectLog
) -> None:
    """What is there stays; it goes on once there is room."""
    assert autojump_clock.rate == 0
    with small_disk(tmp_path / "disk", 1 << 20) as disk:
        async with desk(root, XDG_CACHE_HOME=str(disk)) as made:
            made.open(LAKE, 1)
            (disk / "thumbnails" / "normal").mkdir(parents=True)
            filler = fill(disk)
            expect_log("there was no room on the disk")
            await later(made)
            assert "no room" in made.note.trouble
            filler.unlink()
            await later(made, RETRY_SECONDS)
            assert made.shown(LAKE) == NAMES


async def test_what_does_not_fit_is_not_made_for_ever(
    root: Path, autojump_clock: MockClock
) -> None:
    """Within the limit; after some rounds nothing is written any more."""
    assert autojump_clock.rate == 0
    async with desk(root, '[thumbnails]\nfill = "all"\nlimit = "1 kB"\n') as made:
        made.open(LAKE, 1)
        await later(made)
        await later(made)
        assert sum(total.taken for total in made.catalog.thumbnail_totals()) <= 1000
        version = made.catalog.data_version()
        await later(made)
        assert made.catalog.data_version() == version
