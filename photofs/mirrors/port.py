"""The contract of a mirror's folder; folder.py keeps it, opening.py opens it.

Paths are texts below the root, with "/" between names; none may be "", ".", "..". No symbolic link
is ever followed below the root. What is written is durable once `sync` has returned for its folder,
and only then the catalog may say so. Nothing that photofs did not make is overwritten or removed.

Errors: NotAttached (the folder, its disk or its marker is not there any more), Exists (something
stands there already), NotFolder (something stands in the way to a file: that photo fails, and no
other), NotFound, Full, Corrupt, StoreError.
"""

from typing import NamedTuple, Protocol

from photofs.model.mirror import Stamp, Traits


class Marker(NamedTuple):
    """What the marker file in a mirror's root says.

    `accounts` tell whose photos they are, each as a hash (`account_mark`); none in the marker of an
    older photofs, or of a library of exports alone.
    """

    mirror: str
    library: str
    made: str
    accounts: tuple[str, ...] = ()


class MirrorFolder(Protocol):
    """An open mirror; may be used from several threads."""

    @property
    def marker(self) -> Marker:
        """What its marker says."""
        ...

    @property
    def traits(self) -> Traits:
        """What its file system can do."""
        ...

    def check(self) -> None:
        """NotAttached unless the folder that was opened is the one that stands at its path."""
        ...

    def stamp(self, path: str) -> Stamp | None:
        """What the disk tells of a plain file; None if there is none."""
        ...

    def is_free(self, path: str) -> bool:
        """Whether nothing at all stands under that name."""
        ...

    def open(self, path: str) -> int:
        """A descriptor for reading (the caller closes it); NotFound if there is no plain file."""
        ...

    def write(self, path: str, source: int, sha256: str, mtime_ns: int) -> Stamp:
        """A new file with the bytes of an open one, shared with it where the disk can.

        Corrupt if they have not that hash, and then nothing is there; Exists.
        """
        ...

    def take(self, source: str, path: str, mtime_ns: int) -> Stamp | None:
        """Move a file of this disk into the mirror.

        None if it is on another one, where it stays, or if nothing is there (any more).
        """
        ...

    def move(self, old: str, new: str) -> None:
        """Give a file another path; Exists."""
        ...

    def touch(self, path: str, mtime_ns: int) -> Stamp:
        """Give a file another mtime."""
        ...

    def sync(self, folder: str) -> None:
        """Bring the names in a folder, and those of the folders above it, to the disk."""
        ...
