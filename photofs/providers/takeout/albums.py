"""Albums, collected while photos are told: a folder with an album file is one.

An album is known by its folder's name, which is its title with a counter where titles are equal;
the same in every export. Membership is what any export tells: none ever tells a removal.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from photofs.model.observation import AlbumSeen
from photofs.providers.archives.plain import clean
from photofs.providers.takeout.gathering import Folder
from photofs.providers.takeout.sidecar import AlbumFacts


@dataclass(slots=True)
class _Album:
    facts: AlbumFacts
    as_of_ns: int
    members: dict[str, tuple[int, str]] = field(default_factory=dict)


class Albums:
    """All albums so far."""

    def __init__(self) -> None:
        """None."""
        self._albums: dict[str, _Album] = {}

    def add(self, folder: Folder, as_of_ns: int) -> None:
        """A folder of an export made at that time; ignored if it is no album's."""
        if folder.album is None:
            return
        name = _name(folder)
        known = self._albums.setdefault(name, _Album(folder.album, as_of_ns))
        if as_of_ns > known.as_of_ns:
            known.facts, known.as_of_ns = folder.album, as_of_ns

    def enter(self, folder: Folder, remote_id: str, taken: int | None, file_name: str) -> None:
        """A photo lies in the folder."""
        if folder.album is not None:
            self._albums[_name(folder)].members[remote_id] = (taken or 0, file_name)

    def tell(self) -> Iterator[AlbumSeen]:
        """All albums by name; their members by capture time, for exports know no other order."""
        for position, (name, album) in enumerate(sorted(self._albums.items())):
            members = sorted(album.members, key=lambda one: (*album.members[one], one))
            yield AlbumSeen(
                remote_id=f"album-{hashlib.sha256(name.encode()).hexdigest()[:24]}",
                title=clean(album.facts.title) or name,
                description=album.facts.description,
                members=tuple(members),
                members_complete=False,
                position=position,
                as_of_ns=album.as_of_ns,
            )


def _name(folder: Folder) -> str:
    return clean(folder.path.rpartition("/")[2])
