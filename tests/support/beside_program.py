"""Writes what stands beside a test's mirror: `python -m tests.support.beside_program STOCK`."""

import sys
from pathlib import Path

import trio

from agent.mirror_beside import write_beside
from tests.support.mirrored import mirror_row, working
from tests.support.stocked import Stock


async def write_it(made: Stock) -> None:
    """Once."""
    with made.open_catalog() as catalog:
        row = mirror_row(catalog)
    async with working(made, row) as work:
        await write_beside(work)


if __name__ == "__main__":
    trio.run(write_it, Stock(Path(sys.argv[1])))
