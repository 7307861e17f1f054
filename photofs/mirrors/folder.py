"""A mirror's folder on a disk; the contract is port.py.

Everything below the root is reached from its open descriptor, name by name, and no name that is a
symbolic link is followed: whatever titles say, and whoever puts links there, no file outside of the
mirror can be met.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from photofs.mirrors.disk_words import away, mirror_errors, name_errors
from photofs.mirrors.port import Marker
from photofs.mirrors.traits import disk_of, find_traits, longest_file
from photofs.mirrors.writing import (
    TEMPORARY,
    copy_hashed,
    digest_of,
    dress,
    moved_in,
    new_file,
    rename_new,
    set_mode,
    share,
)
from photofs.model.errors import Bug, Corrupt, NotFolder, NotFound
from photofs.model.mirror import Stamp, Traits, agrees
from photofs.model.pieces import between_pieces

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW
_READ: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class LocalMirror:
    """An open mirror. All methods may be called from several threads; `close` ends it."""

    def __init__(self, root: Path, fd: int, marker: Marker, traits: Traits | None) -> None:
        """`fd` is the root, open; `traits` None has them found out."""
        self.root = root
        self.marker = marker
        self._fd = fd
        self._mode = stat.S_IMODE(os.fstat(fd).st_mode) & 0o777
        self._shares: dict[int, bool] = {}
        self.device = os.fstat(fd).st_dev
        with mirror_errors("looking at its file system"):
            self.disk = disk_of(fd)
            self.traits = find_traits(fd) if traits is None else traits

    def try_out(self) -> None:
        """Find out anew what its file system can do: it is another one than before."""
        with mirror_errors("trying what its file system can do"):
            self.traits = find_traits(self._fd)

    def close(self) -> None:
        """Close the root."""
        os.close(self._fd)

    def check(self) -> None:
        """NotAttached unless the folder that was opened is still what stands at its path."""
        try:
            there = self.root.stat()
        except OSError as error:
            raise away(f"the mirror {self.root} is not there: {error.strerror}") from error
        if not os.path.samestat(there, os.fstat(self._fd)):
            raise away(f"at {self.root} is another folder than the mirror that was opened")

    def free_bytes(self) -> int:
        """Room on its disk for users such as us."""
        with mirror_errors("asking for its room"):
            disk = os.fstatvfs(self._fd)
        return disk.f_bavail * disk.f_frsize

    # looking

    def stamp(self, path: str) -> Stamp | None:
        """What the disk tells of a plain file; None if there is none."""
        with suppress(NotFolder), mirror_errors(f"looking at {path}"):
            found = self._status(path)
            if found is not None and stat.S_ISREG(found.st_mode):
                return self._stamp(found)
        return None

    def is_free(self, path: str) -> bool:
        """Whether nothing at all stands under that name, nor in the way to it."""
        with suppress(NotFolder), mirror_errors(f"looking at {path}"):
            return self._status(path) is None
        return False

    def is_folder(self, path: str) -> bool:
        """Whether a folder stands there, and no link to one."""
        with suppress(NotFolder), mirror_errors(f"looking at {path}"):
            found = self._status(path)
            return found is not None and stat.S_ISDIR(found.st_mode)
        return False

    def link_target(self, path: str) -> str | None:
        """Where a symbolic link points; None if there is none."""
        folder, name = _split(path)
        with suppress(OSError), self._opened(folder) as at:
            return os.readlink(name, dir_fd=at)
        return None

    def open(self, path: str) -> int:
        """A descriptor for reading; the caller closes it."""
        folder, name = _split(path)
        with mirror_errors(f"opening {path}"), self._opened(folder) as at:
            fd = os.open(name, _READ, dir_fd=at)
            with _closed_on_error(fd):
                if not stat.S_ISREG(os.fstat(fd).st_mode):
                    raise NotFound(f"{path} is no plain file")
            return fd

    def hash(self, path: str) -> str:
        """The SHA-256 of a file, read to its end."""
        fd = self.open(path)
        try:
            with mirror_errors(f"reading {path}"):
                return digest_of(fd)
        finally:
            os.close(fd)

    def open_known(self, path: str, known: Stamp) -> int | None:
        """The same if the disk tells of it what it told when it was right, else None."""
        try:
            fd = self.open(path)
        except (NotFound, NotFolder):
            return None
        with _closed_on_error(fd):
            if agrees(known, self.stamp_of(fd)):
                return fd
        os.close(fd)
        return None

    def stamp_of(self, fd: int) -> Stamp:
        """What the disk tells of an open file of the mirror."""
        with mirror_errors("looking at an open file"):
            return self._stamp(os.fstat(fd))

    def names(self, folder: str) -> list[str]:
        """What stands in a folder; nothing if it is not there, or is none."""
        with (
            suppress(NotFolder),
            mirror_errors(f"listing {folder}"),
            suppress(FileNotFoundError),
            self._opened(folder) as at,
            os.scandir(at) as found,
        ):
            return sorted(each.name for each in found)
        return []

    # writing

    def write(self, path: str, source: int, sha256: str, mtime_ns: int) -> Stamp:
        """A new file with the bytes of an open one; Corrupt if they have not that hash.

        TooLong, BadName: the disk keeps no file of that length, or name; others it may.
        Where the disk can share blocks no byte is read, and the store's word for the hash is taken.
        """
        folder, name = _split(path)

        def place(temporary: str) -> None:
            with name_errors(path):
                rename_new((at, temporary), (at, name))

        with mirror_errors(f"writing {path}"), self._opened(folder, make=True) as at:
            if os.fstat(source).st_size > longest_file(self.device):
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
            with new_file(at, place) as fd:
                shared = self.can_share(source) and share(source, fd)
                if not shared and copy_hashed(source, fd) != sha256:
                    raise Corrupt(
                        f"the bytes for {path} are not those of their hash",
                        safe="nothing of them is in the mirror",
                        remedy="`photofs check --read --repair` looks through the store",
                    )
                dress(fd, self._mode_of_files, mtime_ns)
            return self._stamp(os.stat(name, dir_fd=at, follow_symlinks=False))

    def can_share(self, source: int) -> bool:
        """Whether files here can share blocks with that open one; tried once a disk."""
        device = os.fstat(source).st_dev
        if device not in self._shares:

            def forget(temporary: str) -> None:
                os.unlink(temporary, dir_fd=self._fd)

            with mirror_errors("trying to share blocks"), new_file(self._fd, forget) as fd:
                self._shares[device] = share(source, fd)
        return self._shares[device]

    def take(self, source: str, path: str, mtime_ns: int) -> Stamp | None:
        """Move a file of this disk into the mirror; None if that cannot be, or it is not there."""
        folder, name = _split(path)
        with mirror_errors(f"moving a file to {path}"):
            try:
                fd = os.open(source, _READ)
            except FileNotFoundError:  # another run had use of it: that is no trouble of this disk
                return None
            try:
                status = os.fstat(fd)
                if status.st_dev != self.device or status.st_nlink != 1:
                    return None
                with self._opened(folder, make=True) as at:
                    if not moved_in(source, (at, name)):
                        return None
                dress(fd, self._mode_of_files, mtime_ns)  # not before: one that stays is as it was
                os.fsync(fd)
                return self.stamp_of(fd)
            finally:
                os.close(fd)

    def put(self, path: str, data: bytes) -> None:
        """A file of ours, such as a list of hashes, made or made anew; synced, not its folder."""
        folder, name = _split(path)

        def replace(temporary: str) -> None:
            os.rename(temporary, name, src_dir_fd=at, dst_dir_fd=at)

        with (
            mirror_errors(f"writing {path}"),
            self._opened(folder, make=True) as at,
            new_file(at, replace) as fd,
        ):
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]
            set_mode(fd, self._mode & 0o666)

    def link(self, path: str, target: str) -> None:
        """A symbolic link; Exists."""
        folder, name = _split(path)
        with mirror_errors(f"linking {path}"), self._opened(folder, make=True) as at:
            os.symlink(target, name, dir_fd=at)

    def move(self, old: str, new: str) -> None:
        """Give a file another path; Exists, NotFound."""
        (old_folder, old_name), (new_folder, new_name) = _split(old), _split(new)
        with (
            mirror_errors(f"moving {old} to {new}"),
            self._opened(old_folder) as here,
            self._opened(new_folder, make=True) as there,
        ):
            rename_new((here, old_name), (there, new_name))

    def touch(self, path: str, mtime_ns: int) -> Stamp:
        """Give a file another mtime."""
        fd = self.open(path)
        try:
            with mirror_errors(f"setting the time of {path}"):
                dress(fd, self._mode_of_files, mtime_ns)
                os.fsync(fd)
                return self.stamp_of(fd)
        finally:
            os.close(fd)

    def remove_link(self, path: str, target: str) -> None:
        """Remove a link of ours; one that points elsewhere by now is not ours any more."""
        if self.link_target(path) == target:
            self._unlink(path)

    def remove_copy(self, path: str, known: Stamp) -> None:
        """Remove a further copy of ours; one that was changed meanwhile stays."""
        found = self.stamp(path)
        if found is not None and agrees(known, found):
            self._unlink(path)

    def remove_own(self, path: str) -> None:
        """Remove a file that only photofs makes, such as a list of hashes."""
        with suppress(NotFound, NotFolder):
            self._unlink(path)

    def sweep(self, folder: str) -> None:
        """Remove what a killed run left under temporary names."""
        for name in self.names(folder):
            path = f"{folder}/{name}" if folder else name
            if TEMPORARY.fullmatch(name) and not self.is_folder(path):  # that is nothing of ours
                self.remove_own(path)

    def tidy(self, folder: str) -> None:
        """Remove a folder, and those above it, as far as they are empty."""
        while folder:
            above, name = _split(folder)
            try:
                with self._opened(above) as at:
                    os.rmdir(name, dir_fd=at)
            except OSError:
                return
            folder = above

    def sync(self, folder: str) -> None:
        """Bring the names in a folder, and those of the folders above it, to the disk."""
        steps = folder.split("/") if folder else []
        with mirror_errors("syncing a folder"):
            for depth in range(len(steps), -1, -1):
                with self._opened("/".join(steps[:depth])) as at:
                    os.fsync(at)

    @property
    def _mode_of_files(self) -> int:
        """Who may enter the root may read; where modes mean something nobody writes unawares."""
        return self._mode & (0o666 if self.traits.windows_names else 0o444)

    def _unlink(self, path: str) -> None:
        folder, name = _split(path)
        with mirror_errors(f"removing {path}"), self._opened(folder) as at:
            os.unlink(name, dir_fd=at)

    def _status(self, path: str) -> os.stat_result | None:
        folder, name = _split(path)
        try:
            with self._opened(folder) as at:
                return os.stat(name, dir_fd=at, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def _stamp(self, found: os.stat_result) -> Stamp:
        if not self.traits.lasting_inodes:
            return Stamp(found.st_size, found.st_mtime_ns, 0, 0)
        return Stamp(found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns)

    @contextmanager
    def _opened(self, folder: str, *, make: bool = False) -> Iterator[int]:
        """A folder below the root, open for the length of a block; raises OSError."""
        between_pieces()
        fd = os.dup(self._fd)
        try:
            for name in _steps(folder):
                if make:
                    self._make(fd, name)
                below = os.open(name, _FOLDER, dir_fd=fd)
                os.close(fd)
                fd = below
            yield fd
        finally:
            os.close(fd)

    def _make(self, folder: int, name: str) -> None:
        """A folder with the root's own mode, if it is not there."""
        with suppress(FileExistsError):
            os.mkdir(name, self._mode, dir_fd=folder)
            with suppress(OSError):
                os.chmod(name, self._mode, dir_fd=folder)


@contextmanager
def _closed_on_error(fd: int) -> Iterator[None]:
    """Close a descriptor if the block fails."""
    try:
        yield
    except BaseException:
        os.close(fd)
        raise


def _steps(folder: str) -> list[str]:
    """The names on a path; Bug if one would lead out of the mirror."""
    steps = folder.split("/") if folder else []
    if any(step in {"", ".", ".."} or "\0" in step for step in steps):
        raise Bug(f"{folder!r} is no path within a mirror")
    return steps


def _split(path: str) -> tuple[str, str]:
    """The folder and the name in it."""
    *above, name = _steps(path)
    return "/".join(above), name
