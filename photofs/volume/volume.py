"""File-system verbs over a catalog and a store, with no FUSE in sight.

Usable from tests and commands as well as from the kernel's door. One thread uses a volume. Verbs
that are not `async` never wait: they are catalog reads of a few microseconds. All errors are
photofs.model.errors; inode numbers are those of photofs/model/node.py.

    open     catalog -> store has it? SealedHandle : make the size exact -> DraftHandle
    read     handle -> pread, or wait for the bytes (deadline) -> pread
"""

import logging
import os
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from photofs.catalog.port import Change, LibraryReads
from photofs.model.errors import NotFound, PhotofsError, Refused
from photofs.model.node import Entry, Node, is_folder_ino, row_id
from photofs.originals.port import OriginalStore
from photofs.view.tree import Tree
from photofs.volume.fetching import Fetching
from photofs.volume.handles import DraftHandle, Handle, SealedHandle
from photofs.volume.waiting import Waiting
from photofs.volume.xattrs import Facts, attribute_names, attribute_value

log = logging.getLogger(__name__)

NAME_BYTES = 255
"""The longest name that a file system on Linux takes (ours are shorter)."""

CAPACITY_KEPT = 30.0
"""Seconds for which the answer to statfs is kept: some programs ask many times a second."""

SEALED_KEPT = 10_000
"""Sealed originals whose hash is remembered, so that opening one again asks no catalog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds after which a program that waits gets an error."""

    open: float = 60.0
    read: float = 120.0


class Opened(NamedTuple):
    """An open photo: its number, and whether its bytes are all here (the kernel may cache)."""

    number: int
    whole: bool


class Capacity(NamedTuple):
    """For statfs: bytes of all photos, bytes free on this disk, number of photos."""

    used: int
    free: int
    photos: int


