"""Reads a file of a mirror again, from the disk, to its end."""

import hashlib
import os

from photofs.mirrors.disk_words import mirror_errors
from photofs.mirrors.folder import LocalMirror
from photofs.model.mirror import Stamp


def is_right(folder: LocalMirror, path: str, known: Stamp, sha256: str) -> bool:
    """Whether it is the file that the disk told of, and has that hash; takes as long as reading.

    What the system keeps of it in memory is dropped first, so that the disk is asked. NotAttached
    if the mirror is not there any more.
    """
    fd = folder.open_known(path, known)
    if fd is None:
        return False
    with mirror_errors(f"reading {path}"), os.fdopen(fd, "rb") as file:
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    folder.check()
    return digest == sha256
