"""The kernel's list of mounts as it is written (proc_pid_mountinfo(5)); pure."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

FILE_SYSTEM: Final = "fuse.photofs"

_OCTAL: Final = re.compile(rb"\\([0-7]{3})")


class Mounted(NamedTuple):
    """One line of the list: the mount's number, its device's minor one, the file system's type."""

    mount_id: int
    minor: int
    kind: str

    @property
    def ours(self) -> bool:
        """Whether it is a mount of photofs."""
        return self.kind == FILE_SYSTEM


def mounts_in(text: bytes) -> Iterator[tuple[bytes, Mounted]]:
    """Each mount with its path, later ones on top of earlier ones."""
    # not splitlines: the kernel escapes line feeds in paths, but no carriage returns
    for line in filter(None, text.split(b"\n")):
        fields = line.split(b" ")
        kind = fields[fields.index(b"-", 6) + 1].decode("ascii", "replace")
        minor = int(fields[2].split(b":")[1])
        yield _unescape(fields[4]), Mounted(int(fields[0]), minor, kind)


def _unescape(field: bytes) -> bytes:
    """Blanks and their like stand in the list as three octal digits."""
    return _OCTAL.sub(lambda match: bytes([int(match[1], 8)]), field)
