"""What stands beside a mirror's files: written once, followed, and never over anybody's own."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent.mirror_beside import write_beside
from agent.mirroring import run
from photofs.catalog.mirrors import MirrorRow
from photofs.metadata.xmp import read_xmp
from photofs.model.album_list import read_album_list
from photofs.model.mirror import CopyState
from photofs.model.sidecar import SidecarFacts
from tests.support.mirrored import add_mirror, tell_nobody, working
from tests.support.stocked import TAKEN, Stock, file_photos, picture, seen_photo, stock

ORIGINALS = {f"{name}.jpg": picture(number, 900) for number, name in enumerate("abc")}
FOLDER = Path("2019/2019-07")


@pytest.fixture
def made(tmp_path: Path) -> Stock:
    """Three photos in one album."""
    return stock(tmp_path / "stock", ORIGINALS)


@pytest.fixture
def row(made: Stock, tmp_path: Path) -> MirrorRow:
    """A mirror that was not run yet."""
    return add_mirror(made, tmp_path / "mirror")


async def once(made: Stock, row: MirrorRow) -> int:
    """One run; how many sidecars were written."""
    async with working(made, row) as work:
        await run(work, tell_nobody)
        return await write_beside(work)


def told(row: MirrorRow, name: str) -> SidecarFacts:
    """What a sidecar tells."""
    facts = read_xmp((Path(row.root) / FOLDER / f"{name}.xmp").read_bytes())
    assert facts is not None
    return facts


async def test_each_photo_has_its_sidecar(made: Stock, row: MirrorRow) -> None:
    """With texts, tags, album, date and page; the list names all files, albums and hashes."""
    assert await once(made, row) == 3
    facts = told(row, "a.jpg")
    assert (facts.description, facts.tags) == ("a day at the lake", ("lake", "summer"))
    assert (facts.albums, facts.photo_id) == (("Lake",), "a.jpg")
    assert facts.page_url == "https://example.org/a.jpg"
    assert facts.taken is not None
    assert facts.taken.local == TAKEN.replace(tzinfo=None)
    assert facts.taken.offset == TAKEN.utcoffset()
    listed = read_album_list((Path(row.root) / "albums.json").read_bytes())
    files = tuple(f"{FOLDER}/{name}" for name in ORIGINALS)
    assert tuple(photo.file for photo in listed.photos) == files
    assert [(album.title, album.files) for album in listed.albums] == [("Lake", files)]
    assert all(len(photo.sha256) == 64 and not photo.original for photo in listed.photos)


async def test_a_run_with_nothing_new_opens_nothing(made: Stock, row: MirrorRow) -> None:
    """What was told is not looked at again."""
    await once(made, row)
    for name in times(row):
        (Path(row.root) / FOLDER / name).write_bytes(b"gone bad, and nobody looks")
    assert await once(made, row) == 0


async def test_only_what_changed_is_written(made: Stock, row: MirrorRow) -> None:
    """Another title writes one sidecar; the others, and the list, keep their times."""
    await once(made, row)
    before = times(row)
    refile(made, title="New")
    assert await once(made, row) == 1
    assert told(row, "a.jpg").title == "New"
    changed = {name for name, time in times(row).items() if before.get(name) != time}
    assert changed == {"a.jpg.xmp"}


async def test_an_older_catalog_is_known_by_sidecars_alone(made: Stock, row: MirrorRow) -> None:
    """A run that writes nothing else puts another word there; one with nothing to do does not."""
    await once(made, row)
    word = Path(row.root) / ".photofs-catalog"
    words = [word.read_text()]
    for title in ("New", "New"):
        refile(made, title=title)
        await once(made, row)
        words.append(word.read_text())
    assert words[0] != words[1] == words[2]


async def test_somebodys_own_sidecar_stays(made: Stock, row: MirrorRow) -> None:
    """One that was there, or was changed by another program since, is not written over."""
    own = Path(row.root) / FOLDER / "b.jpg.xmp"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")
    assert await once(made, row) == 2
    first = Path(row.root) / FOLDER / "a.jpg.xmp"
    first.write_bytes(first.read_bytes().replace(b'xmptk="photofs"', b'xmptk="digiKam"'))
    before = first.read_bytes()
    refile(made, title="New")
    assert await once(made, row) == 0
    assert (own.read_bytes(), first.read_bytes()) == (b"mine", before)


async def test_forgotten_changes_have_all_looked_at(made: Stock, row: MirrorRow) -> None:
    """Where the catalog keeps no list of what changed since, every sidecar is compared."""
    await once(made, row)
    (Path(row.root) / FOLDER / "c.jpg.xmp").unlink()
    refile(made, title="New")
    with made.open_catalog() as catalog:
        catalog.trim_changes(0)
        refile(made, title="Newer")
    assert await once(made, row) == 2


def times(row: MirrorRow) -> dict[str, int]:
    """When each file beside the photos was written."""
    paths = [*Path(row.root).rglob("*.xmp"), Path(row.root) / "albums.json"]
    return {path.name: path.stat().st_mtime_ns for path in paths}


def refile(made: Stock, **facts: object) -> None:
    """Another scan tells other facts of the first photo."""
    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        photos = [seen_photo(name, len(data)) for name, data in ORIGINALS.items()]
        later = catalog.last_change()
        first = replace(photos[0], as_of_ns=photos[0].as_of_ns + later, **facts)  # type: ignore[arg-type]
        file_photos(catalog, source.source_id, [first, *photos[1:]])


async def test_a_sidecar_is_written_after_the_clock_was_set_back(
    made: Stock, row: MirrorRow
) -> None:
    """What a run wrote it knows by itself, not by the time."""
    assert await once(made, row) == 3
    path = Path(row.root) / FOLDER / "b.jpg"
    path.unlink()
    path.with_name("b.jpg.xmp").unlink()
    with made.open_catalog() as catalog:
        (copy,) = (each for each in catalog.copies(1, 0, 9) if each.path.endswith("b.jpg"))
        catalog.note_copy_state(copy.copy_id, CopyState.ABSENT, "it is gone")
    async with working(made, row) as work:
        before = replace(work, now_ns=lambda: copy.written_ns - 10**12)
        await run(before, tell_nobody)
        assert await write_beside(before) == 1
    assert path.with_name("b.jpg.xmp").exists()
