"""The program that writes for the benches: `python -m tests.bench.writing_client VERB FROM [TO]`.

    copy    every file of FROM into TO, one after the other, until the last one's close
    synced  the same with an fsync before each close
    link    a name in TO for every file of FROM
    unlink  every name in FROM

It prints the seconds from the first call to the last; what it listed before is not among them.
"""

import os
import sys
import time

BLOCK = 1 << 18
"""Bytes read and written at once, as GNU cp does it."""


def main() -> None:
    """Do it, and say how long it took."""
    verb, source, *more = sys.argv[1:]
    target = more[0] if more else ""
    names = sorted(entry.name for entry in os.scandir(source) if entry.is_file())
    began = time.perf_counter()
    for name in names:
        _do(verb, f"{source}/{name}", f"{target}/{name}")
    print(time.perf_counter() - began)


def _do(verb: str, source: str, target: str) -> None:
    """With one file."""
    if verb == "link":
        os.link(source, target)
    elif verb == "unlink":
        os.unlink(source)  # noqa: PTH108 - a path made of it is a tenth of the time
    else:
        _copy(source, target, synced=verb == "synced")


def _copy(source: str, target: str, *, synced: bool) -> None:
    """One file."""
    with open(source, "rb", buffering=0) as here, open(target, "xb", buffering=0) as there:  # noqa: PTH123 - no more than cp does
        while block := here.read(BLOCK):
            there.write(block)
        if synced:
            os.fsync(there.fileno())


if __name__ == "__main__":
    main()
