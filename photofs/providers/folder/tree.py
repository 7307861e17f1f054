"""What lies in a folder: files, links that stand for membership in albums, nested disks.

Nothing is followed out of the folder and nothing is ever written. What begins with a dot, and what
network disks and systems keep for themselves, is passed over.
"""

import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Final

from photofs.model.errors import NotAttached, NotFound
from photofs.providers.archives.member import Member, Packing, Trouble

_OTHERS: Final = frozenset(
    {"@eaDir", "#recycle", "lost+found", "$RECYCLE.BIN", "System Volume Information"}
)
_OURS: Final = "it is a mount or a folder of photofs itself"
_OUT: Final = "it is a link that leads out of the folder, and is not followed"
_NOWHERE: Final = "it is a link that leads straight to no file of the folder, nor to one with files"
_NO_FILE: Final = "it is no file, but a pipe, a socket or a device, into which nobody looks"


@dataclass(frozen=True, slots=True)
class Tree:
    """All of it, by paths below the root.

    `links`: for each folder, the names of the links in it, with the paths that they lead to, if
    these are within the root. `disks` are folders on another device. `whole`: every folder could
    be listed.
    """

    root: Path
    files: dict[str, Member] = field(default_factory=dict)
    links: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    disks: set[str] = field(default_factory=set)
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether what is not in it is not there."""
        return not any(not trouble.refused for trouble in self.troubles)

    def fingerprint(self) -> str:
        """Equal as long as no file or link came, went or changed (by path, length and mtime)."""
        digest = hashlib.sha256()
        for path, member in sorted(self.files.items()):
            digest.update(
                f"{path}\0{member.size}\0{member.at}\n".encode("utf-8", "surrogateescape")
            )
        for folder, links in sorted(self.links.items()):
            digest.update(repr((folder, sorted(links))).encode("utf-8", "surrogateescape"))
        return digest.hexdigest()


def walk(root: Path, ours: frozenset[str] = frozenset()) -> Tree:
    """What lies there now. NotFound if the folder is not there, NotAttached if it cannot be listed.

    `ours` holds the real paths of photofs's own folders and mounts, into which nobody looks.
    """
    tree = Tree(root)
    real = os.path.realpath(root)
    try:
        device = root.stat().st_dev
    except OSError as error:
        raise NotFound(
            f"{root} is not there",
            safe="what was read from it before is kept",
            remedy="attach the disk that holds it, or tell its new place: photofs library move",
        ) from error
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            if not folder:
                raise NotAttached(
                    f"{root} cannot be listed: {error.strerror}",
                    safe="what was read from it before is kept",
                    remedy="see who may read it, and look at the disk that holds it",
                ) from error
            tree.troubles.append(Trouble(folder, f"{error.strerror}", refused=False))
            continue
        for entry in entries:
            if entry.name[0] == "." or entry.name in _OTHERS:
                continue
            below = f"{folder}/{entry.name}" if folder else entry.name
            if os.path.join(real, below) in ours:  # noqa: PTH118 - text, no file
                tree.troubles.append(Trouble(below, _OURS, refused=True))
            elif _enter(tree, folder, entry, device):
                waiting.append(below)
    _tell_of_links(tree)
    return tree


def _tell_of_links(tree: Tree) -> None:
    """Those at whose end nothing is that was found."""
    odd = {
        f"{folder}/{name}" if folder else name: led
        for folder, links in sorted(tree.links.items())
        for name, led in links
        if led not in tree.files
    }
    if odd:
        folders = {os.fspath(each) for path in tree.files for each in PurePath(path).parents}
        for path, led in odd.items():
            if led not in folders:
                tree.troubles.append(Trouble(path, _NOWHERE, refused=True))


def _enter(tree: Tree, folder: str, entry: "os.DirEntry[str]", device: int) -> bool:
    """Take an entry in; whether it is a folder to be listed."""
    path = f"{folder}/{entry.name}" if folder else entry.name
    try:
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode):
            target = os.fspath(Path(entry.path).readlink())
            led = os.path.normpath(os.path.join(folder, target))  # noqa: PTH118 - text, no file
            if target.startswith("/") or led.startswith(".."):
                tree.troubles.append(Trouble(path, _OUT, refused=True))
            else:
                tree.links.setdefault(folder, []).append((entry.name, led))
            return False
    except FileNotFoundError:
        return False  # it went while the folder was read
    except OSError as error:
        tree.troubles.append(Trouble(path, f"{error.strerror}", refused=False))
        return False
    if stat.S_ISDIR(status.st_mode):
        if status.st_dev != device:
            tree.disks.add(path)
        return True
    if stat.S_ISREG(status.st_mode):
        size, at = status.st_size, status.st_mtime_ns
        tree.files[path] = Member("", folder, entry.name, size, size, None, Packing.FILE, at)
    else:
        tree.troubles.append(Trouble(path, _NO_FILE, refused=True))
    return False
