"""Single requests: attributes, open and close; and how soon a large library is there."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.bench.dataset import ALBUM, LIBRARY, Piece, catalogued, noise, with_pieces
from tests.bench.figures import Line, at_least, bounded, floored, medians, plain
from tests.bench.place import Place
from tests.bench.programs import bare, bindfs, client, photofs, rclone

SECONDS = 1.0
CORE = 0
FSTATS = 35_000
GUARD_ROUNDS = 15
TAKEN_UP = 1.2
"""Seconds after which a mount has seen what `photofs guard` says: it looks once a second."""


def run(place: Place) -> Iterator[Line]:
    """Requests on one core against bindfs and rclone, then the start."""
    home = place.root / "one-photo"
    with_pieces(home, [Piece("a.jpg", 1 << 20, data=lambda: noise(1 << 20))])
    native = place.root / "one-native"
    native.mkdir(exist_ok=True)
    (native / "a.jpg").write_bytes(b"".join(noise(1 << 20)))
    with (
        photofs(home, place.point("photofs")) as ours,
        bindfs(native, place.point("bindfs")) as theirs,
        rclone(native, place.point("rclone")) as slower,
        bare(native / "a.jpg", place.point("bare")) as least,
    ):
        files = {
            "photofs": ours.point / LIBRARY / "Albums" / ALBUM / "a.jpg",
            "bindfs": theirs.point / "a.jpg",
            "rclone": slower.point / "a.jpg",
            "bare pyfuse3": least.point / "a.jpg",
        }
        for mounted in (ours, theirs, slower, least):
            mounted.pin(CORE)
        yield from _fstat(files)
        yield from _opens(files)
    yield from _guarded(home, place)
    yield from _ready(place)


def _fstat(files: dict[str, Path]) -> Iterator[Line]:
    """Attributes that the kernel must ask for (statx with AT_STATX_FORCE_SYNC)."""
    seen = _rates("fstat", files)
    what = "uncached fstat, one core"
    yield floored(what, seen["photofs"], "/s", above=FSTATS)
    for name in ("bindfs", "rclone", "bare pyfuse3"):
        line = at_least(what, seen["photofs"], "/s", (name, seen[name]), 0)
        yield line._replace(target="", holds=None)


def _opens(files: dict[str, Path]) -> Iterator[Line]:
    """Open and close of a sealed original."""
    seen = _rates("open", files)
    what = "open + close, one core"
    yield at_least(what, seen["photofs"], "/s", ("rclone", seen["rclone"]), 3)
    for name in ("bindfs", "bare pyfuse3"):
        line = at_least(what, seen["photofs"], "/s", (name, seen[name]), 0)
        yield line._replace(target="", holds=None)


def _guarded(home: Path, place: Place) -> Iterator[Line]:
    """The same with the guard off: what is here must not pay for it.

    One mount, told on and off in turn: two mounts of the same differ by a tenth.
    """
    with photofs(home, place.point("guarded")) as mounted:
        mounted.pin(CORE)
        file = mounted.point / LIBRARY / "Albums" / ALBUM / "a.jpg"
        measures = {
            "guarded": partial(_opens_with_guard, home, "on", file),
            "guard off": partial(_opens_with_guard, home, "off", file),
        }
        seen = medians(measures, rounds=GUARD_ROUNDS)
    what = "open + close, one core, guarded"
    yield at_least(what, seen["guarded"], "/s", ("guard off", seen["guard off"]), 0.98)


def _opens_with_guard(home: Path, word: str, file: Path) -> float:
    """Opens a second once the mount has taken up what the guard was told."""
    command = [sys.executable, "-m", "photofs", "--home", str(home), "guard", word]
    subprocess.run(command, check=True, capture_output=True)
    time.sleep(TAKEN_UP)
    return client("open", file, SECONDS, core=CORE)


def _rates(verb: str, files: dict[str, Path]) -> dict[str, float]:
    """Calls a second on each system."""
    return medians(
        {name: partial(client, verb, path, SECONDS, core=CORE) for name, path in files.items()}
    )


def _ready(place: Place) -> Iterator[Line]:
    """From the command to the end of the first ls, by the size of the library."""
    counts = [1, *place.sizes()]
    homes = {count: catalogued(place.root, count) for count in counts}
    seen = medians({f"{count:,}": partial(_first_ls, home, place) for count, home in homes.items()})
    empty = seen["1"]
    yield plain("mount ready (first ls), 1 photo", empty, "s")
    for count in counts[1:]:
        what = f"... {count:,} photos, beyond that"
        yield bounded(what, seen[f"{count:,}"] - empty, "s", below=2)


def _first_ls(home: Path, place: Place) -> float:
    """Start, list the library, stop."""
    began = time.perf_counter()
    with photofs(home, place.point("photofs")) as mounted:
        os.listdir(mounted.point / LIBRARY)  # noqa: PTH208 - what ls does
        return time.perf_counter() - began
