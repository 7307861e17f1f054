"""A mirror of a test's library, run as the agent runs it, and what a person sees of it."""

import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from agent.mirror_work import Work
from agent.mirroring import Ran, find_pending, make_work, run
from photofs.catalog.mirrors import MirrorRow, NewMirror
from photofs.catalog.sqlite import Catalog
from photofs.mirrors.opening import begin_mirror, open_mirror
from photofs.model.mirror import AlbumFolders, Traits
from photofs.model.observation import Progress
from photofs.volume.engine import open_engine
from tests.support.stocked import Stock, pieces

LAYOUT = "{year}/{year}-{month}"


def add_mirror(
    made: Stock,
    root: Path,
    *,
    albums: AlbumFolders = AlbumFolders.LINKS,
    layout: str = LAYOUT,
    embed: bool = False,
) -> MirrorRow:
    """A mirror of the library "home", in an empty folder that is made if need be."""
    root.mkdir(exist_ok=True)
    with made.open_catalog() as catalog, closing(begin_mirror(root, "home", "2026")) as folder:
        (library,) = catalog.libraries()
        new = NewMirror(
            library.library_id,
            str(root),
            folder.marker.mirror,
            folder.disk,
            layout,
            albums,
            {"embed": True} if embed else {},
            folder.traits,
        )
        return catalog.mirror(catalog.add_mirror(new, time.time_ns()))


@asynccontextmanager
async def working(
    made: Stock, row: MirrorRow, *, traits: Traits | None = None
) -> AsyncIterator[Work]:
    """What a run works with."""
    with made.open_catalog() as catalog, made.open_catalog() as learnt:
        using_traits = traits or row.traits
        folder = open_mirror(Path(row.root), row.marker, using_traits, writing=True)
        with closing(folder):
            using = pieces(made, learnt)
            async with open_engine(using) as engine:
                yield make_work(catalog, using, folder, catalog.mirror(row.mirror_id), engine)


def mirror_row(catalog: Catalog) -> MirrorRow:
    """The only mirror."""
    (row,) = catalog.mirrors()
    return row


async def run_once(made: Stock, row: MirrorRow, *, traits: Traits | None = None) -> Ran:
    """One run; it must leave nothing to do behind, if it went through."""
    async with working(made, row, traits=traits) as work:
        ran = await run(work, tell_nobody)
        if ran.trouble is None and not ran.tally.failed:
            assert (await find_pending(work)).photos == []
        return ran


def tell_nobody(_progress: Progress) -> None:
    """Nobody watches."""


def files_of(root: Path) -> dict[str, bytes]:
    """All plain files below a folder but those that photofs keeps about them."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and path.name not in {".photofs-mirror", ".photofs-catalog", "SHA256SUMS", "albums.json"}
        and path.suffix != ".xmp"
    }


def check_sums(root: Path) -> int:
    """Have the real program check all lists; how many files they name."""
    named = 0
    for path in root.rglob("SHA256SUMS"):
        subprocess.run(
            ["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"], cwd=path.parent, check=True
        )
        named += len(path.read_text(encoding="utf-8").splitlines())
    return named


def shown_order(folder: Path) -> list[str]:
    """The names in an album's folder, sorted as a program does."""
    return sorted(path.name for path in folder.iterdir())


def swap(root: Path) -> None:
    """Another, empty folder stands where the mirror was."""
    root.rename(root.with_name("unplugged"))
    root.mkdir()
