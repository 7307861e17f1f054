"""The verbs on names and attributes below Scratch, each one call of the file system there.

All of them are short and never wait; what may take longer (freeing a big file) is told to the
caller. Names are bytes, as any file system takes them. Every error is Native, with the errno.
"""

import errno
import os
import stat
from collections.abc import Callable
from typing import NamedTuple

from photofs.scratch.inodes import Inodes, Known, is_big, stale
from photofs.scratch.native import native, rename_with_flags

WHOLE_MODE = 0o7777


class ScratchFile(NamedTuple):
    """A file: its inode number in the mount, and what the file system below says of it."""

    ino: int
    status: os.stat_result


class RawSpot(NamedTuple):
    """A name in a folder."""

    folder: int
    name: bytes


class Maker(NamedTuple):
    """Who asks: whose a new file is."""

    uid: int
    gid: int


class Changes(NamedTuple):
    """What is to be changed of a file; None stays as it is. Times in nanoseconds since 1970."""

    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    atime_ns: int | None = None
    mtime_ns: int | None = None


Give = Callable[[bytes, ScratchFile, int], bool]
"""Hands an entry and its cookie to the kernel; False if there is no room for it."""


class Names:
    """The tree of all Scratch folders. One thread uses it."""

    def __init__(self, inodes: Inodes, me: Maker | None = None) -> None:
        """`inodes` are what the kernel knows; `me` is whose process this is, by default its own."""
        self._inodes = inodes
        self._me = me or Maker(os.geteuid(), os.getegid())

    @native()
    def enter(self, library_id: int, *, told: bool = True) -> ScratchFile:
        """A library's Scratch, made if it is not there. `told`: the kernel is told of it."""
        known, status = self._inodes.root(library_id)
        if told:
            self._inodes.remember(known)
        return ScratchFile(known.ino, status)

    @native()
    def home(self) -> int:
        """The number of the folder that holds all Scratch folders, for what lies beside them."""
        return self._inodes.home().ino

    @native()
    def look(self, spot: RawSpot) -> ScratchFile | None:
        """What stands under a name, None if nothing does; the kernel is not told of it."""
        folder = self._inodes.get(spot.folder)
        try:
            status = os.stat(spot.name, dir_fd=self._inodes.fd(folder), follow_symlinks=False)
        except FileNotFoundError:
            return None
        return ScratchFile(self._inodes.number(status), status)

    @native()
    def touch(self, spot: RawSpot) -> None:
        """What stands under a name was changed now, by something that the disk does not know."""
        os.utime(spot.name, dir_fd=self._inodes.fd(self._inodes.get(spot.folder)))

    @native()
    def open_both(self, spot: RawSpot) -> tuple[int, int]:
        """Descriptors of a file and of its folder, with which a thread brings both to the disk."""
        at = self._inodes.fd(self._inodes.get(spot.folder))
        file = os.open(spot.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
        return file, os.open(".", os.O_RDONLY | os.O_CLOEXEC, dir_fd=at)

    @native()
    def lookup(self, spot: RawSpot) -> ScratchFile:
        """What stands under a name; the kernel is told of it."""
        folder = self._inodes.get(spot.folder)
        if spot.name in {b".", b".."}:  # asked by file handles alone, as of an NFS server
            raise stale()
        return self._told(folder, spot.name)

    @native()
    def attributes(self, ino: int) -> os.stat_result:
        """What the file system says of a file."""
        return os.fstat(self._inodes.fd(self._inodes.get(ino)))

    @native()
    def above(self, ino: int) -> int:
        """The folder in which a folder was last seen; its own number if it has lost its name."""
        where = self._inodes.get(ino).where
        return where[0].ino if isinstance(where, tuple) else ino

    @native()
    def change(self, ino: int, changes: Changes, fd: int | None = None) -> None:
        """Change mode, owner and times, in this order. `fd`: an open descriptor of the file."""
        known = self._inodes.get(ino)
        path = self._inodes.path(known) if fd is None else fd
        if changes.mode is not None:
            os.chmod(path, changes.mode & WHOLE_MODE)  # noqa: PTH101 - or by descriptor
        if changes.uid is not None or changes.gid is not None:
            uid = -1 if changes.uid is None else changes.uid
            gid = -1 if changes.gid is None else changes.gid
            os.chown(path, uid, gid)
        if changes.atime_ns is not None or changes.mtime_ns is not None:
            now = os.fstat(self._inodes.fd(known))
            atime = now.st_atime_ns if changes.atime_ns is None else changes.atime_ns
            mtime = now.st_mtime_ns if changes.mtime_ns is None else changes.mtime_ns
            os.utime(path, ns=(atime, mtime))

    @native()
    def mkdir(self, spot: RawSpot, mode: int, maker: Maker) -> ScratchFile:
        """A new folder."""
        folder = self._folder_for(spot, maker)
        os.mkdir(spot.name, mode & WHOLE_MODE, dir_fd=self._inodes.fd(folder))
        return self._made(folder, spot.name, mode, maker)

    @native()
    def mknod(self, spot: RawSpot, mode: int, device: int, maker: Maker) -> ScratchFile:
        """A new empty file, pipe, socket, or (where we may) device."""
        folder = self._folder_for(spot, maker)
        os.mknod(spot.name, mode, device, dir_fd=self._inodes.fd(folder))
        return self._made(folder, spot.name, mode, maker)

    @native()
    def symlink(self, spot: RawSpot, target: bytes, maker: Maker) -> ScratchFile:
        """A new symbolic link; the target is kept as it is."""
        folder = self._folder_for(spot, maker)
        os.symlink(target, spot.name, dir_fd=self._inodes.fd(folder))
        return self._made(folder, spot.name, 0, maker)

    @native()
    def readlink(self, ino: int) -> bytes:
        """Where a symbolic link leads."""
        return os.readlink(b"", dir_fd=self._inodes.fd(self._inodes.get(ino)))

    @native()
    def link(self, ino: int, spot: RawSpot) -> ScratchFile:
        """One more name for a file."""
        known, folder = self._inodes.get(ino), self._inodes.get(spot.folder)
        path, fd = self._inodes.path(known), self._inodes.fd(folder)
        os.link(path, spot.name, dst_dir_fd=fd, follow_symlinks=True)
        return self._told(folder, spot.name)

    @native()
    def unlink(self, spot: RawSpot) -> None:
        """Take a name away; the file lives on while it is open or has others."""
        folder = self._losing(spot)
        os.unlink(spot.name, dir_fd=self._inodes.fd(folder))

    @native()
    def rmdir(self, spot: RawSpot) -> None:
        """Remove an empty folder."""
        folder = self._losing(spot)
        os.rmdir(spot.name, dir_fd=self._inodes.fd(folder))

    @native()
    def rename(self, old: RawSpot, new: RawSpot, flags: int) -> None:
        """Give a file another name and folder; `flags` as renameat2(2) has them."""
        source, target = self._inodes.get(old.folder), self._inodes.get(new.folder)
        moved = self._inodes.at(source, old.name)
        replaced = self._inodes.at(target, new.name)
        exchanged = bool(flags & RENAME_EXCHANGE)
        if replaced is not None and not exchanged and replaced is not moved:
            self._inodes.hold(replaced, target, new.name)
        fds = self._inodes.fd(source), self._inodes.fd(target)
        if flags:
            rename_with_flags((fds[0], old.name), (fds[1], new.name), flags)
        else:
            os.rename(old.name, new.name, src_dir_fd=fds[0], dst_dir_fd=fds[1])
        if moved is not None and replaced is not moved:
            self._inodes.moved(moved, target, new.name)
            if replaced is not None and exchanged:
                self._inodes.moved(replaced, source, old.name)

    @native()
    def forget(self, ino: int, times: int) -> int | None:
        """The kernel takes back so many tellings.

        What comes back is a descriptor that the caller closes in a thread: its file goes with it,
        and is big.
        """
        fd = self._inodes.forget(ino, times)
        if fd is None:
            return None
        status = os.fstat(fd)
        if status.st_nlink == 0 and is_big(status):
            return fd
        os.close(fd)
        return None

    # extended attributes: the user's own; others would let the mount's owner act for anybody

    @native()
    def get_attribute(self, ino: int, name: bytes) -> bytes:
        """The value of an extended attribute."""
        return os.getxattr(self._inodes.path(self._inodes.get(ino)), _users(name))

    @native()
    def set_attribute(self, ino: int, name: bytes, value: bytes) -> None:
        """Give an extended attribute a value."""
        os.setxattr(self._inodes.path(self._inodes.get(ino)), _users(name), value)

    @native()
    def remove_attribute(self, ino: int, name: bytes) -> None:
        """Take an extended attribute away."""
        os.removexattr(self._inodes.path(self._inodes.get(ino)), _users(name))

    @native()
    def list_attributes(self, ino: int) -> list[bytes]:
        """The names of the user's extended attributes."""
        names = os.listxattr(self._inodes.path(self._inodes.get(ino)))
        return [os.fsencode(name) for name in names if name.startswith("user.")]

    # for handles

    def open_by_number(self, ino: int, flags: int) -> int:
        """A descriptor of its own, by which a file or folder is really open; raises OSError."""
        path = self._inodes.path(self._inodes.get(ino))
        return os.open(path, flags | os.O_CLOEXEC)

    def open_new(
        self, spot: RawSpot, flags: int, mode: int, maker: Maker
    ) -> tuple[int, ScratchFile]:
        """A new file, open; if it is there after all and may be, that one. Raises OSError."""
        folder = self._folder_for(spot, maker)
        at = self._inodes.fd(folder)
        exactly = flags | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            fd = os.open(spot.name, exactly | os.O_CREAT | os.O_EXCL, mode & WHOLE_MODE, dir_fd=at)
        except FileExistsError:
            if flags & os.O_EXCL:
                raise
            return os.open(spot.name, exactly, dir_fd=at), self._told(folder, spot.name)
        try:
            return fd, self._made(folder, spot.name, mode, maker)
        except OSError:
            os.close(fd)
            raise

    def give(self, folder: int, seen: tuple[int, bytes], cookie: int, reply: Give) -> bool:
        """Hand an entry of a folder that is being listed to the kernel; False if it has no room.

        `seen`: the folder's descriptor, and the name. What just went counts as handed out.
        """
        fd, name = seen
        try:
            status = os.stat(name, dir_fd=fd, follow_symlinks=False)
        except FileNotFoundError:
            return True
        known = self._inodes.found(self._inodes.get(folder), name, status)
        if not reply(name, ScratchFile(known.ino, status), cookie):
            return False
        self._inodes.remember(known)
        return True

    def _told(self, folder: Known, name: bytes) -> ScratchFile:
        """What stands under a name; the kernel is told of it."""
        status = os.stat(name, dir_fd=self._inodes.fd(folder), follow_symlinks=False)
        known = self._inodes.found(folder, name, status)
        self._inodes.remember(known)
        return ScratchFile(known.ino, status)

    def _folder_for(self, spot: RawSpot, maker: Maker) -> Known:
        """The folder; EACCES to whom a file could not be given (only root gives files away)."""
        if self._me.uid not in {0, maker.uid} and maker.uid != 0:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return self._inodes.get(spot.folder)

    def _made(self, folder: Known, name: bytes, mode: int, maker: Maker) -> ScratchFile:
        """What was just made gets its owner and the mode as it was asked for."""
        at = self._inodes.fd(folder)
        above = os.fstat(at)
        inherits = bool(above.st_mode & stat.S_ISGID)
        if self._me.uid == 0 and maker != self._me:
            gid = -1 if inherits else maker.gid
            os.chown(name, maker.uid, gid, dir_fd=at, follow_symlinks=False)
        found = os.stat(name, dir_fd=at, follow_symlinks=False).st_mode
        if not stat.S_ISLNK(found):
            inherited = found & stat.S_ISGID if stat.S_ISDIR(found) else 0
            wanted = mode & WHOLE_MODE | inherited
            if found & WHOLE_MODE != wanted:  # this process has a mask of its own
                os.chmod(name, wanted, dir_fd=at)
        return self._told(folder, name)

    def _losing(self, spot: RawSpot) -> Known:
        """The folder; what stands under the name there stays reachable."""
        folder = self._inodes.get(spot.folder)
        known = self._inodes.at(folder, spot.name)
        if known is not None:
            self._inodes.hold(known, folder, spot.name)
        return folder


RENAME_EXCHANGE = 2


def _users(name: bytes) -> bytes:
    """The name, if it is the user's; EOPNOTSUPP else (`ls -l` then asks only once)."""
    if not name.startswith(b"user."):
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
    return name
