"""An open photo: of a whole original, or of one whose bytes are still on their way.

The kernel may cache what it reads through a sealed handle (keep_cache). Through a draft handle it
must ask for every read (direct_io): a buffered read that waits for the network would stall the
reads of all other files of the mount.
"""

import os
from typing import Protocol

import trio

from photofs.model.errors import Corrupt, StoreError, Temporary
from photofs.model.span import Span
from photofs.originals.port import DraftKey, DraftReader, OriginalStore
from photofs.volume.fetching import Arrival, Fetching
from photofs.volume.waiting import Waiting

NOTHING = Span(0, 0)

TRIES = 100
"""How often a file that vanished between two steps (sealed, evicted) is looked for."""

PAUSE = 0.02
"""Seconds between two looks: sealing renames the file some milliseconds before it is told of."""


class Handle(Protocol):
    """What `open` gives."""

    whole: bool

    async def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, fewer than `length` only at the file's end."""
        ...

    def close(self) -> None:
        """Give the descriptor back."""
        ...


def pread(fd: int, offset: int, length: int) -> bytes:
    """All of these bytes of a file; Corrupt if it is shorter than it was."""
    try:
        data = os.pread(fd, length, offset)
    except OSError as error:
        raise StoreError(
            f"reading an original from this disk failed: {error.strerror}",
            safe="nothing was changed",
            remedy="check the disk; `photofs check --read` finds what is damaged",
        ) from error
    if len(data) != length:
        raise Corrupt(
            "an original on this disk is shorter than it was when it was sealed",
            safe="its source still has it",
            remedy="run `photofs check --read`",
        )
    return data


class SealedHandle:
    """A whole original: every read is one pread."""

    whole = True

    def __init__(self, fd: int, size: int) -> None:
        """Takes the descriptor over."""
        self._fd = fd
        self._size = size

    async def read(self, offset: int, length: int) -> bytes:
        """As Handle says; never waits."""
        return self.read_now(offset, length)

    def read_now(self, offset: int, length: int) -> bytes:
        """As `read`; the hot path of all that is here."""
        left = self._size - offset
        return pread(self._fd, offset, length if length <= left else max(left, 0))

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._fd)


class DraftHandle:
    """An original that is not whole: a read waits until its own bytes have arrived.

    The file is opened at the first read. All bytes come from that one file: if the source turns out
    to have another version by now, reads fail until the photo is opened again.
    """

    whole = False

    def __init__(
        self,
        photo_id: int,
        size: int,
        store: OriginalStore,
        fetching: Fetching,
        waiting: tuple[Waiting, float],
    ) -> None:
        """`waiting` ends every wait, at the latest after so many seconds."""
        self._photo_id = photo_id
        self.size = size
        self._store = store
        self._fetching = fetching
        self._waiting, self._deadline = waiting
        self._fd = -1
        self._reader: DraftReader | None = None
        self._replaced: Corrupt | None = None
        self._here = NOTHING

    async def read(self, offset: int, length: int) -> bytes:
        """As Handle says; raises what keeps the bytes from arriving."""
        span = Span(offset, min(offset + length, self.size))
        if span.length <= 0:
            return b""
        if not self._has(span) and not self._has_come(span):
            await self._waiting.within(self._deadline, lambda: self._bring(span))
        return pread(self._fd, offset, span.length)

    def _has(self, span: Span) -> bool:
        """Whether the bytes are known to be in our file."""
        return self._here.start <= span.start and span.stop <= self._here.stop

    def _has_come(self, span: Span) -> bool:
        """Whether the bytes have come since we last asked: the draft's own log tells, cheaply.

        The last byte is left to fetching, which tells of it only when all is beyond doubt. Once the
        draft turned out to be of another version, nothing more is read through this handle.
        """
        if self._replaced is not None:
            raise self._replaced.with_traceback(None)
        if self._reader is None or span.stop >= self.size:
            return False
        try:
            self._reader.refresh()
        except Corrupt as error:
            self._replaced = error
            raise
        return self._reader.has(span)

    async def _bring(self, span: Span) -> None:
        """Wait until the bytes are in our file."""
        for _ in range(TRIES):
            ino = os.fstat(self._fd).st_ino if self._fd >= 0 else None
            arrival = await self._fetching.ensure(self._photo_id, span, ino)
            if arrival.size != self.size:
                raise Corrupt(
                    "the original was replaced at its source after it was opened",
                    safe="nothing was mixed",
                    remedy="open it again",
                )
            if ino is None and self._fd >= 0:  # by another read meanwhile: are ours in that file?
                continue
            if ino is not None or self._open(arrival):
                self._here = arrival.span
                return
            await trio.sleep(PAUSE)
        raise Temporary(
            "the photo's bytes vanish as soon as they arrive",
            safe="its source still has it",
            remedy="make room on the disk of the cache, or raise cache.limit, and open it again",
        )

    def _open(self, arrival: Arrival) -> bool:
        """Open the file that the bytes are in; False if it has just been renamed or removed."""
        if arrival.sha256 is not None:
            fd = self._store.open_sealed(arrival.sha256)
        else:
            fd = self._open_draft(arrival)
        if fd is None:
            return False
        self._fd = fd
        return True

    def _open_draft(self, arrival: Arrival) -> int | None:
        """A descriptor of the draft, if it has what was announced."""
        reader = self._store.read_draft(DraftKey(self._photo_id, arrival.content_key))
        if reader is None:
            return None
        if not reader.has(arrival.span):
            reader.close()
            return None
        self._reader = reader
        return reader.fileno()

    def close(self) -> None:
        """Give the descriptor back."""
        if self._reader is not None:
            self._reader.close()
        elif self._fd >= 0:
            os.close(self._fd)
