"""The kernel's list of mounts, as far as it concerns one mount point."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from photofs.model.errors import StoreError

MOUNTINFO = Path("/proc/self/mountinfo")
FILE_SYSTEM = "fuse.photofs"

_OCTAL = re.compile(rb"\\([0-7]{3})")


class Mounted(NamedTuple):
    """One line of the table: the device's minor number, and the file system's type."""

    minor: int
    kind: str

    @property
    def ours(self) -> bool:
        """Whether it is a mount of photofs."""
        return self.kind == FILE_SYSTEM


def mounted_at(point: str, table: Path = MOUNTINFO) -> Mounted | None:
    """What is mounted there, the topmost if several are; asks nothing of the mount itself."""
    wanted = os.fsencode(point)
    found = None
    try:
        lines = table.read_bytes().splitlines()
    except OSError as error:
        raise StoreError(f"the kernel's list of mounts cannot be read: {error}") from error
    for line in lines:
        fields = line.split(b" ")
        if _unescape(fields[4]) == wanted:
            kind = fields[fields.index(b"-", 6) + 1]
            found = Mounted(int(fields[2].split(b":")[1]), kind.decode("ascii", "replace"))
    return found


def _unescape(field: bytes) -> bytes:
    """Blanks and their like stand in the table as three octal digits."""
    return _OCTAL.sub(lambda match: bytes([int(match[1], 8)]), field)
