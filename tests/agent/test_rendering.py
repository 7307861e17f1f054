"""Photos whose originals are not in the store get thumbnails of what else shows them."""

import errno
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from trio.testing import MockClock

from agent.pictures_here import pictures_here
from agent.rendering import Reach, Rendering
from agent.rendition_notes import HOUR_NS, LONGEST, RenditionNotes
from agent.thumbnailing import Filled, Filling, Thumbnailing
from agent.troubled_sources import LEFT
from photofs.catalog.sqlite import Catalog
from photofs.emulators.pictures import make_video
from photofs.metadata.shrinking import Shrinker
from photofs.metadata.still import is_shown
from photofs.model.errors import (
    Busy,
    Corrupt,
    Full,
    Gone,
    NotFound,
    PhotofsError,
    Quota,
    StoreError,
    Temporary,
    Unauthorised,
    Unreachable,
)
from photofs.model.photo import Media
from photofs.model.thumbnail import ThumbnailSize, file_uri, uri_digest
from photofs.thumbnails.folder import ThumbnailFolder
from photofs.volume.mirror_copies import MirrorCopies
from tests.support.disks import small_disk, why_no_mounts
from tests.support.mirrored import add_mirror, run_once
from tests.support.open_files import open_below
from tests.support.provider_tools import StateInMemory
from tests.support.small_pictures import Given, SmallPictures
from tests.support.stocked import NOW_NS, Stock, engine_over, stock

HERE = b"/mnt/photos"
ENOUGH = 1 << 40
SIZES = (ThumbnailSize.NORMAL, ThumbnailSize.LARGE)
PLACES = ("/home/Albums/Lake", "/home/Dates/2019/2019-07")
EACH = len(SIZES) * len(PLACES)


def jpeg(size: tuple[int, int] = (320, 213), *, orientation: int | None = None) -> bytes:
    """A picture in one colour."""
    target, exif = io.BytesIO(), Image.Exif()
    if orientation is not None:
        exif[ExifTags.Base.Orientation] = orientation
    Image.new("RGB", size, (10, 99, 200)).save(target, "JPEG", exif=exif)
    return target.getvalue()


@dataclass
class Scene:
    """Photos of one source, and all that lasts between two rounds of thumbnails."""

    made: Stock
    service: SmallPictures
    notes: StateInMemory = field(default_factory=StateInMemory)
    now_ns: int = NOW_NS

    @asynccontextmanager
    async def thumbnailing(self, catalog: Catalog) -> AsyncIterator[Thumbnailing]:
        """As another process begins it."""
        notes = RenditionNotes(self.notes, lambda: self.now_ns)
        reach = Reach(self.service.opened, MirrorCopies(catalog), notes, self.made.root)
        shrinker = Shrinker()
        try:
            yield Thumbnailing(
                catalog,
                ThumbnailFolder(self.made.root / "thumbnails"),
                shrinker,
                pictures_here(catalog, self.made.store()),
                Filling(SIZES, everywhere=True, limit=ENOUGH),
                Rendering(catalog, reach),
            )
        finally:
            shrinker.close()

    async def fill(self) -> Filled:
        """One round of another process."""
        with self.made.open_catalog() as catalog:
            async with self.thumbnailing(catalog) as thumbnailing:
                return await thumbnailing.fill(HERE, 10_000)

    def pixels(self, name: str, size: str = "large") -> tuple[int, int]:
        """How large a photo's thumbnail is."""
        uri = file_uri(HERE + f"{PLACES[0]}/{name}".encode())
        path = self.made.root / "thumbnails" / size / f"{uri_digest(uri)}.png"
        with Image.open(path) as picture:
            picture.load()
            return picture.size

    @property
    def refs(self) -> list[str]:
        """What was asked for, in order."""
        return [ref for ref, _pixels in self.service.asked]


def open_files() -> int:
    """How many this process has open, those in memory alone with them."""
    return len(list(Path("/proc/self/fd").iterdir()))


def scene(
    root: Path, pictures: Mapping[str, Given], *, local: bool = False, data: bytes = b"\xff\xd8"
) -> Scene:
    """A library of these photos; `data` are the originals' bytes."""
    made = stock(root / "stock", dict.fromkeys(pictures, data))
    return Scene(made, SmallPictures(made.source, pictures, local=local))


