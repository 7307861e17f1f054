"""A file on its way to Google: read by a thread, block by block, watched, told.

The last block is given out only if the file is still the one that was opened, and as long as it was
said to be: without it the service has no whole upload. What goes out in place of the file's head
(loading.py) stands before it.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import trio

from photofs.model.errors import Corrupt
from photofs.model.splice import AS_IT_IS, Splice
from photofs.providers.port import Sent
from photofs.providers.transport.allowance import LINE

TOLD_EVERY = 0.1
"""Seconds between two words about progress: each is a trip into the event loop.

The last one, that all is there, is said by who sends it, who is in the loop.
"""


class Cargo(NamedTuple):
    """What is to be sent: a file of so many bytes, but for what is spliced in before them.

    `mark` is another for other bytes: an upload that was begun goes on only under the same.
    `certain`: Google names this kind among those that it takes.
    """

    path: Path
    length: int
    mime: str
    mark: str
    splice: Splice = AS_IT_IS
    certain: bool = True

    @property
    def size(self) -> int:
        """Bytes that go out in all."""
        return self.length + self.splice.grows


class Outgoing:
    """What requests takes for a body: a cargo from one of its bytes on."""

    def __init__(self, file: IO[bytes], cargo: Cargo, start: int, sent: Sent) -> None:
        """Nothing is read yet. `sent` runs in the event loop."""
        self._file = file
        self._cargo = cargo
        self._at = start
        self._sent = sent
        self._told_at = time.monotonic()
        self._state = _state_of(file)
        self.len = cargo.size - start
        """Bytes that are left, as requests asks for them."""
        splice = cargo.splice
        file.seek(max(start - len(splice.head), 0) + splice.skip)

    def read(self, size: int = -1) -> bytes:
        """The next bytes; Corrupt if the file is not what it was."""
        trio.from_thread.check_cancelled()
        wanted = self.len if size < 0 else min(size, self.len)
        data = self._next(wanted)
        if wanted and not data:
            raise _changed()
        self._at += len(data)
        self.len -= len(data)
        LINE.pay_from_thread(len(data))
        if not self.len:
            self._check()
        if time.monotonic() - self._told_at >= TOLD_EVERY:
            self._told_at = time.monotonic()
            trio.from_thread.run_sync(self._sent, min(self._at, self._cargo.length))
        return data

    def _next(self, wanted: int) -> bytes:
        head = self._cargo.splice.head
        if self._at < len(head):
            return head[self._at : self._at + wanted]
        try:
            return self._file.read(wanted)
        except OSError as error:
            raise Corrupt("the file that was to be sent cannot be read") from error

    def _check(self) -> None:
        state = _state_of(self._file)
        if state != self._state or state[0] != self._cargo.length:
            raise _changed()


@contextmanager
def opened(cargo: Cargo, start: int, sent: Sent) -> Iterator[Outgoing]:
    """The cargo from that byte on; Corrupt if the file cannot be opened."""
    try:
        # Unbuffered: blocks are large, and each byte is read once.
        file = cargo.path.open("rb", buffering=0)
    except OSError as error:
        raise Corrupt("the file that was to be sent cannot be opened") from error
    with file:
        yield Outgoing(file, cargo, start, sent)


def _state_of(file: IO[bytes]) -> tuple[int, int, int]:
    """Length and times; a change of content changes one of them."""
    stat = os.fstat(file.fileno())
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _changed() -> Corrupt:
    return Corrupt(
        "the file that was to be sent is not what it was", safe="nothing of it was sent to the end"
    )
