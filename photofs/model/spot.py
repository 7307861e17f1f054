"""Where in the tree a program writes, and what came of it; inode numbers as in node.py."""

from typing import NamedTuple

from photofs.model.errors import BadName


class Spot(NamedTuple):
    """A name in a folder, whether anything stands there or not."""

    folder_ino: int
    name: str


def spot_of(folder_ino: int, name: bytes) -> Spot:
    """A name as the kernel tells it; what is no UTF-8 goes through as surrogates (`check_name`)."""
    return Spot(folder_ino, name.decode("utf-8", "surrogateescape"))


def check_name(spot: Spot) -> None:
    """BadName, if the name is no UTF-8 (here: bytes that were let through as surrogates)."""
    try:
        spot.name.encode()
    except UnicodeEncodeError as error:
        raise BadName(
            "a name in a photo library must be UTF-8",
            safe="nothing was changed",
            remedy="rename the file first; Scratch takes any name",
        ) from error


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
    """What became of a move: the inode that has the new name, and one that gave way (0: none).

    `took_over`: it is the moved file that gave way, and the other one has its bytes now.
    """

    ino: int
    gone: int
    took_over: bool = False