async def test_small_pictures_are_enough(tmp_path: Path) -> None:
    """One request for a photo, in the largest size that is wanted; no original, and no copy."""
    given = scene(tmp_path, {"a.jpg": jpeg(), "film.mp4": jpeg((213, 320))})
    assert await given.fill() == Filled(made=2 * EACH)
    assert sorted(given.service.asked) == [("a.jpg", 256), ("film.mp4", 256)]
    assert (given.pixels("a.jpg"), given.pixels("a.jpg", "normal")) == ((256, 170), (128, 85))
    assert given.pixels("film.mp4") == (170, 256)
    assert given.service.originals == []
    assert given.made.store().usage().cache == 0
    assert await given.fill() == Filled()


async def test_they_are_not_turned_twice(tmp_path: Path) -> None:
    """A service has turned them, and may have left the camera's word in them all the same."""
    given = scene(tmp_path, {"a.jpg": jpeg((213, 320), orientation=6)})
    await given.fill()
    assert given.pixels("a.jpg") == (170, 256)


async def test_a_source_hears_what_is_coming(tmp_path: Path) -> None:
    """As many at once as it takes."""
    given = scene(tmp_path, {f"{number}.jpg": jpeg() for number in range(7)})
    assert (await given.fill()).made == 7 * EACH
    assert sorted(map(len, given.service.expected)) == [1, 3, 3]
    assert sorted(chain.from_iterable(given.service.expected)) == sorted(given.service.pictures)


async def test_what_is_in_the_store_is_asked_of_nobody(tmp_path: Path) -> None:
    """Its original shows it."""
    given = scene(tmp_path, {"a.jpg": jpeg()}, data=jpeg((900, 600), orientation=6))
    async with engine_over(given.made) as (engine, _catalog):
        await engine.whole(1)
    assert (await given.fill()).made == EACH
    assert given.pixels("a.jpg") == (171, 256)
    assert given.refs == []


async def test_what_nothing_here_decodes_a_service_may_show(tmp_path: Path) -> None:
    """Such as a HEIC in the cache."""
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(1000)
    given = scene(tmp_path, {"a.heic": jpeg(), "b.heic": Gone("not now")}, data=heic)
    async with engine_over(given.made) as (engine, _catalog):
        for photo in (1, 2):
            await engine.whole(photo)
    assert await given.fill() == Filled(made=EACH, away=1)
    assert given.pixels("a.heic") == (256, 170)


async def test_a_mirror_is_read_before_a_service_is_asked(tmp_path: Path) -> None:
    """Its copy shows the photo as the original would."""
    given = scene(tmp_path, {"a.jpg": jpeg()}, data=jpeg((900, 600), orientation=6))
    await run_once(given.made, add_mirror(given.made, tmp_path / "nas"))
    assert list(given.made.store().sealed()) == []
    before = open_below(tmp_path)
    assert (await given.fill()).made == EACH
    assert given.pixels("a.jpg") == (171, 256)
    assert given.refs == given.service.originals == []
    assert open_below(tmp_path) == before


async def test_what_lies_on_this_machine_is_read_there(tmp_path: Path) -> None:
    """The original of an export or a folder; nothing of it stays in the store or open."""
    given = scene(tmp_path, {"a.jpg": b""}, local=True, data=jpeg((900, 600), orientation=6))
    files = open_below(tmp_path)
    assert (await given.fill()).made == EACH
    assert given.pixels("a.jpg") == (171, 256)
    assert given.made.store().usage().cache == 0
    assert open_below(tmp_path) == files


async def test_bytes_that_show_nothing_are_read_once(tmp_path: Path) -> None:
    """Nobody looks at them again while they are what they are."""
    given = scene(tmp_path, {"a.jpg": b""}, local=True, data=b"\xff\xd8\xff\xe1 and no more")
    assert await given.fill() == Filled(without=EACH)
    assert await given.fill() == Filled()
    assert given.service.originals == ["a.jpg"]


