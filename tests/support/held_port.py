"""A port of a service that is away for a while: nobody else gets it, and who asks is refused."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held(port: int) -> Iterator[None]:
    """Bound but not listened at: a listener that reuses addresses may take it meanwhile."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", port))
        yield
