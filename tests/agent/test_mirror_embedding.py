"""A mirror into whose copies facts are written: what they tell, prove, and never stand in for."""

import hashlib
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from agent.mirror_beside import write_beside
from agent.mirror_embedding import bench, prepare
from photofs.catalog.mirrors import MirrorRow
from photofs.emulators.pictures import make_jpeg, make_png
from photofs.metadata.embedding import picture_hash
from photofs.model.album_list import NAME, read_album_list
from photofs.model.errors import Corrupt
from photofs.model.mirror import CopyState
from photofs.model.sidecar import DateTold, SidecarFacts
from tests.support.disks import fill, small_disk, why_no_mounts
from tests.support.fake_source import requests_of
from tests.support.mirrored import add_mirror, check_sums, files_of, run_once, working
from tests.support.proven import copies, edit, flip, repaired, verified
from tests.support.stocked import Stock, engine_over, file_photos, seen_photo, stock

MONTH = "2019/2019-07"
BARE, DATED = make_jpeg(1), make_jpeg(2, taken=datetime.fromisoformat("2019-07-21T12:30:15"))
PNG, VIDEO = make_png(3), b"\0\0\0\x18ftypmp42" + bytes(500)
ORIGINALS = {"bare.jpg": BARE, "dated.jpg": DATED, "drawn.png": PNG, "film.mp4": VIDEO}


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """A JPEG that tells no date, one that does, a PNG, and a video."""
    return stock(tmp_path / "home", ORIGINALS)


@pytest.fixture
async def row(made: Stock, tmp_path: Path) -> MirrorRow:
    """Their mirror, with facts in the copies."""
    added = add_mirror(made, tmp_path / "nas", embed=True)
    ran = await run_once(made, added)
    assert (ran.tally.failed, ran.tally.plain) == ([], [])
    return added


def sha(data: bytes) -> str:
    """A SHA-256."""
    return hashlib.sha256(data).hexdigest()


