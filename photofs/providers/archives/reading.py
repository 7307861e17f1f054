"""Reading parts: one pass over each for the listing, and a reader for one member's bytes."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from photofs.model.errors import Corrupt, PhotofsError
from photofs.providers.archives.file_version import changed, version_of
from photofs.providers.archives.gzip_stream import GzipStream, Spoiled
from photofs.providers.archives.member import (
    SMALL_FILE,
    Content,
    Member,
    MemberReader,
    Packing,
    Trouble,
    wanted,
)
from photofs.providers.archives.mishap import mishap
from photofs.providers.archives.parts import TGZ, Part, Parts, open_below
from photofs.providers.archives.pread import read_at
from photofs.providers.archives.tgz import TarMemberReader, TgzParts, read_tgz
from photofs.providers.archives.zip_directory import read_directory
from photofs.providers.archives.zip_member import ZipMemberReader, small_file

_TOO_LONG = "it is longer than any such file can honestly be"


def read_part(
    parts: Parts, part: Part, tgz_parts: TgzParts, *, largest: int = SMALL_FILE
) -> Iterator[Content | Trouble | None]:
    """Everything in one archive; what is wrong with it is told as a Trouble, never raised.

    JSON files of up to `largest` bytes come with their text, longer ones are Troubles. None is
    yielded now and then, so that a caller can pause.
    """
    try:
        descriptor = open_below(parts.root, part.path)
    except PhotofsError as error:
        yield Trouble(part.path, error.what, refused=False)
        return
    try:
        if part.path.lower().endswith(TGZ):
            marks = tgz_parts.marks((part.path, part.size, part.mtime_ns))
            yield from read_tgz(GzipStream(descriptor, marks), part.path, largest)
        else:
            yield from _read_zip(descriptor, part.path, largest)
    except PhotofsError as error:
        spoils = isinstance(error, Spoiled)
        yield Trouble(part.path, str(error), refused=False, spoils=spoils)
    except OSError as error:
        yield Trouble(part.path, f"it cannot be read: {error.strerror}", refused=False)
    except Exception as error:  # noqa: BLE001 - one bad file must not end the scan; it is logged
        yield mishap(part.path, error)
    finally:
        os.close(descriptor)


def _read_zip(descriptor: int, part: str, largest: int) -> Iterator[Content | Trouble]:
    for one in read_directory(descriptor, part):
        if isinstance(one, Trouble):
            yield one
        elif not wanted(one.name):
            yield Content(one, None)
        else:
            yield _small(one, partial(small_file, descriptor), largest)


def read_tree(parts: Parts, *, largest: int = SMALL_FILE) -> Iterator[Content | Trouble]:
    """Everything in the unpacked tree, as `read_part` tells an archive."""
    yield from parts.troubles
    for member in parts.tree:
        if wanted(member.name):
            yield _small(member, partial(_whole_file, parts.root), largest)
        else:
            yield Content(member, None)


def _small(member: Member, read: Callable[[Member], bytes], largest: int) -> Content | Trouble:
    if member.size > largest:
        return Trouble(member.shown, _TOO_LONG, refused=False)
    try:
        return Content(member, read(member))
    except PhotofsError as error:
        return Trouble(member.shown, error.what, refused=False)
    except OSError as error:
        return Trouble(member.shown, f"it cannot be read: {error.strerror}", refused=False)


def _whole_file(root: Path, member: Member) -> bytes:
    descriptor = open_below(root, member.path)
    try:
        return read_at(descriptor, member.size, 0)
    finally:
        os.close(descriptor)


class FileReader:
    """A MemberReader over a file of the unpacked tree; takes over the descriptor if it is made."""

    def __init__(self, descriptor: int, member: Member) -> None:
        """Gone if the file is not the one that was listed (by length and mtime)."""
        self._descriptor = descriptor
        self._opened = version_of(descriptor)
        if self._opened[:2] != (member.size, member.at):
            raise changed()
        self.validator: str | None = "file:{}:{}:{}".format(*self._opened)
        self._next = 0
        self._size = member.size

    def read(self, limit: int) -> bytes:
        """The next bytes, all of the file as it was opened; Gone if it was written to since.

        The kernel sets the times before it takes the bytes, so a look at them after each read sees
        whatever that read may have got of another version.
        """
        data = read_at(self._descriptor, min(limit, self._size - self._next), self._next)
        if version_of(self._descriptor) != self._opened:
            raise changed()
        if not data and self._next < self._size:
            raise Corrupt("the file became shorter while it was read")
        self._next += len(data)
        return data

    def skip(self, count: int) -> None:
        """Step over bytes."""
        self._next = min(self._size, self._next + count)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def open_member(root: Path, member: Member, tgz_parts: TgzParts) -> MemberReader:
    """A reader at the member's first byte. Gone, NotAttached or Corrupt where that cannot be."""
    descriptor = open_below(root, member.part or member.path)
    try:
        if member.packing is Packing.FILE:
            return FileReader(descriptor, member)
        if member.packing is Packing.TAR:
            return TarMemberReader(tgz_parts.open(descriptor, member.part, member.at), member)
        return ZipMemberReader(descriptor, member)
    except BaseException:
        os.close(descriptor)
        raise
