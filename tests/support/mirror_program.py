"""A program that runs a test's mirror once: `python -m tests.support.mirror_program STOCK`."""

import sys
from pathlib import Path

import trio

from agent.mirroring import run
from tests.support.mirrored import mirror_row, tell_nobody, working
from tests.support.stocked import Stock


async def run_it(made: Stock) -> None:
    """One run."""
    with made.open_catalog() as catalog:
        row = mirror_row(catalog)
    async with working(made, row) as work:
        ran = await run(work, tell_nobody)
    if ran.trouble is not None:
        raise ran.trouble


if __name__ == "__main__":
    trio.run(run_it, Stock(Path(sys.argv[1])))
    print("ran", flush=True)
