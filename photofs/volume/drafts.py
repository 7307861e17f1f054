"""Files that programs have open for writing, and how each of them is this moment.

Bytes go to a file of the store (docs/decisions/0008), and the catalog learns its length and time
when it is closed; until then both are asked of the file itself.
"""

import os
from dataclasses import dataclass, field

import trio

from photofs.model.node import Entry, Node
from photofs.originals.disk_errors import disk_errors


@dataclass(slots=True, eq=False)
class Draft:
    """One file that is written. `named`: its name in the store is on the disk.

    `changed` since its last flush. `gone`: no name leads to it, and nothing is kept of it.
    `given`: the time that a program set last, in nanoseconds, and what the disk made of that.
    """

    ino: int
    name: str
    named: bool = False
    changed: bool = False
    gone: bool = False
    given: tuple[int, int] = (0, 0)
    writers: set["WritingHandle"] = field(default_factory=set)
    turn: trio.Lock = field(default_factory=trio.Lock)

    def set_time(self, fd: int, mtime_ns: int) -> None:
        """A program sets its time; some disks keep whole seconds only."""
        with disk_errors("setting a file's time"):
            os.utime(fd, ns=(mtime_ns, mtime_ns))
            self.given = mtime_ns, os.fstat(fd).st_mtime_ns

    def told(self, fd: int) -> tuple[int, int]:
        """Its length and time: the time that was set, unless it was written since."""
        status = os.fstat(fd)
        given, made = self.given
        return status.st_size, given if status.st_mtime_ns == made else status.st_mtime_ns


class WrittenHandle:
    """Reads a file that programs write, as it is at each read."""

    whole = True

    def __init__(self, fd: int) -> None:
        """Takes the descriptor over."""
        self.fd = fd

    async def read(self, offset: int, length: int) -> bytes:
        """What stands there now."""
        with disk_errors("reading a file"):
            return os.pread(self.fd, length, offset)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.fd)


class WritingHandle(WrittenHandle):
    """Reads and writes it."""

    def __init__(self, drafts: "Drafts", draft: Draft, fd: int) -> None:
        """Takes the descriptor over."""
        super().__init__(fd)
        self.draft = draft
        self._drafts = drafts
        draft.writers.add(self)

    def write(self, offset: int, data: bytes) -> int:
        """All of it, at once; how much that is: less where the disk is full before its end.

        Raises Full, TooLong, StoreError if nothing of it could be written.

        Appending too: the kernel tells each write's place, and a place of our own choosing would
        put the pages of a shared mapping at the end.
        """
        try:
            return self._write(offset, data)
        finally:  # only now: a flush that began beside it, in another thread, may have missed it
            self.draft.changed = True

    def _write(self, offset: int, data: bytes) -> int:
        done = 0
        with disk_errors("writing a file"):
            while done < len(data):
                try:
                    done += os.pwrite(self.fd, memoryview(data)[done:], offset + done)
                except OSError:
                    if not done:  # else the program is told how much, as write(2) has it
                        raise
                    break
        return done

    def close(self) -> None:
        """Give the descriptor back; the last writer takes the draft along."""
        super().close()
        self._drafts.closed(self)


class Drafts:
    """All files that are written through one mount."""

    def __init__(self) -> None:
        """Nothing is open yet."""
        self._open: dict[int, Draft] = {}
        self._became: dict[int, int] = {}

    def __bool__(self) -> bool:
        """Whether there is anything to tell that the catalog does not."""
        return bool(self._open or self._became)

    def get(self, ino: int) -> Draft | None:
        """The file, if somebody has it open for writing."""
        return self._open.get(ino)

    def add(self, draft: Draft) -> None:
        """It is opened; one that was open in its place has lost it."""
        self._lost(draft.ino)
        self._open[draft.ino] = draft

    def real(self, ino: int) -> int:
        """The inode that stands where this one was moved to, if it took another one's place.

        That one may have been moved since in its turn. No number is used twice, so it ends.
        """
        while (became := self._became.get(ino)) is not None:
            ino = became
        return ino

    def shown(self, node: Node) -> Node:
        """The attributes as they are now; not exact: who writes it changes them."""
        status = self._status(node.ino)
        if status is None:
            return node
        return node._replace(size=status.st_size, exact=False, mtime_ns=status.st_mtime_ns)

    def listed(self, entry: Entry) -> Entry:
        """The same for a line of a listing."""
        status = self._status(entry.ino)
        if status is None:
            return entry
        return entry._replace(size=status.st_size, exact=False, mtime_ns=status.st_mtime_ns)

    def moved(self, gone: int, ino: int) -> None:
        """A file took another one's place: who has it open writes that one from now on."""
        self._lost(ino)
        self._became[gone] = ino
        draft = self._open.pop(gone, None)
        if draft is not None:
            draft.ino = ino
            self._open[ino] = draft

    def removed(self, ino: int) -> None:
        """No name leads to the file any more; who has it open goes on, and nothing is kept."""
        draft = self._open.get(ino)
        if draft is not None:
            draft.gone = True

    def closed(self, handle: WritingHandle) -> None:
        """One writer less."""
        draft = handle.draft
        draft.writers.discard(handle)
        if not draft.writers and self._open.get(draft.ino) is draft:
            del self._open[draft.ino]

    def _lost(self, ino: int) -> None:
        draft = self._open.pop(ino, None)
        if draft is not None:
            draft.gone = True

    def _status(self, ino: int) -> os.stat_result | None:
        """How the file is now, if somebody has it open for writing."""
        draft = self._open.get(ino)
        if draft is None or not draft.writers:
            return None
        return os.fstat(next(iter(draft.writers)).fd)
