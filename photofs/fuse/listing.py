"""One open folder: entries from the catalog, made ready while the kernel digests those before.

The kernel takes some 760 entries a request (128 KiB, for that is the st_blksize by which programs
choose their buffers) and is busy with them for a millisecond or two; meanwhile those for the next
request are made ready. A listing goes on by cookie: entries that come or go meanwhile neither
repeat nor hide others.

What is ready counts only until something in the catalog changes: the kernel may keep what it is
given for an hour, and is told of a change only once.
"""

from collections.abc import Callable

import pyfuse3

from photofs.fuse.attributes import Attributes, Listed
from photofs.fuse.request_loop import Pace
from photofs.model.errors import PhotofsError
from photofs.volume.volume import Volume

BATCH = 190
"""Entries asked of the catalog at a time, in 0.2 ms: other requests wait no longer."""

MOST_READY = 2000
"""Entries made ready at most, in some 0.6 MB."""

DOT, DOTDOT = 1, 2
"""Cookies of "." and ".."; an entry's is the catalog's plus 2."""


LAST = 1 << 61
"""The cookie of what stands behind all that the catalog knows."""

Last = Callable[[pyfuse3.ReaddirToken, int], None]
"""Hands one more entry to the kernel, under that cookie, if there is room for it."""


class OpenFolder:
    """A listing that is under way."""

    def __init__(
        self,
        volume: Volume,
        attributes: Attributes,
        pace: Pace,
        ino: int,
        beyond: Last | None = None,
    ) -> None:
        """At the beginning; `pace` tells when there is time to make entries ready.

        `beyond`: what stands in the folder behind the catalog's entries.
        """
        self._beyond = beyond
        self._writable = attributes.can_change(ino)
        self._volume = volume
        self._attributes = attributes
        self._pace = pace
        self._ino = ino
        self._ready: list[Listed] = []
        self._served = self._wanted = 0
        self._start(0)

    def _start(self, after: int) -> None:
        """Go on after this cookie, with nothing ready."""
        self._attributes.give_back(self._ready)
        self._ready = []
        self._given = 0
        self._after = self._last = after
        self._is_end = False
        self._changes = self._attributes.changes

    def reply(self, start_id: int, token: pyfuse3.ReaddirToken) -> None:
        """Hand out the entries after the cookie, as many as fit."""
        if start_id < DOTDOT and not self._reply_dots(start_id, token):
            return
        after = max(start_id - DOTDOT, 0)
        if after != self._after or self._changes != self._attributes.changes:
            self._start(after)
        before = self._served
        while self._given < len(self._ready) or self._load():
            if not self._reply_ready(token):
                self._wanted = min(self._served - before, MOST_READY)
                self._pace.ahead(self._look_ahead)
                return
        if self._beyond is not None and start_id < LAST:
            self._beyond(token, LAST)

    def _reply_ready(self, token: pyfuse3.ReaddirToken) -> bool:
        """Hand out what is ready; False if not all of it fits."""
        reply = pyfuse3.readdir_reply
        for name, attributes, cookie in self._ready[self._given :]:
            if not reply(token, name, attributes, cookie + DOTDOT):
                return False
            self._given += 1
            self._served += 1
            self._after = cookie
        return True

    def _reply_dots(self, start_id: int, token: pyfuse3.ReaddirToken) -> bool:
        """The folder itself and the one above; the kernel uses only their names and kind."""
        itself = self._attributes.of(self._ino, self._volume.attributes)
        if start_id < DOT and not pyfuse3.readdir_reply(token, b".", itself, DOT):
            return False
        above = self._attributes.of(self._volume.parent(self._ino), self._volume.attributes)
        return pyfuse3.readdir_reply(token, b"..", above, DOTDOT)

    def _load(self) -> bool:
        """Make more entries ready; False if there are none."""
        if self._is_end:
            return False
        entries = self._volume.listing(self._ino, self._last, BATCH)
        self._attributes.give_back(self._ready[: self._given])
        self._ready = self._ready[self._given :] + self._attributes.lend(
            entries, writable=self._writable
        )
        self._given = 0
        self._is_end = len(entries) < BATCH
        if entries:
            self._last = entries[-1].cookie
        return bool(entries)

    def _look_ahead(self) -> bool:
        """Make some ready for the next request; False once that is enough.

        What goes wrong is told to who asks then.
        """
        if len(self._ready) - self._given >= self._wanted:
            return False
        try:
            return self._load()
        except PhotofsError:
            return False

    def close(self) -> None:
        """It is not asked any more."""
        self._start(0)
        self._is_end = True