@pytest.mark.skipif(not is_shown(Media.VIDEO), reason="ffmpeg is not installed")
async def test_a_film_that_is_here_shows_itself(tmp_path: Path) -> None:
    """In an export or in the store: no poster is asked for."""
    film = make_video("film", taken=None)
    exported = scene(tmp_path / "export", {"film.mp4": b""}, local=True, data=film)
    assert (await exported.fill()).made == EACH
    cached = scene(tmp_path / "cached", {"film.mp4": jpeg()}, data=film)
    async with engine_over(cached.made) as (engine, _catalog):
        await engine.whole(1)
    assert (await cached.fill()).made == EACH
    assert cached.refs == []
    assert cached.pixels("film.mp4") == exported.pixels("film.mp4")


async def test_without_ffmpeg_a_film_shows_its_poster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or nothing for now, where there is no service to make one; its bytes are not even read."""
    monkeypatch.setenv("PATH", str(tmp_path))
    film = make_video("film", taken=None)
    cached = scene(tmp_path / "cached", {"film.mp4": jpeg()}, data=film)
    async with engine_over(cached.made) as (engine, _catalog):
        await engine.whole(1)
    assert (await cached.fill()).made == EACH
    exported = scene(tmp_path / "export", {"film.mp4": b""}, local=True, data=film)
    assert await exported.fill() == Filled(away=1)
    assert exported.service.originals == []


WRONG: dict[str, Given] = {
    "gone": Gone("404"),
    "corrupt": Corrupt("a page"),
    "tiny": jpeg((32, 32)),
    "broken": jpeg()[:700],
    "text": b"\xff\xd8\xff\xe1 and no more",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
async def test_a_photo_without_one_is_asked_for_later(tmp_path: Path, wrong: Given) -> None:
    """Not again within the hour; then after hours, and no more than a week; others have theirs."""
    given = scene(tmp_path, {"bad.jpg": wrong, "good.jpg": jpeg()})
    assert await given.fill() == Filled(made=EACH, away=1)
    for wait in (1, 4, 16, 64, LONGEST, LONGEST):
        given.service.asked.clear()
        given.now_ns += wait * HOUR_NS - 1
        assert await given.fill() == Filled(away=1)
        assert given.refs == []
        given.now_ns += 2
        assert await given.fill() == Filled(away=1)
        assert given.refs == ["bad.jpg"]
    given.service.pictures["bad.jpg"] = jpeg()
    assert await given.fill() == Filled(away=1)
    given.now_ns += LONGEST * HOUR_NS
    assert len(given.notes.notes) == 1
    assert await given.fill() == Filled(made=EACH)
    assert given.notes.notes == {}


async def test_a_clock_that_was_set_back_closes_nothing(tmp_path: Path) -> None:
    """A note from a time that has not come yet is none."""
    given = scene(tmp_path, {"bad.jpg": Gone("404")})
    given.now_ns += 1000 * LONGEST * HOUR_NS
    await given.fill()
    given.now_ns = NOW_NS
    await given.fill()
    assert given.refs == ["bad.jpg"] * 2


TROUBLE = (
    Temporary("slow down", retry_after=5.0),
    Unreachable("no line"),
    Quota("used up"),
    Unauthorised("log in"),
)


@pytest.mark.parametrize("trouble", TROUBLE, ids=lambda each: type(each).__name__)
async def test_a_source_in_trouble_is_left_alone(tmp_path: Path, trouble: PhotofsError) -> None:
    """No request more than were under way, and no note against its photos."""
    pictures: dict[str, Given] = {f"{number}.jpg": trouble for number in range(60)}
    given = scene(tmp_path, pictures)
    assert await given.fill() == Filled(away=60)
    assert len(given.refs) <= 4
    assert given.notes.notes == {}
    given.service.pictures = dict.fromkeys(pictures, jpeg())
    assert await given.fill() == Filled(made=60 * EACH)


async def test_it_is_asked_again_after_a_while(tmp_path: Path, autojump_clock: MockClock) -> None:
    """By the same process, for photos that it was not asked for yet."""
    given = scene(tmp_path, {"a.jpg": Unreachable("no line"), "b.jpg": Unreachable("no line")})
    with given.made.open_catalog() as catalog:
        notes = RenditionNotes(given.notes, lambda: given.now_ns)
        reach = Reach(given.service.opened, MirrorCopies(catalog), notes, tmp_path)
        rendering = Rendering(catalog, reach)

        async def use(photo: int, picture: object) -> bool:
            del photo, picture
            return True

        await rendering.bring({1: 256}, use)
        await rendering.bring({1: 256}, use)
        assert len(given.refs) == 1
        autojump_clock.jump(LEFT + 1)
        given.service.pictures = {"a.jpg": jpeg(), "b.jpg": jpeg()}
        outcomes = await rendering.bring({1: 256, 2: 256}, use)
        assert {each.name for each in outcomes.values()} == {"SHOWN"}


async def test_many_failures_in_a_row_are_the_sources(tmp_path: Path) -> None:
    """What says nothing of the photo, again and again, ends the round for its source."""
    given = scene(tmp_path, {f"{number}.jpg": Temporary("status 500") for number in range(60)})
    assert await given.fill() == Filled(away=60)
    assert 3 <= len(given.refs) <= 6


@pytest.mark.parametrize("kind", [Gone, Corrupt, NotFound])
async def test_photos_that_are_not_there_are_no_trouble(
    tmp_path: Path, kind: type[PhotofsError]
) -> None:
    """Each of them says so for itself."""
    given = scene(tmp_path, {f"{number}.jpg": kind("no") for number in range(10)})
    assert await given.fill() == Filled(away=10)
    assert len(given.refs) == len(given.notes.notes) == 10


async def test_trouble_of_this_machine_is_no_word_against_photos(tmp_path: Path) -> None:
    """Such as a catalog that others write: the round ends for now, and nothing is noted."""
    given = scene(tmp_path, {f"{number}.jpg": Busy("locked") for number in range(20)})
    assert await given.fill() == Filled(away=20)
    assert 3 <= len(given.refs) <= 6
    assert given.notes.notes == {}


@pytest.mark.parametrize(
    "error",
    [Full("no room"), StoreError("no rights there"), Busy("the catalog is held")],
    ids=lambda each: type(each).__name__,
)
async def test_what_the_desktops_folder_says_ends_the_round_plainly(
    tmp_path: Path, error: PhotofsError
) -> None:
    """In the error that says so, and nothing is noted against photos or source."""
    given = scene(tmp_path, {f"{number}.jpg": jpeg() for number in range(9)})

    async def use(photo: int, picture: object) -> bool:
        del photo, picture
        raise error

    with given.made.open_catalog() as catalog:
        notes = RenditionNotes(given.notes, lambda: given.now_ns)
        reach = Reach(given.service.opened, MirrorCopies(catalog), notes, tmp_path)
        before = open_files()
        with pytest.raises(type(error), match=error.what):
            await Rendering(catalog, reach).bring(dict.fromkeys(range(1, 10), 256), use)
        assert open_files() == before
    assert given.notes.notes == {}
    assert len(given.refs) <= 4


@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts())
async def test_a_full_disk_ends_the_round_plainly(tmp_path: Path) -> None:
    """What lies here is copied to be looked at: for want of room, and not for an unknown fault."""
    given = scene(tmp_path, {"a.jpg": b""}, local=True, data=bytes(1 << 20))
    with small_disk(tmp_path / "disk", 1 << 18) as disk, given.made.open_catalog() as catalog:
        notes = RenditionNotes(given.notes, lambda: given.now_ns)
        reach = Reach(given.service.opened, MirrorCopies(catalog), notes, disk)
        before = open_files()
        with pytest.raises(Full):
            await Rendering(catalog, reach).bring({1: 256}, never_used)
        assert open_files() == before


async def test_a_process_that_may_open_no_more_files_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends the round in words, and is held against neither photo nor source."""

    def refuse(_name: str) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("agent.rendering.os.memfd_create", refuse)
    given = scene(tmp_path, {"a.jpg": jpeg()})
    with pytest.raises(StoreError, match="Too many open files"):
        await given.fill()
    assert given.notes.notes == {}


async def never_used(photo: int, picture: object) -> bool:
    """Nothing comes so far."""
    raise AssertionError(photo, picture)


async def test_what_is_too_large_to_be_copied_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither from a source here nor from a mirror, in whichever run."""
    monkeypatch.setattr("agent.rendering.MOST", 1000)
    given = scene(tmp_path, {"a.jpg": b""}, local=True, data=jpeg((900, 600)))
    assert await given.fill() == Filled(away=1)
    assert given.service.originals == []
