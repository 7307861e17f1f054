"""Tells the kernel what it must forget, when the catalog has changed under it.

A trio task looks every half second whether another process has committed; all notes to the kernel
are sent from one thread that does nothing else. Why so: dropping a file's data while a read of it
is in flight blocks until that read is answered, and sent from a handler's thread it was measured to
leave the whole process in a sleep that not even SIGKILL ends. So data is dropped only while nobody
has the file open (else at its last close), and otherwise attributes only.
"""

import errno
import logging
import os
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager, contextmanager
from functools import partial

import pyfuse3
import trio

from photofs.catalog.port import Change
from photofs.fuse.attributes import Attributes
from photofs.model.errors import PhotofsError
from photofs.model.node import ROOT_INO
from photofs.model.spot import Spot
from photofs.volume.volume import Volume

log = logging.getLogger(__name__)

EVERY = 0.5
"""Seconds between two looks at the catalog; a change is to be seen within a second."""

SOON = 0.005
"""Seconds after which the answer to a request has certainly reached the kernel."""

BATCH = 500
"""Changes read at a time, between which requests are answered."""

UNKNOWN = {errno.ENOENT, errno.ENOTCONN, errno.ENODEV, errno.EBADF}
"""Answers that mean: the kernel knows nothing of it, or the mount is just going."""

Note = Callable[[], None]

Known = AbstractSet[tuple[int, bytes]]
"""Names, each with the inode of its folder, which the kernel itself changes with a request."""

NOTHING: Known = frozenset()

PATIENCE = 0.02
"""Seconds for which an answer waits until the kernel has forgotten what changed elsewhere. It must
not wait for good: a note on a folder in which another request is under way waits for that one."""


class KernelNotes:
    """The one thread that speaks to the kernel of its own accord."""

    def __init__(self) -> None:
        """Begin; the thread ends with the process at the latest."""
        self._asked = self._heard = 0
        self._queue: queue.SimpleQueue[Note | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="kernel notes", daemon=True)
        self._thread.start()

    def send(self, note: Note) -> None:
        """Send it in its turn."""
        self._asked += 1
        self._queue.put(note)

    async def sent(self) -> None:
        """Return once all that was queued is sent, or after a moment."""
        asked = self._asked
        if asked == self._heard:
            return
        done = trio.Event()
        token = trio.lowlevel.current_trio_token()
        self._queue.put(partial(token.run_sync_soon, done.set))
        with trio.move_on_after(PATIENCE):
            await done.wait()
            self._heard = max(self._heard, asked)

    def stop(self) -> None:
        """End after what is queued, waiting for it only a moment: it may be blocked for good."""
        self._queue.put(None)
        self._thread.join(timeout=1.0)

    def _run(self) -> None:
        """Send one after the other."""
        while (note := self._queue.get()) is not None:
            try:
                note()
            except OSError as error:
                if error.errno not in UNKNOWN:
                    log.warning("the kernel refused to forget something: %s", error)


class _Held:
    """Folders that are locked until a request is answered, and the notes that wait for that."""

    def __init__(self, folders: AbstractSet[int]) -> None:
        self.folders = folders
        self.later: list[Note] = []


