"""How fast a large library is walked through, first time after the mount."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from tests.bench.dataset import ALBUM, LIBRARY, catalogued
from tests.bench.figures import Line, at_least, at_most, medians
from tests.bench.place import Place
from tests.bench.programs import Mounted, bindfs, missing, photofs, rclone, seconds

PHOTOS = 100_000
Mounting = Callable[[], AbstractContextManager[Mounted]]

COMMANDS: dict[str, list[str]] = {
    "rsync -an": ["rsync", "-an", "{dates}/", "{empty}/"],
    "ls -l": ["ls", "-l", "{album}"],
    "find -type f": ["find", "{album}", "-type", "f"],
    "find -size": ["find", "{album}", "-size", "+1k"],
}

COMPARED = "rsync -an"
"""The one that bindfs and rclone run, too: all four on them would take four minutes more."""


def run(place: Place) -> Iterator[Line]:
    """All commands on native disk, on the mount, on bindfs and rclone over the native files."""
    if lacking := missing("rsync", "bindfs"):
        raise SystemExit(f"install {lacking}: the bench compares with it")
    photos = min(PHOTOS, place.largest)
    home = catalogued(place.root, photos)
    native = place.root / f"{photos}-native"
    if not (place.root / f"{photos}-native-ready").exists():
        _copy_shape(home, place, native)
        (place.root / f"{photos}-native-ready").touch()
    for name, command in COMMANDS.items():
        mounts = {"photofs": partial(photofs, home, place.point("photofs"))}
        if name == COMPARED:
            mounts["bindfs"] = partial(bindfs, native, place.point("bindfs"))
            mounts["rclone"] = partial(rclone, native, place.point("rclone"))
        measures = {"native": partial(_walk, command, native, place)}
        for each, mount in mounts.items():
            below = LIBRARY if each == "photofs" else ""
            measures[each] = partial(_on, mount, below, command, place)
        yield from _lines(f"{name}, {photos:,} photos, cold", name, medians(measures))


def _lines(what: str, command: str, seen: dict[str, float]) -> Iterator[Line]:
    """A command's rows."""
    limits = {"rsync -an": 2.0, "ls -l": 1.5, "find -type f": 4.0, "find -size": 2.5}
    ours = seen["photofs"]
    yield at_most(what, ours, "s", ("native", seen["native"]), limits[command])
    for name, faster in (("bindfs", 2), ("rclone", 10)):
        if name in seen:
            speed = at_least(what, 1 / ours, "/s", (name, 1 / seen[name]), faster)
            yield speed._replace(ours=f"{ours:.3g} s", reference=f"{name} {seen[name]:.3g} s")


def _on(mount: Mounting, below: str, command: list[str], place: Place) -> float:
    """Mount, run the command once, unmount: nothing is cached but what the system below caches."""
    with mount() as mounted:
        return _walk(command, mounted.point / below, place)


def _walk(command: list[str], tree: Path, place: Place) -> float:
    """Run the command in a tree of the library's shape."""
    empty = place.root / "empty"
    empty.mkdir(exist_ok=True)
    names = {"dates": tree / "Dates", "album": tree / "Albums" / ALBUM, "empty": empty}
    return seconds(*(word.format(**names) for word in command))


def _copy_shape(home: Path, place: Place, native: Path) -> None:
    """The mount's tree on the disk: names, lengths, times and links, but holes for bytes."""
    shutil.rmtree(native, ignore_errors=True)
    made: dict[int, Path] = {}
    with photofs(home, place.point("photofs")) as mounted:
        root = mounted.point / LIBRARY
        for folder, _, files in os.walk(root):
            there = native / Path(folder).relative_to(root)
            there.mkdir(parents=True)
            for name in files:
                _copy_entry(Path(folder) / name, there / name, made)


def _copy_entry(source: Path, target: Path, made: dict[int, Path]) -> None:
    """One file, or another link to one that is there."""
    told = source.stat()
    if told.st_ino in made:
        target.hardlink_to(made[told.st_ino])
        return
    with target.open("wb") as file:
        file.truncate(told.st_size)
    os.utime(target, ns=(told.st_mtime_ns, told.st_mtime_ns))
    made[told.st_ino] = target
