"""A fetching process over a stock: `python -m tests.support.fetch_server ROOT FD`."""

import logging
import signal
import socket
import sys
from pathlib import Path

import trio

from photofs.fetcher.child import serve
from tests.support.stocked import Stock, pieces


async def fetch(root: Path, fd: int) -> None:
    """As photofs.fetcher does, over the fake source."""
    made = Stock(root)
    stream = trio.SocketStream(trio.socket.from_stdlib_socket(socket.socket(fileno=fd)))
    with made.open_catalog() as catalog:
        async with stream:
            await serve(stream, pieces(made, catalog))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    trio.run(fetch, Path(sys.argv[1]), int(sys.argv[2]))
