"""Kill -9 while sidecars and the list are written: no half file, and none taken for a person's."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
import trio

from agent.mirroring import run_and_list
from photofs.metadata.xmp import read_xmp
from photofs.model.album_list import read_album_list
from tests.support.killed_program import killed_at
from tests.support.mirrored import add_mirror, mirror_row, tell_nobody, working
from tests.support.proven import verified
from tests.support.stocked import Stock, file_photos, picture, seen_photo, stock

ORIGINALS: Final = {f"{name}.jpg": picture(seed, 900) for seed, name in enumerate("abc")}
MOMENTS: Final = 8


def world(folder: Path) -> Stock:
    """A mirror that is whole, whose photos have other titles since."""
    made = stock(folder / "home", ORIGINALS)
    add_mirror(made, folder / "nas")
    trio.run(go_on, made)
    tell_title(made, "Second")
    return made


async def go_on(made: Stock) -> None:
    """The next run."""
    with made.open_catalog() as catalog:
        row = mirror_row(catalog)
    async with working(made, row) as work:
        await run_and_list(work, tell_nobody)
    found = await verified(made, row)
    assert (found.beside.wrong, found.beside.kept) == ({}, [])


def tell_title(made: Stock, title: str) -> None:
    """The source tells that title of all photos."""
    with made.open_catalog() as catalog:
        (source,) = catalog.sources()
        later = catalog.last_change()
        photos = [seen_photo(name, len(data), title=title) for name, data in ORIGINALS.items()]
        told = [replace(each, as_of_ns=each.as_of_ns + later) for each in photos]
        file_photos(catalog, source.source_id, told)


def check_world(root: Path, title: str) -> None:
    """Each sidecar tells that title, the list all photos, and nothing half stands anywhere."""
    facts = [read_xmp(path.read_bytes()) for path in sorted(root.rglob("*.xmp"))]
    assert [each and each.title for each in facts] == [title] * len(ORIGINALS)
    assert len(read_album_list((root / "albums.json").read_bytes()).photos) == len(ORIGINALS)
    assert list(root.rglob("*.tmp")) == []
    assert not (root / "Damaged").exists()


@pytest.mark.timeout(300)
def test_p17_writing_what_stands_beside_survives_kill_9(tmp_path: Path) -> None:
    """P17: at any moment; with yet another title the next run writes each anew."""
    counted = world(tmp_path / "counted")
    calls = killed_at("beside_program", counted, 0)
    check_world(tmp_path / "counted" / "nas", "Second")
    for nth in range(1, len(calls) + 1, max(1, len(calls) // MOMENTS)):
        made = world(tmp_path / str(nth))
        killed_at("beside_program", made, nth)
        tell_title(made, "Third")
        trio.run(go_on, made)
        check_world(tmp_path / str(nth) / "nas", "Third")
        shutil.rmtree(tmp_path / str(nth))
