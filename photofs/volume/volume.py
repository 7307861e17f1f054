"""File-system verbs over a catalog and a store, with no FUSE in sight.

Usable from tests and commands as well as from the kernel's door. One thread uses a volume. Verbs
that are not `async` never wait: they are catalog reads of a few microseconds. All errors are
photofs.model.errors; inode numbers are those of photofs/model/node.py.

    open     catalog -> written here? WrittenHandle : store has it? SealedHandle
             : make the size exact -> DraftHandle
    read     handle -> pread, or wait for the bytes (deadline) -> pread
"""

import logging
import os
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from photofs.catalog.port import Change, LibraryReads, PhotoRow
from photofs.model.errors import IsFolder, NotFound, PhotofsError, ReadOnly, Refused, Temporary
from photofs.model.node import ROOT_INO, Entry, Node, is_folder_ino, photo_ino, row_id
from photofs.model.splice import AS_IT_IS, Splice
from photofs.model.wish import Asker
from photofs.originals.port import OriginalStore
from photofs.view.tree import Tree
from photofs.volume.capacity import Capacity
from photofs.volume.drafts import Drafts, WrittenHandle
from photofs.volume.fetching import Fetching
from photofs.volume.guard import Guard, guarded
from photofs.volume.handles import DraftHandle, Handle, SealedHandle
from photofs.volume.opened_folders import OpenedFolders
from photofs.volume.spliced_handle import NowHandle, check_as_it_is, with_head
from photofs.volume.waiting import Deadlines, Waiting
from photofs.volume.xattrs import Facts, attribute_names, attribute_value

log = logging.getLogger(__name__)

CAPACITY_KEPT = 30.0
"""Seconds for which the answer to statfs is kept: some programs ask many times a second."""

SEALED_KEPT = 10_000
"""Sealed originals whose hash is remembered, so that opening one again asks no catalog."""


class Opened(NamedTuple):
    """An open photo: its number, and whether its bytes are all here (the kernel may cache)."""

    number: int
    whole: bool


@dataclass(slots=True)
class OpenPhoto:
    """An open photo. `asker`: who opened it for writing.

    `left`: what it was read through before, which a read that is under way may still use.
    """

    ino: int
    handle: Handle
    asker: Asker | None
    left: list[Handle] = field(default_factory=list)


