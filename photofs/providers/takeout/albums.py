"""Albums, collected while photos are told: a folder with an album file is one.

An album is known by its folder's name, which is its title with a counter where titles are equal;
the same in every export. Membership is what any export tells: none ever tells a removal.
"""

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from photofs.model.observation import AlbumSeen, Finding, FindingKind
from photofs.providers.archives.plain import clean
from photofs.providers.takeout.gathering import Folder


class KnownAlbum(msgspec.Struct):
    """An album by its folder's `name`; `members` by id: capture second (0 if unknown), name."""

    name: str
    title: str
    description: str | None
    as_of_ns: int
    members: dict[str, tuple[int, str]] = {}


class Albums:
    """All albums so far."""

    def __init__(self, known: Iterable[KnownAlbum] = ()) -> None:
        """With those that earlier scans knew."""
        self._albums = {album.name: album for album in known}
        self._met: set[str] = set()

    def add(self, folder: Folder, as_of_ns: int) -> None:
        """A folder of an export made at that time; ignored if it is no album's."""
        if folder.album is None:
            return
        name, facts = _name(folder), folder.album
        self._met.add(name)
        known = self._albums.get(name)
        if known is None:
            known = KnownAlbum(name, facts.title, facts.description, as_of_ns)
            self._albums[name] = known
        elif as_of_ns > known.as_of_ns:
            known.title, known.description = facts.title, facts.description
            known.as_of_ns = as_of_ns

    def enter(self, folder: Folder, remote_id: str, taken: int | None, file_name: str) -> None:
        """A photo lies in the folder."""
        if folder.album is not None:
            self._albums[_name(folder)].members[remote_id] = (taken or 0, file_name)

    def tell(self) -> Iterator[AlbumSeen]:
        """What was added to, by name; members by capture time, for exports know no other order."""
        for position, (name, album) in enumerate(sorted(self._albums.items())):
            if name not in self._met:
                continue
            members = sorted(album.members, key=lambda one: (*album.members[one], one))
            yield AlbumSeen(
                remote_id=f"album-{hashlib.sha256(name.encode()).hexdigest()[:24]}",
                title=clean(album.title) or name,
                description=album.description,
                members=tuple(members),
                members_complete=False,
                position=position,
                as_of_ns=album.as_of_ns,
            )

    def untold(self, alone: Iterable[Folder]) -> Iterator[Finding]:
        """Of folders that hold an album's file and nothing else: those that are not shown.

        Where another part or export tells members, the album is shown with those.
        """
        for folder in alone:
            if _name(folder) not in self._albums:
                why = "an album's file alone: no part here tells its photos, so it is not shown"
                yield Finding(kind=FindingKind.GUESS, path=clean(folder.path), why=why)

    def all(self) -> list[KnownAlbum]:
        """All that is known, for the next scan."""
        return list(self._albums.values())


def _name(folder: Folder) -> str:
    return clean(folder.path.rpartition("/")[2])