class Invalidation:
    """Follows the catalog's changes."""

    def __init__(self, volume: Volume, attributes: Attributes) -> None:
        """What the catalog says now counts as known to the kernel."""
        self._volume = volume
        self._attributes = attributes
        self._tree = volume.tree
        self._sequence = self._tree.last_change()
        self._version = self._tree.data_version()
        self._postponed: set[int] = set()
        self._notes = KernelNotes()
        self._turn = trio.Lock()
        self._held: list[_Held] = []
        self._later: list[Note] = []
        self.former: set[int] = set()
        self._changed = trio.Event()
        for ino in volume.incoming():
            attributes.may_move(ino, may=True)

    @asynccontextmanager
    async def change(self, asked: tuple[Spot, ...], told: int) -> AsyncIterator[None]:
        """Around each turn of a verb: the kernel forgets what it changed, before it is answered.

        `asked`: the names that the request itself tells the kernel about: to forget them would tear
        the names from files that are open.

        `told`: the inode whose attributes the answer brings (0: none). Of it, and of the times of
        the folders of `asked`, which the kernel forgets by itself once a verb went well, nothing is
        sent: it would ask for each such folder anew, and an `ln` would be three requests instead of
        two.
        """
        known = {(each.folder_ino, os.fsencode(each.name)) for each in asked}
        async with self._turn:
            fresh: AbstractSet[int] = frozenset()
            try:
                yield
                fresh = {told, *(folder for folder, _ in known)}
            finally:  # what a verb did is durable: its answer is not that nobody could look
                await self._try_to_look(known, fresh)
        await self._notes.sent()

    @contextmanager
    def holding(self, *folders: int) -> Iterator[None]:
        """Around a request for which the kernel locks these folders until it is answered.

        Notes on them are sent only then: one that waits for such a lock keeps all others waiting,
        for as long as the request takes, and a mount that is killed meanwhile hangs for good.
        """
        held = _Held(frozenset(folders))
        self._held.append(held)
        try:
            yield
        finally:
            self._held.remove(held)
            if held.later:
                self._later += held.later
                self._changed.set()

    async def rewritten(self, ino: int) -> None:
        """The bytes of that photo are others now, though the kernel did not see them written."""
        self._volume.bytes_changed(ino)
        self._attributes.forget(ino)
        attributes_only = self._attributes_only(ino, content=True)
        self._notes.send(partial(pyfuse3.invalidate_inode, ino, attributes_only))
        await self._notes.sent()

    def ask_anew(self, folder: int, name: bytes, former: int | None = None) -> None:
        """What a request has put under a name is not what the kernel takes it for.

        To be called before that request is answered; the kernel forgets the name right after. A
        program that is quicker than that asks for the inode which was there before: `former` is of
        a folder that is no more, and stands in the set of that name until the kernel says that it
        knows it no more (FORGET). Not only until the name is forgotten: a request may be on its way
        by then.
        """
        if former is not None:
            self.former.add(former)
        self._later.append(partial(pyfuse3.invalidate_entry, folder, name))
        self._changed.set()

    async def watch(self) -> None:
        """Until cancelled."""
        try:
            while True:
                with trio.move_on_after(EVERY):
                    await self._changed.wait()
                    await trio.sleep(SOON)
                self._changed = trio.Event()
                async with self._turn:
                    self._send_later()
                    await self._try_to_look(NOTHING, frozenset())
        finally:
            self._notes.stop()

    def _send_later(self) -> None:
        """Notes on folders that were locked by a request which is answered now."""
        later, self._later = self._later, []
        for note in later:
            self._notes.send(note)

    async def _try_to_look(self, known: Known, fresh: AbstractSet[int]) -> None:
        """What cannot be told now is told at the next look."""
        try:
            await self._look(known, fresh)
        except PhotofsError as error:
            log.warning("the catalog cannot be followed just now: %s", error)

    async def _look(self, known: Known, fresh: AbstractSet[int]) -> None:
        """Tell the kernel of everything that changed since the last look."""
        version = self._tree.data_version()
        if version == self._version:
            return
        if self._volume.look_what_is_writable():
            self._forget_everything()
        while changes := self._tree.changes_since(self._sequence, BATCH):
            if changes[0].sequence != self._sequence + 1:
                self._forget_everything()
            self._tell(changes, known, fresh)
            self._sequence = changes[-1].sequence
            if len(changes) == BATCH:
                await trio.lowlevel.checkpoint()
        self._version = version

    def released(self, ino: int) -> None:
        """Nobody may have it open any more: drop its data, if that was postponed."""
        if ino in self._postponed and not self._volume.is_open(ino):
            self._postponed.discard(ino)
            self._notes.send(partial(pyfuse3.invalidate_inode, ino))

    def is_former(self, ino: int) -> bool:
        """Whether the kernel still holds former bytes, for somebody has them open.

        Who opens it now has to read past the kernel's cache, or gets some of either.
        """
        return ino in self._postponed

    def _tell(self, changes: list[Change], known: Known, fresh: AbstractSet[int]) -> None:
        """Names first, then attributes, each inode once; not what the kernel knows afresh."""
        inos: dict[int, bool] = {}
        for change in changes:
            self._volume.changed(change)
            inos[change.ino] = inos.get(change.ino, False) or change.content
            if change.name is not None and change.parent_ino is not None:
                inos.setdefault(change.parent_ino, False)
                name = change.name.encode()
                if (change.parent_ino, name) not in known:
                    self._forget_name(change.parent_ino, name)
        for ino, content in inos.items():
            self._attributes.forget(ino)
            self._attributes.may_move(ino, may=self._volume.is_incoming(ino))
            if ino in fresh and not content:
                continue
            self._notes.send(
                partial(pyfuse3.invalidate_inode, ino, self._attributes_only(ino, content=content))
            )

    def _forget_name(self, folder: int, name: bytes) -> None:
        """Now, or once the request is answered that holds the folder."""
        note = partial(pyfuse3.invalidate_entry, folder, name)
        for held in self._held:
            if folder in held.folders:
                held.later.append(note)
                return
        self._notes.send(note)

    def _attributes_only(self, ino: int, *, content: bool) -> bool:
        """Whether only attributes may be dropped now; remembers the rest for later."""
        if content and self._volume.is_open(ino):
            self._postponed.add(ino)
        return not content or ino in self._postponed

    def _forget_everything(self) -> None:
        """Changes were trimmed before they were seen: drop all names, and with them the rest."""
        log.info("the catalog changed more than is kept of changes; all cached names are dropped")
        self._volume.changed_unknown()
        self._attributes.forget_all()
        for entry in self._volume.listing(ROOT_INO, 0, BATCH):
            self._notes.send(partial(pyfuse3.invalidate_entry, ROOT_INO, entry.name.encode()))
        self._notes.send(partial(pyfuse3.invalidate_inode, ROOT_INO, attr_only=True))
