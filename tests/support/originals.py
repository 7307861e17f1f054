"""An original to fetch, and what tests do with a store of originals."""

import hashlib
from pathlib import Path

from photofs.originals.local_disk import LocalDisk
from photofs.originals.port import DraftKey, Sealed

KEY = DraftKey(7, "etag-1")
BYTES = bytes(range(256)) * 40
SHA256 = hashlib.sha256(BYTES).hexdigest()


def put(store: LocalDisk, data: bytes = BYTES, key: DraftKey = KEY) -> Sealed:
    """Seal an original."""
    draft = store.open_draft(key, len(data))
    draft.write(0, data)
    return draft.seal(None)


def read(store: LocalDisk, sha256: str) -> bytes | None:
    """All bytes of a sealed original."""
    fd = store.open_sealed(sha256)
    if fd is None:
        return None
    with open(fd, "rb") as file:  # noqa: PTH123 - a descriptor is no path
        return file.read()


def rot(path: Path) -> None:
    """Change one byte of a sealed file, keeping its length."""
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[5] ^= 1
    path.write_bytes(data)
