"""What the volume asks for when a program changes the tree; kept by photofs.wishing.wishing.

Each verb is one durable transaction: the wish, and all that the tree shows because of it, or an
error of photofs.model.errors and no change at all; what is about a whole album takes several of
them. What a verb means in which folder is asked of view/meanings.py. Verbs may take milliseconds (a
disk is synced), so the volume calls them in a thread of their own, one at a time. Inode numbers as
in model/node.py, times in nanoseconds since 1970-01-01 UTC.
"""

from typing import Protocol

from photofs.model.discard import TrashSpot
from photofs.model.spot import Begun, Renamed, Spot, Written
from photofs.model.wish import Asker


class DiscardWishes(Protocol):
    """The trash of the mount, which file managers use; each verb as those of Wishes."""

    def put(self, spot: Spot, to: TrashSpot, asker: Asker) -> None:
        """Put there what stands at a spot: what `rm` means in that folder, or an album alone."""
        ...

    def bring_back(self, spot: TrashSpot, to: Spot, asker: Asker) -> None:
        """Move what lies there to a spot: back to what it was, if it was there."""
        ...

    def forget(self, spot: TrashSpot) -> None:
        """It is to be seen there no more; nothing else changes."""
        ...

    def rename(self, spot: TrashSpot, name: bytes) -> None:
        """Another name in the same trash; Exists."""
        ...

    def sweep(self, owner: int) -> list[bytes]:
        """Forget some of what came back by another way; the names under which it lay there."""
        ...


class Wishes(Protocol):
    """The tree's writing verbs."""

    @property
    def discarding(self) -> DiscardWishes:
        """The trash of the mount."""
        ...

    def create(self, spot: Spot, asker: Asker) -> Written:
        """A new, empty file; Exists, Refused by what the folder is, NameTooLong.

        Where the name was just moved to a backup name (x.jpg -> x.jpg_original), it is the
        overwriting of that photo, whose inode it keeps.
        """
        ...

    def overwrite(self, ino: int, asker: Asker) -> Begun:
        """Begin to write a photo that stands in the tree; Refused where that has no meaning.

        Until other bytes are judged, nothing changes at the service.
        """
        ...

    def written(self, ino: int, size: int, mtime_ns: int) -> None:
        """Durable: this is how the file is now. Called once its bytes are on the disk.

        `mtime_ns`: the time that was set (`set_mtime`) if it was not written since.
        """
        ...

    def link(self, ino: int, spot: Spot, asker: Asker) -> None:
        """One more name for a photo: joins an album, marks as favorite."""
        ...

    def unlink(self, spot: Spot, asker: Asker) -> int:
        """Take a name away; the inode that it named. What that means depends on the folder."""
        ...

    def rename(self, old: Spot, new: Spot, asker: Asker, *, replace: bool = True) -> Renamed:
        """Move a name. Over another photo's name it is an overwriting of that photo.

        `replace` False: Exists if something stands there.
        """
        ...

    def mkdir(self, spot: Spot, asker: Asker) -> int:
        """Make an album; the new folder's inode."""
        ...

    def rmdir(self, spot: Spot, asker: Asker) -> None:
        """Remove an album that shows nothing (any more); NotEmpty else."""
        ...

    def set_mtime(self, ino: int, mtime_ns: int, asker: Asker) -> None:
        """A copying program sets a time: kept and shown for a file that it brings in.

        Of a photo whose capture time is known nothing changes, and that is no error.
        """
        ...

    def set_attribute(self, ino: int, name: str, value: str | None, asker: Asker) -> None:
        """Tags, description, capture time by extended attribute; None removes it."""
        ...
