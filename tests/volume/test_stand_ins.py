"""The best of several sources cannot be read: lesser bytes stand in for its own, and say so."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from photofs.catalog.check import check
from photofs.model.errors import Corrupt, PhotofsError
from photofs.model.observation import PhotoSeen
from photofs.model.photo import Fidelity
from photofs.originals.port import DraftKey
from photofs.volume.volume import Volume
from tests.support.fake_source import Faults, make_source, requests_of, set_faults
from tests.support.log_guard import ExpectLog
from tests.support.stocked import (
    Stock,
    filing_into,
    ino_of,
    open_volume,
    picture,
    read_all,
    seen_photo,
    stock,
)

BEST, LESSER = picture(1, 300_000), picture(2, 120_000)
PATH = "Albums/Lake/a.jpg"


def lesser() -> PhotoSeen:
    """What the second source tells: the same page, bytes that were encoded anew."""
    return replace(
        seen_photo("a.jpg", len(LESSER), key="2"),
        fidelity=Fidelity.RECOMPRESSED,
        fidelity_note="encoded anew",
    )


def tell(made: Stock, place: int, seen: PhotoSeen) -> None:
    """A whole scan of one of the sources."""
    with made.open_catalog() as catalog:
        source = catalog.sources()[place]
        with filing_into(catalog).scan(source.source_id) as run:
            run.file([seen])
            run.finish(None, full=True)
        assert list(check(catalog)) == []


@pytest.fixture
def made(tmp_path: Path, expect_log: ExpectLog) -> Stock:
    """One picture that an archive has as it was, and a service encoded anew."""
    expect_log.maybe("the source says")
    made = stock(tmp_path / "stock", {"a.jpg": BEST})
    second = make_source(made.root / "second")
    (second / "originals" / "a.jpg").write_bytes(LESSER)
    with made.open_catalog() as catalog:
        library = catalog.library("home")
        catalog.add_source(library.library_id, "fake", {"folder": str(second)})
    tell(made, 1, lesser())
    return made


def fidelity(volume: Volume) -> str:
    """What the file tells of its bytes."""
    return volume.get_attribute(ino_of(volume, PATH), "user.photofs.fidelity").decode()


async def test_the_best_bytes_are_read_and_the_others_are_not_asked_for(made: Stock) -> None:
    """As long as they can be had."""
    async with open_volume(made) as volume:
        assert await read_all(volume, PATH) == BEST
        assert fidelity(volume) == "original"
    assert requests_of(made.root / "second") == []


async def read_again(volume: Volume) -> bytes:
    """As a person does who was told to open it again."""
    with pytest.raises(Corrupt, match="open it again"):
        await read_all(volume, PATH)
    return await read_all(volume, PATH)


@pytest.mark.parametrize("error", ["NotAttached", "Gone", "Unauthorised", "NotFound"])
async def test_lesser_bytes_stand_in_until_the_best_source_was_scanned(
    made: Stock, error: str
) -> None:
    """Never half of one, half of the other: size and fidelity are those of what is read."""
    set_faults(made.source, Faults(error=error))
    async with open_volume(made) as volume:
        before = volume.attributes(ino_of(volume, PATH))
        assert await read_again(volume) == LESSER
        after = volume.attributes(ino_of(volume, PATH))
        assert after.size == len(LESSER)
        assert after.ctime_ns > before.ctime_ns
        assert after.mtime_ns == before.mtime_ns
        assert fidelity(volume) == "recompressed: encoded anew"
        assert await read_all(volume, PATH) == LESSER
    set_faults(made.source, Faults())
    tell(made, 1, lesser())
    async with open_volume(made) as volume:
        assert fidelity(volume) == "recompressed: encoded anew"
    tell(made, 0, seen_photo("a.jpg", len(BEST)))
    async with open_volume(made) as volume:
        assert volume.attributes(ino_of(volume, PATH)).size == len(BEST)
        assert await read_all(volume, PATH) == BEST
        assert fidelity(volume) == "original"


async def test_the_best_bytes_come_back_as_soon_as_they_are_needed(made: Stock) -> None:
    """What stood in is no longer here, and the best source answers again."""
    set_faults(made.source, Faults(error="NotAttached"))
    async with open_volume(made) as volume:
        assert await read_again(volume) == LESSER
    set_faults(made.source, Faults())
    with made.open_catalog() as catalog:
        sha256 = catalog.photo(1).sha256
    assert sha256 is not None
    made.store().free(sha256)
    async with open_volume(made) as volume:
        assert await read_again(volume) == BEST
        assert fidelity(volume) == "original"


async def test_lesser_bytes_that_are_here_already_stand_in_as_well(made: Stock) -> None:
    """Who fetched them was killed before it sealed them."""
    with closing(made.store().open_draft(DraftKey(1, "2"), len(LESSER))) as draft:
        draft.write(0, LESSER)
    set_faults(made.source, Faults(error="NotAttached"))
    async with open_volume(made) as volume:
        assert await read_again(volume) == LESSER
        assert fidelity(volume) == "recompressed: encoded anew"


async def test_where_no_source_can_be_read_nothing_is_shown_otherwise(made: Stock) -> None:
    """Both fail: the error is told, and the best is still what is promised."""
    for folder in (made.source, made.root / "second"):
        set_faults(folder, Faults(error="Gone"))
    async with open_volume(made) as volume:
        with pytest.raises(PhotofsError, match="says Gone"):
            await read_all(volume, PATH)
        assert volume.attributes(ino_of(volume, PATH)).size == len(BEST)
        assert fidelity(volume) == "original"


async def test_a_reader_of_the_best_bytes_gets_no_others_in_between(made: Stock) -> None:
    """The line breaks for good in the middle of a file: an error, not another picture's end."""
    set_faults(made.source, Faults(drop_after=100_000, chunk=10_000))
    async with open_volume(made) as volume:
        opened = await volume.open(ino_of(volume, PATH))
        first = await volume.read(opened.number, 0, 20_000)
        assert first == BEST[:20_000]
        set_faults(made.source, Faults(error="Gone"))
        with pytest.raises(PhotofsError):
            await read_on(volume, opened.number, 20_000)
        volume.release(opened.number)


async def read_on(volume: Volume, number: int, start: int) -> None:
    """The rest of the best bytes."""
    for at in range(start, len(BEST), 20_000):
        assert await volume.read(number, at, 20_000) == BEST[at : at + 20_000]
