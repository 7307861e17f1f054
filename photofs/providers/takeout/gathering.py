"""All folders of all exports, gathered from all parts before anything is paired.

A medium and its sidecar are often in different parts, so a folder here is what the parts hold of it
together. What they hold waits on the disk (model/pile.py); in memory is one folder at a time, about
1 KB per medium and sidecar.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar, cast

from photofs.model.errors import Corrupt
from photofs.model.pile import Pile, Row
from photofs.providers.archives.member import Content, Member, Trouble
from photofs.providers.archives.sameness import Sameness
from photofs.providers.takeout.exports import PRODUCTS, UNNAMED, ExportPlace, place_of
from photofs.providers.takeout.pairing import SidecarName
from photofs.providers.takeout.rows import member_from, member_row, sidecar_from, sidecar_row
from photofs.providers.takeout.sidecar import AlbumFacts, Sidecar, as_item, parse
from photofs.providers.takeout.sidecar_name import is_sidecar_of_title
from photofs.providers.takeout.variants import never_media

_T = TypeVar("_T")

Mark = Callable[[Member], str]
"""Equal for equal bytes, among members of one name and length."""


@dataclass(slots=True, eq=False)
class Folder:
    """One folder of one export: media and sidecars as they came, and its album, if it is one.

    Media and sidecars are there while `Gathering.folders` is at this folder; before and after that
    there are none.
    """

    place: ExportPlace
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

    def __init__(self, pile: Pile) -> None:
        """Empty, as the pile is, which takes the files."""
        self._pile = pile
        self._folders: dict[tuple[str, str], Folder] = {}
        self._places: dict[tuple[str, str], _Held] = {}
        self.files = 0

    def add(self, content: Content) -> Trouble | None:
        """Take one file; a Trouble if it is a sidecar that cannot be read."""
        self.files += 1
        member, data = content
        held = self._held(member)
        if data is None:
            if not never_media(member.name):
                self._pile.add(held.key, (member_row(member), None))
            return None
        try:
            facts = parse(data)
        except Corrupt as error:
            return Trouble(member.shown, error.what, refused=False)
        self._sort_in(held, member, facts)
        return None

    def drop(self, part: str) -> None:
        """Forget all that came from a part: it turned out that it cannot be trusted."""
        for held in self._places.values():
            if held.part == part:
                self._pile.remove(held.key)
                held.sidecars = 0

    def _held(self, member: Member) -> "_Held":
        place = (member.part, member.folder)
        held = self._places.get(place)
        if held is None:
            where = place_of(*place)
            folder = self._folders.setdefault((where.export, where.folder), Folder(where))
            held = self._places[place] = _Held(member.part, str(len(self._places)), folder)
        return held

    def _sort_in(self, held: "_Held", member: Member, facts: Sidecar | AlbumFacts | None) -> None:
        if isinstance(facts, AlbumFacts) and is_sidecar_of_title(member.name[:-5], facts.title):
            facts = as_item(facts)
        folder = held.folder
        if isinstance(facts, Sidecar):
            held.sidecars += 1
            self._pile.add(held.key, (member_row(member), sidecar_row(facts)))
        elif facts is not None and not folder.place.top and folder.album is None:
            folder.album = facts

    def folders(self, sameness: Sameness) -> Iterator[Folder]:
        """All folders of Google Photos by export and path, without repeats."""
        self._adopt_unnamed()
        products, contents = self.products(), self._contents()
        for _key, folder in sorted(self._folders.items()):
            product = folder.place.product
            if not products or not product or product in products or product in PRODUCTS:
                self._fetch(folder, contents[folder])
                folder.drop_repeats(sameness)
                yield folder
                folder.media, folder.sidecars = [], []

    def _contents(self) -> "dict[Folder, list[_Held]]":
        """What each folder holds; what it has adopted comes last."""
        contents: dict[Folder, list[_Held]] = {folder: [] for folder in self._folders.values()}
        for adopted in (False, True):
            for held in self._places.values():
                if held.adopted is adopted:
                    contents[held.folder].append(held)
        return contents

    def _fetch(self, folder: Folder, holding: "list[_Held]") -> None:
        for held in holding:
            for member, sidecar in self._pile.rows(held.key):
                if sidecar is None:
                    folder.media.append(member_from(cast("Row", member)))
                else:
                    facts = sidecar_from(cast("Row", sidecar))
                    folder.sidecars.append((member_from(cast("Row", member)), facts))

    def products(self) -> set[str]:
        """The names of those that hold sidecars."""
        return {held.folder.place.product for held in self._places.values() if held.sidecars}

    def _adopt_unnamed(self) -> None:
        """Where there is just one named export, parts unpacked or renamed are taken as its."""
        named = {export for export, _path in self._folders if export != UNNAMED}
        if len(named) != 1:
            return
        (export,) = named
        homes: dict[Folder, Folder] = {}
        for key in [key for key in self._folders if key[0] == UNNAMED]:
            stray = self._folders.pop(key)
            home = self._folders.setdefault((export, key[1]), stray)
            if home is not stray:
                homes[stray] = home
                home.album = home.album or stray.album
            else:
                stray.place = stray.place._replace(export=export)
        for held in self._places.values():
            if held.folder in homes:
                held.folder, held.adopted = homes[held.folder], True


@dataclass(slots=True)
class _Held:
    """What one part holds of one folder: in the pile under `key`; so many sidecars."""

    part: str
    key: str
    folder: Folder
    sidecars: int = 0
    adopted: bool = False
