"""Thumbnails on the disk: written by rename, and removed where they are ours alone.

The folder belongs to the desktop, and other programs write there at the same time. What another one
made of the file as it is now is left as it is; what says that we made it, of that very file, is
ours to replace and to remove. No thumbnail is synced to the disk, for all of them can be made
again: after a power cut one may be empty, which every program takes for none.
"""

import errno
import os
import secrets
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import Enum, auto
from pathlib import Path
from typing import Final

from photofs.model.errors import Full, Rationed, Refused, StoreError
from photofs.model.thumbnail import MADE_BY, SOFTWARE, Portrayed, ThumbnailSize, portrayed_in
from photofs.model.wording import counted
from photofs.thumbnails.png_texts import HEAD, texts_in

_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600
"""As the standard asks for, "Permissions": pictures of private photos."""

_UNFINISHED: Final = (".photofs-", ".part")
_OLD_NS: Final = 3600 * 10**9
"""A file that was not finished for so long is of a process that was killed."""

SPARED: Final = 256 << 20
SPARED_PART: Final = 50
"""Bytes of the disk that are left free, or that part of a small one: nobody asked for thumbnails so
much that other programs should meet a full disk for them."""

_SAFE: Final = "thumbnails alone are concerned, and they can be made again"


class Standing(Enum):
    """What stands where a file's thumbnail would."""

    NONE = auto()  # nothing that any program would show
    OURS = auto()  # we made it of the file as it is
    STALE = auto()  # made of the file as it was, by whomever
    THEIRS = auto()  # another program made it of the file as it is, or nobody may look at it


def thumbnails_root(environ: Mapping[str, str]) -> Path:
    """Where the desktop's thumbnails lie, by the environment; StoreError if that tells no place."""
    # the base directory standard: what is not absolute is to be ignored
    cache = environ.get("XDG_CACHE_HOME", "")
    if cache.startswith("/"):
        return Path(cache) / "thumbnails"
    try:
        return Path(environ.get("HOME") or Path.home()) / ".cache" / "thumbnails"
    except RuntimeError as error:
        raise StoreError(
            "nobody knows where this user's thumbnails lie", safe=_SAFE, remedy="set HOME"
        ) from error


class ThumbnailFolder:
    """One user's thumbnails, below `root`; made when the first is written."""

    def __init__(self, root: Path) -> None:
        """`root` is `thumbnails_root`'s, or a test's own."""
        self.root = root

    def check(self, mounts: Iterable[str] = ()) -> None:
        """Refused or StoreError if nothing may or can be put there; all is well if it is not there.

        `mounts`: where photofs shows photos. What is put there is uploaded.
        """
        with _disk_errors(f"thumbnails were looked for in {self.root}"):
            points = [*mounts]
            for folder in (self.root, *(self.root / size.folder for size in ThumbnailSize)):
                _check_outside(folder, points)
                _check_folder(folder)

    def length(self, size: ThumbnailSize, file_name: str) -> int | None:
        """Bytes of what stands there, which is 0 after some power cuts; None if nothing does.

        Raises StoreError.
        """
        with _disk_errors(f"a thumbnail was looked for below {self.root}"):
            try:
                return self._path(size, file_name).lstat().st_size
            except (FileNotFoundError, NotADirectoryError):
                return None

    def standing(self, size: ThumbnailSize, portrayed: Portrayed) -> Standing:
        """What stands there for that file. Raises StoreError."""
        texts = self._texts(self._path(size, portrayed.file_name))
        if texts is None:
            return Standing.THEIRS
        told = portrayed_in(texts)
        if told is None:
            return Standing.NONE
        same_size = told.size is None or portrayed.size is None or told.size == portrayed.size
        if (told.uri, told.mtime) != (portrayed.uri, portrayed.mtime) or not same_size:
            return Standing.STALE
        return Standing.OURS if texts.get(MADE_BY) == SOFTWARE else Standing.THEIRS

    def write(self, size: ThumbnailSize, portrayed: Portrayed, png: bytes) -> bool:
        """Put a whole PNG in the place of whatever stands there. Raises Full or StoreError.

        The caller has looked (`standing`) that this is not another's of the file as it is. False if
        what stands there cannot be replaced: a folder, or a file that nobody may change.
        """
        path = self._path(size, portrayed.file_name)
        begin, end = _UNFINISHED
        part = path.with_name(f"{begin}{secrets.token_hex(8)}{end}")
        with _disk_errors(f"a thumbnail was written below {self.root}"):
            self._make_folder(size)
            _check_room(path.parent)
            try:
                with os.fdopen(os.open(part, _ANEW, _PRIVATE_FILE), "wb") as file:
                    file.write(png)
                return _replaced(part, path)
            finally:
                with suppress(OSError):
                    part.unlink(missing_ok=True)

    def remove(self, size: ThumbnailSize, file_name: str, uri: str) -> bool:
        """Remove a thumbnail of that file if we made it; whether it was there and ours.

        Another program may put its own there between look and removal: it makes it again.
        """
        path = self._path(size, file_name)
        texts = self._texts(path)
        told = None if texts is None else portrayed_in(texts)
        if not texts or told is None or told.uri != uri or texts.get(MADE_BY) != SOFTWARE:
            return False
        with _disk_errors(f"a thumbnail was removed below {self.root}"):
            path.unlink(missing_ok=True)
        return True

    def sweep(self) -> int:
        """Remove what killed processes left unfinished; how many files. Raises StoreError."""
        before = time.time_ns() - _OLD_NS
        removed = 0
        with _disk_errors(f"unfinished thumbnails were looked for below {self.root}"):
            for part in self._unfinished():
                with suppress(FileNotFoundError):  # its writer has just finished
                    if part.lstat().st_mtime_ns < before:
                        part.unlink()
                        removed += 1
        return removed

    def _unfinished(self) -> Iterator[Path]:
        begin, end = _UNFINISHED
        for size in ThumbnailSize:
            with suppress(FileNotFoundError), os.scandir(self.root / size.folder) as found:
                for each in found:
                    if each.name.startswith(begin) and each.name.endswith(end):
                        yield Path(each.path)

    def _path(self, size: ThumbnailSize, file_name: str) -> Path:
        return self.root / size.folder / file_name

    def _make_folder(self, size: ThumbnailSize) -> None:
        """The size's folder, private if it is new; one that is there keeps its mode."""
        self.root.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        self.root.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        (self.root / size.folder).mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)

    def _texts(self, path: Path) -> dict[str, str] | None:
        """The texts of a PNG there; none if it is no PNG, or no plain file.

        None where looking is not allowed: what was left by a program that root ran.
        """
        with _disk_errors(f"a thumbnail was looked at below {self.root}"):
            try:
                fd = os.open(path, _LOOKING)
            except (FileNotFoundError, NotADirectoryError):
                return {}
            except OSError as error:
                if error.errno in {errno.ELOOP, errno.ENXIO}:  # a link, a socket: not ours
                    return {}
                if error.errno in _FORBIDDEN:
                    return None
                raise
            try:
                plain = stat.S_ISREG(os.fstat(fd).st_mode)
                return texts_in(os.pread(fd, HEAD, 0)) if plain else {}
            finally:
                os.close(fd)


