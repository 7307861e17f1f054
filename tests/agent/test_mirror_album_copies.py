"""Albums as copies: each copy is in a list, re-read, and made anew where it is wrong."""

from pathlib import Path

import pytest

from agent.verify_albums import Reading
from agent.verifying import Verified, Wanted
from photofs.catalog.mirrors import MirrorRow
from photofs.model.mirror import AlbumFolders
from tests.support.jpegs import jpeg
from tests.support.mirrored import add_mirror, check_sums, run_once, working
from tests.support.proven import edit, flip, repaired, verified
from tests.support.stocked import Stock, stock

ORIGINALS = {f"{name}.jpg": jpeg(seed, 3000 + seed) for seed, name in enumerate("abcd")}
MONTH, LAKE = "2019/2019-07", "Albums/Lake"


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """Four photos in an album."""
    return stock(tmp_path / "home", ORIGINALS)


@pytest.fixture
async def row(made: Stock, tmp_path: Path) -> MirrorRow:
    """Their mirror, with copies for albums, verified."""
    added = add_mirror(made, tmp_path / "nas", albums=AlbumFolders.COPIES)
    await run_once(made, added)
    found = await verified(made, added)
    assert (found.wrong, found.good, found.files) == ([], 8, 8)
    return added


def wrong_paths(found: Verified) -> list[str]:
    """The files that are not right."""
    return sorted(each.partition(": ")[0] for each in found.wrong)


def is_wrong(made: Stock, row: MirrorRow) -> bool:
    """As notices and `photofs status` ask."""
    with made.open_catalog() as catalog:
        return catalog.is_wrong(row.mirror_id)


async def test_copies_are_in_a_list_that_goes_with_them(made: Stock, row: MirrorRow) -> None:
    """sha256sum checks them; an album that is shown no more leaves no list behind."""
    root = Path(row.root)
    assert check_sums(root) == 8
    assert len((root / LAKE / "SHA256SUMS").read_text().splitlines()) == 4
    with made.open_catalog() as catalog, catalog.database.transaction():
        catalog.database.run("UPDATE album SET gone = 1")
    await run_once(made, row)
    assert not (root / "Albums").exists()


async def test_p17_damage_in_albums_is_found_and_mended(made: Stock, row: MirrorRow) -> None:
    """P17: a flipped bit and a lost file there are told until they are made anew."""
    lake = Path(row.root) / LAKE
    flip(lake / "0001 a.jpg")
    (lake / "0002 b.jpg").unlink()
    assert not is_wrong(made, row)
    for _ in range(2):
        found = await verified(made, row)
        assert wrong_paths(found) == [f"{LAKE}/0001 a.jpg", f"{LAKE}/0002 b.jpg"]
        assert is_wrong(made, row)
    done = await repaired(made, row)
    assert (len(done.mended), done.left) == (2, [])
    assert (lake / "0001 a.jpg").read_bytes() == ORIGINALS["a.jpg"]
    assert (lake / "0002 b.jpg").read_bytes() == ORIGINALS["b.jpg"]
    assert not is_wrong(made, row)
    assert (await verified(made, row)).wrong == []
    check_sums(Path(row.root))


async def test_a_run_makes_them_anew_too(made: Stock, row: MirrorRow) -> None:
    """Once verifying has found them; what was put back by hand is right again without it."""
    lake = Path(row.root) / LAKE
    flip(lake / "0001 a.jpg")
    flip(lake / "0003 c.jpg")
    await verified(made, row)
    flip(lake / "0003 c.jpg")
    assert wrong_paths(await verified(made, row)) == [f"{LAKE}/0001 a.jpg"]
    await run_once(made, row)
    assert (lake / "0001 a.jpg").read_bytes() == ORIGINALS["a.jpg"]
    assert not is_wrong(made, row)


async def test_what_a_person_changed_there_is_kept(made: Stock, row: MirrorRow) -> None:
    """As any other file of a mirror: the copy is made anew, and the changed one set aside."""
    lake = Path(row.root) / LAKE
    edit(lake / "0001 a.jpg", b"a person's work")
    assert wrong_paths(await verified(made, row)) == [f"{LAKE}/0001 a.jpg"]
    await repaired(made, row)
    assert (lake / "0001 a.jpg").read_bytes() == ORIGINALS["a.jpg"]
    (kept,) = (Path(row.root) / "Damaged").rglob("0001 a.jpg")
    assert kept.read_bytes() == b"a person's work"


async def test_a_damaged_original_is_not_copied_into_an_album(made: Stock, row: MirrorRow) -> None:
    """The run goes on, tells of the copy, and makes it once the mirror's own file is mended."""
    root = Path(row.root)
    flip(root / MONTH / "a.jpg")
    flip(root / LAKE / "0001 a.jpg")
    with made.open_catalog() as catalog:
        (album,) = catalog.album_folders(row.mirror_id).values()
        notes = {**album.files, "0001 a.jpg": ["!" + album.files["0001 a.jpg"][0], 0, 0, 0, 0]}
        catalog.set_album_folder(row.mirror_id, album._replace(shown="", files=notes))
    (root / LAKE / "0001 a.jpg").unlink()
    assert (await run_once(made, row)).trouble is None
    assert is_wrong(made, row)
    await verified(made, row)
    await repaired(made, row)
    assert (root / LAKE / "0001 a.jpg").read_bytes() == ORIGINALS["a.jpg"]
    assert (await verified(made, row)).wrong == []


async def test_the_background_reads_them_when_they_are_due(made: Stock, row: MirrorRow) -> None:
    """As seldom as the mirror's own files."""
    flip(Path(row.root) / LAKE / "0001 a.jpg")
    with made.open_catalog() as catalog:
        read_ns = catalog.albums_read(row.mirror_id)
    assert (await verified(made, row, Wanted(before_ns=read_ns))).wrong == []
    found = await verified(made, row, Wanted(before_ns=read_ns + 1))
    assert wrong_paths(found) == [f"{LAKE}/0001 a.jpg"]


async def test_an_album_made_anew_while_it_is_read_is_not_told_of(
    made: Stock, row: MirrorRow
) -> None:
    """What a run has noted meanwhile stays, and what lay there before it is no damage."""
    (Path(row.root) / LAKE / "0001 a.jpg").unlink()
    reading = Reading()

    def anew(_size: int) -> None:
        with made.open_catalog() as other:
            (album,) = other.album_folders(row.mirror_id).values()
            files = {name: note for name, note in album.files.items() if "a.jpg" not in name}
            other.set_album_folder(row.mirror_id, album._replace(files=files))

    async with working(made, row) as work:
        await reading.read_all(work.catalog, row.mirror_id, work.folder, work.disk, anew)
        (album,) = work.catalog.album_folders(row.mirror_id).values()
    assert (reading.absent, reading.damaged) == ([], [])
    assert sorted(album.files) == ["0002 b.jpg", "0003 c.jpg", "0004 d.jpg"]
    assert album.shown != ""
