"""Folders that are photofs's own and so never a source: its mounts, its cache, its catalog.

Would a scan read them, every photo would come back as a new one with each scan.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from photofs.model.mount_list import mounts_in

_TABLE = Path("/proc/self/mountinfo")


def our_folders(own: Iterable[Path]) -> frozenset[str]:
    """The real paths of `own` and of every mount of photofs that this process can see."""
    return frozenset(os.path.realpath(path) for path in own) | frozenset(our_mounts())


def our_mounts(table: Path = _TABLE) -> list[str]:
    """By the kernel's list: a dead mount is not asked, it would hang."""
    try:
        text = table.read_bytes()
    except OSError:
        return []
    return [os.fsdecode(path) for path, mounted in mounts_in(text) if mounted.ours]
