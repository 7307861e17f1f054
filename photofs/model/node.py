"""What the tree tells of one inode, and how inode numbers are made.

Inode numbers come from catalog row ids, so they are the same after a restart, and are never used
twice (the catalog's ids are AUTOINCREMENT). The root is 1, as the kernel wants it; a folder has the
even number twice its id, a photo the odd number after twice its id (ids begin at 1). What lies in
Scratch has numbers of its own from FIRST_SCRATCH_INO on, which no row's id ever reaches.
"""

from typing import NamedTuple

ROOT_INO = 1

FIRST_SCRATCH_INO = 1 << 62
"""The upper half of all numbers that are positive also where a program keeps them signed."""


class Node(NamedTuple):
    """The attributes of one folder or photo; times are nanoseconds since 1970-01-01 UTC."""

    ino: int
    folder: bool
    size: int
    exact: bool
    mtime_ns: int
    ctime_ns: int
    links: int


class Entry(NamedTuple):
    """One name in a folder: Node's attributes, preceded by the listing cookie and the name.

    Flat, for a listing of 100,000 builds one object a row. `cookie` is stable for the entry's life
    and grows within the folder.
    """

    cookie: int
    name: str
    ino: int
    folder: bool
    size: int
    exact: bool
    mtime_ns: int
    ctime_ns: int
    links: int


def folder_ino(folder_id: int) -> int:
    """The inode number of a folder's row."""
    return folder_id * 2


def photo_ino(photo_id: int) -> int:
    """The inode number of a photo's row."""
    return photo_id * 2 + 1


def is_folder_ino(ino: int) -> bool:
    """Whether a number that `folder_ino` or `photo_ino` made, or the root's, is a folder's."""
    return ino == ROOT_INO or ino % 2 == 0


def row_id(ino: int) -> int:
    """The catalog row id behind an inode number other than the root's."""
    return ino // 2
