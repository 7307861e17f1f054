"""What file managers look for in the mount's root by name: its icon and its name as a volume.

These files are answered to who asks for them, and stand in no listing: a copy or a backup of the
mount does not carry them (docs/decisions/0032). They can be neither written nor removed. No state
is kept: a file's handle is its inode's number.
"""

import errno
import os
import stat
from collections.abc import Sequence

import pyfuse3

from photofs.fuse.answered import at_once, refused
from photofs.fuse.attributes import TIMEOUT, absent
from photofs.model.discard import FIRST_DISCARD_INO
from photofs.model.node import ROOT_INO

SIGNS = 16
"""So many numbers below those of the trash are kept for these files."""

FIRST_SIGN = FIRST_DISCARD_INO - SIGNS

ICON = "folder-pictures"
"""Of the freedesktop icon naming specification's usual extensions; Adwaita and Breeze have it."""

FOLDER_ICON = b".directory"
"""KDE's file manager asks for it in each folder that it shows (KIO, KFileItem)."""

VOLUME = b".xdg-volume-info"
"""GVfs asks for it in the root of a volume."""


def is_sign(folder: int, name: bytes) -> bool:
    """Whether a name in a folder is one of these."""
    return folder == ROOT_INO and name in {FOLDER_ICON, VOLUME}


class RootSigns:
    """The two files, each with the same bytes for as long as it is mounted."""

    def __init__(self, name: str, *, uid: int, gid: int) -> None:
        """`name` of the volume: that of the folder that is mounted on."""
        volume = f"[Volume Info]\nName={_value(name)}\nIcon={ICON}\n"
        self._texts = {
            FOLDER_ICON: f"[Desktop Entry]\nIcon={ICON}\n".encode(),
            VOLUME: volume.encode(),
        }
        self._numbers = {each: FIRST_SIGN + at for at, each in enumerate(self._texts)}
        self._owner = (uid, gid)

    def path(self, _ino: int) -> str:
        """Where it stands, for the log."""
        return "the root"

    @at_once
    def lookup(
        self, _parent_inode: int, name: bytes, _ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        """What such a name is; the kernel may keep it."""
        return self._attributes(self._numbers[name]) if name in self._numbers else absent()

    @at_once
    def getattr(self, inode: int, _ctx: pyfuse3.RequestContext) -> pyfuse3.EntryAttributes:
        """The attributes of one of them."""
        return self._attributes(inode)

    @at_once
    def open(self, inode: int, flags: int, _ctx: pyfuse3.RequestContext) -> pyfuse3.FileInfo:
        """For reading alone."""
        self._text(inode)
        if flags & os.O_ACCMODE != os.O_RDONLY or flags & os.O_TRUNC:
            raise pyfuse3.FUSEError(errno.EPERM)
        return pyfuse3.FileInfo(fh=inode)

    @at_once
    def read(self, fh: int, off: int, size: int) -> bytes:
        """Bytes of it."""
        return self._text(fh)[off : off + size]

    async def flush(self, fh: int) -> None:
        """Nothing is pending at a close."""

    async def release(self, fh: int) -> None:
        """Nothing is kept of who has it open."""

    async def fsync(self, fh: int, datasync: bool) -> None:  # noqa: FBT001 - pyfuse3's call
        """Nothing is pending."""

    @at_once
    def getxattr(self, _inode: int, name: bytes, _ctx: pyfuse3.RequestContext) -> bytes:
        """It has none."""
        has_such = name.startswith(b"user.")
        raise pyfuse3.FUSEError(pyfuse3.ENOATTR if has_such else errno.EOPNOTSUPP)

    @at_once
    def listxattr(self, _inode: int, _ctx: pyfuse3.RequestContext) -> Sequence[bytes]:
        """None."""
        return []

    def _text(self, ino: int) -> bytes:
        for name, number in self._numbers.items():
            if number == ino:
                return self._texts[name]
        raise pyfuse3.FUSEError(errno.ENOENT)

    def _attributes(self, ino: int) -> pyfuse3.EntryAttributes:
        made = pyfuse3.EntryAttributes()
        made.st_ino = ino
        made.st_mode = stat.S_IFREG | 0o444
        made.st_nlink = 1
        made.st_uid, made.st_gid = self._owner
        made.st_size = len(self._text(ino))
        made.st_blocks = 1
        made.entry_timeout = made.attr_timeout = TIMEOUT
        return made

    readlink = refused("readlink", errno.EINVAL)
    opendir = refused("opendir", errno.ENOTDIR)
    setattr = refused("setattr", errno.EPERM)
    mknod = refused("mknod", errno.ENOTDIR)
    mkdir = refused("mkdir", errno.EEXIST)
    unlink = refused("unlink", errno.EPERM)
    rmdir = refused("rmdir", errno.ENOTDIR)
    symlink = refused("symlink", errno.ENOTDIR)
    rename = refused("rename", errno.EPERM)
    link = refused("link", errno.EPERM)
    write = refused("write", errno.EPERM)
    create = refused("create", errno.ENOTDIR)
    setxattr = refused("setxattr", errno.EOPNOTSUPP)
    removexattr = refused("removexattr", errno.EOPNOTSUPP)


def _value(text: str) -> str:
    """A text as a value of a key file: one line, in UTF-8 (desktop entry specification 4)."""
    readable = text.encode("utf-8", "replace").decode()
    pairs = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))
    for plain, escaped in pairs:
        readable = readable.replace(plain, escaped)
    return readable
