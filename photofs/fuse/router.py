"""Which side of the mount a request is for: what the catalog knows, or what lies in Scratch.

The number of an inode or of a file handle tells. What would need both sides is answered EXDEV, so
that programs copy.
"""

import errno
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pyfuse3

from photofs.fuse.answered import refused
from photofs.fuse.operations import Operations
from photofs.fuse.scratch_operations import ScratchOperations
from photofs.model.node import FIRST_SCRATCH_INO

Handling = Coroutine[Any, Any, Any]
Handler = Callable[..., Handling]


def by_number(verb: str) -> Handler:
    """A handler that leaves the request to the side of the number that stands first in it."""

    def handler(self: "Router", number: int, *rest: object) -> Handling:
        answer: Handling = getattr(self.side(number), verb)(number, *rest)
        return answer

    handler.__name__ = verb
    return handler


class Router(pyfuse3.Operations):
    """All requests. It raises nothing itself, for the sides' handlers answer every error."""

    supports_dot_lookup = True
    enable_writeback_cache = False
    enable_acl = False

    def __init__(self, photos: Operations, scratch: ScratchOperations) -> None:
        """The two sides."""
        super().__init__()
        self._photos = photos
        self._scratch = scratch

    def side(self, number: int) -> Operations | ScratchOperations:
        """Whose inode or file handle that is."""
        return self._scratch if number >= FIRST_SCRATCH_INO else self._photos

    async def forget(self, inode_list: Sequence[tuple[int, int]]) -> None:
        """Only Scratch keeps something for each inode that the kernel knows."""
        in_scratch = [each for each in inode_list if each[0] >= FIRST_SCRATCH_INO]
        if in_scratch:
            await self._scratch.forget(in_scratch)

    def rename(self, old: int, name: bytes, new: int, *rest: Any) -> Handling:  # noqa: ANN401 - handed on
        """Within one side."""
        side = self.side(old)
        return side.rename(old, name, new, *rest) if side is self.side(new) else between_sides()

    def link(self, inode: int, new_parent: int, *rest: Any) -> Handling:  # noqa: ANN401 - handed on
        """Within one side."""
        side = self.side(inode)
        return (
            side.link(inode, new_parent, *rest)
            if side is self.side(new_parent)
            else between_sides()
        )

    def statfs(self, ctx: pyfuse3.RequestContext) -> Handling:
        """One answer for the whole mount: the request does not tell which folder is meant."""
        return self._photos.statfs(ctx)

    lookup = by_number("lookup")
    getattr = by_number("getattr")
    setattr = by_number("setattr")
    readlink = by_number("readlink")
    mknod = by_number("mknod")
    mkdir = by_number("mkdir")
    unlink = by_number("unlink")
    rmdir = by_number("rmdir")
    symlink = by_number("symlink")
    opendir = by_number("opendir")
    readdir = by_number("readdir")
    fsyncdir = by_number("fsyncdir")
    releasedir = by_number("releasedir")
    create = by_number("create")
    open = by_number("open")
    read = by_number("read")
    write = by_number("write")
    flush = by_number("flush")
    fsync = by_number("fsync")
    release = by_number("release")
    getxattr = by_number("getxattr")
    listxattr = by_number("listxattr")
    setxattr = by_number("setxattr")
    removexattr = by_number("removexattr")


between_sides = refused("between Scratch and the photos", errno.EXDEV)
