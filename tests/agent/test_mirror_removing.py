"""A copy in an album's folder goes only while the mirror has its bytes besides."""

from pathlib import Path

import pytest

from photofs.catalog.mirrors import MirrorRow
from photofs.model.mirror import AlbumFolders
from tests.support.fake_source import Faults, set_faults
from tests.support.jpegs import jpeg
from tests.support.mirrored import add_mirror, files_of, run_once
from tests.support.proven import flip, repaired, verified
from tests.support.stocked import Stock, file_photos, seen_photo, stock

ORIGINALS = {f"{name}.jpg": jpeg(seed, 3000 + seed) for seed, name in enumerate("abc")}
OWN = "2019/2019-07/a.jpg"
LAKE = "Albums/Lake"


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """Three photos of July 2019, all in the album Lake."""
    return stock(tmp_path / "home", ORIGINALS)


@pytest.fixture
async def row(made: Stock, tmp_path: Path) -> MirrorRow:
    """Their mirror with copies in albums; nothing of it is in the Cache any more."""
    added = add_mirror(made, tmp_path / "nas", albums=AlbumFolders.COPIES)
    await run_once(made, added)
    assert list(made.store().sealed()) == []
    return added


def tell(made: Stock, *names: str) -> None:
    """The source tells of these photos, all in its album, and of no others."""
    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        file_photos(
            catalog, source.source_id, [seen_photo(name, len(ORIGINALS[name])) for name in names]
        )


def holding(root: Path, name: str) -> list[str]:
    """Which files have the right bytes of a photo."""
    return [path for path, data in files_of(root).items() if data == ORIGINALS[name]]


async def test_the_last_right_copy_stays(made: Stock, row: MirrorRow) -> None:
    """Where the file itself has rotted, its copy stays in the album that was left, told of."""
    root = Path(row.root)
    flip(root / OWN)
    tell(made, "b.jpg", "c.jpg")
    ran = await run_once(made, row)
    assert holding(root, "a.jpg") == [f"{LAKE}/0001 a.jpg"]
    assert [line.partition(":")[0] for line in ran.tally.failed] == [f"{LAKE}/0001 a.jpg"]
    assert "0001 b.jpg" in {path.name for path in (root / LAKE).iterdir()}


async def test_the_copy_mends_the_file_and_goes_then(made: Stock, row: MirrorRow) -> None:
    """`repair` takes the bytes from the album, after which the next run takes the copy away."""
    root = Path(row.root)
    flip(root / OWN)
    tell(made, "b.jpg", "c.jpg")
    await run_once(made, row)
    set_faults(made.source, Faults(down=True))
    done = await repaired(made, row)
    assert (len(done.mended), done.left) == (1, [])
    ran = await run_once(made, row)
    assert ran.tally.failed == []
    assert holding(root, "a.jpg") == [OWN]


async def test_damage_found_first_is_mended_from_an_album(made: Stock, row: MirrorRow) -> None:
    """A file that verifying found wrong, and its service has no more, is mended from the copy."""
    root = Path(row.root)
    flip(root / OWN)
    set_faults(made.source, Faults(down=True))
    assert len((await verified(made, row)).damaged) == 1
    await run_once(made, row)
    assert holding(root, "a.jpg") == [f"{LAKE}/0001 a.jpg"]
    done = await repaired(made, row)
    assert (len(done.mended), done.left) == (1, [])
    assert OWN in holding(root, "a.jpg")


async def test_an_album_that_is_gone_keeps_what_is_needed(made: Stock, row: MirrorRow) -> None:
    """Of an album that is told of no more, the last right copy alone stays, until it is mended."""
    root = Path(row.root)
    flip(root / OWN)
    with made.open_catalog() as catalog:
        (album,) = catalog.album_folders(row.mirror_id)
        with catalog.database.transaction():
            catalog.mark_album_gone(album)
    await run_once(made, row)
    assert {path.name for path in (root / LAKE).iterdir()} == {"0001 a.jpg", "SHA256SUMS"}
    await repaired(made, row)
    ran = await run_once(made, row)
    assert ran.tally.failed == []
    assert not (root / LAKE).exists()
