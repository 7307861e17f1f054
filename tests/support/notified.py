"""A socket that hears what a service tells its manager, as systemd's own does."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.waiting import PATIENCE


class Notified:
    """What was told."""

    def __init__(self, path: Path) -> None:
        """Listens at the path."""
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(PATIENCE)

    @property
    def environ(self) -> dict[str, str]:
        """What the service must have in its environment."""
        return {"NOTIFY_SOCKET": str(self.path)}

    def hear(self) -> list[str]:
        """The lines of the next message; fails if none comes."""
        return self.socket.recv(4096).decode().splitlines()


@contextmanager
def notified() -> Iterator[Notified]:
    """It, in a folder whose path fits into an address."""
    with tempfile.TemporaryDirectory(prefix="notify-") as folder:
        heard = Notified(Path(folder, "socket"))
        with heard.socket:
            yield heard
