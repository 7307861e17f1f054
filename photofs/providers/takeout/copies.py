"""The files that an item consists of, and ids for items whose sidecars tell none; pure."""

import hashlib
from typing import NamedTuple

from photofs.providers.archives.member import Member
from photofs.providers.takeout.gathering import Folder
from photofs.providers.takeout.sidecar import Sidecar
from photofs.providers.takeout.variants import Role

HASHED = "file-"
"""How the ids begin that `hashed_id` makes."""


class Copy(NamedTuple):
    """One file of an item, or a sidecar that has none beside it, in one folder of one export."""

    role: Role
    folder: Folder
    member: Member | None
    sidecar: Sidecar | None


class Link(NamedTuple):
    """An item with an id of its own that belongs to another item's set."""

    main: str
    role: Role


def hashed_id(title: str, taken: int | None, size: int, mark: str) -> str:
    """The id of an item whose sidecar tells none; `mark` as `Sameness` tells it."""
    told = f"{title}\0{taken}\0{size}\0{mark}"
    return f"{HASHED}{hashlib.sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


def is_hashed(item_id: str) -> bool:
    """Whether the id is one that `hashed_id` made."""
    return item_id.startswith(HASHED)


def outside(member: Member) -> tuple[int, int | str]:
    """What is known of the bytes without reading any."""
    return member.size, member.name if member.crc is None else member.crc
