"""The folders of the trash of the mount: plain ones of this disk, which have to be known apart.

`.Trash-$UID` lies beside the folders of Scratch. The kernel names folders by number, so those of a
trash are noted as soon as their trash is found: a listing of it tells the kernel of them, too.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

import pyfuse3
import trio

from photofs.fuse.attributes import absent
from photofs.fuse.scratch_operations import TIMEOUT, ScratchOperations
from photofs.model.errors import Native
from photofs.model.node import FIRST_SCRATCH_INO, ROOT_INO
from photofs.scratch.names import Maker, RawSpot
from photofs.scratch.native import native

OWN_NAME: Final = re.compile(rb"\.Trash-(\d{1,10})")
FILES, INFO = b"files", b"info"
MODE: Final = 0o700


class Folder(NamedTuple):
    """A folder of somebody's trash: whose, the inode of `.Trash-$UID`, and the name below it."""

    owner: int
    top: int
    name: bytes


class TrashFolders:
    """Every trash that the kernel has asked for."""

    def __init__(self, scratch: ScratchOperations) -> None:
        """None is known yet."""
        self._scratch = scratch
        self._names = scratch.names
        self._known: dict[int, Folder] = {}

    def __contains__(self, ino: int) -> bool:
        """Whether that is one of them."""
        return ino in self._known

    def get(self, ino: int) -> Folder | None:
        """What folder that is."""
        return self._known.get(ino)

    def enter(self, name: bytes) -> pyfuse3.EntryAttributes:
        """A user's trash, if it was made; its folders are known from now on."""
        if self._names.look(RawSpot(self._names.home(), name)) is None:
            made = absent()
            made.entry_timeout = TIMEOUT
            return made
        made = self._scratch.enter_beside(name, ROOT_INO)
        owner = int(name.rpartition(b"-")[2])
        folder = self._known[made.st_ino] = Folder(owner, made.st_ino, b"")
        for below in (FILES, INFO):
            there = self._names.look(RawSpot(made.st_ino, below))
            if there is not None:
                self.note(folder, below, there.ino)
        return made

    def make(self, name: bytes, maker: Maker) -> pyfuse3.EntryAttributes:
        """A new one, closed to others."""
        self._names.mkdir(RawSpot(self._names.home(), name), MODE, maker)
        return self.enter(name)

    def remove(self, name: bytes) -> None:
        """One that is empty."""
        self._names.rmdir(RawSpot(self._names.home(), name))

    def note(self, folder: Folder, name: bytes, ino: int) -> None:
        """What stands there is known from now on, if it is a folder of a trash."""
        if is_fixed(folder, name) and ino:
            self._known[ino] = folder._replace(name=name)

    def is_below(self, ino: int) -> bool:
        """Whether a folder lies anywhere in a trash."""
        with suppress(Native):
            while ino >= FIRST_SCRATCH_INO:
                if ino in self._known:
                    return True
                above = self._names.above(ino)
                ino = 0 if above == ino else above
        return False

    def is_plain(self, folder: int, name: bytes) -> bool:
        """Whether a plain file or folder has that name."""
        return self._names.look(RawSpot(folder, name)) is not None

    def touch(self, folder: Folder) -> None:
        """`files` changed: who watches it looks at its time before reading it again."""
        if self.is_plain(folder.top, FILES):
            self._names.touch(RawSpot(folder.top, FILES))

    async def sync_info(self, folder: Folder, name: bytes) -> None:
        """What `info` tells of a name survives a power cut, as the move will; it may be absent."""
        with self._info(folder) as info:
            if info is None or not self.is_plain(info, _told(name)):
                return
            fds = self._names.open_both(RawSpot(info, _told(name)))
        await trio.to_thread.run_sync(_sync, fds)

    def forget_info(self, folder: Folder, names: Sequence[bytes]) -> None:
        """`info` tells of these no longer."""
        with self._info(folder) as info:
            for name in names:
                if info is None:
                    return
                with suppress(Native):
                    self._names.unlink(RawSpot(info, _told(name)))

    @contextmanager
    def _info(self, folder: Folder) -> Iterator[int | None]:
        """The number of `info`, by which it is found in the block; the kernel may not know it."""
        if not self.is_plain(folder.top, INFO):
            yield None
            return
        ino = self._names.lookup(RawSpot(folder.top, INFO)).ino
        try:
            yield ino
        finally:
            self._names.forget(ino, 1)


def is_fixed(folder: Folder | None, name: bytes) -> bool:
    """Whether that is one of the two folders of a trash."""
    return folder is not None and folder.name == b"" and name in {FILES, INFO}


def _told(name: bytes) -> bytes:
    """The name under which `info` tells of a name."""
    return name + b".trashinfo"


def _sync(fds: tuple[int, ...]) -> None:
    """Bring files to the disk, and close them."""
    with native():
        for fd in fds:
            try:
                os.fsync(fd)
            finally:
                os.close(fd)
