"""What the mount process holds in memory after a walk through everything."""

import subprocess
from collections.abc import Iterator

from tests.bench.dataset import LIBRARY, catalogued
from tests.bench.figures import Line, bounded, plain
from tests.bench.place import Place
from tests.bench.programs import photofs

BOUNDS = {10_000: 150.0, 100_000: 150.0, 1_000_000: 400.0}
"""MB resident; the target names 100,000 and 1,000,000 photos."""


def run(place: Place) -> Iterator[Line]:
    """Resident MB at each size, and how much each photo adds."""
    before: tuple[int, float] | None = None
    for count in place.sizes():
        home = catalogued(place.root, count)
        with photofs(home, place.point("photofs")) as mounted:
            at_first = mounted.memory()
            walk = ["find", str(mounted.point / LIBRARY), "-size", "+1k"]
            subprocess.run(walk, check=True, stdout=subprocess.DEVNULL)
            held = mounted.memory()
        yield plain(f"mount process after start, {count:,} photos", at_first, "MB")
        yield bounded(f"... after walking them all, {count:,}", held, "MB", below=BOUNDS[count])
        if before is not None:
            grown = (held - before[1]) * 1e6 / (count - before[0])
            yield plain(f"... growth from {before[0]:,}, a photo", grown, "bytes")
        before = (count, held)
