"""How many calls a scan of a Google account needs, against the least that is possible."""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import trio

from agent.scanning import scan
from photofs.assembly import HOME_VARIABLE, House
from photofs.emulators.google import CLIENT_ID, Account, google_in_thread
from photofs.emulators.google.state import Item
from photofs.emulators.pictures import make_jpeg
from tests.bench.dataset import house_at
from tests.bench.figures import Line, at_most, bounded, plain
from tests.bench.place import Place
from tests.support.google_library import config_of, log_in

PHOTOS = 100_000
ALBUMS = 500
MEMBERS = 200
PAGE, ALBUM_PAGE = 100, 50
MEMORY = 300.0
"""MB of the scanning process; each id of the inventory is held until its end."""


def run(place: Place) -> Iterator[Line]:
    """A full scan by a process of its own, filing included, and the next one; calls counted."""
    photos = min(PHOTOS, place.largest)
    account = stocked(photos)
    home = place.root / "scanning-google"
    shutil.rmtree(home, ignore_errors=True)
    with google_in_thread(account) as emulator:
        house = house_at(home)
        house.make_folders()
        log_in(house.secrets(), account)
        with house.catalog() as catalog:
            email = account.state.email
            catalog.add_library("google", "google", config_of(emulator), account=email)
        spent, memory = _scan_apart(home)
        full = _calls(emulator.calls)
        again, _memory = _scan_apart(home)
        between = _calls(emulator.calls) - full
    shutil.rmtree(home)
    members = ALBUMS * -(-MEMBERS // PAGE)
    least = -(-photos // PAGE) + -(-ALBUMS // ALBUM_PAGE) + members + 1
    what = f"API calls of a full list, {photos:,} photos of one's own, {ALBUMS} albums"
    yield at_most(what, full, "calls", ("least possible", least), 1.0)
    yield plain("... photos listed and filed a second, emulator beside", photos / spent, "/s")
    yield bounded("... memory of the scanning process at its highest", memory, "MB", below=MEMORY)
    pages = -(-ALBUMS // ALBUM_PAGE) + 2
    what = "API calls of a scan between two full ones"
    yield at_most(what, between, "calls", ("albums, favorites, newest", pages), 1.0)
    yield plain("... which takes", again, "s")


class Still(Account):
    """An account in which nothing changes: its items are put in order once, not for each page."""

    def __init__(self) -> None:
        """Empty; `items_of` is asked for once it holds all."""
        super().__init__()
        self._of: dict[str, list[Item]] = {}

    def items_of(self, owner: str) -> list[Item]:
        """As of any account."""
        if owner not in self._of:
            self._of[owner] = super().items_of(owner)
        return self._of[owner]


def stocked(photos: int) -> Account:
    """An account of so many items of our client, all of one picture: their records differ."""
    account = Still()
    first = account.add_item(make_jpeg("one", width=64, height=48), "IMG_0.jpg", CLIENT_ID)
    items = account.state.items
    for number in range(1, photos):
        made = msgspec.structs.replace(
            first,
            id=account.new_id("AKCnXU"),
            web_id=account.new_id("AF1Qip"),
            filename=f"IMG_{number}.jpg",
            created=f"{2004 + number % 20}-{1 + number % 12:02}-{1 + number % 28:02}T12:00:00Z",
            dated=True,
        )
        items[made.id] = made
    every = list(items.values())
    for number in range(ALBUMS):
        begin = number * MEMBERS % max(1, len(every) - MEMBERS)
        account.add_album(f"Album {number}", CLIENT_ID, every[begin : begin + MEMBERS])
    account.changed()
    return account


def _calls(calls: dict[str, int]) -> float:
    """Calls of the API; those for tokens and bytes left out."""
    return float(sum(n for name, n in calls.items() if name.startswith(("mediaItems", "albums"))))


def _scan_apart(home: Path) -> tuple[float, float]:
    """Seconds and MB at most of a scan in a fresh process."""
    command = [sys.executable, "-m", "tests.bench.scanning_google", str(home)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    spent, memory = done.stdout.split()
    return float(spent), float(memory)


def _scan(home: Path) -> None:
    house = House({**os.environ, HOME_VARIABLE: str(home)})
    with house.catalog() as catalog:
        (source,) = catalog.sources()
        began = time.perf_counter()
        trio.run(scan, house, catalog, source, lambda _progress: None)
        spent = time.perf_counter() - began
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(spent, highest)


if __name__ == "__main__":
    _scan(Path(sys.argv[1]))
