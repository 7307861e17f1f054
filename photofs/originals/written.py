"""Files that programs write, until they are sealed: plain files in kept/written, one a draft.

    kept/written/<draft>    read and written in place, each open file with a descriptor of its own

Whoever has one open for writing holds a shared lock on it; who seals it holds it alone. Sealing
links the file to its name in Kept rather than moving it, so that until the catalog has noted the
hash the draft is still there to be judged again. From then on the inode is an original: a writer
that comes before the draft's own name is swept away gets a copy (`open_for_writing` sees to it).
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from photofs.model.errors import Busy, NotFound
from photofs.model.observation import HashKind
from photofs.originals.disk_errors import disk_errors
from photofs.originals.hashing import hash_file
from photofs.originals.locks import is_at, lock_open_file, share_open_file
from photofs.originals.port import Room, Sealed
from photofs.originals.rooms import Rooms, copy_bytes, make_folder, open_quietly, sync_folder

_WRITE: Final = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
_COPY: Final = ".copy"


class WrittenFiles:
    """All drafts of files that programs write. Raises Full, StoreError, NotFound."""

    def __init__(self, rooms: Rooms, folder: Path) -> None:
        """`folder` is made when needed."""
        self._rooms = rooms
        self.folder = folder
        """Where they lie."""

    def open_for_writing(self, draft: str, *, fresh: bool = False) -> int:
        """A descriptor to read and write with, its file made if need be; the caller closes it.

        Busy while the file is being sealed. `fresh`: the file is new, nobody else knows it.
        """
        path = self.folder / draft
        with disk_errors("opening a file for writing"):
            make_folder(self.folder, lasting=True)
            if not fresh:
                self._unshare(path)
            fd = os.open(path, _WRITE | os.O_CREAT, 0o600)
        # who seals may have come since: with our lock held, what has one name is nobody's original
        if not share_open_file(fd) or os.fstat(fd).st_nlink != 1 or not is_at(fd, path):
            os.close(fd)
            raise Busy("the file is being looked at just now", remedy="try again in a moment")
        return fd

    def open_for_reading(self, draft: str) -> int | None:
        """A descriptor to read with; None if the file is not there (it was sealed meanwhile)."""
        with disk_errors("opening a file"):
            return open_quietly(self.folder / draft)

    def open_again(self, fd: int) -> int | None:
        """A descriptor to write with to an open file, be its name still there or not.

        None if it was sealed meanwhile: it is an original then, under another name.
        """
        with disk_errors("opening a file for writing"):
            try:
                again = os.open(f"/proc/self/fd/{fd}", os.O_RDWR | os.O_CLOEXEC)
            except PermissionError:
                return None
        # a sealed file's mode lets only root open it so, and with our lock held none is sealed
        if not share_open_file(again) or not os.fstat(again).st_mode & stat.S_IWUSR:
            os.close(again)
            return None
        return again

    def sync(self, fd: int, *, name_too: bool) -> None:
        """Bring the file's bytes to the disk, and its name if that is new."""
        with disk_errors("bringing a file to the disk"):
            os.fsync(fd)
            if name_too:
                sync_folder(self.folder)

    def append(self, fd: int, data: bytes) -> None:
        """Write to an open file where it stands; Full."""
        view = memoryview(data)
        with disk_errors("writing a file"):
            while view:
                view = view[os.write(fd, view) :]

    def fill(self, draft: str, sha256: str) -> None:
        """Make the draft's file a copy of a sealed original; NotFound if that is not here, Busy."""
        source = None
        for room in (Room.KEPT, Room.CACHE):
            if source is None:
                source = open_quietly(self._rooms.name(room, sha256))
        if source is None:
            raise NotFound(f"no original with the SHA-256 {sha256} is on this disk")
        with disk_errors("copying an original to write to it"):
            make_folder(self.folder, lasting=True)
            try:
                _copy(source, self.folder / draft)
            finally:
                os.close(source)

    @contextmanager
    def filling(self, draft: str) -> Iterator[int]:
        """A descriptor to write the draft's bytes with: they are there whole after it, or none are.

        Whoever is killed meanwhile leaves the file as it was. Busy while another one fills it.
        """
        with disk_errors("filling a file"):
            make_folder(self.folder, lasting=True)
            with _appearing(self.folder / draft) as fd:
                yield fd

    def seal(self, draft: str) -> Sealed:
        """Sync, hash, and link it to its name in Kept; the draft's own name stays (`sweep`).

        Busy while somebody has it open for writing; NotFound if it is not there.
        """
        path = self.folder / draft
        with disk_errors("sealing a file"):
            fd = open_quietly(path)
            if fd is None:
                raise NotFound("the file is no longer there")
            try:
                if not lock_open_file(fd):
                    raise Busy("the file is being written", remedy="it is looked at once closed")
                os.fsync(fd)
                digests = hash_file(fd, [HashKind.SHA256, HashKind.CRC32])
                sha256 = digests[HashKind.SHA256]
                size = os.fstat(fd).st_size
                if not self._rooms.is_right(Room.KEPT, sha256):
                    os.fchmod(fd, 0o400)
                    os.fsync(fd)
                    self._rooms.link_in(path, Room.KEPT, sha256)
            finally:
                os.close(fd)
        return Sealed(sha256, size, Room.KEPT, digests[HashKind.CRC32])

    def is_open(self, draft: str) -> bool:
        """Whether some process has it open for writing, fills or seals it, just now."""
        with disk_errors("asking whether a file is written"):
            path = self.folder / draft
            return _is_locked(path.with_name(path.name + _COPY)) or _is_locked(path)

    def size(self, draft: str) -> int | None:
        """The file's length as it is now; None if it is not there."""
        with disk_errors("asking for a file's length"), suppress(FileNotFoundError):
            return (self.folder / draft).stat(follow_symlinks=False).st_size
        return None

    def names(self) -> frozenset[str]:
        """The names of all files here. To sweep, ask for them before the catalog's rows."""
        with disk_errors("looking through written files"), suppress(FileNotFoundError):
            return frozenset(entry.name for entry in os.scandir(self.folder))
        return frozenset()

    def remove(self, draft: str) -> None:
        """Take the file's name away; who has it open goes on, and its bytes go with them."""
        with disk_errors("removing a file"):
            (self.folder / draft).unlink(missing_ok=True)

    def _unshare(self, path: Path) -> None:
        """Give a draft that was sealed already a file of its own again."""
        with suppress(FileNotFoundError):
            if path.stat(follow_symlinks=False).st_nlink == 1:
                return
            source = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                _copy(source, path, only_over=source)
            finally:
                os.close(source)


