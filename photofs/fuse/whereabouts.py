"""Of which file or folder a request was, for the log: its path, as far as it can be told."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, Protocol, runtime_checkable

from photofs.model.terminal import safe_text

IN_FOLDER: Final = frozenset({"create", "mkdir", "mknod", "rename", "rmdir", "symlink", "unlink"})
"""Requests that begin with a folder's inode and a name in it."""

OF_INODE: Final = frozenset({"removexattr", "setattr", "setxattr"})
"""Requests that begin with an inode alone."""


@runtime_checkable
class TellsPaths(Protocol):
    """A side of the mount that knows the paths of its inodes."""

    def path(self, ino: int) -> str:
        """Below the mount's folder; "" for that itself, or if it is not known."""
        ...


def whereabouts(side: object, verb: str, args: Sequence[object]) -> Callable[[], str]:
    """Tells the path of what a request was of; nothing is looked up before it is asked."""
    return partial(_path, side, verb, args)


def _path(side: object, verb: str, args: Sequence[object]) -> str:
    folder, name = _spot(verb, args)
    above = ""
    if isinstance(folder, int) and isinstance(side, TellsPaths):
        try:
            above = side.path(folder)
        except Exception:  # noqa: BLE001 - asked outside every handler's guard: it ends no mount
            above = ""
    own = name.decode("utf-8", "replace") if isinstance(name, bytes) else ""
    path = "/".join(step for step in (above, own) if step)
    return safe_text(path)


def _spot(verb: str, args: Sequence[object]) -> tuple[object, object]:
    """The inode and the name that a request's arguments tell."""
    if verb == "link":
        return args[1], args[2]
    if verb in IN_FOLDER:
        return args[0], args[1]
    return (args[0], None) if verb in OF_INODE else (None, None)
