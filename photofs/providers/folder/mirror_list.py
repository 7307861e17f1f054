"""A mirror's `albums.json`, and which of its entries is about which file."""

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from photofs.model.album_list import (
    LARGEST,
    NAME,
    AlbumList,
    ListedPhoto,
    UnknownList,
    read_album_list,
)
from photofs.model.errors import PhotofsError
from photofs.model.mirror import ALBUMS_FOLDER
from photofs.model.observation import Finding, FindingKind
from photofs.model.wording import counted
from photofs.providers.archives.member import Member, Trouble
from photofs.providers.archives.parts import open_below
from photofs.providers.archives.pread import read_at
from photofs.providers.folder.tree import Tree

ALBUM_FOLDER: Final = f"{ALBUMS_FOLDER}/"
"""Where a mirror keeps its albums' links or copies, which are no photos of their own."""


@dataclass(frozen=True, slots=True)
class MirrorList:
    """The list, None where the folder has none that can be read; `at_ns`: for when it held."""

    told: AlbumList | None = None
    at_ns: int = 0
    trouble: Trouble | None = None
    _by_file: dict[str, ListedPhoto] = field(default_factory=dict)
    _paths: dict[str, str] = field(default_factory=dict)

    def of(self, path: str) -> ListedPhoto | None:
        """What the list says of a file."""
        return self._by_file.get(unicodedata.normalize("NFC", path))

    def path(self, file: str) -> str | None:
        """The path on this disk of a file that the list names, None if it is not there.

        Disks of other systems, and copies by way of them, may hold names in another normal form.
        """
        return self._paths.get(unicodedata.normalize("NFC", file))

    def is_copy(self, path: str) -> bool:
        """Whether a file is only an album's copy of a photo that stands elsewhere."""
        return self.told is not None and path.startswith(ALBUM_FOLDER) and self.of(path) is None


def read_list(tree: Tree, *, is_mirror: bool) -> MirrorList:
    """The list in a folder's root, if there is one of ours."""
    member = tree.files.get(NAME)
    if member is None:
        return MirrorList()
    try:
        told = read_album_list(read_small(tree, member, LARGEST))
    except (UnknownList, PhotofsError) as error:
        # in a plain folder it may be anybody's
        why = f"albums and favourites are not read from it: {error}"
        return MirrorList(trouble=Trouble(NAME, why, refused=False) if is_mirror else None)
    by_file = {unicodedata.normalize("NFC", each.file): each for each in told.photos}
    paths = {unicodedata.normalize("NFC", path): path for path in tree.files}
    return MirrorList(told, member.at, None, by_file, paths)


def not_whole(listed: MirrorList) -> Iterator[Finding]:
    """That a mirror says of itself that it lacks photos, if it does."""
    if listed.told is not None and listed.told.lacking:
        many = counted(listed.told.lacking, "photo")
        why = f"the mirror is not whole: it had no file of {many} of its library when it was run"
        yield Finding(kind=FindingKind.NO_MEDIUM, path=NAME, why=why)


def read_small(tree: Tree, member: Member, largest: int) -> bytes:
    """All bytes of a small file; none of one that is longer. Raises Gone, NotAttached..."""
    if member.size > largest:
        return b""
    descriptor = open_below(tree.root, member.path)
    try:
        return read_at(descriptor, member.size, 0)
    finally:
        os.close(descriptor)
