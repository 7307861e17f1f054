"""What stands beside a mirror's files is verified as they are, and made anew by run and repair."""

import os
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent.mirror_beside import write_beside
from agent.mirroring import run
from agent.verifying import Verified, Wanted
from photofs.catalog.beside_rows import Beside
from photofs.catalog.mirrors import MirrorRow
from photofs.model.album_list import NAME
from photofs.model.mirror import AlbumFolders
from photofs.wishing.recognising import accept, recognise_mirror
from tests.support.jpegs import jpeg
from tests.support.mirrored import add_mirror, check_sums, tell_nobody, working
from tests.support.proven import edit, flip, repaired, verified
from tests.support.stocked import Stock, file_photos, seen_photo, stock

ORIGINALS = {f"{name}.jpg": jpeg(seed, 3000 + seed) for seed, name in enumerate("abcd")}
MONTH, LAKE = "2019/2019-07", "Albums/Lake"

Mend = Callable[[Stock, MirrorRow], Awaitable[object]]


async def run_all(made: Stock, row: MirrorRow) -> int:
    """A run with all that comes after it; how many sidecars it wrote."""
    async with working(made, row) as work:
        await run(work, tell_nobody)
        return await write_beside(work)


BY: list[Mend] = [run_all, repaired]


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """Four photos in an album."""
    return stock(tmp_path / "home", ORIGINALS)


@pytest.fixture
async def row(made: Stock, tmp_path: Path) -> MirrorRow:
    """Their mirror, with links for albums, verified."""
    added = add_mirror(made, tmp_path / "nas")
    await run_all(made, added)
    assert wrong_paths(await verified(made, added)) == []
    return added


def wrong_paths(found: Verified) -> list[str]:
    """What is not right."""
    return sorted(each.partition(": ")[0] for each in found.wrong)


def is_wrong(made: Stock, row: MirrorRow) -> bool:
    """As notices and `photofs status` ask."""
    with made.open_catalog() as catalog:
        return catalog.is_wrong(row.mirror_id)


