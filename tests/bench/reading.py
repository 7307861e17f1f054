"""Warm reads: an original that is here, alone and while others are being fetched or are stuck."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from tests.bench.cold import GIGABIT
from tests.bench.dataset import ALBUM, LIBRARY, Piece, noise
from tests.bench.figures import Line, at_least, medians
from tests.bench.place import Place
from tests.bench.programs import bindfs, client, photofs, rclone
from tests.bench.remote import picture, remote_library
from tests.bench.server import LARGEST, serving

SIZE = 512 << 20
BLOCKS = {"128 KiB": 1 << 17, "1 MiB": 1 << 20}
SECONDS = 1.0
FETCHED = 4
STUCK = 40
DEADLINE = "[network]\nread_deadline = 30.0\n"
"""A stuck reader cannot be killed before its deadline; the bench would wait for all of it."""

READER = "import os, sys\nfd = os.open(sys.argv[1], os.O_RDONLY)\nprint(flush=True)\n"
READER += "while os.read(fd, 1 << 17): pass\n"


def run(place: Place) -> Iterator[Line]:
    """Against bindfs and rclone first; then the mount disturbed against itself."""
    native = place.root / "reading-native"
    native.mkdir(exist_ok=True)
    with (native / "a.jpg").open("wb") as file:
        file.writelines(noise(SIZE))
    with serving(place.root / "server", GIGABIT) as base:
        home = place.root / "reading"
        pieces = [Piece("a.jpg", SIZE, data=lambda: noise(SIZE))]
        pieces += [picture(base, f"fetched{number}", LARGEST) for number in range(FETCHED)]
        pieces += [picture(base, f"stuck{number}", LARGEST) for number in range(STUCK)]
        remote_library(home, base, pieces)
        (home / "config").mkdir(exist_ok=True)
        (home / "config" / "config.toml").write_text(DEADLINE)
        with photofs(home, place.point("photofs")) as mounted:
            album = mounted.point / LIBRARY / "Albums" / ALBUM
            yield from _against_others(album / "a.jpg", native, place)
            yield from _disturbed(album)


def _against_others(ours: Path, native: Path, place: Place) -> Iterator[Line]:
    """The same bytes through the three mounts; one pass before, so that all have them cached."""
    with (
        bindfs(native, place.point("bindfs")) as theirs,
        rclone(native, place.point("rclone")) as slower,
    ):
        files = {
            "photofs": ours,
            "bindfs": theirs.point / "a.jpg",
            "rclone": slower.point / "a.jpg",
        }
        for path in files.values():
            client("read", path, 1 << 20)
        for told, block in BLOCKS.items():
            seen = _rates(files, "read", block)
            what = f"warm sequential read, {told}"
            yield at_least(what, seen["photofs"], "MB/s", ("bindfs", seen["bindfs"]), 1.0)
            yield at_least(what, seen["photofs"], "MB/s", ("rclone", seen["rclone"]), 4.0)
        one = _rates(files, "random", 1, SECONDS)
        four = _rates(files, "random", 4, SECONDS)
    what = "warm random 4 KiB"
    yield at_least(f"{what}, 1 reader", one["photofs"], "/s", ("bindfs", one["bindfs"]), 0.8)
    yield at_least(f"{what}, 4 readers", four["photofs"], "/s", ("rclone", four["rclone"]), 1.3)


def _rates(files: dict[str, Path], verb: str, *more: float) -> dict[str, float]:
    """The client's figure on each system."""
    return medians({name: partial(client, verb, path, *more) for name, path in files.items()})


def _disturbed(album: Path) -> Iterator[Line]:
    """The same read alone, beside four fetches at 1 Gbit/s in all, and beside 40 stuck readers."""

    def measured() -> float:
        return medians({"warm read": lambda: client("read", album / "a.jpg", 1 << 20)}, rounds=7)[
            "warm read"
        ]

    alone = measured()
    with _readers(album, "fetched", FETCHED):
        beside = measured()
    yield at_least("... while four are fetched at 1 Gbit/s", beside, "MB/s", ("alone", alone), 0.6)
    alone = measured()
    with _readers(album, "stuck", STUCK):
        beside = measured()
    yield at_least("... with 40 readers on a dead line", beside, "MB/s", ("alone", alone), 0.9)


@contextmanager
def _readers(album: Path, name: str, count: int) -> Iterator[None]:
    """So many programs reading each a photo of that name, for the length of a block."""
    with ExitStack() as stack:
        for number in range(count):
            path = album / f"{name}{number}.jpg"
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", READER, path],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            )
            stack.callback(process.kill)
            assert process.stdout is not None
            process.stdout.readline()
        yield
