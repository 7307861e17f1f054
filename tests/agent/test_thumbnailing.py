"""Thumbnails of what is here are made, kept right, kept small, and taken away again."""

import io
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from agent.pictures_here import pictures_here
from agent.thumbnail_rounds import was_refused_lately
from agent.thumbnailing import FOUND, Filled, Filling, Thumbnailing
from photofs.catalog.sqlite import Catalog
from photofs.metadata.shrinking import Shrinker
from photofs.metadata.still import is_shown
from photofs.model.errors import Full
from photofs.model.node import row_id
from photofs.model.photo import Media
from photofs.model.thumbnail import ThumbnailSize, file_uri, uri_digest
from photofs.thumbnails.folder import ThumbnailFolder
from photofs.view.tree import Tree
from tests.support.disks import fill, small_disk, why_no_mounts
from tests.support.open_files import open_below
from tests.support.stocked import Stock, engine_over, stock

NORMAL, LARGE = ThumbnailSize.NORMAL, ThumbnailSize.LARGE
HERE = b"/mnt/photos"
ENOUGH = 1 << 40


def jpeg(colour: int) -> bytes:
    """A picture of 300 x 200 pixels, in one colour."""
    target = io.BytesIO()
    Image.new("RGB", (300, 200), (colour, 99, 9)).save(target, "JPEG")
    return target.getvalue()


ORIGINALS = {
    "a.jpg": jpeg(10),
    "b.jpg": jpeg(200),
    "broken.jpg": b"\xff\xd8\xff\xe1 and no more",
    "film.mp4": b"\0\0\0\x18ftypmp42" + bytes(64),
}


class Desk(NamedTuple):
    """A catalog, and what fills a folder of thumbnails from its store."""

    made: Stock
    catalog: Catalog
    thumbnailing: Thumbnailing
    folder: ThumbnailFolder

    def pngs(self) -> dict[str, tuple[int, int]]:
        """All PNGs that are there, by size and name, with their pixels."""
        found = {}
        for path in self.folder.root.glob("*/*"):
            with Image.open(path) as picture:
                picture.load()
                found[f"{path.parent.name}/{path.name}"] = picture.size
        return found


def shown(path: str, size: str = "normal", point: bytes = HERE) -> str:
    """Where the thumbnail of a file of the mount lies."""
    return f"{size}/{uri_digest(file_uri(point + path.encode()))}.png"


A_IN_LAKE, A_IN_DATES = "/home/Albums/Lake/a.jpg", "/home/Dates/2019/2019-07/a.jpg"


@asynccontextmanager
async def desk(
    root: Path,
    *,
    fetched: bool = True,
    everywhere: bool = True,
    limit: int = ENOUGH,
    thumbnails: Path | None = None,
) -> AsyncIterator[Desk]:
    """Four photos, whose originals lie in the store if they are `fetched`."""
    made = stock(root, ORIGINALS)
    async with engine_over(made) as (engine, catalog):
        if fetched:
            for photo in range(1, len(ORIGINALS) + 1):
                await engine.whole(photo)
        folder = ThumbnailFolder(thumbnails or root / "thumbnails")
        shrinker = Shrinker()
        filling = Filling((NORMAL, LARGE), everywhere, limit)
        try:
            working = Thumbnailing(
                catalog, folder, shrinker, pictures_here(catalog, made.store()), filling
            )
            yield Desk(made, catalog, working, folder)
        finally:
            shrinker.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the test's photofs lies."""
    return tmp_path / "stock"


async def test_what_is_here_gets_its_thumbnails(root: Path) -> None:
    """In each place and size; what cannot be decoded is not asked for again, nor made."""
    async with desk(root) as made:
        filled = await made.thumbnailing.fill(HERE, 100)
        pngs = made.pngs()
        assert pngs[shown(A_IN_LAKE)] == pngs[shown(A_IN_DATES)] == (128, 85)
        assert pngs[shown(A_IN_LAKE, "large")] == (256, 171)
        # two pictures and a broken one, in two places and sizes; a broken film, if films are read
        films = is_shown(Media.VIDEO)
        assert filled == Filled(made=8, without=8 if films else 4, away=0 if films else 1)
        assert len(pngs) == 8
        assert await made.thumbnailing.fill(HERE, 100) == Filled()
        assert await made.thumbnailing.tidy() == 0
        assert made.pngs() == pngs


async def test_nothing_is_fetched_for_them(root: Path) -> None:
    """A photo whose original is elsewhere has no thumbnail, and stays there."""
    async with desk(root, fetched=False) as made:
        filled = await made.thumbnailing.fill(HERE, 100)
        assert filled == Filled(away=len(ORIGINALS))
        assert not made.folder.root.exists()
        assert made.made.store().usage().cache == 0


