"""One open folder: entries in batches from the catalog, handed to the kernel as they fit.

The kernel takes some 185 entries a request (32 KiB), the catalog gives them by the thousand, so a
batch is kept between requests. A listing goes on by cookie: entries that come or go meanwhile
neither repeat nor hide others.
"""

from itertools import islice
from typing import TYPE_CHECKING

import pyfuse3

from photofs.fuse.attributes import Attributes
from photofs.volume.volume import Volume

if TYPE_CHECKING:
    from photofs.model.node import Entry

BATCH = 500
"""Entries asked of the catalog at a time: about 0.6 ms; more at a time take longer each."""

FIRST_BATCH = 200
"""The first time: most folders are small, and many are only looked into."""

DOT, DOTDOT = 1, 2
"""Cookies of "." and ".."; an entry's is the catalog's plus 2."""


class OpenFolder:
    """A listing that is under way."""

    def __init__(self, volume: Volume, attributes: Attributes, ino: int) -> None:
        """At the beginning."""
        self._volume = volume
        self._attributes = attributes
        self._ino = ino
        self._batch: list[Entry] = []
        self._next = 0
        self._after = -1

    def reply(self, start_id: int, token: pyfuse3.ReaddirToken) -> None:
        """Hand out the entries after the cookie, as many as fit."""
        if start_id < DOTDOT and not self._reply_dots(start_id, token):
            return
        after = max(start_id - DOTDOT, 0)
        attributes = self._attributes.listed
        reply = pyfuse3.readdir_reply
        while self._load(after):
            for entry in islice(self._batch, self._next, None):
                cookie = entry[0]
                if not reply(token, entry[1].encode(), attributes(entry), cookie + DOTDOT):
                    return
                after = self._after = cookie
                self._next += 1

    def _reply_dots(self, start_id: int, token: pyfuse3.ReaddirToken) -> bool:
        """The folder itself and the one above; the kernel uses only their names and kind."""
        itself = self._attributes.of(self._ino, self._volume.attributes)
        if start_id < DOT and not pyfuse3.readdir_reply(token, b".", itself, DOT):
            return False
        above = self._attributes.of(self._volume.parent(self._ino), self._volume.attributes)
        return pyfuse3.readdir_reply(token, b"..", above, DOTDOT)

    def _load(self, after: int) -> bool:
        """Have the entries after the cookie at hand; False if there are none."""
        if after == self._after and self._next < len(self._batch):
            return True
        limit = BATCH if after else FIRST_BATCH
        self._batch = self._volume.listing(self._ino, after, limit)
        self._next = 0
        self._after = after
        return bool(self._batch)
