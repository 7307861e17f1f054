"""Nodes as the kernel wants them, made once and kept for the calls that come again and again."""

import stat
from collections.abc import Callable

import pyfuse3

from photofs.model.naming import backup_of
from photofs.model.node import Entry, Node

KEPT = 10_000
"""Attributes at hand: about 3 MB."""

TIMEOUT = 3600.0
"""Seconds for which the kernel may keep what is exact; changes are told to it (invalidation.py)."""

NEGATIVE_TIMEOUT = 300.0
"""Seconds for which the kernel may remember that a name is not there."""

FILE_MODES = (stat.S_IFREG | 0o444, stat.S_IFREG | 0o644)
FOLDER_MODES = (stat.S_IFDIR | 0o555, stat.S_IFDIR | 0o755)
BLKSIZE = 128 * 1024
FOLDER_SIZE = 4096
"""Not 0: KDE's file manager skips .directory in folders of size 0."""

LAST = frozenset("~lkLK")
"""What the names of backups end with (backups.py), which the kernel does not keep."""

SPARE = 2000
"""Attributes at hand for listings: about 0.5 MB."""

Listed = tuple[bytes, pyfuse3.EntryAttributes, int]
"""A name, what it stands for, and the catalog's cookie."""


class Attributes:
    """Turns nodes into EntryAttributes; one owner for all.

    `changes` counts what was forgotten: who keeps attributes asks anew once it has grown.
    """

    def __init__(self, *, uid: int, gid: int, can_change: Callable[[int], bool]) -> None:
        """All is owned by `uid` and `gid`.

        `can_change`: whether the library of an inode can be changed. There modes are 0644 and 0755,
        for the kernel asks nobody where they refuse already, and what can be changed is the verbs'
        affair; else 0444 and 0555.
        """
        self.can_change = can_change
        self._uid = uid
        self._gid = gid
        self._kept: dict[int, pyfuse3.EntryAttributes] = {}
        self._spare: list[pyfuse3.EntryAttributes] = []
        self._moving: set[int] = set()
        self.changes = 0

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

    def make(self, node: Node) -> pyfuse3.EntryAttributes:
        """The attributes of a node."""
        writable = self.can_change(node.ino)
        ((_, made, _),) = self.lend([Entry(0, "", *node)], writable=writable)
        return made

    def lend(self, entries: list[Entry], *, writable: bool) -> list[Listed]:
        """What a listing hands to the kernel for each entry; may be given back.

        `writable`: whether the photos among them can be changed. One loop without calls, for a
        listing is little else. What is estimated is never cached by the kernel.
        """
        spare, moving = self._spare, self._moving
        file_mode = FILE_MODES[writable]
        lent = []
        for cookie, name, ino, folder, size, exact, mtime_ns, ctime_ns, links in entries:
            made = spare.pop() if spare else self._blank()
            made.st_ino = ino
            made.st_mtime_ns = made.st_atime_ns = mtime_ns
            made.st_ctime_ns = ctime_ns
            fleeting = ino in moving or (name[-1:] in LAST and backup_of(name))
            made.entry_timeout = 0 if fleeting else TIMEOUT
            made.attr_timeout = TIMEOUT if exact else 0
            if folder:
                made.st_mode = FOLDER_MODES[self.can_change(ino)]
                made.st_size = FOLDER_SIZE
                made.st_blocks = 0
                made.st_nlink = 1
            else:
                made.st_mode = file_mode
                made.st_size = size
                made.st_blocks = (size + 511) // 512
                made.st_nlink = links
            lent.append((name.encode(), made, cookie))
        return lent

    def give_back(self, lent: list[Listed]) -> None:
        """They are used no more; filling one again takes half the time of making one."""
        room = max(0, SPARE - len(self._spare))
        self._spare += [made for _, made, _ in lent[:room]]

    def _blank(self) -> pyfuse3.EntryAttributes:
        """With what is the same for all."""
        made = pyfuse3.EntryAttributes()
        made.st_uid = self._uid
        made.st_gid = self._gid
        made.st_blksize = BLKSIZE
        return made

    def may_move(self, ino: int, *, may: bool) -> None:
        """A program wrote this file, and may move it over another one, whose inode stays then.

        The kernel would take that name for the moved inode's: so it is to ask each time what
        stands under the name of such a file.
        """
        if may:
            self._moving.add(ino)
        else:
            self._moving.discard(ino)

    def forget(self, ino: int) -> None:
        """It changed."""
        self.changes += 1
        self._kept.pop(ino, None)

    def forget_all(self) -> None:
        """Anything may have changed."""
        self.changes += 1
        self._kept.clear()


def absent() -> pyfuse3.EntryAttributes:
    """The answer "no such name", which the kernel may remember."""
    made = pyfuse3.EntryAttributes()
    made.st_ino = 0
    made.entry_timeout = NEGATIVE_TIMEOUT
    return made