class Volume:
    """What a mount shows. `guard` and `opened_folders` are set by who wants them."""

    guard: Guard | None = None
    opened_folders: OpenedFolders | None = None

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
        self.drafts = Drafts()
        self._handles: dict[int, OpenPhoto] = {}
        self._open_inos: Counter[int] = Counter()
        self._next_number = 1
        self._capacity: tuple[Capacity, float] | None = None
        self._sealed: dict[int, tuple[str, int, Splice]] = {}
        self._writable = library.writable_libraries()

    # names and attributes

    def lookup(self, parent_ino: int, name: str) -> Node:
        """What stands under the name; NotFound."""
        node = self.tree.lookup(parent_ino, name)
        return self.drafts.shown(node) if self.drafts else node

    def attributes(self, ino: int) -> Node:
        """The attributes of a folder or photo; NotFound."""
        if not self.drafts:
            return self.tree.node(ino)
        real = self.drafts.real(ino)
        node = self.drafts.shown(self.tree.node(real))
        return node if real == ino else node._replace(ino=ino, exact=False)

    async def make_exact(self, ino: int) -> None:
        """Have an estimated size asked for, quietly: for who wants stat to wait (--exact-sizes)."""
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
        entries = self.tree.entries(ino, after, limit)
        return [self.drafts.listed(entry) for entry in entries] if self.drafts else entries

    def parent(self, ino: int) -> int:
        """The folder that holds this folder; the root holds itself."""
        return self.tree.parent(ino)

    def library_at(self, ino: int) -> int | None:
        """The id of the library whose top folder that is; None if it is no such folder."""
        if not is_folder_ino(ino) or ino == ROOT_INO:
            return None
        folder = row_id(ino)
        found = (each for each in self._library.libraries() if each.folder_id == folder)
        return next((each.library_id for each in found), None)

    # bytes

    async def open(self, ino: int, asker: Asker | None = None, thread: int = 0) -> Opened:
        """Open a photo for reading; its size is exact once this returns. Fetches nothing else.

        `asker`: who may write to it later (intake.py). `thread`: who asks, 0 if not to be guarded.
        """
        if is_folder_ino(ino):
            raise IsFolder("a folder cannot be opened for reading")
        ino = self.drafts.real(ino)
        handle = self._open_remembered(ino) or await self._open_anew(ino, thread)
        return self.adopt(ino, handle, asker)

    def adopt(self, ino: int, handle: Handle, asker: Asker | None) -> Opened:
        """Count an open handle as one of the photo's."""
        number = self._next_number
        self._next_number += 1
        self._handles[number] = OpenPhoto(ino, handle, asker)
        self._open_inos[ino] += 1
        return Opened(number, handle.whole)

    def handle(self, number: int) -> Handle:
        """What an open photo is read through."""
        return self._handles[number].handle

    def opened_by(self, number: int) -> tuple[int, Asker | None]:
        """The inode of an open photo, and who opened it for writing; None: for reading."""
        photo = self._handles[number]
        return photo.ino, photo.asker

    def open_numbers(self, ino: int) -> list[int]:
        """The numbers under which a photo is open."""
        return [number for number, photo in self._handles.items() if photo.ino == ino]

    def replace(self, number: int, handle: Handle) -> None:
        """From now on an open photo is read through another handle."""
        photo = self._handles[number]
        photo.left.append(photo.handle)
        photo.handle = handle

    def _open_remembered(self, ino: int) -> Handle | None:
        """A sealed original that was open before, if it is still here."""
        known = self._sealed.get(ino)
        if known is None:
            return None
        handle = self._open_sealed(*known[:2])
        if handle is None:
            del self._sealed[ino]
        return handle and with_head(handle, known[2])

    def _open_sealed(self, sha256: str, size: int) -> Handle | None:
        """The sealed original, if it is here and as long as it was; else fetching sees to it."""
        fd = self._store.open_sealed(sha256)
        if fd is not None and os.fstat(fd).st_size != size:
            log.warning("the original %s is not as long as it was when it was sealed", sha256)
            os.close(fd)
            return None
        return None if fd is None else SealedHandle(fd, size)

    async def _open_anew(self, ino: int, thread: int) -> Handle:
        """By what the catalog says."""
        written = self._open_written(ino)
        if written is not None:
            return written
        splice = self._library.shown_head(row_id(ino))
        return with_head(await self._open_file(ino, splice, thread), splice)

    async def _open_file(self, ino: int, splice: Splice, thread: int) -> Handle:
        """The photo's own bytes, which are shown with that head."""
        photo = self._library.photo(row_id(ino))
        if photo.sha256 is not None and photo.size is not None:
            handle = self._open_sealed(photo.sha256, photo.size)
            if handle is not None:
                self._remember(ino, photo.sha256, photo.size, splice)
                return handle
        return await guarded(self.guard, photo, thread, self._open_draft)

    async def _open_draft(self, photo: PhotoRow) -> DraftHandle:
        """What is still to be fetched; nothing is yet, but for its size."""
        size = photo.size
        if size is None or not photo.size_exact:
            size = await self._exact_size(photo.photo_id)
            if self._library.photo(photo.photo_id).size != size:
                # who opens a file asks for its length next, and takes no byte beyond that
                raise Temporary("the photo's length is not noted yet", remedy="try again")
        waiting = (self._waiting, self._deadlines.read)
        return DraftHandle(photo.photo_id, size, self._store, self._fetching, waiting)

    def _open_written(self, ino: int) -> Handle | None:
        """A file that programs write, if that is what stands there; None once it is sealed."""
        draft = self._library.draft_of(row_id(ino))
        fd = self._store.written.open_for_reading(draft) if draft else None
        return None if fd is None else WrittenHandle(fd)

    def draft_here(self, ino: int) -> bool:
        """Whether the file that programs write is on the disk, and not only in the catalog."""
        draft = self._library.draft_of(row_id(ino))
        return bool(draft) and self._store.written.size(draft) is not None

    def is_told(self, ino: int) -> bool:
        """Whether a source has told of that photo."""
        return bool(self._library.origins(row_id(ino)))

    async def whole(self, ino: int) -> str:
        """The hash of a photo's original, whole on this disk; waits as long as `open` may."""
        sha256 = self._library.photo(row_id(ino)).sha256
        if sha256 is not None and self._store.has_sealed(sha256) is not None:
            return sha256
        arrival = await self._waiting.within(
            self._deadlines.open, lambda: self._fetching.whole(row_id(ino))
        )
        if arrival.sha256 is None:
            raise NotFound("the photo's original cannot be had whole")
        return arrival.sha256

    def check_as_it_is(self, ino: int) -> None:
        """Refused if a photo is shown with a head that its file does not have."""
        check_as_it_is(self._library.shown_head(row_id(ino)))

    def _remember(self, ino: int, sha256: str, size: int, splice: Splice) -> None:
        """Keep the hash of a sealed original at hand."""
        self._sealed[ino] = (sha256, size, splice)
        if len(self._sealed) > SEALED_KEPT:
            del self._sealed[next(iter(self._sealed))]

    async def read(self, number: int, offset: int, length: int) -> bytes:
        """Bytes of an open photo; fewer than `length` only at its end."""
        return await self._handles[number].handle.read(offset, length)

    def read_now(self, number: int, offset: int, length: int) -> bytes | None:
        """The same without waiting, of a sealed original; None if it is not one."""
        handle = self._handles[number].handle
        return handle.read_now(offset, length) if isinstance(handle, NowHandle) else None

    def release(self, number: int) -> int:
        """Close an open photo; its inode."""
        photo = self._handles.pop(number)
        ino = photo.ino
        self._open_inos[ino] -= 1
        if not self._open_inos[ino]:
            del self._open_inos[ino]
        for handle in (photo.handle, *photo.left):
            handle.close()
        return ino

    def is_open(self, ino: int) -> bool:
        """Whether somebody has the photo open."""
        return ino in self._open_inos

    # what can be changed

    def can_change(self, ino: int) -> bool:
        """Whether the library that a folder or photo is of can be changed; of the root: any."""
        library = self._library.library_of(ino)
        return bool(self._writable) if library is None else library in self._writable

    def check_can_change(self, ino: int) -> None:
        """ReadOnly, unless the library that a folder or photo is of can be changed."""
        if not self.can_change(self.drafts.real(ino)):
            raise ReadOnly(
                "this library cannot be changed: it shows an archive",
                safe="nothing was changed",
                remedy="copy into the library of an account instead",
            )

    def check_may_write(self, ino: int) -> None:
        """ReadOnly, or Refused, unless other bytes may be written to that photo."""
        if is_folder_ino(ino):
            raise IsFolder("a folder cannot be opened for writing")
        self.check_can_change(ino)
        photo = self._library.photo(row_id(self.drafts.real(ino)))
        if not photo.owned or photo.trashed:
            raise Refused(
                "this photo cannot be written: it is in Trash, or somebody else's",
                safe="nothing was changed",
                remedy="take it out of Trash first, or copy it to a folder of your own",
            )

    def moved(self, gone: int, ino: int) -> None:
        """A file took the place of another one, whose inode stays: what is open follows."""
        self.drafts.moved(gone, ino)
        self._sealed.pop(ino, None)
        for photo in self._handles.values():
            if photo.ino == gone:
                photo.ino = ino
                self._open_inos[ino] += 1
                self._open_inos[gone] -= 1
        self._open_inos = +self._open_inos

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
        unsent = self._library.unsent(photo.photo_id)
        embedded = self._library.shown_head(photo.photo_id) != AS_IT_IS
        told = photo._replace(sha256=None) if embedded else photo  # of what is shown: unknown
        return Facts(told, origins[0] if origins else None, here, unsent, embedded)

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

    def bytes_changed(self, ino: int) -> None:
        """Forget which original a photo was."""
        self._sealed.pop(ino, None)

    def changed_unknown(self) -> None:
        """Anything may have changed."""
        self._sealed.clear()

    def look_what_is_writable(self) -> bool:
        """Ask anew which libraries can be changed; whether that is another answer than before."""
        before, self._writable = self._writable, self._library.writable_libraries()
        return before != self._writable

    def incoming(self) -> set[int]:
        """The inodes of all files that programs wrote and nobody has judged or sent yet."""
        return {photo_ino(photo) for photo in self._library.incoming_photos()}

    def is_incoming(self, ino: int) -> bool:
        """Whether that is such a file."""
        return not is_folder_ino(ino) and self._library.is_incoming(row_id(ino))

    # the end

    def stop(self) -> None:
        """End all waits at once, with an error for who waits; nothing more is waited for."""
        self._waiting.stop()

    def close(self) -> None:
        """Close what is still open."""
        for number in [*self._handles]:
            self.release(number)
