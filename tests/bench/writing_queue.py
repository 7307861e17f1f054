"""What the agent holds in memory while a long journal of wishes waits, and is being sent."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import trio

from agent.scanning import scan
from photofs.assembly import HOME_VARIABLE
from photofs.model.node import photo_ino
from photofs.model.spot import Spot
from photofs.model.wish import Asker
from tests.bench.dataset import LIBRARY, house_at
from tests.bench.figures import Line, bounded, plain
from tests.bench.place import Place
from tests.bench.writing_home import logged_in, running_flickr

WISHES = 100_000
BOUND = 150.0
"""MB resident at the highest."""

SECONDS = 60.0
"""For so long the agent is watched; it needs some for its first look at the whole journal."""

LN = Asker(4711, "ln")


def run(place: Place) -> Iterator[Line]:
    """Every photo of an account is to join an album: so many wishes wait, and go out in turn."""
    wishes = min(WISHES, place.largest)
    home = place.root / "queue"
    shutil.rmtree(home, ignore_errors=True)
    try:
        with running_flickr(wishes) as facts:
            logged_in(home, facts)
            _wish(home, wishes)
            highest, sent = _watched(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    yield bounded(f"agent with {wishes:,} queued wishes, highest", highest, "MB", below=BOUND)
    yield plain(f"... of which it sent within {SECONDS:.0f} s", sent, "wishes")


def _wish(home: Path, wishes: int) -> None:
    """List the account, and link each of its photos into a new album."""
    house = house_at(home)
    with house.catalog() as catalog:
        # no more than getting ready: what a power cut would take is made anew
        catalog.database.connection.pragma("synchronous", 0)
        (source,) = catalog.sources()
        trio.run(scan, house, catalog, source, lambda _progress: None)
        top = catalog.library(LIBRARY).folder_id
        albums = catalog.entry_named(top, "Albums")
        assert albums is not None
        wishing = house.wishing(catalog)
        album = wishing.mkdir(Spot((albums.subfolder or 0) * 2, "All"), LN)
        for photo in catalog.photos_under(top):
            wishing.link(photo_ino(photo), Spot(album, f"{photo}.jpg"), LN)
        assert len(catalog.open_page(0, 2 * wishes)) == wishes + 1


def _watched(home: Path) -> tuple[float, float]:
    """MB that the agent had at its highest, and how many wishes it sent meanwhile."""
    house = house_at(home)
    environ = {**os.environ, HOME_VARIABLE: str(home)}
    with house.catalog() as catalog:
        before = sum(catalog.count_open().values())
        process = subprocess.Popen(
            [sys.executable, "-m", "agent", "serve"], stdin=subprocess.PIPE, env=environ
        )
        try:
            ends = time.monotonic() + SECONDS
            while time.monotonic() < ends and catalog.count_open():
                time.sleep(1)
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
            return _highest(status), before - sum(catalog.count_open().values())
        finally:
            process.kill()
            process.wait()


def _highest(status: str) -> float:
    """MB, of the line VmHWM: 123 kB."""
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024 / 1e6
