"""The kernel's requests for what lies in Scratch, translated into calls of photofs/scratch.

The kernel keeps names and attributes for a moment only: somebody may work in Scratch's folder past
this mount, or through a second one.
"""

import functools
import logging
import os
from collections.abc import Callable, Sequence

import pyfuse3
import trio

from photofs.fuse.answered import answered
from photofs.model.errors import Native
from photofs.model.folder import SCRATCH
from photofs.model.node import FIRST_SCRATCH_INO
from photofs.scratch.handles import Handles
from photofs.scratch.inodes import Inodes
from photofs.scratch.names import Changes, Maker, Names, RawSpot, ScratchFile

log = logging.getLogger(__name__)

NAME = SCRATCH.encode()

TIMEOUT = 1.0
"""Seconds for which the kernel may keep a name or attributes."""

LibraryAt = Callable[[int], int | None]
"""The id of the library whose top folder has that inode number."""


class ScratchOperations:
    """All handlers, each in one trio task a request. File handles are numbers as inodes are."""

    def __init__(self, inodes: Inodes, library_at: LibraryAt) -> None:
        """Nothing is open, and the kernel knows nothing yet."""
        self._inodes = inodes
        self._library_at = library_at
        self._names = Names(inodes)
        self._handles = Handles(self._names)
        self._above: dict[int, int] = {}

    @property
    def names(self) -> Names:
        """The verbs on names, for what lies beside the libraries' folders (trash_operations.py)."""
        return self._names

    def enter_beside(self, name: bytes, folder: int) -> pyfuse3.EntryAttributes:
        """A folder beside those of the libraries, which `folder` is shown to hold. Native."""
        found = self._names.lookup(RawSpot(self._names.home(), name))
        self._above[found.ino] = folder
        return _entry(found)

    def close(self) -> None:
        """Close all that is open."""
        self._handles.close()
        self._inodes.close()

    # where Scratch stands

    def enter(self, folder: int) -> pyfuse3.EntryAttributes | None:
        """The Scratch of the library whose top folder that is; None if it is no such folder."""
        library = self._library_at(folder)
        return None if library is None else _entry(self._root(library, folder, told=True))

    def standing_in(self, folder: int) -> Callable[[pyfuse3.ReaddirToken, int], None] | None:
        """What hands out Scratch at the end of its library's listing; None in other folders."""
        library = self._library_at(folder)
        return None if library is None else functools.partial(self._stand, library, folder)

    def _stand(self, library: int, folder: int, token: pyfuse3.ReaddirToken, cookie: int) -> None:
        try:
            found = self._root(library, folder, told=False)
        except Native as error:  # the photos are to be seen all the same
            log.warning("Scratch cannot be shown: %s", error)
            return
        if pyfuse3.readdir_reply(token, NAME, _entry(found), cookie):
            self._root(library, folder, told=True)

    def _root(self, library: int, folder: int, *, told: bool) -> ScratchFile:
        found = self._names.enter(library, told=told)
        self._above[found.ino] = folder
        return found

    # names and attributes

    @answered
    async def lookup(
        self, parent_inode: int, name: bytes, _ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        """What stands under a name."""
        return _entry(self._names.lookup(RawSpot(parent_inode, name)))

    @answered
    async def getattr(self, inode: int, _ctx: pyfuse3.RequestContext) -> pyfuse3.EntryAttributes:
        """The attributes of a file."""
        return self._attributes(inode)

    @answered
    async def setattr(
        self,
        inode: int,
        attr: pyfuse3.EntryAttributes,
        fields: pyfuse3.SetattrFields,
        fh: int | None,
        _ctx: pyfuse3.RequestContext,
    ) -> pyfuse3.EntryAttributes:
        """Length, mode, owner, times."""
        handle = None if fh is None else fh - FIRST_SCRATCH_INO
        if fields.update_size:
            await self._handles.truncate(inode, attr.st_size, handle)
        changes = Changes(
            attr.st_mode if fields.update_mode else None,
            attr.st_uid if fields.update_uid else None,
            attr.st_gid if fields.update_gid else None,
            attr.st_atime_ns if fields.update_atime else None,
            attr.st_mtime_ns if fields.update_mtime else None,
        )
        if changes != UNCHANGED:
            fd = None if handle is None else self._handles.descriptor(handle)
            self._names.change(inode, changes, fd)
        return self._attributes(inode)

    async def forget(self, inode_list: Sequence[tuple[int, int]]) -> None:
        """The kernel takes back so many tellings of each."""
        for ino, times in inode_list:
            try:
                fd = self._names.forget(ino, times)
                if fd is not None:
                    await trio.to_thread.run_sync(os.close, fd)
            except Exception:
                log.exception("forgetting a file met what nobody foresaw; the mount lives on")

    @answered
    async def readlink(self, inode: int, _ctx: pyfuse3.RequestContext) -> bytes:
        """Where a symbolic link leads."""
        return self._names.readlink(inode)

    # the tree

    @answered
    async def mknod(
        self, parent_inode: int, name: bytes, mode: int, rdev: int, ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        """A new empty file, pipe, socket or device."""
        return _entry(self._names.mknod(RawSpot(parent_inode, name), mode, rdev, _maker(ctx)))

    @answered
    async def mkdir(
        self, parent_inode: int, name: bytes, mode: int, ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        """A new folder."""
        return _entry(self._names.mkdir(RawSpot(parent_inode, name), mode, _maker(ctx)))

    @answered
    async def symlink(
        self, parent_inode: int, name: bytes, target: bytes, ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        """A new symbolic link."""
        return _entry(self._names.symlink(RawSpot(parent_inode, name), target, _maker(ctx)))

    @answered
    async def link(
        self, inode: int, new_parent_inode: int, new_name: bytes, _ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        """One more name for a file."""
        return _entry(self._names.link(inode, RawSpot(new_parent_inode, new_name)))

    @answered
    async def unlink(self, parent_inode: int, name: bytes, _ctx: pyfuse3.RequestContext) -> None:
        """Take a name away."""
        self._names.unlink(RawSpot(parent_inode, name))

    @answered
    async def rmdir(self, parent_inode: int, name: bytes, _ctx: pyfuse3.RequestContext) -> None:
        """Remove an empty folder."""
        self._names.rmdir(RawSpot(parent_inode, name))

    @answered
    async def rename(
        self,
        parent_inode_old: int,
        name_old: bytes,
        parent_inode_new: int,
        name_new: bytes,
        flags: int,
        _ctx: pyfuse3.RequestContext,
    ) -> None:
        """Give a file another name and folder."""
        self._names.rename(
            RawSpot(parent_inode_old, name_old), RawSpot(parent_inode_new, name_new), flags
        )

    # folders

    @answered
    async def opendir(self, inode: int, _ctx: pyfuse3.RequestContext) -> int:
        """Begin a listing."""
        return self._handles.opendir(inode) + FIRST_SCRATCH_INO

    @answered
    async def readdir(self, fh: int, start_id: int, token: pyfuse3.ReaddirToken) -> None:
        """The next entries, as many as fit."""
        await self.list(fh, start_id, token)

    async def list(self, fh: int, start_id: int, token: pyfuse3.ReaddirToken) -> bool:
        """The same; whether there was room for all."""
        handle = fh - FIRST_SCRATCH_INO
        full = False
        if start_id == 0:
            await self._handles.rewind(handle)
        if start_id < DOTDOT and not self._reply_dots(handle, start_id, token):
            return False

        def give(name: bytes, found: ScratchFile, cookie: int) -> bool:
            nonlocal full
            full = not pyfuse3.readdir_reply(token, name, _entry(found), cookie)
            return not full

        self._handles.list(handle, max(start_id, DOTDOT), give)
        return not full

    def _reply_dots(self, handle: int, start_id: int, token: pyfuse3.ReaddirToken) -> bool:
        """The folder itself and the one above; the kernel uses only their numbers and kind."""
        itself = self._handles.listed(handle)
        attributes = self._attributes(itself)
        if start_id < DOT and not pyfuse3.readdir_reply(token, b".", attributes, DOT):
            return False
        attributes.st_ino = self._above.get(itself) or self._names.above(itself)
        return bool(pyfuse3.readdir_reply(token, b"..", attributes, DOTDOT))

    @answered
    async def fsyncdir(self, fh: int, datasync: bool) -> None:  # noqa: FBT001 - pyfuse3's call
        """Return once the folder's names are on the disk."""
        await self._handles.sync_folder(fh - FIRST_SCRATCH_INO, data_only=datasync)

    @answered
    async def releasedir(self, fh: int) -> None:
        """End a listing."""
        self._handles.releasedir(fh - FIRST_SCRATCH_INO)

    # bytes

    @answered
    async def create(
        self, parent_inode: int, name: bytes, mode: int, flags: int, ctx: pyfuse3.RequestContext
    ) -> tuple[pyfuse3.FileInfo, pyfuse3.EntryAttributes]:
        """Make a file and open it."""
        spot = RawSpot(parent_inode, name)
        handle, found = self._handles.create(spot, flags, mode, _maker(ctx))
        return pyfuse3.FileInfo(fh=handle + FIRST_SCRATCH_INO), _entry(found)

    @answered
    async def open(self, inode: int, flags: int, _ctx: pyfuse3.RequestContext) -> pyfuse3.FileInfo:
        """Open a file; what the kernel has of it stays good as long as its time is the same."""
        return pyfuse3.FileInfo(fh=await self._handles.open(inode, flags) + FIRST_SCRATCH_INO)

    @answered
    async def read(self, fh: int, off: int, size: int) -> bytes:
        """Bytes of an open file."""
        return self._handles.read(fh - FIRST_SCRATCH_INO, off, size)

    @answered
    async def write(self, fh: int, off: int, buf: bytes) -> int:
        """Write to an open file."""
        return await self._handles.write(fh - FIRST_SCRATCH_INO, off, buf)

    async def flush(self, fh: int) -> None:
        """What was written is with the system's file cache already."""

    @answered
    async def fsync(self, fh: int, datasync: bool) -> None:  # noqa: FBT001 - pyfuse3's call
        """Return once the file is on the disk."""
        await self._handles.sync(fh - FIRST_SCRATCH_INO, data_only=datasync)

    @answered
    async def release(self, fh: int) -> None:
        """Close a file."""
        self._handles.release(fh - FIRST_SCRATCH_INO)

    # extended attributes

    @answered
    async def getxattr(self, inode: int, name: bytes, _ctx: pyfuse3.RequestContext) -> bytes:
        """One extended attribute."""
        return self._names.get_attribute(inode, name)

    @answered
    async def listxattr(self, inode: int, _ctx: pyfuse3.RequestContext) -> Sequence[bytes]:
        """The names of all extended attributes."""
        return self._names.list_attributes(inode)

    @answered
    async def setxattr(
        self, inode: int, name: bytes, value: bytes, _ctx: pyfuse3.RequestContext
    ) -> None:
        """Give an extended attribute a value."""
        self._names.set_attribute(inode, name, value)

    @answered
    async def removexattr(self, inode: int, name: bytes, _ctx: pyfuse3.RequestContext) -> None:
        """Take an extended attribute away."""
        self._names.remove_attribute(inode, name)

    def _attributes(self, ino: int) -> pyfuse3.EntryAttributes:
        return _entry(ScratchFile(ino, self._names.attributes(ino)))


DOT, DOTDOT = 1, 2
UNCHANGED = Changes()


def _maker(ctx: pyfuse3.RequestContext) -> Maker:
    return Maker(ctx.uid, ctx.gid)


def _entry(found: ScratchFile) -> pyfuse3.EntryAttributes:
    """What the file system below says, as the kernel wants it."""
    made = pyfuse3.EntryAttributes()
    status = found.status
    made.st_ino = found.ino
    made.st_mode = status.st_mode
    made.st_nlink = status.st_nlink
    made.st_uid = status.st_uid
    made.st_gid = status.st_gid
    made.st_rdev = status.st_rdev
    made.st_size = status.st_size
    made.st_blksize = status.st_blksize
    made.st_blocks = status.st_blocks
    made.st_atime_ns = status.st_atime_ns
    made.st_mtime_ns = status.st_mtime_ns
    made.st_ctime_ns = status.st_ctime_ns
    made.entry_timeout = made.attr_timeout = TIMEOUT
    return made
