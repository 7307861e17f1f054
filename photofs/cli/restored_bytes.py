"""The bytes of a mirror's files as `photofs restore` uploads them: hashed, and as they once were.

What photofs put into a copy (`photofs mirror add --embed`) is left out again, where the mirror's
list proves what was there before.
"""

import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import NamedTuple

from photofs.cli.mirror_reading import FolderRead
from photofs.metadata.stamping import exif_place
from photofs.model.errors import Corrupt
from photofs.model.head import HEAD_LENGTH
from photofs.model.mirror import Cut
from photofs.model.observation import PhotoSeen
from photofs.providers.port import Provider


class FileBytes(NamedTuple):
    """Of what would be uploaded: SHA-256, length, and first bytes.

    `changed`: photofs put facts into the copy that cannot be taken out again.
    """

    sha256: str
    size: int
    head: bytes
    changed: bool = False


class RestoredBytes:
    """Reads the files of one folder."""

    def __init__(self, provider: Provider, read: FolderRead) -> None:
        """Nothing is read yet."""
        self._provider, self._read = provider, read
        self._cuts: dict[str, Cut] = {}

    async def look(self, seen: PhotoSeen) -> FileBytes:
        """Read a file to its end; Corrupt if the mirror's own list has another hash."""
        whole = await self._digest(seen)
        listed = self._read.hash_of(seen.remote_id)
        if listed and whole.sha256 != listed:
            raise Corrupt("its bytes are not those that the mirror's list names: it is damaged")
        original = self._read.originals.get(seen.remote_id)
        if not original:
            return whole
        cut = exif_place(whole.head)
        if cut is not None:
            self._cuts[seen.remote_id] = cut
            without = await self._digest(seen)
            if without.sha256 == original:
                return without
            del self._cuts[seen.remote_id]
        return whole._replace(changed=True)

    async def parts(self, seen: PhotoSeen) -> AsyncGenerator[bytes, None]:
        """A file's bytes, without what was put into it, where `look` has found that."""
        cut, at = self._cuts.get(seen.remote_id, Cut(0, 0)), 0
        async with self._provider.open_original(seen.ref, None) as stream:
            async for chunk in stream:
                yield chunk[: max(cut.at - at, 0)]
                yield chunk[max(cut.at + cut.size - at, 0) :]
                at += len(chunk)

    async def _digest(self, seen: PhotoSeen) -> FileBytes:
        digest, size, head = hashlib.sha256(), 0, bytearray()
        async with aclosing(self.parts(seen)) as parts:
            async for chunk in parts:
                digest.update(chunk)
                size += len(chunk)
                head += chunk[: HEAD_LENGTH - len(head)]
        return FileBytes(digest.hexdigest(), size, bytes(head))
