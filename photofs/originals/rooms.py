"""The folders of the store, and how a file is moved into one so that it survives a power cut.

    kept/<ab>/<sha256>      sealed, never evicted            (<ab>: the hash's first two digits)
    kept/written/           files that programs write, see written.py
    kept/incoming/          copies on their way in from another file system, each locked
    cache/<ab>/<sha256>     sealed
    cache/drafts/           see draft.py
    cache/aside/            what turned out to be damaged, a few of them, for whoever wants to look

Folders are 0700, sealed files 0400. Anything under cache/ may vanish at any time.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from photofs.model.errors import Bug
from photofs.model.pieces import between_pieces
from photofs.originals.hashing import sha256_of
from photofs.originals.locks import is_at, lock_open_file, unlink_if_idle
from photofs.originals.port import Room

ASIDE_KEPT = 8  # damaged files held for inspection; they count as drafts, and go first
_COPY_CHUNK = 1 << 24
_SHA256 = re.compile("[0-9a-f]{64}")
_FAN = re.compile("[0-9a-f]{2}")


class SealedFile(NamedTuple):
    """A sealed file as a walk finds it."""

    sha256: str
    path: Path
    stat: os.stat_result


class Rooms:
    """Where everything lies. Methods raise OSError."""

    def __init__(self, kept: Path, cache: Path) -> None:
        """The two rooms' folders; made when needed."""
        self.folders = {Room.KEPT: kept, Room.CACHE: cache}
        self.cache = cache
        self.drafts = cache / "drafts"
        self.aside = cache / "aside"
        self._incoming = kept / "incoming"
        self._prefixes = {room: os.fspath(folder) for room, folder in self.folders.items()}

    def name(self, room: Room, sha256: str) -> str:
        """The path of a sealed file as text: a warm open must not pay for a Path."""
        if not _SHA256.fullmatch(sha256):
            raise Bug(f"{sha256!r} was taken for a SHA-256")
        return f"{self._prefixes[room]}/{sha256[:2]}/{sha256}"

    def path(self, room: Room, sha256: str) -> Path:
        """Where a sealed file of that hash would lie."""
        return Path(self.name(room, sha256))

    def is_right(self, room: Room, sha256: str) -> bool:
        """Whether a file lies there and, read to its end, has that hash."""
        fd = open_quietly(self.name(room, sha256))
        if fd is None:
            return False
        try:
            return sha256_of(fd) == sha256
        finally:
            os.close(fd)

    def walk(self, room: Room) -> Iterator[SealedFile]:
        """All sealed files of a room; those that vanish meanwhile are left out."""
        for fan in _entries(self.folders[room]):
            if _FAN.fullmatch(fan.name):
                for entry in _entries(Path(fan.path)):
                    if _SHA256.fullmatch(entry.name):
                        with suppress(FileNotFoundError):
                            stat = entry.stat(follow_symlinks=False)
                            yield SealedFile(entry.name, Path(entry.path), stat)

    def move_in(self, source: Path, room: Room, sha256: str) -> None:
        """Give the synced, read-only file at `source` its sealed name, durably."""
        target = self.path(room, sha256)
        make_folder(target.parent, lasting=True)
        try:
            source.rename(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._copy_in(source, target)
            source.unlink(missing_ok=True)
        sync_folder(target.parent)
        with suppress(FileNotFoundError):
            sync_folder(source.parent)

    def link_in(self, source: Path, room: Room, sha256: str) -> None:
        """Give the synced, read-only file at `source` its sealed name beside its own, durably."""
        target = self.path(room, sha256)
        make_folder(target.parent, lasting=True)
        target.unlink(missing_ok=True)  # what lies there has not the bytes of its name
        os.link(source, target)
        sync_folder(target.parent)

    def _copy_in(self, source: Path, target: Path) -> None:
        """As `move_in`, from another file system: a locked copy first, then the rename."""
        make_folder(self._incoming)
        for left_over in self._incoming.iterdir():
            unlink_if_idle(left_over)
        copy = self._incoming / f"{target.name}.{os.getpid()}"
        with source.open("rb") as reader, copy.open("xb") as writer:
            try:
                lock_open_file(writer.fileno())
                copy_bytes(reader.fileno(), writer.fileno(), 0, os.fstat(reader.fileno()).st_size)
                os.fchmod(writer.fileno(), 0o400)
                os.fsync(writer.fileno())
                copy.rename(target)
            except BaseException:
                copy.unlink(missing_ok=True)
                raise

    def put_aside(self, fd: int, path: Path) -> None:
        """Move a damaged Cache file out of the way; only the newest few are held."""
        make_folder(self.aside)
        if is_at(fd, path):
            with suppress(FileNotFoundError):
                path.rename(self.aside / f"{path.stem}.corrupt")
        for entry in sorted(_entries(self.aside), key=_ctime)[:-ASIDE_KEPT]:
            Path(entry.path).unlink(missing_ok=True)


def _ctime(entry: os.DirEntry[str]) -> int:
    """When it was moved here."""
    try:
        return entry.stat(follow_symlinks=False).st_ctime_ns
    except FileNotFoundError:
        return 0


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What is in a folder; nothing if it is not there."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def make_folder(folder: Path, *, lasting: bool = False) -> None:
    """Make a folder and those above it, closed to others; `lasting`: every new name synced."""
    if folder.is_dir():
        return
    make_folder(folder.parent, lasting=lasting)
    folder.mkdir(mode=0o700, exist_ok=True)
    if lasting:
        sync_folder(folder.parent)


def open_quietly(path: str | Path) -> int | None:
    """A read-only descriptor that leaves no trace in the access time; None if nothing is there."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        return os.open(path, flags | os.O_NOATIME)
    except PermissionError:  # the file of another user
        return os.open(path, flags)
    except FileNotFoundError:
        return None


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def copy_bytes(source: int, target: int, start: int, stop: int) -> None:
    """Copy a stretch of one open file to the same place in another."""
    while start < stop:
        between_pieces()
        data = os.pread(source, min(_COPY_CHUNK, stop - start), start)
        if not data:
            raise OSError(errno.EIO, "the file is shorter than it was")
        view = memoryview(data)
        while view:
            count = os.pwrite(target, view, start)
            start, view = start + count, view[count:]
