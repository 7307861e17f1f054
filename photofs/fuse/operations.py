"""The kernel's requests, translated into the volume's verbs; nothing else.

Every handler is wrapped: an exception of ours becomes its errno (errnos.py), anything else is
logged with its traceback and answered EIO, for an exception that escapes from a handler would end
the whole mount. Inode numbers are the catalog's ids, so lookup counts need not be kept.
"""

import errno
import functools
import logging
import os
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

import pyfuse3

from photofs.fuse.attributes import Attributes, absent
from photofs.fuse.errnos import answer_for
from photofs.fuse.listing import OpenFolder
from photofs.model.errors import NotFound, PhotofsError
from photofs.volume.volume import NAME_BYTES, Volume

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
Handler = Callable[Concatenate["Operations", P], Coroutine[Any, Any, R]]

WRITING = os.O_WRONLY | os.O_RDWR | os.O_TRUNC | os.O_CREAT | os.O_APPEND


def answered(handler: Handler[P, R]) -> Handler[P, R]:
    """Wrap a handler so that nothing but FUSEError leaves it."""

    async def wrapper(self: "Operations", /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await handler(self, *args, **kwargs)
        except PhotofsError as error:
            answer = answer_for(error)
            log.log(answer.level, "%s: %s", handler.__name__, error)
            raise pyfuse3.FUSEError(answer.errno) from error
        except pyfuse3.FUSEError:
            raise
        except Exception as error:
            log.exception("%s met what nobody foresaw; the mount lives on", handler.__name__)
            raise pyfuse3.FUSEError(errno.EIO) from error

    functools.update_wrapper(wrapper, handler)
    return wrapper


def refused(name: str, number: int = errno.EROFS) -> Callable[..., Coroutine[Any, Any, Any]]:
    """A handler that always answers the same errno."""

    async def handler(_self: "Operations", *_args: object, **_kwargs: object) -> None:
        raise pyfuse3.FUSEError(number)

    handler.__name__ = name
    return handler


class Operations(pyfuse3.Operations):
    """All handlers. pyfuse3 calls them in one trio task a request."""

    supports_dot_lookup = True
    enable_writeback_cache = False
    enable_acl = False

    def __init__(
        self,
        volume: Volume,
        attributes: Attributes,
        released: Callable[[int], None],
        *,
        stat_waits: bool = False,
    ) -> None:
        """`released` hears of each close. `stat_waits` until an estimated size is exact."""
        super().__init__()
        self._volume = volume
        self._attributes = attributes
        self._released = released
        self._stat_waits = stat_waits
        self._folders: dict[int, OpenFolder] = {}
        self._next_folder = 1

    # names and attributes

    @answered
    async def lookup(
        self, parent_inode: int, name: bytes, _ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        """What stands under a name; an absent name is remembered by the kernel."""
        try:
            node = self._volume.lookup(parent_inode, name.decode())
        except (NotFound, UnicodeDecodeError):
            return absent()
        return self._attributes.make(node)

    @answered
    async def getattr(self, inode: int, _ctx: pyfuse3.RequestContext) -> pyfuse3.EntryAttributes:
        """The attributes of an inode."""
        if self._stat_waits:
            await self._volume.make_exact(inode)
        return self._attributes.of(inode, self._volume.attributes)

    async def forget(self, inode_list: Sequence[tuple[int, int]]) -> None:
        """Nothing is kept per inode that the kernel knows."""

    # folders

    @answered
    async def opendir(self, inode: int, _ctx: pyfuse3.RequestContext) -> int:
        """Begin a listing."""
        number = self._next_folder
        self._next_folder += 1
        self._folders[number] = OpenFolder(self._volume, self._attributes, inode)
        return number

    @answered
    async def readdir(self, fh: int, start_id: int, token: pyfuse3.ReaddirToken) -> None:
        """The next entries, as many as fit."""
        self._folders[fh].reply(start_id, token)

    @answered
    async def releasedir(self, fh: int) -> None:
        """End a listing."""
        self._folders.pop(fh, None)

    # bytes

    @answered
    async def open(self, inode: int, flags: int, _ctx: pyfuse3.RequestContext) -> pyfuse3.FileInfo:
        """Open a photo; what is not whole is read with direct_io."""
        if flags & WRITING:
            raise pyfuse3.FUSEError(errno.EROFS)
        opened = await self._volume.open(inode)
        return pyfuse3.FileInfo(
            fh=opened.number, direct_io=not opened.whole, keep_cache=opened.whole
        )

    @answered
    async def read(self, fh: int, off: int, size: int) -> bytes:
        """Bytes of an open photo."""
        return await self._volume.read(fh, off, size)

    @answered
    async def release(self, fh: int) -> None:
        """Close a photo."""
        self._released(self._volume.release(fh))

    # what a file and the mount tell

    @answered
    async def getxattr(self, inode: int, name: bytes, _ctx: pyfuse3.RequestContext) -> bytes:
        """One extended attribute. EOPNOTSUPP to foreign kinds: `ls -l` then asks only once."""
        if not name.startswith(b"user."):
            raise pyfuse3.FUSEError(errno.EOPNOTSUPP)
        try:
            return self._volume.get_attribute(inode, os.fsdecode(name))
        except NotFound as error:
            raise pyfuse3.FUSEError(pyfuse3.ENOATTR) from error

    @answered
    async def listxattr(self, inode: int, _ctx: pyfuse3.RequestContext) -> Sequence[bytes]:
        """The names of all extended attributes."""
        return [os.fsencode(name) for name in self._volume.list_attributes(inode)]

    @answered
    async def statfs(self, _ctx: pyfuse3.RequestContext) -> pyfuse3.StatvfsData:
        """How much there is, in blocks of 4 KiB (a bigger unit would round small photos up)."""
        capacity = self._volume.capacity()
        data = pyfuse3.StatvfsData()
        data.f_bsize = data.f_frsize = UNIT
        data.f_bfree = data.f_bavail = capacity.free // UNIT
        data.f_blocks = -(-capacity.used // UNIT) + data.f_bfree
        data.f_files = capacity.photos + data.f_bfree
        data.f_ffree = data.f_favail = data.f_bfree
        data.f_namemax = NAME_BYTES
        return data

    # nothing is ever pending; the kernel remembers ENOSYS, which saves a request for each close

    flush = refused("flush", errno.ENOSYS)
    fsync = refused("fsync", errno.ENOSYS)
    fsyncdir = refused("fsyncdir", errno.ENOSYS)

    # this mount is for reading

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