def dates_in(folder: Path) -> list[str]:
    """The capture times that exiftool reads in a folder's pictures, by name."""
    done = subprocess.run(
        ["exiftool", "-q", "-s3", "-ExifIFD:DateTimeOriginal", "-fileOrder", "FileName", folder],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split("\n")[:-1]


async def test_copies_tell_their_date_and_show_the_same(made: Stock, row: MirrorRow) -> None:
    """Those that had none; each row names the original, and how the copy comes from it."""
    root = Path(row.root)
    assert dates_in(root / MONTH) == ["2019:07:21 12:30:15"] * 3
    found = files_of(root)
    assert (found[f"{MONTH}/dated.jpg"], found[f"{MONTH}/film.mp4"]) == (DATED, VIDEO)
    rows = {path.rpartition("/")[2]: copy for path, copy in copies(made).items()}
    for name, data in ORIGINALS.items():
        assert rows[name].sha256 == sha(found[f"{MONTH}/{name}"])
        assert rows[name].original == sha(data)
        plain = made.root / name
        plain.write_bytes(data)
        assert name == "film.mp4" or picture_hash(plain) == picture_hash(root / MONTH / name)
    bare = rows["bare.jpg"].embedded
    assert bare is not None
    assert bare.cut is not None
    copy = found[f"{MONTH}/bare.jpg"]
    assert copy[: bare.cut.at] + copy[bare.cut.at + bare.cut.size :] == BARE
    drawn = rows["drawn.png"].embedded
    assert drawn is not None
    assert drawn.cut is None
    assert rows["dated.jpg"].embedded is None


async def test_lists_and_verifying_go_by_the_copies(made: Stock, row: MirrorRow) -> None:
    """sha256sum finds them right; so does verifying; a run with nothing to do leaves them."""
    root = Path(row.root)
    assert check_sums(root) == len(ORIGINALS)
    found = await verified(made, row)
    assert [each for each in found.wrong if "film" not in each] == []
    before = files_of(root)
    ran = await run_once(made, row)
    assert ran.tally.changed == 0
    assert files_of(root) == before


async def test_p15_a_copy_is_never_read_for_the_original(made: Stock, row: MirrorRow) -> None:
    """P15: reading a photo gives the original's bytes, asked of its source once more."""
    assert row.settings["embed"]
    asked = len(requests_of(made.source))
    async with engine_over(made) as (engine, catalog):
        for path, copy in copies(made).items():
            arrival = await engine.whole(copy.photo_id or 0)
            assert arrival.sha256 == copy.original, path
            assert (copy.embedded is None) == bool(catalog.readable_copies(copy.original))
    assert len(requests_of(made.source)) > asked


@pytest.mark.parametrize("name", ["bare.jpg", "drawn.png"])
async def test_p17_a_damaged_copy_is_made_again(made: Stock, row: MirrorRow, name: str) -> None:
    """P17: from the original, which is fetched; the damaged one is kept aside."""
    root = Path(row.root)
    before = files_of(root)
    flip(root / MONTH / name)
    assert [each.partition(": ")[0] for each in (await verified(made, row)).damaged] == [
        f"{MONTH}/{name}"
    ]
    done = await repaired(made, row)
    assert [each.partition(": ")[0] for each in done.mended] == [f"{MONTH}/{name}"]
    after = files_of(root)
    assert after[f"{MONTH}/{name}"] == before[f"{MONTH}/{name}"]
    assert any(path.startswith("Damaged/") for path in after)
    assert copies(made)[f"{MONTH}/{name}"].state is CopyState.GOOD
    check_sums(root)


async def test_a_killed_run_finds_its_copies_again(made: Stock, row: MirrorRow) -> None:
    """A copy that was written and not noted is taken by its own hash, and not made anew."""
    root = Path(row.root)
    with made.open_catalog() as catalog, catalog.database.transaction():
        for copy in catalog.copies(row.mirror_id, 0, 99):
            catalog.note_copy_state(copy.copy_id, CopyState.ABSENT, "its writing has begun")
        catalog.mark_stale(row.mirror_id, {MONTH})
    inodes = {path.name: path.stat().st_ino for path in (root / MONTH).iterdir()}
    ran = await run_once(made, row)
    assert ran.tally.written == 0
    assert {path.name: path.stat().st_ino for path in (root / MONTH).glob("*.*g")} == {
        name: number for name, number in inodes.items() if name.endswith("g")
    }


async def test_the_same_original_under_another_key_is_no_new_version(
    made: Stock, row: MirrorRow
) -> None:
    """It is fetched and compared with the original that the copy was made of, not with the copy."""
    before = files_of(Path(row.root))
    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        file_photos(
            catalog,
            source.source_id,
            [seen_photo(name, len(data), key="2") for name, data in ORIGINALS.items()],
        )
    ran = await run_once(made, row)
    assert (ran.tally.versions, ran.tally.written) == (0, 0)
    assert files_of(Path(row.root)) == before


async def test_a_copy_of_which_an_older_catalog_has_no_row_is_taken(
    made: Stock, row: MirrorRow
) -> None:
    """The same facts make the same bytes, so it is known by them, and stands there once."""
    before = files_of(Path(row.root))
    with made.open_catalog() as catalog, catalog.database.transaction():
        catalog.database.run("DELETE FROM mirrored WHERE path LIKE '%bare.jpg'")
    await run_once(made, row)
    assert files_of(Path(row.root)) == before
    assert copies(made)[f"{MONTH}/bare.jpg"].original == sha(BARE)


async def test_without_exiftool_a_copy_is_the_original(
    made: Stock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be written is told, and the photo is there all the same."""
    monkeypatch.setenv("PATH", str(tmp_path))
    row = add_mirror(made, tmp_path / "nas", embed=True)
    ran = await run_once(made, row)
    assert [each.partition(":")[0] for each in ran.tally.plain] == ["drawn.png"]
    assert (Path(row.root) / MONTH / "drawn.png").read_bytes() == PNG
    assert copies(made)[f"{MONTH}/drawn.png"].embedded is None


async def test_a_persons_edit_is_damage_as_everywhere(made: Stock, row: MirrorRow) -> None:
    """A copy that was changed since is told of, though its pixels are the same."""
    path = Path(row.root) / MONTH / "bare.jpg"
    edit(path, BARE)
    found = await verified(made, row)
    assert [each.partition(": ")[0] for each in found.damaged] == [f"{MONTH}/bare.jpg"]


async def test_the_list_of_albums_names_the_originals(made: Stock, row: MirrorRow) -> None:
    """`original` is the hash of the service's bytes, where the file's own is another."""
    async with working(made, row) as work:
        await write_beside(work)
    listed = read_album_list((Path(row.root) / NAME).read_bytes())
    told = {each.file.rpartition("/")[2]: each for each in listed.photos}
    assert told["bare.jpg"].original == sha(BARE)
    assert told["drawn.png"].original == sha(PNG)
    assert told["dated.jpg"].original == ""
    check_sums(Path(row.root))


async def test_a_copy_that_does_not_give_the_original_back_is_none(tmp_path: Path) -> None:
    """Without what was put in it must be the bytes of that very hash; else it is not kept."""
    original = tmp_path / "a.jpg"
    original.write_bytes(BARE)
    taken = DateTold(local=datetime.fromisoformat("2019-07-21T12:30:15"))
    facts = SidecarFacts(taken=taken)
    async with bench(tmp_path / "workshop", 1) as folder:
        made = prepare(original, sha(BARE), facts, folder, "made")
        assert made is not None
        assert made.sha256 == sha(made.path.read_bytes())
        with pytest.raises(Corrupt):
            prepare(original, sha(DATED), facts, folder, "other")
    assert not (tmp_path / "workshop" / "1").exists()


@pytest.mark.skipif(bool(why_no_mounts()), reason=why_no_mounts() or "mounts")
async def test_a_full_cache_makes_no_copy_plain_for_good(made: Stock, tmp_path: Path) -> None:
    """What finds no room to be made is told, and made by the next run that has some."""
    added = add_mirror(made, tmp_path / "nas", embed=True)
    async with working(made, added) as work:
        workshop = work.store.workshop
    workshop.parent.mkdir(parents=True)
    with small_disk(workshop, 1 << 20) as disk:
        fill(disk)
        ran = await run_once(made, added)
        assert (len(ran.tally.failed), ran.tally.plain) == (2, [])
        assert "No space left" in ran.tally.failed[0]
    ran = await run_once(made, added)
    assert (ran.tally.failed, ran.tally.plain) == ([], [])
    assert dates_in(tmp_path / "nas" / MONTH) == ["2019:07:21 12:30:15"] * 3
