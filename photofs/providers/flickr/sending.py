"""A file on its way to Flickr: read by flickrapi in its thread, block by block, watched, told.

The last block is given out only if the file is still the one that was opened, and as long as it was
said to be: without it the service has no whole request, and so can have made no photo of it. The
bytes are not hashed once more: that was done when the file was sealed, and here it would take as
long as all else (0.9 GiB/s, as measured beside 1.6 GiB/s of an upload over loopback without it).
"""

import os
import time
from collections.abc import Callable
from typing import IO

import trio

from photofs.model.errors import Corrupt
from photofs.providers.flickr.line import Caller
from photofs.providers.port import Sent, Upload
from photofs.providers.transport.allowance import LINE

TOLD_EVERY = 0.1
"""Seconds between two words about progress: each is a trip into the event loop."""


class Outgoing:
    """What flickrapi takes for a file; `last` is called before the last block is given out.

    Both `sent` and `last` run in the event loop. Reading ends where the sender was cancelled.
    """

    def __init__(
        self, file: IO[bytes], upload: Upload, sent: Sent, last: Callable[[], None]
    ) -> None:
        """Nothing is read yet."""
        self._file = file
        self._size = upload.size
        self._sent = sent
        self._last = last
        self._told_at = time.monotonic()
        self._state = _state_of(file)
        self.len = upload.size
        """Bytes that are left, as requests-toolbelt asks for them."""

    def read(self, size: int = -1) -> bytes:
        """The next bytes; Corrupt if the file is not what it was."""
        trio.from_thread.check_cancelled()
        wanted = self.len if size < 0 else min(size, self.len)
        data = _read(self._file, wanted)
        self.len -= len(data)
        LINE.pay_from_thread(len(data))
        if len(data) < wanted:
            raise _changed()
        if not self.len:
            self._check()
            trio.from_thread.run_sync(self._tell_last)
        elif time.monotonic() - self._told_at >= TOLD_EVERY:
            self._told_at = time.monotonic()
            trio.from_thread.run_sync(self._sent, self._size - self.len)
        return data

    def _check(self) -> None:
        state = _state_of(self._file)
        if state != self._state or state[0] != self._size:
            raise _changed()

    def _tell_last(self) -> None:
        self._last()
        self._sent(self._size)


def _state_of(file: IO[bytes]) -> tuple[int, int, int]:
    """Length and times; a change of content changes one of them."""
    stat = os.fstat(file.fileno())
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _read(file: IO[bytes], size: int) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        raise Corrupt("the file that was to be sent cannot be read") from error


def _changed() -> Corrupt:
    return Corrupt(
        "the file that was to be sent is not what it was", safe="nothing of it was sent to the end"
    )


def send_file(
    caller: Caller, upload: Upload, arguments: dict[str, str], sent: Sent, last: Callable[[], None]
) -> bytes:
    """The answer to an upload, or to a replacement if `arguments` name a photo_id."""
    try:
        # Unbuffered: blocks are large, and each byte is read once.
        file = upload.path.open("rb", buffering=0)
    except OSError as error:
        raise Corrupt("the file that was to be sent cannot be opened") from error
    with file:
        outgoing = Outgoing(file, upload, sent, last)
        send = caller.replace if "photo_id" in arguments else caller.upload
        return send(filename="photo", fileobj=outgoing, format="rest", **arguments)
