"""The contract of the store of originals; local_disk.py keeps it.

Two rooms: Kept (never evicted) and Cache (may be emptied by hand at any time). A *sealed* file is
whole, verified, read-only, named by its SHA-256. A *draft* is a sparse file that is not whole yet,
named by photo and content key, whose ranges are on disk beside it. One process at a time writes a
draft (a lock on the file); any process may read what is there.
"""

import os
from enum import StrEnum
from typing import NamedTuple, Protocol

from photofs.model.observation import ContentHash
from photofs.model.span import Span


class Room(StrEnum):
    """Where a sealed original lies."""

    KEPT = "kept"
    CACHE = "cache"


class DraftKey(NamedTuple):
    """Which original a draft will become: the photo's id and the content key of its bytes."""

    photo_id: int
    content_key: str


class Sealed(NamedTuple):
    """A whole and verified original; `crc32` (8 hex digits) of what programs wrote here alone."""

    sha256: str
    size: int
    room: Room
    crc32: str | None = None


class Usage(NamedTuple):
    """What the store takes up, in bytes on disk, and the room that is left."""

    kept: int
    cache: int
    drafts: int
    cache_limit: int
    disk_free: int


class DraftReader(Protocol):
    """A draft as a reader sees it, in this or another process."""

    def fileno(self) -> int:
        """The open file descriptor, for pread; closed by `close`."""
        ...

    def has(self, span: Span) -> bool:
        """Whether all bytes of the span have arrived (what `refresh` last saw)."""
        ...

    def refresh(self) -> None:
        """Read the ranges that have been noted since.

        Corrupt if bytes that were shown before turned out to be wrong, or of another version.
        """
        ...

    def close(self) -> None:
        """Give the descriptor back."""
        ...


class Draft(Protocol):
    """A draft as its one writer sees it."""

    @property
    def size(self) -> int | None:
        """The original's length as far as known."""
        ...

    def set_size(self, size: int) -> None:
        """Note the length; Corrupt if another length was noted before."""
        ...

    @property
    def validator(self) -> str | None:
        """Which version of the original the bytes belong to, as the source named it."""
        ...

    def set_validator(self, validator: str) -> None:
        """Note the version, beside the ranges; it stays until `reset`."""
        ...

    def write(self, offset: int, data: bytes) -> None:
        """Bytes into the file, and their range noted (kill -9 safe). Raises Full, or StoreError."""
        ...

    def missing(self, span: Span) -> list[Span]:
        """What has not arrived yet of the span, in order."""
        ...

    def reset(self) -> None:
        """Throw away all bytes, size and validator: they were of another version.

        The new draft is another inode: whoever reads the old one sees its bytes, never zeros.
        """
        ...

    def seal(self, expected: ContentHash | None) -> Sealed:
        """fsync, hash, compare, rename into the room, fsync the folder; then the draft is gone.

        The file's mode becomes 0400 before: an inode without the owner's write bit is whole.

        Corrupt if a range is missing (the draft stays), or if length or hash differ (it is set
        aside, and the next opener begins anew). Takes as long as hashing the file; never called in
        the mount process.
        """
        ...

    def close(self) -> None:
        """Sync and unlock; what has arrived stays for the next writer."""
        ...


class Written(Protocol):
    """Files that programs write, as their readers see them."""

    def open_for_reading(self, draft: str) -> int | None:
        """A descriptor to read with (the caller closes it); None if the file is not there."""
        ...

    def size(self, draft: str) -> int | None:
        """The file's length as it is now; None if it is not there."""
        ...


class OriginalStore(Protocol):
    """All originals on this disk."""

    @property
    def written(self) -> Written:
        """Files that programs write, until they are sealed."""
        ...

    def open_sealed(self, sha256: str) -> int | None:
        """A read-only descriptor (the caller closes it), or None if the file is not here.

        Marks the file as used, for eviction goes by last use.
        """
        ...

    def has_sealed(self, sha256: str) -> Room | None:
        """In which room it lies, if in any."""
        ...

    def sealed_status(self, sha256: str) -> os.stat_result | None:
        """What the disk says of the file that `open_sealed` would open; None if it is not here."""
        ...

    def open_draft(self, key: DraftKey, size: int | None) -> Draft:
        """The draft to write to, made if need be, with what has arrived so far. Busy if locked."""
        ...

    def read_draft(self, key: DraftKey) -> DraftReader | None:
        """The draft for reading, None if there is none (not begun, or sealed by now)."""
        ...

    def make_room(self, wanted: int, pinned: frozenset[str]) -> int:
        """Evict sealed Cache files, least recently used first, until `wanted` bytes fit.

        Neither the limit nor the disk's minimum free room is overstepped. Pinned hashes stay.
        Bytes freed are returned; Full if they cannot fit.
        """
        ...

    def free(self, sha256: str) -> int:
        """Remove it from the Cache (never from Kept); the bytes freed."""
        ...

    def usage(self) -> Usage:
        """How much lies where, by a walk through both rooms."""
        ...

    def disk_free(self) -> int:
        """Bytes that are free on the Cache's file system; no walk, so the mount may ask it."""
        ...
