"""Where the bench keeps its files, and what each bench is given."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.bench.figures import Line

FOLDER_VARIABLE = "PHOTOFS_BENCH_DIR"


class Place(NamedTuple):
    """A folder for libraries and mount points, and how much to do of everything."""

    root: Path
    largest: int

    def point(self, name: str) -> Path:
        """A mount point."""
        return self.root / "mounts" / name

    def sizes(self) -> list[int]:
        """Library sizes for what is measured at several."""
        return [size for size in (10_000, 100_000, 1_000_000) if size <= self.largest]


Bench = Callable[[Place], Iterator[Line]]


@contextmanager
def bench_place(largest: int) -> Iterator[Place]:
    """PHOTOFS_BENCH_DIR, which stays, or a folder that goes when the bench has ended."""
    if kept := os.environ.get(FOLDER_VARIABLE):
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Place(Path(kept).absolute(), largest)
        return
    folder = Path(tempfile.mkdtemp(prefix="photofs-bench-"))
    try:
        yield Place(folder, largest)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
