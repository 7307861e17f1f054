"""Runs of a mirror: complete, stable, and never at the cost of anything that was there."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trio

from agent import mirroring
from agent.due import is_due
from agent.mirror_beside import write_beside
from agent.mirroring import find_pending, run
from photofs.model.errors import NotAttached
from photofs.model.mirror import AlbumFolders, CopyState, Role, Stamp, Traits
from photofs.model.observation import ContentHash, HashKind, PhotoSeen
from photofs.model.photo import Fidelity
from tests.support.fake_source import requests_of
from tests.support.mirrored import (
    add_mirror,
    check_sums,
    files_of,
    run_once,
    shown_order,
    swap,
    tell_nobody,
    working,
)
from tests.support.stocked import Stock, engine_over, file_photos, picture, seen_photo, stock

ORIGINALS = {f"{name}.jpg": picture(seed, 3000 + seed) for seed, name in enumerate("abcdef")}
MONTH = "2019/2019-07"


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """Six photos of July 2019, all in the album Lake."""
    return stock(tmp_path / "home", ORIGINALS)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the mirror will be."""
    return tmp_path / "nas"


def tell(made: Stock, *photos: PhotoSeen) -> None:
    """The source tells of these photos alone from now on, an hour later each time."""
    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        file_photos(catalog, source.source_id, list(photos))


def everything(**changed: PhotoSeen) -> list[PhotoSeen]:
    """All photos as they are, but for those that are given by their stem."""
    return [
        changed.get(name.partition(".")[0], seen_photo(name, len(data)))
        for name, data in ORIGINALS.items()
    ]


async def test_a_run_brings_all_photos(made: Stock, root: Path) -> None:
    """Each original under its date with its capture time; plain sha256sum finds all right."""
    row = add_mirror(made, root)
    ran = await run_once(made, row)
    assert ran.trouble is None
    assert (ran.tally.written, ran.tally.failed) == (6, [])
    found = files_of(root)
    assert found == {f"{MONTH}/{name}": data for name, data in ORIGINALS.items()}
    assert (root / MONTH / "a.jpg").stat().st_mtime == 1_563_712_215
    assert check_sums(root) == 6


async def test_photos_with_the_same_bytes_in_one_batch(root: Path, tmp_path: Path) -> None:
    """Each has a file of its own, though the Cache, on the mirror's disk, has the bytes once."""
    twins = {**ORIGINALS, "e.jpg": ORIGINALS["a.jpg"], "f.jpg": ORIGINALS["a.jpg"]}
    made = stock(tmp_path / "twins", twins)
    ran = await run_once(made, add_mirror(made, root))
    assert ran.trouble is None
    assert (ran.tally.written, ran.tally.failed) == (6, [])
    assert files_of(root) == {f"{MONTH}/{name}": data for name, data in twins.items()}
    assert {path.stat().st_nlink for path in (root / MONTH).glob("*.jpg")} == {1}
    assert check_sums(root) == 6
    assert list(made.store().sealed()) == []


class Blind:
    """A mirror's folder that can be asked for nothing but what its file system can do."""

    traits = Traits()


async def test_a_run_with_nothing_to_do_looks_at_no_file(made: Stock, root: Path) -> None:
    """Where nothing changed, the mirror's disk is not asked for anything."""
    row = add_mirror(made, root)
    await run_once(made, row)
    async with working(made, row) as work:
        await write_beside(work)
        blind: Any = Blind()
        ran = await run(replace(work, folder=blind), tell_nobody)
    assert ran.trouble is None
    assert ran.tally.changed == 0


async def test_nothing_is_fetched_twice(made: Stock, root: Path) -> None:
    """What is in the mirror is not asked of the source again, and leaves the Cache."""
    row = add_mirror(made, root)
    await run_once(made, row)
    await run_once(made, row)
    asked = [request.ref for request in requests_of(made.source)]
    assert sorted(asked) == sorted(ORIGINALS)
    assert list(made.store().sealed()) == []


async def test_albums_are_links_in_album_order(made: Stock, root: Path) -> None:
    """A relative link for each photo, named so that sorting gives the album's order."""
    row = add_mirror(made, root)
    await run_once(made, row)
    lake = root / "Albums" / "Lake"
    assert shown_order(lake) == [f"{n:04} {name}" for n, name in enumerate(ORIGINALS, 1)]
    assert str((lake / "0001 a.jpg").readlink()) == f"../../{MONTH}/a.jpg"
    assert (lake / "0003 c.jpg").read_bytes() == ORIGINALS["c.jpg"]


