"""Uploads over loopback: what the agent needs for them, against plain POSTs of the same bytes."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import trio

from agent.judging import Judge
from agent.scanning import scan
from photofs.emulators.pictures import make_jpeg
from photofs.model.spot import Spot
from photofs.model.wish import Asker
from tests.bench.dataset import LIBRARY, house_at
from tests.bench.figures import Line, at_least, medians
from tests.bench.place import Place
from tests.bench.writing_home import logged_in, running_flickr

MIB = 1 << 20
SETS = (("1 file of 200 MiB", 1, 200 * MIB), ("100 files of 2 MiB", 100, 2 * MIB))
TAKEN = datetime(2020, 5, 1, 12)  # noqa: DTZ001 - wall time, as in EXIF
SEGMENT = 65_533
CP = Asker(4711, "cp")


def run(place: Place) -> Iterator[Line]:
    """Each by the agent's sender, and by one POST a file; both to an emulator of their own."""
    for told, count, size in SETS:
        files = pictures_in(place.root / f"to-send-{size}", count, size)
        seen = medians(
            {"photofs": partial(_by_agent, place, files), "HTTP": partial(_plainly, files)}
        )
        ours, plain = (count * size / 1e6 / seen[way] for way in ("photofs", "HTTP"))
        yield at_least(f"upload over loopback, {told}", ours, "MB/s", ("plain POSTs", plain), 0.7)


def pictures_in(folder: Path, count: int, size: int) -> Path:
    """Whole JPEGs of that many bytes, with a date of their own."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        drawn = make_jpeg(number, width=64, height=48, taken=TAKEN + timedelta(minutes=number))
        dice = random.Random(number)
        with (folder / f"IMG_{number:04}.JPG").open("wb") as file:
            file.write(drawn[:2])
            left = size - len(drawn)
            while left > 4:
                noise = min(SEGMENT, left - 4)
                file.write(b"\xff\xef" + (noise + 2).to_bytes(2) + dice.randbytes(noise))
                left -= noise + 4
            file.write(drawn[2:])
    return folder


def _by_agent(place: Place, files: Path) -> float:
    """Seconds for all of them, once they are judged and wished."""
    home = place.root / "sending"
    shutil.rmtree(home, ignore_errors=True)
    try:
        with running_flickr() as facts:
            _accept(home, facts, files)
            return _seconds("agent", home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _plainly(files: Path) -> float:
    """Seconds for one POST after the other."""
    with running_flickr() as facts:
        return _seconds("plain", files, json.dumps(facts))


def _seconds(*arguments: str | Path) -> float:
    command = [sys.executable, "-m", "tests.bench.writing_sender", *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout)


def _accept(home: Path, facts: dict[str, str], files: Path) -> None:
    """A home in which these files were copied in and judged, and nothing was sent yet."""
    logged_in(home, facts)
    house = house_at(home)
    with house.catalog() as catalog:
        (source,) = catalog.sources()
        trio.run(scan, house, catalog, source, lambda _progress: None)
        wishing, store = house.wishing(catalog), house.store()
        unsorted = catalog.entry_named(catalog.library(LIBRARY).folder_id, "Unsorted")
        assert unsorted is not None
        for path in sorted(files.iterdir()):
            written = wishing.create(Spot((unsorted.subfolder or 0) * 2, path.name), CP)
            fd = store.written.open_for_writing(written.draft, fresh=True)
            with path.open("rb") as source_file:
                while os.sendfile(fd, source_file.fileno(), None, 1 << 30):
                    pass
            os.close(fd)
            wishing.written(written.ino, path.stat().st_size, path.stat().st_mtime_ns)
        trio.run(Judge(catalog, wishing, store, quiet_s=0.0).round)
        assert len(catalog.open_operations()) == len(list(files.iterdir()))