_ANEW: Final = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_LOOKING: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""Nobody waits for the other end of a pipe that somebody put there."""


_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM})
_NOT_REPLACED: Final = _FORBIDDEN | {errno.EISDIR, errno.ENOTEMPTY, errno.EEXIST}


def _replaced(part: Path, path: Path) -> bool:
    """Rename a file that lies beside that path to it; False if what stands there does not go.

    Its folder can be written, or the file beside it would not be there.
    """
    try:
        part.rename(path)
    except OSError as error:
        if error.errno in _NOT_REPLACED:
            return False
        raise
    return True


def _check_room(folder: Path) -> None:
    """Full where so little is free that it is left to others."""
    disk = os.statvfs(folder)
    spared = min(SPARED, disk.f_blocks * disk.f_frsize // SPARED_PART)
    if disk.f_bavail * disk.f_frsize < spared:
        raise Full(
            "there was no room on the disk for thumbnails: its last"
            f" {counted(spared, 'byte')} are left free for others",
            safe=_SAFE,
            remedy="free some space, or set a lower [thumbnails] limit",
        )


def _check_outside(folder: Path, mounts: Iterable[str]) -> None:
    """Refused if a folder lies in one of these mounts, by whatever links."""
    real = os.path.realpath(folder)
    for point in mounts:
        if real == point or real.startswith(f"{point.rstrip('/')}/"):
            raise Refused(
                f"the desktop's folder of thumbnails, {folder}, lies in the mount {point}",
                safe="nothing was put there: it would be uploaded",
                remedy="have that folder, or the link, lie elsewhere",
            )


def _check_folder(folder: Path) -> None:
    """StoreError unless a folder can be written, or is not there. Links are followed."""
    try:
        told = folder.stat()
    except FileNotFoundError:
        if folder.is_symlink():
            raise _unfit(folder, "is a link that leads nowhere") from None
        return
    if not stat.S_ISDIR(told.st_mode):
        raise _unfit(folder, "is no folder")
    if told.st_uid != os.geteuid():
        raise _unfit(folder, "is somebody else's")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise _unfit(folder, "cannot be written")


def _unfit(folder: Path, why: str) -> StoreError:
    return StoreError(
        f"{folder} {why}", safe=_SAFE, remedy='mend that, or set [thumbnails] fill = "off"'
    )


@contextmanager
def _disk_errors(doing: str) -> Iterator[None]:
    """Turn an OSError of the block into one of ours; `doing` completes "while ..."."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Full(
                f"there was no room on the disk while {doing}",
                safe=_SAFE,
                remedy="free some space, or set a lower [thumbnails] limit",
            ) from error
        if error.errno == errno.EDQUOT:
            raise Rationed(
                f"your share of the disk was used up while {doing}",
                safe=_SAFE,
                remedy="free some space of your own, or set a lower [thumbnails] limit",
            ) from error
        raise StoreError(
            f"the disk failed while {doing}: {error.strerror or error}",
            safe=_SAFE,
            remedy="see that the folder there is yours and can be written",
        ) from error
