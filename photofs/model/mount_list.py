"""The kernel's list of mounts as it is written (proc_pid_mountinfo(5)); pure."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

FILE_SYSTEM: Final = "fuse.photofs"

_OCTAL: Final = re.compile(rb"\\([0-7]{3})")


class Mounted(NamedTuple):
    """One line of the list: the mount's number, its device's minor one, the file system's type.

    `options` are the file system's own, as it tells them: a FUSE mount's name its user.
    """

    mount_id: int
    minor: int
    kind: str
    options: tuple[str, ...] = ()

    @property
    def ours(self) -> bool:
        """Whether it is a mount of photofs."""
        return self.kind == FILE_SYSTEM

    def is_private_to(self, user: int) -> bool:
        """Whether that user has mounted it, by FUSE, and nobody else sees what is in it."""
        return f"user_id={user}" in self.options and "allow_other" not in self.options


def mounts_in(text: bytes) -> Iterator[tuple[bytes, Mounted]]:
    """Each mount with its path, later ones on top of earlier ones."""
    # not splitlines: the kernel escapes line feeds in paths, but no carriage returns
    for line in filter(None, text.split(b"\n")):
        fields = line.split(b" ")
        dash = fields.index(b"-", 6)
        kind, _source, *options = (each.decode("ascii", "replace") for each in fields[dash + 1 :])
        minor = int(fields[2].split(b":")[1])
        told = Mounted(int(fields[0]), minor, kind, tuple(",".join(options).split(",")))
        yield _unescape(fields[4]), told


def device_under(text: bytes, path: bytes) -> bytes | None:
    """The device ("8:1") that a path without links lies on; None where the list leaves doubts.

    A mount hides all that was mounted below its point before. The list follows that order, but for
    mounts that were moved: where the deepest and the latest are not of one device, neither is told.
    """
    deepest: tuple[int, bytes] = (-1, b"")
    latest = b""
    for line in filter(None, text.split(b"\n")):
        fields = line.split(b" ")
        point = _unescape(fields[4]).rstrip(b"/")
        if path == point or path.startswith(point + b"/"):
            latest = fields[2]
            if len(point) >= deepest[0]:
                deepest = (len(point), latest)
    return latest if latest and deepest[1] == latest else None


def _unescape(field: bytes) -> bytes:
    """Blanks and their like stand in the list as three octal digits."""
    return _OCTAL.sub(lambda match: bytes([int(match[1], 8)]), field)
