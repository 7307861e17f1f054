"""P18: a catalog from an older backup, or a lost one, and its mirror: nothing is lost."""

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from agent.verifying import Verified
from photofs.catalog.mirrors import MirrorRow, NewMirror
from photofs.model.mirror import CopyState
from tests.support.fake_source import requests_of
from tests.support.jpegs import jpeg
from tests.support.mirrored import add_mirror, check_sums, files_of, run_once
from tests.support.proven import copies, repaired, verified
from tests.support.stocked import Stock, file_photos, seen_photo, stock

ORIGINALS = {f"{name}.jpg": jpeg(seed, 3000 + seed) for seed, name in enumerate("abcd")}
MONTH = "2019/2019-07"
NEW = jpeg(50, 5000)
CHANGED = jpeg(51, 6000)


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """Four photos of July 2019."""
    return stock(tmp_path / "home", ORIGINALS)


def tell_of_changes(made: Stock) -> None:
    """The service tells: a is called z, b has other bytes, e is new."""
    for name, data in {"b.jpg": CHANGED, "e.jpg": NEW}.items():
        (made.source / "originals" / name).write_bytes(data)
    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        told = [
            replace(seen_photo("a.jpg", 3000), file_name="z.jpg"),
            seen_photo("b.jpg", 6000, key="2"),
            *(seen_photo(name, len(ORIGINALS[name])) for name in ("c.jpg", "d.jpg")),
            seen_photo("e.jpg", 5000),
        ]
        file_photos(catalog, source.source_id, told)


@pytest.fixture
async def row(made: Stock, tmp_path: Path) -> MirrorRow:
    """Their mirror, which went on after its catalog was put by; the catalog is the older one."""
    added = add_mirror(made, tmp_path / "nas")
    await run_once(made, added)
    await verified(made, added)
    older = tmp_path / "backup.db"
    with made.open_catalog() as catalog:
        catalog.database.connection.execute("VACUUM INTO ?", (str(older),))
    tell_of_changes(made)
    await run_once(made, added)
    for name in made.catalog_path.parent.glob("catalog.db*"):
        name.unlink()
    shutil.copyfile(older, made.catalog_path)
    return added


def wrong_paths(found: Verified) -> list[str]:
    """The files that prove nothing."""
    return sorted(each.partition(": ")[0] for each in found.wrong)


async def test_p18_an_older_catalog_and_its_mirror_disagree_aloud(
    made: Stock, row: MirrorRow
) -> None:
    """Verifying names what is not where the catalog thinks, and what it does not know."""
    before = files_of(Path(row.root))
    found = await verified(made, row)
    wrong = [f"{MONTH}/a.jpg", f"{MONTH}/b.jpg", "Albums/Lake/0001 a.jpg"]
    assert wrong_paths(found) == wrong
    assert dict(found.strays.moved)[f"{MONTH}/a.jpg"] == f"{MONTH}/z.jpg"
    assert "(until " in dict(found.strays.moved)[f"{MONTH}/b.jpg"]
    assert found.strays.such_as == [f"{MONTH}/e.jpg"]
    assert files_of(Path(row.root)) == before


async def test_p18_an_older_catalog_loses_no_file(made: Stock, row: MirrorRow) -> None:
    """Whatever is run next, each file that was there is there; what is told again finds its own."""
    root = Path(row.root)
    before = files_of(root)
    await verified(made, row)
    tell_of_changes(made)
    await repaired(made, row)
    await run_once(made, row)
    after = files_of(root)
    assert Counter(before.values()) - Counter(after.values()) == Counter()
    assert after[f"{MONTH}/b.jpg"] == CHANGED
    assert after[f"{MONTH}/e.jpg"] == NEW
    assert after[f"{MONTH}/z.jpg"] == ORIGINALS["a.jpg"]
    check_sums(root)
    assert (await verified(made, row)).wrong == []


async def test_p18_files_of_a_lost_catalog_count_once_they_are_reread(
    made: Stock, row: MirrorRow, tmp_path: Path
) -> None:
    """Taken over, they are suspect; one that was damaged meanwhile never counts as whole."""
    root = Path(row.root)
    with made.open_catalog() as catalog:
        lists = [
            (path, copy.sha256, copy.stamp)
            for path, copy in copies(made).items()
            if (root / path).exists()
        ]
        catalog.forget_mirror(row.mirror_id)
    anew = add_again(made, root, row)
    with made.open_catalog() as catalog, catalog.database.transaction():
        catalog.add_found(anew.mirror_id, lists)
    asked = len(requests_of(made.source))
    with made.open_catalog() as catalog:
        states = {copy.state for copy in catalog.copies(anew.mirror_id, 0, 99)}
    assert states == {CopyState.SUSPECT}
    found = await verified(made, anew)
    assert wrong_paths(found) == [f"{MONTH}/b.jpg"]
    assert found.good == len(lists) - 1
    assert len(requests_of(made.source)) == asked
    assert tmp_path in root.parents


async def test_p18_in_doubt_nothing_moves_to_vanished(made: Stock, tmp_path: Path) -> None:
    """What an older catalog takes for gone may have been taken out since; it waits for a word."""
    added = add_mirror(made, tmp_path / "nas")
    await run_once(made, added)
    before = files_of(Path(added.root))
    with made.open_catalog() as catalog, catalog.database.transaction():
        catalog.database.run("UPDATE photo SET gone = 1 WHERE file_name = 'a.jpg'")
        catalog.begin_doubt("it may be an older one", 1)
    assert (await run_once(made, added)).tally.vanished == 0
    assert files_of(Path(added.root)) == before
    with made.open_catalog() as catalog:
        catalog.end_doubt()
    assert (await run_once(made, added)).tally.vanished == 1


def add_again(made: Stock, root: Path, row: MirrorRow) -> MirrorRow:
    """The mirror in a catalog that had forgotten it."""
    with made.open_catalog() as catalog:
        new = NewMirror(
            row.library_id, str(root), row.marker, row.disk, row.layout, row.albums, {}, row.traits
        )
        return catalog.mirror(catalog.add_mirror(new, 1))