class Volume:
    """What a mount shows."""

    def __init__(
        self,
        tree: Tree,
        library: LibraryReads,
        store: OriginalStore,
        fetching: Fetching,
        deadlines: Deadlines | None = None,
    ) -> None:
        """Nothing is open yet."""
        self.tree = tree
        self._library = library
        self._store = store
        self._fetching = fetching
        self._deadlines = deadlines or Deadlines()
        self._waiting = Waiting()
        self._handles: dict[int, tuple[int, Handle]] = {}
        self._open_inos: Counter[int] = Counter()
        self._next_number = 1
        self._capacity: tuple[Capacity, float] | None = None
        self._sealed: dict[int, tuple[str, int]] = {}

    # names and attributes

    def lookup(self, parent_ino: int, name: str) -> Node:
        """What stands under the name; NotFound."""
        return self.tree.lookup(parent_ino, name)

    def attributes(self, ino: int) -> Node:
        """The attributes of a folder or photo; NotFound."""
        return self.tree.node(ino)

    async def make_exact(self, ino: int) -> None:
        """Have the size of one photo asked for, if it is only estimated; quiet if it is not told.

        For who asked that stat should wait (`--exact-sizes`).
        """
        if is_folder_ino(ino) or self.tree.node(ino).exact:
            return
        with suppress(PhotofsError):
            await self._exact_size(row_id(ino))

    async def _exact_size(self, photo_id: int) -> int:
        """The size as fetching makes it known, within the deadline of open."""
        return await self._waiting.within(
            self._deadlines.open, lambda: self._fetching.size(photo_id)
        )

    def listing(self, ino: int, after: int, limit: int) -> list[Entry]:
        """Up to `limit` entries of a folder with a cookie above `after`."""
        return self.tree.entries(ino, after, limit)

    def parent(self, ino: int) -> int:
        """The folder that holds this folder; the root holds itself."""
        return self.tree.parent(ino)

    # bytes

    async def open(self, ino: int) -> Opened:
        """Open a photo for reading; its size is exact once this returns. Fetches nothing else."""
        if is_folder_ino(ino):
            raise Refused("a folder cannot be opened for reading")
        handle = self._open_remembered(ino) or await self._open_anew(ino)
        number = self._next_number
        self._next_number += 1
        self._handles[number] = (ino, handle)
        self._open_inos[ino] += 1
        return Opened(number, handle.whole)

    def _open_remembered(self, ino: int) -> Handle | None:
        """A sealed original that was open before, if it is still here."""
        known = self._sealed.get(ino)
        if known is None:
            return None
        handle = self._open_sealed(*known)
        if handle is None:
            del self._sealed[ino]
        return handle

    def _open_sealed(self, sha256: str, size: int) -> Handle | None:
        """The sealed original, if it is here and as long as it was; else fetching sees to it."""
        fd = self._store.open_sealed(sha256)
        if fd is not None and os.fstat(fd).st_size != size:
            log.warning("the original %s is not as long as it was when it was sealed", sha256)
            os.close(fd)
            return None
        return None if fd is None else SealedHandle(fd, size)

    async def _open_anew(self, ino: int) -> Handle:
        """By what the catalog says."""
        photo = self._library.photo(row_id(ino))
        if photo.sha256 is not None and photo.size is not None:
            handle = self._open_sealed(photo.sha256, photo.size)
            if handle is not None:
                self._remember(ino, photo.sha256, photo.size)
                return handle
        size = photo.size
        if size is None or not photo.size_exact:
            size = await self._exact_size(photo.photo_id)
        waiting = (self._waiting, self._deadlines.read)
        return DraftHandle(photo.photo_id, size, self._store, self._fetching, waiting)

    def _remember(self, ino: int, sha256: str, size: int) -> None:
        """Keep the hash of a sealed original at hand."""
        self._sealed[ino] = (sha256, size)
        if len(self._sealed) > SEALED_KEPT:
            del self._sealed[next(iter(self._sealed))]

    async def read(self, number: int, offset: int, length: int) -> bytes:
        """Bytes of an open photo; fewer than `length` only at its end."""
        handle = self._handles[number][1]
        if isinstance(handle, SealedHandle):  # one coroutine less: a tenth of a small read's price
            return handle.read_now(offset, length)
        return await handle.read(offset, length)

    def release(self, number: int) -> int:
        """Close an open photo; its inode."""
        ino, handle = self._handles.pop(number)
        self._open_inos[ino] -= 1
        if not self._open_inos[ino]:
            del self._open_inos[ino]
        handle.close()
        return ino

    def is_open(self, ino: int) -> bool:
        """Whether somebody has the photo open."""
        return ino in self._open_inos

    # what a file tells

    def list_attributes(self, ino: int) -> list[str]:
        """The names of the extended attributes; a folder has none."""
        return [] if is_folder_ino(ino) else attribute_names(self._facts(ino))

    def get_attribute(self, ino: int, name: str) -> bytes:
        """One extended attribute; NotFound if there is none of that name."""
        if not is_folder_ino(ino):
            value = attribute_value(self._facts(ino), name)
            if value is not None:
                return value
        raise NotFound(f"there is no attribute {name}")

    def _facts(self, ino: int) -> Facts:
        """All that extended attributes tell of."""
        photo = self._library.photo(row_id(ino))
        origins = self._library.origins(photo.photo_id)
        here = photo.sha256 is not None and self._store.has_sealed(photo.sha256) is not None
        return Facts(photo, origins[0] if origins else None, here)

    def capacity(self) -> Capacity:
        """For statfs."""
        now = time.monotonic()
        if self._capacity is None or self._capacity[1] < now:
            photos, used = self.tree.totals()
            free = self._store.disk_free()
            self._capacity = (Capacity(used, free, photos), now + CAPACITY_KEPT)
        return self._capacity[0]

    # changes

    def changed(self, change: Change) -> None:
        """Forget what is remembered of a photo that changed."""
        self._sealed.pop(change.ino, None)

    def changed_unknown(self) -> None:
        """Anything may have changed."""
        self._sealed.clear()

    # the end

    def stop(self) -> None:
        """End all waits at once, with an error for who waits; nothing more is waited for."""
        self._waiting.stop()

    def close(self) -> None:
        """Close what is still open."""
        for number in [*self._handles]:
            self.release(number)