async def test_albums_can_be_copies(made: Stock, root: Path) -> None:
    """For file systems without links; what a person puts beside them, or changes, stays."""
    row = add_mirror(made, root, albums=AlbumFolders.COPIES)
    await run_once(made, row)
    lake = root / "Albums" / "Lake"
    assert (lake / "0002 b.jpg").read_bytes() == ORIGINALS["b.jpg"]
    assert (lake / "0002 b.jpg").stat().st_nlink == 1
    (lake / "mine.txt").write_text("mine", encoding="utf-8")
    (lake / "0001 a.jpg").chmod(0o644)
    (lake / "0001 a.jpg").write_bytes(b"edited")
    tell(made, *everything(a=seen_photo("a.jpg", 3000, title=None))[1:])
    await run_once(made, row)
    assert (lake / "mine.txt").exists()
    assert (lake / "0001 a.jpg").read_bytes() == b"edited"


async def test_a_renamed_photo_is_moved(made: Stock, root: Path) -> None:
    """Another name or date at the service: the same file, another path; its album follows."""
    row = add_mirror(made, root)
    await run_once(made, row)
    inode = (root / MONTH / "a.jpg").stat().st_ino
    tell(made, *everything(a=replace(seen_photo("a.jpg", 3000), file_name="z.jpg")))
    ran = await run_once(made, row)
    assert (ran.tally.moved, ran.tally.written) == (1, 0)
    assert (root / MONTH / "z.jpg").stat().st_ino == inode
    assert not (root / MONTH / "a.jpg").exists()
    assert shown_order(root / "Albums" / "Lake")[0] == "0001 z.jpg"
    assert check_sums(root) == 6


async def test_a_sidecar_goes_where_its_photo_goes(made: Stock, root: Path) -> None:
    """Another program's, too; with other bytes it stays with the new ones."""
    row = add_mirror(made, root)
    await run_once(made, row)
    for name in ("a", "b"):
        (root / MONTH / f"{name}.jpg.xmp").write_text(name, encoding="utf-8")
    (made.source / "originals" / "b.jpg").write_bytes(picture(99, 5000))
    moved = replace(seen_photo("a.jpg", 3000), file_name="z.jpg")
    tell(made, *everything(a=moved, b=seen_photo("b.jpg", 5000, key="2")))
    await run_once(made, row)
    assert (root / MONTH / "z.jpg.xmp").read_text(encoding="utf-8") == "a"
    assert not (root / MONTH / "a.jpg.xmp").exists()
    assert (root / MONTH / "b.jpg.xmp").read_text(encoding="utf-8") == "b"


async def test_changed_bytes_keep_the_former_ones(made: Stock, root: Path) -> None:
    """A new version comes in place; the old file stays beside it under a name that says so."""
    row = add_mirror(made, root)
    await run_once(made, row)
    new = picture(99, 5000)
    (made.source / "originals" / "a.jpg").write_bytes(new)
    tell(made, *everything(a=seen_photo("a.jpg", 5000, key="2")))
    ran = await run_once(made, row)
    assert ran.tally.versions == 1
    found = files_of(root)
    assert found[f"{MONTH}/a.jpg"] == new
    (former,) = [path for path in found if "until" in path]
    assert found[former] == ORIGINALS["a.jpg"]
    assert check_sums(root) == 7


async def test_lesser_bytes_never_take_an_originals_place(made: Stock, root: Path) -> None:
    """What a service encoded anew is left alone where the original is in the mirror."""
    row = add_mirror(made, root)
    await run_once(made, row)
    (made.source / "originals" / "a.jpg").write_bytes(picture(99, 900))
    lesser = replace(seen_photo("a.jpg", 900, key="2"), fidelity=Fidelity.RECOMPRESSED)
    tell(made, *everything(a=lesser))
    ran = await run_once(made, row)
    assert ran.tally.changed == 0
    assert files_of(root)[f"{MONTH}/a.jpg"] == ORIGINALS["a.jpg"]


async def test_an_original_takes_the_place_of_lesser_bytes(tmp_path: Path, root: Path) -> None:
    """Recompressed bytes are mirrored, counted as such, and replaced once an original is had."""
    made = stock(tmp_path / "home", {"a.jpg": picture(1, 900)})
    lesser = replace(seen_photo("a.jpg", 900, key="0"), fidelity=Fidelity.RECOMPRESSED)
    tell(made, lesser)
    row = add_mirror(made, root)
    await run_once(made, row)
    with made.open_catalog() as catalog:
        counts = catalog.mirror_counts(row)
        assert (counts.photos, counts.lesser) == (1, 1)
    (made.source / "originals" / "a.jpg").write_bytes(ORIGINALS["a.jpg"])
    tell(made, seen_photo("a.jpg", 3000, key="1"))
    await run_once(made, row)
    assert files_of(root)[f"{MONTH}/a.jpg"] == ORIGINALS["a.jpg"]
    with made.open_catalog() as catalog:
        counts = catalog.mirror_counts(row)
        assert (counts.photos, counts.lesser, counts.lacking, counts.kept) == (1, 0, 0, 1)


