"""Folders that are photofs's own and so never a source: its mounts, its cache, its catalog.

Would a scan read them, every photo would come back as a new one with each scan.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

_TABLE = Path("/proc/self/mountinfo")
_KIND = b"fuse.photofs"
_OCTAL = re.compile(rb"\\([0-7]{3})")
_POINT = 4


def our_folders(own: Iterable[Path]) -> frozenset[str]:
    """The real paths of `own` and of every mount of photofs that this process can see."""
    return frozenset(os.path.realpath(path) for path in own) | frozenset(our_mounts())


def our_mounts(table: Path = _TABLE) -> list[str]:
    """By the kernel's list (proc_pid_mountinfo(5)): a dead mount is not asked, it would hang."""
    try:
        lines = table.read_bytes().split(b"\n")
    except OSError:
        return []
    rows = [line.split(b" ") for line in lines]
    return [os.fsdecode(_unescaped(row[_POINT])) for row in rows if _KIND in row[_POINT + 2 :]]


def _unescaped(field: bytes) -> bytes:
    """Blanks and their like stand in the table as three octal digits."""
    return _OCTAL.sub(lambda match: bytes([int(match[1], 8)]), field)