async def test_what_is_away_keeps_nobody_waiting(root: Path) -> None:
    """However little is made a round, the photos behind it have their turn."""
    async with desk(root) as made:
        made.made.store().clear()
        assert (await made.thumbnailing.fill(HERE, 1)).away == 1
        rounds = [await made.thumbnailing.fill(HERE, 1) for _ in range(len(ORIGINALS))]
        assert sum(each.away for each in rounds) == len(ORIGINALS) - 1


async def test_places_of_what_is_away_end_no_filling(root: Path) -> None:
    """Photos stand in several folders: what is behind all of those is made as well."""
    async with desk(root, fetched=False) as made:
        last = len(ORIGINALS)
        with made.catalog.database.transaction():  # it stands behind all places of the others
            made.catalog.database.run(
                "DELETE FROM entry WHERE photo = ?1"
                " AND folder = (SELECT min(folder) FROM entry WHERE photo = ?1)",
                (last,),
            )
        filled = []
        while (now := await made.thumbnailing.fill(HERE, 1)) != Filled():
            filled.append(now)
        assert sum(each.away for each in filled) == last


async def test_what_is_away_in_many_places_keeps_nobody_waiting(root: Path) -> None:
    """A photo in ten albums has ten times as many thumbnails, and none of them can be made."""
    async with desk(root) as made:
        wanted = made.catalog.wanted_thumbnails(HERE, [NORMAL], everywhere=True, limit=99)
        first = min(each.row.folder for each in wanted)
        with made.catalog.database.transaction():
            for at in range(1, 21):  # in front of all that are here
                made.catalog.database.run(
                    "INSERT INTO entry (folder, id, name, fold, photo) VALUES (?, ?, ?, ?, 4)",
                    (first, -at, f"{at}.mp4", f"{at}.mp4"),
                )
        here = pictures_here(made.catalog, made.made.store())
        with closing(Shrinker()) as shrinker:
            filling = Filling((NORMAL, LARGE), everywhere=True, limit=ENOUGH)
            but_one = Thumbnailing(
                made.catalog,
                made.folder,
                shrinker,
                lambda photo: None if photo == 4 else here(photo),
                filling,
            )
            filled, rounds = Filled(), [Filled(away=1)]
            while rounds[-1] != Filled():
                rounds.append(await but_one.fill(HERE, 2))
                filled = filled.plus(rounds[-1])
        assert (filled.made, filled.away) == (8, 1)


async def test_what_another_program_removed_meanwhile_is_made_again(root: Path) -> None:
    """tumbler does so when it fails at a file: the second look finds it, and nothing else."""
    async with desk(root) as made:
        await made.thumbnailing.fill(HERE, 100)
        before = made.pngs()
        assert await made.thumbnailing.look_again() == 0
        assert await made.thumbnailing.fill(HERE, 100) == Filled()

        await made.thumbnailing.clear()
        await made.thumbnailing.fill(HERE, 100)
        for size in ("normal", "large"):
            (made.folder.root / shown(A_IN_LAKE, size)).unlink()
        assert await made.thumbnailing.look_again() == 2
        assert await made.thumbnailing.fill(HERE, 100) == Filled(made=2)
        assert made.pngs() == before


def test_only_a_late_refusal_calls_for_a_second_look(tmp_path: Path) -> None:
    """By the notes that mounts write; without any there is none."""
    told = tmp_path / "guard"
    assert not was_refused_lately(told)
    told.mkdir()
    note = told / "1"
    note.touch()
    assert was_refused_lately(told)
    os.utime(note, (1, 1))
    assert not was_refused_lately(told)


async def test_only_opened_folders_are_filled(root: Path) -> None:
    """Unless everything is asked for."""
    async with desk(root, everywhere=False) as made:
        assert await made.thumbnailing.fill(HERE, 100) == Filled()
        lake = made.catalog.wanted_thumbnails(HERE, [NORMAL], everywhere=True, limit=99)
        (folder,) = {each.row.folder for each in lake if each.row.path == A_IN_LAKE}
        made.catalog.note_opened(folder, 1)
        await made.thumbnailing.fill(HERE, 100)
        assert set(made.pngs()) == {
            shown(f"/home/Albums/Lake/{name}", size)
            for name in ("a.jpg", "b.jpg")
            for size in ("normal", "large")
        }


async def test_a_removed_photo_takes_its_thumbnails_along(root: Path) -> None:
    """All of them, and nobody else's."""
    async with desk(root) as made:
        await made.thumbnailing.fill(HERE, 100)
        with made.catalog.database.transaction():
            made.catalog.database.run("DELETE FROM entry WHERE photo = 1")
        before = set(made.pngs())
        assert await made.thumbnailing.tidy() > 0
        gone = before - set(made.pngs())
        assert {shown(A_IN_LAKE), shown(A_IN_DATES, "large")} <= gone
        assert shown("/home/Albums/Lake/b.jpg") not in gone