async def test_a_foreign_file_keeps_its_name(made: Stock, root: Path) -> None:
    """What a person put there is neither overwritten nor removed; ours gets a suffix."""
    row = add_mirror(made, root)
    (root / MONTH).mkdir(parents=True)
    (root / MONTH / "a.jpg").write_bytes(b"theirs")
    await run_once(made, row)
    found = files_of(root)
    assert found[f"{MONTH}/a.jpg"] == b"theirs"
    (ours,) = [path for path, data in found.items() if data == ORIGINALS["a.jpg"]]
    assert ours.startswith(f"{MONTH}/a_")
    assert check_sums(root) == 6


async def test_files_that_an_older_catalog_does_not_know_are_taken(made: Stock, root: Path) -> None:
    """After a catalog came back from a backup, files with the right bytes count."""
    row = add_mirror(made, root)
    await run_once(made, row)
    with made.open_catalog() as catalog, catalog.database.transaction():
        catalog.database.run("DELETE FROM mirrored")
    before = files_of(root)
    await run_once(made, row)
    assert files_of(root) == before


async def test_what_vanished_is_set_aside_and_comes_back(made: Stock, root: Path) -> None:
    """Gone at the service for no known reason: moved, never removed; told of again: moved back."""
    row = add_mirror(made, root)
    await run_once(made, row)
    with made.open_catalog() as catalog, catalog.database.transaction():
        catalog.database.run("UPDATE observation SET gone = 1 WHERE remote_id = 'a.jpg'")
        catalog.database.run("UPDATE photo SET gone = 1 WHERE name = 'a.jpg'")
    ran = await run_once(made, row)
    assert ran.tally.vanished == 1
    (path,) = [path for path in files_of(root) if path.startswith("Vanished/")]
    assert path.endswith(f"/{MONTH}/a.jpg")
    assert files_of(root)[path] == ORIGINALS["a.jpg"]
    assert check_sums(root) == 6
    tell(made, *everything())
    ran = await run_once(made, row)
    assert (ran.tally.moved, ran.tally.written) == (1, 0)
    assert files_of(root) == {f"{MONTH}/{name}": data for name, data in ORIGINALS.items()}


async def test_what_the_user_deleted_stays(made: Stock, root: Path) -> None:
    """A photo that was in Trash when it went is excused: its file stays in its place."""
    row = add_mirror(made, root)
    await run_once(made, row)
    with made.open_catalog() as catalog, catalog.database.transaction():
        catalog.database.run("UPDATE observation SET gone = 1 WHERE remote_id = 'a.jpg'")
        catalog.database.run("UPDATE photo SET gone = 1, trashed = 1 WHERE name = 'a.jpg'")
    before = files_of(root)
    ran = await run_once(made, row)
    assert ran.tally.changed == 0
    assert files_of(root) == before


async def test_a_file_that_is_not_there_is_written_again(made: Stock, root: Path) -> None:
    """What verifying found absent is brought by the next run."""
    row = add_mirror(made, root)
    await run_once(made, row)
    (root / MONTH / "a.jpg").unlink()
    with made.open_catalog() as catalog:
        (copy,) = [each for each in catalog.copies(row.mirror_id, 0, 99) if "a.jpg" in each.path]
        catalog.note_copy_state(copy.copy_id, CopyState.ABSENT, "it is not there")
    await run_once(made, row)
    assert files_of(root)[f"{MONTH}/a.jpg"] == ORIGINALS["a.jpg"]
    with made.open_catalog() as catalog:
        states = [(each.role, each.state) for each in catalog.copies(row.mirror_id, 0, 99)]
        assert states == [(Role.CURRENT, CopyState.GOOD)] * 6


