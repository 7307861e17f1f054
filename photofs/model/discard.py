"""What lies in the trash of the mount without being a file there: photos and albums put into it.

The trash of the mount is what file managers use (`.Trash-$UID` of the freedesktop.org trash
specification 1.0, https://specifications.freedesktop.org/trash-spec/): a file is moved to `files`,
and `info` tells where it was. docs/decisions/0010.
"""

from enum import StrEnum
from typing import NamedTuple

from photofs.model.node import FIRST_SCRATCH_INO

FIRST_DISCARD_INO = FIRST_SCRATCH_INO >> 1
"""Albums in the trash of the mount have numbers of their own: from here to FIRST_SCRATCH_INO."""


class DiscardKind(StrEnum):
    """What the photo or album has lost by it, and gets back."""

    TRASHED = "trashed"
    LEFT = "left"
    UNMARKED = "unmarked"
    NAME = "name"
    ALBUM = "album"


class TrashSpot(NamedTuple):
    """A name in `files` of the trash of a user of this machine, by that user's number."""

    owner: int
    name: bytes


class Discard(NamedTuple):
    """A name in `files` that leads to a photo, or that stands for an album; then `photo` is None.

    `at_ns`: when it was put there, nanoseconds since 1970-01-01 UTC.
    """

    discard_id: int
    name: bytes
    photo: int | None
    at_ns: int

    @property
    def ino(self) -> int:
        """The inode number under that name: the photo's own, or one for the album."""
        if self.photo is None:
            return FIRST_DISCARD_INO + self.discard_id * 2
        return self.photo * 2 + 1
