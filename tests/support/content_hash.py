"""The true content hash of bytes, in each kind that a source may tell."""

import hashlib
import zlib

from photofs.model.observation import ContentHash, HashKind


def hash_of(data: bytes, kind: HashKind) -> ContentHash:
    """The hash of that kind."""
    if kind is HashKind.CRC32:
        return ContentHash(kind, f"{zlib.crc32(data):08x}")
    if kind is HashKind.MD5:
        return ContentHash(kind, hashlib.md5(data, usedforsecurity=False).hexdigest())
    return ContentHash(kind, hashlib.sha256(data).hexdigest())
