"""A catalog and a store with photos of a fake source, filed as a real scan would file them."""

import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from photofs.catalog.sqlite import Catalog, open_catalog
from photofs.filing.filing import Filing
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.observation import AlbumSeen, PhotoSeen
from photofs.model.photo import Media
from photofs.originals.local_disk import LocalDisk
from photofs.view.tree import Tree
from photofs.volume.engine import Engine, open_engine
from photofs.volume.fetch import Pieces
from photofs.volume.fetching import Fetching
from photofs.volume.volume import Volume
from photofs.volume.waiting import Deadlines
from photofs.wishing.planning import Policy
from photofs.wishing.wishing import Wishing
from tests.support.fake_source import make_source, open_fake_source

TAKEN = datetime(2019, 7, 21, 12, 30, 15, tzinfo=UTC)
NOW_NS = 1_700_000_000_000_000_000


class Stock(NamedTuple):
    """Where everything of a test's photofs lies."""

    root: Path

    @property
    def catalog_path(self) -> Path:
        """The catalog's file."""
        return self.root / "catalog.db"

    @property
    def source(self) -> Path:
        """The fake source's folder."""
        return self.root / "source"

    @property
    def scratch(self) -> Path:
        """The folder that holds each library's Scratch."""
        return self.root / "scratch"

    def open_catalog(self) -> Catalog:
        """A connection of its own; the caller closes it."""
        return open_catalog(self.catalog_path)

    def wishing(self, catalog: Catalog) -> Wishing:
        """What the mount and the agent wish, on a connection of their own."""
        return Wishing(catalog, filing_into(catalog), Policy(), time.time_ns)

    def store(self, limit: int = 1 << 40) -> LocalDisk:
        """The store of originals."""
        return LocalDisk(self.root / "kept", self.root / "cache", limit=limit, min_free=0)


def picture(seed: int, size: int) -> bytes:
    """Bytes that begin and end as a JPEG does, the same for the same seed."""
    data = random.Random(seed).randbytes(max(size - 6, 0))
    return (b"\xff\xd8\xff\xe1" + data + b"\xff\xd9")[-size:] if size else b""


def seen_photo(
    name: str, size: int | None = None, *, key: str = "1", title: str | None = None
) -> PhotoSeen:
    """What the fake source's scan says of one original."""
    video = name.endswith(".mp4")
    return PhotoSeen(
        remote_id=name,
        media=Media.VIDEO if video else Media.PICTURE,
        content_key=key,
        ref=name,
        as_of_ns=NOW_NS,
        file_name=name,
        title=title,
        description="a day at the lake",
        tags=("lake", "summer"),
        taken=TakenFact(by=TakenBy.EXIF, local=TAKEN.replace(tzinfo=None), instant=TAKEN),
        page_url=f"https://example.org/{name}",
        size=size,
    )


def filing_into(catalog: Catalog) -> Filing:
    """Filing as a house would set it up whose clocks all show UTC."""
    return Filing(
        catalog,
        dates_template="{year}/{year}-{month}",
        default_zone="UTC",
        zone_of_position=lambda _: None,
        offset_of_zone=lambda _zone, _when, _local: timedelta(0),
    )


def file_photos(catalog: Catalog, source_id: int, photos: list[PhotoSeen]) -> None:
    """File them, all in one album besides."""
    filing = filing_into(catalog)
    members = tuple(photo.remote_id for photo in photos)
    album = AlbumSeen(remote_id="lake", title="Lake", members=members, as_of_ns=NOW_NS)
    with filing.scan(source_id) as run:
        run.file([*photos, album])
        run.finish(None, full=True)


def stock(
    root: Path,
    originals: Mapping[str, bytes],
    *,
    sizes_told: bool = True,
    can: Sequence[str] = (),
) -> Stock:
    """A library "home" with these originals, by file name; an .mp4 is a video.

    `can`: what can be changed at its source (names of functions of providers.port.Writes).
    """
    root.mkdir(parents=True, exist_ok=True)
    made = Stock(root)
    make_source(made.source)
    for name, data in originals.items():
        (made.source / "originals" / name).write_bytes(data)
    with made.open_catalog() as catalog:
        folders = ("Favorites", "Trash") if can else ()
        config = {"folder": str(made.source)}
        library = catalog.add_library("home", "fake", config, folders=folders)
        (source,) = catalog.sources(library.library_id)
        catalog.set_writes(source.source_id, can)
        photos = [
            seen_photo(name, len(data) if sizes_told else None) for name, data in originals.items()
        ]
        file_photos(catalog, source.source_id, photos)
    return made


def pieces(made: Stock, catalog: Catalog, *, limit: int = 1 << 40) -> Pieces:
    """What fetching from the fake source is put together from."""
    return Pieces(catalog, catalog, made.store(limit), open_fake_source)


@asynccontextmanager
async def engine_over(
    made: Stock, *, limit: int = 1 << 40
) -> AsyncIterator[tuple[Engine, Catalog]]:
    """An engine in this process, and its catalog."""
    with made.open_catalog() as catalog:
        async with open_engine(pieces(made, catalog, limit=limit)) as engine:
            yield engine, catalog


def volume_over(
    made: Stock, catalog: Catalog, fetching: Fetching, deadlines: Deadlines | None = None
) -> Volume:
    """A volume as a mount has it."""
    return Volume(Tree(catalog), catalog, made.store(), fetching, deadlines)


@asynccontextmanager
async def open_volume(
    made: Stock, *, deadlines: Deadlines | None = None, limit: int = 1 << 40
) -> AsyncIterator[Volume]:
    """A volume with an engine in this process."""
    async with engine_over(made, limit=limit) as (engine, catalog):
        volume = volume_over(made, catalog, engine, deadlines)
        try:
            yield volume
        finally:
            volume.close()


def ino_of(volume: Volume, path: str) -> int:
    """The inode under a path below the library "home"."""
    return volume.tree.resolve(["home", *path.split("/")]).ino


async def read_all(volume: Volume, path: str, step: int = 1 << 17) -> bytes:
    """The whole content of a file, read from front to back."""
    ino = ino_of(volume, path)
    opened = await volume.open(ino)
    data = bytearray()
    try:
        while part := await volume.read(opened.number, len(data), step):
            data += part
    finally:
        volume.release(opened.number)
    return bytes(data)