def _is_locked(path: Path) -> bool:
    """Whether there is such a file, and somebody holds a lock on it."""
    fd = open_quietly(path)
    if fd is None:
        return False
    try:
        return not lock_open_file(fd)
    finally:
        os.close(fd)


class _OvertakenError(Exception):
    """Another file stands there by now."""


def _copy(source: int, path: Path, *, only_over: int | None = None) -> None:
    """The open file's bytes in a file of their own at the path, which appears whole.

    `only_over`: an open file that must still stand at the path; otherwise somebody, through another
    mount, was faster, and what he writes there by now stays. Busy while another one copies.
    """
    with suppress(_OvertakenError), _appearing(path) as fd:
        if only_over is not None and not is_at(only_over, path):
            raise _OvertakenError
        copy_bytes(source, fd, 0, os.fstat(source).st_size)


@contextmanager
def _appearing(path: Path) -> Iterator[int]:
    """An empty file to write to, which stands at the path, synced, once the block has ended well.

    Busy while another one does the same.
    """
    copy = path.with_name(path.name + _COPY)
    fd = os.open(copy, _WRITE | os.O_CREAT, 0o600)
    try:
        if not lock_open_file(fd) or not is_at(fd, copy):  # the lock also tells of it (is_open)
            raise Busy("the file is being copied just now", remedy="try again in a moment")
        try:
            os.ftruncate(fd, 0)
            yield fd
            os.fsync(fd)
            copy.rename(path)
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
    finally:
        os.close(fd)
    sync_folder(path.parent)
