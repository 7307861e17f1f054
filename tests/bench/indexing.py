"""How fast a Takeout of many parts is listed, and what that holds in memory."""

import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import trio

from photofs.catalog.pile import DiskPile
from photofs.model.observation import PhotoSeen
from photofs.providers.archives.zip_directory import read_directory
from photofs.providers.port import Tools
from photofs.providers.takeout.provider import open_provider
from tests.bench.figures import Line, bounded, floored, medians, peak_memory, plain
from tests.bench.place import Place
from tests.support.provider_tools import FreePacer, SecretsInMemory, StateInMemory, nowhere

MEMBERS = 100_000
PARTS = 20
LISTED = 20_000
MEMORY = 400.0
SIDECAR = {
    "title": "",
    "description": "",
    "imageViews": "1",
    "creationTime": {"timestamp": "1563718215", "formatted": "21 Jul 2019, 14:10:15 UTC"},
    "photoTakenTime": {"timestamp": "1563718215", "formatted": "21 Jul 2019, 14:10:15 UTC"},
    "geoData": {"latitude": 48.1, "longitude": 11.5, "altitude": 0.0},
    "url": "https://photos.google.com/photo/AF1Q",
}


def run(place: Place) -> Iterator[Line]:
    """The members' list alone, then the whole scan in a process of its own."""
    members = min(MEMBERS, place.largest)
    folder = place.root / f"takeout-{members}"
    if not (folder / f"part-{PARTS:03d}.zip").exists():
        _make(folder, members)
    seen = medians({"listing": lambda: _listing(folder), "scan": lambda: _scan_apart(folder)[0]})
    what = f"{members:,} members in {PARTS} zips"
    yield floored(f"listing, {what}", members / seen["listing"], "members/s", above=LISTED)
    yield plain("... whole scan with sidecars and heads", members / seen["scan"], "members/s")
    yield bounded(
        "... memory of that process at its highest", _scan_apart(folder)[1], "MB", below=MEMORY
    )


def _make(folder: Path, members: int) -> None:
    """Half pictures, half sidecars, year folders, spread over the parts."""
    folder.mkdir(parents=True, exist_ok=True)
    picture = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
    for part in range(PARTS):
        with zipfile.ZipFile(folder / f"part-{part + 1:03d}.zip", "w") as archive:
            for number in range(part, members // 2, PARTS):
                year = 2004 + number % 20
                name = f"Takeout/Google Photos/Photos from {year}/IMG_{number:06d}.jpg"
                archive.writestr(name, picture + number.to_bytes(4, "big"))
                told = {**SIDECAR, "title": f"IMG_{number:06d}.jpg"}
                archive.writestr(f"{name}.supplemental-metadata.json", json.dumps(told))


def _listing(folder: Path) -> float:
    """Seconds to read every part's list of members."""
    began = time.perf_counter()
    for part in sorted(folder.glob("*.zip")):
        with part.open("rb") as file:
            for _ in read_directory(file.fileno(), part.name):
                pass
    return time.perf_counter() - began


def _scan_apart(folder: Path) -> tuple[float, float]:
    """Seconds and MB at most of a scan in a fresh process."""
    command = [sys.executable, "-m", "tests.bench.indexing", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    spent, memory = done.stdout.split()
    return float(spent), float(memory)


async def _scan(folder: Path) -> int:
    """Photos that a scan tells of."""
    tools = Tools(
        pacer=FreePacer(),
        secrets=SecretsInMemory(),
        small_state=StateInMemory(),
        new_pile=DiskPile,
        zone_of_position=nowhere,
        now_ns=time.time_ns,
    )
    async with open_provider({"path": str(folder)}, tools) as provider:
        return sum([isinstance(each, PhotoSeen) async for each in provider.changes(None)])


if __name__ == "__main__":
    start = time.perf_counter()
    trio.run(_scan, Path(sys.argv[1]))
    print(time.perf_counter() - start, peak_memory())
