"""Watches over the mount's process: if it dies, its connection is ended.

The socket's end does not tell of every death: a thread that waits in the kernel keeps it open.
"""

import logging

import trio

from photofs.fetcher.messages import Guard
from photofs.kernel.connection import Connection, end
from photofs.kernel.process import Process
from photofs.model.errors import Refused

log = logging.getLogger(__name__)

EVERY = 0.5
"""Seconds between two looks: for so long may programs hang on a mount whose process was killed."""


class Guarding:
    """The mount that this process fetches for, once it has told which it is."""

    def __init__(self) -> None:
        """Nothing to guard yet."""
        self._told: Guard | None = None

    def take(self, told: Guard) -> None:
        """From now on."""
        self._told = told

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            await trio.sleep(EVERY)
            self.look()

    def look(self) -> None:
        """End the connection if the process is gone."""
        if self._told is not None and not Process(self._told.pid, self._told.started).lives:
            self.end()

    def end(self) -> None:
        """End the connection, if the mount is still there: a clean end takes it away before."""
        told, self._told = self._told, None
        if told is None:
            return
        try:
            end(Connection(told.point, told.mount_id, told.minor))
        except Refused as error:
            log.warning("%s", error)
