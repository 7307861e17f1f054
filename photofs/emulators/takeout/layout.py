"""Which files an export of an account holds, by path."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from photofs.emulators.takeout.account import Account, Album, Item
from photofs.emulators.takeout.languages import Language
from photofs.emulators.takeout.names import FolderNames, Named, cleaned, extension_of, first_units
from photofs.emulators.takeout.sidecars import album_json, other_json, sidecar_json


class File(NamedTuple):
    """A file below Takeout/; `text` marks JSON, which may come in another part than the media."""

    path: str
    data: bytes
    text: bool


@dataclass
class Layout:
    """The files of one export."""

    account: Account
    language: Language
    supplemental: bool
    made: datetime
    year_folders: bool = True
    archive_folder: bool = True
    _folders: dict[str, FolderNames] = field(default_factory=dict)

    def files(self) -> Iterator[File]:
        """All files in a fixed order."""
        yield File("archive_browser.html", b"<html><body>Takeout</body></html>", text=False)
        for name, data in other_json().items():
            yield File(f"{self.language.product}/{name}", data, text=True)
        by_id = {item.item_id: item for item in self.account.items}
        for item in self.account.items:
            if self.year_folders and not item.shared:
                yield from self._item_files(item, self._home(item), with_bytes=True)
        for album in self.account.albums:
            yield from self._album_files(album, by_id)

    def _home(self, item: Item) -> str:
        """The folder in which an item is, in no album's: by year, or a special one."""
        if item.trashed:
            return self.language.trash
        if item.archived and self.archive_folder:
            return self.language.archive
        year = item.taken.astimezone(UTC).year if item.taken else 1970
        return self.language.year_folder.format(year=year)

    def _item_files(self, item: Item, folder: str, *, with_bytes: bool) -> Iterator[File]:
        names = self._folders.setdefault(folder, FolderNames())
        named = names.name(item.title, item.added_extension)
        base = f"{self.language.product}/{folder}"
        if item.exported and with_bytes:
            yield File(f"{base}/{named.file}", item.data, text=False)
            yield from self._variants(item, named, base, names)
        if item.sidecar:
            bare = None if extension_of(cleaned(item.title)) else cleaned(item.title)
            name = named.sidecar(supplemental=self.supplemental, of_title=bare)
            yield File(f"{base}/{name}", sidecar_json(item), text=True)

    def _variants(self, item: Item, named: Named, base: str, names: FolderNames) -> Iterator[File]:
        if item.edited is not None:
            name = names.copy(named, self.language.edited)
            yield File(f"{base}/{name}", item.edited, text=False)
        if item.effect is not None:
            suffix, data = item.effect
            yield File(f"{base}/{names.copy(named, suffix)}", data, text=False)
        if item.motion is not None:
            extension, data = item.motion
            moving = named.moving(extension)
            yield File(f"{base}/{moving.file}", data, text=False)
            if item.motion_has_sidecar:
                name = moving.sidecar(supplemental=self.supplemental)
                yield File(f"{base}/{name}", sidecar_json(item), text=True)

    def _album_files(self, album: Album, by_id: dict[str, Item]) -> Iterator[File]:
        folder = self._album_folder(album)
        if not album.json_lost:
            path = f"{self.language.product}/{folder}/{self.language.album_file}"
            yield File(path, album_json(album, self.made), text=True)
        for item_id in () if album.json_only else album.item_ids:
            if item_id in by_id:
                yield from self._item_files(
                    by_id[item_id], folder, with_bytes=not album.sidecars_only
                )

    def _album_folder(self, album: Album) -> str:
        """The title, cleaned and cut; equal ones are counted."""
        base = first_units(cleaned(album.title) or self.language.untitled, 50).rstrip()
        folder, number = base, 0
        while folder in self._folders:
            number += 1
            folder = f"{base}({number})"
        self._folders[folder] = FolderNames()
        return folder
