"""Everything that the parts hold, by id, before anything is told."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from photofs.providers.archives.left_behind import is_left_behind
from photofs.providers.archives.member import Content, Member, Trouble
from photofs.providers.flickr_export.albums import Album, read_albums
from photofs.providers.flickr_export.sidecar import Sidecar, items, read_object, read_sidecar

_SIDECAR = re.compile(r"photo_(\d+)\.json")
_FAVORITES = re.compile(r"faves(_part\d+)?\.json")


class Dated(NamedTuple):
    """A sidecar, the moment for which it held, and where it lies."""

    as_of_ns: int
    sidecar: Sidecar
    path: str


class DatedAlbum(NamedTuple):
    """An album and the moment for which it held."""

    as_of_ns: int
    album: Album


@dataclass(slots=True)
class Gathering:
    """What was met so far; of several exports in one folder, the newer word wins.

    `moment` tells for when the facts of a file held, in nanoseconds since 1970-01-01 UTC.
    """

    moment: Callable[[Content], int]
    sidecars: dict[str, Dated] = field(default_factory=dict)
    albums: dict[str, DatedAlbum] = field(default_factory=dict)
    media: list[Member] = field(default_factory=list)
    favorites: dict[str, int] = field(default_factory=dict)
    files: int = 0

    def add(self, content: Content) -> Trouble | None:
        """Take in one file; a Trouble if it is a list or sidecar that cannot be read."""
        self.files += 1
        as_of_ns = self.moment(content)
        member, data = content
        name = member.name.lower()
        if data is None:
            if not _is_system_file(member):
                self.media.append(member)
            return None
        sidecar = _SIDECAR.fullmatch(name)
        if sidecar:
            return self._add_sidecar(sidecar.group(1), member, data, as_of_ns)
        if name == "albums.json":
            return self._add_albums(member, data, as_of_ns)
        if _FAVORITES.fullmatch(name):
            self.favorites[member.shown] = _count_favorites(data)
        return None

    def drop(self, part: str) -> None:
        """Forget the photos that came from a part: it turned out that it cannot be trusted."""
        self.media = [member for member in self.media if member.part != part]
        self.sidecars = {
            photo_id: dated
            for photo_id, dated in self.sidecars.items()
            if not dated.path.startswith(f"{part}/")
        }

    def _add_sidecar(
        self, photo_id: str, member: Member, data: bytes, as_of_ns: int
    ) -> Trouble | None:
        sidecar = read_sidecar(data)
        if sidecar is None:
            return Trouble(member.shown, "it is no readable JSON", refused=False)
        former = self.sidecars.get(photo_id)
        if former is None or former.as_of_ns < as_of_ns:
            self.sidecars[photo_id] = Dated(as_of_ns, sidecar, member.shown)
        return None

    def _add_albums(self, member: Member, data: bytes, as_of_ns: int) -> Trouble | None:
        albums = read_albums(data)
        if albums is None:
            return Trouble(member.shown, "it holds no readable list of albums", refused=False)
        for album in albums:
            former = self.albums.get(album.album_id)
            if former is None or former.as_of_ns < as_of_ns:
                self.albums[album.album_id] = DatedAlbum(as_of_ns, album)
        return None


def _is_system_file(member: Member) -> bool:
    """What macOS and Windows leave in folders and zips."""
    in_mac_folder = "__MACOSX" in member.folder.split("/")
    return in_mac_folder or is_left_behind(member.name)


def _count_favorites(data: bytes) -> int:
    told = read_object(data) or {}
    return len(items(told.get("faves")) or items(told.get("favorites")))
