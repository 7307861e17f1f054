"""What an archive holds: members, and what is wrong with those that are not read."""

from enum import IntEnum
from typing import NamedTuple, Protocol

SMALL_FILE = 1 << 20
"""Bytes above which a JSON or XML file is not read: real ones have a few kilobytes."""


class Packing(IntEnum):
    """How a member's bytes lie; zip methods have their own numbers (APPNOTE 4.4.5)."""

    STORED = 0
    DEFLATED = 8
    TAR = 100
    FILE = 101


class Member(NamedTuple):
    """One file within a part.

    `part` is the part's path below the source's folder, "" for the unpacked tree; `folder` and
    `name` are the member's path in it. `packed` is its length as packed. `crc` is the CRC-32 of its
    bytes where known. `at` is where it begins: its local header in a zip, its bytes in a tar's
    decompressed stream, and for a file in a tree its mtime in nanoseconds.
    """

    part: str
    folder: str
    name: str
    size: int
    packed: int
    crc: int | None
    packing: Packing
    at: int

    @property
    def path(self) -> str:
        """The member's path within its part."""
        return f"{self.folder}/{self.name}" if self.folder else self.name

    @property
    def shown(self) -> str:
        """The path for reports: the part, then the path within."""
        return f"{self.part}/{self.path}" if self.part else self.path


class Trouble(NamedTuple):
    """A member or part that is not read, and why; `refused` where it could be but must not.

    `spoils`: what was told before of the part of that path must not be believed either.
    """

    path: str
    why: str
    refused: bool
    spoils: bool = False


class Content(NamedTuple):
    """A member as a pass over a part meets it; `data` is given for small files that were wanted."""

    member: Member
    data: bytes | None


class MemberReader(Protocol):
    """A member's bytes in order; blocking, for a worker thread.

    `validator` names the version of the file that is read, None where the member's checksum does.
    """

    validator: str | None

    def read(self, limit: int) -> bytes:
        """The next bytes, at most `limit`; none only at the end. Raises Corrupt, Gone."""
        ...

    def skip(self, count: int) -> None:
        """Leave out that many bytes."""
        ...

    def close(self) -> None:
        """Give descriptors back."""
        ...


def wanted(name: str) -> bool:
    """Whether a file is one whose text the scan reads."""
    return name[-5:].lower() == ".json"
