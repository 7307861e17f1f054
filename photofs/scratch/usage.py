"""How much lies in a library's Scratch, and removing it, for commands; the mount is not asked."""

import os
import shutil
import stat
from pathlib import Path
from typing import NamedTuple

from photofs.model.errors import StoreError


class Held(NamedTuple):
    """What a Scratch holds: files (all that is no folder), and their bytes."""

    files: int
    bytes: int


def held_in(folder: Path) -> Held:
    """Count what lies there; a file with several names counts once. Nothing there counts as 0."""
    seen: dict[tuple[int, int], int] = {}
    for above, folders, others in os.walk(folder):
        for name in [*folders, *others]:
            try:
                status = (Path(above) / name).lstat()
            except OSError:  # it has just gone
                continue
            if not stat.S_ISDIR(status.st_mode):
                seen[status.st_dev, status.st_ino] = status.st_size
    return Held(len(seen), sum(seen.values()))


def remove_all(folder: Path) -> None:
    """Delete the folder with all that lies there; StoreError tells what could not be deleted."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(
            f"{folder} could not be deleted whole: {error.strerror}",
            remedy="delete the rest by hand",
        ) from error