async def test_however_many_are_stale_all_of_them_go(root: Path) -> None:
    """More than one look at the tree brings, as after an album of thousands was renamed."""
    async with desk(root) as made:
        await made.thumbnailing.fill(HERE, 100)
        row = made.catalog.thumbnails_at(HERE, 1)[0]
        made.catalog.thumbnails_made(
            [row._replace(entry=1000 + at, path=f"/{at}.jpg") for at in range(2 * FOUND + 1)]
        )
        before = made.pngs()
        assert await made.thumbnailing.tidy() == 2 * FOUND + 1
        assert made.catalog.stale_thumbnails(1) == []
        assert made.pngs() == before


async def test_an_album_that_came_back_keeps_its_thumbnails(root: Path) -> None:
    """They were made of its new folder, under the old names, before the former one was tidied."""
    async with desk(root) as made:
        await made.thumbnailing.fill(HERE, 100)
        before = made.pngs()
        for row in made.catalog.thumbnails_at(HERE, 100):
            if row.path == A_IN_LAKE:
                made.catalog.thumbnails_made([row._replace(folder=row.folder + 1000)])
        await made.thumbnailing.tidy()
        assert shown(A_IN_LAKE) not in made.pngs()
        await made.thumbnailing.fill(HERE, 100)
        assert made.pngs() == before


async def test_another_time_makes_them_anew(root: Path) -> None:
    """The same file by name, with the time that the photo has now."""
    async with desk(root) as made:
        await made.thumbnailing.fill(HERE, 100)
        with made.catalog.database.transaction():
            made.catalog.database.run("UPDATE photo SET mtime_ns = 77000000000 WHERE id = 1")
        assert await made.thumbnailing.tidy() > 0
        assert shown(A_IN_LAKE) not in made.pngs()
        await made.thumbnailing.fill(HERE, 100)
        with Image.open(made.folder.root / shown(A_IN_LAKE)) as picture:
            assert picture.info["Thumb::MTime"] == "77"


