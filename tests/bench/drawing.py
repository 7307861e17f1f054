"""Thumbnails a second, beside Pillow alone making the same PNGs of the same files.

Each photo stands in an album and under its date, so there are four PNGs of it. Pillow opens the
file once for each place, as it would for each path, and writes nothing but the PNGs.
"""

import io
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import trio
from PIL import Image, ImageOps, PngImagePlugin

from agent.thumbnail_keeping import ThumbnailKeeping
from agent.thumbnail_rounds import clear_thumbnails, fill_thumbnails
from photofs.assembly import House
from photofs.catalog.sqlite import Catalog
from photofs.emulators.pictures import landscape
from photofs.model.thumbnail import ThumbnailSize
from tests.bench.dataset import Piece, catalogued, house_at, with_pieces
from tests.bench.drawing_server import picture_host
from tests.bench.figures import Line, at_least, bounded, medians
from tests.bench.place import Place
from tests.bench.remote import remote_library

ORIGINALS = 40
SMALL = 200
UNCHANGED = 50_000
"""Photos, each of which stands in an album as well as under its date."""

PLACES = 2
SIDES = (256, 128)
POINT = "/mnt/bench"


def run(place: Place) -> Iterator[Line]:
    """Of originals of 12 megapixels that are here, and of a service's small pictures."""
    original, small = _pictures(place.root)
    size = original.stat().st_size
    pieces = [_sealed(number, original, size) for number in range(ORIGINALS)]
    house = with_pieces(place.root / "drawn-here", pieces)
    yield from _compared("thumbnails of originals here", house, original, ORIGINALS)
    with picture_host(small) as base:
        home = place.root / "drawn-afar"
        remote_library(home, base, [_afar(number, base) for number in range(SMALL)])
        what = "thumbnails of a service's small pictures"
        yield from _compared(what, house_at(home), small, SMALL)
    yield from _unchanged(place)


def _unchanged(place: Place) -> Iterator[Line]:
    """What the agent spends on a look at all places, each of which has its thumbnail."""
    home = catalogued(place.root, UNCHANGED)
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / "config.toml").write_text('[thumbnails]\nfill = "all"\n')
    house = house_at(home)
    house.environ = {**house.environ, "XDG_CACHE_HOME": str(house.paths.cache / "desktop")}
    point, sizes = POINT.encode(), [ThumbnailSize.of_folder(name) for name in ("normal", "large")]
    with house.catalog() as catalog:
        wanted = catalog.wanted_thumbnails(point, sizes, everywhere=True, limit=10 * UNCHANGED)
        entries = len(wanted) // len(sizes)
        catalog.thumbnails_made([each.row for each in wanted])
        spent = medians({"look": partial(_look, house, catalog, point)})["look"]
        left = catalog.wanted_thumbnails(point, sizes, everywhere=True, limit=1)
    assert not left
    yield bounded(f"look at {entries:,} places, nothing changed", spent, "s of CPU", below=5.0)


def _look(house: House, catalog: Catalog, point: bytes) -> float:
    """Processor seconds of an agent's first look."""
    began = time.process_time()
    trio.run(ThumbnailKeeping(house, catalog, lambda: [point]).look)
    return time.process_time() - began


def _pictures(root: Path) -> tuple[Path, Path]:
    """A picture with some noise in it, as cameras make them, and what Flickr would make of it."""
    root.mkdir(parents=True, exist_ok=True)
    original, small = root / "original.jpg", root / "small.jpg"
    grain = Image.frombytes("RGB", (1000, 750), random.Random(1).randbytes(1000 * 750 * 3))
    drawn = Image.blend(landscape("drawn", (4000, 3000)), grain.resize((4000, 3000)), 0.08)
    drawn.save(original, quality=92)
    drawn.resize((320, 240)).save(small, quality=80)
    return original, small


def _sealed(number: int, file: Path, size: int) -> Piece:
    """One more photo with those bytes but for its last ones, so that each is another original."""
    tail = f"{number:08}".encode()
    name = f"IMG_{number:04}.jpg"
    return Piece(name, size + len(tail), data=lambda: iter([file.read_bytes(), tail]))


def _afar(number: int, base: str) -> Piece:
    """A photo at Flickr whose original nobody has asked for yet."""
    stem = f"{base}/static/1/{number}_0"
    ref = (
        f'{{"id":"{number}","size":"o","url":"{stem}_o.jpg","version":"1","small":["{stem}","l"]}}'
    )
    return Piece(f"IMG_{number:04}.jpg", 4_000_000, ref)


def _compared(what: str, house: House, file: Path, photos: int) -> Iterator[Line]:
    """Both in turns."""
    cache = house.paths.cache / "desktop"
    house.environ = {**house.environ, "XDG_CACHE_HOME": str(cache)}
    seen = medians(
        {
            "photofs": partial(_rate, photos, partial(_ours, house), partial(_clear, house)),
            "Pillow": partial(_rate, photos, partial(_plain, file, cache, photos), _nothing),
        }
    )
    yield at_least(what, seen["photofs"], "/s", ("Pillow alone", seen["Pillow"]), 0.8)


def _rate(photos: int, make: Callable[[], int], clear: Callable[[], None]) -> float:
    """PNGs a second."""
    began = time.perf_counter()
    made = make()
    spent = time.perf_counter() - began
    assert made == photos * PLACES * len(SIDES), made
    clear()
    return made / spent


def _ours(house: House) -> int:
    return trio.run(partial(fill_thumbnails, house, [POINT], everywhere=True)).made


def _clear(house: House) -> None:
    trio.run(clear_thumbnails, house)


def _plain(file: Path, cache: Path, photos: int) -> int:
    """What a program would do for each path that does nothing else."""
    folder = cache / "plain"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number in range(photos * PLACES):
        with Image.open(io.BytesIO(file.read_bytes())) as opened:
            opened.draft(None, (2 * SIDES[0], 2 * SIDES[0]))
            picture = ImageOps.exif_transpose(opened)
            for side in SIDES:
                picture.thumbnail((side, side))
                told = PngImagePlugin.PngInfo()
                told.add_text("Thumb::URI", f"file://{POINT}/{number}")
                told.add_text("Thumb::MTime", "1")
                part = folder / f"{number}-{side}.part"
                picture.save(part, "PNG", pnginfo=told)
                part.rename(folder / f"{number}-{side}.png")
    return len(os.listdir(folder))  # noqa: PTH208 - their number alone


def _nothing() -> None:
    """The next round begins by that."""
