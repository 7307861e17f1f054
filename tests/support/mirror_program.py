"""A program that runs a test's mirror once: `python -m tests.support.mirror_program STOCK [N]`.

With N it kills itself by -9 once so many photos are done.
"""

import os
import signal
import sys
from pathlib import Path

import trio

from agent.mirroring import run
from photofs.model.observation import Progress
from tests.support.mirrored import mirror_row, working
from tests.support.stocked import Stock


async def run_it(made: Stock, most: float) -> None:
    """One run, or the beginning of one."""

    def tell(progress: Progress) -> None:
        if progress.done >= most:
            os.kill(os.getpid(), signal.SIGKILL)

    with made.open_catalog() as catalog:
        row = mirror_row(catalog)
    async with working(made, row) as work:
        ran = await run(work, tell)
    if ran.trouble is not None:
        raise ran.trouble


if __name__ == "__main__":
    trio.run(run_it, Stock(Path(sys.argv[1])), float(sys.argv[2]) if sys.argv[2:] else float("inf"))
    print("ran", flush=True)
