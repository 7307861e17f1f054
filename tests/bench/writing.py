"""Copying pictures into an album, until the last close; in photofs each is durable by its own."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.bench.dataset import noise
from tests.bench.figures import Line, at_least, medians
from tests.bench.place import Place
from tests.bench.programs import rclone
from tests.bench.writing_home import client, mounted_anew, writable

FILES = 1000
SIZE = 2_000_000
LATER = ("--vfs-write-back", "1h")
"""Else rclone sends what was closed 5 s ago, and both its own time and that of others suffer."""


def run(place: Place) -> Iterator[Line]:
    """Against native disk with an fsync of each file, and rclone, which syncs none."""
    files = max(10, min(FILES, place.largest // 100))
    source = _pictures(place.root / f"pictures-{files}", files)
    home = writable(place.root, 1)

    seen = medians(
        {
            "photofs": lambda: _into_photofs(place, source, home),
            "native": lambda: _into_native(place, source),
            "rclone": lambda: _into_rclone(place, source),
        }
    )
    rates = {name: files * SIZE / 1e6 / spent for name, spent in seen.items()}
    what = f"cp of {files:,} files of 2 MB into an album, all durable"
    yield at_least(what, rates["photofs"], "MB/s", ("native + fsync", rates["native"]), 0.5)
    yield at_least("...", rates["photofs"], "MB/s", ("rclone, not durable", rates["rclone"]), 1.0)


def _pictures(folder: Path, files: int) -> Path:
    """The files to be copied, in the page cache."""
    folder.mkdir(exist_ok=True)
    for number in range(files):
        with (folder / f"DSC_{number:04}.JPG").open("wb") as file:
            file.writelines(noise(SIZE, seed=number))
    return folder


def _into_photofs(place: Place, source: Path, home: Path) -> float:
    """Into a new album of a mount."""
    with mounted_anew(place, home) as albums:
        (albums / "Card").mkdir()
        os.sync()  # what others wrote is not brought to the disk in our time
        return client("copy", source, albums / "Card")


def _into_native(place: Place, source: Path) -> float:
    """Into a folder of the disk that photofs and rclone keep their files on, too."""
    folder = place.root / "native-copy"
    folder.mkdir()
    os.sync()
    try:
        return client("synced", source, folder)
    finally:
        shutil.rmtree(folder)


def _into_rclone(place: Place, source: Path) -> float:
    """Into a mount of a local folder, which gets none of it before the mount ends."""
    folder = place.root / "rclone-copy"
    folder.mkdir()
    point = place.point("rclone")
    try:
        with rclone(folder, point, *LATER, read_only=False):
            os.sync()
            return client("copy", source, point)
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(point.with_name("rclone-cache"), ignore_errors=True)