async def test_a_removed_library_takes_its_thumbnails_along(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every one, though nothing of the library is known any more, and few are noted at once."""
    monkeypatch.setattr("agent.thumbnailing.PORTION", 2)
    monkeypatch.setattr("agent.thumbnailing.FOUND", 3)
    async with desk(root) as made:
        await made.thumbnailing.fill(HERE, 100)
        made.catalog.remove_library(made.catalog.library("home").library_id)
        await made.thumbnailing.tidy()
        assert made.pngs() == {}
        assert made.catalog.thumbnail_totals() == []


async def test_another_programs_thumbnail_is_left_alone(root: Path) -> None:
    """It is not made again, not replaced, and not removed with the photo."""
    async with desk(root) as made:
        await made.thumbnailing.fill(HERE, 100)
        path = made.folder.root / shown(A_IN_LAKE)
        data = path.read_bytes()
        theirs = data.replace(b"photofs", b"tumbler")  # a checksum that nobody here reads
        await made.thumbnailing.clear()
        path.write_bytes(theirs)
        await made.thumbnailing.fill(HERE, 100)
        assert path.read_bytes() == theirs
        assert (made.folder.root / shown(A_IN_LAKE, "large")).exists()
        await made.thumbnailing.clear()
        assert [each.name for each in made.folder.root.glob("*/*")] == [path.name]


async def test_what_stands_in_the_way_keeps_no_other_waiting(root: Path) -> None:
    """A folder of that name stays as it is; all others are made, and nothing is tried for ever."""
    async with desk(root) as made:
        path = made.folder.root / shown(A_IN_LAKE)
        path.mkdir(parents=True)
        await made.thumbnailing.fill(HERE, 100)
        assert [each for each in made.folder.root.glob("*/*") if each.is_dir()] == [path]
        path.rmdir()
        assert len(made.pngs()) == 7
        assert await made.thumbnailing.tidy() == 0
        assert await made.thumbnailing.fill(HERE, 100) == Filled()


async def test_what_a_power_cut_left_empty_is_made_when_opened(root: Path) -> None:
    """No thumbnail is synced; so is one that another program has spoilt."""
    async with desk(root) as made:
        await made.thumbnailing.fill(HERE, 100)
        before = made.pngs()
        os.truncate(made.folder.root / shown(A_IN_LAKE), 0)
        (made.folder.root / shown(A_IN_LAKE, "large")).write_bytes(b"half of it")
        wanted = made.catalog.thumbnails_at(HERE, 100)
        (folder,) = {row.folder for row in wanted if row.path == A_IN_LAKE}
        assert await made.thumbnailing.look_at(HERE, folder) == 2
        assert await made.thumbnailing.fill(HERE, 100) == Filled(made=2)
        assert made.pngs() == before
        assert await made.thumbnailing.look_at(HERE, folder) == 0


async def test_clearing_sweeps_what_a_kill_left(root: Path) -> None:
    """A file that was never finished, and never noted under its name."""
    async with desk(root) as made:
        await made.thumbnailing.fill(HERE, 100)
        left = made.folder.root / "normal" / ".photofs-0.part"
        left.touch()
        os.utime(left, (1, 1))
        await made.thumbnailing.clear()
        assert list(made.folder.root.glob("*/*")) == []


async def test_clearing_forgets_what_was_opened(root: Path) -> None:
    """Also folders of which nothing was made yet: they would be filled again at once."""
    async with desk(root, everywhere=False) as made:
        folder = row_id(Tree(made.catalog).resolve(["home", "Albums", "Lake"]).ino)
        made.catalog.note_opened(folder, 1)
        assert await made.thumbnailing.clear() == 0
        assert made.catalog.lately_opened(9) == []
        assert await made.thumbnailing.fill(HERE, 100) == Filled()


async def test_no_original_stays_open(root: Path) -> None:
    """Each is closed once its thumbnails are made, or could not be."""
    async with desk(root) as made:
        before = open_below(root)
        await made.thumbnailing.fill(HERE, 100)
        assert open_below(root) == before


@pytest.mark.parametrize("portion", [1, 200])
async def test_the_limit_is_kept(root: Path, monkeypatch: pytest.MonkeyPatch, portion: int) -> None:
    """What nobody opened goes first; what has gone is not made again until it is opened."""
    monkeypatch.setattr("agent.thumbnailing.PORTION", portion)
    async with desk(root, everywhere=False, limit=1000) as made:
        wanted = made.catalog.wanted_thumbnails(HERE, [NORMAL], everywhere=True, limit=99)
        folder_of = {each.row.path: each.row.folder for each in wanted}
        made.catalog.note_opened(folder_of[A_IN_DATES], 1)
        made.catalog.note_opened(folder_of[A_IN_LAKE], 2)
        await made.thumbnailing.fill(HERE, 100)
        assert await made.thumbnailing.trim([HERE]) > 0
        kept = set(made.pngs())
        assert sum(each.taken for each in made.catalog.thumbnail_totals()) <= 1000
        assert not kept & {shown(A_IN_DATES), shown(A_IN_DATES, "large")}
        assert await made.thumbnailing.fill(HERE, 100) == Filled()
        made.catalog.note_opened(folder_of[A_IN_DATES], 3)
        assert (await made.thumbnailing.fill(HERE, 100)).made > 0


async def test_everywhere_ends_before_the_limit(root: Path) -> None:
    """Folders that nobody opened are not filled and emptied for ever."""
    async with desk(root, limit=100) as made:
        assert (await made.thumbnailing.fill(HERE, 1)).made > 0
        assert await made.thumbnailing.fill(HERE, 100) == Filled()


@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts())
async def test_a_full_disk_is_said_and_mended_later(root: Path, tmp_path: Path) -> None:
    """Nothing half-written stays, and once there is room all of it is made."""
    with small_disk(tmp_path / "disk", 1 << 20) as disk:
        async with desk(root, thumbnails=disk / "thumbnails") as made:
            filler, opened = fill(disk), open_below(root)
            with pytest.raises(Full):
                await made.thumbnailing.fill(HERE, 100)
            assert made.pngs() == {}
            begun = made.catalog.stale_thumbnails(100)
            assert {row.path for row in begun} <= {A_IN_LAKE, A_IN_DATES}
            assert begun  # noted before it was written
            assert open_below(root) == opened
            filler.unlink()
            await made.thumbnailing.tidy()
            await made.thumbnailing.fill(HERE, 100)
            assert made.pngs()[shown(A_IN_LAKE)] == (128, 85)


async def test_an_original_that_cannot_be_read_keeps_no_other_waiting(root: Path) -> None:
    """It has no thumbnail for now, and gets one when its disk reads it again."""
    async with desk(root) as made:
        here = pictures_here(made.catalog, made.made.store())

        def but_one(photo: int) -> int | None:
            return os.open(root / "unread", os.O_WRONLY | os.O_CREAT) if photo == 1 else here(photo)

        with closing(Shrinker()) as shrinker:
            filling = Filling((NORMAL, LARGE), everywhere=True, limit=ENOUGH)
            failing = Thumbnailing(made.catalog, made.folder, shrinker, but_one, filling)
            filled = await failing.fill(HERE, 100)
        assert (filled.made > 0, filled.away >= 1) == (True, True)
        assert shown(A_IN_LAKE) not in made.pngs()
        assert (await made.thumbnailing.fill(HERE, 100)).made > 0
        assert shown(A_IN_LAKE) in made.pngs()
