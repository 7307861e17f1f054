"""The kernel's requests that change what the catalog knows, translated into the volume's verbs.

Each is answered once it is durable, and after the kernel was told to forget what it changed
elsewhere in the tree (invalidation.py).
"""

import errno
import os
import stat

import pyfuse3

from photofs.fuse.answered import answered
from photofs.fuse.askers import asker_of
from photofs.fuse.attributes import Attributes
from photofs.fuse.backups import Backups
from photofs.fuse.invalidation import Invalidation
from photofs.fuse.operations import Operations
from photofs.fuse.request_loop import Pace
from photofs.fuse.scratch_operations import NAME as SCRATCH
from photofs.fuse.scratch_operations import ScratchOperations
from photofs.model.errors import NotFound
from photofs.model.node import is_folder_ino
from photofs.model.spot import spot_of
from photofs.volume.volume import Opened, Volume
from photofs.volume.writing import Writing


class WritingOperations(Operations):
    """As Operations, for a mount that may be written to."""

    def __init__(
        self,
        volume: Volume,
        writing: Writing,
        attributes: Attributes,
        scratch: ScratchOperations,
        invalidation: Invalidation,
        pace: Pace,
        *,
        stat_waits: bool = False,
    ) -> None:
        """`invalidation` also hears of each close, and tells the kernel of each change."""
        super().__init__(
            volume, attributes, scratch, invalidation.released, pace, stat_waits=stat_waits
        )
        self._writing = writing
        writing.surround(invalidation.change)
        self._invalidation = invalidation
        self.backups = Backups(volume.lookup)

    def _named(
        self, folder: int, name: bytes, made: pyfuse3.EntryAttributes, ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        """Names of backups are not kept at all."""
        if self.backups.is_fleeting(folder, name, made.st_ino, ctx.pid):
            made.entry_timeout = 0
        return made

    # names

    @answered
    async def create(
        self, parent_inode: int, name: bytes, _mode: int, flags: int, ctx: pyfuse3.RequestContext
    ) -> tuple[pyfuse3.FileInfo, pyfuse3.EntryAttributes]:
        """A new file, open."""
        opened, made = await self._create(parent_inode, name, flags, ctx)
        return self._open_file(opened.number, whole=opened.whole), made

    async def _create(
        self, parent_inode: int, name: bytes, flags: int, ctx: pyfuse3.RequestContext
    ) -> tuple[Opened, pyfuse3.EntryAttributes]:
        self._check(parent_inode, name)
        spot = spot_of(parent_inode, name)
        exclusive, empty = bool(flags & os.O_EXCL), bool(flags & os.O_TRUNC)
        with self._invalidation.holding(parent_inode):
            opened = await self._writing.create(
                spot, asker_of(ctx), exclusive=exclusive, empty=empty
            )
        ino = self._volume.opened_by(opened.number)[0]
        return opened, self._attributes.make(self._volume.attributes(ino))

    @answered
    async def link(
        self, inode: int, new_parent_inode: int, new_name: bytes, ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        """One more name for a photo."""
        self._check(new_parent_inode, new_name)
        spot = spot_of(new_parent_inode, new_name)
        with self._invalidation.holding(new_parent_inode):
            await self._writing.link(inode, spot, asker_of(ctx))
        return self._attributes.make(self._volume.attributes(inode))

    @answered
    async def unlink(self, parent_inode: int, name: bytes, ctx: pyfuse3.RequestContext) -> None:
        """Take a name away."""
        self._check(parent_inode, name)
        with self._invalidation.holding(parent_inode):
            await self._writing.unlink(spot_of(parent_inode, name), asker_of(ctx))

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
        """Move a name."""
        self._check(parent_inode_old, name_old)
        self._check(parent_inode_new, name_new)
        if flags & ~pyfuse3.RENAME_NOREPLACE:
            raise pyfuse3.FUSEError(errno.EINVAL)
        old, new = spot_of(parent_inode_old, name_old), spot_of(parent_inode_new, name_new)
        if not is_folder_ino(self._volume.lookup(old.folder_ino, old.name).ino):
            self.backups.put_away(old, new)
        replace = not flags & pyfuse3.RENAME_NOREPLACE
        with self._invalidation.holding(parent_inode_old, parent_inode_new):
            done = await self._writing.rename(old, new, asker_of(ctx), replace=replace)
            if done.gone:  # the kernel asks anew what stands there (Attributes.may_move)
                await self._invalidation.rewritten(done.ino)

    @answered
    async def mkdir(
        self, parent_inode: int, name: bytes, _mode: int, ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        """Make an album."""
        self._check(parent_inode, name)
        with self._invalidation.holding(parent_inode):
            made = await self._writing.mkdir(spot_of(parent_inode, name), asker_of(ctx))
        return self._attributes.make(self._volume.attributes(made))

    @answered
    async def rmdir(self, parent_inode: int, name: bytes, ctx: pyfuse3.RequestContext) -> None:
        """Remove an album that shows nothing."""
        self._check(parent_inode, name)
        with self._invalidation.holding(parent_inode):
            await self._writing.rmdir(spot_of(parent_inode, name), asker_of(ctx))

    # attributes

    @answered
    async def setattr(
        self,
        inode: int,
        attr: pyfuse3.EntryAttributes,
        fields: pyfuse3.SetattrFields,
        fh: int | None,
        ctx: pyfuse3.RequestContext,
    ) -> pyfuse3.EntryAttributes:
        """Length and time; a mode is as it is, and another owner there is none."""
        if self._sets_nothing(inode, attr, fields):
            return self._attributes.of(inode, self._volume.attributes)
        self._check_owner(inode, attr, fields)
        if fields.update_size:
            await self._set_size(inode, attr.st_size, fh, ctx)
        if fields.update_mtime:
            await self._writing.set_mtime(inode, attr.st_mtime_ns, asker_of(ctx))
        self._attributes.forget(inode)
        return self._attributes.make(self._volume.attributes(inode))

    def _sets_nothing(
        self, inode: int, attr: pyfuse3.EntryAttributes, fields: pyfuse3.SetattrFields
    ) -> bool:
        """Whether a mode alone is set, to what it is: done in libraries of any kind.

        The kernel tells who watches the folder, and so a file manager looks at a file once more
        (agent/redrawing.py).
        """
        more = (
            fields.update_size,
            *(fields.update_mtime, fields.update_atime),
            *(fields.update_uid, fields.update_gid),
        )
        if any(more) or not fields.update_mode:
            return False
        here = self._attributes.of(inode, self._volume.attributes)
        return stat.S_IMODE(attr.st_mode) == stat.S_IMODE(here.st_mode)

    async def _set_size(
        self, inode: int, size: int, fh: int | None, ctx: pyfuse3.RequestContext
    ) -> None:
        if is_folder_ino(inode):
            raise pyfuse3.FUSEError(errno.EISDIR)
        if fh is None:
            await self._writing.files.truncate_closed(inode, size, asker_of(ctx))
        else:
            await self._writing.files.truncate(fh, size)

    def _check_owner(
        self, inode: int, attr: pyfuse3.EntryAttributes, fields: pyfuse3.SetattrFields
    ) -> None:
        """Programs that copy set mode and owner, and give up if they may not set the same ones."""
        self._volume.check_can_change(inode)
        here = self._attributes.of(inode, self._volume.attributes)
        other_user = fields.update_uid and attr.st_uid != here.st_uid
        other_group = fields.update_gid and attr.st_gid != here.st_gid
        if other_user or other_group:
            raise pyfuse3.FUSEError(errno.EPERM)

    # bytes

    @answered
    async def open(self, inode: int, flags: int, ctx: pyfuse3.RequestContext) -> pyfuse3.FileInfo:
        """Open a photo; what is not whole is read with direct_io."""
        if flags & os.O_ACCMODE == os.O_RDONLY:
            opened = await self._volume.open(inode, thread=ctx.pid)
            by_backup = self._came_by_backup(inode, opened, ctx)
            if by_backup or self._invalidation.is_former(inode):
                opened = opened._replace(whole=False)
        else:
            empty = bool(flags & os.O_TRUNC)
            opened = await self._writing.files.open(inode, asker_of(ctx), empty=empty)
        self._attributes.forget(inode)
        return self._open_file(opened.number, whole=opened.whole)

    def _came_by_backup(self, inode: int, opened: Opened, ctx: pyfuse3.RequestContext) -> bool:
        """Whether what was opened is read past the kernel's cache; closed again if it has moved."""
        try:
            return self.backups.is_reached(inode, ctx.pid)
        except pyfuse3.FUSEError:
            self._released(self._volume.release(opened.number))
            raise

    @answered
    async def write(self, fh: int, off: int, buf: bytes) -> int:
        """Write to an open file."""
        done = await self._writing.files.write(fh, off, buf)
        self._attributes.forget(self._volume.opened_by(fh)[0])
        return done

    @answered
    async def flush(self, fh: int) -> None:
        """A program closes the file: once it is told so, all of it is durable."""
        await self._writing.files.flush(fh)

    @answered
    async def fsync(self, fh: int, _datasync: bool) -> None:  # noqa: FBT001 - pyfuse3's call
        """Return once the file is durable."""
        await self._writing.files.flush(fh)

    @answered
    async def release(self, fh: int) -> None:
        """Close a file, whatever became of it: nobody hears of it any more."""
        ino = self._volume.release(fh)
        self._attributes.forget(ino)
        self._released(ino)

    def _open_file(self, number: int, *, whole: bool) -> pyfuse3.FileInfo:
        return pyfuse3.FileInfo(fh=number, direct_io=not whole, keep_cache=whole)

    def _check(self, parent_inode: int, name: bytes) -> None:
        """ReadOnly, where nothing can be changed. Scratch itself is not to be changed anywhere."""
        self._volume.check_can_change(parent_inode)
        if name == SCRATCH and self._volume.library_at(parent_inode) is not None:
            raise pyfuse3.FUSEError(errno.EPERM)

    # what photos do not have

    @answered
    async def mknod(
        self, parent_inode: int, name: bytes, mode: int, _rdev: int, ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        """An empty file, as NFS servers make all of theirs; no pipes and devices."""
        if not stat.S_ISREG(mode):
            self._check(parent_inode, name)
            raise pyfuse3.FUSEError(errno.EPERM)
        opened, made = await self._create(parent_inode, name, os.O_EXCL, ctx)
        try:
            await self._writing.files.flush(opened.number)
        finally:
            self._released(self._volume.release(opened.number))
        return made

    @answered
    async def symlink(
        self, parent_inode: int, name: bytes, _target: bytes, _ctx: pyfuse3.RequestContext
    ) -> None:
        """No symbolic links."""
        self._check(parent_inode, name)
        raise pyfuse3.FUSEError(errno.EPERM)

    # what a photo tells

    @answered
    async def setxattr(
        self, inode: int, name: bytes, value: bytes, ctx: pyfuse3.RequestContext
    ) -> None:
        """Tags, description, capture time."""
        await self._set_attribute(inode, name, value.decode("utf-8", "replace"), ctx)

    @answered
    async def removexattr(self, inode: int, name: bytes, ctx: pyfuse3.RequestContext) -> None:
        """Empty them."""
        try:
            self._volume.get_attribute(inode, os.fsdecode(name))
        except NotFound as error:
            raise pyfuse3.FUSEError(pyfuse3.ENOATTR) from error
        await self._set_attribute(inode, name, None, ctx)

    async def _set_attribute(
        self, inode: int, name: bytes, value: str | None, ctx: pyfuse3.RequestContext
    ) -> None:
        self._volume.check_can_change(inode)
        if name not in SETTABLE or is_folder_ino(inode) or self._is_of_another(inode, name, value):
            raise pyfuse3.FUSEError(errno.EOPNOTSUPP)
        await self._writing.set_attribute(inode, name.decode(), value, asker_of(ctx))

    def _is_of_another(self, inode: int, name: bytes, value: str | None) -> bool:
        """Whether a program copies what a photo elsewhere tells of its date, with how it is known.

        That is no wish of anybody's. `mv` from one library to another would say at each photo that
        it was not permitted; its bytes and its time come along in any case.
        """
        if name != TAKEN or value is None or HOW not in value:
            return False
        try:
            return self._volume.get_attribute(inode, name.decode()) != value.encode()
        except NotFound:
            return True


TAKEN = b"user.photofs.taken"
HOW = ";"
"""Behind it stands how the date is known; what a person sets has none (model/user_date.py)."""

SETTABLE = frozenset({b"user.xdg.tags", b"user.xdg.comment", TAKEN})
"""Others are answered as by a file system without attributes, which copying programs know."""