async def test_names_suit_the_disk(tmp_path: Path, root: Path) -> None:
    """Where the disk refuses what Windows refuses, names are made fit and told apart."""
    originals = {"a?.jpg": b"\xff\xd8one", "A_.jpg": b"\xff\xd8two", "con.jpg": b"\xff\xd8three"}
    made = stock(tmp_path / "home", originals)
    row = add_mirror(made, root)
    await run_once(made, row, traits=Traits(windows_names=True, case_sensitive=False))
    names = sorted(path.rpartition("/")[2] for path in files_of(root))
    assert "_con.jpg" in names
    assert len({name.lower() for name in names}) == 3
    assert not any("?" in name for name in names)


async def test_a_swapped_folder_stops_the_run(made: Stock, root: Path) -> None:
    """An empty folder where the mirror was: nothing is written there, nothing is concluded."""
    row = add_mirror(made, root)
    await run_once(made, row)
    swap(root)
    with pytest.raises(NotAttached):
        await run_once(made, row)
    assert files_of(root) == {}
    with made.open_catalog() as catalog:
        assert catalog.mirror_counts(row).photos == 6


async def test_what_is_pinned_stays_in_the_cache(made: Stock, root: Path) -> None:
    """A mirror on the disk of the cache takes files out of it, but never those to be kept there."""
    with made.open_catalog() as catalog:
        catalog.set_pinned(1, pinned=True)
    async with engine_over(made) as (engine, _):
        await engine.whole(1)
        await engine.whole(2)
    row = add_mirror(made, root)
    await run_once(made, row)
    with made.open_catalog() as catalog:
        kept = catalog.photo(1).sha256
    assert [each.sha256 for each in made.store().sealed()] == [kept]
    assert len(files_of(root)) == 6


def test_a_mirror_is_due_once_its_time_is_over(made: Stock, root: Path) -> None:
    """Never run, long ago, or by a clock that was ahead: due; a moment ago: not."""
    row = add_mirror(made, root)
    now = 10**18
    assert is_due(row.run_ns, 60.0, now)
    assert is_due(now - 61 * 10**9, 60.0, now)
    assert is_due(now + 10**9, 60.0, now)
    assert not is_due(now - 59 * 10**9, 60.0, now)


@pytest.mark.parametrize("there", [True, False])
async def test_a_lost_file_is_written_again_beside_one_that_was_found(
    made: Stock, root: Path, *, there: bool
) -> None:
    """A mirror that was taken over may hold the same bytes twice, or only claim to."""
    row = add_mirror(made, root)
    await run_once(made, row)
    path, found = root / MONTH / "a.jpg", root / "found" / "a.jpg"
    found.parent.mkdir()
    found.write_bytes(ORIGINALS["a.jpg"])
    status = found.stat()
    stamp = Stamp(status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)
    with made.open_catalog() as catalog:
        (copy,) = (each for each in catalog.copies(1, 0, 9) if each.path == f"{MONTH}/a.jpg")
        with catalog.database.transaction():
            catalog.add_found(row.mirror_id, [("found/a.jpg", copy.sha256, stamp)])
            catalog.note_copy_state(copy.copy_id, CopyState.ABSENT, "it is gone")
    path.unlink()
    if not there:
        found.unlink()
    ran = await run_once(made, row)
    assert ran.tally.failed == []
    assert path.read_bytes() == ORIGINALS["a.jpg"]


async def test_bytes_that_were_only_claimed_are_fetched(made: Stock, root: Path) -> None:
    """A list names a file that is gone before it becomes the photo's: the next run has it."""
    row = add_mirror(made, root)
    sha256 = hashlib.sha256(ORIGINALS["a.jpg"]).hexdigest()
    seen = replace(seen_photo("a.jpg", 3000), hash=ContentHash(HashKind.SHA256, sha256))
    tell(made, *everything(a=seen))
    async with engine_over(made) as (engine, _):
        await engine.whole(1)
    made.store().free(sha256)
    with made.open_catalog() as catalog, catalog.database.transaction():
        catalog.add_found(row.mirror_id, [("found/a.jpg", sha256, Stamp(3000, 1, 1, 1))])
    await run_once(made, row)
    ran = await run_once(made, row)
    assert ran.tally.failed == []
    assert (root / MONTH / "a.jpg").read_bytes() == ORIGINALS["a.jpg"]


async def test_planning_lets_others_work(
    made: Stock, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each page of photos whoever waits has its turn."""
    monkeypatch.setattr(mirroring, "PAGE", 1)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await trio.lowlevel.checkpoint()
            turns += 1

    async with working(made, add_mirror(made, root)) as work, trio.open_nursery() as nursery:
        nursery.start_soon(count)
        assert len((await find_pending(work)).photos) == len(ORIGINALS)
        assert turns >= len(ORIGINALS) // 2
        nursery.cancel_scope.cancel()
