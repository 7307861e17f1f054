"""Which parts a source's folder holds, and whether they are the same as the last time.

A part is a .zip, .tgz or .tar.gz anywhere in the folder but below a folder named Takeout or the
like that was unpacked (`unpacked`): what lies there is content. Everything else in the folder is
one unpacked tree. Nothing is ever written: parts are opened O_RDONLY, links are not followed.
"""

import hashlib
import os
import stat
from pathlib import Path
from typing import NamedTuple

from photofs.model.errors import Corrupt, Gone, NotAttached, NotFound
from photofs.providers.archives.member import Member, Packing, Trouble
from photofs.providers.archives.safety import name_trouble

ZIP = (".zip",)
TGZ = (".tgz", ".tar.gz")
_OURS = "it is a mount or a folder of photofs itself, no export"
UNFINISHED = (".crdownload", ".part", ".partial", ".download", ".opdownload")


class Part(NamedTuple):
    """An archive file: its path below the source's folder, its length and mtime (nanoseconds)."""

    path: str
    size: int
    mtime_ns: int


class Parts(NamedTuple):
    """All there is below a source's path: archives, the unpacked tree's files, and refusals.

    `root` is the folder, the archive's own folder where the source's path is one archive.
    """

    root: Path
    archives: list[Part]
    tree: list[Member]
    troubles: list[Trouble]

    def fingerprint(self) -> str:
        """Equal as long as no file came, went or changed (by path, length and mtime)."""
        digest = hashlib.sha256()
        for part in self.archives:
            digest.update(repr(tuple(part)).encode("utf-8", "surrogateescape"))
        for member in self.tree:
            told = f"{member.path}\0{member.size}\0{member.at}\n"
            digest.update(told.encode("utf-8", "surrogateescape"))
        return digest.hexdigest()


def find_parts(
    path: Path, unpacked: frozenset[str] = frozenset(), ours: frozenset[str] = frozenset()
) -> Parts:
    """What lies there, sorted by path. NotFound if nothing does; Corrupt if it cannot be read.

    `ours` holds the real paths of photofs's own folders and mounts, into which no scan goes.
    """
    status = _status_of(path)
    if status is not None and stat.S_ISREG(status.st_mode):
        parts = Parts(path.parent, [Part(path.name, status.st_size, status.st_mtime_ns)], [], [])
    else:
        parts = Parts(path, [], [], [])
        if not path.is_dir():
            raise NotFound(
                f"{path} is not there",
                safe="what was read from it before is kept",
                remedy="attach the disk that holds it, or move the folder back; if it is to stay"
                " elsewhere, put a link there that leads to it",
            )
        _walk(parts, unpacked, ours)
    parts.archives.sort()
    parts.tree.sort()
    return parts


def only_archives(path: Path) -> bool:
    """Whether nothing is unpacked at the path: it is an archive, or a folder of nothing else."""
    try:
        with os.scandir(path) as entries:
            names = [entry.name for entry in entries if entry.name[0] != "."]
    except NotADirectoryError:
        return True
    except OSError:
        return False
    return bool(names) and all(name.lower().endswith(ZIP + TGZ + UNFINISHED) for name in names)


def _status_of(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (OSError, ValueError):
        return None


def _walk(parts: Parts, unpacked: frozenset[str], ours: frozenset[str]) -> None:
    """One folder after the other, without recursion: a tree may be deep on purpose."""
    real = os.path.realpath(parts.root)
    waiting = [("", False)]
    while waiting:
        folder, content = waiting.pop()
        try:
            with os.scandir(parts.root / folder) as entries:
                found = [(entry, _is_folder(entry)) for entry in entries]
        except OSError as error:
            if not folder:
                raise Corrupt(f"{parts.root} cannot be listed: {error.strerror}") from error
            parts.troubles.append(Trouble(folder, f"{error.strerror}", refused=False))
            continue
        for entry, is_folder in found:
            below = f"{folder}/{entry.name}" if folder else entry.name
            if is_folder and os.path.join(real, below) in ours:  # noqa: PTH118 - text, no file
                parts.troubles.append(Trouble(below, _OURS, refused=True))
            elif is_folder:
                waiting.append((below, content or entry.name in unpacked))
            else:
                _sort_in(parts, folder, entry, content=content)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _sort_in(parts: Parts, folder: str, entry: "os.DirEntry[str]", *, content: bool) -> None:
    path = f"{folder}/{entry.name}" if folder else entry.name
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return  # it went while the folder was read, as a browser's unfinished download does
    except OSError as error:
        parts.troubles.append(Trouble(path, f"{error.strerror}", refused=False))
        return
    lower = entry.name.lower()
    if not stat.S_ISREG(status.st_mode):
        parts.troubles.append(Trouble(path, "it is a link or a device, no file", refused=True))
    elif not content and lower.endswith(ZIP + TGZ):
        parts.archives.append(Part(path, status.st_size, status.st_mtime_ns))
    elif not content and lower.endswith(UNFINISHED):
        why = "its download is not finished"
        parts.troubles.append(Trouble(path, why, refused=False))
    else:
        parts.tree.append(_tree_member(folder, entry.name, status))


def _tree_member(folder: str, name: str, status: os.stat_result) -> Member:
    size = status.st_size
    return Member("", folder, name, size, size, None, Packing.FILE, status.st_mtime_ns)


def open_below(root: Path, path: str) -> int:
    """A read-only descriptor of a file below the root, by steps that follow no link.

    NotAttached if the root itself is away (a disk not attached), Gone if the file is.
    """
    if name_trouble(path) is not None:
        raise Gone("there is no such file")
    try:
        folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise NotAttached(
            f"the folder {root} is not there",
            safe="nothing was lost",
            remedy="attach the disk that holds it, or name its new place: photofs library move",
        ) from error
    try:
        return _stepped(folder, path)
    except FileNotFoundError as error:
        raise Gone(
            f"{path} is not in {root} any more", remedy="put it back, or run photofs scan"
        ) from error
    except OSError as error:
        raise Gone(f"{path} cannot be opened: {error.strerror}") from error


def size_of_part(root: Path, part: str) -> int:
    """The part's length now, in bytes; Gone or NotAttached if it is not there."""
    descriptor = open_below(root, part)
    try:
        return os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)


def _stepped(folder: int, path: str) -> int:
    """Open step by step; takes over the folder's descriptor."""
    *folders, name = path.split("/")
    try:
        for step in folders:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            below = os.open(step, flags, dir_fd=folder)
            os.close(folder)
            folder = below
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        opened = os.open(name, flags, dir_fd=folder)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise Gone(f"{path} is no file")
    return opened
