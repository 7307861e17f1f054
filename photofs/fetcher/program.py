"""The fetcher as a program: fetches for the mount at the other end of a socket."""

import logging
import signal
import socket
import sys

import trio

from photofs.assembly import House
from photofs.credentials import redaction
from photofs.fetcher.child import serve
from photofs.model.errors import PhotofsError
from photofs.model.exit_codes import exit_code
from photofs.volume.fetch import Pieces
from photofs.volume.mirror_copies import MirrorCopies

log = logging.getLogger(__name__)


async def fetch(fd: int) -> None:
    """Serve the socket until its other end is closed."""
    house = House()
    stream = trio.SocketStream(trio.socket.from_stdlib_socket(socket.socket(fileno=fd)))
    with house.catalog(durable=False) as catalog:
        async with stream:
            await serve(
                stream,
                Pieces(catalog, catalog, house.store(), house.open_provider, MirrorCopies(catalog)),
            )


def main() -> None:
    """Set the process up. Ctrl-C in a terminal is the mount's to answer: it ends us."""
    redaction.start_log(logging.WARNING)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        trio.run(fetch, int(sys.argv[1]))
    except PhotofsError as error:
        log.error("the fetching process cannot work: %s", error)  # noqa: TRY400 - no bug of ours
        sys.exit(exit_code(error))
