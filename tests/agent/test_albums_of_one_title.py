"""Two albums of one title in a mirror whose catalog is new, or an older one: each keeps its own."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from photofs.catalog.mirrors import MirrorRow, NewMirror
from photofs.mirrors.claims import claimed_files
from photofs.mirrors.opening import open_mirror
from photofs.model.mirror import AlbumFolders
from photofs.model.observation import AlbumSeen
from tests.support.jpegs import jpeg
from tests.support.mirrored import add_mirror, check_sums, run_once
from tests.support.proven import verified
from tests.support.stocked import NOW_NS, Stock, filing_into, seen_photo, stock

ORIGINALS = {f"{name}.jpg": jpeg(seed, 3000 + seed) for seed, name in enumerate("abcdef")}
FIRST, SECOND = ("a.jpg", "b.jpg", "c.jpg"), ("d.jpg", "b.jpg", "e.jpg")
MANNERS = [AlbumFolders.LINKS, AlbumFolders.COPIES]

Albums = Mapping[str, Sequence[str]]


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """Six photos, and no album but those that a test tells of."""
    return stock(tmp_path / "home", ORIGINALS)


def tell(made: Stock, albums: Albums) -> None:
    """The source tells of these albums, in that order, all with one title."""
    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        as_of_ns = NOW_NS + catalog.last_change()
        seen = [
            AlbumSeen(remote_id=each, title="Lima", members=tuple(members), as_of_ns=as_of_ns)
            for each, members in albums.items()
        ]
        photos = [seen_photo(name, len(data)) for name, data in ORIGINALS.items()]
        for _ in range(2):  # what is gone counts once it was not told twice
            with filing_into(catalog).scan(source.source_id) as run:
                run.file([*photos, *seen])
                run.finish(None, full=True)
        with catalog.database.transaction():
            catalog.database.run("UPDATE album SET gone = 1 WHERE remote_id = 'lake'")


def albums_in(root: Path) -> dict[str, list[str]]:
    """The photos that each folder shows, in order, by name; all names must lead to their photos."""
    found: dict[str, list[str]] = {}
    for path in sorted((root / "Albums").rglob("0*")):
        name = path.name.partition(" ")[2]
        assert path.read_bytes() == ORIGINALS[name]
        found.setdefault(path.parent.name, []).append(name)
    return found


def taken_over(row: MirrorRow, home: Path, albums: Albums) -> tuple[Stock, MirrorRow]:
    """The catalog is lost; a new one hears of these albums, and takes the mirror over."""
    anew = stock(home, ORIGINALS)
    tell(anew, albums)
    opened = open_mirror(Path(row.root), row.marker, row.traits, writing=False)
    with anew.open_catalog() as catalog, closing(opened) as folder:
        (library,) = catalog.libraries()
        place = (row.root, row.marker, row.disk, row.layout, row.albums)
        new = NewMirror(library.library_id, *place, {}, row.traits)
        number = catalog.add_mirror(new, NOW_NS)
        with catalog.database.transaction():
            catalog.add_found(number, claimed_files(folder))
        return anew, catalog.mirror(number)


@pytest.mark.parametrize("manner", MANNERS)
async def test_each_finds_its_own_folder_again(
    made: Stock, tmp_path: Path, manner: AlbumFolders
) -> None:
    """A new catalog hears of them in another order: neither gets into the other's folder."""
    row = add_mirror(made, tmp_path / "nas", albums=manner)
    tell(made, {"first": FIRST, "second": SECOND})
    await run_once(made, row)
    before = albums_in(Path(row.root))
    assert before == {"Lima": list(FIRST), "Lima (2)": list(SECOND)}
    anew, row = taken_over(row, tmp_path / "anew", {"second": SECOND, "first": FIRST})
    ran = await run_once(anew, row)
    assert ran.tally.failed == []
    assert albums_in(Path(row.root)) == before
    assert (await verified(anew, row)).wrong == []
    check_sums(Path(row.root))


async def test_what_has_changed_meanwhile_is_shown(made: Stock, tmp_path: Path) -> None:
    """Another order and one photo more: links are made anew in the same folder, none is left."""
    row = add_mirror(made, tmp_path / "nas")
    tell(made, {"first": FIRST, "second": SECOND})
    await run_once(made, row)
    theirs = Path(row.root) / "Albums" / "Lima" / "notes.txt"
    theirs.write_text("mine")
    later = {"second": ("e.jpg", "d.jpg", "b.jpg"), "first": (*FIRST, "f.jpg")}
    anew, row = taken_over(row, tmp_path / "anew", later)
    await run_once(anew, row)
    wanted = {"Lima": list(later["first"]), "Lima (2)": list(later["second"])}
    assert albums_in(Path(row.root)) == wanted
    assert theirs.read_text() == "mine"


@pytest.mark.parametrize("manner", MANNERS)
async def test_an_older_catalog_keeps_what_it_does_not_know(
    made: Stock, tmp_path: Path, manner: AlbumFolders
) -> None:
    """The second album came after the backup; put back, each album has all its photos."""
    row = add_mirror(made, tmp_path / "nas", albums=manner)
    tell(made, {"second": SECOND})
    await run_once(made, row)
    backup = tmp_path / "backup.db"
    with made.open_catalog() as catalog:
        catalog.database.connection.execute("VACUUM INTO ?", (str(backup),))
    tell(made, {"first": FIRST, "second": SECOND})
    await run_once(made, row)
    before = albums_in(Path(row.root))
    for each in made.catalog_path.parent.glob("catalog.db*"):
        each.unlink()
    shutil.copyfile(backup, made.catalog_path)
    tell(made, {"first": FIRST, "second": SECOND})
    await run_once(made, row)
    assert albums_in(Path(row.root)) == before
    assert sorted(before.values()) == sorted([list(FIRST), list(SECOND)])


async def test_a_folder_of_other_photos_is_left_alone(made: Stock, tmp_path: Path) -> None:
    """An album that has nothing of what is there gets a folder of its own."""
    row = add_mirror(made, tmp_path / "nas")
    tell(made, {"first": FIRST})
    await run_once(made, row)
    anew, row = taken_over(row, tmp_path / "anew", {"other": ("d.jpg", "e.jpg")})
    await run_once(anew, row)
    assert albums_in(Path(row.root)) == {"Lima": list(FIRST), "Lima (2)": ["d.jpg", "e.jpg"]}
