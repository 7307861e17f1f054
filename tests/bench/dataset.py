"""Libraries to measure: photos without bytes by the thousand, and a few that have theirs.

Built through the catalog and filing as a scan would, so that all that is measured is the product.
A library once built in PHOTOFS_BENCH_DIR is used again by later runs.
"""

import os
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from photofs.assembly import HOME_VARIABLE, House
from photofs.model.capture_time import TakenBy, TakenFact
from photofs.model.observation import AlbumSeen, PhotoSeen
from photofs.model.photo import Media
from photofs.originals.port import DraftKey

LIBRARY = "bench"
ALBUM = "All"
FIRST = datetime(2004, 1, 1, 12)  # noqa: DTZ001 - local wall time, as cameras tell it
DAYS = 20 * 365
AS_OF_NS = 1_700_000_000_000_000_000
BATCH = 2000


class Piece(NamedTuple):
    """A photo with bytes to read: `ref` leads to them; sealed already if `data` is given."""

    name: str
    size: int
    ref: str = "{}"
    media: Media = Media.PICTURE
    data: Callable[[], Iterator[bytes]] | None = None


def house_at(home: Path) -> House:
    """The product with everything below one folder."""
    return House({**os.environ, HOME_VARIABLE: str(home)})


def catalogued(root: Path, photos: int) -> Path:
    """The home of a library of so many photos, in one album and spread over 20 years."""
    home = root / f"{photos}-photos"
    if not (home / "ready").exists():
        shutil.rmtree(home, ignore_errors=True)
        began = time.monotonic()
        build(home, "takeout", {"path": str(root / "none")}, seen_photos(photos))
        (home / "ready").touch()
        spent = time.monotonic() - began
        print(f"    {photos:,} photos filed in {spent:.0f} s", file=sys.stderr, flush=True)
    return home


def seen_photos(count: int) -> Iterator[PhotoSeen]:
    """Photos evenly spread over the years."""
    for number in range(count):
        taken = FIRST + timedelta(seconds=number * (DAYS * 86400 / count) // 1)
        yield _seen(f"IMG_{number:07d}.jpg", 3_000_000 + number % 1_000_000, taken)


def _seen(
    name: str, size: int, taken: datetime, ref: str = "{}", media: Media = Media.PICTURE
) -> PhotoSeen:
    """What a scan says of a photo."""
    return PhotoSeen(
        remote_id=name,
        media=media,
        content_key=name,
        ref=ref,
        as_of_ns=AS_OF_NS,
        file_name=name,
        taken=TakenFact(by=TakenBy.EXIF, local=taken, offset=timedelta(0)),
        size=size,
    )


def build(
    home: Path, provider: str, config: dict[str, object], photos: Iterator[PhotoSeen]
) -> House:
    """A library of these photos, all of them in one album."""
    house = house_at(home)
    house.make_folders()
    names: list[str] = []
    with house.catalog() as catalog:
        library = catalog.add_library(LIBRARY, provider, config)
        (source,) = catalog.sources(library.library_id)
        with house.filing(catalog).scan(source.source_id) as run:
            while some := list(islice(photos, BATCH)):
                run.file(some)
                names += [photo.remote_id for photo in some]
            run.file(
                [AlbumSeen(remote_id="all", title=ALBUM, members=tuple(names), as_of_ns=AS_OF_NS)]
            )
            run.finish(None, full=True)
    return house


def with_pieces(
    home: Path,
    pieces: list[Piece],
    provider: str = "takeout",
    config: dict[str, object] | None = None,
) -> House:
    """A library of a few photos that can be read."""
    shutil.rmtree(home, ignore_errors=True)
    seen = (_seen(each.name, each.size, FIRST, each.ref, each.media) for each in pieces)
    house = build(home, provider, config or {"path": str(home / "none")}, seen)
    store = house.store()
    with house.catalog() as catalog:
        under = catalog.photos_under(catalog.library(LIBRARY).folder_id)
        ids = {catalog.photo(number).file_name: number for number in under}
        for piece in pieces:
            if piece.data is None:
                continue
            draft = store.open_draft(DraftKey(ids[piece.name], piece.name), piece.size)
            offset = 0
            for block in piece.data():
                draft.write(offset, block)
                offset += len(block)
            sealed = draft.seal(None)
            catalog.sealed(ids[piece.name], piece.name, sealed.sha256, sealed.size)
    return house


def noise(size: int, seed: int = 1) -> Iterator[bytes]:
    """Bytes of no picture that begin as a JPEG does, 1 MiB at a time."""
    dice = random.Random(seed)
    block = bytearray(dice.randbytes(1 << 20))
    for offset in range(0, size, len(block)):
        block[:12] = b"\xff\xd8\xff\xe1" + offset.to_bytes(8, "little")
        yield bytes(block[: size - offset])
