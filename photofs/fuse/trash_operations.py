"""The trash of the mount: `.Trash-$UID` in its root, as file managers make and use it.

By the freedesktop.org trash specification 1.0 a file is moved to `files` below it, after `info` was
told where it was. Both are folders of this disk beside those of Scratch, and so are all plain files
in them (what `info` tells, what was put there out of Scratch): scratch_operations.py serves them.
Photos and albums that were moved to `files` stand there by the catalog (docs/decisions/0010), and
are put beside the plain files here.

No listing of the root shows the folder: programs that use it ask for it by name, and programs that
copy or search a whole tree do not walk into it.
"""

import errno
from collections.abc import Sequence
from typing import Final

import pyfuse3

from photofs.fuse.answered import answered, refused
from photofs.fuse.askers import asker_of
from photofs.fuse.attributes import Attributes, absent
from photofs.fuse.backups import Backups
from photofs.fuse.invalidation import Invalidation
from photofs.fuse.scratch_operations import TIMEOUT, ScratchOperations
from photofs.fuse.trash_folders import FILES, OWN_NAME, Folder, TrashFolders, is_fixed
from photofs.model.discard import FIRST_DISCARD_INO, Discard, TrashSpot
from photofs.model.errors import Exists, IsFolder, NotEmpty, NotFolder, Refused
from photofs.model.node import FIRST_SCRATCH_INO, ROOT_INO
from photofs.model.spot import spot_of
from photofs.scratch.names import Maker
from photofs.volume.mount_trash import MountTrash

BEYOND: Final = 1 << 60
"""From here on cookies of a listing are numbers of discards, behind all plain files."""


