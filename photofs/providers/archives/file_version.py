"""Which version of a file is open: a part or a file of an unpacked tree may be written to anew."""

import os
from typing import NamedTuple

from photofs.model.errors import Gone, Unreachable


class FileVersion(NamedTuple):
    """What changes when a file's bytes do; times in nanoseconds.

    The ctime changes even where a program sets the mtime back, but also when a file is linked,
    renamed or backed up.
    """

    size: int
    mtime_ns: int
    ctime_ns: int


def version_of(descriptor: int) -> FileVersion:
    """The open file's version now; Unreachable if the disk does not tell."""
    try:
        status = os.fstat(descriptor)
    except OSError as error:
        raise Unreachable(f"the file cannot be looked at: {error.strerror}") from error
    return FileVersion(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def changed() -> Gone:
    """The error for who meets another version than was listed or opened."""
    return Gone(
        "the file has changed since it was listed",
        safe="what was fetched before is kept",
        remedy="run photofs scan",
    )