def everything(root: Path) -> dict[str, bytes]:
    """All plain files below a mirror's root."""
    files = (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def shown(root: Path) -> dict[str, bytes | str]:
    """All that is below a mirror's root but for what was set aside: bytes, or where links point."""
    return {
        path.relative_to(root).as_posix(): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        for path in root.rglob("*")
        if (path.is_symlink() or path.is_file())
        and "Damaged" not in path.parts
        and path.name != ".photofs-catalog"
    }


def harm(root: Path) -> list[str]:
    """One of each kind is removed, another one damaged or led astray; their paths."""
    (root / MONTH / "a.jpg.xmp").unlink()
    words = root / MONTH / "b.jpg.xmp"
    flip(words, words.read_bytes().index(b"at the lake"))  # it is XMP still, with another word
    edit(root / MONTH / "c.jpg.xmp", b"")
    (root / MONTH / "SHA256SUMS").unlink()
    flip(root / "albums.json")
    (root / LAKE / "0001 a.jpg").unlink()
    (root / LAKE / "0002 b.jpg").unlink()
    (root / LAKE / "0002 b.jpg").symlink_to("../../2019/2019-07/a.jpg")
    (root / LAKE / "0003 c.jpg").unlink()
    (root / LAKE / "0003 c.jpg").write_bytes(b"a person's")
    sidecars = [f"{MONTH}/{name}.jpg.xmp" for name in "abc"]
    links = [f"{LAKE}/000{number} {name}.jpg" for number, name in enumerate("abc", 1)]
    return sorted([*sidecars, *links, f"{MONTH}/SHA256SUMS", "albums.json"])


@pytest.mark.parametrize("mend", BY)
async def test_p17_harm_beside_the_files_is_told_until_it_is_mended(
    made: Stock, row: MirrorRow, mend: Mend
) -> None:
    """P17: what is removed, damaged or points elsewhere is named; run and repair make it anew."""
    root = Path(row.root)
    before = shown(root)
    harmed = harm(root)
    for _ in range(2):
        assert wrong_paths(await verified(made, row)) == harmed
        assert is_wrong(made, row)
    await mend(made, row)
    assert shown(root) == before
    assert not is_wrong(made, row)
    assert wrong_paths(await verified(made, row)) == []
    assert check_sums(root) == 4


async def test_repair_names_what_it_made_anew(made: Stock, row: MirrorRow) -> None:
    """Each path once, and nothing is left over."""
    harmed = harm(Path(row.root))
    await verified(made, row)
    done = await repaired(made, row)
    assert sorted(each.partition(": ")[0] for each in done.mended) == harmed
    assert done.left == []


async def test_what_was_damaged_there_is_kept(made: Stock, row: MirrorRow) -> None:
    """Below Damaged, with its path: it may be somebody's work after all."""
    root = Path(row.root)
    harm(root)
    await verified(made, row)
    await run_all(made, row)
    kept = {path.name for path in (root / "Damaged").rglob("*") if not path.is_dir()}
    assert kept == {"b.jpg.xmp", "c.jpg.xmp", "albums.json", "0002 b.jpg", "0003 c.jpg"}
    (theirs,) = (root / "Damaged").rglob("0003 c.jpg")
    assert theirs.read_bytes() == b"a person's"


async def test_all_of_it_comes_back(made: Stock, row: MirrorRow) -> None:
    """Albums, list and sidecars removed altogether, by a cleaning up, are told and made anew."""
    root = Path(row.root)
    before = shown(root)
    shutil.rmtree(root / "Albums")
    for path in before:
        if path.endswith((".xmp", "SHA256SUMS", "albums.json")):
            (root / path).unlink()
    found = await verified(made, row)
    assert len(found.wrong) == len(before) - len(ORIGINALS) - 1  # and the marker
    assert found.good == found.files == len(ORIGINALS)
    await run_all(made, row)
    assert shown(root) == before


def by_digikam(data: bytes) -> bytes:
    """A sidecar as another program leaves it: it names itself, and one word is another one."""
    named = data.replace(b'xmptk="photofs"', b'xmptk="XMP Core 4.4.0-Exiv2"')
    return named.replace(b"a day at the lake", b"our day there")


def by_hand(data: bytes) -> bytes:
    """A sidecar as somebody with a text editor leaves it."""
    return data.replace(b"a day at the lake", b"our day there")


@pytest.mark.parametrize("change", [by_digikam, by_hand])
async def test_somebodys_work_on_a_sidecar_is_told_and_kept(
    made: Stock, row: MirrorRow, change: Callable[[bytes], bytes]
) -> None:
    """It is no fault, stays when its photo changes, and goes along when that is moved."""
    path = Path(row.root) / MONTH / "b.jpg.xmp"
    path.write_bytes(change(path.read_bytes()))
    theirs = path.read_bytes()
    os.utime(path, (1_700_000_000, 1_700_000_000))
    for title in ("New", "Newer"):
        found = await verified(made, row)
        assert (found.wrong, len(found.beside.kept)) == ([], 1)
        assert found.beside.kept[0].startswith(f"{MONTH}/b.jpg.xmp: ")
        assert not is_wrong(made, row)
        await repaired(made, row)
        tell_title(made, title)
        await run_all(made, row)
        assert path.read_bytes() == theirs
    tell_title(made, "Newest", called="x")
    await run_all(made, row)
    moved = path.with_name("xb.jpg.xmp")
    assert moved.read_bytes() == theirs
    assert [each.partition(":")[0] for each in (await verified(made, row)).beside.kept] == [
        moved.relative_to(row.root).as_posix()
    ]
    assert not (Path(row.root) / "Damaged").exists()


def tell_title(made: Stock, title: str, called: str = "") -> None:
    """The source tells another title of all photos; each is called with that before it."""
    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        later = catalog.last_change()
        photos = [seen_photo(name, len(data), title=title) for name, data in ORIGINALS.items()]
        told = [
            replace(each, as_of_ns=each.as_of_ns + later, file_name=called + each.remote_id)
            for each in photos
        ]
        file_photos(catalog, source.source_id, told)


async def test_what_a_run_has_yet_to_write_is_no_fault(made: Stock, row: MirrorRow) -> None:
    """After a scan, sidecars and list tell what was so at the last run; that is not judged."""
    tell_title(made, "New")
    assert wrong_paths(await verified(made, row)) == []
    (Path(row.root) / MONTH / "a.jpg.xmp").unlink()
    assert wrong_paths(await verified(made, row)) == [f"{MONTH}/a.jpg.xmp"]
    assert await run_all(made, row) == 4
    assert wrong_paths(await verified(made, row)) == []


async def test_a_lost_file_makes_no_list_wrong(made: Stock, row: MirrorRow) -> None:
    """The list names it still, so that sha256sum tells of it as well."""
    (Path(row.root) / MONTH / "a.jpg").unlink()
    for _ in range(2):
        assert wrong_paths(await verified(made, row)) == [f"{MONTH}/a.jpg"]


async def test_a_wrong_hash_in_a_list_is_told(made: Stock, row: MirrorRow) -> None:
    """A list of other hashes is made anew; a line that somebody has added is no fault."""
    path = Path(row.root) / MONTH / "SHA256SUMS"
    own = path.read_text()
    path.write_text(own + f"{'0' * 64}  theirs.txt\n")
    assert wrong_paths(await verified(made, row)) == []
    path.write_text(own.replace(own[:64], "0" * 64))
    assert wrong_paths(await verified(made, row)) == [f"{MONTH}/SHA256SUMS"]
    await run_all(made, row)
    assert path.read_text() == own


async def test_what_is_right_again_by_itself_is_told_no_more(made: Stock, row: MirrorRow) -> None:
    """Put back by hand from a backup, all of it counts as right at the next verifying."""
    root = Path(row.root)
    backup = root.with_name("backup")
    shutil.copytree(root, backup, symlinks=True)
    harm(root)
    await verified(made, row)
    for path in [*backup.rglob("*.xmp"), *backup.rglob("SHA256SUMS"), *backup.rglob("0*")]:
        there = root / path.relative_to(backup)
        there.unlink(missing_ok=True)
        shutil.copy2(path, there, follow_symlinks=False)
    shutil.copy2(backup / "albums.json", root)
    assert wrong_paths(await verified(made, row)) == []
    assert not is_wrong(made, row)


async def test_a_list_of_copies_is_looked_at_too(made: Stock, tmp_path: Path) -> None:
    """In an album's folder of copies, where sha256sum reads it."""
    row = add_mirror(made, tmp_path / "copies", albums=AlbumFolders.COPIES)
    await run_all(made, row)
    path = Path(row.root) / LAKE / "SHA256SUMS"
    own = path.read_text()
    path.unlink()
    assert wrong_paths(await verified(made, row)) == [f"{LAKE}/SHA256SUMS"]
    await run_all(made, row)
    assert path.read_text() == own
    assert wrong_paths(await verified(made, row)) == []


@pytest.mark.parametrize("folder", [MONTH, LAKE])
@pytest.mark.parametrize("mend", BY)
async def test_folders_named_as_ours_end_no_run(
    made: Stock, tmp_path: Path, mend: Mend, folder: str
) -> None:
    """One in place of a list of hashes is kept in Damaged, one named as a temporary file stays."""
    row = add_mirror(made, tmp_path / "copies", albums=AlbumFolders.COPIES)
    await run_all(made, row)
    root = Path(row.root)
    own = (root / folder / "SHA256SUMS").read_text()
    (root / folder / "SHA256SUMS").unlink()
    for name in ("SHA256SUMS", ".photofs-0123456789abcdef.tmp"):
        (root / folder / name).mkdir()
        (root / folder / name / "mine").write_text("a person's")
    await verified(made, row)
    await mend(made, row)
    assert (root / folder / "SHA256SUMS").read_text() == own
    assert wrong_paths(await verified(made, row)) == []
    kept = [path for path, data in everything(root).items() if data == b"a person's"]
    assert sorted(path.rpartition("/")[0].rpartition("/")[2] for path in kept) == [
        ".photofs-0123456789abcdef.tmp",
        "SHA256SUMS",
    ]


async def test_the_background_looks_when_it_is_due(made: Stock, row: MirrorRow) -> None:
    """As seldom as files are re-read."""
    harmed = harm(Path(row.root))
    with made.open_catalog() as catalog:
        read_ns = catalog.albums_read(row.mirror_id)
    assert (await verified(made, row, Wanted(before_ns=read_ns))).wrong == []
    assert wrong_paths(await verified(made, row, Wanted(before_ns=read_ns + 1))) == harmed


async def test_links_that_a_killed_run_had_not_made_are_made(made: Stock, row: MirrorRow) -> None:
    """They are noted before they are made: the next run looks whether they are there."""
    link = Path(row.root) / LAKE / "0004 d.jpg"
    link.unlink()
    with made.open_catalog() as catalog:
        (album,) = catalog.album_folders(row.mirror_id).values()
        catalog.set_album_folder(row.mirror_id, album._replace(shown=""))
    await run_all(made, row)
    assert link.is_symlink()


async def test_p18_an_older_catalog_mends_no_album(made: Stock, row: MirrorRow) -> None:
    """P18: in doubt its albums' folders are told of and left, until the catalog is accepted."""
    link = Path(row.root) / LAKE / "0001 a.jpg"
    link.unlink()
    await verified(made, row)
    with made.open_catalog() as catalog:
        catalog.begin_doubt("it may be an older one", 1)
    (left,) = (await repaired(made, row)).left
    assert "--accept-restored" in left
    assert not link.is_symlink()
    with made.open_catalog() as catalog:
        catalog.end_doubt()
    assert (await repaired(made, row)).left == []
    assert link.is_symlink()


async def test_p18_what_another_catalog_wrote_is_no_persons(made: Stock, row: MirrorRow) -> None:
    """P18: in doubt it stays as it is; once accepted it is kept in Damaged, and written anew."""
    root = Path(row.root)
    sidecar = root / MONTH / "a.jpg.xmp"
    own = sidecar.read_bytes()
    newer = own.replace(b"</rdf:RDF>", b"<!-- written since the backup --></rdf:RDF>")
    edit(sidecar, newer)
    (root / ".photofs-catalog").write_text("f" * 32)
    async with working(made, row) as work:
        recognise_mirror(work.catalog, work.folder, 1)
        work.catalog.note_beside(row.mirror_id, Beside(0, 0))  # each is looked at
    await run_all(made, row)
    assert sidecar.read_bytes() == newer
    assert (await verified(made, row)).beside.kept == []
    with made.open_catalog() as catalog:
        accept(catalog)
    await run_all(made, row)
    assert sidecar.read_bytes() == own
    (kept,) = (root / "Damaged").rglob("a.jpg.xmp")
    assert kept.read_bytes() == newer


async def doubt(made: Stock, row: MirrorRow) -> None:
    """Another catalog has worked on the mirror since, and it is looked at as a whole."""
    (Path(row.root) / ".photofs-catalog").write_text("f" * 32)
    async with working(made, row) as work:
        recognise_mirror(work.catalog, work.folder, 1)
        work.catalog.note_beside(row.mirror_id, Beside(0, 0))


async def test_regression_p18_a_newer_list_of_albums_is_not_written_over(
    made: Stock, row: MirrorRow
) -> None:
    """P18: whoever restores before the catalog is accepted reads the newer; then it is kept."""
    path = Path(row.root) / NAME
    own = path.read_bytes()
    newer = own.replace(b'"Lake"', b'"Lake, and what came since the backup"')
    assert newer != own
    edit(path, newer)
    await doubt(made, row)
    tell_title(made, "New")  # so that there is something to write
    await run_all(made, row)
    assert path.read_bytes() == newer
    assert wrong_paths(await verified(made, row)) == []
    with made.open_catalog() as catalog:
        accept(catalog)
    await run_all(made, row)
    assert path.read_bytes() == own
    (kept,) = (Path(row.root) / "Damaged").rglob(NAME)
    assert kept.read_bytes() == newer


async def test_p18_a_list_that_nobody_can_read_is_made_anew_in_doubt(
    made: Stock, row: MirrorRow
) -> None:
    """P18: it tells nobody anything; it is kept all the same."""
    path = Path(row.root) / NAME
    own = path.read_bytes()
    edit(path, own[: len(own) // 2])
    await doubt(made, row)
    tell_title(made, "New")
    await run_all(made, row)
    assert path.read_bytes() == own
    (kept,) = (Path(row.root) / "Damaged").rglob(NAME)
    assert kept.read_bytes() == own[: len(own) // 2]
