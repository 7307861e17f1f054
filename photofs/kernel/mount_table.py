"""The kernel's list of mounts: what is mounted at a point, and where ours are."""

import os
from collections.abc import Iterator
from pathlib import Path

from photofs.model.errors import StoreError
from photofs.model.mount_list import Mounted, mounts_in

MOUNTINFO = Path("/proc/self/mountinfo")


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
        text = table.read_bytes()
    except OSError as error:
        raise StoreError(
            f"the kernel's list of mounts cannot be read: {error}", remedy="is /proc mounted?"
        ) from error
    for path, mounted in mounts_in(text):
        yield os.fsdecode(path), mounted
