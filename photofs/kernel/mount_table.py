"""The kernel's list of mounts: what is mounted at a point, and where ours are."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from photofs.model.errors import StoreError
from photofs.model.mount_list import Mounted, device_under, mounts_in

MOUNTINFO = Path("/proc/self/mountinfo")

MOST_LINKS = 40
"""The kernel follows no more of them in a path (path_resolution(7))."""


def mounted_at(point: str, table: Path = MOUNTINFO) -> Mounted | None:
    """What is mounted there, the topmost if several are; asks nothing of the mount itself."""
    found = None
    for path, mounted in _rows(table):
        if path == point:
            found = mounted
    return found


def our_mount_points(table: Path = MOUNTINFO) -> list[str]:
    """Where something of photofs is mounted, dead or alive, as far as this process can see."""
    return [path for path, mounted in _rows(table) if mounted.ours]


def is_private(point: str, table: Path = MOUNTINFO) -> bool:
    """Whether this user has mounted it, and shows it to nobody else."""
    mounted = mounted_at(point, table)
    return mounted is not None and mounted.is_private_to(os.getuid())


def without_links(path: Path, table: Path = MOUNTINFO) -> Path:
    """The absolute path with all links followed, as the kernel's list has it.

    A mount of ours on the way is not asked, nor what lies in it: it may hang, and holds no links.
    Links that lead round in a circle are left as they are.
    """
    try:
        ours = set(our_mount_points(table))
    except StoreError:  # said by who needs the list
        ours = set()
    at, rest, links = "/", _steps(str(path.absolute())), 0
    while rest and at not in ours:
        at, rest, followed = _step(at, rest)
        links += followed
        if links > MOST_LINKS:
            return path.absolute()
    return Path(os.path.normpath("/".join([at, *rest])))


def _step(at: str, rest: list[str]) -> tuple[str, list[str], bool]:
    """One name further: where that is, what is left, and whether a link was followed."""
    name, *rest = rest
    if name == "..":
        return os.path.dirname(at), rest, False  # noqa: PTH120 - text alone
    below = f"{at.rstrip('/')}/{name}"
    try:
        target = os.readlink(below)  # noqa: PTH115 - as it is written
    except OSError:  # no link, or nothing there
        return below, rest, False
    return "/" if target.startswith("/") else at, [*_steps(target), *rest], True


def _steps(path: str) -> list[str]:
    return [name for name in path.split("/") if name not in {"", "."}]


class SameDisk:
    """Whether paths lie on the disk of one folder; asks the kernel's list alone, never a disk.

    So it may be asked on the loop of a mount: a disk that hangs would hang whoever looks at it.
    """

    def __init__(self, folder: Path, table: Path = MOUNTINFO) -> None:
        """Links on the way to the folder are followed now, once."""
        self._folder = os.fsencode(folder.resolve())
        self._table = table
        self._text = b""
        self._device: bytes | None = None

    def holds(self, path: str) -> bool:
        """Whether a path without links lies there; False if the list leaves doubts."""
        try:
            text = _text(self._table)  # some 50 µs for 30 mounts; it may have changed since
        except StoreError:
            return False
        if text != self._text:
            self._text, self._device = text, device_under(text, self._folder)
        return self._device is not None and device_under(text, os.fsencode(path)) == self._device


def is_attached(folder: str, own: Sequence[Path], table: Path = MOUNTINFO) -> bool:
    """Whether a folder is there, asking no disk that may hang.

    On the disks that hold the folders `own`, which are worked with all the time, it is looked for;
    where something else is mounted, that is taken to be it. False if the list cannot be read.
    """
    try:
        text = _text(table)
    except StoreError:
        return False
    device = device_under(text, os.fsencode(folder))
    if device in {device_under(text, os.fsencode(each)) for each in own}:
        return Path(folder).is_dir()
    return device is not None


def _rows(table: Path) -> Iterator[tuple[str, Mounted]]:
    """Each mount with its path, later ones on top of earlier ones; StoreError."""
    for path, mounted in mounts_in(_text(table)):
        yield os.fsdecode(path), mounted


def _text(table: Path) -> bytes:
    """The list as it is written; StoreError."""
    try:
        return table.read_bytes()
    except OSError as error:
        raise StoreError(
            f"the kernel's list of mounts cannot be read: {error}", remedy="is /proc mounted?"
        ) from error
