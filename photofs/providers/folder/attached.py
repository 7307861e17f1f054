"""Whether the disks that held a folder are there: an empty mount point is no deletion.

What is known of them is noted at every listing that was whole: where the disk of the folder is
mounted, which folders below lie on disks of their own, and the mark of the mirror, if it is one.
Device numbers are no use: they are others after each start of the machine.
"""

import json
import os
from pathlib import Path
from typing import Final

import msgspec

from photofs.model.errors import NotAttached, PhotofsError
from photofs.model.mirror import MARKER_NAME
from photofs.providers.archives.parts import open_below
from photofs.providers.archives.pread import read_at
from photofs.providers.folder.tree import Tree
from photofs.providers.port import SmallState

KEY: Final = "attached"
_LONGEST: Final = 64 * 1024
"""Bytes of a mirror's mark that are read; ours have some hundred."""


class Attached(msgspec.Struct, frozen=True):
    """`mounted` is the path of the mount that `root` lies in, `disks` those of nested ones.

    `mirror` is the mirror's random id, "" for a plain folder.
    """

    root: str
    mounted: str
    disks: tuple[str, ...] = ()
    mirror: str = ""


def look(tree: Tree) -> Attached:
    """How it is now."""
    root = os.path.realpath(tree.root)
    return Attached(root, _mount_of(tree.root), tuple(sorted(tree.disks)), read_mark(tree.root))


def read_mark(root: Path) -> str:
    """The id of the mirror that lies there, "" if none does, or its mark cannot be read."""
    try:
        descriptor = open_below(root, MARKER_NAME)
        try:
            told = json.loads(read_at(descriptor, _LONGEST, 0))
        finally:
            os.close(descriptor)
    except (PhotofsError, ValueError, RecursionError):
        return ""
    return str(told.get("mirror", "")) if isinstance(told, dict) else ""


def check(state: SmallState, tree: Tree) -> Attached:
    """How it is now; NotAttached if a disk or a mark is lacking that was there before."""
    now = look(tree)
    try:
        before = msgspec.convert(state.get(KEY), Attached)
    except msgspec.ValidationError:  # nothing is noted yet
        return now
    if before.root == now.root:  # else it was moved
        lacking = sorted(set(before.disks) - set(now.disks))
        if lacking:
            raise _away(f"the disk that was mounted at {tree.root / lacking[0]} is not there")
        if before.mounted != now.mounted and before.mounted.startswith(now.mounted):
            raise _away(f"the disk that was mounted at {before.mounted} is not there")
    if before.mirror and before.mirror != now.mirror:
        what = "another mirror" if now.mirror else "no mirror"
        raise _away(f"{tree.root} holds {what} now, by the file {MARKER_NAME} that tells")
    return now


def note(state: SmallState, attached: Attached) -> None:
    """A whole listing found it so."""
    state.put(KEY, msgspec.to_builtins(attached))


def _away(what: str) -> NotAttached:
    return NotAttached(
        what,
        safe="nothing was taken for deleted, and what was read from it before is kept",
        remedy="attach it; if it is to be without it from now on, remove the library and add it"
        " anew",
    )


def _mount_of(path: Path) -> str:
    """The mount point above a path: where the device changes."""
    real = Path(os.path.realpath(path))
    device = real.stat().st_dev
    for above in real.parents:
        if above.stat().st_dev != device:
            return str(real)
        real = above
    return str(real)
