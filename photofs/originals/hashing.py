"""Hashes of a whole file, several in one pass."""

import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator

from photofs.model.observation import ContentHash, HashKind
from photofs.model.pieces import between_pieces

_CHUNK = 1 << 20  # 1 MiB: SHA-256 takes 1 ms for it here, the read 0.1 ms


class _Crc32:
    """CRC-32 with the manners of hashlib."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: memoryview) -> None:
        """Take in more bytes."""
        self._value = zlib.crc32(data, self._value)

    def hexdigest(self) -> str:
        """Eight lower-case hex digits."""
        return f"{self._value:08x}"


def _hasher(kind: HashKind) -> "hashlib._Hash | _Crc32":
    """A fresh hasher of that kind."""
    if kind is HashKind.CRC32:
        return _Crc32()
    return hashlib.new(kind.value, usedforsecurity=False)


def _chunks(fd: int) -> Iterator[memoryview]:
    """The file from its beginning, whatever the descriptor's position."""
    buffer = bytearray(_CHUNK)
    view = memoryview(buffer)
    offset = 0
    while count := os.preadv(fd, [buffer], offset):
        between_pieces()
        yield view[:count]
        offset += count


def hash_file(fd: int, kinds: Iterable[HashKind]) -> dict[HashKind, str]:
    """The digests of the open file, in lower-case hex. Raises OSError."""
    hashers = {kind: _hasher(kind) for kind in kinds}
    for chunk in _chunks(fd):
        for hasher in hashers.values():
            hasher.update(chunk)
    return {kind: hasher.hexdigest() for kind, hasher in hashers.items()}


def sha256_of(fd: int) -> str:
    """The SHA-256 of the open file. Raises OSError."""
    return hash_file(fd, [HashKind.SHA256])[HashKind.SHA256]


def sha256_and_check(fd: int, expected: ContentHash | None) -> tuple[str, bool]:
    """The SHA-256, and whether the hash that the source told agrees. Raises OSError."""
    kinds = {HashKind.SHA256} if expected is None else {HashKind.SHA256, expected.kind}
    digests = hash_file(fd, kinds)
    agrees = expected is None or digests[expected.kind] == expected.digest.lower()
    return digests[HashKind.SHA256], agrees
