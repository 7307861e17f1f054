"""Where in the tree a program writes, and what came of it; inode numbers as in node.py."""

from typing import NamedTuple


class Spot(NamedTuple):
    """A name in a folder, whether anything stands there or not."""

    folder_ino: int
    name: str


class Written(NamedTuple):
    """A file that programs may write: its inode, and its file's name in the store's incoming."""

    ino: int
    draft: str


class Begun(NamedTuple):
    """The draft with which writing a photo began.

    `filled`: it has its bytes already. Otherwise the caller brings in the photo's present ones,
    unless the file is to be emptied.
    """

    written: Written
    filled: bool


class Renamed(NamedTuple):
    """What became of a move. `gone`: an inode whose name went to another one; 0 if none."""

    ino: int
    gone: int
