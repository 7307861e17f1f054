"""Which files of the Cache go when room is needed: those unused for longest, drafts among them.

Damaged files that were set aside go first, then sealed files by their access time (which the store
sets itself at each open, so noatime mounts do not matter) and drafts by the time of the last write.
Pinned originals and drafts that are being written stay. Sizes are bytes on disk.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from photofs.originals.locks import lock_if_idle, unlink_if_idle
from photofs.originals.port import Room
from photofs.originals.rooms import Rooms

_BLOCK = 512  # st_blocks counts these, whatever the file system


def on_disk(stat: os.stat_result) -> int:
    """What a sealed file takes up; its length on file systems that count no blocks."""
    return stat.st_blocks * _BLOCK or stat.st_size


class Lying(NamedTuple):
    """One thing in the Cache: a sealed file, a draft with its log, or a damaged file."""

    used_ns: int
    size: int
    paths: tuple[Path, ...]
    sha256: str | None


class Census(NamedTuple):
    """Everything in the Cache at one moment."""

    sealed: list[Lying]
    drafts: list[Lying]

    @property
    def sealed_size(self) -> int:
        """Bytes on disk of the sealed files."""
        return sum(lying.size for lying in self.sealed)

    @property
    def drafts_size(self) -> int:
        """Bytes on disk of drafts, logs and damaged files."""
        return sum(lying.size for lying in self.drafts)

    @property
    def size(self) -> int:
        """Bytes on disk of everything."""
        return self.sealed_size + self.drafts_size


def take_census(rooms: Rooms) -> Census:
    """Walk the Cache. Raises OSError."""
    sealed = [
        Lying(found.stat.st_atime_ns, on_disk(found.stat), (found.path,), found.sha256)
        for found in rooms.walk(Room.CACHE)
    ]
    return Census(sealed, [*_aside(rooms), *_drafts(rooms)])


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The plain files of a folder that may vanish meanwhile."""
    with suppress(FileNotFoundError, NotADirectoryError):
        for path in sorted(folder.iterdir()):
            with suppress(FileNotFoundError):
                stat = path.stat(follow_symlinks=False)
                yield path, stat


def _aside(rooms: Rooms) -> Iterator[Lying]:
    """Damaged files: as if never used."""
    for path, stat in _files(rooms.aside):
        yield Lying(0, stat.st_blocks * _BLOCK, (path,), None)


def _drafts(rooms: Rooms) -> Iterator[Lying]:
    """Drafts, each with all that belongs to it; `paths` begins with the file that is locked."""
    belonging: dict[str, list[tuple[Path, os.stat_result]]] = {}
    for path, stat in _files(rooms.drafts):
        belonging.setdefault(path.stem, []).append((path, stat))
    for files in belonging.values():
        yield Lying(
            max(stat.st_mtime_ns for _, stat in files),
            sum(stat.st_blocks * _BLOCK for _, stat in files),
            tuple(path for path, _ in files),
            None,
        )


def may_go(census: Census, pinned: frozenset[str]) -> list[Lying]:
    """What may be removed, in the order in which it should be."""
    idle = [draft for draft in census.drafts if not _in_use(draft)]
    loose = [sealed for sealed in census.sealed if sealed.sha256 not in pinned]
    return sorted([*idle, *loose], key=lambda lying: lying.used_ns)


def _in_use(draft: Lying) -> bool:
    """Whether somebody is writing the draft."""
    fd = lock_if_idle(draft.paths[0])
    if fd is None:
        return draft.paths[0].exists()
    os.close(fd)
    return False


def drop(lying: Lying) -> int:
    """Remove it; the bytes freed, 0 if it is in use or was gone. Raises OSError."""
    if lying.sha256 is None and not unlink_if_idle(lying.paths[0]):
        return 0
    freed = lying.size
    for path in lying.paths:
        with suppress(FileNotFoundError):
            path.unlink()
    return freed
