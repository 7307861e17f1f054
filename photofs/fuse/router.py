"""Which side of the mount a request is for: what the catalog knows, Scratch, the trash, or signs.

The number of an inode or of a file handle tells, and for the trash of the mount, which has some of
both, the folder. What would need both sides is answered EXDEV, so that programs copy.
"""

import errno
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pyfuse3

from photofs.fuse.answered import refused
from photofs.fuse.operations import Operations
from photofs.fuse.root_signs import FIRST_SIGN, RootSigns, is_sign
from photofs.fuse.scratch_operations import ScratchOperations
from photofs.fuse.trash_operations import TrashOperations
from photofs.model.discard import FIRST_DISCARD_INO
from photofs.model.node import FIRST_SCRATCH_INO

Side = Operations | ScratchOperations | TrashOperations | RootSigns
Handling = Coroutine[Any, Any, Any]
Handler = Callable[..., Handling]


def by_handle(verb: str) -> Handler:
    """A handler that leaves the request to the side of the file handle that stands first in it."""

    def handler(self: "Router", number: int, *rest: object) -> Handling:
        answer: Handling = getattr(self.side(number), verb)(number, *rest)
        return answer

    handler.__name__ = verb
    return handler


def by_inode(verb: str) -> Handler:
    """The same for an inode, which may be one that the kernel is about to forget."""

    def handler(self: "Router", number: int, *rest: object) -> Handling:
        if number in self.former:
            return look_again()
        answer: Handling = getattr(self.side(number), verb)(number, *rest)
        return answer

    handler.__name__ = verb
    return handler


def by_name(verb: str) -> Handler:
    """The same for a name in a folder, which may be one of the trash."""

    def handler(self: "Router", folder: int, name: bytes, *rest: object) -> Handling:
        if folder in self.former:
            return look_again()
        answer: Handling = getattr(self.keeper(folder, name), verb)(folder, name, *rest)
        return answer

    handler.__name__ = verb
    return handler


def by_listing(verb: str) -> Handler:
    """The same for an open folder, which may be of the trash."""

    def handler(self: "Router", number: int, *rest: object) -> Handling:
        trash = self.trash
        side = trash if trash is not None and trash.lists(number) else self.side(number)
        answer: Handling = getattr(side, verb)(number, *rest)
        return answer

    handler.__name__ = verb
    return handler


class Router(pyfuse3.Operations):
    """All requests. It raises nothing itself, for the sides' handlers answer every error."""

    supports_dot_lookup = True
    enable_writeback_cache = False
    enable_acl = False

    def __init__(
        self,
        photos: Operations,
        scratch: ScratchOperations,
        signs: RootSigns,
        trash: TrashOperations | None = None,
    ) -> None:
        """The sides; a mount that cannot be written to has no trash."""
        super().__init__()
        self._photos = photos
        self._scratch = scratch
        self._signs = signs
        self.trash = trash
        self.former: set[int] = set() if trash is None else trash.former

    def side(self, number: int) -> Side:
        """Whose inode or file handle that is."""
        if number < FIRST_SIGN:
            return self._photos
        if number < FIRST_DISCARD_INO:
            return self._signs
        return self._scratch if number >= FIRST_SCRATCH_INO else self.trash or self._photos

    def keeper(self, folder: int, name: bytes) -> Side:
        """Who answers for a name in a folder."""
        if is_sign(folder, name):
            return self._signs
        if self.trash is not None and self.trash.keeps(folder, name):
            return self.trash
        return self.side(folder)

    async def forget(self, inode_list: Sequence[tuple[int, int]]) -> None:
        """Scratch keeps something for each inode that the kernel knows; so does a moved folder."""
        self.former.difference_update(inode for inode, _ in inode_list)
        in_scratch = [each for each in inode_list if each[0] >= FIRST_SCRATCH_INO]
        if in_scratch:
            await self._scratch.forget(in_scratch)

    def rename(
        self,
        old: int,
        name: bytes,
        new: int,
        new_name: bytes,
        *rest: Any,  # noqa: ANN401 - handed on
    ) -> Handling:
        """Within one side, or into the trash or out of it; signs stay where they are."""
        if is_sign(old, name) or is_sign(new, new_name):
            return self._signs.rename(old, name, new, new_name, *rest)
        if old in self.former or new in self.former:
            return look_again()
        if self.trash is not None and self.trash.moves((old, name), (new, new_name)):
            return self.trash.rename(old, name, new, new_name, *rest)
        side = self.side(old)
        return (
            side.rename(old, name, new, new_name, *rest)
            if side is self.side(new)
            else between_sides()
        )

    def link(self, inode: int, new_parent: int, *rest: Any) -> Handling:  # noqa: ANN401 - handed on
        """Within one side."""
        if new_parent in self.former:
            return look_again()
        side = self.side(inode)
        return (
            side.link(inode, new_parent, *rest)
            if side is self.side(new_parent)
            else between_sides()
        )

    def opendir(self, inode: int, ctx: pyfuse3.RequestContext) -> Handling:
        """Of a folder of the trash, or of one side."""
        if inode in self.former:
            return look_again()
        if self.trash is not None and self.trash.lists(inode):
            return self.trash.opendir(inode, ctx)
        return self.side(inode).opendir(inode, ctx)

    def statfs(self, ctx: pyfuse3.RequestContext) -> Handling:
        """One answer for the whole mount: the request does not tell which folder is meant."""
        return self._photos.statfs(ctx)

    lookup = by_name("lookup")
    getattr = by_inode("getattr")
    setattr = by_inode("setattr")
    readlink = by_inode("readlink")
    mknod = by_inode("mknod")
    mkdir = by_name("mkdir")
    unlink = by_name("unlink")
    rmdir = by_name("rmdir")
    symlink = by_inode("symlink")
    readdir = by_listing("readdir")
    fsyncdir = by_handle("fsyncdir")
    releasedir = by_listing("releasedir")
    create = by_inode("create")
    open = by_inode("open")
    read = by_handle("read")
    write = by_handle("write")
    flush = by_handle("flush")
    fsync = by_handle("fsync")
    release = by_handle("release")
    getxattr = by_inode("getxattr")
    listxattr = by_inode("listxattr")
    setxattr = by_inode("setxattr")
    removexattr = by_inode("removexattr")


between_sides = refused("between Scratch and the photos", errno.EXDEV)

look_again = refused("a folder that was moved", errno.ESTALE)
"""To this the kernel looks the path up anew, once, before it tells the program anything
(`retry_estale` in its fs/namei.h)."""
