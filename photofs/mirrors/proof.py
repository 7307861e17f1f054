"""Whether a file of a mirror is still what it proves: read again, from the disk, to its end."""

from photofs.mirrors.folder import LocalMirror
from photofs.mirrors.rereading import reread
from photofs.model.mirror import Stamp, agrees


def is_right(folder: LocalMirror, path: str, known: Stamp, sha256: str) -> bool:
    """Whether it is the file that the disk told of, and has that hash; takes as long as reading.

    NotAttached if the mirror is not there any more.
    """
    found = reread(folder, path, _at_once)
    folder.check()
    if found is None or not found.steady:
        return False
    return agrees(known, found.stamp) and found.sha256 == sha256


def _at_once(_count: int) -> None:
    """Somebody waits for it."""
