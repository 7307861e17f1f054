"""What this process has open, below one folder: what other tests leave or close does not count."""

import os
from pathlib import Path


def open_below(folder: Path) -> list[str]:
    """The files and folders below `folder` that are open, one entry a descriptor, sorted."""
    targets = map(_target, os.listdir("/proc/self/fd"))  # noqa: PTH208 - names alone
    return sorted(target for target in targets if target.startswith(f"{folder}/"))


def _target(descriptor: str) -> str:
    """What a descriptor leads to; nothing if it is closed by now."""
    try:
        return str(Path("/proc/self/fd", descriptor).readlink())
    except FileNotFoundError:
        return ""
