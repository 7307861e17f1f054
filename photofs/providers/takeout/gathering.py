"""All folders of all exports, gathered from all parts before anything is paired.

A medium and its sidecar are often in different parts, so a folder here is what the parts hold of it
together. Per medium and sidecar about 1 KB of memory is taken until the scan ends.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from photofs.model.errors import Corrupt
from photofs.providers.archives.member import Content, Member, Trouble
from photofs.providers.archives.sameness import Sameness
from photofs.providers.takeout.exports import PRODUCTS, UNNAMED, Place, place_of
from photofs.providers.takeout.pairing import SidecarName
from photofs.providers.takeout.sidecar import AlbumFacts, Sidecar, as_item, parse
from photofs.providers.takeout.sidecar_name import is_sidecar_of_title
from photofs.providers.takeout.variants import never_media

_T = TypeVar("_T")

Mark = Callable[[Member], str]
"""Equal for equal bytes, among members of one name and length."""


@dataclass(slots=True)
class Folder:
    """One folder of one export: media and sidecars as they came, and its album, if it is one."""

    place: Place
    media: list[Member] = field(default_factory=list)
    sidecars: list[tuple[Member, Sidecar]] = field(default_factory=list)
    album: AlbumFacts | None = None

    @property
    def path(self) -> str:
        """The folder's path below the export's top."""
        return self.place.folder

    @property
    def album_alone(self) -> bool:
        """Whether an album's file is all that is here of it."""
        return self.album is not None and not self.media and not self.sidecars

    def media_names(self) -> list[str]:
        """NFC, by the order of `media`."""
        return [_nfc(member) for member in self.media]

    def sidecar_names(self) -> list[SidecarName]:
        """Without ".json", NFC, by the order of `sidecars`."""
        return [
            SidecarName(
                unicodedata.normalize("NFC", member.name[:-5]),
                unicodedata.normalize("NFC", facts.title),
                facts.taken,
            )
            for member, facts in self.sidecars
        ]

    def drop_repeats(self, sameness: Sameness) -> None:
        """The same file in two parts counts once: equal by name, length and bytes, or by facts.

        Files of the unpacked tree that a part holds as well are read for their bytes.
        """
        often = Counter((_nfc(one), one.size) for one in self.media if one.crc is None)
        packed = {(_nfc(one), one.size) for one in self.media if one.crc is not None}

        def key(one: Member) -> tuple[object, ...]:
            name = _nfc(one)
            if one.crc is not None or (name, one.size) in packed:
                return name, one.size, sameness.crc(one), ""
            doubtful = often[name, one.size] > 1
            return name, one.size, None, sameness.mark(one) if doubtful else ""

        self.media = _first_of_each(self.media, key)
        self.sidecars = _first_of_each(self.sidecars, lambda one: (_nfc(one[0]), one[1]))


def _nfc(member: Member) -> str:
    """Its name as a Mac and all others write it; one file may have come both ways."""
    return unicodedata.normalize("NFC", member.name)


def _first_of_each(all_of_them: list[_T], key: Callable[[_T], object]) -> list[_T]:
    seen: dict[object, _T] = {}
    for one in all_of_them:
        seen.setdefault(key(one), one)
    return list(seen.values()) if len(seen) < len(all_of_them) else all_of_them


class Gathering:
    """Takes what the parts hold, file by file."""

    def __init__(self) -> None:
        """Empty."""
        self._folders: dict[tuple[str, str], Folder] = {}
        self._places: dict[tuple[str, str], Folder] = {}
        self.files = 0

    def add(self, content: Content) -> Trouble | None:
        """Take one file; a Trouble if it is a sidecar that cannot be read."""
        self.files += 1
        member, data = content
        folder = self._folder(member)
        if data is None:
            if not never_media(member.name):
                folder.media.append(member)
            return None
        try:
            facts = parse(data)
        except Corrupt as error:
            return Trouble(member.shown, error.what, refused=False)
        self._sort_in(folder, member, facts)
        return None

    def drop(self, part: str) -> None:
        """Forget all that came from a part: it turned out that it cannot be trusted."""
        for folder in self._folders.values():
            folder.media = [member for member in folder.media if member.part != part]
            folder.sidecars = [one for one in folder.sidecars if one[0].part != part]

    def _folder(self, member: Member) -> Folder:
        key = (member.part, member.folder)
        folder = self._places.get(key)
        if folder is None:
            place = place_of(*key)
            folder = self._folders.setdefault((place.export, place.folder), Folder(place))
            self._places[key] = folder
        return folder

    def _sort_in(self, folder: Folder, member: Member, facts: Sidecar | AlbumFacts | None) -> None:
        if isinstance(facts, AlbumFacts) and is_sidecar_of_title(member.name[:-5], facts.title):
            facts = as_item(facts)
        if isinstance(facts, Sidecar):
            folder.sidecars.append((member, facts))
        elif facts is not None and not folder.place.top and folder.album is None:
            folder.album = facts

    def folders(self, sameness: Sameness) -> Iterator[Folder]:
        """All folders of Google Photos by export and path, without repeats."""
        self._adopt_unnamed()
        products = self.products()
        for _key, folder in sorted(self._folders.items()):
            product = folder.place.product
            if not products or not product or product in products or product in PRODUCTS:
                folder.drop_repeats(sameness)
                yield folder

    def products(self) -> set[str]:
        """The names of those that hold sidecars."""
        return {folder.place.product for folder in self._folders.values() if folder.sidecars}

    def _adopt_unnamed(self) -> None:
        """Where there is just one named export, parts unpacked or renamed are taken as its."""
        named = {export for export, _path in self._folders if export != UNNAMED}
        if len(named) != 1:
            return
        (export,) = named
        for key in [key for key in self._folders if key[0] == UNNAMED]:
            stray = self._folders.pop(key)
            home = self._folders.setdefault((export, key[1]), stray)
            if home is not stray:
                home.media += stray.media
                home.sidecars += stray.sidecars
                home.album = home.album or stray.album
            else:
                stray.place = stray.place._replace(export=export)
