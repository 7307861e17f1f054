"""A Takeout of 100,000 photos in 50 parts taken into a library, and an incremental one after it.

Scans as the agent makes them, filing included, each in a process of its own:
`python -m tests.bench.indexing_increments HOME` scans all sources of a home.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import trio

from agent.scanning import scan
from photofs.assembly import HOME_VARIABLE, House
from tests.bench.dataset import house_at
from tests.bench.figures import Line, at_most, bounded, peak_memory, plain
from tests.bench.place import Place
from tests.support import great_takeout

PARTS = 50
SIZES = (10_000, 100_000)
LATER = great_takeout.FULL + timedelta(days=60)
NEW, EDITED = 300, 200
"""Photos of the second export."""

GROWTH = 5.0
"""How many times as long the same 500 may take with ten times as many photos there.

They wait for the notes of all photos to be read through; by itself that is some 4 us a photo.
"""

PROPORTION = 1.2
"""How much more time a photo, and memory in all, ten times as many photos may take."""


def run(place: Place) -> Iterator[Line]:
    """The first scan, the incremental one, and the same export as a source of its own."""
    took: dict[int, float] = {}
    first: dict[int, tuple[float, float]] = {}
    for size in (one for one in SIZES if one <= place.largest):
        folder = place.root / f"great-takeout-{size}"
        home = place.root / f"great-home-{size}"
        for old in (folder, home):
            shutil.rmtree(old, ignore_errors=True)
        great_takeout.write(folder / "export", great_takeout.FULL, PARTS, _first(size))
        _add(home, folder / "export", None)
        spent, memory = _scan_apart(home)
        first[size] = spent * 10_000 / size, memory
        what = f"{size:,} photos in {PARTS} parts"
        yield plain(f"first scan, {what}: 10,000 photos", first[size][0], "s")
        yield plain("... memory of the scanning process at its highest", memory, "MB")
        great_takeout.write(folder / "export", LATER, 2, _second(size))
        took[size], _memory = _scan_apart(home)
        yield plain(f"... scan when {NEW + EDITED} came beside them", took[size], "s")
        great_takeout.write(folder / "third", LATER + timedelta(days=60), 2, _second(size))
        _add(home, folder / "third", "google")
        spent, _memory = _scan_apart(home)
        yield plain("... when as many came in a folder of their own, the first such", spent, "s")
        shutil.rmtree(folder)
        shutil.rmtree(home)
    if len(took) > 1:
        few, many = sorted(took)
        what = f"the same {NEW + EDITED}, with {many:,} photos there instead of {few:,}"
        yield bounded(what, took[many] / took[few], "times", below=GROWTH)
        yield from _in_proportion(first[many], (f"{few:,} photos", *first[few]))


def _in_proportion(many: tuple[float, float], few: tuple[str, float, float]) -> Iterator[Line]:
    """Whether the first scan's time goes by its photos, and its memory by nothing."""
    name, seconds, memory = few
    what = "first scan of the larger one: 10,000 photos"
    yield at_most(what, many[0], "s", (name, seconds), PROPORTION)
    yield at_most("... memory at its highest", many[1], "MB", (name, memory), PROPORTION)


def _first(size: int) -> Iterator[great_takeout.Shot]:
    return great_takeout.shots(0, size)


def _second(size: int) -> Iterator[great_takeout.Shot]:
    """New photos, and some whose text was changed."""
    yield from great_takeout.shots(size, NEW)
    yield from great_takeout.shots(size // 2, EDITED, "edited since")


def _add(home: Path, folder: Path, library: str | None) -> None:
    house = house_at(home)
    house.make_folders()
    with house.catalog() as catalog:
        if library is None:
            catalog.add_library("google", "takeout", {"path": str(folder)})
        else:
            number = catalog.library(library).library_id
            catalog.add_source(number, "takeout", {"path": str(folder)})


def _scan_apart(home: Path) -> tuple[float, float]:
    """Seconds and MB at most of a scan in a fresh process."""
    command = [sys.executable, "-m", "tests.bench.indexing_increments", str(home)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    spent, memory = done.stdout.split()
    return float(spent), float(memory)


def _scan(home: Path) -> None:
    house = House({**os.environ, HOME_VARIABLE: str(home)})
    with house.catalog() as catalog:
        began = time.perf_counter()
        for source in catalog.sources():
            trio.run(scan, house, catalog, source, lambda _progress: None)
        spent = time.perf_counter() - began
    print(spent, peak_memory())


if __name__ == "__main__":
    _scan(Path(sys.argv[1]))
