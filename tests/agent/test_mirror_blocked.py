"""Where a link or a file stands in place of a mirror's folder, its photos fail, and no others."""

from dataclasses import replace
from pathlib import Path

import pytest

from photofs.catalog.mirrors import BLOCKED, MirrorRow
from photofs.model.capture_time import TakenBy, TakenFact
from tests.support.jpegs import jpeg
from tests.support.mirrored import add_mirror, check_sums, files_of, run_once
from tests.support.proven import flip, repaired, verified
from tests.support.stocked import NOW_NS, TAKEN, Stock, file_photos, seen_photo, stock

ORIGINALS = {f"{name}.jpg": jpeg(seed, 3000 + seed) for seed, name in enumerate("abcde")}
LATER = TAKEN.replace(year=2020)
AWAY = ("a.jpg", "b.jpg", "c.jpg")


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """Three photos of 2019, two of 2020."""
    made = stock(tmp_path / "home", ORIGINALS)
    tell(made)
    return made


@pytest.fixture
async def row(made: Stock, tmp_path: Path) -> MirrorRow:
    """Their mirror, of which 2019 was then moved to another disk and linked."""
    added = add_mirror(made, tmp_path / "nas")
    await run_once(made, added)
    root = Path(added.root)
    (root / "2019").rename(tmp_path / "elsewhere")
    (root / "2019").symlink_to(tmp_path / "elsewhere")
    return added


def tell(made: Stock, called: str = "") -> None:
    """The source tells of all photos, d and e of 2020; each is called with that before it."""
    taken = TakenFact(by=TakenBy.SERVICE, local=LATER.replace(tzinfo=None))
    photos = []
    for name, data in ORIGINALS.items():
        seen = replace(seen_photo(name, len(data)), file_name=called + name, as_of_ns=NOW_NS + 1)
        photos.append(seen if name in AWAY else replace(seen, taken=taken))
    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        file_photos(catalog, source.source_id, photos)


async def test_a_run_does_what_can_be_done(made: Stock, row: MirrorRow, tmp_path: Path) -> None:
    """What lacks or was renamed elsewhere is seen to; the others are told of; no link is used."""
    before = files_of(tmp_path / "elsewhere")
    (Path(row.root) / "2020" / "2020-07" / "e.jpg").unlink()
    assert len((await verified(made, row)).absent) == len(AWAY) + 1
    tell(made, called="x")
    ran = await run_once(made, row)
    assert ran.trouble is None
    assert (ran.tally.moved, ran.tally.written) == (1, 1)
    assert sorted({line.partition(":")[0] for line in ran.tally.failed}) == [
        "xa.jpg",
        "xb.jpg",
        "xc.jpg",
    ]
    assert all("a link or a file stands where" in line for line in ran.tally.failed)
    assert set(files_of(Path(row.root) / "2020")) == {"2020-07/xd.jpg", "2020-07/xe.jpg"}
    with made.open_catalog() as catalog:
        assert [line[:2] for line in catalog.why_lacking(row, 9)] == [(BLOCKED, len(AWAY))]
    assert files_of(tmp_path / "elsewhere") == before


async def test_what_cannot_be_moved_stops_no_move(
    made: Stock, row: MirrorRow, tmp_path: Path
) -> None:
    """Where nobody has looked yet, and all photos have got other names: the others are moved."""
    before = files_of(tmp_path / "elsewhere")
    tell(made, called="x")
    ran = await run_once(made, row)
    assert (ran.trouble, ran.tally.moved) == (None, 2)
    assert len(ran.tally.failed) >= len(AWAY)
    assert set(files_of(Path(row.root) / "2020")) == {"2020-07/xd.jpg", "2020-07/xe.jpg"}
    assert files_of(tmp_path / "elsewhere") == before


async def test_repairing_mends_the_others(made: Stock, row: MirrorRow, tmp_path: Path) -> None:
    """What is damaged outside of it comes right again; what is behind the link is left."""
    before = files_of(tmp_path / "elsewhere")
    flip(Path(row.root) / "2020" / "2020-07" / "d.jpg")
    await verified(made, row)
    done = await repaired(made, row)
    assert [line.partition(":")[0] for line in done.mended] == ["2020/2020-07/d.jpg"]
    assert len(done.left) == len(AWAY)
    assert all("a link or a file stands where" in line for line in done.left)
    assert files_of(tmp_path / "elsewhere") == before


async def test_all_is_well_once_the_folder_is_back(
    made: Stock, row: MirrorRow, tmp_path: Path
) -> None:
    """Moved back to its place, each file counts again, and the lists are right."""
    await verified(made, row)
    await run_once(made, row)
    root = Path(row.root)
    (root / "2019").unlink()
    (tmp_path / "elsewhere").rename(root / "2019")
    ran = await run_once(made, row)
    assert (ran.trouble, ran.tally.failed) == (None, [])
    assert (await verified(made, row)).wrong == []
    assert check_sums(root) == 5
