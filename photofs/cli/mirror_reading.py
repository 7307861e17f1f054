"""A mirror, or a plain folder of pictures, as `photofs restore` reads it: needs no catalog."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self
from unicodedata import normalize

from photofs.assembly import House
from photofs.catalog.port import SourceRow
from photofs.mirrors.claims import read_sums
from photofs.model.album_list import LARGEST, NAME, AlbumList, UnknownList, read_album_list
from photofs.model.errors import Corrupt
from photofs.model.mirror import MARKER_NAME, SUMS_NAME, is_past
from photofs.model.observation import AlbumSeen, CollectionSeen, Finding, FindingKind, PhotoSeen
from photofs.providers.port import Provider

NO_SOURCE: Final = 0
"""Sources are numbered from 1: this one is in no catalog."""


@dataclass
class FolderRead:
    """What lies in a folder. `hashes`: of each file that a mirror's own list names, by its path.

    `originals`: the hash of the service's bytes, of each file into which facts were written.
    `ids`: the service's id of each photo, as the mirror's list has it: anybody may have written it.
    `left`: the paths of former versions, of what vanished or was damaged, and of what lies in Trash
    there. `unlisted`: of those photos, how many the list does not name, for a run was cut short
    before it was written: they are taken as from a plain folder, and their albums are not known.
    `lacking`: of how many photos of its library the mirror says itself that it has no file.
    `passed_over`: what is no file, or leads elsewhere, with the reason; `unreadable` likewise what
    should be a picture, or hold some, and cannot be read.
    """

    photos: dict[str, PhotoSeen] = field(default_factory=dict)
    albums: list[AlbumSeen] = field(default_factory=list)
    collections: int = 0
    hashes: Mapping[str, str] = field(default_factory=dict)
    originals: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    unlisted: int = 0
    lacking: int = 0
    passed_over: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    trashed: frozenset[str] = frozenset()
    root: Path | None = None
    sums: dict[str, dict[str, str]] = field(default_factory=dict)

    def take(self, seen: object) -> None:
        """One thing that was seen."""
        if isinstance(seen, AlbumSeen):
            self.albums.append(seen)
        elif isinstance(seen, CollectionSeen):
            self.collections += 1
        elif isinstance(seen, Finding):
            self._find(seen)
        elif isinstance(seen, PhotoSeen):
            past = self.root is not None and is_past(seen.remote_id)
            listed = seen.remote_id in self.hashes
            if seen.trashed or seen.missing or (past and not listed):
                self.left.append(seen.remote_id)
                return
            self.photos[seen.remote_id] = seen
            self.unlisted += self.root is not None and not listed

    def _find(self, found: Finding) -> None:
        """What the folder's provider has to say of a path; what a list names is looked for."""
        if found.kind is FindingKind.REFUSED:
            self.passed_over.append(f"{found.path}: {found.why}")
        elif found.kind is FindingKind.UNREADABLE and found.path not in self.hashes:
            self.unreadable.append(f"{found.path}: {found.why}")

    def hash_of(self, path: str) -> str | None:
        """The hash that a file should have by the mirror's own lists; None where none names it."""
        if path in self.hashes or self.root is None:
            return self.hashes.get(path)
        folder, _, name = path.rpartition("/")
        if folder not in self.sums:
            self.sums[folder] = _sums(self.root / folder)
        return self.sums[folder].get(name)

    def absent(self) -> dict[str, str]:
        """Files that the list names and that are not there, each with its original's hash."""
        forms = {normalize("NFC", path) for path in (*self.photos, *self.left)}
        return {
            path: self.originals.get(path, sha256)
            for path, sha256 in self.hashes.items()
            if path not in self.trashed and normalize("NFC", path) not in forms
        }

    def in_order(self) -> Self:
        """Albums in the service's order, so that they are made in it."""
        self.albums.sort(key=lambda each: each.position)
        return self


@asynccontextmanager
async def open_folder(house: House, folder: Path) -> AsyncIterator[tuple[Provider, FolderRead]]:
    """The folder's provider, and all that it tells; NotFound, NotAttached, Corrupt."""
    source = SourceRow(NO_SOURCE, 0, "folder", None, {"path": str(folder)}, None, None, None, "")
    house.forget_small_state(NO_SOURCE)
    try:
        async with house.open_provider(source) as provider:
            told = _list(folder)
            listed = told.photos
            read = FolderRead(
                root=folder if _is_mirror(folder) else None,
                hashes={each.file: each.sha256 for each in listed},
                originals={each.file: each.original for each in listed if each.original},
                ids={each.file: each.id for each in listed if each.id},
                trashed=frozenset(each.file for each in listed if each.trashed),
                lacking=told.lacking,
            )
            async for seen in provider.changes(None):
                read.take(seen)
            yield provider, read.in_order()
    finally:
        house.forget_small_state(NO_SOURCE)


def _is_mirror(folder: Path) -> bool:
    return os.path.lexists(folder / MARKER_NAME)


def _sums(folder: Path) -> dict[str, str]:
    """What the list of hashes in a folder of a mirror names; nothing if it cannot be read."""
    try:
        return dict(read_sums((folder / SUMS_NAME).read_bytes()))
    except OSError:
        return {}


def _list(folder: Path) -> AlbumList:
    """A mirror's list, an empty one if there is none; Corrupt if it cannot be read."""
    if not _is_mirror(folder):
        return AlbumList("")
    path = folder / NAME
    try:
        with path.open("rb") as file:
            return read_album_list(file.read(LARGEST + 1))
    except FileNotFoundError:
        return AlbumList("")
    except (OSError, UnknownList) as error:
        raise Corrupt(
            f"{path} cannot be read: {error}",
            safe="nothing was changed",
            remedy="`photofs mirror verify` and `run` write it anew; or move it away, and albums"
            " are told by links alone",
        ) from error
