"""Files that can be read from the middle: what the static hosts send."""

import hashlib
import os
import random
from pathlib import Path
from typing import Protocol

# A prime near 1 MiB: an offset that is wrong by any power of two shows as wrong bytes.
NOISE_BLOCK = 1_048_573
# Hashing costs about 2 s a GiB; above this size a host would rather not, and neither do we.
HASHED_UP_TO = 256 * 1024 * 1024


class Blob(Protocol):
    """Bytes of a known length."""

    @property
    def size(self) -> int:
        """Length in bytes."""
        ...

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` up to `stop`."""
        ...


class Held:
    """Bytes held in memory."""

    def __init__(self, data: bytes) -> None:
        """Hold `data`."""
        self._data = data

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self._data)

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` up to `stop`."""
        return self._data[start:stop]


class OnDisk:
    """Bytes in a file that does not change."""

    def __init__(self, path: Path) -> None:
        """Read from `path`, opened anew for every read."""
        self._path = path
        self.size = path.stat().st_size

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` up to `stop`."""
        with self._path.open("rb") as file:
            return os.pread(file.fileno(), stop - start, start)


class Noise:
    """A file of any size, made as it is read: one random block repeated, no two offsets alike."""

    def __init__(self, seed: int, size: int, head: bytes = b"") -> None:
        """`size` bytes in all, of which `head` are the first."""
        self.size = size
        self._head = head
        self._block = random.Random(seed).randbytes(NOISE_BLOCK)  # noqa: S311 - not a secret

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` up to `stop`."""
        stop = min(stop, self.size)
        body = self._body(start % NOISE_BLOCK, max(0, stop - start))
        if start >= len(self._head):
            return body
        head = self._head[start:stop]
        return head + body[len(head) :]

    def _body(self, place: int, length: int) -> bytes:
        if place + length <= NOISE_BLOCK:
            return self._block[place : place + length]
        times = (place + length) // NOISE_BLOCK + 1
        return (self._block * times)[place : place + length]


def md5_of(blob: Blob) -> bytes | None:
    """The MD5 digest of all of it, None where it is too long to be worth it."""
    if blob.size > HASHED_UP_TO:
        return None
    digest = hashlib.md5(usedforsecurity=False)
    for start in range(0, blob.size, 1 << 20):
        digest.update(blob.read(start, start + (1 << 20)))
    return digest.digest()
