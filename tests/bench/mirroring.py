"""Mirrors: filled from what is here, re-read, and run with nothing to do."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from photofs.assembly import HOME_VARIABLE
from photofs.catalog.mirrored import _PLACING  # what a row's place follows from
from photofs.catalog.mirrors import NewMirror
from photofs.mirrors.opening import begin_mirror
from photofs.model.mirror import AlbumFolders
from tests.bench.dataset import LIBRARY, Piece, catalogued, house_at, with_pieces
from tests.bench.figures import Line, at_least, bounded, medians
from tests.bench.place import Place
from tests.support.jpegs import jpeg

FILES: Final = 200
SIZE: Final = 4_000_000
LAYOUT: Final = "{year}/{year}-{month}"

_SAME: Final = f"""
INSERT INTO mirrored(mirror, photo, role, path, fold, wished, placed_by, shown_ns, content_key,
  sha256, size, mtime_ns, inode, ctime_ns, fidelity, written_ns, read_ns, state)
SELECT 1, p.id, 'current', 'all/' || p.name, 'all/' || lower(p.name), 'all/' || p.name, {_PLACING},
  p.mtime_ns, p.content_key, printf('%064x', p.id), p.size, p.mtime_ns, p.id, 1, 'original', 1,
  strftime('%s') * 1000000000, 'good' FROM photo p"""  # noqa: S608 - words of ours


def run(place: Place) -> Iterator[Line]:
    """All of it."""
    count = FILES if place.largest >= 100_000 else FILES // 4
    yield from _files(place, count)
    yield from _nothing_to_do(place, min(place.largest, 100_000))


def _files(place: Place, count: int) -> Iterator[Line]:
    """Real files: into the mirror, and read again."""
    home, root, copy = (place.root / name for name in ("mirrored", "nas", "copied"))
    data = [Piece(f"IMG_{n:05}.jpg", SIZE, data=partial(_blocks, n)) for n in range(count)]
    house = with_pieces(home, data)
    store = house.store()
    for each in list(store.sealed()):
        store.keep(each.sha256)  # the Cache's would be moved, on one disk: that copies nothing
    sources = [str(store.kept_path(each.sha256)) for each in store.sealed()]

    def mirrored() -> float:
        with house.catalog() as catalog:
            for row in catalog.mirrors():
                catalog.forget_mirror(row.mirror_id)
        shutil.rmtree(root, ignore_errors=True)
        _add(home, root)
        os.sync()
        _evict(sources)
        spent = _agent(home, "mirror")
        return count * SIZE / spent / 1e6

    def copied() -> float:
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        os.sync()
        _evict(sources)
        began = time.perf_counter()
        subprocess.run(["cp", "-a", *sources, str(copy)], check=True)
        subprocess.run(["sync", *map(str, copy.iterdir())], check=True)
        return count * SIZE / (time.perf_counter() - began) / 1e6

    seen = medians({"mirror run": mirrored, "cp -a": copied})
    reference = ("cp -a, then fsync of each", seen["cp -a"])
    yield at_least(f"mirror of {count} cached files", seen["mirror run"], "MB/s", reference, 0.8)
    _agent(home, "verify")  # decodes each, which is done once

    files = [str(path) for path in root.rglob("*.jpg") if not path.is_symlink()]

    def verified() -> float:
        os.sync()
        _evict(files)
        return count * SIZE / _agent(home, "verify", "--all") / 1e6

    def summed(processes: int) -> float:
        _evict(files)
        began = time.perf_counter()
        each = -(-len(files) // processes)
        running = [
            subprocess.Popen(["sha256sum", *files[at : at + each]], stdout=subprocess.DEVNULL)
            for at in range(0, len(files), each)
        ]
        for process in running:
            process.wait()
        return count * SIZE / (time.perf_counter() - began) / 1e6

    cores = os.cpu_count() or 1
    seen = medians(
        {"verify": verified, "sha256sum": partial(summed, 1), "parallel": partial(summed, cores)}
    )
    yield at_least("mirror verify", seen["verify"], "MB/s", ("sha256sum", seen["sha256sum"]), 0.8)
    at_once = (f"{cores} sha256sum at once", seen["parallel"])
    yield at_least("...", seen["verify"], "MB/s", at_once, 0.8)


def _nothing_to_do(place: Place, photos: int) -> Iterator[Line]:
    """A mirror that has all, by its rows: the files are not there, for none may be opened."""
    home, root = place.root / f"{photos}-mirrored", place.root / "nas-of-many"
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(catalogued(place.root, photos), home)
    _add(home, root)
    with house_at(home).catalog() as catalog, catalog.database.transaction():
        row = catalog.mirrors()[-1]
        catalog.database.run(_SAME.replace("SELECT 1,", f"SELECT {row.mirror_id},"))
    _agent(home, "mirror")  # makes the album's links
    seen = medians({"run": lambda: _agent(home, "mirror")})
    yield bounded(f"mirror run with nothing to do, {photos:,} photos", seen["run"], "s", below=3.0)


def _blocks(seed: int) -> Iterator[bytes]:
    yield jpeg(seed, SIZE)


def _add(home: Path, root: Path) -> None:
    """A mirror of the bench's library."""
    root.mkdir()
    with house_at(home).catalog() as catalog, closing(begin_mirror(root, LIBRARY, "")) as folder:
        library = catalog.library(LIBRARY)
        place = (str(root), folder.marker.mirror, folder.disk, LAYOUT, AlbumFolders.LINKS)
        new = NewMirror(library.library_id, *place, {}, folder.traits)
        catalog.add_mirror(new, time.time_ns())


def _agent(home: Path, *arguments: str) -> float:
    """Seconds that the agent's command takes, from start to end; it must succeed."""
    environ = {**os.environ, HOME_VARIABLE: str(home)}
    command = [sys.executable, "-m", "agent", *arguments, "--json"]
    began = time.perf_counter()
    done = subprocess.run(command, env=environ, capture_output=True, check=True, text=True)
    spent = time.perf_counter() - began
    (told,) = json.loads(done.stdout)
    assert told["ok"], told
    return spent


def _evict(files: list[str]) -> None:
    """Have files read from the disk again."""
    for each in files:
        fd = os.open(each, os.O_RDONLY)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)
