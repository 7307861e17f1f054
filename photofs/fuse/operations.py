"""The kernel's requests for what the catalog knows, translated into the volume's verbs.

Inode numbers are the catalog's ids, so lookup counts need not be kept. What lies in Scratch is
answered in scratch_operations.py; router.py tells which request is for whom. Here Scratch is but a
name in each library's folder.
"""

import errno
import os
from collections.abc import Callable, Sequence

import pyfuse3

from photofs.fuse.answered import answer, at_once, refused
from photofs.fuse.attributes import Attributes, absent
from photofs.fuse.listing import OpenFolder
from photofs.fuse.request_loop import Pace
from photofs.fuse.scratch_operations import NAME as SCRATCH
from photofs.fuse.scratch_operations import ScratchOperations
from photofs.model.errors import NameTooLong, NotFound
from photofs.model.naming import NAME_BYTES
from photofs.volume.volume import Volume

WRITING = os.O_WRONLY | os.O_RDWR | os.O_TRUNC | os.O_CREAT | os.O_APPEND


class Operations:
    """All handlers, each in one trio task a request."""

    def __init__(
        self,
        volume: Volume,
        attributes: Attributes,
        scratch: ScratchOperations,
        released: Callable[[int], None],
        pace: Pace,
        *,
        stat_waits: bool = False,
    ) -> None:
        """`released` hears of each close. `stat_waits` until an estimated size is exact."""
        self._volume = volume
        self._scratch = scratch
        self._attributes = attributes
        self._released = released
        self._pace = pace
        self._stat_waits = stat_waits
        self._folders: dict[int, OpenFolder] = {}
        self._next_folder = 1

    def path(self, ino: int) -> str:
        """Where a folder or photo stands, for the log."""
        return self._volume.tree.path(ino)

    # names and attributes

    @at_once
    def lookup(
        self, parent_inode: int, name: bytes, ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        """What stands under a name; an absent name is remembered by the kernel."""
        if len(name) > NAME_BYTES:  # each call looks up first, so each is told
            raise NameTooLong("a name has at most 255 bytes")
        if name == SCRATCH and (entered := self._scratch.enter(parent_inode)):
            return entered
        try:
            node = self._volume.lookup(parent_inode, name.decode())
        except (NotFound, UnicodeDecodeError):
            return absent()
        return self._named(parent_inode, name, self._attributes.make(node), ctx)

    def _named(
        self,
        _folder: int,
        _name: bytes,
        made: pyfuse3.EntryAttributes,
        _ctx: pyfuse3.RequestContext,
    ) -> pyfuse3.EntryAttributes:
        """What the kernel is told of a name, for as long as it may keep it."""
        return made

    async def getattr(self, inode: int, _ctx: pyfuse3.RequestContext) -> pyfuse3.EntryAttributes:
        """The attributes of an inode."""
        try:
            if self._stat_waits:
                with self._pace.others_first():
                    await self._volume.make_exact(inode)
            return self._attributes.of(inode, self._volume.attributes)
        except Exception as error:
            raise answer("getattr", error) from error

    # folders

    @at_once
    def opendir(self, inode: int, ctx: pyfuse3.RequestContext) -> int:
        """Begin a listing."""
        if (opened := self._volume.opened_folders) is not None:
            opened.opened(inode, ctx.uid, ctx.pid)
        number = self._next_folder
        self._next_folder += 1
        last = self._scratch.standing_in(inode)
        self._folders[number] = OpenFolder(self._volume, self._attributes, self._pace, inode, last)
        return number

    @at_once
    def readdir(self, fh: int, start_id: int, token: pyfuse3.ReaddirToken) -> None:
        """The next entries, as many as fit."""
        self._folders[fh].reply(start_id, token)

    @at_once
    def releasedir(self, fh: int) -> None:
        """End a listing."""
        self._folders.pop(fh).close()

    # bytes

    async def open(self, inode: int, flags: int, ctx: pyfuse3.RequestContext) -> pyfuse3.FileInfo:
        """Open a photo; what is not whole is read with direct_io."""
        if flags & WRITING:
            raise pyfuse3.FUSEError(errno.EROFS)
        try:
            with self._pace.others_first():
                opened = await self._volume.open(inode, thread=ctx.pid)
        except Exception as error:
            raise answer("open", error) from error
        return pyfuse3.FileInfo(
            fh=opened.number, direct_io=not opened.whole, keep_cache=opened.whole
        )

    async def read(self, fh: int, off: int, size: int) -> bytes:
        """Bytes of an open photo."""
        try:
            data = self._volume.read_now(fh, off, size)
            if data is None:
                with self._pace.others_first():
                    data = await self._volume.read(fh, off, size)
        except Exception as error:
            raise answer("read", error) from error
        return data

    @at_once
    def release(self, fh: int) -> None:
        """Close a photo."""
        self._released(self._volume.release(fh))

    # what a file and the mount tell

    @at_once
    def getxattr(self, inode: int, name: bytes, _ctx: pyfuse3.RequestContext) -> bytes:
        """One extended attribute. EOPNOTSUPP to foreign kinds: `ls -l` then asks only once."""
        if not name.startswith(b"user."):
            raise pyfuse3.FUSEError(errno.EOPNOTSUPP)
        try:
            return self._volume.get_attribute(inode, os.fsdecode(name))
        except NotFound as error:
            raise pyfuse3.FUSEError(pyfuse3.ENOATTR) from error

    @at_once
    def listxattr(self, inode: int, _ctx: pyfuse3.RequestContext) -> Sequence[bytes]:
        """The names of all extended attributes."""
        return [os.fsencode(name) for name in self._volume.list_attributes(inode)]

    @at_once
    def statfs(self, _ctx: pyfuse3.RequestContext) -> pyfuse3.StatvfsData:
        """How much there is, in blocks of 4 KiB (a bigger unit would round small photos up)."""
        capacity = self._volume.capacity()
        data = pyfuse3.StatvfsData()
        data.f_bsize = data.f_frsize = UNIT
        data.f_bfree = data.f_bavail = capacity.free // UNIT
        # never 0, for `df` and file managers leave out what has no blocks
        data.f_blocks = max(1, -(-capacity.used // UNIT) + data.f_bfree)
        data.f_files = capacity.photos + data.f_bfree
        data.f_ffree = data.f_favail = data.f_bfree
        data.f_namemax = NAME_BYTES
        return data

    # nothing is ever pending; but the kernel would remember ENOSYS, and ask Scratch no more either

    async def flush(self, fh: int) -> None:
        """Nothing is pending at a close."""

    async def fsync(self, fh: int, datasync: bool) -> None:  # noqa: FBT001 - pyfuse3's call
        """All that is shown is on the disk."""

    async def fsyncdir(self, fh: int, datasync: bool) -> None:  # noqa: FBT001 - pyfuse3's call
        """All that is shown is on the disk."""

    # this side of the mount is for reading

    readlink = refused("readlink", errno.EINVAL)
    setattr = refused("setattr")
    mknod = refused("mknod")
    mkdir = refused("mkdir")
    unlink = refused("unlink")
    rmdir = refused("rmdir")
    symlink = refused("symlink")
    rename = refused("rename")
    link = refused("link")
    write = refused("write")
    create = refused("create")
    setxattr = refused("setxattr")
    removexattr = refused("removexattr")


UNIT = 4096
