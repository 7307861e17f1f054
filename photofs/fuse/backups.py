"""Photos that a program puts away under a backup name before it writes a new file in their place.

Once the new x.jpg is there, x.jpg_original leads to another file than before (docs/SEMANTICS.md),
and the kernel, which took that name for the photo, cannot be told: it holds the folder for the very
request that made it so. So it never keeps such a name at all (docs/decisions/0012):

- The first move is refused once, with ESTALE. The kernel then looks both names up anew
  (LOOKUP_REVAL in do_renameat2, fs/namei.c) before it moves again, and is told to keep what it
  finds for no time. What it knows of a name moves along with it.
- Who looked the backup up before, and opens the photo after, is answered ESTALE as well: the kernel
  looks that name up anew, and opens what it leads to now (path_openat, fs/namei.c).
- Who opened the photo under the backup name reads past the kernel's cache, which has the new bytes
  soon; the handle has the old ones.

The first move is refused so, too, of what goes to the mount's trash: other ways lead out of it, and
an album is another folder there, without photos in it (trash_operations.py).
"""

import errno
from collections.abc import Callable

import pyfuse3

from photofs.fuse.attributes import LAST
from photofs.model.errors import NotFound
from photofs.model.naming import backup_of
from photofs.model.node import Node
from photofs.model.spot import Spot

MOST = 1000
"""Threads whose last look at a backup name is remembered; each is forgotten once it opens it."""


class Backups:
    """What the kernel may think of backup names; used from the loop's thread."""

    def __init__(self, find: Callable[[int, str], Node]) -> None:
        """`find` looks a name up; NotFound."""
        self._find = find
        self._announced: set[Spot] = set()
        self._reached: dict[int, tuple[Spot, int]] = {}

    def put_away(self, old: Spot, new: Spot) -> None:
        """A photo is to be moved; ESTALE, once, if that is to a backup's name."""
        if old.folder_ino == new.folder_ino and backup_of(new.name) == old.name:
            self.announce(old)

    def announce(self, spot: Spot) -> None:
        """What the kernel moves will not be what it takes it for; ESTALE, once, before the move."""
        if spot in self._announced:
            self._announced.discard(spot)
            return
        if len(self._announced) >= MOST:
            self._announced.clear()
        self._announced.add(spot)
        raise pyfuse3.FUSEError(errno.ESTALE)

    def is_fleeting(self, folder: int, raw: bytes, ino: int, thread: int) -> bool:
        """Whether the kernel may not keep what it is told of a name, which a thread looks up."""
        if chr(raw[-1]) not in LAST and not self._announced and not self._reached:
            return False
        spot = Spot(folder, raw.decode())
        if backup_of(spot.name) is None:
            if self._reached.get(thread, (spot, 0))[1] == ino:
                del self._reached[thread]
            return spot in self._announced
        if len(self._reached) >= MOST:
            self._reached.clear()
        self._reached[thread] = spot, ino
        return True

    def is_reached(self, ino: int, thread: int) -> bool:
        """Whether a thread that opens a photo came by a backup name; ESTALE if that has moved on.

        To be asked after it was opened: what was opened while the name led there has its bytes.
        """
        spot, told = self._reached.get(thread, (None, 0))
        if spot is None or told != ino:
            return False
        del self._reached[thread]
        try:
            here = self._find(*spot).ino
        except NotFound:
            here = 0
        if here != ino:
            raise pyfuse3.FUSEError(errno.ESTALE)
        return True
