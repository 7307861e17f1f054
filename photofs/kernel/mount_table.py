"""The kernel's list of mounts: what is mounted at a point, and where ours are."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from photofs.model.errors import StoreError

MOUNTINFO = Path("/proc/self/mountinfo")
FILE_SYSTEM = "fuse.photofs"

_OCTAL = re.compile(rb"\\([0-7]{3})")


class Mounted(NamedTuple):
    """One line of the table: the mount's number, its device's minor one, the file system's type."""

    mount_id: int
    minor: int
    kind: str

    @property
    def ours(self) -> bool:
        """Whether it is a mount of photofs."""
        return self.kind == FILE_SYSTEM


def mounted_at(point: str, table: Path = MOUNTINFO) -> Mounted | None:
    """What is mounted there, the topmost if several are; asks nothing of the mount itself."""
    found = None
    for path, mounted in _rows(table):
        if path == point:
            found = mounted
    return found


def our_mount_points(table: Path = MOUNTINFO) -> list[str]:
    """Where something of photofs is mounted, dead or alive, as far as this process can see."""
    return [path for path, mounted in _rows(table) if mounted.ours]


def _rows(table: Path) -> Iterator[tuple[str, Mounted]]:
    """Each mount with its path, later ones on top of earlier ones; StoreError."""
    try:
        # not splitlines: the kernel escapes line feeds in paths, but no carriage returns
        lines = table.read_bytes().rstrip(b"\n").split(b"\n")
    except OSError as error:
        raise StoreError(f"the kernel's list of mounts cannot be read: {error}") from error
    for line in lines:
        fields = line.split(b" ")
        kind = fields[fields.index(b"-", 6) + 1].decode("ascii", "replace")
        minor = int(fields[2].split(b":")[1])
        yield os.fsdecode(_unescape(fields[4])), Mounted(int(fields[0]), minor, kind)


def _unescape(field: bytes) -> bytes:
    """Blanks and their like stand in the table as three octal digits."""
    return _OCTAL.sub(lambda match: bytes([int(match[1], 8)]), field)
