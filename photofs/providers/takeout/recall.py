"""What earlier scans told of the very files that this one has met.

A file whose sidecar is lost (its part is damaged, or not here) stays the photo that it was told as
while the sidecar was there, with all that the sidecar had told. Files are known again by their
bytes; in an unpacked tree, where no checksum is known, by path, length and mtime.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from photofs.model.errors import Gone
from photofs.model.observation import PhotoSeen
from photofs.providers.archives.member import Member
from photofs.providers.archives.ref import read_ref
from photofs.providers.takeout.copies import is_hashed
from photofs.providers.takeout.exports import place_of
from photofs.providers.takeout.variants import Role

Trace = tuple[object, ...]
"""Equal for files that have the same bytes for sure."""


class PhotoId(NamedTuple):
    """A photo's id taken apart: its item, what it is within that, and whether by other bytes.

    `extra` marks one of several files of a role whose bytes differ (versions.py).
    """

    item: str
    role: Role
    extra: bool


def take_apart(remote_id: str) -> PhotoId:
    """The parts of an id that versions.py put together."""
    item, *marks = remote_id.split("#")
    role = next((Role(mark) for mark in marks[:1] if mark in set(Role)), Role.MAIN)
    return PhotoId(item, role, len(marks) > (role is not Role.MAIN))


def trace(member: Member) -> Trace:
    """By which a file is known again."""
    if member.crc is not None:
        return member.size, member.crc
    return member.size, member.part, member.path, member.at


def member_of(ref: str) -> Member | None:
    """The file that a photo was told with; None if the note is none of ours."""
    try:
        return read_ref(ref).member
    except Gone:
        return None


def without_sidecar(seen: PhotoSeen) -> bool:
    """Whether it was told by an id of last resort: a sidecar tells whether it is a favorite."""
    return seen.favorite is None and is_hashed(seen.remote_id)


class Remembers(Protocol):
    """What was told before, or what matters of it."""

    def all_before(self) -> Iterable[PhotoSeen]:
        """It."""
        ...


class Recall:
    """Looks files up in the notes of the last scan; `learn` first, for all at once."""

    def __init__(self, told: Remembers) -> None:
        """Nothing is read before it is asked for."""
        self._told = told
        self._found: dict[Trace, list[tuple[Member, PhotoSeen]]] = defaultdict(list)

    def learn(self, members: Iterable[Member]) -> None:
        """Read the notes for what was told of these files with a sidecar."""
        wanted = {trace(member) for member in members}
        sizes = {size for size, *_more in wanted}
        for seen in self._told.all_before() if wanted else ():
            if seen.size not in sizes or without_sidecar(seen):
                continue
            member = member_of(seen.ref)
            if member is not None and trace(member) in wanted:
                self._found[trace(member)].append((member, seen))

    def exactly(self, member: Member) -> PhotoSeen | None:
        """What was told of a file of that name and folder with these bytes, if that is one."""
        return self._only(member, lambda other: _stands_like(member, other))

    def nearest(self, member: Member) -> PhotoSeen | None:
        """The same, else of the name, else of the bytes alone; None where several fit equally."""
        if trace(member) not in self._found:
            return None
        return (
            self.exactly(member)
            or self._only(member, lambda other: other.name == member.name)
            or self._only(member, lambda _other: True)
        )

    def _only(self, member: Member, fits: Callable[[Member], bool]) -> PhotoSeen | None:
        found = [seen for other, seen in self._found.get(trace(member), ()) if fits(other)]
        return found[0] if len({seen.remote_id for seen in found}) == 1 else None


def _stands_like(member: Member, other: Member) -> bool:
    """Whether two files have one name and one folder below their exports' tops."""
    return member.name == other.name and folder_of(member) == folder_of(other)


def folder_of(member: Member) -> str:
    """The folder below the export's top, the same in each export and part."""
    return place_of(member.part, member.folder).folder
