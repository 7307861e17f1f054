"""A program that verifies and repairs a test's mirror: its argument is the stock's folder."""

import sys
from pathlib import Path

import trio

from tests.support.mirrored import mirror_row
from tests.support.proven import repaired, verified
from tests.support.stocked import Stock


async def prove(made: Stock) -> None:
    """Both, one after the other."""
    with made.open_catalog() as catalog:
        row = mirror_row(catalog)
    await verified(made, row)
    await repaired(made, row)


if __name__ == "__main__":
    trio.run(prove, Stock(Path(sys.argv[1])))
    print("proven", flush=True)
