"""`python -m photofs.fetcher FD`: fetch for the mount at the other end of that socket."""

import logging
import signal
import socket
import sys

import trio

from photofs.assembly import House
from photofs.fetcher.child import serve
from photofs.volume.fetch import Pieces


async def fetch(fd: int) -> None:
    """Serve the socket until its other end is closed."""
    house = House()
    stream = trio.SocketStream(trio.socket.from_stdlib_socket(socket.socket(fileno=fd)))
    with house.catalog(durable=False) as catalog:
        async with stream:
            await serve(stream, Pieces(catalog, catalog, house.store(), house.open_provider))


def main() -> None:
    """Set the process up. Ctrl-C in a terminal is the mount's to answer: it ends us."""
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    trio.run(fetch, int(sys.argv[1]))


if __name__ == "__main__":
    main()
