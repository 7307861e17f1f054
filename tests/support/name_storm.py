"""A storm of names: `python -m tests.support.name_storm FOLDER SEED STEPS`, several at a time.

Makes, links, renames, removes and reads files and folders under a few names that all storms share.
Errors that follow from the others' work are fine; any other ends it with status 1.
"""

import errno
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

FINE = {
    errno.ENOENT,
    errno.EEXIST,
    errno.ENOTEMPTY,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EINVAL,
    errno.ELOOP,
    errno.EPERM,
    errno.EBUSY,
}


def path_in(folder: Path, chance: random.Random) -> Path:
    """One of some 80 paths, up to three folders deep."""
    for _ in range(chance.choice([0, 0, 1, 1, 2])):
        folder = folder / chance.choice("DEF")
    return folder / chance.choice("abcDEF")


def write_and_read(path: Path, chance: random.Random) -> None:
    """What was written is read back by the same handle, whoever takes the name away meanwhile."""
    data = chance.randbytes(chance.choice([10, 5000]))
    fd = os.open(path, os.O_CREAT | os.O_RDWR | chance.choice([0, os.O_EXCL, os.O_TRUNC]), 0o600)
    try:
        os.ftruncate(fd, 0)
        os.pwrite(fd, data, 0)
        os.fstat(fd)
    finally:
        os.close(fd)


def acts(folder: Path, chance: random.Random) -> list[Callable[[], object]]:
    """One of each thing that can be done to random paths."""
    one, two = path_in(folder, chance), path_in(folder, chance)
    return [
        lambda: write_and_read(one, chance),
        lambda: write_and_read(one, chance),
        one.mkdir,
        lambda: one.symlink_to(two.name),
        lambda: os.mkfifo(one),
        lambda: os.link(one, two, follow_symlinks=False),
        lambda: one.rename(two),
        lambda: one.rename(two),
        one.unlink,
        one.rmdir,
        lambda: list(os.scandir(one.parent)),
        one.lstat,
        lambda: one.chmod(0o700),
        lambda: os.truncate(one, 100) if one.is_file() else None,
    ]


def storm(folder: Path, seed: int, steps: int) -> None:
    """So many random acts; raises OSError for what does not follow from other storms."""
    chance = random.Random(seed)
    for _ in range(steps):
        try:
            chance.choice(acts(folder, chance))()
        except OSError as error:
            if error.errno not in FINE:
                raise


if __name__ == "__main__":
    storm(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
