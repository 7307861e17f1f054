"""`albums.json`: what a mirror's files and folders cannot say of albums, in the open.

One for each library, in the mirror's root; docs/MIRROR.md describes it. With it, the sidecars and
the files a mirror is read back as the library that it was of. The same library gives the same
bytes, so that an unchanged list is not written anew; when it held is the file's mtime.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

NAME: Final = "albums.json"
FORMAT: Final = "photofs albums"
VERSION: Final = 1
"""Rises when an older reader would misunderstand; fields that it may leave out do not count."""

LARGEST: Final = 1 << 28
"""Bytes above which no list is read; 100,000 photos need some 25 MB."""


class ListedPhoto(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file of the mirror.

    `file` is its path below the root, with "/"; `sha256` that of its bytes, and `original` that of
    the service's bytes, where facts were written into the copy. `name` is the photo's own, where
    the disk could not hold it; `id` the service's. `fidelity` is told of lesser bytes than the
    original's alone (model.photo.Fidelity).
    """

    file: str
    sha256: str = ""
    original: str = ""
    id: str = ""
    name: str = ""
    favorite: bool = False
    archived: bool = False
    trashed: bool = False
    fidelity: str = ""


class ListedAlbum(msgspec.Struct, frozen=True, omit_defaults=True):
    """An album: its title as the service has it, and its files in the album's order."""

    title: str
    id: str = ""
    description: str = ""
    files: tuple[str, ...] = ()


class ListedCollection(msgspec.Struct, frozen=True, omit_defaults=True):
    """A folder of albums; `albums` are ids, `parent` the id of the one that it stands in."""

    title: str
    id: str
    parent: str = ""
    albums: tuple[str, ...] = ()


class AlbumList(msgspec.Struct, frozen=True):
    """The whole of it, each in the service's order.

    `lacking`: how many photos of the library the mirror had no right file of when it was written.
    """

    library: str
    photos: tuple[ListedPhoto, ...] = ()
    albums: tuple[ListedAlbum, ...] = ()
    collections: tuple[ListedCollection, ...] = ()
    lacking: int = 0


class _Form(msgspec.Struct, frozen=True):
    """What is looked at before anything else."""

    format: str
    version: int


class UnknownList(ValueError):
    """The bytes are no such list, or one of a later version; the text says which."""


def write_album_list(told: AlbumList) -> bytes:
    """The file, UTF-8, one photo or album a line."""
    head = f'{{"format": "{FORMAT}", "version": {VERSION},\n"library": '
    lacking = f',\n"lacking": {told.lacking}'.encode() if told.lacking else b""
    parts = [
        head.encode() + msgspec.json.encode(told.library) + lacking,
        _lines(b"photos", told.photos),
        _lines(b"albums", told.albums),
        _lines(b"collections", told.collections),
    ]
    return b",\n".join(parts) + b"\n}\n"


def read_album_list(data: bytes) -> AlbumList:
    """What `write_album_list` wrote; UnknownList for anything else, however hostile."""
    if len(data) > LARGEST:
        raise UnknownList("it is longer than any list of albums")
    try:
        form = msgspec.json.decode(data, type=_Form)
        if form.format != FORMAT or form.version != VERSION:
            raise UnknownList(f"it is {form.format[:40]!r}, version {form.version}")
        return msgspec.json.decode(data, type=AlbumList)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnknownList(f"it cannot be read: {error}") from error


def _lines(name: bytes, things: Iterable[msgspec.Struct]) -> bytes:
    lines = b",\n".join(map(msgspec.json.encode, things))
    return b'"' + name + b'": [\n' + lines + b"\n]"
