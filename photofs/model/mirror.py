"""What a mirror is made of: its manner, and what is known of each file in it."""

import re
from enum import StrEnum
from typing import Final, NamedTuple

MARKER_NAME: Final = ".photofs-mirror"
"""The file in a mirror's root without which nothing is done there."""

SUMS_NAME: Final = "SHA256SUMS"
"""The file in each folder of originals that `sha256sum -c` reads."""

ALBUMS_FOLDER: Final = "Albums"
VANISHED_FOLDER: Final = "Vanished"

DAMAGED_FOLDER: Final = "Damaged"
"""Where repairing puts files that are not what they should be; nobody removes them."""


_FORMER: Final = re.compile(r".* \(until \d{4}-\d\d-\d\d(, \d+)?\)(\.[^.]*)?")


def is_past(path: str) -> bool:
    """Whether a file of a mirror is, by its path, not of a photo as it is now."""
    top, _, rest = path.partition("/")
    aside = bool(rest) and top in {VANISHED_FOLDER, DAMAGED_FOLDER}
    return aside or _FORMER.fullmatch(path.rpartition("/")[2]) is not None


class AlbumFolders(StrEnum):
    """How a mirror shows albums: folders of relative links, of copies, or none."""

    LINKS = "links"
    COPIES = "copies"
    NONE = "none"


class Role(StrEnum):
    """What a file in a mirror is there for.

    CURRENT: the photo as it is now. FORMER: what it was before its bytes changed. VANISHED: of a
    photo that no source tells of any more, nobody said why. FOUND: a file that was there when the
    mirror was taken over, of a photo that is not known yet.
    """

    CURRENT = "current"
    FORMER = "former"
    VANISHED = "vanished"
    FOUND = "found"


class CopyState(StrEnum):
    """Whether a file in a mirror is what it should be, as far as known.

    GOOD: written or re-read, and not touched since as far as anybody looked. SUSPECT: the disk
    tells another length or time than it did; it has to be re-read. DAMAGED: re-read, and other
    bytes. ABSENT: not there; so is a file whose writing has begun and is not noted as done.
    """

    GOOD = "good"
    SUSPECT = "suspect"
    DAMAGED = "damaged"
    ABSENT = "absent"


class Stamp(NamedTuple):
    """What a disk told of a file when it was known to be right.

    Where inode numbers do not last from one mounting to the next, inode and ctime are 0 and count
    for nothing.
    """

    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int


class Cut(NamedTuple):
    """Where in a copy bytes were put, and how many: without them it is the original."""

    at: int
    size: int


class Embedded(NamedTuple):
    """How a copy with facts written into it comes from an original, by its SHA-256.

    `cut` None: a program wrote it anew; only its pixels are proven to be the original's.
    """

    original: str
    cut: Cut | None


class Traits(NamedTuple):
    """What a mirror's file system can do, found out by trying.

    `windows_names`: it refuses what Windows does (exFAT, NTFS, SMB). `lasting_inodes`: a file has
    the same inode number the next time that the disk is mounted. `mtime_step_ns`: times are kept
    as multiples of so much.
    """

    symlinks: bool = True
    case_sensitive: bool = True
    windows_names: bool = False
    lasting_inodes: bool = True
    mtime_step_ns: int = 1


class Fact(NamedTuple):
    """A photo as planning a mirror needs it, and what is there of it (`copy_id` None: nothing).

    `excused`: it went because the user wished so, here or by the service's trash. `merged_into`:
    the photo that it turned out to be. `placing`: all that its path follows from, and `placed_by`
    the same when it was placed.
    """

    photo_id: int
    name: str
    taken_local: str | None
    granularity: int
    mtime_ns: int
    content_key: str
    sha256: str | None
    size: int
    missing: int
    gone: int
    excused: int
    merged_into: int | None
    placing: str
    copy_id: int | None
    path: str | None
    wished: str | None
    placed_by: str | None
    shown_ns: int | None
    copy_key: str | None
    copy_sha256: str | None
    fidelity: str | None
    state: str | None


def agrees(known: Stamp, seen: Stamp) -> bool:
    """Whether a file is, by what its disk tells, the one that was known to be right."""
    if known.inode and (known.inode, known.ctime_ns) != (seen.inode, seen.ctime_ns):
        return False
    return (known.size, known.mtime_ns) == (seen.size, seen.mtime_ns)