class TrashOperations:
    """All handlers that the trash needs; router.py tells which requests come here."""

    def __init__(
        self,
        trash: MountTrash,
        scratch: ScratchOperations,
        attributes: Attributes,
        invalidation: Invalidation,
        backups: Backups,
    ) -> None:
        """The kernel knows no trash yet."""
        self._trash = trash
        self._scratch = scratch
        self._attributes = attributes
        self._invalidation = invalidation
        self._backups = backups
        self._folders = TrashFolders(scratch)
        self.former = invalidation.former
        self._listings: dict[int, Folder] = {}
        self._next_handle = FIRST_DISCARD_INO

    # which requests are for here

    def keeps(self, folder: int, name: bytes) -> bool:
        """Whether a name in a folder is to be asked for here."""
        if folder == ROOT_INO:
            return OWN_NAME.fullmatch(name) is not None
        return folder in self._folders

    def lists(self, number: int) -> bool:
        """Whether that folder, or open folder, is listed here."""
        return number in self._folders or number in self._listings

    def moves(self, old: tuple[int, bytes], new: tuple[int, bytes]) -> bool:
        """Whether a move begins or ends in a trash."""
        return self.keeps(*old) or self.keeps(*new) or self._folders.is_below(new[0])

    # names

    @answered
    async def lookup(
        self, parent_inode: int, name: bytes, ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        """What stands under a name in a trash, or in the root for a trash itself."""
        if parent_inode == ROOT_INO:
            return self._folders.enter(name)
        folder = self._folders.get(parent_inode)
        if folder is None:  # an album that lies there
            return absent()
        discard = self._discard_at(folder, name)
        if discard is not None:
            return self._made(discard)
        made = await self._scratch.lookup(parent_inode, name, ctx)
        self._folders.note(folder, name, made.st_ino)
        return made

    @answered
    async def getattr(self, inode: int, _ctx: pyfuse3.RequestContext) -> pyfuse3.EntryAttributes:
        """The attributes of an album in the trash."""
        made = self._attributes.make(self._trash.album(inode))
        made.entry_timeout = made.attr_timeout = TIMEOUT
        return made

    @answered
    async def mkdir(
        self, parent_inode: int, name: bytes, mode: int, ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        """A user's own trash, closed to others; or a folder in it."""
        if parent_inode != ROOT_INO:
            folder = self._folder(parent_inode)
            made = await self._scratch.mkdir(parent_inode, name, mode, ctx)
            self._folders.note(folder, name, made.st_ino)
            return made
        if name != b".Trash-%d" % ctx.uid:
            raise Refused(
                "everybody makes a trash for himself only",
                safe="nothing was changed",
                remedy=f"yours is .Trash-{ctx.uid}",
            )
        return self._folders.make(name, Maker(ctx.uid, ctx.gid))

    @answered
    async def rmdir(self, parent_inode: int, name: bytes, ctx: pyfuse3.RequestContext) -> None:
        """An album in the trash is forgotten there; plain folders are removed."""
        if parent_inode == ROOT_INO:
            self._folders.remove(name)
            return
        folder = self._folder(parent_inode)
        discard = self._discard_at(folder, name)
        if discard is not None:
            if discard.photo is not None:
                raise NotFolder("this is a file, not a folder")
            await self._forget(folder, name)
            return
        if folder.name == b"" and name == FILES and not self._trash.is_empty(folder.owner):
            raise NotEmpty("photos lie in the trash")
        await self._scratch.rmdir(parent_inode, name, ctx)

    @answered
    async def unlink(self, parent_inode: int, name: bytes, ctx: pyfuse3.RequestContext) -> None:
        """A photo in the trash is forgotten there; plain files are removed."""
        folder = self._folder(parent_inode)
        discard = self._discard_at(folder, name)
        if discard is None:
            await self._scratch.unlink(parent_inode, name, ctx)
        elif discard.photo is None:
            raise IsFolder("a folder is removed by rmdir")
        else:
            await self._forget(folder, name)

    @answered
    async def rename(
        self,
        parent_inode_old: int,
        name_old: bytes,
        parent_inode_new: int,
        name_new: bytes,
        flags: int,
        ctx: pyfuse3.RequestContext,
    ) -> None:
        """Into the trash, out of it, or within it."""
        source, target = self._folders.get(parent_inode_old), self._folders.get(parent_inode_new)
        lying = source and self._discard_at(source, name_old)
        if (lying or parent_inode_old < FIRST_SCRATCH_INO) and flags & ~pyfuse3.RENAME_NOREPLACE:
            raise pyfuse3.FUSEError(errno.EINVAL)
        new = (parent_inode_new, name_new)
        if source is not None and lying:
            await self._move_discard(source, lying, new, ctx)
        elif parent_inode_old < FIRST_DISCARD_INO:
            if target is None or target.name != FILES:
                raise Refused(
                    "photos go into `files` of a trash alone",
                    safe="nothing was changed",
                    remedy="move it into `files` itself",
                )
            await self._put((parent_inode_old, name_old), target, new, ctx)
        elif (
            is_fixed(source, name_old) or is_fixed(target, name_new) or parent_inode_new == ROOT_INO
        ):
            raise Refused(
                "the folders of a trash keep their names and places",
                safe="nothing was changed",
                remedy="move what lies in them instead",
            )
        elif parent_inode_new < FIRST_SCRATCH_INO:
            raise pyfuse3.FUSEError(errno.EXDEV)
        elif target is not None and self._discard_at(target, name_new):
            raise Exists("that name is taken")
        else:
            old = (parent_inode_old, name_old)
            await self._scratch.rename(*old, *new, flags, ctx)

    # folders

    @answered
    async def opendir(self, inode: int, ctx: pyfuse3.RequestContext) -> int:
        """Begin a listing. What came back by another way is swept out of `info` first."""
        folder = self._folders.get(inode)
        if folder is None:
            self._trash.album(inode)
            self._next_handle += 1
            return self._next_handle
        await self._sweep(folder)
        handle = await self._scratch.opendir(inode, ctx)
        self._listings[handle] = folder
        return handle

    @answered
    async def readdir(self, fh: int, start_id: int, token: pyfuse3.ReaddirToken) -> None:
        """Plain files, then what the catalog has there. An album is shown empty: photos stay."""
        folder = self._listings.get(fh)
        if folder is None:
            return
        if start_id < BEYOND and not await self._scratch.list(fh, start_id, token):
            return
        if folder.name != FILES:
            return
        for discard in self._trash.listed(folder.owner, max(0, start_id - BEYOND)):
            cookie = BEYOND + discard.discard_id
            if not pyfuse3.readdir_reply(token, discard.name, self._made(discard), cookie):
                return

    @answered
    async def releasedir(self, fh: int) -> None:
        """End a listing."""
        if self._listings.pop(fh, None) is not None:
            await self._scratch.releasedir(fh)

    # of an album in the trash nothing can be changed, and it tells nothing more

    setattr = refused("setattr", errno.EPERM)
    setxattr = refused("setxattr", errno.EOPNOTSUPP)
    removexattr = refused("removexattr", errno.EOPNOTSUPP)
    getxattr = refused("getxattr", errno.EOPNOTSUPP)
    create = refused("create", errno.EPERM)
    mknod = refused("mknod", errno.EPERM)
    symlink = refused("symlink", errno.EPERM)
    link = refused("link", errno.EPERM)

    async def listxattr(self, _inode: int, _ctx: pyfuse3.RequestContext) -> Sequence[bytes]:
        """None."""
        return []

    async def fsyncdir(self, fh: int, datasync: bool) -> None:  # noqa: FBT001 - pyfuse3's call
        """All that is shown is on the disk."""

    # what lies there

    def _discard_at(self, folder: Folder, name: bytes) -> Discard | None:
        if folder.name != FILES:
            return None
        return self._trash.at(TrashSpot(folder.owner, name))

    def _made(self, discard: Discard) -> pyfuse3.EntryAttributes:
        """The name is never kept: other ways lead out of the trash, too.

        And what the kernel knows of a name moves along with it: it asks for an album that was moved
        back at its very first use, and takes nothing below it for absent that was so in the trash.
        """
        made = self._attributes.make(self._trash.node(discard))
        made.entry_timeout = 0
        if discard.photo is None:
            made.attr_timeout = TIMEOUT
        return made

    def _folder(self, ino: int) -> Folder:
        """A folder of a trash; Refused in an album that lies there."""
        folder = self._folders.get(ino)
        if folder is None:
            raise Refused(
                "nothing can be changed in an album that lies in the trash",
                safe="nothing was changed",
                remedy="restore it first",
            )
        return folder

    async def _forget(self, folder: Folder, name: bytes) -> None:
        await self._trash.forget(TrashSpot(folder.owner, name))
        self._folders.touch(folder)

    async def _put(
        self,
        old: tuple[int, bytes],
        target: Folder,
        new: tuple[int, bytes],
        ctx: pyfuse3.RequestContext,
    ) -> None:
        """A photo or album into `files`, once what `info` tells of it is on the disk."""
        if self._folders.is_plain(*new):
            raise Exists("a plain file of that name lies in the trash")
        spot, to = spot_of(*old), TrashSpot(target.owner, new[1])
        self._backups.announce(spot)
        former = self._trash.folder_at(spot)
        await self._folders.sync_info(target, new[1])
        with self._invalidation.holding(old[0]):
            await self._trash.put(spot, to, asker_of(ctx))
        self._folders.touch(target)
        self._invalidation.ask_anew(*new, former)

    async def _move_discard(
        self,
        source: Folder,
        lying: Discard,
        new: tuple[int, bytes],
        ctx: pyfuse3.RequestContext,
    ) -> None:
        """A photo or album out of `files`, or to another name there."""
        spot = TrashSpot(source.owner, lying.name)
        target = self._folders.get(new[0])
        if target is not None and target == source:
            if self._folders.is_plain(*new):
                raise Exists("a plain file of that name lies in the trash")
            await self._trash.rename(spot, new[1])
            self._folders.touch(source)
        elif self._folders.is_below(
            new[0]
        ):  # how a trash is emptied: gvfs moves to `expunged` first
            await self._forget(source, lying.name)
            self._invalidation.ask_anew(*new, lying.ino if lying.photo is None else None)
        elif new[0] >= FIRST_DISCARD_INO:
            raise pyfuse3.FUSEError(errno.EXDEV)
        else:
            await self._bring_back(spot, lying, new, ctx)
            self._folders.touch(source)

    async def _bring_back(
        self, spot: TrashSpot, lying: Discard, new: tuple[int, bytes], ctx: pyfuse3.RequestContext
    ) -> None:
        """An album comes back as a folder with another number, which the kernel asks for."""
        told = lying.photo is not None
        with self._invalidation.holding(new[0]):
            await self._trash.bring_back(spot, spot_of(*new), asker_of(ctx), told=told)
        if lying.photo is None:
            self._invalidation.ask_anew(*new, lying.ino)

    async def _sweep(self, folder: Folder) -> None:
        """`info` tells no longer of what came back by undo, `photofs trash restore` and so on."""
        while names := await self._trash.sweep(folder.owner):
            self._folders.touch(folder)
            self._folders.forget_info(folder, names)
