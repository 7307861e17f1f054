"""Nodes as the kernel wants them, made once and kept for the calls that come again and again."""

import stat
from collections.abc import Callable

import pyfuse3

from photofs.model.node import Entry, Node

KEPT = 10_000
"""Attributes at hand: about 3 MB."""

TIMEOUT = 3600.0
"""Seconds for which the kernel may keep what is exact; changes are told to it (invalidation.py)."""

NEGATIVE_TIMEOUT = 300.0
"""Seconds for which the kernel may remember that a name is not there."""

BLKSIZE = 128 * 1024
FOLDER_SIZE = 4096
"""Not 0: KDE's file manager skips .directory in folders of size 0."""


class Attributes:
    """Turns nodes into EntryAttributes; one owner and one mask for all."""

    def __init__(self, *, uid: int, gid: int, umask: int) -> None:
        """All is owned by `uid` and `gid`; bits in `umask` are taken from 0444 and 0555."""
        self._uid = uid
        self._gid = gid
        self._file_mode = stat.S_IFREG | (0o444 & ~umask)
        self._folder_mode = stat.S_IFDIR | (0o555 & ~umask)
        self._kept: dict[int, pyfuse3.EntryAttributes] = {}
        self._photo = self.make(Node(0, False, 0, True, 0, 0, 1))

    def of(self, ino: int, find: Callable[[int], Node]) -> pyfuse3.EntryAttributes:
        """The attributes of an inode, from those at hand, else of the node that `find` gives."""
        kept = self._kept.get(ino)
        return kept if kept is not None else self.keep(find(ino))

    def keep(self, node: Node) -> pyfuse3.EntryAttributes:
        """The attributes of a node; kept at hand if they can only change with notice."""
        made = self.make(node)
        if node.exact:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[node.ino] = made
        return made

    def make(self, node: Node | Entry) -> pyfuse3.EntryAttributes:
        """The attributes of a node or entry. What is estimated is never cached by the kernel."""
        made = pyfuse3.EntryAttributes()
        made.st_ino = node.ino
        made.st_uid = self._uid
        made.st_gid = self._gid
        made.st_mtime_ns = made.st_atime_ns = node.mtime_ns
        made.st_ctime_ns = node.ctime_ns
        made.st_blksize = BLKSIZE
        made.entry_timeout = TIMEOUT
        made.attr_timeout = TIMEOUT if node.exact else 0
        if node.folder:
            made.st_mode = self._folder_mode
            made.st_size = FOLDER_SIZE
        else:
            made.st_mode = self._file_mode
            made.st_size = node.size
            made.st_blocks = (node.size + 511) // 512
            made.st_nlink = node.links
        return made

    def listed(self, entry: Entry) -> pyfuse3.EntryAttributes:
        """As `make`, for a listing: valid until the next call, for what is copied at once.

        Filling one and the same object takes half the time, and a listing is little else.
        """
        _, _, ino, folder, size, exact, mtime_ns, ctime_ns, links = entry
        if folder:
            return self.make(entry)
        photo = self._photo
        photo.st_ino = ino
        photo.st_size = size
        photo.st_blocks = (size + 511) // 512
        photo.st_mtime_ns = photo.st_atime_ns = mtime_ns
        photo.st_ctime_ns = ctime_ns
        photo.st_nlink = links
        photo.attr_timeout = TIMEOUT if exact else 0
        return photo

    def forget(self, ino: int) -> None:
        """It changed."""
        self._kept.pop(ino, None)

    def forget_all(self) -> None:
        """Anything may have changed."""
        self._kept.clear()


def absent() -> pyfuse3.EntryAttributes:
    """The answer "no such name", which the kernel may remember."""
    made = pyfuse3.EntryAttributes()
    made.st_ino = 0
    made.entry_timeout = NEGATIVE_TIMEOUT
    return made
