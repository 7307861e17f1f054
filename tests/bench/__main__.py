"""`python -m tests.bench [NAME ...]`: measure, and print the table for docs/BENCHMARKS.md.

The names are those of the modules here: listing, metadata, reading, cold, memory, resting,
scanning, scanning_google, indexing, indexing_increments, writing, writing_names, writing_sending,
writing_queue, writing_google, mirroring, drawing; all by default.
`--largest 100000` leaves the library of a million photos out.
"""

import argparse
import importlib
import os
import platform
import signal
import sys

from tests.bench.figures import table
from tests.bench.place import Bench, bench_place

NAMES = (
    *("listing", "metadata", "reading", "cold", "memory"),
    *("resting", "scanning", "scanning_google"),
    *("indexing", "indexing_increments"),
    *("writing", "writing_names", "writing_sending", "writing_queue", "writing_google"),
    *("mirroring", "drawing"),
)


def main() -> None:
    """Run the benches that were named."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--largest", type=int, default=1_000_000, help="photos in a library")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(NAMES):
        parser.error(f"no bench is named {', '.join(sorted(unknown))}")
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} processors")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was mounted goes in any case
    with bench_place(arguments.largest) as place:
        for name in arguments.names or NAMES:
            print(f"  {name} ...", file=sys.stderr, flush=True)
            bench: Bench = importlib.import_module(f"tests.bench.{name}").run
            rows = table(list(bench(place)))
            others = os.getloadavg()[0]
            print(f"\n### {name}\n\n{rows}\n\nLoad average at the end: {others:.1f}", flush=True)


if __name__ == "__main__":
    main()
